"""The designs of contact cards: set at the street, received by its communities in packages."""

import base64
import binascii
from collections.abc import Mapping

from desktop.domain.changes import Changes
from desktop.domain.errors import AccessError, InvalidValueError
from desktop.domain.fields import Value
from desktop.domain.house_records import CARD_DESIGN
from desktop.domain.ids import card_design_id
from desktop.domain.permissions import READ_HOUSE
from desktop.printing.card_design import BLOCKS, KINDS, CardDesign
from desktop.printing.logo import logo_png
from desktop.services.register import refuse_wrong
from desktop.services.station import Station
from desktop.store.records import load_records

__all__ = ["BLOCKS", "KINDS", "CardDesign"]

_LOGO_PARTS = tuple(key for key in CARD_DESIGN.keys if key.startswith("logo_"))
_PART = 4000
MOST_LOGO = len(_LOGO_PARTS) * _PART * 3 // 4  # bytes
_PNG = b"\x89PNG\r\n\x1a\n"


def design_of(station: Station, *, kind: str) -> CardDesign:
    """Return the design of a kind of card: the street's, or the one every register begins with."""
    with station.vault.reading(READ_HOUSE) as connection:
        stored = load_records(connection, CARD_DESIGN.key, [card_design_id(kind)]).get(card_design_id(kind))
    if stored is None or stored.deleted:
        return CardDesign()
    return _design(stored.values)


def _design(values: Mapping[str, Value]) -> CardDesign:
    """Return the design a record holds; what it does not say, or says wrong, is as it is at first."""
    first = CardDesign()

    def text(key: str, otherwise: str) -> str:
        value = values.get(key)
        return otherwise if value is None else str(value)

    services, hotlines = text("services", ""), text("hotlines", "")
    hidden = set(text("hidden", "").split())
    try:
        return CardDesign(
            title=text("title", first.title), back_title=text("back_title", first.back_title),
            services=lines_of(services) or first.services, hotlines=pairs_of(hotlines) or first.hotlines,
            note=text("note", first.note), accent=text("accent", first.accent), ink=text("ink", first.ink),
            blocks=frozenset(BLOCKS) - hidden, logo=_logo(values),
        )  # fmt: skip
    except ValueError:
        return first


def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a text that say something."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def pairs_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return hotlines written one a line, the name first (`社保 12333`)."""
    pairs = []
    for line in lines_of(text):
        name, _, phone = line.rpartition(" ")
        pairs.append((name.strip(), phone.strip()))
    return tuple(pairs)


def _logo(values: Mapping[str, Value]) -> bytes:
    whole = "".join(str(values.get(key) or "") for key in _LOGO_PARTS)
    try:
        made = base64.b64decode(whole, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return made if made.startswith(_PNG) else b""


def logo_of(picture: bytes) -> bytes:
    """Return any picture as a logo a design can hold; raises InvalidValueError for what is no picture."""
    made = logo_png(picture, most=MOST_LOGO)
    if not made:
        raise InvalidValueError("logo", "这个文件不是能用的图片", "请选 PNG、JPG、BMP、TIF 或 WebP 图片")
    return made


def put_design(station: Station, *, kind: str, design: CardDesign) -> Changes:
    """Keep the design of a kind of card; raises AccessError at a community, InvalidValueError.

    `design.logo` is a PNG already made small by whoever read the picture.
    """
    if not station.is_street:
        raise AccessError("联系卡的式样由街道统一定", "请联系街道，定好后会随数据包发来")
    if kind not in KINDS:
        raise InvalidValueError("kind", "没有这种卡", "请选普通卡、证卡或大字卡")
    if not design.title.strip():
        raise InvalidValueError("title", "卡的标题不能空着", "请填写标题")
    values = _values(kind, design)
    refuse_wrong(CARD_DESIGN.key, values, station)
    with station.vault.unit("card_design.edit", why="联系卡式样") as unit:
        unit.put(CARD_DESIGN.key, card_design_id(kind), values)
        return unit.commit()


def _values(kind: str, design: CardDesign) -> dict[str, Value]:
    if design.logo and (not design.logo.startswith(_PNG) or len(design.logo) > MOST_LOGO):
        raise InvalidValueError("logo", "标志图片太大或不能用", "请换一张简单一些的图片")
    coded = base64.b64encode(design.logo).decode("ascii")
    parts = {key: coded[at * _PART : (at + 1) * _PART] or None for at, key in enumerate(_LOGO_PARTS)}
    hidden = " ".join(block for block in BLOCKS if block not in design.blocks)
    return {
        "kind": kind, "title": design.title.strip(), "back_title": design.back_title.strip() or None,
        "services": "\n".join(design.services) or None,
        "hotlines": "\n".join(f"{name} {phone}" for name, phone in design.hotlines) or None,
        "note": design.note.strip() or None, "accent": design.accent, "ink": design.ink, "hidden": hidden or None,
        **parts,
    }  # fmt: skip
