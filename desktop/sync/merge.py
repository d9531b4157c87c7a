"""Merge as a pure function: operations and local states in, a plan for a person to see out.

Per field (`sync.md` section 3.6): what the sender had seen decides, never a clock. Values written
without knowing of each other are both kept until a person decides.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from desktop.domain.dictionary import KINDS
from desktop.domain.fields import Policy, Value
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
    Refusal,
    Sibling,
    SoftConflict,
)

Key = tuple[str, str]  # kind, record
States = Mapping[Key, RecordState]
Objection = Callable[[Operation], str | None]  # the reason in Chinese why the sender may not do this
DELETION = ""  # the field name of a conflict between a deletion and an edit


@dataclass(slots=True)
class _Merging:
    """A record while its incoming operations are worked in."""

    kind: str
    record: str
    known: RecordState | None
    values: dict[str, Value]
    vector: dict[str, int]
    dots: dict[str, Dot]
    deleted: bool
    operations: list[Operation] = field(default_factory=list)
    take: dict[str, tuple[Value, Dot]] = field(default_factory=dict)
    alive: dict[str, list[Sibling]] = field(default_factory=dict)  # of fields written by these operations
    deletion: FieldConflict | None = None
    settled: set[str] = field(default_factory=set)
    soft: SoftConflict | None = None

    def dot_of(self, key: str) -> Dot | None:
        """Return who last wrote a field; the record's first dot speaks only for fields it filled."""
        return self.dots.get(key) or (self.dots.get(WHOLE) if key in self.values else None)

    def alive_in(self, key: str) -> list[Sibling]:
        """Return the values of a field that nobody has decided between: one, unless it is in conflict."""
        if key in self.alive:
            return self.alive[key]
        mine = self.dot_of(key)
        kept = self.known.siblings.get(key, ()) if self.known else ()
        if mine in [one.dot for one in kept]:  # else somebody here wrote the field since, knowing all of them
            return list(kept)
        return [] if mine is None else [Sibling(self.values.get(key), mine)]


def plan_merge(
    operations: Iterable[Operation], states: States, *, objection: Objection, sender_rules: bool
) -> MergePlan:
    """Return what merging `operations` into `states` does; touches neither.

    `sender_rules` is True where the sender is the authority (a street's package at a community): its
    value stands in `AUTHORITY` fields. Of other values in conflict the one with the higher dot is shown
    until a person decides: the same one at every station, whatever arrived first.
    """
    merging: dict[Key, _Merging] = {}
    refused: list[Refusal] = []
    carried: list[Operation] = []
    known = 0
    for operation in operations:
        reason = _bad_value(operation) or objection(operation)
        if reason is not None:
            refused.append(Refusal(operation, reason))
            continue
        if not is_understood(operation):
            carried.append(operation)
        if operation.kind not in KINDS or operation.action not in {PUT, DELETE}:
            continue
        key = (operation.kind, operation.record)
        current = merging.get(key) or _begin(key, states.get(key))
        merging[key] = current
        if operation.dot.counter <= current.vector.get(operation.dot.writer, 0):
            known += 1
            _take_late(current, operation)
        else:
            _work_in(current, operation, sender_rules=sender_rules)
    records = tuple(_planned(one) for one in merging.values() if one.operations)
    conflicts = tuple(conflict for one in merging.values() for conflict in _conflicts(one))
    soft = tuple(one.soft for one in merging.values() if one.soft is not None)
    counts = _counts(records, conflicts, refused)
    if carried:
        counts["carried"] = len(carried)
    return MergePlan(records, conflicts, tuple(refused), known, tuple(carried), soft, counts)


def is_understood(operation: Operation) -> bool:
    """Return True if this program knows the operation whole; else it is carried for a newer one."""
    kind = KINDS.get(operation.kind)
    known_action = operation.action in {PUT, DELETE}
    return kind is not None and known_action and operation.fields.keys() <= kind.by_key.keys()


def _bad_value(operation: Operation) -> str | None:
    """Return why the values of an operation cannot be held here, None if they can."""
    kind = KINDS.get(operation.kind)
    if kind is None:
        return None
    for key, value in operation.fields.items():
        one = kind.by_key.get(key)
        if one is None or value is None:
            continue
        if isinstance(value, int) is not one.is_number:
            return "项目的数据类型不对"
        if isinstance(value, str) and len(value) > one.max_length:
            return f"{one.label}超过 {one.max_length} 个字"
    return None


