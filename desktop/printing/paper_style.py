"""One style sheet for all paper: fonts, sizes, colours, margins, lines, titles and feet.

A form takes its look from here and nowhere else, so that what leaves the office looks like one house's.
Sizes are points, lengths are points; the origin is the lower left corner of the page.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, A5, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, REGULAR, check_characters, draw, fit_lines, fitted, register_fonts, width_of
from desktop.printing.fonts import LEADING as FIT_LEADING

INK, QUIET, ACCENT, SHADE, PAPER, BLACK = (
    HexColor(one) for one in ("#1F2B2D", "#5B6B6E", "#0F6B6B", "#E3F0EF", "#FFFFFF", "#000000")
)
HAIR, RULE, FRAME = 0.3, 0.5, 0.9  # widths of lines: crop marks, grids, frames
COVER, TITLE, SUBTITLE, BODY, TABLE, NOTE = 34.0, 17.0, 14.0, 10.5, 8.5, 9.0
SMALLEST = 6.0  # nothing printed for people to read is smaller, save on the contact card
# For those who read at arm's length: forms a retiree goes through and signs.
LARGE_TITLE, LARGE_BODY, LARGE_NOTE = 20.0, 17.0, 12.0
LEADING = 1.3  # from baseline to baseline, in sizes
PAD = 1.5 * mm  # between the line of a cell and its text


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with its margins."""

    page: tuple[float, float]
    left: float
    right: float
    top: float
    bottom: float

    @property
    def width(self) -> float:
        """How wide the room between the margins is."""
        return self.page[0] - self.left - self.right

    @property
    def edge(self) -> float:
        """Where the right margin begins."""
        return self.page[0] - self.right

    @property
    def head(self) -> float:
        """The baseline of the title."""
        return self.page[1] - self.top


FORM = Sheet(A4, 20 * mm, 15 * mm, 20 * mm, 20 * mm)  # a form about one person, filed in a folder
LARGE_FORM = Sheet(A4, 18 * mm, 15 * mm, 20 * mm, 24 * mm)  # the same to read at arm's length
BOUND = Sheet(landscape(A4), 25 * mm, 10 * mm, 14 * mm, 16 * mm)  # lists and books: the left side is bound
CARD_FILE = Sheet(landscape(A5), 10 * mm, 10 * mm, 13 * mm, 10 * mm)  # register cards


class Document:
    """A PDF being made: the same content always gives the same bytes."""

    def __init__(self, sheet: Sheet, *, title: str) -> None:
        register_fonts()
        self.sheet = sheet
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=sheet.page, invariant=1, pageCompression=1)
        self.canvas.setTitle(title)

    def end_page(self) -> None:
        """Finish this page and begin the next."""
        self.canvas.showPage()

    def content(self) -> bytes:
        """Return the PDF; nothing can be drawn afterwards."""
        self.canvas.save()
        return self._buffer.getvalue()


def check_texts(texts: Iterable[str], *, whose: str) -> None:
    """Raise PrintError for the first character no font has, naming it and its person."""
    check_characters([(whose, texts)])


def draw_title(canvas: Canvas, sheet: Sheet, text: str, *, size: float = TITLE, y: float | None = None) -> float:
    """Draw a centred bold title, smaller where it would not fit; return its baseline."""
    at = sheet.head if y is None else y
    lines, fit = fitted(text, BOLD, width=sheet.width, largest=size, smallest=size / 2, lines=1)
    middle = sheet.left + sheet.width / 2
    draw(canvas, middle - width_of(lines[0], BOLD, fit) / 2, at, lines[0], font=BOLD, size=fit)
    return at


def draw_right(canvas: Canvas, edge: float, y: float, text: str, *, font: str = REGULAR, size: float = NOTE) -> None:
    """Draw one line that ends at `edge`."""
    draw(canvas, edge - width_of(text, font, size), y, text, font=font, size=size)


def page_of(number: int, total: int) -> str:
    """Return the words every page ends with."""
    return f"第 {number} 页　共 {total} 页"


def draw_foot(
    canvas: Canvas, sheet: Sheet, text: str, *, place: tuple[int, int] | None = None, size: float = NOTE
) -> None:
    """Draw the foot: who made the paper and when on the left, which page it is on the right."""
    y = sheet.bottom - 8 * mm
    room = sheet.width
    if place is not None:
        words = page_of(*place)
        draw_right(canvas, sheet.edge, y, words, size=size)
        room -= width_of(words, REGULAR, size) + 4 * mm
    if text:
        lines, fit = fitted(text, REGULAR, width=room, largest=size, smallest=SMALLEST, lines=1)
        draw(canvas, sheet.left, y, lines[0], size=fit)


def draw_signatures(canvas: Canvas, sheet: Sheet, labels: Sequence[str], *, y: float, size: float = BODY) -> None:
    """Draw signature labels, each with the same share of the line to sign on."""
    share = sheet.width / max(len(labels), 1)
    for number, label in enumerate(labels):
        x = sheet.left + number * share
        draw(canvas, x, y, label, size=size)
        start = x + width_of(label, REGULAR, size) + 1 * mm
        if start < x + share - 8 * mm:
            line(canvas, start, y - 1 * mm, x + share - 4 * mm)


def line(canvas: Canvas, start: float, y: float, end: float, *, width: float = RULE) -> None:
    """Draw a line to write on."""
    canvas.setLineWidth(width)
    canvas.line(start, y, end, y)


def draw_cell(
    canvas: Canvas, text: str, box: tuple[float, float, float, float], *, font: str = REGULAR,
    sizes: tuple[float, float] = (TABLE, SMALLEST), framed: bool = True,
) -> None:  # fmt: skip
    """Draw a frame (left, bottom, width, height) with text in its middle: all of it, as large as fits."""
    x, y, width, height = box
    if framed:
        canvas.setLineWidth(RULE)
        canvas.rect(x, y, width, height)
    if not text:
        return
    room = (width - 2 * PAD, height - PAD)
    lines, size = fit_lines(text, font, width=room[0], height=room[1], largest=sizes[0], smallest=sizes[1])
    for number, words in enumerate(lines):
        lift = height / 2 - size * 0.35 + ((len(lines) - 1) / 2 - number) * size * FIT_LEADING
        draw(canvas, x + PAD, y + lift, words, font=font, size=size)
