"""Sheets of plain paragraphs with lines to sign: the notice of PIPL 17 and its like."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, REGULAR, draw, register_fonts, width_of, wrapped

_MARGIN = 56.0
_SIZE, _LINE = 10.5, 17.0
_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class NoticeSheet:
    """A title, sections of (heading, paragraphs), lines to sign, and who made it when."""

    title: str
    sections: Sequence[tuple[str, Sequence[str]]]
    to_sign: Sequence[str]
    footer: str


def notice_pdf(sheet: NoticeSheet) -> bytes:
    """Return the sheet as a PDF of as many pages as it takes; raises PrintError for a character no font has."""
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    width = A4[0] - 2 * _MARGIN
    place = _begin(canvas, sheet.title)
    for heading, paragraphs in sheet.sections:
        place = _line(canvas, sheet, place, heading, font=BOLD)
        for paragraph in paragraphs:
            for part in wrapped(f"　　{paragraph}", REGULAR, width=width, size=_SIZE, lines=_MOST_LINES):
                place = _line(canvas, sheet, place, part)
    place -= _LINE
    for one in sheet.to_sign:
        place = _line(canvas, sheet, place - 8, one)
    _end(canvas, sheet)
    canvas.save()
    return out.getvalue()


def _begin(canvas: Canvas, title: str) -> float:
    draw(canvas, (A4[0] - width_of(title, BOLD, 16)) / 2, A4[1] - _MARGIN, title, font=BOLD, size=16)
    return A4[1] - _MARGIN - 2 * _LINE


def _line(canvas: Canvas, sheet: NoticeSheet, place: float, text: str, *, font: str = REGULAR) -> float:
    """Draw one line and return where the next goes, on a new page if this one is full."""
    if place < _MARGIN + _LINE:
        _end(canvas, sheet)
        place = _begin(canvas, sheet.title)
    draw(canvas, _MARGIN, place, text, font=font, size=_SIZE)
    return place - _LINE


def _end(canvas: Canvas, sheet: NoticeSheet) -> None:
    draw(canvas, _MARGIN, _MARGIN / 2, sheet.footer, size=8)
    canvas.showPage()
