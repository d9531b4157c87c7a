"""The survey of an xls (BIFF): passwords, cells spread too far, hidden rows, styles, comments, errors, 1904."""

import struct
from collections.abc import Callable, Iterator
from typing import ClassVar

from desktop.roster.grid import RED, STRUCK, YELLOW
from desktop.roster.ole import OleFile
from desktop.roster.precheck import PROTECTED, UNREADABLE, RefusedFile
from desktop.roster.survey import CENTS, MONTH, BookFacts, SheetFacts, StyleFacts, is_red, is_yellow, number_fact

_DENSE = 14_000_000  # cells of all sheets together that a dense reader may hold
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_PALETTE = ["000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF", "800000", "008000",
            "000080", "808000", "800080", "008080", "C0C0C0", "808080"]  # fmt: skip
_FORMATS = {2: "0.00", 4: "#,##0.00", 17: "mmm-yy"}


def survey_ole(raw: bytes) -> BookFacts:
    """Return what an xls holds beside its texts; raises RefusedFile before any reader sees it."""
    ole = OleFile(raw)
    names = {name for name, kind, _, _ in ole.entries if kind}
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        raise RefusedFile(PROTECTED)
    stream = ole.stream("Workbook", "Book", "WORKBOOK", "BOOK")
    if stream is None:
        said = "这是 Word 文档，不是表格" if "WordDocument" in names else UNREADABLE
        raise RefusedFile(said)
    book = BookFacts("xls")
    _Biff(stream, book).survey()
    return book


