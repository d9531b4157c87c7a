"""Contact cards on paper: every card's place, its texts and codes drawn, and a list of the codes to read back."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.errors import InvalidValueError
from desktop.printing.card_design import CardDesign, ink_on
from desktop.printing.card_face import CardFace, Side, back_of, front_of
from desktop.printing.card_large import large_of
from desktop.printing.card_sheets import RESOLUTIONS, CardJob, CardSheet
from desktop.printing.fonts import draw, register_fonts
from desktop.printing.paper_style import HAIR
from desktop.printing.qr_codes import QUIET, code_of, to_dot
from desktop.printing.text_boxes import Box, Placed

_MARK = 4 * mm
_AIR = 0.6 * mm  # between a crop mark and the card
_BLACK = "#000000"
MOST_COPIES = 50

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A code on a page: where it stands with its white, what it must say, and whose card it is on."""

    page: int
    box: Box
    text: str
    whose: str


@dataclass(frozen=True, slots=True)
class CardPrint:
    """A PDF of cards, its codes, and for each page the places of its cards in the order they were given."""

    pdf: bytes
    codes: tuple[PrintedCode, ...]
    pages: tuple[tuple[int, ...], ...]  # a page of backs has the numbers of its fronts
    dpi: int


def cards_pdf(
    faces: Sequence[CardFace], *, job: CardJob, design: CardDesign, report: Report = lambda *_: None
) -> CardPrint:
    """Return the cards on their sheets; raises PrintError for what cannot be printed right, naming its person.

    With backs each page of fronts is followed by its backs, placed so that they meet when the sheet is turned
    over the edge chosen. The page is a whole number of the printer's dots, and so is every square of a code.
    """
    _check(job)
    register_fonts()
    checked = [face.checked() for face in faces]
    order = [number for number in range(len(checked)) for _ in range(job.copies)]
    sheet = _on_dots(job.sheet, job.dpi)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=sheet.page, invariant=1, pageCompression=1)
    canvas.setTitle(design.title)
    pages: list[tuple[int, ...]] = []
    codes: list[PrintedCode] = []
    first = job.start - 1
    for start in range(-first, max(len(order), 1), sheet.per_page):
        report(max(start, 0), len(order), "排版联系卡")
        numbers = {place: order[start + place] for place in range(sheet.per_page) if 0 <= start + place < len(order)}
        if not numbers:
            continue
        for is_back in (False, True) if job.is_two_sided else (False,):
            drawing = _Drawing(canvas, replace(job, sheet=sheet), design, page=len(pages))
            for place, number in numbers.items():
                drawing.card(checked[number], place, is_back=is_back)
            codes += drawing.codes
            pages.append(tuple(numbers.values()))
            canvas.showPage()
    canvas.save()
    return CardPrint(buffer.getvalue(), tuple(codes), tuple(pages), job.dpi)


def _check(job: CardJob) -> None:
    if job.dpi not in RESOLUTIONS:
        raise InvalidValueError("dpi", f"没有 {job.dpi} 点的打印机分辨率", "请选 203、300 或 600")
    if not 1 <= job.start <= job.sheet.per_page:
        raise InvalidValueError("start", f"这种纸只有 {job.sheet.per_page} 张", "请改正从第几张开始")
    if not 1 <= job.copies <= MOST_COPIES:
        raise InvalidValueError("copies", f"份数要在 1 到 {MOST_COPIES} 之间", "请改正份数")


def _on_dots(sheet: CardSheet, dpi: int) -> CardSheet:
    return replace(sheet, page=(to_dot(sheet.page[0], dpi), to_dot(sheet.page[1], dpi)))


