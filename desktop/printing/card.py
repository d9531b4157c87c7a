"""The contact card and its sheet: ten 90 x 54 mm cards on A4 with crop marks (`domain.md` section 2, 联系卡)."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, REGULAR, draw, fitted, register_fonts, runs_of

WIDTH, HEIGHT = 90 * mm, 54 * mm
TITLE = "退休人员社会化管理服务联系卡"
SERVICES = "服务内容：信息核对、走访慰问、资格认证协助、档案与党组织关系查询、政策咨询、文体活动、困难帮扶"
HOTLINES = "社保 12333　政务 12345　急救 120"
_COLUMNS, _ROWS = 2, 5
_LEFT, _BOTTOM = (A4[0] - _COLUMNS * WIDTH) / 2, (A4[1] - _ROWS * HEIGHT) / 2
_MARK = 4 * mm
_CODE = 30 * mm
_MARGIN = 4 * mm
_INK, _BAND = HexColor("#1F2B2D"), HexColor("#0F6B6B")
_PER_SHEET = _COLUMNS * _ROWS


@dataclass(frozen=True, slots=True)
class CardFace:
    """What one card shows: no id number, and in the code no personal data at all."""

    name: str
    card_no: str
    community: str
    address: str
    staff: str  # names and phones of the community's workers
    street_phone: str
    issued_on: str
    token: str


def check_faces(faces: Sequence[CardFace]) -> None:
    """Raise PrintError for the first character no font has, before anything is printed."""
    for face in faces:
        for text in (face.name, face.community, face.address, face.staff, face.street_phone):
            runs_of(text, REGULAR, whose=face.name)


def sheet_pdf(faces: Sequence[CardFace], *, report: Callable[[int, int, str], None]) -> bytes:
    """Return a PDF of A4 sheets with ten cards each and crop marks; raises PrintError."""
    register_fonts()
    check_faces(faces)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(TITLE)
    for number, face in enumerate(faces):
        if number % _PER_SHEET == 0:
            if number:
                canvas.showPage()
            _crop_marks(canvas)
            report(number, len(faces), "排版联系卡")
        column, row = number % _COLUMNS, number % _PER_SHEET // _COLUMNS
        canvas.saveState()
        canvas.translate(_LEFT + column * WIDTH, _BOTTOM + (_ROWS - 1 - row) * HEIGHT)
        _draw_face(canvas, face)
        canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _crop_marks(canvas: Canvas) -> None:
    canvas.setLineWidth(0.3)
    for column in range(_COLUMNS + 1):
        x = _LEFT + column * WIDTH
        for y in (_BOTTOM - _MARK, _BOTTOM + _ROWS * HEIGHT):
            canvas.line(x, y, x, y + _MARK)
    for row in range(_ROWS + 1):
        y = _BOTTOM + row * HEIGHT
        for x in (_LEFT - _MARK, _LEFT + _COLUMNS * WIDTH):
            canvas.line(x, y, x + _MARK, y)


def _draw_face(canvas: Canvas, face: CardFace) -> None:
    """Draw one card with its lower left corner at the origin."""
    canvas.setFillColor(_BAND)
    canvas.rect(0, HEIGHT - 9 * mm, WIDTH, 9 * mm, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#FFFFFF"))
    draw(canvas, _MARGIN, HEIGHT - 6.2 * mm, TITLE, font=BOLD, size=11)
    canvas.setFillColor(_INK)
    text_width = WIDTH - 2 * _MARGIN - _CODE
    y = HEIGHT - 15.5 * mm
    for text, font, largest, smallest in (
        (face.name, BOLD, 16, 9),
        (f"卡号 {face.card_no}", REGULAR, 9, 7),
        (face.community, BOLD, 10, 7),
        (face.address, REGULAR, 8, 6),
        (face.staff, BOLD, 9, 6.5),
        (f"街道 {face.street_phone}" if face.street_phone else "", REGULAR, 9, 7),
    ):
        lines, size = fitted(text, font, width=text_width, largest=largest, smallest=smallest)
        for line in lines if text else []:
            draw(canvas, _MARGIN, y, line, font=font, size=size)
            y -= size * 1.32
    _draw_code(canvas, face.token, x=WIDTH - _MARGIN - _CODE + 2 * mm, y=HEIGHT - 9 * mm - _CODE)
    lines, size = fitted(SERVICES, REGULAR, width=WIDTH - 2 * _MARGIN, largest=6.5, smallest=5.5)
    for place, line in enumerate(lines):
        draw(canvas, _MARGIN, 8.6 * mm - place * size * 1.3, line, size=size)
    draw(canvas, _MARGIN, 2 * mm, f"{HOTLINES}　发卡 {face.issued_on}", size=6.5)


def _draw_code(canvas: Canvas, token: str, *, x: float, y: float) -> None:
    """Draw a QR code as squares, ECC M, with a quiet zone of four modules inside its box."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(token, optimize=0)
    code.make(fit=True)
    matrix = code.get_matrix()
    side = _CODE / len(matrix)
    path = canvas.beginPath()
    for row, line in enumerate(matrix):
        start = None
        for column, dark in enumerate([*line, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(x + start * side, y + _CODE - (row + 1) * side, (column - start) * side, side)
                start = None
    canvas.setFillColor(HexColor("#000000"))
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setFillColor(_INK)
