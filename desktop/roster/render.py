"""Cells of any reader as text, and rows cut to what holds something."""

import datetime
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from desktop.roster.grid import NUMERIC
from desktop.roster.precheck import RefusedFile
from desktop.roster.survey import SheetFacts

BLANK_ROWS_END = 5000
_MOST_CELLS = 30_000_000
_LOSSY = 10**15
_MOST_LETTERS = 32_767  # what a cell of a spreadsheet can hold
_CUT_ROWS = frozenset({65_536, 1_048_576})
_DIFFERENT_SHOWN = 5
_SPECIAL = str.maketrans({"\x1e": " ", "\x1f": " ", "\x01": " ", "\x00": ""})
_EPOCH, _EPOCH_1904 = datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)


def text_of(cell: Any) -> str:
    """Return a cell as text; numbers carry a mark, and those past 15 digits show that they are cut."""
    kind = type(cell)
    if kind is str:
        text: str = cell if len(cell) <= _MOST_LETTERS else cell[:_MOST_LETTERS]
        return text if text.isprintable() else text.translate(_SPECIAL)
    if cell is None:
        return ""
    if kind is bool:
        return "是" if cell else "否"
    if kind is float or kind is int:
        return NUMERIC + number_text(cell)
    if kind is datetime.datetime:
        return str(cell.date() if cell.time() == datetime.time() else cell)
    return _clean(str(cell))


def _clean(text: str) -> str:
    return text[:_MOST_LETTERS].translate(_SPECIAL)


def number_text(number: float) -> str:
    """Return a number as a person would have typed it."""
    if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124 - not a number
        return ""
    if abs(number) >= _LOSSY:
        return f"{number:.14E}"
    if float(number).is_integer():
        return str(int(number))
    return repr(round(float(number), 10))


def month_text(text: str, *, date1904: bool) -> str:
    """Return a date whose cell shows year and month only without its day; other texts as they are."""
    if len(text) >= 10 and text[4:5] == "-" and text[7:8] == "-":
        return text[:7]
    serial = text[1:] if text.startswith(NUMERIC) else ""
    if serial.isdigit() and 366 < int(serial) < 80_000:
        start = _EPOCH_1904 if date1904 else _EPOCH
        return (start + datetime.timedelta(days=int(serial))).isoformat()[:7]
    return text


class Trimmer:
    """Rows of cells as rows of text: what a cell shows laid over its value, blank ends cut, counts compared."""

    def __init__(self, facts: SheetFacts) -> None:
        self._facts = facts
        self._cells = 0
        self.differing: list[int] = []  # rows of which the two readers say different things
        self._pending_blank = 0
        self._number = 0  # the row looked at
        self.read = 0  # rows given out

    def rows(self, rows: Iterable[list[Any]]) -> Iterator[list[str]]:
        """Yield rows as text, stopping after a long run of blank ones behind which the survey saw nothing."""
        facts = self._facts
        blank = 0
        for number, row in enumerate(chain(rows, self._shown_behind()), 1):
            self._number = number
            texts = self._texts(number, row)
            if not texts:
                blank += 1
                if blank > BLANK_ROWS_END and number >= facts.last_row:
                    break
                continue
            for _ in range(blank):
                yield []
            self.read = number
            blank = 0
            self._cells += len(texts)
            if self._cells > _MOST_CELLS:
                raise RefusedFile("表格太大，请分成几个文件")
            yield texts
        if facts.valued_rows is not None:
            self.differing += sorted(row for row in facts.valued_rows if row > self._number)

    def _shown_behind(self) -> Iterator[list[Any]]:
        """Yield blank rows as far down as the survey saw something to show: a reader ends where its values end."""
        for _ in range(self._number, max(self._facts.shown, default=0)):
            yield []

    def _texts(self, number: int, row: list[Any]) -> list[str]:
        """Return one row as text, without blanks at its end."""
        texts = [text_of(cell) for cell in row]
        if number in self._facts.shown or number in self._facts.months:
            self._lay_over(number, texts)
        while texts and not texts[-1]:
            texts.pop()
        self._compare(number, is_blank=not texts)
        return texts

    def _lay_over(self, number: int, texts: list[str]) -> None:
        for column, shown in self._facts.shown.get(number, {}).items():
            texts.extend([""] * (column + 1 - len(texts)))
            texts[column] = shown
        for column in self._facts.months.get(number, ()):
            if column < len(texts):
                texts[column] = month_text(texts[column], date1904=self._facts.date1904)

    def _compare(self, number: int, *, is_blank: bool) -> None:
        valued = self._facts.valued_rows
        if valued is not None and is_blank == (number in valued):
            self.differing.append(number)

    def notes(self) -> list[str]:
        """Return what the user should know: readers that differ, rows that were cut off, rows that are hidden."""
        found = []
        if self.differing:
            shown = "、".join(str(row) for row in self.differing[:_DIFFERENT_SHOWN])
            more = f" 等 {len(self.differing)} 行" if len(self.differing) > _DIFFERENT_SHOWN else ""
            found.append(f"两种读法读到的行数不一样（第 {shown} 行{more}），请对照原表核对")
        if self.read in _CUT_ROWS:
            found.append(f"表正好 {self.read} 行，后面的人可能被表格软件截掉了，请核对人数")
        return found
