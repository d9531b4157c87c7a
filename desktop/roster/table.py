"""A table found in a sheet, as mapping, matching and the window use it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from desktop.roster.grid import Question, RowSaid

MEANINGS = {
    "": "没有特别的意思",
    "death": "已去世",
    "moved": "已迁出或不再管理",
    "party": "中共党员",
    "skip": "这些行不要导入",
}
Rows = Sequence[tuple[int, list[str]]]


class PersonRows(Sequence[tuple[int, list[str]]]):
    """The rows of persons with their sheet rows, cut from the sheet's rows as they are asked for."""

    def __init__(self, rows: Sequence[list[str]], numbers: Sequence[int], columns: Sequence[int] | None = None) -> None:
        self._rows = rows
        self._numbers = numbers
        self._columns = columns

    def _cells(self, number: int) -> list[str]:
        row = self._rows[number - 1]
        if self._columns is None:
            return row
        return [row[place] if place < len(row) else "" for place in self._columns]

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for number in self._numbers:
            yield number, self._cells(number)

    @overload
    def __getitem__(self, index: int) -> tuple[int, list[str]]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[int, list[str]]]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, list[str]] | list[tuple[int, list[str]]]:
        if isinstance(index, slice):
            return [(number, self._cells(number)) for number in self._numbers[index]]
        return self._numbers[index], self._cells(self._numbers[index])


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table in a sheet: joined header names, and the data rows with their 1-based sheet rows."""

    sheet: str
    headers: tuple[str, ...]
    rows: Rows
    header_row: int  # 1-based, the first header line
    dropped: tuple[tuple[int, str], ...]  # (row, why) of lines that are no persons
    control_total: int | None = None
    notes: tuple[str, ...] = ()
    columns: tuple[int, ...] = ()  # the sheet's column (0-based) of each header
    hidden_columns: frozenset[int] = frozenset()  # places of headers whose column is hidden in the sheet
    questions: tuple[Question, ...] = ()  # asked once per file; answers go to `read_row` as `meanings`
    marks: Mapping[int, frozenset[str]] = field(default_factory=dict)  # row -> marks worth asking about
    comments: Mapping[int, Mapping[int, str]] = field(default_factory=dict)  # row -> place -> what somebody noted
    date1904: bool = False

    def said(self, row: int) -> RowSaid:
        """Return what a row says beside its texts; pass it to `read_row`."""
        return RowSaid(self.marks.get(row, frozenset()), self.comments.get(row, {}), self.date1904, self.columns)
