"""Forms in Excel's format, through openpyxl: read, filled with texts, styles and merged cells as they were.

openpyxl writes every sheet to a plain temporary file; here it writes to memory (`security.md` 2d).
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.styles import Alignment
from openpyxl.utils import column_index_from_string, coordinate_to_tuple, get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from desktop.roster.forms.blanks import applied, columns_of, edits_of
from desktop.roster.forms.layout import FORMULA, MOST_COLUMNS, MOST_ROWS, Box, FormGrid, list_in, places_in
from desktop.roster.forms.shape import XLSX, Filling, FormBlock, FormList, FormShape
from desktop.roster.precheck import RefusedFile

_MOST_SHEETS = 20
_ACTIVE = re.compile(r"\||WEBSERVICE|HYPERLINK|\[|://|\\\\", re.IGNORECASE)  # calls a program or another file
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_REFERENCE = re.compile(r"(\$?[A-Z]{1,3})(\$?)(\d+)")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def read_xlsx(raw: bytes) -> FormShape:
    """Return what the visible sheets of a workbook hold; raises RefusedFile."""
    book, notes = _opened(raw)
    grids = [_grid(sheet) for sheet in _sheets(book)]
    if not any(grid.boxes for grid in grids):
        raise RefusedFile("表格是空的")
    rows = next((found for number, grid in enumerate(grids, 1) if (found := list_in(number, grid))), None)
    places = [place for number, grid in enumerate(grids, 1) for place in places_in(number, grid, rows)]
    with ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
    if any(name.startswith("xl/drawings/drawing") for name in names):
        notes.append("表里的图形和文本框不会保留，图片只在每人一份时保留")
    named = zip(_sheets(book), grids, strict=True)
    blocks = tuple(FormBlock(sheet.title, grid.texts(), grid.merged()) for sheet, grid in named)
    return FormShape(XLSX, blocks, tuple(places), rows, tuple(notes))


def _opened(raw: bytes) -> tuple[Workbook, list[str]]:
    """Return a workbook without what could run or fetch something, and what was taken out."""
    book = load_workbook(io.BytesIO(raw), rich_text=True, keep_links=False)
    notes = []
    for sheet in book.worksheets:
        for line in sheet.iter_rows(max_row=min(sheet.max_row, 5000), max_col=min(sheet.max_column, MOST_COLUMNS)):
            for cell in line:
                if cell.data_type == "f" and _ACTIVE.search(_formula(cell)):
                    cell.value = None
                    notes.append(f"{cell.coordinate} 的公式会调用别的程序或文件，已去掉")
    return book, notes


def _formula(cell: Any) -> str:
    return str(getattr(cell.value, "text", cell.value) or "")


def _sheets(book: Workbook) -> list[Worksheet]:
    return [cast(Worksheet, one) for one in book.worksheets if one.sheet_state == "visible"][:_MOST_SHEETS]


def _grid(sheet: Worksheet) -> FormGrid:
    """Return the cells of a sheet; a formula counts as written on."""
    grid = FormGrid()
    height, width = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    for line in sheet.iter_rows(max_row=height, max_col=width):
        for cell in line:
            if not isinstance(cell, MergedCell):
                grid.add(Box(cell.row - 1, cell.column - 1, cell.row - 1, cell.column - 1, _text(cell)))
    for one in sheet.merged_cells.ranges:
        if one.max_row <= MOST_ROWS and one.max_col <= MOST_COLUMNS:
            anchor = sheet.cell(one.min_row, one.min_col)
            grid.add(Box(one.min_row - 1, one.min_col - 1, one.max_row - 1, one.max_col - 1, _text(anchor)))
    return grid


def _text(cell: Any) -> str:
    if cell.data_type == "f":
        return FORMULA
    return "" if cell.value is None else str(cell.value)


def fill_xlsx(raw: bytes, shape: FormShape, fillings: Sequence[Filling], *, together: bool) -> Iterator[bytes]:
    """Yield a workbook for each filling, or one with a sheet for each filling."""
    if together and len(fillings) > 1:
        yield _saved(_filled_together(raw, fillings))
        return
    for one in fillings:
        book, _ = _opened(raw)
        for number, sheet in enumerate(_sheets(book), start=1):
            _fill(sheet, number, one, shape.rows)
        yield _saved(book)


def _filled_together(raw: bytes, fillings: Sequence[Filling]) -> Workbook:
    """Return the workbook with every sheet that is filled once for each filling, named after it."""
    book, _ = _opened(raw)
    numbers = {int(place.partition("!")[0]) for one in fillings for place in one.values}
    for number, sheet in enumerate(_sheets(book), start=1):
        if number not in numbers:
            continue
        for order, one in enumerate(fillings, start=1):
            made = book.copy_worksheet(sheet)
            _copy_rest(sheet, made)
            made.title = _title(f"{order} {one.name}", sheet.title if len(numbers) > 1 else "")
            _fill(made, number, one, None)
        book.remove(sheet)
    book.active = 0
    return book


def _title(name: str, also: str) -> str:
    plain = "".join(c for c in f"{name} {also}".strip() if c not in "[]:*?/\\'")
    return plain[:31]


def _copy_rest(source: Worksheet, target: Worksheet) -> None:
    """Copy what openpyxl's own copy leaves out: print set-up, checks, coloured cells, the view."""
    for validation in source.data_validations.dataValidation:
        target.add_data_validation(copy(validation))
    for one in source.conditional_formatting:
        for rule in one.rules:
            target.conditional_formatting.add(str(one.sqref), copy(rule))
    if source.print_area:
        target.print_area = source.print_area.replace("$", "").rpartition("!")[2]
    if source.print_title_rows:
        target.print_title_rows = source.print_title_rows
    for part in ("oddHeader", "oddFooter"):
        setattr(target, part, copy(getattr(source, part)))
    target.sheet_view.showGridLines = source.sheet_view.showGridLines
    target.freeze_panes = source.freeze_panes


