"""Contact cards as lists: the serial book, and how many people hold one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.store.encoding import from_json
from desktop.store.people import STANDING

_COLUMNS = (
    "card_no", "org", "issued_on", "expires_on", "state", "ended_on", "ended_why", "received_by", "received_on",
    "issued_by", "printed_on", "printed_for",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CardLine:
    """One card with its holder, as the serial book shows it."""

    serial: int  # in the order of issue, from 1, over all cards ever issued here
    id: str
    person: str
    name: str
    person_no: str
    home: str
    card_no: str
    org: str
    issued_on: str
    expires_on: str
    state: str
    ended_on: str
    ended_why: str
    received_by: str
    received_on: str
    issued_by: str
    printed_on: str
    printed_for: str


_PRINTED_OF_ORG = frozenset({"code", "name", "address", "phone", "level", "parent"})


@dataclass(frozen=True, slots=True)
class ContactChange:
    """One change of what cards may say of an organisation; `place` counts the change log."""

    place: int
    org: str
    of_staff: bool


def contact_changes(connection: Connection) -> list[ContactChange]:
    """Return every logged change of an organisation's names and phones and of the workers its cards show."""
    sql = (
        "SELECT c.n, c.kind, c.fields, coalesce(o.code, s.org, ''), coalesce(s.on_card, 0) FROM change c "
        "LEFT JOIN org o ON c.kind='org' AND o.id=c.record LEFT JOIN staff s ON c.kind='staff' AND s.id=c.record "
        "WHERE c.kind IN ('org', 'staff') ORDER BY c.n"
    )
    found = []
    for place, kind, fields, org, on_card in connection.exec_driver_sql(sql):
        values = from_json(fields) or {}
        was_shown = any(values.get("on_card") or ())
        if _PRINTED_OF_ORG & set(values) if kind == "org" else on_card or was_shown:
            found.append(ContactChange(int(place), org, kind == "staff"))
    return found


def issue_places(connection: Connection) -> dict[str, int]:
    """Return for each card where in the change log it was issued."""
    sql = "SELECT record, min(n) FROM change WHERE kind='card' GROUP BY record"
    return {row[0]: int(row[1]) for row in connection.exec_driver_sql(sql)}


def card_lines(connection: Connection) -> list[CardLine]:
    """Return every card, oldest first, numbered in the order it was entered here."""
    columns = ", ".join(f"coalesce(c.{key}, '')" for key in _COLUMNS)
    sql = (
        "SELECT c.id, coalesce(c.person, ''), coalesce(p.name, ''), coalesce(p.person_no, ''), "
        "coalesce(p.home_org, ''), "
        f"{columns} FROM card c LEFT JOIN person p ON p.id=c.person AND p.deleted=0 WHERE c.deleted=0 ORDER BY c.row"
    )
    rows = connection.exec_driver_sql(sql)
    return [CardLine(number, *(str(value) for value in row)) for number, row in enumerate(rows, start=1)]


def people_with_card(connection: Connection, *, states: Sequence[str], valid: str) -> list[tuple[str, int, int]]:
    """Return for each home the people in one of `states` and how many of them hold a card in state `valid`."""
    marks = ",".join("?" * len(states))
    sql = (
        f"SELECT coalesce(home_org, ''), count(*), sum(EXISTS (SELECT 1 FROM card c WHERE c.person=person.id "  # noqa: S608
        f"AND c.deleted=0 AND c.state=?)) FROM person WHERE deleted=0 AND {STANDING} AND manage_state IN ({marks}) "
        "GROUP BY home_org ORDER BY home_org"
    )
    return [(row[0], int(row[1]), int(row[2])) for row in connection.exec_driver_sql(sql, (valid, *states))]