def _begin(key: Key, known: RecordState | None) -> _Merging:
    if known is None:
        return _Merging(*key, None, {}, {}, {}, deleted=False)
    return _Merging(*key, known, dict(known.values), dict(known.vector), dict(known.dots), known.deleted)


def _work_in(current: _Merging, operation: Operation, *, sender_rules: bool) -> None:
    """Work one new operation into a record."""
    if operation.action == DELETE:
        _delete(current, operation)
    elif current.known is None and not current.vector:
        _make(current, operation)
    else:
        if _covers_all(operation, current):
            _settle_deletion(current)
        elif current.deleted:
            current.deletion = _deletion_conflict(current, operation, ours="已删除", theirs="仍在修改")
        else:
            _note_soft(current, operation)
        current.deleted = False
        for key, value in _known_fields(operation).items():
            _field(current, operation, key, value, sender_rules=sender_rules)
    current.vector[operation.dot.writer] = operation.dot.counter
    current.operations.append(operation)


def _make(current: _Merging, operation: Operation) -> None:
    """Work in the first write to a record nobody here knows: most of a first package. It faces nothing."""
    fields, dot = _known_fields(operation), operation.dot
    current.settled.update((DELETION, *fields))
    current.take.update({key: (value, dot) for key, value in fields.items()})
    current.dots.update(dict.fromkeys(fields, dot))
    current.values.update({key: value for key, value in fields.items() if value is not None})


def _known_fields(operation: Operation) -> dict[str, Value]:
    keys = KINDS[operation.kind].by_key
    if operation.fields.keys() <= keys.keys():
        return dict(operation.fields)
    return {key: value for key, value in operation.fields.items() if key in keys}


def _take_late(current: _Merging, operation: Operation) -> None:
    """Take fields of an operation that was worked in before they were known or sent here.

    They were redacted then, or this program was older: nobody can have written the field knowing the
    value, so it is taken only where the field was never written or only by what the operation had seen.
    """
    late = {key: value for key, value in _known_fields(operation).items() if _is_late(current, operation, key)}
    if late and operation.action == PUT:
        for key, value in late.items():
            _take(current, key, value, operation.dot)
        current.operations.append(replace(operation, fields=late))


def _is_late(current: _Merging, operation: Operation, key: str) -> bool:
    mine = current.dot_of(key)
    if mine is None:
        return operation.fields[key] is not None
    if mine.writer == operation.dot.writer:
        return mine.counter < operation.dot.counter
    return operation.base.get(mine.writer, 0) >= mine.counter


def _covers_all(operation: Operation, current: _Merging) -> bool:
    """Return True if the sender had seen every write to this record that we have."""
    seen = operation.base
    return all(
        seen.get(writer, 0) >= counter for writer, counter in current.vector.items() if writer != operation.dot.writer
    )


def _delete(current: _Merging, operation: Operation) -> None:
    """Delete, unless somebody edited meanwhile: then the record stays and a person decides."""
    if _covers_all(operation, current):
        current.deleted = True
        _settle_deletion(current)
    elif not current.deleted:
        current.deletion = _deletion_conflict(current, operation, ours="仍在修改", theirs="已删除")


def _deletion_conflict(current: _Merging, operation: Operation, *, ours: str, theirs: str) -> FieldConflict:
    return FieldConflict(
        current.kind, current.record, DELETION, None, ours, None, theirs, operation.dot, "保留这条记录"
    )


def _settle_deletion(current: _Merging) -> None:
    """End a conflict between deletion and edit: the sender had seen both sides."""
    current.deletion = None
    current.settled.add(DELETION)


def _note_soft(current: _Merging, operation: Operation) -> None:
    """Note that the operation and we wrote different fields of one record without knowing of each other."""
    if current.known is None:
        return
    ours = [key for key, dot in current.known.dots.items() if key != WHOLE and not _knows(operation, dot)]
    theirs = [key for key in _known_fields(operation) if key not in ours]
    if ours and theirs:
        before = current.soft.theirs if current.soft else ()
        current.soft = SoftConflict(
            current.kind, current.record, tuple(sorted(ours)), tuple(sorted({*before, *theirs})), operation.org,
            operation.user, operation.at,
        )  # fmt: skip


