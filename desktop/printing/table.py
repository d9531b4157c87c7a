"""The list (表): A4 landscape, repeated header, signature footer, page x of y."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, REGULAR, draw, fitted, register_fonts, runs_of, width_of

_PAGE = landscape(A4)
_LEFT, _RIGHT, _TOP, _BOTTOM = 25 * mm, 10 * mm, 14 * mm, 16 * mm
_ROW = 8 * mm
_TEXT = 8.5
_PAD = 1.2 * mm
_SIGNATURES = "制表：　　　　　　审核：　　　　　　单位（盖章）：　　　　　　"


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A list to print: title, column titles with widths in characters, and rows of texts."""

    title: str
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[str]]
    footer: str  # who made it and when


def table_pdf(sheet: TableSheet) -> bytes:
    """Return the list as a PDF; raises PrintError for a character no font has, naming its line's first cell."""
    register_fonts()
    for row in sheet.rows:
        for cell in row:
            runs_of(cell, REGULAR, whose=row[1] if len(row) > 1 else "")
    height = _PAGE[1] - _TOP - _BOTTOM - 12 * mm
    per_page = int(height // _ROW) - 1
    pages = [sheet.rows[start : start + per_page] for start in range(0, len(sheet.rows), per_page)] or [[]]
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=_PAGE, invariant=1)
    canvas.setTitle(sheet.title)
    for number, rows in enumerate(pages, start=1):
        _page(canvas, sheet, rows, f"第 {number} 页　共 {len(pages)} 页")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _page(canvas: Canvas, sheet: TableSheet, rows: Sequence[Sequence[str]], place: str) -> None:
    y = _PAGE[1] - _TOP
    draw(canvas, (_PAGE[0] - width_of(sheet.title, BOLD, 15)) / 2, y, sheet.title, font=BOLD, size=15)
    y -= 12 * mm - _ROW
    total = sum(width for _, width in sheet.columns)
    scale = (_PAGE[0] - _LEFT - _RIGHT) / total
    widths = [width * scale for _, width in sheet.columns]
    canvas.setLineWidth(0.4)
    for line, row in enumerate([[title for title, _ in sheet.columns], *rows]):
        y -= _ROW
        _line(canvas, row, widths, y, heading=line == 0)
    draw(
        canvas,
        _LEFT,
        _BOTTOM - 6 * mm,
        _SIGNATURES + sheet.footer,
        size=9,
    )
    draw(canvas, _PAGE[0] - _RIGHT - width_of(place, REGULAR, 9), _BOTTOM - 6 * mm, place, size=9)


def _line(canvas: Canvas, row: Sequence[str], widths: Sequence[float], y: float, *, heading: bool) -> None:
    x = _LEFT
    if heading:
        canvas.setFillColor(HexColor("#E3F0EF"))
        canvas.rect(x, y, sum(widths), _ROW, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#000000"))
    font = BOLD if heading else REGULAR
    for cell, width in zip(row, widths, strict=True):
        canvas.rect(x, y, width, _ROW)
        lines, size = fitted(cell, font, width=width - 2 * _PAD, largest=_TEXT, smallest=6)
        for number, text in enumerate(lines if cell else []):
            lift = _ROW / 2 - size * 0.35 + (len(lines) - 1) * size * 0.6 - number * size * 1.15
            draw(canvas, x + _PAD, y + lift, text, font=font, size=size)
        x += width
