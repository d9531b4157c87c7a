"""What exchange asks of the store: states and operations out, an approved plan in."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.domain.clock import Clock, stamp
from desktop.domain.dictionary import KINDS
from desktop.domain.fields import Value
from desktop.domain.ids import IdMaker, new_id
from desktop.domain.operations import (
    DELETE,
    PUT,
    WHOLE,
    Dot,
    FieldConflict,
    MergePlan,
    Operation,
    PlannedRecord,
    RecordState,
)
from desktop.store.change_log import SET_ASIDE, LogEntry
from desktop.store.encoding import from_json, read_vector, to_json, vector_text
from desktop.store.foreign_entries import author_of, entry_of, foreign_entry, text_of_new
from desktop.store.records import StoredRecord, chunks, load_records
from desktop.store.unit_of_work import UnitOfWork, person_of
from desktop.store.writers import writer_number


def writer_names(connection: Connection) -> dict[int, str]:
    """Return the name of every writer this store knows, by its number."""
    return {int(row[0]): str(row[1]) for row in connection.exec_driver_sql("SELECT id, name FROM writer")}


def states_of(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, RecordState]:
    """Return the states of the records of one kind that exist here, deleted ones too."""
    names = writer_names(connection)
    return {record: _state(stored, names) for record, stored in load_records(connection, kind, ids).items()}


def all_states(connection: Connection, kind: str) -> Iterator[RecordState]:
    """Yield the state of every record of one kind, in the order of their ids."""
    names = writer_names(connection)
    ids = [row[0] for row in connection.exec_driver_sql(f"SELECT id FROM {kind} ORDER BY id")]  # noqa: S608
    for start in range(0, len(ids), 900):
        part = load_records(connection, kind, ids[start : start + 900])
        for record in sorted(part):
            yield _state(part[record], names)


def _state(stored: StoredRecord, names: Mapping[int, str]) -> RecordState:
    vector = {names[number]: counter for number, counter in stored.vector.items()}
    dots = {key: Dot(names[number], counter) for key, (number, counter) in stored.dots.items()}
    return RecordState(stored.kind, stored.id, stored.values, vector, dots, stored.deleted)


@dataclass(frozen=True, slots=True)
class Logged:
    """One operation with its place in this store's log and the person it is about."""

    n: int
    person: str | None
    operation: Operation
    is_own: bool  # written here, not merged in
    left: str = ""  # the home organisation a person had before this write, if it changed it


_LOGGED = (
    "SELECT c.n, c.kind, c.record, c.person, c.action, c.writer, c.counter, c.base, c.fields, c.author, "
    "b.user, b.at, b.why FROM change c JOIN batch b ON b.n = c.batch "
)


def logged_after(connection: Connection, cursor: int, *, org: str, without: Collection[str] = ()) -> Iterator[Logged]:
    """Yield what the log holds after `cursor`, oldest first, ours and what was merged in.

    `org` is the code of this station's own organisation. A foreign write comes as it was sent, with
    the values that were not taken and the fields this program does not know. Of the units `without`
    only transfers, proposals and moves are read: what thirty communities wrote is not unpacked for each of them.
    """
    names = writer_names(connection)
    writers = connection.exec_driver_sql("SELECT id, org FROM writer").all()
    left_out = ",".join(str(int(number)) for number, one in writers if one in without)
    rows = connection.exec_driver_sql(
        _LOGGED
        + f"WHERE c.n > ? AND (c.kind IN ('transfer', 'proposal') OR c.author IS NULL OR c.writer NOT IN ({left_out})) "
        "ORDER BY c.n",
        (cursor,),
    )
    return (_logged(row, names, org) for row in rows)


def logged_of_records(connection: Connection, records: Sequence[str], *, org: str) -> list[Logged]:
    """Return all the log holds of some records, oldest first."""
    return _logged_of(connection, "c.record", records, org)


def logged_of_people(connection: Connection, people: Sequence[str], *, org: str) -> list[Logged]:
    """Return all the log holds of some people and what belongs to them, oldest first."""
    return _logged_of(connection, "c.person", people, org)


def _logged_of(connection: Connection, column: str, ids: Sequence[str], org: str) -> list[Logged]:
    names = writer_names(connection)
    found: list[Logged] = []
    for part in chunks(list(ids)):
        marks = ",".join("?" * len(part))
        rows = connection.exec_driver_sql(_LOGGED + f"WHERE {column} IN ({marks})", tuple(part))
        found += [_logged(row, names, org) for row in rows]
    return sorted(found, key=lambda one: one.n)


def _logged(row: Any, names: Mapping[int, str], org: str) -> Logged:
    n, kind, record, person, action, writer, counter, base, fields, author, user, at, why = row
    who = from_json(author) or {"org": org, "user": user, "at": at, "why": why}
    pairs = from_json(fields)
    left = ""
    if kind == "person" and isinstance(pairs.get("home_org"), list):
        left = str(pairs["home_org"][0] or "")
    operation = Operation(
        kind=kind,
        record=record,
        action=action,
        dot=Dot(names[writer], counter),
        base={names[key]: value for key, value in read_vector(base).items()},
        fields={
            key.removeprefix(SET_ASIDE): pair if key.startswith(SET_ASIDE) else pair[1] for key, pair in pairs.items()
        },
        org=who["org"],
        user=who["user"],
        at=who["at"],
        why=who["why"],
        more=who.get("more") or {},
    )
    return Logged(n, person, operation, author is None, left)


