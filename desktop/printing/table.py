"""The list (表): A4 landscape, repeated header, signature footer, page x of y; and the grid other paper shares.

A row is as tall as its longest cell needs: a long address wraps, nothing is cut.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, LEADING, REGULAR, check_characters, draw, fit_lines, width_of, wrapped

PAGE = landscape(A4)
LEFT, RIGHT, TOP, BOTTOM = 25 * mm, 10 * mm, 14 * mm, 16 * mm
ROW = 8 * mm
HEADING = 12 * mm  # from the title's baseline to the grid
WIDTH = PAGE[0] - LEFT - RIGHT
_TEXT, _SMALL = 8.5, 7.0
_PAD = 1.2 * mm
_REMEMBERED = 20_000  # cells whose lines are kept: a row is measured once and drawn once, and words repeat
_ROOM = PAGE[1] - TOP - BOTTOM - HEADING  # for the heading line and the rows
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
    """Return the list as a PDF; raises PrintError naming whose character no font has: a row's second cell."""
    check_rows(sheet.rows)
    pages = split_rows(sheet.columns, sheet.rows)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PAGE, invariant=1)
    canvas.setTitle(sheet.title)
    for number, rows in enumerate(pages, start=1):
        draw_page(canvas, sheet.title, sheet.columns, rows)
        draw(canvas, LEFT, BOTTOM - 6 * mm, _SIGNATURES + sheet.footer, size=9)
        draw_place(canvas, f"第 {number} 页　共 {len(pages)} 页")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def check_rows(rows: Sequence[Row]) -> None:
    """Raise PrintError for characters no font has, naming the people: a row's second cell."""
    check_characters((row[1] if len(row) > 1 else "", row) for row in rows)


def widths_of(columns: Columns, width: float = WIDTH) -> list[float]:
    """Return the columns' widths in points, which together fill `width`."""
    scale = width / sum(characters for _, characters in columns)
    return [characters * scale for _, characters in columns]


@lru_cache(maxsize=_REMEMBERED)
def cell_lines(text: str, font: str, width: float) -> tuple[list[str], float]:
    """Return a cell's text as lines, and their size: it shrinks a little, then it wraps."""
    room = width - 2 * _PAD
    size = _TEXT
    while size > _SMALL and width_of(text, font, size) > room:
        size -= 0.5
    if width_of(text, font, size) <= room:
        return ([text] if text else []), size
    most = int((_ROOM - ROW) / (size * LEADING)) - 1  # a text longer than a page shrinks into one
    lines = wrapped(text, font, width=room, size=size, lines=len(text) + 1)
    if len(lines) <= most:
        return lines, size
    return fit_lines(text, font, width=room, height=_ROOM - ROW - 2 * mm, largest=size, smallest=3)


def row_height(row: Row, widths: Sequence[float], font: str = REGULAR) -> float:
    """Return how tall a row must be for the whole of its texts."""
    tallest = ROW
    for text, width in zip(row, widths, strict=True):
        lines, size = cell_lines(text, font, width)
        tallest = max(tallest, len(lines) * size * LEADING + 2 * mm)
    return tallest


def room_for_rows(columns: Columns) -> float:
    """Return the height that rows have under a title and a heading line, in points."""
    return _ROOM - row_height([title for title, _ in columns], widths_of(columns), BOLD)


def split_rows(columns: Columns, rows: Sequence[Row]) -> list[list[Row]]:
    """Return rows in parts that fill one page each; one empty part if there are none."""
    widths, room = widths_of(columns), room_for_rows(columns)
    pages: list[list[Row]] = [[]]
    left = room
    for row in rows:
        height = row_height(row, widths)
        if height > left + 0.01 and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= height
    return pages


def draw_page(canvas: Canvas, title: str, columns: Columns, rows: Sequence[Row]) -> float:
    """Draw a centred title and the grid under it; return where the grid ends."""
    y = PAGE[1] - TOP
    lines, size = fit_lines(title, BOLD, width=WIDTH, height=6 * mm, largest=15, smallest=9)
    for number, line in enumerate(lines):
        middle = LEFT + (WIDTH - width_of(line, BOLD, size)) / 2
        draw(canvas, middle, y - number * size * LEADING, line, font=BOLD, size=size)
    return draw_grid(canvas, columns, rows, left=LEFT, width=WIDTH, top=y - HEADING + ROW)


def draw_place(canvas: Canvas, place: str) -> None:
    """Write which page this is, at the bottom right."""
    draw(canvas, PAGE[0] - RIGHT - width_of(place, REGULAR, 9), BOTTOM - 6 * mm, place, size=9)


def draw_grid(canvas: Canvas, columns: Columns, rows: Sequence[Row], *, left: float, width: float, top: float) -> float:
    """Draw a heading line and rows below `top`, `width` points wide; return where the grid ends."""
    widths = widths_of(columns, width)
    canvas.setLineWidth(0.4)
    y = top
    for line, row in enumerate([[title for title, _ in columns], *rows]):
        height = row_height(row, widths, BOLD if line == 0 else REGULAR)
        y -= height
        _line(canvas, row, widths, (left, y, height), heading=line == 0)
    return y


def _line(canvas: Canvas, row: Row, widths: Sequence[float], at: tuple[float, float, float], *, heading: bool) -> None:
    x, y, height = at
    if heading:
        canvas.setFillColor(HexColor("#E3F0EF"))
        canvas.rect(x, y, sum(widths), height, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#000000"))
    font = BOLD if heading else REGULAR
    for cell, width in zip(row, widths, strict=True):
        canvas.rect(x, y, width, height)
        lines, size = cell_lines(cell, font, width)
        draw_lines(canvas, lines, at=(x + _PAD, y + height / 2), font=font, size=size)
        x += width


def draw_lines(canvas: Canvas, lines: Sequence[str], *, at: tuple[float, float], font: str, size: float) -> None:
    """Draw lines of text whose middle is at a height, from a left edge."""
    lift = (len(lines) - 1) * size * LEADING / 2 - size * 0.35
    for number, text in enumerate(lines):
        draw(canvas, at[0], at[1] + lift - number * size * LEADING, text, font=font, size=size)
