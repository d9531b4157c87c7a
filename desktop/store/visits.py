"""Lists of visits with their people."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.domain.dictionary import VISIT
from desktop.store.people import ChildRow, PersonRow, rows_of


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit with its person."""

    visit: ChildRow
    person: PersonRow


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Which visits to list: period (ISO days, inclusive), visitor's name, or only planned ones due."""

    since: str = ""
    until: str = ""
    visitor: str = ""
    due_by: str = ""  # next visit planned on or before this day, and none made since


def visits_matching(connection: Connection, wanted: VisitFilter, *, limit: int) -> list[VisitLine]:
    """Return visits with their people, newest first (planned ones: soonest first)."""
    where, bound, order = _conditions(wanted)
    columns = ", ".join(f"v.{key}" for key in VISIT.keys)
    sql = (
        f"SELECT v.id, {columns} FROM visit v JOIN person p ON p.id = v.person "  # noqa: S608 - our names
        f"WHERE v.deleted=0 AND p.deleted=0 {where} ORDER BY {order} LIMIT ?"
    )
    visits = [_visit(row) for row in connection.exec_driver_sql(sql, (*bound, limit))]
    owners = list(dict.fromkeys(str(visit.values["person"]) for visit in visits))
    people = {row.id: row for row in rows_of(connection, owners)}
    return [VisitLine(visit, people[str(visit.values["person"])]) for visit in visits]


def _visit(row: Any) -> ChildRow:
    values = {key: value for key, value in zip(VISIT.keys, row[1:], strict=True) if value is not None}
    return ChildRow("visit", row[0], values)


def _conditions(wanted: VisitFilter) -> tuple[str, list[str], str]:
    """Return the WHERE part, its bound values and the order of a list of visits."""
    parts: list[str] = []
    bound: list[str] = []
    for sign, value in ((">=", wanted.since), ("<=", wanted.until)):
        if value:
            parts.append(f"AND v.visited_on {sign} ?")
            bound.append(value)
    if wanted.visitor:
        parts.append("AND instr(v.visitors, ?) > 0")
        bound.append(wanted.visitor)
    if not wanted.due_by:
        return " ".join(parts), bound, 'v.visited_on DESC, v."row" DESC'
    parts.append(
        "AND v.next_on <= ? AND NOT EXISTS (SELECT 1 FROM visit l WHERE l.deleted=0 AND l.person=v.person "
        'AND (l.visited_on > v.visited_on OR (l.visited_on = v.visited_on AND l."row" > v."row")))'
    )
    bound.append(wanted.due_by)
    return " ".join(parts), bound, 'v.next_on, v."row"'


def owner_of_visit(connection: Connection, visit: str) -> str | None:
    """Return the person a living visit belongs to, None if there is no such visit."""
    found = connection.exec_driver_sql("SELECT person FROM visit WHERE id=? AND deleted=0", (visit,)).scalar()
    return None if found is None else str(found)


def visitors_last_used(connection: Connection) -> str:
    """Return the visitors of the newest visit, '' if there is none."""
    sql = 'SELECT visitors FROM visit WHERE deleted=0 ORDER BY "row" DESC LIMIT 1'
    return str(connection.exec_driver_sql(sql).scalar() or "")
