"""Rows of record tables read and written in bulk, below the unit of work."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from desktop.domain.dictionary import KINDS, kind_of
from desktop.domain.fields import Value
from desktop.store.encoding import FieldDots, Numbers, dots_text, read_dots, read_vector, vector_text
from desktop.store.readings import sort_key

CHUNK = 900  # ids looked up at once
AMONG = "(SELECT value FROM json_each(?))"


@dataclass(slots=True)
class StoredRecord:
    """A record as it lies in the vault."""

    kind: str
    id: str
    values: dict[str, Value]  # only the fields that hold something
    vector: Numbers
    dots: FieldDots
    deleted: bool = False


@dataclass(slots=True)
class Writing:
    """Rows waiting to be written, by table and by set of columns, so that drivers take them in bulk."""

    inserts: dict[str, list[StoredRecord]] = field(default_factory=dict)
    updates: dict[tuple[str, tuple[str, ...]], list[StoredRecord]] = field(default_factory=dict)
    size: int = 0

    def insert(self, record: StoredRecord) -> None:
        """Queue a new row."""
        self.inserts.setdefault(record.kind, []).append(record)
        self.size += 1

    def update(self, record: StoredRecord, keys: Iterable[str]) -> None:
        """Queue new values of `keys` for an existing row."""
        self.updates.setdefault((record.kind, tuple(sorted(keys))), []).append(record)
        self.size += 1

    def flush(self, connection: Connection) -> None:
        """Write everything queued."""
        for kind, records in self.inserts.items():
            _insert(connection, kind, records)
        for (kind, keys), records in self.updates.items():
            _update(connection, kind, keys, records)
        self.inserts, self.updates, self.size = {}, {}, 0


def _insert(connection: Connection, kind: str, records: Sequence[StoredRecord]) -> None:
    """Insert rows, naming only the columns that any of them fills; of people also what they are sorted by."""
    used: set[str] = set()
    for record in records:
        used.update(record.values)
    keys = [key for key in kind_of(kind).keys if key in used]
    columns = ["id", *keys, "vector", "dots", "deleted"]
    rows: list[tuple[Any, ...]] = [
        (
            record.id,
            *map(record.values.get, keys),
            vector_text(record.vector),
            dots_text(record.dots),
            int(record.deleted),
        )
        for record in records
    ]
    if kind == "person":
        columns.append("sort_name")
        rows = [(*row, sort_key(str(one.values.get("name") or ""))) for row, one in zip(rows, records, strict=True)]
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {kind} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 - our names


def _update(connection: Connection, kind: str, keys: tuple[str, ...], records: Sequence[StoredRecord]) -> None:
    """Update the named columns, vector, dots and the deleted mark of rows."""
    settings = ", ".join(f"{key}=?" for key in (*keys, "vector", "dots", "deleted"))
    rows = [
        (
            *[record.values.get(key) for key in keys],
            vector_text(record.vector),
            dots_text(record.dots),
            int(record.deleted),
            record.id,
        )
        for record in records
    ]
    connection.exec_driver_sql(f"UPDATE {kind} SET {settings} WHERE id=?", rows)  # noqa: S608 - our names


def load_records(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, StoredRecord]:
    """Return the stored records of `ids` that exist, deleted ones too."""
    keys = KINDS[kind].keys
    columns = ", ".join(["id", "vector", "dots", "deleted", *keys])
    found: dict[str, StoredRecord] = {}
    for part in chunks(ids):
        rows = connection.exec_driver_sql(
            f"SELECT {columns} FROM {kind} WHERE id IN {AMONG}",  # noqa: S608 - our names
            (among(part),),
        )
        for row in rows:
            found[row[0]] = _record(kind, keys, row)
    return found


def _record(kind: str, keys: Sequence[str], row: Any) -> StoredRecord:
    """Return a row as a StoredRecord."""
    values = {key: value for key, value in zip(keys, row[4:], strict=True) if value is not None}
    return StoredRecord(kind, row[0], values, read_vector(row[1]), read_dots(row[2]), bool(row[3]))


def among(values: Iterable[str]) -> str:
    """Return what to bind for `AMONG`.

    One text, however many values: a statement that is kept holds what was bound to it last, and hundreds of bound
    texts fill a connection's own memory (`engine.open_writing_engine`).
    """
    return json.dumps(list(values))


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield `ids` in parts small enough to bind."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def clean_values(kind: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return `values` with '' turned into None; KeyError for a field the dictionary does not know."""
    known = _known_keys(kind)
    cleaned: dict[str, Value] = {}
    for key, value in values.items():
        if key not in known:
            raise KeyError(f"{kind}.{key}")
        cleaned[key] = None if value == "" else value
    return cleaned


def filled_values(kind: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values that hold something; KeyError for a field the dictionary does not know."""
    if not _known_keys(kind).issuperset(values):
        raise KeyError(f"{kind}.{min(set(values) - _known_keys(kind))}")
    return {key: value for key, value in values.items() if value is not None and value != ""}


_KEYS: dict[str, frozenset[str]] = {}


def _known_keys(kind: str) -> frozenset[str]:
    """Return the field keys of a kind as a set, made once."""
    if kind not in _KEYS:
        _KEYS[kind] = frozenset(KINDS[kind].keys)
    return _KEYS[kind]
