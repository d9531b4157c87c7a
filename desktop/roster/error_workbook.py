"""The workbook that goes back to the sender: their own sheet, bad cells coloured, reason and suggestion beside.

The row a correction answers is named in the last column, so that only rows that were sent back are touched when the
workbook comes in again.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

REASON, SUGGESTION, SOURCE_ROW = "原因", "建议", "原表行号"
ADDED = (REASON, SUGGESTION, SOURCE_ROW)
BAD_COLOUR = "FFD9D2"  # neither the red nor the yellow that readers take for a mark of the sender
SAID_COLOUR = "7A3E00"
_WIDTH = 16
_MOST_NAME = 28
_MARKER = re.compile(r"(\d+)(?:\.(\d+))?#([0-9a-f]{12})#([0-9a-f]{8})")
Marker = tuple[str, int, str]  # the beginning of the file's hash, the row, the beginning of the row's hash


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong in one row: reason and suggestion by column of the sheet (0-based)."""

    problems: Mapping[int, tuple[str, str]]
    marker: str

    @property
    def beside(self) -> tuple[str, str, str]:
        """What stands in the three columns behind the row."""
        reasons = "；".join(reason for reason, _ in self.problems.values())
        hints = "；".join(hint for _, hint in self.problems.values() if hint)
        return reasons, hints, self.marker


@dataclass(frozen=True, slots=True)
class ErrorSheet:
    """One sheet as it was sent: its rows from the first on, and what is wrong by 1-based row."""

    name: str
    rows: Iterable[Sequence[str]]
    header_rows: frozenset[int]  # 1-based, one for each table
    width: int  # the columns of the sender; ours come behind
    bad: Mapping[int, BadRow] = field(default_factory=dict)


def marker(row: int, column: int, *, sha256: str, key: str) -> str:
    """Return the text by which a row of a file is known again: its place, the file's hash, its own hash.

    `column` is the first one (0-based) of a table that stands beside another.
    """
    place = f"{row}.{column}" if column else str(row)
    return f"{place}#{sha256[:12]}#{key[:8]}"


def read_markers(text: str) -> dict[int, Marker]:
    """Return what rows a cell names, by the first column of their table."""
    return {
        int(match.group(2) or 0): (match.group(3), int(match.group(1)), match.group(4))
        for match in _MARKER.finditer(text)
    }


def workbook(sheets: Sequence[ErrorSheet]) -> bytes:  # noqa: C901 - one pass over cells
    """Return the workbook, every cell text in the row and column it was sent in.

    Nothing in a roster can become a formula or a link; the workbook is made in memory, so no plaintext is left in
    the temporary folder.
    """
    buffer = io.BytesIO()
    import xlsxwriter  # an import that sends nothing back does without it

    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#E4EEF0", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    bad = book.add_format({"num_format": "@", "border": 1, "bg_color": f"#{BAD_COLOUR}"})
    said = book.add_format({"num_format": "@", "font_color": f"#{SAID_COLOUR}", "text_wrap": True})
    for number, sheet in enumerate(sheets):
        page = book.add_worksheet(_sheet_name(sheet.name, number))
        page.freeze_panes(min(sheet.header_rows, default=1), 0)
        page.set_column(0, sheet.width + len(ADDED) - 1, _WIDTH)
        for line, cells in enumerate(sheet.rows, start=1):
            is_head = line in sheet.header_rows
            problems = sheet.bad[line].problems if line in sheet.bad else {}
            for column in range(sheet.width if problems else min(len(cells), sheet.width)):
                cell = cells[column] if column < len(cells) else ""
                style = bad if column in problems else head if is_head else text
                if cell or style is bad:
                    page.write_string(line - 1, column, cell, style)
            beside = ADDED if is_head else sheet.bad[line].beside if problems else ()
            for column, cell in enumerate(beside, start=sheet.width):
                page.write_string(line - 1, column, cell, head if is_head else said)
    book.close()
    return buffer.getvalue()


def _sheet_name(name: str, number: int) -> str:
    """Return a name a workbook accepts, unique by its number."""
    plain = "".join(c for c in name if c not in "[]:*?/\\'")[:_MOST_NAME] or "表"
    return plain if number == 0 else f"{plain[: _MOST_NAME - 3]}-{number + 1}"