def _fill(sheet: Worksheet, number: int, filling: Filling, rows: FormList | None) -> None:
    """Write one filling into a sheet: its places first, while every row is where it was read, then its list."""
    blanks: dict[str, dict[int, str | Sequence[str]]] = {}
    for place, value in filling.values.items():
        block, _, spot = place.partition("!")
        if block != str(number):
            continue
        coordinate, _, span = spot.partition("#")
        if span:
            blanks.setdefault(coordinate, {})[int(span) - 1] = value
        else:
            _write(sheet, coordinate, value if isinstance(value, str) else "、".join(value))
    for coordinate, values in blanks.items():
        text = _text(sheet[coordinate])
        _write(sheet, coordinate, applied(text, edits_of(text, values)), fits=False)
    if rows is not None and rows.block == number and filling.rows:
        _fill_rows(sheet, rows, filling.rows)


def _write(sheet: Worksheet, coordinate: str, text: str, *, fits: bool = True) -> None:
    """Write a text that stays a text: no formula, no number, never a link."""
    row, column = coordinate_to_tuple(coordinate)
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell) or cell.data_type == "f":
        return
    said = _ILLEGAL.sub("", text)
    cell.value = said or None
    if not said:
        return
    cell.data_type = "s"
    cell.hyperlink = None
    if said[0].isdigit() or said.startswith(_BEGINS_FORMULA):
        cell.number_format = "@"
    if said.startswith(_BEGINS_FORMULA):
        cell.quotePrefix = True
    if fits:
        _shrink_if_long(sheet, cell, said)


def _shrink_if_long(sheet: Worksheet, cell: Cell, said: str) -> None:
    """Let a text that is longer than its cell shrink into it, unless the form says how it wraps."""
    if cell.alignment.wrap_text or cell.alignment.shrink_to_fit:
        return
    right = next((one.max_col for one in sheet.merged_cells.ranges if cell.coordinate in one), cell.column)
    width = sum(_width_of(sheet, column) for column in range(cell.column, right + 1))
    if columns_of(said) > width:
        cell.alignment = Alignment(
            horizontal=cell.alignment.horizontal, vertical=cell.alignment.vertical, shrink_to_fit=True,
            indent=cell.alignment.indent, textRotation=cell.alignment.textRotation,
        )  # fmt: skip


def _width_of(sheet: Worksheet, column: int) -> float:
    """Return a column's width in half-width characters; one entry of openpyxl may stand for several columns."""
    for one in sheet.column_dimensions.values():
        if one.min is not None and one.max is not None and one.min <= column <= one.max and one.width:
            return float(one.width)
    return float(sheet.sheet_format.defaultColWidth or 8.43)


