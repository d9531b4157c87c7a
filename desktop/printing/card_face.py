"""Where everything on one contact card stands, front and back (`domain.md` section 2, 联系卡).

Pure: a face and a design in, texts, bars and codes with their boxes out. `card` draws them; the layout test asks
that no text leaves its box and no box its card. Lengths are points from the card's lower left corner.
"""

from dataclasses import dataclass, replace

from reportlab.lib.units import mm

from desktop.printing.card_design import CardDesign
from desktop.printing.fonts import BOLD, REGULAR, runs_of
from desktop.printing.qr_codes import code_of, side_of
from desktop.printing.text_boxes import Box, Piece, Placed, one_line, stacked

MARGIN = 4 * mm
_BAND, _BACK_BAND = 9 * mm, 7.5 * mm
_LOGO = 15 * mm  # at most this wide, in the band
_CODE_ROOM = 36 * mm
_CONTACT_ROOM = 29 * mm
_STRIP = 9 * mm  # services at the foot of a card printed on one side only
_CAPTION = 3.2 * mm  # the line under the code on the back
_AIR = 1 * mm
_UNDER = 0.4 * mm  # between the bar and a code: rounding to dots must not push its white into the bar


@dataclass(frozen=True, slots=True)
class CardFace:
    """What one card shows: no id number, and in its code no personal data at all."""

    name: str
    card_no: str
    community: str
    address: str
    staff: tuple[tuple[str, str], ...]  # (name, phone) of the community's workers
    street: str
    street_phone: str
    issued_on: str
    token: str
    month: str = ""  # of the yearly certification, '' if not known

    @property
    def street_line(self) -> str:
        """The street's working body and its phone, '' if there is none."""
        return f"{self.street or '街道'} {self.street_phone}" if self.street_phone else ""

    @property
    def month_line(self) -> str:
        """When to certify, with room to write the month in if it is not known."""
        return f"资格认证：每年 {self.month} 月" if self.month else "资格认证：每年＿＿月"

    @property
    def contacts(self) -> tuple[tuple[str, str], ...]:
        """Who can be called: the community's workers, then the street."""
        street = ((self.street or "街道", self.street_phone),) if self.street_phone else ()
        return (*((name, phone) for name, phone in self.staff if phone), *street)

    def checked(self) -> "CardFace":
        """Return the face itself; raises PrintError for the first character no font has, naming the person."""
        for text in (self.name, self.community, self.address, self.street_line):
            runs_of(text, REGULAR, whose=self.name)
        for name, phone in self.staff:
            runs_of(f"{name}{phone}", REGULAR, whose=self.name)
        return self


@dataclass(frozen=True, slots=True)
class PlacedCode:
    """A code with its white, standing in its box; its side is a whole number of dots a square."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a card, ready to draw: everything shared by a community's cards, and what is the holder's own."""

    bar: Box | None = None
    in_bar: tuple[Placed, ...] = ()
    texts: tuple[Placed, ...] = ()
    codes: tuple[PlacedCode, ...] = ()
    logo: Box | None = None


def vcard(face: CardFace) -> str:
    """Return the community's phones as a vCard 3.0 (RFC 2426), short enough for a code old phones read."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{_escaped(face.community)};;;;", f"FN:{_escaped(face.community)}"]
    lines += [f"TEL:{_escaped(phone)}" for _, phone in face.contacts]
    return "\r\n".join([*lines, "END:VCARD"])


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, "\\" + mark)
    return text


def front_of(face: CardFace, design: CardDesign, *, width: float, height: float, dpi: int, is_only_side: bool) -> Side:
    """Return the front of a small card; raises PrintError for a text that cannot fit.

    Printed on one side only, the services stand at its foot: the card must name them (`domain.md` section 2).
    """
    strip = _STRIP if is_only_side and (design.shows("services") or design.shows("hotlines")) else 2 * mm
    bar, in_bar, logo = _bar(design, width, height, band=_BAND, size=11.5, title=design.title)
    codes: tuple[PlacedCode, ...] = ()
    column = width - 2 * MARGIN
    if design.shows("code"):
        room = min(_CODE_ROOM, width * 0.42, bar.y - strip - _UNDER)
        side = side_of(code_of(face.token), room=room, dpi=dpi)
        codes = (PlacedCode(face.token, Box(width - _AIR - side, bar.y - _UNDER - side, side, side)),)
        column = width - _AIR - side - MARGIN
    texts = [*_who(face, design, Box(MARGIN, strip, column, bar.y - strip - _AIR))]
    if is_only_side:
        texts += _strip(face, design, Box(MARGIN, 1.4 * mm, width - 2 * MARGIN, strip - 1.8 * mm))
    return Side(bar, in_bar, tuple(texts), codes, logo)


def _who(face: CardFace, design: CardDesign, box: Box) -> list[Placed]:
    """Place the holder's name and number, and under them the people to call."""
    name = Box(box.x, box.top - 8 * mm, box.width, 8 * mm)
    placed = [*stacked([Piece(face.name, BOLD, 17, 6.5, "姓名")], name, whose=face.name, middle=True)]
    low = name.y
    if design.shows("number"):
        number = Box(box.x, low - 4.2 * mm, box.width, 4.2 * mm)
        placed.append(one_line(Piece(f"卡号 {face.card_no}", REGULAR, 9, 6, "卡号"), number, whose=face.name))
        low = number.y
    pieces = [Piece(face.community, BOLD, 11.5, 6, "社区名称")]
    if design.shows("address"):
        pieces.append(Piece(face.address, REGULAR, 8.5, 4, "社区地址"))
    if design.shows("staff"):
        pieces += [Piece(f"{name} {phone}".strip(), BOLD, 12, 6, "工作人员") for name, phone in face.staff]
    if design.shows("street"):
        pieces.append(Piece(face.street_line, BOLD, 11, 6, "街道电话"))
    return [*placed, *stacked(pieces, Box(box.x, box.y, box.width, low - box.y - 0.5 * mm), whose=face.name)]