class _Biff:
    """One pass over the records of a workbook stream."""

    def __init__(self, stream: bytes, book: BookFacts) -> None:
        self._stream = stream
        self._book = book
        self._fonts: list[tuple[str, ...]] = []
        self._font_colours: list[int] = []
        self._formats = dict(_FORMATS)
        self._xfs: list[tuple[int, int, int, int]] = []  # font, number format, fore colour, pattern
        self._palette = _PALETTE[:8] + _PALETTE + [""] * 40
        self._palette[43], self._palette[51] = "FFFF99", "FFCC00"
        self._sheets: list[tuple[int, str, bool]] = []
        self._date1904 = False
        self._eight = True
        self._looks: dict[int, StyleFacts] = {}

    def survey(self) -> None:
        """Read the workbook's own records, then each sheet's."""
        for kind, body in self._records(0):
            reader = self._GLOBALS.get(kind)
            if reader is not None:
                reader(self, body)
            elif kind == 0x0A:
                break
        self._looks = self._read_looks()
        area = 0
        for start, name, hidden in self._sheets:
            facts = SheetFacts(date1904=self._date1904, valued_rows=set())
            area += _SheetWalk(facts, self._looks).walk(self._records(start))
            self._book.sheets[name] = facts
            if hidden:
                self._book.hidden.add(name)
        if area > _DENSE:
            raise RefusedFile("表里的格子隔得太远，请删去下边和右边的空行空列再导入")

    def _records(self, place: int) -> Iterator[tuple[int, bytes]]:
        stream, end = self._stream, len(self._stream)
        while place + 4 <= end:
            kind, size = struct.unpack_from("<HH", stream, place)
            yield kind, stream[place + 4 : place + 4 + size]
            place += 4 + size

    def _bof(self, body: bytes) -> None:
        self._eight = len(body) >= 2 and struct.unpack_from("<H", body)[0] >= 0x600

    def _password(self, body: bytes) -> None:
        del body
        raise RefusedFile(PROTECTED)

    def _date_mode(self, body: bytes) -> None:
        self._date1904 = body[:1] == b"\x01"

    def _bound_sheet(self, body: bytes) -> None:
        if len(body) < 8 or body[5] != 0:
            return
        start, state = struct.unpack_from("<IB", body)
        length = body[6]
        if self._eight:
            wide = body[7] & 1
            text = body[8 : 8 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1", "replace")
        else:
            text = body[7 : 7 + length].decode("gb18030", "replace")
        self._sheets.append((start, text, state & 3 != 0))

    def _font(self, body: bytes) -> None:
        if len(body) >= 6:
            _, flags, colour = struct.unpack_from("<HHH", body)
            self._fonts.append((STRUCK,) if flags & 8 else ())
            self._font_colours.append(colour)

    def _format(self, body: bytes) -> None:
        if len(body) > 5 and self._eight:
            number, length, wide = struct.unpack_from("<HHB", body)
            text = body[5 : 5 + length * (2 if wide & 1 else 1)]
            self._formats[number] = text.decode("utf-16-le" if wide & 1 else "latin-1", "replace")

    def _xf(self, body: bytes) -> None:
        if len(body) < 20 or not self._eight:
            self._xfs.append((0, 0, 0, 0))
            return
        font, number = struct.unpack_from("<HH", body)
        border, fill = struct.unpack_from("<IH", body, 14)
        self._xfs.append((font, number, fill & 0x7F, border >> 26))

    def _palette_record(self, body: bytes) -> None:
        count = struct.unpack_from("<H", body)[0] if len(body) >= 2 else 0
        for place in range(min(count, (len(body) - 2) // 4, 56)):
            self._palette[8 + place] = body[2 + place * 4 : 5 + place * 4].hex()

    _GLOBALS: ClassVar[dict[int, Callable[["_Biff", bytes], None]]] = {
        0x809: _bof, 0x2F: _password, 0x22: _date_mode, 0x85: _bound_sheet, 0x31: _font, 0x41E: _format, 0xE0: _xf,
        0x92: _palette_record,
    }  # fmt: skip

    def _colour(self, number: int) -> str:
        return self._palette[number] if number < len(self._palette) else ""

    def _read_looks(self) -> dict[int, StyleFacts]:
        found = {}
        for place, (font, number, fore, pattern) in enumerate(self._xfs):
            index = font - 1 if font > 4 else font  # there is no font 4
            marks = self._fonts[index] if index < len(self._fonts) else ()
            if index < len(self._font_colours) and is_red(self._colour(self._font_colours[index])):
                marks = (*marks, RED)
            if pattern and is_yellow(self._colour(fore)):
                marks = (*marks, YELLOW)
            elif pattern and is_red(self._colour(fore)):
                marks = (*marks, RED)
            kind = number_fact(self._formats.get(number, ""), number if number not in self._formats else -1)
            if marks or kind:
                found[place] = StyleFacts(marks, kind)
        return found


_VALUES = frozenset({0x203, 0x27E, 0xFD, 0x204, 0x06, 0x205, 0xD6})


class _SheetWalk:
    """One pass over the records of a sheet."""

    def __init__(self, facts: SheetFacts, looks: dict[int, StyleFacts]) -> None:
        self._facts = facts
        self._looks = looks
        self._hidden: set[int] = set()
        self._least_row, self._least_column = 1 << 30, 1 << 30
        self._most_row = self._most_column = -1
        self._object = 0
        self._text_at = 0, 0
        self._texts: dict[int, str] = {}
        self._notes: list[tuple[int, int, int]] = []

    def walk(self, records: Iterator[tuple[int, bytes]]) -> int:
        """Take every record; return how many cells a dense reader would hold."""
        depth = 0
        txo = 0  # letters still to come in the next CONTINUE
        for kind, body in records:
            depth += (kind == 0x809) - (kind == 0x0A)
            if depth <= 0:
                break
            if depth > 1:  # a chart's own copy of its numbers
                continue
            if txo and kind == 0x3C:
                self._texts[self._object] = _letters(body, txo)
            txo = struct.unpack_from("<H", body, 10)[0] if kind == 0x1B6 and len(body) >= 12 else 0
            self._record(kind, body)
        for row, column, number in self._notes:
            text = " ".join(self._texts.get(number, "").split())
            if text:
                self._facts.comments[row, column] = text[:500]
        self._facts.hidden_rows = {row for row in self._hidden if row in (self._facts.valued_rows or ())}
        rows, columns = self._most_row - self._least_row + 1, self._most_column - self._least_column + 1
        return rows * columns if self._most_row >= 0 else 0

    def _record(self, kind: int, body: bytes) -> None:
        if kind in _VALUES and len(body) >= 6:
            self._cell(kind, body)
        elif kind == 0x207 and len(body) >= 2 and body[:2] != b"\x00\x00":
            self._at(*self._text_at)
        elif kind == 0xBD and len(body) >= 12:
            self._many(body)
        elif kind == 0x208 and len(body) >= 16 and body[12] & 0x20:
            self._hidden.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind == 0x7D and len(body) >= 10 and body[8] & 1:
            first, last = struct.unpack_from("<HH", body)
            self._facts.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind == 0xE5:
            for place in range(2, len(body) - 7, 8):
                top, bottom, left, right = struct.unpack_from("<HHHH", body, place)
                self._facts.merged.append((top + 1, left, bottom + 1, right))
        else:
            self._note(kind, body)

    def _note(self, kind: int, body: bytes) -> None:
        if kind == 0x5D and len(body) >= 8 and body[:2] == b"\x15\x00":
            self._object = struct.unpack_from("<H", body, 6)[0]
        elif kind == 0x1C and len(body) >= 8:
            row, column, _, number = struct.unpack_from("<HHHH", body)
            self._notes.append((row + 1, column, number))

    def _cell(self, kind: int, body: bytes) -> None:
        row, column, look = struct.unpack_from("<HHH", body)
        result = body[6] if kind == 0x06 and len(body) >= 14 and body[12:14] == b"\xff\xff" else None
        if result == 0:  # a text, in a record of its own
            self._text_at = row, column
        elif result != 3:  # not an empty one
            self._at(row, column)
        if kind == 0x205 and len(body) >= 8 and body[7]:
            self._facts.show(row + 1, column, _ERRORS.get(body[6], "#VALUE!"))
        elif result == 2:
            self._facts.show(row + 1, column, _ERRORS.get(body[8], "#VALUE!"))
        if look in self._looks:
            value = struct.unpack_from("<d", body, 6)[0] if kind == 0x203 and len(body) >= 14 else None
            value = _rk(body[6:10]) if kind == 0x27E and len(body) >= 10 else value
            self._styled(row + 1, column, self._looks[look], value)

    def _many(self, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        for place in range(4, len(body) - 7, 6):
            self._at(row, column)
            look = struct.unpack_from("<H", body, place)[0]
            if look in self._looks:
                self._styled(row + 1, column, self._looks[look], _rk(body[place + 2 : place + 6]))
            column += 1

    def _at(self, row: int, column: int) -> None:
        if self._facts.valued_rows is not None:
            self._facts.valued_rows.add(row + 1)
        self._facts.last_row = max(self._facts.last_row, row + 1)
        self._least_row, self._most_row = min(self._least_row, row), max(self._most_row, row)
        self._least_column, self._most_column = min(self._least_column, column), max(self._most_column, column)

    def _styled(self, row: int, column: int, look: StyleFacts, value: float | None) -> None:
        if look.marks:
            self._facts.mark(row, column, look.marks)
        if look.number == MONTH:
            self._facts.months.setdefault(row, set()).add(column)
        elif look.number == CENTS and value is not None and 1900 <= value < 2100:
            self._facts.show(row, column, f"{value:.2f}")


def _rk(raw: bytes) -> float:
    """Return the number of an RK value: 30 bits of a double or an integer, perhaps in hundredths."""
    bits = int.from_bytes(raw, "little")
    if bits & 2:
        value = float(int.from_bytes(raw, "little", signed=True) >> 2)
    else:
        value = float(struct.unpack("<d", b"\x00" * 4 + (bits & 0xFFFFFFFC).to_bytes(4, "little"))[0])
    return value / 100 if bits & 1 else value


def _letters(body: bytes, count: int) -> str:
    if not body:
        return ""
    return (
        body[1 : 1 + count * 2].decode("utf-16-le", "replace") if body[0] & 1 else body[1 : 1 + count].decode("latin-1")
    )
