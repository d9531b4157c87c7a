"""Fonts on paper: the bundled one, a fallback for rare characters, and an error that names what neither has."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.errors import PrintError
from desktop.domain.resources import resource_path

REGULAR, BOLD = "YinceRegular", "YinceBold"
_REMEMBERED = 20_000  # texts whose width is kept: a sheet of cards repeats most of its words
_NAMED = 5  # people one error names
_INSTALL = "请安装花园明朝等生僻字字体"
_PAST_BMP = re.compile(r"<([0-9A-F]{2})> <([0-9A-F]{5,6})>")
_BREAKS = frozenset("\n\r\t\v\f\x85\u2028\u2029")
_TINIEST = 2.0  # points: below this nothing can be read
LEADING = 1.16
_RARE = (
    "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
    "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
    "C:/Windows/Fonts/simsunb.ttf",
    "C:/Windows/Fonts/simsunextg.ttf",
)


class _ReadableFont(TTFont):
    """A font whose text can be copied out of the PDF and searched: reportlab writes code points past U+FFFF wrongly.

    A ToUnicode map wants UTF-16; what the library writes for U+30EDE is read back as another character.
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - the library's name
        """Add the font's objects, then put its maps right."""
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if str(name).startswith("toUnicodeCMap:") and isinstance(stream.content, str):
                stream.content = _PAST_BMP.sub(_as_utf16, stream.content)


def _as_utf16(match: re.Match[str]) -> str:
    return f"<{match.group(1)}> <{chr(int(match.group(2), 16)).encode('utf-16-be').hex().upper()}>"


@cache
def register_fonts() -> tuple[str, ...]:
    """Register the bundled fonts and every fallback that is installed; return the fallbacks' names."""
    for name, file in ((REGULAR, "NotoSansSC-Regular.ttf"), (BOLD, "NotoSansSC-Bold.ttf")):
        pdfmetrics.registerFont(_ReadableFont(name, str(resource_path("fonts", file))))
    # Else every page begins by naming Helvetica, which nothing is set in: the mark at the foot drops it as unused
    # and strict readers then miss it.
    rl_config.canvas_basefontname = REGULAR
    fallbacks = []
    for number, path in enumerate(_RARE):
        if Path(path).is_file():
            try:
                pdfmetrics.registerFont(_ReadableFont(f"YinceRare{number}", path))
            except TTFError:
                continue
            fallbacks.append(f"YinceRare{number}")
    return tuple(fallbacks)


@cache
def _has(font: str, character: str) -> bool:
    register_fonts()
    return ord(character) in cast(TTFont, pdfmetrics.getFont(font)).face.charToGlyph


def runs_of(text: str, font: str, *, whose: str = "") -> tuple[tuple[str, str], ...]:
    """Return `text` as (font, run) pairs; raises PrintError naming a character no font has, and its person."""
    runs, missing = _runs(text, font)
    if missing:
        owner = f"“{whose}”的" if whose else ""
        raise PrintError(f"{owner}“{missing}”（U+{ord(missing):04X}）没有字体可以打印", _INSTALL)
    return runs


