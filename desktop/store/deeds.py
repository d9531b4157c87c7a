"""The log as an auditor reads it: which units pass the filters, a window of them, and what one of them touched."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.domain.dictionary import KINDS
from desktop.store.change_log import SET_ASIDE
from desktop.store.encoding import from_json
from desktop.store.privacy import DEEDS, Deed
from desktop.store.records import chunks


@dataclass(frozen=True, slots=True)
class DeedFilter:
    """Which units of work; what is empty does not narrow. `since` and `until` (not included) are UTC stamps."""

    since: str = ""
    until: str = ""
    users: Sequence[str] = ()
    actions: Sequence[str] = ()
    kind: str = ""  # of a record that was changed
    person: str = ""  # id of whom it was about
    second: str = ""
    batch: int = 0  # its number


@dataclass(frozen=True, slots=True)
class Touched:
    """One record a unit touched: whose it is, and which fields, without their values."""

    kind: str
    action: str  # put or delete
    is_new: bool
    person: str  # id, '' for none
    person_no: str
    fields: tuple[str, ...]  # keys


_NOTED = "b.n IN (SELECT c.batch FROM access_note a JOIN change c ON c.record=a.id WHERE {})"


def numbers_of(connection: Connection, wanted: DeedFilter) -> "array[int]":
    """Return the numbers of the units that pass, the newest first."""
    wheres, values = ["1"], list[object]()
    for condition, value in (("b.at >= ?", wanted.since), ("b.at < ?", wanted.until), ("b.n = ?", wanted.batch)):
        if value:
            wheres.append(condition)
            values.append(value)
    if wanted.users:
        wheres.append(f"b.user IN ({','.join('?' * len(wanted.users))})")
        values += wanted.users
    if wanted.actions:
        marks = ",".join("?" * len(wanted.actions))
        noted = _NOTED.format(f"a.action IN ({marks})")
        wheres.append(f"(b.action IN ({marks}) OR {noted})")
        values += [*wanted.actions, *wanted.actions]
    if wanted.kind:
        wheres.append("EXISTS (SELECT 1 FROM change c WHERE c.batch=b.n AND c.kind=?)")
        values.append(wanted.kind)
    if wanted.person:
        noted = _NOTED.format("a.about=?")
        wheres.append(f"(b.n IN (SELECT batch FROM change WHERE person=?) OR {noted})")
        values += [wanted.person, wanted.person]
    if wanted.second:
        given = "b.n IN (SELECT c.batch FROM export_note e JOIN change c ON c.record=e.id WHERE e.second=?)"
        wheres.append(f"({_NOTED.format('a.second=?')} OR {given})")
        values += [wanted.second, wanted.second]
    sql = f"SELECT b.n FROM batch b WHERE {' AND '.join(wheres)} ORDER BY b.n DESC"  # noqa: S608 - our conditions
    return array("q", (int(row[0]) for row in connection.exec_driver_sql(sql, tuple(values))))


def deeds_at(connection: Connection, numbers: Sequence[int]) -> list[Deed]:
    """Return the units of these numbers, in their order."""
    found: dict[int, Deed] = {}
    for part in chunks([str(number) for number in numbers]):
        marks = ",".join("?" * len(part))
        rows = connection.exec_driver_sql(f"{DEEDS} WHERE b.n IN ({marks})", tuple(int(one) for one in part))
        found.update({int(row[0]): Deed(*row) for row in rows})
    return [found[number] for number in numbers if number in found]


def touched_by(connection: Connection, number: int, *, limit: int) -> list[Touched]:
    """Return what a unit touched, in order: names of fields only, whoever reads it may not see the values."""
    rows = connection.exec_driver_sql(
        "SELECT c.kind, c.action, c.base, coalesce(c.person, ''), coalesce(p.person_no, ''), c.fields "
        "FROM change c LEFT JOIN person p ON p.id=c.person WHERE c.batch=? ORDER BY c.n LIMIT ?",
        (number, limit),
    )
    return [
        Touched(kind, action, base == "", person, person_no, _keys(kind, fields))
        for kind, action, base, person, person_no, fields in rows
    ]


def _keys(kind: str, fields: str) -> tuple[str, ...]:
    known = KINDS[kind].keys if kind in KINDS else ()
    return tuple(key for key in from_json(fields) if not key.startswith(SET_ASIDE) and key in known and key != "person")


def actions_done(connection: Connection) -> list[str]:
    """Return every action that was ever done or noted here."""
    rows = connection.exec_driver_sql("SELECT action FROM batch UNION SELECT action FROM access_note ORDER BY 1")
    return [str(row[0]) for row in rows if row[0] != "access.note"]  # a unit that is nothing but its note


def seconds_of(connection: Connection) -> list[str]:
    """Return everyone who ever consented as the second person."""
    rows = connection.exec_driver_sql(
        "SELECT second FROM access_note WHERE second IS NOT NULL UNION "
        "SELECT second FROM export_note WHERE second IS NOT NULL ORDER BY 1"
    )
    return [str(row[0]) for row in rows]


def users_as(connection: Connection, role: str) -> list[str]:
    """Return who was ever noted with a role."""
    rows = connection.exec_driver_sql("SELECT DISTINCT user FROM access_note WHERE role=? ORDER BY user", (role,))
    return [str(row[0]) for row in rows]
