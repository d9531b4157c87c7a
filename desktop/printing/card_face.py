"""What one contact card shows, front and back, at three sizes (`domain.md` section 2, 联系卡)."""

from dataclasses import dataclass, replace

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, REGULAR, draw, fitted, runs_of, width_of, wrapped

TITLE = "退休人员社会化管理服务联系卡"
SERVICES = (
    "基本信息核对和变更登记",
    "走访慰问、困难帮扶",
    "养老金领取资格认证协助",
    "人事档案、党组织关系查询",
    "政策咨询和待遇申领指引",
    "文体活动、志愿服务",
    "丧葬抚恤办理协助",
)
HOTLINES = (("社保", "12333"), ("政务", "12345"), ("急救", "120"))
_INK, _BAND, _PAPER, _BLACK = (HexColor(one) for one in ("#1F2B2D", "#0F6B6B", "#FFFFFF", "#000000"))
_MARGIN = 4 * mm
_CODE = 30 * mm
_BAND_HEIGHT = 9 * mm
_LEADING = 1.32
# Weighing all eight masks is nine tenths of making a code; a signature is as good as random under each of them,
# and every code is read back before anything is printed.
_MASK = 2
_SERVICES_SIZE = 5.5  # points: at this size all of them fit on two lines
_BIG_PHONE, _BIGGEST_PHONE = 24.0, 36.0  # points: what the large card is for


@dataclass(frozen=True, slots=True)
class CardFace:
    """What one card shows: no id number, and in the code no personal data at all."""

    name: str
    card_no: str
    community: str
    address: str
    staff: tuple[tuple[str, str], ...]  # (name, phone) of the community's workers
    street: str
    street_phone: str
    issued_on: str
    token: str

    @property
    def staff_line(self) -> str:
        """The workers and their phones in one line."""
        return "　".join(f"{name} {phone}".strip() for name, phone in self.staff)

    @property
    def street_line(self) -> str:
        """The street's working body and its phone, '' if there is none."""
        return f"{self.street or '街道'} {self.street_phone}" if self.street_phone else ""

    def checked(self) -> "CardFace":
        """Return the face itself; raises PrintError for the first character no font has, naming the person."""
        for text in (self.name, self.community, self.address, self.staff_line, self.street_line):
            runs_of(text, REGULAR, whose=self.name)
        return replace(self)


def draw_front(canvas: Canvas, face: CardFace, *, width: float, height: float) -> None:
    """Draw the front of a card of `width` x `height` points, its lower left corner at the origin."""
    _draw_band(canvas, width, height, band=_BAND_HEIGHT, size=11, margin=_MARGIN)
    text_width = width - 2 * _MARGIN - _CODE
    y = height - 15.5 * mm
    for text, font, largest, smallest in (
        (face.name, BOLD, 16, 9),
        (f"卡号 {face.card_no}", REGULAR, 9, 7),
        (face.community, BOLD, 10, 7),
        (face.address, REGULAR, 8, 6),
        (face.staff_line, BOLD, 9, 6.5),
        (face.street_line, REGULAR, 9, 6.5),
    ):
        lines, size = fitted(text, font, width=text_width, largest=largest, smallest=smallest)
        for line in lines if text else []:
            draw(canvas, _MARGIN, y, line, font=font, size=size)
            y -= size * _LEADING
    draw_code(canvas, face.token, x=width - _MARGIN - _CODE + 2 * mm, y=height - _BAND_HEIGHT - _CODE, side=_CODE)
    services = "服务：" + "；".join(SERVICES)
    for place, line in enumerate(wrapped(services, REGULAR, width=width - 2 * _MARGIN, size=_SERVICES_SIZE, lines=2)):
        draw(canvas, _MARGIN, 8.6 * mm - place * _SERVICES_SIZE * 1.3, line, size=_SERVICES_SIZE)
    draw(canvas, _MARGIN, 2 * mm, f"{_hotline_text()}　发卡 {face.issued_on}", size=6.5)


