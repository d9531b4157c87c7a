"""What an import will do or did: tables with counts, problems and changes, small enough to hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.domain.changes import Changes
from desktop.domain.fields import Value
from desktop.roster.mapping import ColumnMapping
from desktop.roster.matching import OUTCOMES, Planned
from desktop.roster.table import FoundTable
from desktop.services.roster_plan import RosterSource


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What was found in one cell of a row, and what became of the row."""

    row: int
    column: int  # 0-based place in the table
    header: str
    field: str
    outcome: str  # one of OUTCOMES
    reason: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that a row changes in a person who is there: old and new value as stored."""

    row: int
    person: str
    name: str
    field: str  # a person field's key, or `phone`, `contact`, `tag`
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class RosterTable:
    """A table found in a file, with where its columns go and what its rows will do."""

    source: RosterSource
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[RowProblem] = ()
    changes: Sequence[FieldChange] = ()
    notes: tuple[str, ...] = ()
    replay: Callable[[], Iterator[Planned]] = lambda: iter(())

    @property
    def file(self) -> str:
        """The file's name."""
        return self.source.file

    @property
    def sha256(self) -> str:
        """The file's SHA-256 in hex."""
        return self.source.sha256

    @property
    def table(self) -> FoundTable:
        """The table as it was found."""
        return self.source.table

    @property
    def mapping(self) -> tuple[ColumnMapping, ...]:
        """Where each column goes."""
        return self.source.mapping

    @property
    def seen_at(self) -> str:
        """When the same file came in before, local time; '' if it never did."""
        return self.source.seen_at

    @property
    def planned(self) -> tuple[Planned, ...]:
        """The plan of every row, made again: a table of a hundred thousand rows is never held whole."""
        return tuple(self.replay())


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """Everything an import will do, before it does it."""

    tables: tuple[RosterTable, ...]
    skipped: tuple[str, ...] = ()  # sheets without a table, columns not read, in Chinese
    chosen: Mapping[str, str] = field(default_factory=dict)  # column key -> target, as somebody corrected it

    @property
    def counts(self) -> dict[str, int]:
        """Rows, and how many of each outcome; rows is always their sum."""
        counts = {outcome: sum(table.counts.get(outcome, 0) for table in self.tables) for outcome in OUTCOMES}
        return {"rows": sum(counts.values()), **counts}


@dataclass(frozen=True, slots=True)
class RosterResult:
    """What an import did."""

    counts: Mapping[str, int]
    problems: Sequence[Mapping[str, Any]]
    changes: Changes = field(default_factory=Changes)
    preview: RosterPreview = RosterPreview(())


def problems_of(preview: RosterPreview) -> list[dict[str, Any]]:
    """Return every problem as the command line gives it: file, sheet, row, column, field, outcome, reason."""
    return [
        {
            "file": table.file, "sheet": table.table.sheet, "row": one.row, "column": one.header, "field": one.field,
            "outcome": one.outcome, "reason": one.reason,
        }
        for table in preview.tables
        for one in table.problems
    ]  # fmt: skip
