"""Slips of paper, two on an A4 page with a line to cut along: 转移单 in its copies, receipts of exchange."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, REGULAR, draw, register_fonts, runs_of, width_of, wrapped

LEFT, RIGHT = 20 * mm, 20 * mm
_HALF = A4[1] / 2
_TITLE, _TEXT = 16.0, 10.5
_LABEL = 32 * mm
_LEADING = 5.6 * mm
_MOST_LINES = 4
_FOOT = 12 * mm


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip: its title, which copy it is, its rows, and who signs."""

    title: str
    copy: str
    number: str
    rows: Sequence[tuple[str, str]]
    signatures: str = ""
    whose: str = ""  # the person an error about a character names


def slips_pdf(slips: Sequence[Slip]) -> bytes:
    """Return the slips as A4 pages, two on each; raises PrintError for a character no font has."""
    register_fonts()
    for slip in slips:
        for label, value in slip.rows:
            runs_of(label + value, REGULAR, whose=slip.whose)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(slips[0].title if slips else "")
    for place, slip in enumerate(slips):
        is_lower = place % 2 == 1
        _draw(canvas, slip, top=_HALF if is_lower else A4[1])
        if is_lower or place == len(slips) - 1:
            _cut_line(canvas)
            canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _cut_line(canvas: Canvas) -> None:
    canvas.setDash(3, 3)
    canvas.line(10 * mm, _HALF, A4[0] - 10 * mm, _HALF)
    canvas.setDash()


def _draw(canvas: Canvas, slip: Slip, *, top: float) -> None:
    """Draw one slip into its half of the page."""
    y = top - 17 * mm
    draw(canvas, (A4[0] - width_of(slip.title, BOLD, _TITLE)) / 2, y, slip.title, font=BOLD, size=_TITLE)
    y -= 8 * mm
    draw(canvas, LEFT, y, slip.copy, size=_TEXT)
    number = f"编号：{slip.number}"
    draw(canvas, A4[0] - RIGHT - width_of(number, REGULAR, _TEXT), y, number, size=_TEXT)
    y -= 2.5 * mm
    canvas.line(LEFT, y, A4[0] - RIGHT, y)
    bottom = top - _HALF + _FOOT + 6 * mm
    for label, value in slip.rows:
        lines = wrapped(value, REGULAR, width=A4[0] - LEFT - RIGHT - _LABEL, size=_TEXT, lines=_MOST_LINES) or [""]
        if y - len(lines) * _LEADING < bottom:
            break
        draw(canvas, LEFT, y - _LEADING, label, font=BOLD, size=_TEXT)
        for line in lines:
            y -= _LEADING
            draw(canvas, LEFT + _LABEL, y, line, size=_TEXT)
    draw(canvas, LEFT, top - _HALF + _FOOT, slip.signatures, size=_TEXT)
