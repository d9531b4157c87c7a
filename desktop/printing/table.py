"""The list (表): A4 landscape, repeated header, signature footer, page x of y; and the grid other paper shares."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, REGULAR, draw, fitted, register_fonts, runs_of, width_of

PAGE = landscape(A4)
LEFT, RIGHT, TOP, BOTTOM = 25 * mm, 10 * mm, 14 * mm, 16 * mm
ROW = 8 * mm
HEADING = 12 * mm  # from the title's baseline to the grid
_TEXT = 8.5
_PAD = 1.2 * mm
_SIGNATURES = "制表：　　　　　　审核：　　　　　　单位（盖章）：　　　　　　"

Columns = Sequence[tuple[str, int]]  # title and width in characters
Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A list to print: title, column titles with widths in characters, and rows of texts."""

    title: str
    columns: Columns
    rows: Sequence[Row]
    footer: str  # who made it and when


def table_pdf(sheet: TableSheet) -> bytes:
    """Return the list as a PDF; raises PrintError for a character no font has, naming its line's first cell."""
    check_characters(sheet.rows)
    pages = split_rows(sheet.rows)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PAGE, invariant=1)
    canvas.setTitle(sheet.title)
    for number, rows in enumerate(pages, start=1):
        draw_page(canvas, sheet.title, sheet.columns, rows)
        draw(canvas, LEFT, BOTTOM - 6 * mm, _SIGNATURES + sheet.footer, size=9)
        draw_place(canvas, number, len(pages))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def check_characters(rows: Sequence[Row]) -> None:
    """Raise PrintError for the first character no font has, naming the person: a row's second cell."""
    register_fonts()
    for row in rows:
        for cell in row:
            runs_of(cell, REGULAR, whose=row[1] if len(row) > 1 else "")


def rows_on_a_page() -> int:
    """Return how many rows fit under a title and a heading line."""
    return int((PAGE[1] - TOP - BOTTOM - HEADING) // ROW) - 1


def split_rows(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Return rows in parts that fill one page each; one empty part if there are none."""
    per_page = rows_on_a_page()
    return [rows[start : start + per_page] for start in range(0, len(rows), per_page)] or [[]]


def draw_page(canvas: Canvas, title: str, columns: Columns, rows: Sequence[Row]) -> float:
    """Draw a centred title and the grid under it; return where the grid ends."""
    y = PAGE[1] - TOP
    draw(canvas, (PAGE[0] - width_of(title, BOLD, 15)) / 2, y, title, font=BOLD, size=15)
    return draw_grid(canvas, columns, rows, left=LEFT, width=PAGE[0] - LEFT - RIGHT, top=y - HEADING + ROW)


def draw_place(canvas: Canvas, number: int, total: int) -> None:
    """Write which page this is, at the bottom right."""
    place = f"第 {number} 页　共 {total} 页"
    draw(canvas, PAGE[0] - RIGHT - width_of(place, REGULAR, 9), BOTTOM - 6 * mm, place, size=9)


def draw_grid(canvas: Canvas, columns: Columns, rows: Sequence[Row], *, left: float, width: float, top: float) -> float:
    """Draw a heading line and rows below `top`, `width` points wide; return where the grid ends."""
    scale = width / sum(characters for _, characters in columns)
    widths = [characters * scale for _, characters in columns]
    canvas.setLineWidth(0.4)
    y = top
    for line, row in enumerate([[title for title, _ in columns], *rows]):
        y -= ROW
        _line(canvas, row, widths, (left, y), heading=line == 0)
    return y


def _line(canvas: Canvas, row: Row, widths: Sequence[float], at: tuple[float, float], *, heading: bool) -> None:
    x, y = at
    if heading:
        canvas.setFillColor(HexColor("#E3F0EF"))
        canvas.rect(x, y, sum(widths), ROW, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#000000"))
    font = BOLD if heading else REGULAR
    for cell, width in zip(row, widths, strict=True):
        canvas.rect(x, y, width, ROW)
        lines, size = fitted(cell, font, width=width - 2 * _PAD, largest=_TEXT, smallest=6)
        for number, text in enumerate(lines if cell else []):
            lift = ROW / 2 - size * 0.35 + (len(lines) - 1) * size * 0.6 - number * size * 1.15
            draw(canvas, x + _PAD, y + lift, text, font=font, size=size)
        x += width