def draw_back(canvas: Canvas, face: CardFace, *, width: float, height: float) -> None:
    """Draw the back: what the community does for the holder, in plain words, and whom to call."""
    _draw_band(canvas, width, height, band=7.5 * mm, size=10, margin=_MARGIN, title="我们为您服务")
    y = height - 12.5 * mm
    for number, service in enumerate(SERVICES):
        column = number % 2
        draw(canvas, _MARGIN + column * (width / 2 - 2 * mm), y, f"● {service}", size=7.5)
        if column or number == len(SERVICES) - 1:
            y -= 5 * mm
    for text, size in ((face.community, 8.5), (face.staff_line, 8.5), (face.street_line, 8.5)):
        lines, fit = fitted(text, BOLD, width=width - 2 * _MARGIN, largest=size, smallest=6.5, lines=1)
        if text:
            draw(canvas, _MARGIN, y, lines[0], font=BOLD, size=fit)
            y -= 4.2 * mm
    draw(canvas, _MARGIN, 5.4 * mm, _hotline_text(), font=BOLD, size=8)
    draw(canvas, _MARGIN, 2 * mm, f"拾到本卡请交还社区　卡号 {face.card_no}　发卡 {face.issued_on}", size=6.2)


def draw_large(canvas: Canvas, face: CardFace, *, width: float, height: float) -> None:
    """Draw the large-print card for the wall or the fridge: every phone at 24 points or more."""
    margin, code = 12 * mm, 42 * mm
    _draw_band(canvas, width, height, band=18 * mm, size=23, margin=margin)
    draw_code(canvas, face.token, x=width - margin - code + 4 * mm, y=height - 20 * mm - code, side=code)
    y = height - 34 * mm
    narrow = width - 2 * margin - code
    for text, font, largest in ((face.name, BOLD, 34.0), (face.community, BOLD, 22.0), (face.address, REGULAR, 14.0)):
        lines, size = fitted(text, font, width=narrow, largest=largest, smallest=12, lines=2)
        for line in lines if text else []:
            draw(canvas, margin, y, line, font=font, size=size)
            y -= size * 1.4
    top = min(y, height - 64 * mm)
    phones = [*face.staff[:3], *([(face.street or "街道", face.street_phone)] if face.street_phone else [])]
    step = min((top - 27 * mm) / max(len(phones), 1), _BIGGEST_PHONE * _LEADING)
    size = min(max(step / _LEADING, _BIG_PHONE), _BIGGEST_PHONE)
    for place, (name, phone) in enumerate(phones, start=1):
        y = top - place * step + size * 0.2
        _draw_phone(canvas, name, phone, at=(margin, y), width=width - 2 * margin, size=size)
    x = margin
    for name, phone in HOTLINES:
        draw(canvas, x, 15 * mm, name, size=15)
        draw(canvas, x + 36, 15 * mm, phone, font=BOLD, size=_BIG_PHONE)
        x += (width - 2 * margin) / len(HOTLINES)
    draw(canvas, margin, 6 * mm, f"卡号 {face.card_no}　发卡 {face.issued_on}　{'、'.join(SERVICES[:3])}", size=10)


def _draw_phone(canvas: Canvas, name: str, phone: str, *, at: tuple[float, float], width: float, size: float) -> None:
    """Draw a name as large as its half allows and its phone at `size` points, flush right."""
    phone_width = width_of(phone, BOLD, size)
    lines, fit = fitted(name, REGULAR, width=width - phone_width - 12, largest=size * 0.8, smallest=10, lines=1)
    draw(canvas, at[0], at[1], lines[0], size=fit)
    draw(canvas, at[0] + width - phone_width, at[1], phone, font=BOLD, size=size)


def _draw_band(
    canvas: Canvas, width: float, height: float, *, band: float, size: float, margin: float, title: str = TITLE
) -> None:
    canvas.setFillColor(_BAND)
    canvas.rect(0, height - band, width, band, stroke=0, fill=1)
    canvas.setFillColor(_PAPER)
    draw(canvas, margin, height - band / 2 - size * 0.37, title, font=BOLD, size=size)
    canvas.setFillColor(_INK)


def _hotline_text() -> str:
    return "　".join(f"{name} {phone}" for name, phone in HOTLINES)


def draw_code(canvas: Canvas, token: str, *, x: float, y: float, side: float) -> None:
    """Draw a QR code as squares, ECC M, with a quiet zone of four modules inside its box."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, mask_pattern=_MASK)
    code.add_data(token, optimize=0)
    code.make(fit=True)
    matrix = code.get_matrix()
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(side / len(matrix), side / len(matrix))  # whole numbers from here on: exact, short and quick to write
    path = canvas.beginPath()
    for row, line in enumerate(matrix, start=1):
        start = None
        for column, dark in enumerate([*line, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(start, len(matrix) - row, column - start, 1)
                start = None
    canvas.setFillColor(_BLACK)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()