@lru_cache(maxsize=_REMEMBERED)
def _runs(text: str, font: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return the runs of `text`, and the first character no font has ('' if all have one)."""
    if all(_has(font, character) for character in text):
        return ((font, text),) if text else (), ""
    runs: list[tuple[str, str]] = []
    for character in "".join(_printed(one) for one in text):
        chosen = next((name for name in (font, REGULAR, *register_fonts()) if _has(name, character)), None)
        if chosen is None:
            return (), character
        if runs and runs[-1][0] == chosen:
            runs[-1] = (chosen, runs[-1][1] + character)
        else:
            runs.append((chosen, character))
    return tuple(runs), ""


def _printed(character: str) -> str:
    """Return a character as it is drawn: a break is a space, what no eye sees is nothing."""
    if character in _BREAKS:
        return " "
    return "" if unicodedata.category(character) in {"Cc", "Cf"} else character


def width_of(text: str, font: str, size: float) -> float:
    """Return the width of `text` in points."""
    return _width_at_one_point(text, font) * size


@lru_cache(maxsize=_REMEMBERED)
def _width_at_one_point(text: str, font: str) -> float:
    """Return the width of `text` at size 1: widths grow with the size, so one measure serves them all."""
    return float(sum(pdfmetrics.stringWidth(run, name, 1) for name, run in runs_of(text, font)))


def draw(canvas: Canvas, x: float, y: float, text: str, *, font: str = REGULAR, size: float = 9) -> None:
    """Draw one line of plain text at its baseline."""
    for name, run in runs_of(text, font):
        canvas.setFont(name, size)
        canvas.drawString(x, y, run)
        x += _width_at_one_point(run, name) * size


def check_characters(named: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Raise PrintError before anything is printed if a text has a character no font has; every paper asks here.

    `named` gives a person's name and the texts about him; one error names up to five people.
    """
    register_fonts()
    missing: dict[str, str] = {}
    for whose, texts in named:
        for text in texts:
            character = _runs(text, REGULAR)[1]
            if character:
                missing.setdefault(whose, character)
    if not missing:
        return
    shown = list(missing.items())[:_NAMED]
    said = "；".join(
        (f"“{whose}”的" if whose else "") + f"“{character}”（U+{ord(character):04X}）" for whose, character in shown
    )
    more = f"等 {len(missing)} 人的字" if len(missing) > len(shown) else ""
    raise PrintError(f"{said}{more}没有字体可以打印", _INSTALL)


def fit_lines(
    text: str, font: str, *, width: float, height: float, largest: float, smallest: float
) -> tuple[list[str], float]:
    """Return `text` as lines that fill no more than `width` by `height` points, whole, and the largest size for that.

    A text that does not fit at `smallest` goes on shrinking: nothing on paper is cut.
    """
    if not text:
        return [], largest
    size = largest
    while size > _TINIEST:
        lines = wrapped(text, font, width=width, size=size, lines=len(text) + 1)
        if len(lines) * size * LEADING <= height or (len(lines) == 1 and size * 1.05 <= height):
            return lines, size
        size -= 0.5 if size > smallest else 0.25
    return wrapped(text, font, width=width, size=size, lines=max(int(height / (size * LEADING)), 1)), size


def fitted(
    text: str, font: str, *, width: float, largest: float, smallest: float, lines: int = 2
) -> tuple[list[str], float]:
    """Return `text` as at most `lines` lines and the size at which they fit `width`.

    First it shrinks, then it wraps at the smallest size, then it is cut: what still does not fit
    ends in an ellipsis, so nothing leaves its box.
    """
    size = largest
    while size > smallest and width_of(text, font, size) > width:
        size = max(size - 0.5, smallest)
    if width_of(text, font, size) <= width:
        return [text], size
    return wrapped(text, font, width=width, size=size, lines=lines), size


def wrapped(text: str, font: str, *, width: float, size: float, lines: int) -> list[str]:
    """Return `text` cut into at most `lines` lines of `width`; the last ends in an ellipsis if more is left."""
    made: list[str] = []
    rest = text
    while rest and len(made) < lines:
        first = rest.partition("\n")[0]
        line = first if width_of(first, font, size) <= width else _longest(first, font, width, size)
        rest = rest[len(line) :].removeprefix("\n")
        made.append(line)
    if rest:
        made[-1] = _longest(made[-1] + rest, font, width - size, size) + "…"
    return made


def _longest(text: str, font: str, width: float, size: float) -> str:
    room, end = width / size, 0
    while end < len(text):
        room -= _width_at_one_point(text[end], font)  # of one character: few are different, so all are remembered
        if room < 0:
            break
        end += 1
    return text[: max(end, 1)]
