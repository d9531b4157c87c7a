"""本人信息查询单: all that the register holds about one person, with sources and recipients; A4, page x of y."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, LEADING, REGULAR, check_characters, draw, fit_lines, width_of, wrapped
from desktop.printing.table import Columns, Row, draw_grid, row_height, widths_of

TITLE = "本人信息查询单"
LEFT, RIGHT, TOP, BOTTOM = 20 * mm, 15 * mm, 18 * mm, 24 * mm
WIDTH = A4[0] - LEFT - RIGHT
_NOTE = 9.0
_SIGNATURES = "查询人签字：　　　　　　　　　经办人：　　　　　　　　　单位（盖章）：　　　　　　　年　　月　　日"


@dataclass(frozen=True, slots=True)
class AccessBlock:
    """A part of the sheet: a title, why it is kept or what it means, and a table (none if it has no rows)."""

    title: str
    note: str
    columns: Columns
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class AccessSheet:
    """One person's sheet; `intro` stands under the title."""

    name: str
    intro: Sequence[str]
    blocks: Sequence[AccessBlock]
    made: str


def access_sheet_pdf(sheet: AccessSheet) -> bytes:
    """Return the sheet as a PDF; raises PrintError for a character no font has."""
    check_characters([(sheet.name, _texts(sheet))])
    _, total = _written(sheet, total=0)
    return _written(sheet, total=total)[0]


def _texts(sheet: AccessSheet) -> Iterator[str]:
    yield from (sheet.name, sheet.made, *sheet.intro)
    for block in sheet.blocks:
        yield from (block.title, block.note)
        for row in block.rows:
            yield from row


class _Writer:
    """Writes down the pages, beginning a new one where one is full."""

    def __init__(self, canvas: Canvas, sheet: AccessSheet, *, total: int) -> None:
        self._canvas, self._sheet, self._total = canvas, sheet, total
        self._y = 0.0
        self.pages = 0

    def begin(self) -> None:
        """Begin a page with the title and the foot."""
        if self.pages:
            self._canvas.showPage()
        self.pages += 1
        title = f"{TITLE}　{self._sheet.name}"
        lines, size = fit_lines(title, BOLD, width=WIDTH, height=9 * mm, largest=16, smallest=9)
        for number, line in enumerate(lines):
            x = LEFT + (WIDTH - width_of(line, BOLD, size)) / 2
            draw(self._canvas, x, A4[1] - TOP - number * size * LEADING, line, font=BOLD, size=size)
        draw(self._canvas, LEFT, BOTTOM - 7 * mm, _SIGNATURES, size=10)
        draw(self._canvas, LEFT, BOTTOM - 14 * mm, self._sheet.made, size=9)
        place = f"第 {self.pages} 页　共 {self._total} 页"
        draw(self._canvas, A4[0] - RIGHT - width_of(place, REGULAR, 9), BOTTOM - 14 * mm, place, size=9)
        self._y = A4[1] - TOP - 8 * mm

    def _need(self, height: float) -> None:
        if self._y - height < BOTTOM:
            self.begin()

    def say(self, text: str, *, font: str = REGULAR, size: float = _NOTE) -> None:
        """Write a paragraph as wide as the page."""
        for line in wrapped(text, font, width=WIDTH, size=size, lines=len(text) + 1):
            self._need(size * 1.5)
            self._y -= size * 1.4
            draw(self._canvas, LEFT, self._y, line, font=font, size=size)

    def block(self, block: AccessBlock) -> None:
        """Write a part; its heading never stands alone at the foot of a page."""
        self._need(30 * mm)
        self._y -= 3 * mm
        self.say(block.title, font=BOLD, size=11.5)
        if block.note:
            self.say(block.note)
        self._y -= 1.5 * mm
        rows = list(block.rows)
        widths = widths_of(block.columns, WIDTH)
        head = row_height([title for title, _ in block.columns], widths, BOLD)
        while rows:
            self._need(head + row_height(rows[0], widths))
            part: list[Row] = []
            left = self._y - BOTTOM - head
            while rows and (not part or row_height(rows[0], widths) <= left):
                left -= row_height(rows[0], widths)
                part.append(rows.pop(0))
            self._y = draw_grid(self._canvas, block.columns, part, left=LEFT, width=WIDTH, top=self._y)


def _written(sheet: AccessSheet, *, total: int) -> tuple[bytes, int]:
    """Return the PDF and how many pages it has; `total` is what its pages say."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(TITLE)
    writer = _Writer(canvas, sheet, total=total)
    writer.begin()
    for line in sheet.intro:
        writer.say(line)
    for block in sheet.blocks:
        writer.block(block)
    canvas.save()
    return buffer.getvalue(), writer.pages
