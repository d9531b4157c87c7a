"""The list of operations a newer program wrote; their words are in the change log."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Carried:
    """One operation that is not understood yet, whole or in part."""

    kind: str
    record: str
    writer: str
    counter: int


def carried(connection: Connection) -> list[Carried]:
    """Return what waits to be understood, in the order it came."""
    rows = connection.exec_driver_sql("SELECT kind, record, writer, counter FROM carried ORDER BY rowid")
    return [Carried(*row) for row in rows]


def let_go(unit: UnitOfWork, keys: Collection[tuple[str, str, str, int]]) -> None:
    """Take operations (kind, record, writer, counter) off the list."""
    for key in keys:
        unit.connection.exec_driver_sql("DELETE FROM carried WHERE kind=? AND record=? AND writer=? AND counter=?", key)
