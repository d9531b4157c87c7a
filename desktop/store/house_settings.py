"""What a register says of itself and every reader needs at hand: its code lists and its field switches."""

from sqlalchemy import Connection

from desktop.domain.changes import Changes
from desktop.domain.codes import lay_over
from desktop.store.people import records_of

TOPICS = ("code", "code_list", "field_switch")


def load_settings(connection: Connection, *, owner: str) -> frozenset[str]:
    """Put the register's code lists in force and return the fields switched on in it."""
    codes = [one.values for one in records_of(connection, "code")]
    lay_over(owner, codes, [one.values for one in records_of(connection, "code_list")])
    switches = [one.values for one in records_of(connection, "field_switch")]
    return frozenset(str(one["field"]) for one in switches if one.get("collected") and one.get("field"))


def touches_settings(changes: Changes) -> bool:
    """True if a unit wrote something that `load_settings` reads."""
    return changes.touches(*TOPICS)
