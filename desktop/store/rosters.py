"""What roster import keeps in the vault beside people: rows to review, files already seen, where columns came from."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.store.encoding import from_json, to_json
from desktop.store.records import chunks
from desktop.store.unit_of_work import UnitOfWork

OPEN, ACCEPTED, DISMISSED = "open", "accepted", "dismissed"
_COLUMNS = "id, batch, payload, created"


@dataclass(frozen=True, slots=True)
class Review:
    """A row that waits for a person's decision."""

    id: str
    batch: str
    payload: dict[str, Any]
    created: str


def source_key(cells: Sequence[str]) -> str:
    """Return the text by which a row is known again whatever file it comes in; blanks at its end do not count."""
    return hashlib.sha256("\x1f".join(cells).rstrip("\x1f").encode("utf-8", "surrogatepass")).hexdigest()[:32]


def keep_review(unit: UnitOfWork, *, record: str, payload: dict[str, Any]) -> None:
    """Put a row into the review list inside `unit`."""
    unit.connection.exec_driver_sql(
        'INSERT INTO review (id, batch, state, payload, created, source_key, file, sheet, "row") '
        "VALUES (?,?,?,?,?,?,?,?,?)",
        (
            record, unit.header.batch, OPEN, to_json(payload), unit.header.at, source_key(payload["cells"]),
            payload.get("sha256", ""), payload["sheet"], payload["row"],
        ),
    )  # fmt: skip
    unit.touch("review")


def change_review(unit: UnitOfWork, *, record: str, payload: dict[str, Any]) -> None:
    """Write what was decided so far about the cells of a waiting row."""
    unit.connection.exec_driver_sql("UPDATE review SET payload=? WHERE id=?", (to_json(payload), record))
    unit.touch("review")


def close_review(unit: UnitOfWork, *, record: str, state: str) -> bool:
    """Mark a review accepted or dismissed; False if it is not open."""
    done = unit.connection.exec_driver_sql(
        "UPDATE review SET state=?, decided=?, decided_by=? WHERE id=? AND state='open'",
        (state, unit.header.at, unit.header.batch, record),
    )
    unit.touch("review")
    return bool(done.rowcount)


def close_row(unit: UnitOfWork, *, sha256: str, row: int, key: str) -> None:
    """Mark what waits of one row of a file as answered by a corrected row; file and key are beginnings."""
    done = unit.connection.exec_driver_sql(
        "UPDATE review SET state='corrected', decided=?, decided_by=? WHERE file>=? AND file<? AND \"row\"=? "
        "AND source_key>=? AND source_key<? AND state='open'",
        (unit.header.at, unit.header.batch, sha256, sha256 + "~", row, key, key + "~"),
    )
    if done.rowcount:
        unit.touch("review")


def close_source(unit: UnitOfWork, *, key: str) -> None:
    """Mark a row that waits as gone in after all: what it waited for is there now."""
    unit.connection.exec_driver_sql(
        "UPDATE review SET state='corrected', decided=?, decided_by=? WHERE source_key=? AND state='open'",
        (unit.header.at, unit.header.batch, key),
    )
    unit.touch("review")


def open_reviews(connection: Connection) -> list[Review]:
    """Return the rows that wait, oldest first."""
    rows = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM review WHERE state='open' ORDER BY created, rowid")
    return [Review(row[0], row[1], from_json(row[2]), row[3]) for row in rows]


def open_review(connection: Connection, record: str) -> Review | None:
    """Return one row that waits, None if it does not."""
    row = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM review WHERE state='open' AND id=?", (record,)).first()
    return None if row is None else Review(row[0], row[1], from_json(row[2]), row[3])


def count_open(connection: Connection) -> int:
    """Return how many rows wait."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM review WHERE state='open'").scalar_one())


def states_of_sources(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Return what became of rows asked about before, by their key; an open one wins over a decided one."""
    found: dict[str, str] = {}
    for part in chunks(keys):
        marks = ",".join("?" * len(part))
        sql = (
            f"SELECT source_key, state FROM review WHERE source_key IN ({marks}) "
            "AND state IN ('open','accepted','dismissed')"
        )
        for key, state in connection.exec_driver_sql(sql, tuple(part)):
            if found.get(key) != OPEN:
                found[str(key)] = str(state)
    return found


def waiting_sources(connection: Connection) -> set[str]:
    """Return the keys of the rows that wait; rows of stores of schema 2 get theirs now."""
    run = connection.exec_driver_sql
    keys = {str(row[0]) for row in run("SELECT source_key FROM review WHERE state='open' AND source_key IS NOT NULL")}
    for (text,) in run("SELECT payload FROM review WHERE state='open' AND source_key IS NULL"):
        keys.add(source_key(from_json(text)["cells"]))
    return keys


def note_file(unit: UnitOfWork, *, sha256: str, name: str) -> None:
    """Remember that a file came in."""
    unit.connection.exec_driver_sql(
        "INSERT INTO roster_file (sha256, name, batch, at) VALUES (?,?,?,?) ON CONFLICT (sha256) DO NOTHING",
        (sha256, name, unit.header.batch, unit.header.at),
    )


def file_seen(connection: Connection, sha256: str) -> str | None:
    """Return when a file with this hash first came in (UTC stamp), None if it never did."""
    found = connection.exec_driver_sql("SELECT at FROM roster_file WHERE sha256=?", (sha256,)).scalar()
    return None if found is None else str(found)


def note_columns(unit: UnitOfWork, *, file: str, sheet: str, columns: Mapping[str, str]) -> None:
    """Remember which column of a sheet each field of this unit came from (field key -> header)."""
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO roster_source (batch, file, sheet, columns) VALUES (?,?,?,?)",
        (unit.header.batch, file, sheet, to_json(dict(columns))),
    )


def columns_of(connection: Connection, batches: Iterable[str]) -> dict[tuple[str, str, str], dict[str, str]]:
    """Return the columns noted for batches: (batch, file, sheet) -> field key -> header."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for part in chunks(list(dict.fromkeys(batches))):
        marks = ",".join("?" * len(part))
        sql = f"SELECT batch, file, sheet, columns FROM roster_source WHERE batch IN ({marks})"
        for batch, file, sheet, columns in connection.exec_driver_sql(sql, tuple(part)):
            found[str(batch), str(file), str(sheet)] = from_json(columns)
    return found