def last_number(connection: Connection) -> int:
    """Return the number of the newest log entry."""
    return int(connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM change").scalar_one())


def people_of_org(connection: Connection, org: str) -> set[str]:
    """Return the ids of all people whose home organisation is `org`, deleted ones too."""
    return {row[0] for row in connection.exec_driver_sql("SELECT id FROM person WHERE home_org=?", (org,))}


def count_of_org(connection: Connection, org: str) -> int:
    """Return how many people have `org` as their home."""
    sql = "SELECT count(*) FROM person WHERE home_org=? AND deleted=0"
    return int(connection.exec_driver_sql(sql, (org,)).scalar_one())


def former_people(connection: Connection, people: Collection[str], orgs: Collection[str]) -> set[str]:
    """Return those of `people` whose home one of `orgs` once was."""
    found: set[str] = set()
    for part in chunks(list(people)):
        marks = ",".join("?" * len(part))
        for org in orgs:
            rows = connection.exec_driver_sql(
                f"SELECT DISTINCT record FROM change WHERE kind='person' AND record IN ({marks}) "  # noqa: S608
                "AND instr(fields, ?) > 0",
                (*part, f'"home_org":["{org}",'),
            )
            found.update(str(row[0]) for row in rows)
    return found


def people_of_orgs(connection: Connection, orgs: Collection[str]) -> set[str]:
    """Return the ids of all people whose home is one of `orgs`, deleted ones too."""
    return {person for org in orgs for person in people_of_org(connection, org)}


def owners_of(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, str]:
    """Return the person each child record belongs to."""
    found = load_records(connection, kind, ids)
    return {record: person for record, stored in found.items() if (person := person_of(stored)) is not None}


def home_orgs(connection: Connection, people: Sequence[str]) -> dict[str, str]:
    """Return the home organisation of each person that exists here; '' if none is set."""
    found = load_records(connection, "person", people)
    return {person: str(stored.values.get("home_org") or "") for person, stored in found.items()}


def owner_epochs(connection: Connection) -> dict[str, int]:
    """Return the ownership epoch of everybody who ever moved."""
    rows = connection.exec_driver_sql("SELECT id, owner_epoch FROM person WHERE owner_epoch IS NOT NULL")
    return {str(row[0]): int(row[1]) for row in rows}


def epoch_changes(connection: Connection, people: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Return, of each person, where in the log the ownership epoch was written and what it became, oldest first."""
    found: dict[str, list[tuple[int, int]]] = {}
    for part in chunks(sorted(people)):
        marks = ",".join("?" * len(part))
        rows = connection.exec_driver_sql(
            f"SELECT n, record, fields FROM change WHERE kind='person' AND record IN ({marks}) "  # noqa: S608
            "AND instr(fields, '\"owner_epoch\"') > 0 ORDER BY n",
            tuple(part),
        )
        for number, record, fields in rows:
            pair = from_json(fields).get("owner_epoch")
            if isinstance(pair, list) and isinstance(pair[1], int):
                found.setdefault(str(record), []).append((int(number), pair[1]))
    return found


def apply_plan(unit: UnitOfWork, plan: MergePlan, *, clock: Clock, ids: IdMaker) -> None:
    """Write a merge plan inside `unit`: records, foreign log entries with their own dots, conflicts.

    The plan must have been made from the states this transaction sees.
    """
    numbers = _numbers(unit.connection, plan)
    for kind, group in _by_kind(plan.records).items():
        for start in range(0, len(group), 900):
            part = group[start : start + 900]
            existing = load_records(unit.connection, kind, [planned.record for planned in part])
            for planned in part:
                _adopt(unit, planned, existing.get(planned.record), numbers)
    _carry(unit, plan.carried, numbers, unit.header.batch)
    unit.flush()
    _open_conflicts(unit, plan.conflicts, at=stamp(clock), ids=ids)


def _by_kind(records: Sequence[PlannedRecord]) -> dict[str, list[PlannedRecord]]:
    """Return planned records by kind, people first, so that children find their owners."""
    groups: dict[str, list[PlannedRecord]] = {"person": []}
    for planned in records:
        groups.setdefault(planned.kind, []).append(planned)
    return groups


def _numbers(connection: Connection, plan: MergePlan) -> dict[str, int]:
    """Return the local number of every writer the plan names."""
    orgs: dict[str, str] = {}
    for planned in plan.records:
        for name in planned.vector:
            orgs.setdefault(name, "")
    for operation in (*plan.carried, *(one for planned in plan.records for one in planned.operations)):
        orgs[operation.dot.writer] = operation.org
        for name in operation.base:
            orgs.setdefault(name, "")
    return {name: writer_number(connection, name, org=org) for name, org in orgs.items()}


def _adopt(unit: UnitOfWork, planned: PlannedRecord, stored: StoredRecord | None, numbers: Mapping[str, int]) -> None:
    """Write one planned record."""
    is_new = stored is None
    text = text_of_new(planned.operations[0], planned) if stored is None and planned.take else ""
    if text:
        _adopt_new(unit, planned, text, numbers)
        return
    record = stored or StoredRecord(planned.kind, planned.record, {}, {}, {})
    for key, (value, dot) in planned.take.items():
        if value is None:
            record.values.pop(key, None)
        else:
            record.values[key] = value
        record.dots[key] = (numbers[dot.writer], dot.counter)
    if is_new:
        record.dots = _folded(record.dots, record.values)
    record.vector = {numbers[name]: counter for name, counter in planned.vector.items()}
    record.deleted = planned.deleted
    entries = [foreign_entry(operation, planned, record, numbers) for operation in planned.operations]
    unit.adopt(record, is_new=is_new, keys=tuple(planned.take), entries=entries)


def _adopt_new(unit: UnitOfWork, planned: PlannedRecord, text: str, numbers: Mapping[str, int]) -> None:
    """Write a record that comes with one write, all of it taken; `text` is how the log has its fields."""
    (operation,) = planned.operations
    dot = (numbers[operation.dot.writer], operation.dot.counter)
    values: dict[str, Value] = {key: value for key, value in operation.fields.items() if value is not None}
    dots = {WHOLE: dot, **{key: dot for key, value in operation.fields.items() if value is None}}
    vector = {numbers[name]: counter for name, counter in planned.vector.items()}
    record = StoredRecord(planned.kind, planned.record, values, vector, dots, planned.deleted)
    unit.adopt(record, is_new=True, keys=(), entries=(entry_of(operation, record, numbers, {}, text),))


def _folded(dots: dict[str, tuple[int, int]], values: Mapping[str, Value]) -> dict[str, tuple[int, int]]:
    """Return the dots of a new record with the commonest one written once, under `*`: it speaks for what is filled."""
    if not dots:
        return dots
    every = list(dots.values())
    common = max(set(every), key=every.count)
    return {WHOLE: common, **{key: dot for key, dot in dots.items() if dot != common or key not in values}}


def _carry(unit: UnitOfWork, carried: Sequence[Operation], numbers: Mapping[str, int], package: str) -> None:
    """Keep what only a newer program understands: in the log if nothing else of it is, and on the list to take up."""
    for one in carried:
        person = one.record if one.kind == "person" else one.fields.get("person")
        line = to_json([one.kind, one.record, one.action, one.dot.writer, one.dot.counter])
        digest = hashlib.sha256(line.encode("utf-8")).hexdigest()
        fresh = unit.connection.exec_driver_sql(
            "INSERT OR IGNORE INTO carried (id, package, kind, record, person, writer, counter, line, at) "
            "VALUES (?,?,?,?,?,?,?,?,?)",
            (digest, package, one.kind, one.record, person, one.dot.writer, one.dot.counter, line, unit.header.at),
        ).rowcount
        if fresh and (one.kind not in KINDS or one.action not in {PUT, DELETE}):
            base = vector_text({numbers[name]: counter for name, counter in one.base.items()})
            fields: dict[str, object] = {SET_ASIDE + key: value for key, value in one.fields.items()}
            owner = person if isinstance(person, str) else None
            unit.log.append(
                LogEntry(
                    one.kind, one.record, owner, one.action, numbers[one.dot.writer], one.dot.counter, base, fields,
                    author_of(one),
                )
            )  # fmt: skip


def _open_conflicts(unit: UnitOfWork, conflicts: Sequence[FieldConflict], *, at: str, ids: IdMaker) -> None:
    """Write the conflicts a person must decide."""
    if not conflicts:
        return
    owners: dict[tuple[str, str], str | None] = {}
    rows = []
    for one in conflicts:
        owners.setdefault((one.kind, one.record), _owner(unit.connection, one))
        rows.append(
            (
                new_id(ids), one.kind, one.record, owners[one.kind, one.record], one.field,
                to_json(one.base), to_json(one.ours), _dot(one.ours_dot), to_json(one.theirs),
                _dot(one.theirs_dot), "open", at, unit.header.batch,
            )
        )  # fmt: skip
    unit.connection.exec_driver_sql(
        "INSERT INTO conflict (id, kind, record, person, field, base, ours, ours_dot, theirs, theirs_dot, "
        "state, opened_at, opened_by) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        rows,
    )
    unit.touch("conflict")


def _owner(connection: Connection, one: FieldConflict) -> str | None:
    stored = load_records(connection, one.kind, [one.record]).get(one.record)
    return person_of(stored) if stored else None


def _dot(dot: Dot | None) -> str | None:
    return f"{dot.writer}#{dot.counter}" if dot else None


def read_value(text: str | None) -> Value:
    """Return a value written in a conflict row."""
    value = from_json(text)
    return value if isinstance(value, str | int) else None
