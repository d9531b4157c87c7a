"""The unit of work: the only way anything is written, and the change log with it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from desktop.domain.changes import Changes
from desktop.domain.dictionary import KINDS, PERSON
from desktop.domain.errors import BugError, DiskFullError, NotAllowedError
from desktop.domain.fields import Value
from desktop.domain.operations import DELETE, PUT, WHOLE
from desktop.domain.sight import MASK, is_mask
from desktop.security.signing import SigningKey
from desktop.store import search
from desktop.store.audit_chain import AuditHead, append_seal
from desktop.store.change_log import ChangeLog, LogEntry, head_of
from desktop.store.consents import sign_consent
from desktop.store.encoding import Numbers, new_fields_text, to_json, vector_text
from desktop.store.privacy import locked_people
from desktop.store.records import StoredRecord, Writing, chunks, clean_values, filled_values, load_records
from desktop.store.signatures import Seal, SessionKey

OWED_EPOCH = "owed_epoch"  # jotted while a new epoch must begin; beginning one settles it
FLUSH_AT = 2000  # records queued before they are written: bounds memory on large imports
_PEOPLE_NAMED = 500  # more people than this: views reload instead of refreshing rows

# What may touch people in the locked archive: taking them out, erasing them, answering their requests, the street.
_UNLOCKING = frozenset({
    "archive_lock.add", "archive_lock.edit", "archive_lock.remove", "person.erase", "package.merge", "rights.close",
    "rights_request.add", "undo",
})  # fmt: skip

Rows = Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class UnitHeader:
    """Who does what, when and why: the batch row of a unit."""

    batch: str
    action: str
    why: str
    user: str
    at: str
    source: str = ""
    undoes: str | None = None


class UnitOfWork:
    """One transaction with its log entries; leaving it without `commit` changes nothing.

    `connection` is open for reads that must see what was written; call `flush` first.
    """

    def __init__(
        self, connection: Connection, *, header: UnitHeader, writer: int, counter: int, session: SessionKey,
        scope: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.connection = connection
        self.header = header
        self.writer = writer
        self._session = session
        self._second: tuple[str, SigningKey] | None = None
        self._counter = counter
        self._began = counter
        self._writing = Writing()
        self._seen: dict[tuple[str, str], StoredRecord] = {}
        self._touched: set[str] = set()
        self._named: set[str] = set()
        self._topics: set[str] = set()
        self._source: str | None = None
        self._sheet = ("", "", "")
        self._open = True
        self._locked: frozenset[str] | None = None
        self._scope = scope  # communities whose people may be written; none: everybody's
        self.removed = 0  # people this unit takes out of the register: deleted, erased, or said so by a package
        self.afterwards: Callable[[], None] | None = None  # done once this unit was given up
        n, head = head_of(connection)
        batch = connection.exec_driver_sql(
            "INSERT INTO batch (id, action, why, user, at, source, undoes) VALUES (?,?,?,?,?,?,?) RETURNING n",
            (header.batch, header.action, header.why, header.user, header.at, header.source, header.undoes),
        ).scalar_one()
        self.log = ChangeLog(int(batch), n, head)
        self.audit_head: AuditHead | None = None  # once committed

    def countersign(self, name: str, key: SigningKey) -> None:
        """Have the second person's key sign this unit as well, which notes that they consented."""
        self._second = (name, key)

    def note_source(self, source: Mapping[str, Any] | None) -> None:
        """Attach where the records put from now on come from: file, sheet, row."""
        self._source = to_json(dict(source)) if source else None

    def note_row(self, file: str, sheet: str, row: int) -> None:
        """Attach a row of a sheet to the records put from now on; the text of a sheet is made once."""
        if self._sheet[:2] != (file, sheet):
            self._sheet = (file, sheet, to_json({"file": file, "sheet": sheet})[:-1])
        self._source = f'{self._sheet[2]},"row":{row}}}'

    def touch(self, topic: str) -> None:
        """Say that something outside the record tables changed: `review`, `peer`, `setting` ..."""
        self._topics.add(topic)

    def keep_secret(self, name: str, value: bytes) -> None:
        """Keep a device secret in the vault: never logged, never sent."""
        self.connection.exec_driver_sql("INSERT INTO secret (name, value) VALUES (?,?)", (name, value))

    def put(self, kind: str, record: str, values: Mapping[str, Value], *, force: Iterable[str] = ()) -> bool:
        """Write fields of one record, making it if it is new; return True if anything changed.

        Only what differs is written and logged. Fields named in `force` are logged even when
        equal: a decision between two values is a write. A deleted record comes back.
        """
        found = self._load(kind, [record])
        return self._put(kind, record, clean_values(kind, values), found.get(record), frozenset(force))

    def put_many(self, kind: str, rows: Rows) -> int:
        """Write many records as `put` does; return how many changed."""
        found = self._load(kind, list(rows))
        nothing: frozenset[str] = frozenset()
        return sum(
            self._put(kind, record, clean_values(kind, values), found.get(record), nothing)
            for record, values in rows.items()
        )

    def add(self, kind: str, record: str, values: Mapping[str, Value]) -> None:
        """Write a record known to be new (its id was made just now), without looking it up."""
        self._put_new(kind, record, filled_values(kind, values))

    def put_again(self, kind: str, record: str) -> bool:
        """Write one filled field of a living record as it is: a word that it stays, knowing all that was written."""
        stored = self._load(kind, [record]).get(record)
        key = min(stored.values, default=None) if stored else None
        if stored is None or key is None:
            return False
        return self.put(kind, record, {key: stored.values[key]}, force=[key])

    def witness(self, kind: str, record: str, writer: int, counter: int) -> None:
        """Let the next write to a living record know a write that lies outside it (a proposal): it is final over it."""
        stored = self._load(kind, [record]).get(record)
        if stored is not None:
            stored.vector[writer] = max(counter, stored.vector.get(writer, 0))
            self._remember(stored)

    @property
    def last_counter(self) -> int:
        """The counter of this installation's last write, in this unit or before it."""
        return self._counter

    def delete(self, kind: str, record: str) -> bool:
        """Mark a record deleted; return False if there is none or it was already."""
        stored = self._load(kind, [record]).get(record)
        if stored is None or stored.deleted:
            return False
        base = vector_text(stored.vector)
        dot = self._next_dot()
        stored.vector[self.writer] = dot
        stored.deleted = True
        self._remember(stored)
        self._writing.update(stored, ())
        self._append(stored, DELETE, dot, base, {})
        self.removed += kind == PERSON.key
        return True

    def adopt(self, stored: StoredRecord, *, is_new: bool, keys: Iterable[str], entries: Iterable[LogEntry]) -> None:
        """Write a record as a merge planned it, with the log entries of its foreign operations."""
        self._remember(stored)
        if is_new:
            self._writing.insert(stored)
        else:
            self._writing.update(stored, keys)
        is_removal = False
        for entry in entries:
            self.log.append(entry)
            is_removal = is_removal or entry.action == DELETE
        self.removed += stored.kind == PERSON.key and stored.deleted and is_removal and not is_new
        self._mark(stored.kind, person_of(stored))
        self._flush_if_large()

    def flush(self) -> None:
        """Write what is queued, so that reads on `connection` see it."""
        self._writing.flush(self.connection)
        self.log.flush(self.connection)
        self._seen.clear()

    def commit(self) -> Changes:
        """Refresh the search index, commit, and return what changed.

        Raises DiskFullError when the disk is full; nothing is written then.
        """
        if not self._open:
            raise BugError("unit of work committed twice")
        try:
            self.flush()
            search.index_people(self.connection, self._touched)
            self._save_counter()
            unit = self._seal()
            self._session.sign(self.connection, unit)
            if self._second is not None:
                sign_consent(self.connection, unit, name=self._second[0], key=self._second[1])
            self.connection.commit()
        except (OperationalError, DiskFullError):
            self._session.unsure()
            raise
        self._open = False
        self._session.committed(unit, (self.log.n, self.log.head))
        named = frozenset(self._named) if len(self._named) <= _PEOPLE_NAMED else frozenset()
        return Changes(self.header.batch, frozenset(self._topics), named)

    def __enter__(self) -> Self:
        """Return the open unit."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back unless committed, and give the connection back."""
        del kind, trace
        if self._open:
            self.connection.rollback()
            self._open = False
        self.connection.close()
        if error is not None and self.afterwards is not None:
            self.afterwards()

    def _put(
        self, kind: str, record: str, values: dict[str, Value], stored: StoredRecord | None, force: frozenset[str]
    ) -> bool:
        if stored is None:
            return self._put_new(kind, record, {key: value for key, value in values.items() if value is not None})
        changed = {
            key: [stored.values.get(key), value]
            for key, value in values.items()
            if (stored.values.get(key) != value or key in force)
            and not _is_mask(kind, key, value, stored.values.get(key))
        }
        if not changed and not stored.deleted:
            return False
        base = vector_text(stored.vector)
        dot = self._next_dot()
        for key, (_, value) in changed.items():
            if value is None:
                stored.values.pop(key, None)
            else:
                stored.values[key] = value
            stored.dots[key] = (self.writer, dot)
        stored.vector[self.writer] = dot
        stored.deleted = False
        self._remember(stored)
        self._writing.update(stored, changed)
        self._append(stored, PUT, dot, base, changed)
        return True

    def _put_new(self, kind: str, record: str, filled: dict[str, Value]) -> bool:
        dot = self._next_dot()
        vector: Numbers = {self.writer: dot}
        stored = StoredRecord(kind, record, filled, vector, {WHOLE: (self.writer, dot)})
        self._remember(stored)
        self._writing.insert(stored)
        self._append(stored, PUT, dot, "", {}, new_fields_text(filled))
        return True

    def _append(
        self, stored: StoredRecord, action: str, dot: int, base: str, fields: dict[str, Any], text: str = ""
    ) -> None:
        person = person_of(stored)
        if person is not None and person in self._locked_away():
            raise NotAllowedError("这个人的资料已封存，不能再改", "确需改动，请主管先解除封存")
        if person is not None and self._scope:
            self._refuse_outside(stored, person, fields)
        logged = text or to_json(fields)
        self.log.add(stored.kind, stored.id, person, action, self.writer, dot, base, logged, None, self._source)
        self._mark(stored.kind, person)
        self._flush_if_large()

    def _refuse_outside(self, stored: StoredRecord, person: str, fields: Mapping[str, Any]) -> None:
        """Raise NotAllowedError for a person, or something of a person, outside the communities of this user."""
        if stored.kind == PERSON.key:
            homes = {stored.values.get("home_org"), *fields.get("home_org", ())}
        else:
            known = self._load(PERSON.key, [person]).get(person)
            homes = {known.values.get("home_org") if known else None}
        if not homes <= self._scope:
            raise NotAllowedError("这个人不在您负责的社区里，没有保存", "请由主管或负责那个社区的人来办")

    def _locked_away(self) -> frozenset[str]:
        """Return whose data may not be changed in this unit: those in the locked archive, unless it unlocks."""
        if self._locked is None:
            exempt = self.header.action in _UNLOCKING
            self._locked = frozenset() if exempt else locked_people(self.connection)
        return self._locked

    def _mark(self, kind: str, person: str | None) -> None:
        self._topics.add(kind)
        if person is None:
            return
        if kind in search.INDEXED_KINDS:
            self._touched.add(person)
        if len(self._named) <= _PEOPLE_NAMED:
            self._named.add(person)

    def _load(self, kind: str, ids: list[str]) -> dict[str, StoredRecord]:
        """Return the records as this unit sees them: queued ones first, then the vault's."""
        found = {record: self._seen[kind, record] for record in ids if (kind, record) in self._seen}
        rest = [record for record in ids if record not in found]
        for part in chunks(rest):
            found.update(load_records(self.connection, kind, part))
        return found

    def _remember(self, stored: StoredRecord) -> None:
        self._seen[stored.kind, stored.id] = stored

    def _next_dot(self) -> int:
        self._counter += 1
        return self._counter

    def _flush_if_large(self) -> None:
        if self._writing.size >= FLUSH_AT:
            self.flush()

    def _seal(self) -> Seal:
        header = self.header
        batch = (
            self.log.batch, header.batch, header.action, header.why, header.user, header.at, header.source,
            header.undoes,
        )  # fmt: skip
        self.audit_head = append_seal(self.connection, batch, entry=self.log.n, entry_hash=self.log.head)
        return Seal(self.audit_head.batch, header.user, self.audit_head.seal)

    def _save_counter(self) -> None:
        if self._counter != self._began:
            self.connection.exec_driver_sql("UPDATE meta SET value=? WHERE key='counter'", (str(self._counter),))


def _is_mask(kind: str, key: str, value: Value, stored: Value) -> bool:
    """True for the mask of what is stored: what a form or a file showed of it, never a value of its own."""
    return isinstance(value, str) and MASK in value and is_mask(KINDS[kind].by_key[key], value, stored)


def person_of(stored: StoredRecord) -> str | None:
    """Return the id of the person a record is or belongs to; None for organisations and staff."""
    if stored.kind == "person":
        return stored.id
    owner = stored.values.get("person")
    return owner if isinstance(owner, str) else None
