"""Figures on paper: A4 portrait, a block a figure with its rule, bars beside the numbers, signature lines."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, LEADING, REGULAR, check_characters, draw, fit_lines, width_of

LEFT, RIGHT, TOP, BOTTOM = 20 * mm, 15 * mm, 18 * mm, 24 * mm
_ROW = 6.2 * mm
_LABEL, _NUMBER, _SHARE = 62 * mm, 18 * mm, 16 * mm
_BAR = HexColor("#7FB5B5")
_SIGNATURES = "制表：　　　　　　　审核：　　　　　　　单位（盖章）：　　　　　　　年　　月　　日"


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """One figure: its title, its rule, and (label, count, share 0 to 1) for each part."""

    title: str
    rule: str
    parts: Sequence[tuple[str, int, float]]


@dataclass(frozen=True, slots=True)
class NumberSheet:
    """A statistics sheet; `seal` is printed above the signatures of a frozen one."""

    title: str
    made: str  # who made it and when
    blocks: Sequence[NumberBlock]
    seal: str = ""


class _Writer:
    """Writes lines down the pages, beginning a new page where one is full."""

    def __init__(self, canvas: Canvas, sheet: NumberSheet, *, total: int) -> None:
        self._total = total
        self._canvas = canvas
        self._sheet = sheet
        self._y = 0.0
        self.pages = 0

    def begin(self) -> None:
        """Begin a page with the title."""
        if self.pages:
            self._canvas.showPage()
        self.pages += 1
        middle = A4[0] / 2
        title = self._sheet.title
        draw(self._canvas, middle - width_of(title, BOLD, 16) / 2, A4[1] - TOP, title, font=BOLD, size=16)
        draw(self._canvas, LEFT, A4[1] - TOP - 8 * mm, self._sheet.made, size=10)
        draw(self._canvas, LEFT, BOTTOM - 8 * mm, _SIGNATURES, size=10)
        place = f"第 {self.pages} 页　共 {self._total} 页"
        draw(self._canvas, A4[0] - RIGHT - width_of(place, REGULAR, 9), BOTTOM - 15 * mm, place, size=9)
        if self._sheet.seal:
            width = A4[0] - LEFT - RIGHT
            lines, size = fit_lines(self._sheet.seal, REGULAR, width=width, height=10, largest=8.5, smallest=5)
            for number, line in enumerate(lines):
                draw(self._canvas, LEFT, BOTTOM - 2 * mm - number * size * LEADING, line, size=size)
        self._y = A4[1] - TOP - 14 * mm

    def need(self, height: float) -> None:
        """Begin a new page unless `height` is left."""
        if self._y - height < BOTTOM + 4 * mm:
            self.begin()

    def block(self, block: NumberBlock) -> None:
        """Write one figure; its heading never stands alone at the foot of a page."""
        rules = _wrapped(block.rule)
        self.need((len(rules) + 3) * _ROW)
        self._y -= _ROW
        draw(self._canvas, LEFT, self._y, block.title, font=BOLD, size=12)
        for line in rules:
            self._y -= _ROW * 0.8
            draw(self._canvas, LEFT, self._y, line, size=8.5)
        for label, count, share in block.parts:
            self.need(_ROW)
            self._y -= _ROW
            self._line(label, count, share)
        self._y -= _ROW * 0.5

    def _line(self, label: str, count: int, share: float) -> None:
        lines, size = fit_lines(label, REGULAR, width=_LABEL - 2 * mm, height=_ROW, largest=10, smallest=6)
        for place, line in enumerate(lines):
            draw(self._canvas, LEFT, self._y - (place - (len(lines) - 1) / 2) * size * LEADING, line, size=size)
        number = str(count)
        draw(self._canvas, LEFT + _LABEL + _NUMBER - width_of(number, REGULAR, 10), self._y, number, size=10)
        text = f"{share:.1%}"
        draw(self._canvas, LEFT + _LABEL + _NUMBER + _SHARE - width_of(text, REGULAR, 9), self._y, text, size=9)
        start = LEFT + _LABEL + _NUMBER + _SHARE + 3 * mm
        if share <= 0:
            return
        self._canvas.setFillColor(_BAR)
        self._canvas.rect(
            start, self._y - 0.6 * mm, (A4[0] - RIGHT - start) * min(share, 1.0), 3.6 * mm, stroke=0, fill=1
        )
        self._canvas.setFillColor(HexColor("#000000"))


def _wrapped(text: str) -> list[str]:
    """Return a rule in lines as wide as the page."""
    lines: list[str] = []
    for character in text:
        if not lines or width_of(lines[-1] + character, REGULAR, 8.5) > A4[0] - LEFT - RIGHT:
            lines.append("")
        lines[-1] += character
    return lines


def number_sheet_pdf(sheet: NumberSheet) -> bytes:
    """Return the sheet as a PDF; raises PrintError for a character no font has."""
    check_characters((label, [label]) for block in sheet.blocks for label, _, _ in block.parts)
    check_characters([("", (sheet.title, sheet.made, sheet.seal, *(one.title + one.rule for one in sheet.blocks)))])
    _, total = _written(sheet, total=0)
    return _written(sheet, total=total)[0]


def _written(sheet: NumberSheet, *, total: int) -> tuple[bytes, int]:
    """Return the PDF and how many pages it has; `total` is what its pages say."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(sheet.title)
    writer = _Writer(canvas, sheet, total=total)
    writer.begin()
    for block in sheet.blocks:
        writer.block(block)
    canvas.save()
    return buffer.getvalue(), writer.pages
