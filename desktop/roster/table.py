"""A table found in a sheet, as mapping, matching and the window use it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
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

    def __init__(
        self,
        rows: Sequence[list[str]],
        numbers: Sequence[int],
        columns: Sequence[int] | None = None,
        extra: Mapping[int, list[str]] = MappingProxyType({}),
        filled: Mapping[int, Mapping[int, str]] = MappingProxyType({}),
    ) -> None:
        self._rows = rows
        self._numbers = numbers
        self._columns = columns
        self._extra = extra
        self._filled = filled

    def _cut(self, number: int, row: list[str]) -> list[str]:
        if number in self._filled:
            added = self._filled[number]
            row = [*row, *[""] * (max(added, default=-1) + 1 - len(row))]
            for column, text in added.items():
                row[column] = text
        if self._columns is not None:
            row = [row[place] if place < len(row) else "" for place in self._columns]
        return [*row, *self._extra[number]] if number in self._extra else row

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Walk the sheet's rows once, in order, and stop at each person's."""
        wanted = iter(self._numbers)
        number = next(wanted, 0)
        if not number:
            return
        for place, row in enumerate(self._rows, 1):
            if place == number:
                yield number, self._cut(number, row)
                number = next(wanted, 0)
                if not number:
                    return

    @overload
    def __getitem__(self, index: int) -> tuple[int, list[str]]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[int, list[str]]]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, list[str]] | list[tuple[int, list[str]]]:
        if isinstance(index, slice):
            return [(number, self._cut(number, self._rows[number - 1])) for number in self._numbers[index]]
        number = self._numbers[index]
        return number, self._cut(number, self._rows[number - 1])


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

    def with_control(self, total: int) -> "FoundTable":
        """Return this table with a note if the number of people its total says is not `total`."""
        if self.control_total is None or self.control_total == total:
            return self
        note = f"表里写共 {self.control_total} 人，实际读到 {total} 行"
        return replace(self, notes=(*self.notes, note))
