"""People as the figures count them, and the lists of names behind frozen numbers."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from desktop.domain.numbers import Counted
from desktop.store.conditions import TAG_IN_FORCE
from desktop.store.people import OURS, UNJOINED
from desktop.store.unit_of_work import UnitOfWork

_FIELDS = (
    "id", "person_no", "name", "sex", "home_org", "ent_name", "ent_level", "political", "retire_kind",
    "education", "handover_state", "manage_state", "verified_on", "cert_last", "join_date",
    "death_date",
)  # fmt: skip
_MOVED_OUT = "2"
_LEFT = (
    "SELECT person, done_on FROM state WHERE deleted=0 AND new_state=? UNION ALL "
    "SELECT subject, ended_on FROM transfer WHERE deleted=0 AND ended='1' "
    "AND source=(SELECT value FROM meta WHERE key='org') ORDER BY 2"
)
# What was registered together with the person is no change, nor is what was taken back.
_CHANGED = (
    "SELECT DISTINCT c.person, substr(date(b.at, '+8 hours'), 1, 7), c.batch FROM batch b JOIN change c ON c.batch=b.n "
    "WHERE b.at>=? AND b.undone_by IS NULL AND b.undoes IS NULL AND c.action IN ('put', 'delete') AND "
    "c.kind IN ('person', 'phone', 'contact', 'tag') AND c.person IS NOT NULL ORDER BY 2"
)


def counted_people(connection: Connection, *, day: str, since: str = "9999") -> list[Counted]:
    """Return everyone in the register once (those joined to another are left out), as of now.

    `day` says which care tags are in force; when a person was registered, and changed from the UTC stamp
    `since` on, is read from the log.
    """
    columns = ", ".join(_FIELDS)
    sql = (
        f"SELECT {columns}, coalesce(birth_id, birth_file) AS birth, {OURS} AS ours FROM person "  # noqa: S608 - our names
        f"WHERE deleted=0 AND {UNJOINED} ORDER BY sort_name, row"
    )
    tags = _by_person(
        connection.exec_driver_sql(
            f"SELECT person, code FROM tag WHERE deleted=0 AND {TAG_IN_FORCE} ORDER BY code", (day, day)  # noqa: S608
        )
    )  # fmt: skip
    left = _by_person(connection.exec_driver_sql(_LEFT, (_MOVED_OUT,)))
    came = {
        str(row[0]): (str(row[1]), int(row[2]))
        for row in connection.exec_driver_sql(
            "SELECT c.record, min(date(b.at, '+8 hours')), min(c.batch) FROM change c JOIN batch b ON b.n=c.batch "
            "WHERE c.kind='person' AND c.base='' GROUP BY c.record"
        )
    }
    changed = _by_person(
        (person, month)
        for person, month, batch in connection.exec_driver_sql(_CHANGED, (since,))
        if batch != came.get(person, ("", 0))[1]
    )
    return [_counted(row, tags, left, came, changed) for row in connection.exec_driver_sql(sql).mappings()]


def _by_person(rows: Iterable[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for person, value in rows:
        found.setdefault(person, []).append(value)
    return found


def _counted(
    row: Any, tags: dict[str, list[str]], left: dict[str, list[str]], came: dict[str, tuple[str, int]],
    changed: dict[str, list[str]],
) -> Counted:  # fmt: skip
    values = {key: row[key] or "" for key in (*_FIELDS, "birth")}
    person = values["id"]
    return Counted(
        **values,
        registered_on=came.get(person, ("", 0))[0],
        left_on=tuple(left.get(person, ())),
        changed_in=tuple(dict.fromkeys(changed.get(person, ()))),
        is_ours=bool(row["ours"]),
        tags=tuple(dict.fromkeys(tags.get(person, ()))),
    )


def keep_list(unit: UnitOfWork, *, frozen: str, body: bytes) -> None:
    """Keep the names behind frozen numbers inside an open unit."""
    unit.connection.exec_driver_sql("INSERT INTO frozen_list (frozen, body) VALUES (?,?)", (frozen, body))


def kept_list(connection: Connection, *, frozen: str) -> bytes | None:
    """Return the names behind frozen numbers as they were kept, None if there are none."""
    row = connection.exec_driver_sql("SELECT body FROM frozen_list WHERE frozen=?", (frozen,)).first()
    return None if row is None else bytes(row[0])
