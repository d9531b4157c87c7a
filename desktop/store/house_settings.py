"""What a register says of itself and every reader needs at hand: its code lists and its field switches."""

from sqlalchemy import Connection

from desktop.domain.changes import Changes
from desktop.domain.codes import lay_over
from desktop.store.people import records_of

TOPICS = ("code", "code_list", "field_switch", "sight_level")
AS_BEFORE = "levels"  # of `setting`: in a register older than the table of levels clerks go on seeing everything


def load_settings(connection: Connection, *, owner: str) -> frozenset[str]:
    """Put the register's code lists in force and return the fields switched on in it."""
    codes = [one.values for one in records_of(connection, "code")]
    lay_over(owner, codes, [one.values for one in records_of(connection, "code_list")])
    switches = [one.values for one in records_of(connection, "field_switch")]
    return frozenset(str(one["field"]) for one in switches if one.get("collected") and one.get("field"))


def load_levels(connection: Connection) -> tuple[dict[tuple[str, str], str], bool]:
    """Return the levels chosen by (group, role), and whether the rest is as before there were levels."""
    chosen = {
        (str(one.values.get("field_group")), str(one.values.get("role"))): str(one.values.get("level"))
        for one in records_of(connection, "sight_level")
    }
    as_before = connection.exec_driver_sql("SELECT value FROM setting WHERE key=?", (AS_BEFORE,)).scalar() == "before"
    return chosen, as_before


def touches_settings(changes: Changes) -> bool:
    """True if a unit wrote something that `load_settings` reads."""
    return changes.touches(*TOPICS)


def forget_before(connection: Connection) -> None:
    """Let the shipped levels hold in a register that is older than them, inside an open unit."""
    connection.exec_driver_sql("DELETE FROM setting WHERE key=?", (AS_BEFORE,))
