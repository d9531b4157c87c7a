"""A sheet as rows of text, the same from every kind of file, and what its cells say beside their text.

Rows are 1-based and columns 0-based throughout, as people and Python count them.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

NUMERIC = "\x01"  # a cell that was a number in its file begins with this mark
CELL_END, ROW_END = "\x1f", "\x1e"
BLOCK_ROWS = 500
_PACKED_FROM = 24 << 20  # blocks behind the first so many bytes are held compressed

RED, STRUCK, YELLOW, HIDDEN = "red", "struck", "yellow", "hidden"
MARK_NAMES = {RED: "红色", STRUCK: "划了删除线", YELLOW: "黄色底", HIDDEN: "隐藏"}
FORMULA_EMPTY = "#公式无结果"  # a formula whose result its program never saved


class Rows(Sequence[list[str]]):
    """The rows of a sheet, held in blocks of text: a tenth of the memory of lists of cells.

    Reading in order costs one split a row; reading anywhere unpacks one block.
    """

    def __init__(self, rows: Iterable[list[str]] = ()) -> None:
        self._blocks: list[bytes] = []
        self._packed: list[bool] = []
        self._starts: list[int] = []
        self._length = self._bytes = 0
        self._at, self._open = -1, [[""]]
        pending: list[list[str]] = []
        for row in rows:
            pending.append(row)
            if len(pending) == BLOCK_ROWS:
                self.add_block(joined(pending), len(pending))
                pending = []
        if pending:
            self.add_block(joined(pending), len(pending))

    def add_block(self, block: bytes, count: int) -> None:
        """Append `count` rows joined by the two separators; at most BLOCK_ROWS of them."""
        self._bytes += len(block)
        packed = self._bytes > _PACKED_FROM
        self._blocks.append(zlib.compress(block, 1) if packed else block)
        self._packed.append(packed)
        self._starts.append(self._length)
        self._length += count

    def _block(self, number: int) -> list[list[str]]:
        if number != self._at:
            raw = zlib.decompress(self._blocks[number]) if self._packed[number] else self._blocks[number]
            self._open = [row.split(CELL_END) if row else [] for row in raw.decode().split(ROW_END)]
            self._at = number
        return self._open

    def holding(self, pattern: re.Pattern[str]) -> Iterator[int]:
        """Yield the places (0-based) of rows in whose text a pattern is found; far quicker than reading the rows."""
        for number, start in enumerate(self._starts):
            packed = self._blocks[number]
            text = (zlib.decompress(packed) if self._packed[number] else packed).decode()
            last = -1
            for found in pattern.finditer(text):
                place = start + text.count(ROW_END, 0, found.start())
                if place != last:
                    yield place
                last = place

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[list[str]]:
        for number in range(len(self._blocks)):
            yield from self._block(number)

    @overload
    def __getitem__(self, index: int) -> list[str]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[str]]: ...
    def __getitem__(self, index: int | slice) -> list[str] | list[list[str]]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(self._length))]
        place = index + self._length if index < 0 else index
        if not 0 <= place < self._length:
            raise IndexError(index)
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle] <= place else (low, middle)
        return self._block(low)[place - self._starts[low]]


def joined(rows: Iterable[list[str]]) -> bytes:
    """Return rows as one block; a row's cells must not hold the separators."""
    return ROW_END.join([CELL_END.join(row) for row in rows]).encode()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, rows of cell texts, notes for the user, and what its reader saw beside the texts."""

    name: str
    rows: Sequence[list[str]]
    notes: Sequence[str] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()  # top row, left column, bottom row, right column
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)  # (row, column) -> what somebody noted
    marks: Mapping[int, Mapping[str, frozenset[int]]] = field(default_factory=dict)  # row -> RED ... -> columns
    date1904: bool = False


@dataclass(frozen=True, slots=True)
class RowSaid:
    """What a row says beside its texts: marks of its style, comments by place in the row, the day numbers' start."""

    marks: frozenset[str] = frozenset()
    comments: Mapping[int, str] = field(default_factory=dict)
    date1904: bool = False
    columns: Sequence[int] = ()  # the column of the sheet each place in the row came from


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked once per file: what a mark means; `choices` are (meaning, Chinese), the first is the proposal."""

    mark: str
    rows: tuple[int, ...]
    text: str
    choices: tuple[tuple[str, str], ...]


def plain(cell: str) -> str:
    """Return a cell's text without the number mark."""
    return cell[1:] if cell.startswith(NUMERIC) else cell


def is_number(cell: str) -> bool:
    """Return True if the cell was a number in its file."""
    return cell.startswith(NUMERIC)


def column_name(column: int) -> str:
    """Return the letters of a 0-based column."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Return a cell's address as a spreadsheet shows it."""
    return f"{column_name(column)}{row}"
