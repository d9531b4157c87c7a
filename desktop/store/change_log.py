"""The change log: one row per record and unit of work, each sealed to the one before by a hash."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from desktop.store.encoding import to_json

GENESIS = b"\x00" * 32
SET_ASIDE = "~"  # prefix of a logged field whose value was not taken: a conflict, or superseded at once

COLUMNS = (
    "n", "batch", "kind", "record", "person", "action", "writer", "counter", "base", "fields",
    "author", "source", "hash",
)  # fmt: skip
_INSERT = f"INSERT INTO change ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
LogRow = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change before it has its place in the log."""

    kind: str
    record: str
    person: str | None
    action: str
    writer: int
    counter: int
    base: str
    fields: dict[str, Any]  # key -> [old, new]; `~key` -> value not taken
    author: str | None = None
    source: str | None = None
    text: str = ""  # the fields as they are logged, if they are written already


@dataclass(slots=True)
class ChangeLog:
    """Appends entries to the log of one open transaction."""

    batch: int
    n: int
    head: bytes
    rows: list[LogRow] = field(default_factory=list)

    def append(self, entry: LogEntry) -> None:
        """Give `entry` the next number, seal it to the log's head and queue it."""
        self.add(
            entry.kind, entry.record, entry.person, entry.action, entry.writer, entry.counter, entry.base,
            entry.text or to_json(entry.fields), entry.author, entry.source,
        )  # fmt: skip

    def add(self, *entry: Any) -> None:
        """Append an entry given as the columns of its row, from `kind` to `source`."""
        self.n += 1
        body: LogRow = (self.n, self.batch, *entry)
        self.head = seal(self.head, body)
        self.rows.append((*body, self.head))

    def flush(self, connection: Connection) -> None:
        """Write the queued rows."""
        if self.rows:
            connection.exec_driver_sql(_INSERT, self.rows)
            self.rows = []


def seal(previous: bytes, body: LogRow) -> bytes:
    """Return the hash of a log row (all columns but the hash) after `previous`.

    Fields are joined by U+001F after their length, so no two rows share one text.
    """
    parts = ["" if part is None else str(part) for part in body]
    text = "\x1f".join([f"{len(part)}:{part}" for part in parts])
    return hashlib.sha256(previous + text.encode("utf-8", "surrogatepass")).digest()


def head_of(connection: Connection) -> tuple[int, bytes]:
    """Return the number and hash of the newest log row."""
    row = connection.exec_driver_sql("SELECT n, hash FROM change ORDER BY n DESC LIMIT 1").first()
    return (int(row[0]), bytes(row[1])) if row else (0, GENESIS)
