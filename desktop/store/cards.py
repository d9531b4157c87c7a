"""Contact cards as lists: the serial book, and how many people hold one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

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
