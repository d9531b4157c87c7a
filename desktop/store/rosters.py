"""What roster import keeps in the vault beside people: rows to review and files already seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.store.encoding import from_json, to_json
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Review:
    """A row that waits for a person's decision."""

    id: str
    batch: str
    payload: dict[str, Any]
    created: str


def keep_review(unit: UnitOfWork, *, record: str, payload: dict[str, Any]) -> None:
    """Put a row into the review list inside `unit`."""
    unit.connection.exec_driver_sql(
        "INSERT INTO review (id, batch, state, payload, created) VALUES (?,?,?,?,?)",
        (record, unit.header.batch, "open", to_json(payload), unit.header.at),
    )
    unit.touch("review")


def close_review(unit: UnitOfWork, *, record: str, state: str) -> bool:
    """Mark a review accepted or dismissed; False if it is not open."""
    done = unit.connection.exec_driver_sql(
        "UPDATE review SET state=?, decided=? WHERE id=? AND state='open'", (state, unit.header.at, record)
    )
    unit.touch("review")
    return bool(done.rowcount)


def open_reviews(connection: Connection) -> list[Review]:
    """Return the rows that wait, oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT id, batch, payload, created FROM review WHERE state='open' ORDER BY created, rowid"
    )
    return [Review(row[0], row[1], from_json(row[2]), row[3]) for row in rows]


def waiting_sources(connection: Connection) -> set[str]:
    """Return the texts of the rows that wait, so that the same file again does not double them."""
    return {"\x1f".join(review.payload["cells"]) for review in open_reviews(connection)}


def note_file(unit: UnitOfWork, *, sha256: str, name: str) -> None:
    """Remember that a file came in."""
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO roster_file (sha256, name, batch, at) VALUES (?,?,?,?)",
        (sha256, name, unit.header.batch, unit.header.at),
    )


def file_seen(connection: Connection, sha256: str) -> str | None:
    """Return when a file with this hash came in (UTC stamp), None if it never did."""
    found = connection.exec_driver_sql("SELECT at FROM roster_file WHERE sha256=?", (sha256,)).scalar()
    return None if found is None else str(found)


def child_keys(connection: Connection, kind: str, key: str) -> Iterable[tuple[str, str]]:
    """Yield (person, value of `key`) of every living record of a child kind."""
    sql = f"SELECT person, {key} FROM {kind} WHERE deleted=0 AND {key} IS NOT NULL"  # noqa: S608 - our names
    for person, value in connection.exec_driver_sql(sql):
        yield str(person), str(value)
