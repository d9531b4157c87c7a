"""The large-print card for the wall or the fridge, A5 or A6: every phone at 24 points or more."""

from dataclasses import dataclass, replace

from reportlab.lib.units import mm

from desktop.domain.errors import PrintError
from desktop.printing.card_design import CardDesign
from desktop.printing.card_face import CardFace, PlacedCode, Side
from desktop.printing.fonts import BOLD, REGULAR, width_of
from desktop.printing.qr_codes import code_of, side_of
from desktop.printing.text_boxes import LEADING, Box, Piece, Placed, one_line, stacked

BIG_PHONE, BIGGEST_PHONE = 24.0, 36.0  # points: what the large card is for
_SMALLEST_NAME = 12.0  # beside a phone
_GAP = 8.0
_LEAST_CODE = 29 * mm


@dataclass(frozen=True, slots=True)
class _Measures:
    """What differs between A5 and A6."""

    margin: float
    band: float
    title: float
    code: float
    name: float
    text: float
    foot: float


_A5 = _Measures(10 * mm, 16 * mm, 23, 46 * mm, 36, 15, 15 * mm)
_A6 = _Measures(7 * mm, 10 * mm, 16, 34 * mm, 26, 11, 10 * mm)


@dataclass(frozen=True, slots=True)
class _Rows:
    """How the phones are set: their size, in how many columns, and which need a line for the name above."""

    size: float
    columns: int
    tall: tuple[bool, ...]


def large_of(face: CardFace, design: CardDesign, *, width: float, height: float, dpi: int) -> Side:
    """Return the one side of a large card; raises PrintError if the phones cannot all be 24 points or more."""
    by = _A5 if width > 180 * mm else _A6
    bar = Box(0, height - by.band, width, by.band)
    logo = (
        Box(2 * mm, bar.y + 1 * mm, by.band * 1.6, by.band - 2 * mm) if design.logo and design.shows("logo") else None
    )
    if logo:
        bar = Box(logo.right + 2 * mm, bar.y, width - logo.right - 2 * mm, by.band)
    title = Box(bar.x + by.margin / 2, bar.y, bar.width - by.margin, by.band)
    in_bar = (one_line(Piece(design.title, BOLD, by.title, 9, "标题"), title, whose=""),)
    contacts = _contacts(face, design)
    hotline = BIG_PHONE * LEADING if design.shows("hotlines") and design.hotlines else 0
    codes, right, low = _code(face, design, width=width, top=bar.y, room=by.code, dpi=dpi)
    phones = Box(by.margin, by.foot + hotline, width - 2 * by.margin, low - by.foot - hotline)
    if (
        contacts and _best(contacts, phones) is None
    ):  # the phones come first: the code gives way as far as it reads well
        codes, right, low = _code(face, design, width=width, top=bar.y, room=_LEAST_CODE, dpi=dpi)
        phones = replace(phones, height=low - phones.y)
    texts = [*_who(face, design, by, Box(by.margin, low, right - by.margin - 2 * mm, bar.y - low - 2 * mm))]
    texts += _phones(contacts, phones, whose=face.name)
    if hotline:
        texts += _hotlines(design, Box(by.margin, by.foot, phones.width, hotline), whose=face.name)
    texts += _foot(face, design, by, Box(by.margin, 1.5 * mm, phones.width, by.foot - 2 * mm))
    return Side(bar, in_bar, tuple(texts), codes, logo)


def _code(
    face: CardFace, design: CardDesign, *, width: float, top: float, room: float, dpi: int
) -> tuple[tuple[PlacedCode, ...], float, float]:
    """Return the code under `top`, where it begins, and where what stands beside it ends."""
    if not design.shows("code"):
        return (), width - 5 * mm, top - room
    side = side_of(code_of(face.token), room=room - 1 * mm, dpi=dpi)
    left, low = width - 2 * mm - side, top - side - 1 * mm
    return (PlacedCode(face.token, Box(left, low, side, side)),), left, low


def _contacts(face: CardFace, design: CardDesign) -> list[tuple[str, str]]:
    staff = [one for one in face.staff if one[1]] if design.shows("staff") else []
    return [
        *staff,
        *([(face.street or "街道", face.street_phone)] if design.shows("street") and face.street_phone else []),
    ]


