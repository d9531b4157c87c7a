"""The survey of an ods: how far its repeats spread, what is hidden, which rows hold a value."""

import html
import re
from collections.abc import Iterator

from desktop.roster.precheck import MOST_COLUMNS, RefusedFile
from desktop.roster.survey import BookFacts, SheetFacts

_MOST_CELLS = 8_000_000
_LONGEST_TAG = 4 << 20
_TAG = re.compile(
    rb"<(/?)table:(table|table-row|table-cell|covered-table-cell|table-column)(?=[\s/>])([^>]*)>|<(/?)office:annotation\b|<text:p\b"
)
_SAID = re.compile(
    rb"""(table:name|number-columns-repeated|number-rows-repeated|table:visibility|office:value-type)="([^"]*)\""""
)


class _Walk:
    """Where the survey stands in content.xml."""

    def __init__(self, book: BookFacts) -> None:
        self.book = book
        self.facts: SheetFacts | None = None
        self.row = self.column = self.last_filled = self.columns = self.cells = 0
        self.rows_repeated = self.cells_repeated = 1
        self.row_hidden = self.in_note = False
        self.depth = 0

    def tag(self, found: re.Match[bytes]) -> None:
        """Take one tag."""
        closing, name, attributes = found.group(1), found.group(2), found.group(3)
        if name is None:
            self._text_or_note(found)
            return
        said = dict(_SAID.findall(attributes)) if attributes and not closing else {}
        self_closed = attributes.endswith(b"/")
        if name == b"table":
            self._table(said, bool(closing))
        elif self.facts is None or self.depth > 1:
            return
        elif name == b"table-column" and not closing:
            self._table_column(said)
        elif name == b"table-row":
            self._table_row(said, bool(closing), self_closed)
        elif not closing:
            self._cell(said)

    def _text_or_note(self, found: re.Match[bytes]) -> None:
        if found.group(4) is not None:
            self.in_note = not found.group(4)
        elif not self.in_note and self.facts is not None:
            self.last_filled = self.column

    def _table(self, said: dict[bytes, bytes], closing: bool) -> None:
        self.depth += -1 if closing else 1
        if closing or self.depth > 1:
            return
        name = html.unescape(said.get(b"table:name", b"").decode("utf-8", "replace"))
        self.facts = SheetFacts(valued_rows=set())
        self.book.sheets[name] = self.facts
        self.row = self.columns = self.cells = 0

    def _table_column(self, said: dict[bytes, bytes]) -> None:
        times = _times(said, b"number-columns-repeated")
        if said.get(b"table:visibility", b"visible") != b"visible" and self.facts and self.columns < MOST_COLUMNS:
            self.facts.hidden_columns.update(range(self.columns, min(self.columns + times, MOST_COLUMNS)))
        self.columns += times

    def _table_row(self, said: dict[bytes, bytes], closing: bool, self_closed: bool) -> None:
        if not closing:
            self.rows_repeated = _times(said, b"number-rows-repeated")
            self.row_hidden = said.get(b"table:visibility", b"visible") != b"visible"
            self.column = self.last_filled = 0
        if closing or self_closed:
            self._end_row()

    def _cell(self, said: dict[bytes, bytes]) -> None:
        self.column += _times(said, b"number-columns-repeated")
        if b"office:value-type" in said:
            self.last_filled = self.column

    def _end_row(self) -> None:
        facts = self.facts
        if facts is None:
            return
        if self.last_filled:
            self.cells += self.last_filled * self.rows_repeated
            if self.last_filled > MOST_COLUMNS:
                facts.refused = f"超过 {MOST_COLUMNS} 列，请删去右边的空列再导入"
            if self.cells > _MOST_CELLS or self.row + self.rows_repeated > 1 << 21:
                raise RefusedFile("文件里有成片重复的格子，展开后大得不正常")
            numbers = range(self.row + 1, self.row + self.rows_repeated + 1)
            facts.valued_rows.update(numbers) if facts.valued_rows is not None else None
            facts.last_row = self.row + self.rows_repeated
            if self.row_hidden:
                facts.hidden_rows.update(numbers)
        self.row += self.rows_repeated
        self.rows_repeated = 1


def _times(said: dict[bytes, bytes], name: bytes) -> int:
    text = said.get(name, b"1")
    if not text.isdigit() or len(text) > 9:
        raise RefusedFile("文件里有成片重复的格子，展开后大得不正常")
    return max(int(text), 1)


def survey_ods(book: BookFacts, chunks: Iterator[bytes]) -> None:
    """Fill `book` with the facts of each sheet of content.xml; raises RefusedFile for a bomb of repeats."""
    walk = _Walk(book)
    rest = b""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(b"<")
        if cut < 0 or len(rest) - cut > _LONGEST_TAG:
            raise RefusedFile("文件已损坏，打不开")
        _walk_part(walk, rest[:cut])
        rest = rest[cut:]
    _walk_part(walk, rest)


def _walk_part(walk: _Walk, part: bytes) -> None:
    for found in _TAG.finditer(part):
        walk.tag(found)
