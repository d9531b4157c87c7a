"""Which cell formats of an xlsx mean something: red or struck-out letters, yellow ground, months, two decimals."""

from xml.etree import ElementTree  # definitions were refused before

from desktop.roster.grid import RED, STRUCK, YELLOW
from desktop.roster.survey import StyleFacts, is_red, is_yellow, number_fact

_INDEXED = {2: "FF0000", 10: "FF0000", 5: "FFFF00", 13: "FFFF00", 16: "800000", 43: "FFFF99", 51: "FFCC00"}
_MOST_FORMATS = 5000


def read_styles(styles: bytes, theme: bytes = b"") -> dict[int, StyleFacts]:
    """Return the cell formats that mean something, by number; nothing for styles that cannot be read."""
    try:
        root = ElementTree.fromstring(styles) if styles else None  # noqa: S314 - definitions were refused before
    except ElementTree.ParseError:
        return {}
    if root is None:
        return {}
    colours = _theme(theme)
    fonts = [_font(one, colours) for one in _children(root, "fonts")]
    fills = [_fill(one, colours) for one in _children(root, "fills")]
    codes = {_number(one.get("numFmtId")): one.get("formatCode") or "" for one in _children(root, "numFmts")}
    found: dict[int, StyleFacts] = {}
    for number, one in enumerate(_children(root, "cellXfs")[:_MOST_FORMATS]):
        marks = _at(fonts, one.get("fontId")) + _at(fills, one.get("fillId"))
        number_id = _number(one.get("numFmtId"))
        kind = number_fact(codes.get(number_id, ""), -1 if number_id in codes else number_id)
        if marks or kind:
            found[number] = StyleFacts(marks, kind)
    return found


def _local(one: ElementTree.Element) -> str:
    return one.tag.rpartition("}")[2]


def _children(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return next((list(one) for one in root if _local(one) == name), [])


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 9 else -1


def _at(found: list[tuple[str, ...]], index: str | None) -> tuple[str, ...]:
    place = _number(index)
    return found[place] if 0 <= place < len(found) else ()


def _theme(theme: bytes) -> list[str]:
    """Return the accent colours of a theme in the order cells number them."""
    try:
        root = ElementTree.fromstring(theme) if theme else None  # noqa: S314 - definitions were refused before
    except ElementTree.ParseError:
        return []
    scheme = next((one for one in root.iter() if _local(one) == "clrScheme"), None) if root is not None else None
    if scheme is None:
        return []
    found = [next((kid.get("lastClr") or kid.get("val") or "" for kid in one), "") for one in scheme]
    return [found[1], found[0], found[3], found[2], *found[4:]] if len(found) > 3 else found


def _colour(one: ElementTree.Element | None, theme: list[str]) -> str:
    if one is None:
        return ""
    if one.get("rgb"):
        return one.get("rgb") or ""
    if one.get("theme") is not None:
        place = _number(one.get("theme"))
        shaded = abs(float(one.get("tint") or 0)) > 0.3
        return theme[place] if 0 <= place < len(theme) and not shaded else ""
    return _INDEXED.get(_number(one.get("indexed")), "")


def _font(one: ElementTree.Element, theme: list[str]) -> tuple[str, ...]:
    parts = {_local(kid): kid for kid in one}
    strike = parts.get("strike")
    struck = strike is not None and strike.get("val", "1") not in {"0", "false"}
    red = is_red(_colour(parts.get("color"), theme))
    return ((STRUCK,) if struck else ()) + ((RED,) if red else ())


def _fill(one: ElementTree.Element, theme: list[str]) -> tuple[str, ...]:
    pattern = next((kid for kid in one if _local(kid) == "patternFill"), None)
    if pattern is None or pattern.get("patternType") in {None, "none"}:
        return ()
    front = _colour(next((kid for kid in pattern if _local(kid) == "fgColor"), None), theme)
    return (YELLOW,) if is_yellow(front) else (RED,) if is_red(front) else ()
