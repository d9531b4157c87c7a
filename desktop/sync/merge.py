"""Merge as a pure function: operations and local states in, a plan for a person to see out.

Per field (`sync.md` section 3.6): what the sender had seen decides, never a clock. Values written
without knowing of each other are both kept until a person decides.
"""

from collections.abc import Callable, Iterable, Mapping
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
    conflicts: dict[str, FieldConflict] = field(default_factory=dict)

    def dot_of(self, key: str) -> Dot | None:
        """Return who last wrote a field; the record's first dot speaks only for fields it filled."""
        return self.dots.get(key) or (self.dots.get(WHOLE) if key in self.values else None)


def plan_merge(
    operations: Iterable[Operation], states: States, *, objection: Objection, sender_rules: bool
) -> MergePlan:
    """Return what merging `operations` into `states` does; touches neither.

    `sender_rules` is True where the sender is the authority (a street's package at a community):
    its value is shown until a conflict is decided, and stands in `AUTHORITY` fields.
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
    conflicts = tuple(conflict for one in merging.values() for conflict in one.conflicts.values())
    counts = _counts(records, conflicts, refused)
    if carried:
        counts["carried"] = len(carried)
    return MergePlan(records, conflicts, tuple(refused), known, tuple(carried), counts)


def is_understood(operation: Operation) -> bool:
    """Return True if this program knows the operation whole; else it is carried for a newer one."""
    kind = KINDS.get(operation.kind)
    known_action = operation.action in {PUT, DELETE}
    return kind is not None and known_action and all(key in kind.keys for key in operation.fields)


def _bad_value(operation: Operation) -> str | None:
    """Return why the values of an operation cannot be held here, None if they can."""
    kind = KINDS.get(operation.kind)
    if kind is None:
        return None
    for key, value in operation.fields.items():
        if key not in kind.keys:
            continue
        if value is not None and isinstance(value, int) is not kind.field(key).is_number:
            return "项目的数据类型不对"
        if isinstance(value, str) and len(value) > kind.field(key).max_length:
            return f"{kind.field(key).label}超过 {kind.field(key).max_length} 个字"
    return None


def _begin(key: Key, known: RecordState | None) -> _Merging:
    if known is None:
        return _Merging(*key, None, {}, {}, {}, deleted=False)
    return _Merging(*key, known, dict(known.values), dict(known.vector), dict(known.dots), known.deleted)


def _work_in(current: _Merging, operation: Operation, *, sender_rules: bool) -> None:
    """Work one new operation into a record."""
    if operation.action == DELETE:
        _delete(current, operation)
    else:
        if current.deleted and not _covers_all(operation, current):
            current.conflicts[DELETION] = _deletion_conflict(current, operation, ours="已删除", theirs="仍在修改")
        current.deleted = False
        for key, value in _known_fields(operation).items():
            _field(current, operation, key, value, sender_rules=sender_rules)
    current.vector[operation.dot.writer] = operation.dot.counter
    current.operations.append(operation)


def _known_fields(operation: Operation) -> dict[str, Value]:
    keys = KINDS[operation.kind].keys
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
    elif not current.deleted:
        current.conflicts[DELETION] = _deletion_conflict(current, operation, ours="仍在修改", theirs="已删除")


def _deletion_conflict(current: _Merging, operation: Operation, *, ours: str, theirs: str) -> FieldConflict:
    return FieldConflict(
        current.kind, current.record, DELETION, None, ours, None, theirs, operation.dot, "保留这条记录"
    )


def _field(current: _Merging, operation: Operation, key: str, value: Value, *, sender_rules: bool) -> None:
    """Work one field of an operation in: take, know, converge, combine or conflict."""
    ours = current.values.get(key)
    mine = current.dot_of(key)
    if mine is None or mine.writer == operation.dot.writer or operation.base.get(mine.writer, 0) >= mine.counter:
        _take(current, key, value, operation.dot)
        current.conflicts.pop(key, None)
        return
    newest = max(mine, operation.dot, key=_rank)
    if ours == value:
        _take(current, key, value, newest)
        return
    policy = KINDS[current.kind].field(key).policy
    combined = _combined(policy, ours, value, ours_first=_rank(mine) < _rank(operation.dot))
    if combined is not None:
        _take(current, key, combined, newest)
        return
    theirs_wins = sender_rules if policy is Policy.AUTHORITY else sender_rules or newest == operation.dot
    if policy is not Policy.AUTHORITY:
        shown = value if theirs_wins else ours
        base = _known_value(current, key)
        current.conflicts[key] = FieldConflict(
            current.kind, current.record, key, base, ours, mine, value, operation.dot, shown
        )
    if theirs_wins:
        _take(current, key, value, operation.dot)


def _known_value(current: _Merging, key: str) -> Value:
    """Return our value before this merge: what the other side may have started from."""
    return current.known.values.get(key) if current.known else None


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
        one.kind, one.record, one.known is None, tuple(one.operations), before, one.take, one.vector, one.deleted
    )


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