class _Drawing:
    """One page being drawn."""

    def __init__(self, canvas: Canvas, job: CardJob, design: CardDesign, *, page: int) -> None:
        self._canvas = canvas
        self._job = job
        self._design = design
        self._page = page
        self.codes: list[PrintedCode] = []
        if job.sheet.marks:
            self._crop_marks()

    def card(self, face: CardFace, place: int, *, is_back: bool) -> None:
        """Draw one side of a card at its place."""
        sheet = self._job.sheet
        on_head = False
        box = sheet.place(place)
        if is_back:
            box, on_head = sheet.back_place(place, flip=self._job.flip or sheet.flip)
        box = self._job.drift.corrected(box, sheet.page)
        side = self._side(face, is_back=is_back)
        canvas = self._canvas
        canvas.saveState()
        if on_head:
            canvas.translate(box.right, box.top)
            canvas.rotate(180)
        else:
            canvas.translate(box.x, box.y)
        self._draw(side)
        canvas.restoreState()
        for code in side.codes:
            inside = code.box
            x = box.right - inside.right if on_head else box.x + inside.x
            y = box.top - inside.top if on_head else box.y + inside.y
            at = replace(inside, x=to_dot(x, self._job.dpi), y=to_dot(y, self._job.dpi))
            draw_code(canvas, code.text, at)
            self.codes.append(PrintedCode(self._page, at, code.text, face.name))

    def _side(self, face: CardFace, *, is_back: bool) -> Side:
        sheet, dpi = self._job.sheet, self._job.dpi
        if sheet.is_large:
            return large_of(face, self._design, width=sheet.width, height=sheet.height, dpi=dpi)
        if is_back:
            return back_of(face, self._design, width=sheet.width, height=sheet.height, dpi=dpi)
        only = not self._job.is_two_sided
        return front_of(face, self._design, width=sheet.width, height=sheet.height, dpi=dpi, is_only_side=only)

    def _draw(self, side: Side) -> None:
        canvas, design = self._canvas, self._design
        if side.bar:
            canvas.setFillColor(HexColor(design.accent))
            canvas.rect(side.bar.x, side.bar.y, side.bar.width, side.bar.height, stroke=0, fill=1)
            canvas.setFillColor(HexColor(ink_on(design.accent)))
            _write(canvas, side.in_bar)
        if side.logo:
            box = side.logo
            image = ImageReader(io.BytesIO(design.logo))
            canvas.drawImage(image, box.x, box.y, box.width, box.height, mask="auto", preserveAspectRatio=True)
        canvas.setFillColor(HexColor(design.ink))
        _write(canvas, side.texts)

    def _crop_marks(self) -> None:
        """Draw the marks to cut along, where the printer's drift puts the corners of the cards."""
        sheet, canvas = self._job.sheet, self._canvas
        boxes = [self._job.drift.corrected(sheet.place(one), sheet.page) for one in range(sheet.per_page)]
        first, last = boxes[0], boxes[-1]
        left, right, top, bottom = first.x, last.right, first.top, last.y
        canvas.setLineWidth(HAIR)
        for x in sorted({edge for box in boxes for edge in (round(box.x, 3), round(box.right, 3))}):
            canvas.line(x, bottom - _AIR - _MARK, x, bottom - _AIR)
            canvas.line(x, top + _AIR, x, top + _AIR + _MARK)
        for y in sorted({edge for box in boxes for edge in (round(box.y, 3), round(box.top, 3))}):
            canvas.line(left - _AIR - _MARK, y, left - _AIR, y)
            canvas.line(right + _AIR, y, right + _AIR + _MARK, y)


def _write(canvas: Canvas, lines: Sequence[Placed]) -> None:
    for one in lines:
        draw(canvas, one.x, one.y, one.text, font=one.font, size=one.size)


def draw_code(canvas: Canvas, text: str, box: Box) -> None:
    """Draw a code as one path of squares, its white inside the box."""
    code = code_of(text)
    square = box.width / code.side
    canvas.saveState()
    canvas.setFillColor(HexColor(_BLACK))
    canvas.translate(box.x + QUIET * square, box.y + QUIET * square)
    canvas.scale(square, square)  # whole numbers from here on: exact, short and quick to write
    canvas.addLiteral(code.path)
    canvas.restoreState()