def _fill_rows(sheet: Worksheet, found: FormList, rows: Sequence[Mapping[str, str]]) -> None:
    """Write a row for each person, making room above what stands under the list."""
    blank = max(found.last - found.first + 1, 0)
    if len(rows) > blank:
        _make_room(sheet, found, len(rows) - blank)
    for number, row in enumerate(rows):
        for letter, text in row.items():
            _write(sheet, f"{letter}{found.first + number}", text)


def _make_room(sheet: Worksheet, found: FormList, count: int) -> None:
    """Put `count` rows like the list's last one under it; what stood below moves down with its merged cells."""
    last, bottom = max(found.last, found.first - 1), sheet.max_row
    below = [copy(one) for one in sheet.merged_cells.ranges if one.min_row > last]
    for one in below:
        sheet.unmerge_cells(one.coord)
    heights = {row: sheet.row_dimensions[row].height for row in range(last + 1, bottom + 1)}
    if bottom > last:
        sheet.move_range(f"A{last + 1}:{get_column_letter(sheet.max_column)}{bottom}", rows=count)
    for row, height in heights.items():
        sheet.row_dimensions[row + count].height = height
    for one in below:
        one.shift(row_shift=count)
        sheet.merge_cells(one.coord)
    _move_references(sheet, last, count)
    model = last if found.last >= found.first else found.first - 1
    _like(sheet, model, range(last + 1, last + count + 1))


def _like(sheet: Worksheet, model: int, rows: range) -> None:
    """Give rows the height, the styles and the merged cells of a model row."""
    merged = [copy(one) for one in sheet.merged_cells.ranges if one.min_row == model == one.max_row]
    for row in rows:
        sheet.row_dimensions[row].height = sheet.row_dimensions[model].height
        for column in range(1, min(sheet.max_column, MOST_COLUMNS) + 1):
            source: Any = sheet.cell(model, column)
            target: Any = sheet.cell(row, column)
            if source.has_style:
                target._style = copy(source._style)  # noqa: SLF001 - as its own copier does
        for one in merged:
            sheet.merge_cells(start_row=row, end_row=row, start_column=one.min_col, end_column=one.max_col)


def _move_references(sheet: Worksheet, last: int, count: int) -> None:
    """Let formulas and the print area follow the rows that moved; a sum over the list's rows takes in the new ones."""
    for line in sheet.iter_rows():
        for cell in line:
            if cell.data_type == "f" and isinstance(cell.value, str):
                tokens: Any = Tokenizer(cell.value)
                for token in tokens.items:
                    if token.type == Token.OPERAND and token.subtype == Token.RANGE and "!" not in token.value:
                        token.value = _moved(token.value, last, count)
                cell.value = tokens.render()
    if sheet.print_area:
        area = CellRange(sheet.print_area.replace("$", "").rpartition("!")[2].partition(",")[0])
        if area.max_row >= last:
            area.expand(down=count)
            sheet.print_area = area.coord


def _moved(reference: str, last: int, count: int) -> str:
    def one(match: re.Match[str]) -> str:
        row = int(match.group(3))
        return f"{match.group(1)}{match.group(2)}{row + count if row >= last else row}"

    return _REFERENCE.sub(one, reference)


class _MemoryWriter(ExcelWriter):
    """Writes sheets into memory instead of a temporary file anybody could read."""

    _archive: ZipFile

    def write_worksheet(self, ws: Any) -> None:
        """Write one sheet into the archive."""
        ws._drawing = _drawing_of(ws)  # noqa: SLF001 - what the class above does
        out = io.BytesIO()
        writer: Any = WorksheetWriter(ws, out=out)
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001
        self._archive.writestr(ws.path[1:], out.getvalue())
        self.manifest.append(ws)


def _drawing_of(sheet: Any) -> Any:
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing

    drawing = SpreadsheetDrawing()
    drawing.charts = sheet._charts  # noqa: SLF001
    drawing.images = sheet._images  # noqa: SLF001
    return drawing


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        _MemoryWriter(book, archive).write_data()
    return buffer.getvalue()


def column_number(letter: str) -> int:
    """Return a column's number from 0."""
    return int(column_index_from_string(letter)) - 1