def _who(face: CardFace, design: CardDesign, by: _Measures, box: Box) -> tuple[Placed, ...]:
    pieces = [Piece(face.name, BOLD, by.name, 12, "姓名"), Piece(face.community, BOLD, by.name * 0.62, 10, "社区名称")]
    if design.shows("address"):
        pieces.append(Piece(face.address, REGULAR, by.text, 7, "社区地址"))
    if design.shows("number"):
        pieces.append(Piece(f"卡号 {face.card_no}", REGULAR, by.text, 8, "卡号", lines=1))
    return stacked(pieces, box, whose=face.name, middle=True)


def _phones(contacts: list[tuple[str, str]], box: Box, *, whose: str) -> list[Placed]:
    """Place names and phones in rows, as large as all of them can be."""
    if not contacts:
        return []
    rows = _best(contacts, box)
    if rows is None:
        raise PrintError(
            f"{len(contacts)} 个电话用 {BIG_PHONE:.0f} 磅字在大字卡上排不下", "请改用 A5，或少印几位工作人员"
        )
    step = rows.size * LEADING
    width = (box.width - _GAP * 2 * (rows.columns - 1)) / rows.columns
    deep = _depth(rows)
    placed: list[Placed] = []
    x, y, used = box.x, box.top, 0
    for (name, phone), tall in zip(contacts, rows.tall, strict=True):
        if used and used + 1 + tall > deep:
            x, y, used = x + width + _GAP * 2, box.top, 0
        room = width - width_of(phone, BOLD, rows.size) - _GAP
        beside = Box(x, y - step, width if tall else room, step)
        placed.append(one_line(Piece(name, REGULAR, rows.size * 0.8, 6, "工作人员"), beside, whose=whose))
        y -= step * tall
        number = Box(x, y - step, width, step)
        placed.append(one_line(Piece(phone, BOLD, rows.size, rows.size, "电话"), number, whose=whose, align="right"))
        y -= step
        used += 1 + tall
    return placed


def _best(contacts: list[tuple[str, str]], box: Box) -> _Rows | None:
    """Return the largest setting that fits: one column if it can be, each phone at least 24 points."""
    for columns in (1, 2, 3):
        width = (box.width - _GAP * 2 * (columns - 1)) / columns
        size = BIGGEST_PHONE
        while size >= BIG_PHONE:
            found = _setting(contacts, width, size, columns)
            if found is not None and _depth(found) * size * LEADING <= box.height + 1e-6:
                return found
            size -= 1
    return None


def _setting(contacts: list[tuple[str, str]], width: float, size: float, columns: int) -> _Rows | None:
    phones = [width_of(phone, BOLD, size) for _, phone in contacts]
    if max(phones) > width:
        return None
    tall = tuple(
        width_of(name, REGULAR, _SMALLEST_NAME) > width - phone - _GAP
        for (name, _), phone in zip(contacts, phones, strict=True)
    )
    return _Rows(size, columns, tall)


def _depth(rows: _Rows) -> int:
    """Return how many lines the deepest column has when columns are filled one after the other."""
    needs = [1 + tall for tall in rows.tall]
    for deep in range(max(needs), sum(needs) + 1):
        columns, used = 1, 0
        for need in needs:
            if used + need > deep:
                columns, used = columns + 1, 0
            used += need
        if columns <= rows.columns:
            return deep
    return sum(needs)


def _hotlines(design: CardDesign, box: Box, *, whose: str) -> list[Placed]:
    placed = []
    share = box.width / len(design.hotlines)
    for number, (name, phone) in enumerate(design.hotlines):
        wide = width_of(phone, BOLD, BIG_PHONE)
        left = Box(box.x + number * share, box.y, share - wide - _GAP, box.height)
        placed.append(one_line(Piece(name, REGULAR, 15, 6, "服务热线"), left, whose=whose))
        at = Box(left.x + min(width_of(name, REGULAR, 15) + _GAP / 2, left.width), box.y, wide + 1, box.height)
        placed.append(one_line(Piece(phone, BOLD, BIG_PHONE, BIG_PHONE, "服务热线"), at, whose=whose))
    return placed


def _foot(face: CardFace, design: CardDesign, by: _Measures, box: Box) -> tuple[Placed, ...]:
    last = [face.month_line] if design.shows("month") and face.month else []
    last += [f"发卡 {face.issued_on}"] if design.shows("issued") else []
    pieces = []
    if design.shows("services") and design.services:
        pieces.append(Piece("服务：" + "；".join(design.services), REGULAR, by.text * 0.7, 5, "服务内容"))
    pieces.append(Piece("　".join(last), REGULAR, by.text * 0.7, 5, "发卡日期"))
    return stacked(pieces, box, whose=face.name)
