"""Operations, record states and merge plans: what the store, the package and merge talk about.

A *writer* is one installation in one epoch, written `<32 hex>:<epoch>`; a *dot* is a writer and
its gap-free counter. A version vector maps each writer to the highest counter seen.
See `sync.md` section 3.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from desktop.domain.fields import Value

PUT = "put"
DELETE = "delete"
WHOLE = "*"  # in `RecordState.dots`: the dot of every field that has none of its own


@dataclass(frozen=True, slots=True, order=True)
class Dot:
    """One write of one installation."""

    writer: str
    counter: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One logged write to one record: what travels in a package."""

    kind: str
    record: str
    action: str  # PUT or DELETE; a PUT to a deleted record restores it
    dot: Dot
    base: Mapping[str, int]  # version vector of the record before this write
    fields: Mapping[str, Value]
    org: str
    user: str
    at: str  # UTC stamp, for people only: never decides
    why: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)  # what a newer program said besides, word for word


@dataclass(frozen=True, slots=True)
class Sibling:
    """One of several values of a field, written without knowing of the others; kept until a person decides."""

    value: Value
    dot: Dot


@dataclass(frozen=True, slots=True)
class RecordState:
    """A record as this store has it."""

    kind: str
    record: str
    values: Mapping[str, Value]
    vector: Mapping[str, int]
    dots: Mapping[str, Dot]
    deleted: bool = False
    siblings: Mapping[str, tuple["Sibling", ...]] = field(default_factory=dict)  # of fields in conflict

    def dot_of(self, key: str) -> Dot | None:
        """Return the dot that last wrote field `key`."""
        return self.dots.get(key) or self.dots.get(WHOLE)


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Two values for one field, written without knowing of each other; both are kept."""

    kind: str
    record: str
    field: str
    base: Value
    ours: Value
    ours_dot: Dot | None
    theirs: Value
    theirs_dot: Dot
    provisional: Value  # shown until a person decides


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """What a merge will do to one record."""

    kind: str
    record: str
    is_new: bool
    operations: tuple[Operation, ...]  # not yet known here, oldest first
    before: Mapping[str, Value]  # our values of the fields in `take`
    take: Mapping[str, tuple[Value, Dot]]  # field -> value and its dot
    vector: Mapping[str, int]  # after the merge
    deleted: bool = False
    settled: frozenset[str] = frozenset()  # fields whose older conflicts these operations replace or end


@dataclass(frozen=True, slots=True)
class SoftConflict:
    """Two sides wrote different fields of one record at once: merged by itself, listed for people to see."""

    kind: str
    record: str
    ours: tuple[str, ...]  # the fields written here
    theirs: tuple[str, ...]
    org: str
    user: str
    at: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An operation that is put aside, with the reason in Chinese."""

    operation: Operation
    reason: str


@dataclass(frozen=True, slots=True)
class MergePlan:
    """Everything a merge will do, shown to a person before it is applied in one transaction."""

    records: tuple[PlannedRecord, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()
    refused: tuple[Refusal, ...] = ()
    known: int = 0  # operations this store already had
    carried: tuple[Operation, ...] = ()  # what only a newer program understands: kept and passed on, word for word
    soft: tuple[SoftConflict, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)  # `person.new`, `person.changed`, ...