def _knows(operation: Operation, dot: Dot) -> bool:
    """Return True if the writer of an operation had seen a dot, or is its writer."""
    return dot.writer == operation.dot.writer or operation.base.get(dot.writer, 0) >= dot.counter


def _field(current: _Merging, operation: Operation, key: str, value: Value, *, sender_rules: bool) -> None:
    """Work one field of an operation in: it replaces what its writer had seen, and joins or faces the rest."""
    mine = Sibling(value, operation.dot)
    current.settled.add(key)
    if current.known is None and key not in current.dots:  # nobody here ever wrote it
        current.alive[key] = [mine]
        _take(current, key, value, operation.dot)
        return
    policy = KINDS[current.kind].field(key).policy
    facing: list[Sibling] = []
    for other in current.alive_in(key):
        if _knows(operation, other.dot):
            continue
        joined = _joined(policy, other, mine, sender_rules=sender_rules)
        if joined is None:
            facing.append(other)
        else:
            mine = joined
    current.alive[key] = [*facing, mine]
    shown = max(current.alive[key], key=lambda one: _rank(one.dot))
    if shown.dot != current.dot_of(key) or shown.value != current.values.get(key):
        _take(current, key, shown.value, shown.dot)


def _joined(policy: Policy, other: Sibling, mine: Sibling, *, sender_rules: bool) -> Sibling | None:
    """Return the one value that two make without a person: equal, both together, or the authority's."""
    newest = max(other.dot, mine.dot, key=_rank)
    if other.value == mine.value:
        return Sibling(mine.value, newest)
    if policy is Policy.AUTHORITY:
        return mine if sender_rules else other
    combined = _combined(policy, other.value, mine.value, ours_first=_rank(other.dot) < _rank(mine.dot))
    return None if combined is None else Sibling(combined, newest)


def _conflicts(one: _Merging) -> Iterator[FieldConflict]:
    """Yield what a person must decide about a record: the first value of a field against each other one."""
    if one.deletion is not None:
        yield one.deletion
    for key, alive in one.alive.items():
        if len(alive) == 1:
            continue
        shown = max(alive, key=lambda sibling: _rank(sibling.dot))
        first = alive[0]
        for other in alive[1:]:
            yield FieldConflict(
                one.kind, one.record, key, None, first.value, first.dot, other.value, other.dot, shown.value
            )


def _rank(dot: Dot) -> tuple[int, str]:
    """Order dots the same way everywhere, without a clock."""
    return (dot.counter, dot.writer)


def _combined(policy: Policy, ours: Value, theirs: Value, *, ours_first: bool) -> Value:
    """Return both values as one where the policy allows it, else None."""
    if not isinstance(ours, str) or not isinstance(theirs, str):
        return None
    if policy is Policy.UNION:
        return " ".join(sorted(set(ours.split()) | set(theirs.split())))
    if policy is not Policy.APPEND:
        return None
    first, second = (ours, theirs) if ours_first else (theirs, ours)
    lines = first.split("\n")
    return "\n".join([*lines, *[line for line in second.split("\n") if line not in lines]])


def _take(current: _Merging, key: str, value: Value, dot: Dot) -> None:
    current.take[key] = (value, dot)
    current.dots[key] = dot
    if value is None:
        current.values.pop(key, None)
    else:
        current.values[key] = value


def _planned(one: _Merging) -> PlannedRecord:
    before = {key: one.known.values.get(key) for key in one.take} if one.known else {}
    return PlannedRecord(
        one.kind, one.record, one.known is None, tuple(one.operations), before, one.take, one.vector, one.deleted,
        frozenset(one.settled),
    )  # fmt: skip


def _counts(
    records: Iterable[PlannedRecord], conflicts: Iterable[FieldConflict], refused: Iterable[Refusal]
) -> dict[str, int]:
    """Return what a preview shows at its top."""
    counts: dict[str, int] = {}

    def add(name: str) -> None:
        counts[name] = counts.get(name, 0) + 1

    for one in records:
        what = "new" if one.is_new else "deleted" if one.deleted else "changed"
        add(f"{one.kind}.{what}")
    for _ in conflicts:
        add("conflicts")
    for _ in refused:
        add("rejected")
    return counts
