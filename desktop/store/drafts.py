"""What is half typed: kept in the encrypted store, never logged, never sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.domain.fields import Value
from desktop.store.encoding import from_json, to_json


@dataclass(frozen=True, slots=True)
class Draft:
    """One form as it was being typed."""

    key: str  # `person.new`, `person.edit/<id>`, `phone.add/<person>` ...
    title: str
    payload: Mapping[str, Value]
    at: str


def keep(connection: Connection, draft: Draft) -> None:
    """Write a draft over the one with its key."""
    connection.exec_driver_sql(
        "INSERT INTO draft (key, title, payload, at) VALUES (?,?,?,?) ON CONFLICT (key) DO UPDATE SET "
        "title=excluded.title, payload=excluded.payload, at=excluded.at",
        (draft.key, draft.title, to_json(dict(draft.payload)), draft.at),
    )


def drop(connection: Connection, key: str) -> None:
    """Throw a draft away."""
    connection.exec_driver_sql("DELETE FROM draft WHERE key=?", (key,))


def all_kept(connection: Connection) -> list[Draft]:
    """Return the drafts there are, newest first."""
    rows = connection.exec_driver_sql("SELECT key, title, payload, at FROM draft ORDER BY at DESC, key")
    return [Draft(row[0], row[1], from_json(row[2]), row[3]) for row in rows]