def _strip(face: CardFace, design: CardDesign, box: Box) -> list[Placed]:
    """Place services, hotlines and the day of issue at the foot of a one-sided card."""
    pieces = []
    if design.shows("services") and design.services:
        pieces.append(Piece("服务：" + "；".join(design.services), REGULAR, 6.5, 4, "服务内容"))
    last = [design.hotline_text] if design.shows("hotlines") else []
    last += [face.month_line] if design.shows("month") and face.month else []
    last += [f"发卡 {face.issued_on}"] if design.shows("issued") else []
    pieces.append(Piece("　".join(last), REGULAR, 6.5, 4.5, "服务热线"))
    return [*stacked(pieces, box, whose=face.name)]


def back_of(face: CardFace, design: CardDesign, *, width: float, height: float, dpi: int) -> Side:
    """Return the back of a small card: the services in plain words, whom to call, when to certify."""
    bar, in_bar, _ = _bar(replace(design, logo=b""), width, height, band=_BACK_BAND, size=10, title=design.back_title)
    foot = 13.5 * mm
    codes: tuple[PlacedCode, ...] = ()
    column = width - 2 * MARGIN
    texts: list[Placed] = []
    if design.shows("contact_code") and face.contacts:
        side = side_of(code_of(vcard(face)), room=min(_CONTACT_ROOM, bar.y - foot - _UNDER - _CAPTION), dpi=dpi)
        corner = Box(width - _AIR - side, bar.y - _UNDER - side, side, side)
        codes = (PlacedCode(vcard(face), corner),)
        column = corner.x - MARGIN
        under = Box(corner.x, corner.y - _CAPTION, side, _CAPTION)
        texts.append(one_line(Piece("扫码存社区电话", REGULAR, 6.5, 5), under, whose=face.name, align="middle"))
    if design.shows("services"):
        pieces = [Piece(f"● {service}", REGULAR, 8.5, 5, "服务内容") for service in design.services]
        texts += stacked(pieces, Box(MARGIN, foot, column, bar.y - foot - _AIR), whose=face.name, middle=True)
    texts += _foot(face, design, Box(MARGIN, 1.6 * mm, width - 2 * MARGIN, foot - 2.6 * mm))
    return Side(bar, in_bar, tuple(texts), codes)


def _foot(face: CardFace, design: CardDesign, box: Box) -> list[Placed]:
    """Place hotlines, certification and issue at the foot of the back."""
    days = [face.month_line] if design.shows("month") else []
    days += [f"发卡 {face.issued_on}"] if design.shows("issued") else []
    pieces = [Piece(design.hotline_text, BOLD, 9.5, 6, "服务热线")] if design.shows("hotlines") else []
    pieces.append(Piece("　".join(days), REGULAR, 7.5, 5, "认证月份和发卡日期"))
    if design.shows("note"):
        pieces.append(Piece(design.note, REGULAR, 6.5, 4.5, "拾卡提示"))
    return [*stacked(pieces, Box(box.x, box.y, box.width, box.height), whose=face.name)]


def _bar(
    design: CardDesign, width: float, height: float, *, band: float, size: float, title: str
) -> tuple[Box, tuple[Placed, ...], Box | None]:
    """Return the coloured bar, the title in it, and where the logo stands in front of it."""
    logo = Box(_AIR, height - band + _AIR, _LOGO, band - 2 * _AIR) if design.logo and design.shows("logo") else None
    left = logo.right + _AIR if logo else 0
    bar = Box(left, height - band, width - left, band)
    inside = MARGIN if not left else 2 * mm
    room = Box(bar.x + inside, bar.y, bar.width - inside - 2 * mm, band)
    return bar, (one_line(Piece(title, BOLD, size, 5, "标题"), room, whose=""),), logo
