"""The limited child process that marks bad cells in a sender's own workbook.

`python -m desktop.roster.return_child` takes on standard input a line of JSON: sheet name → {"width", "header_rows",
"bad": {row: {"columns": [...], "beside": [...]}}}, then the workbook, and writes it marked to standard output.
What the sender formatted stays; formulas become their values (or text), links to other files, hyperlinks and macros
are left out.
"""

import io
import json
import sys
import zipfile
from typing import Any

from desktop.roster.error_workbook import ADDED, BAD_COLOUR, SAID_COLOUR

_MEMORY = 1536 << 20
_SECONDS = 120


def main() -> int:
    """Mark the workbook given; return the exit code. Nothing of it is put into a file."""
    marks: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    raw = sys.stdin.buffer.read()
    _limit_self()
    sys.stdout.buffer.write(marked(raw, marks))
    return 0


def _limit_self() -> None:
    """Bound memory and time; no file is written, so no plaintext stays behind."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def marked(raw: bytes, marks: dict[str, Any]) -> bytes:
    """Return the workbook with its bad cells coloured, and reason, suggestion and row mark beside them."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(raw), data_only=True, keep_links=False)
    book.defined_names.clear()
    _keep_unsaved_formulas(book, openpyxl.load_workbook(io.BytesIO(raw), read_only=True, keep_links=False))
    for page in book.worksheets:
        for hyperlink in [cell for row in page.iter_rows() for cell in row if cell.hyperlink]:
            hyperlink.hyperlink = None
        if page.title in marks:
            _mark_sheet(page, marks[page.title])
    return _in_memory(book)


def _keep_unsaved_formulas(book: Any, as_written: Any) -> None:
    """Show a formula that has no saved result as the text it is, so that nothing the sender wrote disappears."""
    for page in as_written.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if getattr(cell, "data_type", "") == "f":
                    ours = book[page.title].cell(cell.row, cell.column)
                    if ours.value is None:
                        _write(ours, str(cell.value))


def _mark_sheet(page: Any, marks: dict[str, Any]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    fill = PatternFill("solid", fgColor=BAD_COLOUR)
    width = int(marks["width"])
    for column, text in enumerate(ADDED, start=width + 1):
        for line in marks["header_rows"]:
            _write(page.cell(int(line), column), text)
            page.cell(int(line), column).font = Font(bold=True)
        page.column_dimensions[page.cell(1, column).column_letter].width = 30
    for row, bad in marks["bad"].items():
        for column in bad["columns"]:
            page.cell(int(row), column + 1).fill = fill
        for column, text in enumerate(bad["beside"], start=width + 1):
            cell = page.cell(int(row), column)
            _write(cell, text)
            cell.font = Font(color=SAID_COLOUR)
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _write(cell: Any, text: str) -> None:
    """Write text that stays text, whatever it begins with and whoever edits it."""
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True


def _in_memory(book: Any) -> bytes:
    """Save a workbook without the temporary files openpyxl puts each sheet in."""
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    base: Any = ExcelWriter
    sheet_writer: Any = WorksheetWriter

    class InMemory(base):  # type: ignore[misc]
        def write_worksheet(self, ws: Any) -> None:
            ws._drawing = SpreadsheetDrawing()  # noqa: SLF001 - the library's own way
            ws._drawing.charts, ws._drawing.images = ws._charts, ws._images  # noqa: SLF001
            out = io.BytesIO()
            writer = sheet_writer(ws, out)
            writer.write()
            ws._rels = writer._rels  # noqa: SLF001
            self._archive.writestr(ws.path[1:], out.getvalue())
            self.manifest.append(ws)

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        InMemory(book, archive).write_data()
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
