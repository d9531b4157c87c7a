"""The workbook that goes back to the sender: their rows, bad cells coloured, reason and suggestion beside."""

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

REASON, SUGGESTION, SOURCE_ROW = "原因", "建议", "原表行号"
_WIDTH = 16
_MOST_NAME = 28


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One row as it was sent, with reason and suggestion by column."""

    row: int
    cells: Sequence[str]
    problems: Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ErrorSheet:
    """The bad rows of one sheet under its own headers."""

    name: str
    headers: Sequence[str]
    rows: Sequence[ErrorRow]


def write(sheets: Sequence[ErrorSheet], *, path: Path) -> int:
    """Write the workbook with mode 0600 and return the number of rows in it.

    Every cell is written as text, so nothing in a roster can become a formula or a link; the
    workbook is made in memory, so no plaintext is left in the temporary folder.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#E4EEF0"})
    text = book.add_format({"num_format": "@", "border": 1, "text_wrap": True})
    bad = book.add_format({"num_format": "@", "border": 1, "bg_color": "#FFD9D2", "text_wrap": True})
    for number, sheet in enumerate(sheets):
        page = book.add_worksheet(_sheet_name(sheet.name, number))
        page.freeze_panes(1, 0)
        headers = [*sheet.headers, REASON, SUGGESTION, SOURCE_ROW]
        page.set_column(0, len(headers) - 1, _WIDTH)
        for column, header in enumerate(headers):
            page.write_string(0, column, header, head)
        for line, row in enumerate(sheet.rows, start=1):
            cells = [*row.cells, *[""] * len(sheet.headers)][: len(sheet.headers)]
            for column, cell in enumerate(cells):
                page.write_string(line, column, cell, bad if column in row.problems else text)
            reasons = "；".join(reason for reason, _ in row.problems.values())
            hints = "；".join(hint for _, hint in row.problems.values() if hint)
            for column, cell in enumerate((reasons, hints, str(row.row)), start=len(sheet.headers)):
                page.write_string(line, column, cell, text)
    book.close()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(buffer.getvalue())
    return sum(len(sheet.rows) for sheet in sheets)


def _sheet_name(name: str, number: int) -> str:
    """Return a name a workbook accepts, unique by its number."""
    plain = "".join(c for c in name if c not in "[]:*?/\\'")[:_MOST_NAME] or "表"
    return plain if number == 0 else f"{plain[: _MOST_NAME - 3]}-{number + 1}"
