"""Contact cards on their sheets: ten on A4 with crop marks, one a page for card printers, the large A5 card."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4, A5, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.card_face import TITLE, CardFace, draw_back, draw_front, draw_large
from desktop.printing.fonts import register_fonts

_MARK = 4 * mm
_AIR = 0.6 * mm  # between a crop mark and the card


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet of cards, in points: `columns` x `rows` cards of `width` x `height` on `page`."""

    page: tuple[float, float]
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    is_large: bool = False

    @property
    def per_page(self) -> int:
        """How many cards a page holds."""
        return self.columns * self.rows

    @property
    def corner(self) -> tuple[float, float]:
        """The lower left corner of the block of cards, which stands in the middle of the page."""
        return (self.page[0] - self.columns * self.width) / 2, (self.page[1] - self.rows * self.height) / 2


LAYOUTS = {
    "a4-10": Layout(A4, 90 * mm, 54 * mm, columns=2, rows=5),
    "cr80": Layout((85.6 * mm, 53.98 * mm), 85.6 * mm, 53.98 * mm),
    "large": Layout(landscape(A5), *landscape(A5), is_large=True),
}


def cards_pdf(
    faces: Sequence[CardFace], *, layout: str = "a4-10", backs: bool, report: Callable[[int, int, str], None]
) -> bytes:
    """Return a PDF of cards; raises PrintError.

    With `backs` each page of fronts is followed by its backs, mirrored left to right so that they
    meet when the sheet is turned over its long edge. The large card has one side.
    """
    register_fonts()
    chosen = LAYOUTS[layout]
    checked = [face.checked() for face in faces]
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=chosen.page, invariant=1, pageCompression=1)
    canvas.setTitle(TITLE)
    for start in range(0, len(checked), chosen.per_page):
        report(start, len(checked), "排版联系卡")
        page = checked[start : start + chosen.per_page]
        _page(canvas, chosen, page, is_back=False)
        if backs and not chosen.is_large:
            _page(canvas, chosen, page, is_back=True)
    canvas.save()
    return buffer.getvalue()


def _page(canvas: Canvas, layout: Layout, faces: Sequence[CardFace], *, is_back: bool) -> None:
    left, bottom = layout.corner
    if layout.per_page > 1:
        _crop_marks(canvas, layout)
    for place, face in enumerate(faces):
        column, row = place % layout.columns, place // layout.columns
        if is_back:
            column = layout.columns - 1 - column
        canvas.saveState()
        canvas.translate(left + column * layout.width, bottom + (layout.rows - 1 - row) * layout.height)
        drawer = draw_large if layout.is_large else draw_back if is_back else draw_front
        drawer(canvas, face, width=layout.width, height=layout.height)
        canvas.restoreState()
    canvas.showPage()


def _crop_marks(canvas: Canvas, layout: Layout) -> None:
    left, bottom = layout.corner
    right, top = left + layout.columns * layout.width, bottom + layout.rows * layout.height
    canvas.setLineWidth(0.3)
    for column in range(layout.columns + 1):
        x = left + column * layout.width
        canvas.line(x, bottom - _AIR - _MARK, x, bottom - _AIR)
        canvas.line(x, top + _AIR, x, top + _AIR + _MARK)
    for row in range(layout.rows + 1):
        y = bottom + row * layout.height
        canvas.line(left - _AIR - _MARK, y, left - _AIR, y)
        canvas.line(right + _AIR, y, right + _AIR + _MARK, y)
