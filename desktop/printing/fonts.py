"""Fonts on paper: the bundled one, a fallback for rare characters, and an error that names what neither has."""

from functools import cache
from pathlib import Path
from typing import cast

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.errors import PrintError
from desktop.domain.resources import resource_path

REGULAR, BOLD = "YinceRegular", "YinceBold"
_RARE = (
    "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
    "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
    "C:/Windows/Fonts/simsunb.ttf",
)


@cache
def register_fonts() -> tuple[str, ...]:
    """Register the bundled fonts and every fallback that is installed; return the fallbacks' names."""
    for name, file in ((REGULAR, "NotoSansSC-Regular.ttf"), (BOLD, "NotoSansSC-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(resource_path("fonts", file))))
    fallbacks = []
    for number, path in enumerate(_RARE):
        if Path(path).is_file():
            try:
                pdfmetrics.registerFont(TTFont(f"YinceRare{number}", path))
            except TTFError:
                continue
            fallbacks.append(f"YinceRare{number}")
    return tuple(fallbacks)


@cache
def _has(font: str, character: str) -> bool:
    register_fonts()
    return ord(character) in cast(TTFont, pdfmetrics.getFont(font)).face.charToGlyph


def runs_of(text: str, font: str, *, whose: str = "") -> list[tuple[str, str]]:
    """Return `text` as (font, run) pairs; raises PrintError naming a character no font has, and its person."""
    runs: list[tuple[str, str]] = []
    for character in text:
        chosen = next((name for name in (font, *register_fonts()) if _has(name, character)), None)
        if chosen is None:
            owner = f"“{whose}”的" if whose else ""
            raise PrintError(
                f"{owner}“{character}”（U+{ord(character):04X}）没有字体可以打印", "请安装花园明朝等生僻字字体"
            )
        if runs and runs[-1][0] == chosen:
            runs[-1] = (chosen, runs[-1][1] + character)
        else:
            runs.append((chosen, character))
    return runs


def width_of(text: str, font: str, size: float) -> float:
    """Return the width of `text` in points."""
    return float(sum(pdfmetrics.stringWidth(run, name, size) for name, run in runs_of(text, font)))


def draw(canvas: Canvas, x: float, y: float, text: str, *, font: str = REGULAR, size: float = 9) -> None:
    """Draw one line of plain text at its baseline."""
    for name, run in runs_of(text, font):
        canvas.setFont(name, size)
        canvas.drawString(x, y, run)
        x += pdfmetrics.stringWidth(run, name, size)


def fitted(text: str, font: str, *, width: float, largest: float, smallest: float) -> tuple[list[str], float]:
    """Return `text` as one or two lines and the size at which they fit `width`: shrink first, then wrap, then cut.

    What still does not fit at the smallest size ends in an ellipsis, so nothing leaves its box.
    """
    size = largest
    while size > smallest and width_of(text, font, size) > width:
        size -= 0.5
    if width_of(text, font, size) <= width:
        return [text], size
    first = _longest(text, font, width, size)
    second = text[len(first) :]
    if width_of(second, font, size) <= width:
        return [first, second], size
    return [first, _longest(second, font, width - size, size) + "…"], size


def _longest(text: str, font: str, width: float, size: float) -> str:
    end = len(text)
    while end > 1 and width_of(text[:end], font, size) > width:
        end -= 1
    return text[:end]
