"""How text fills its box: it shrinks, then wraps, and what still does not fit stops the job. Nothing is cut.

Lengths are points, the origin is the lower left corner of the card or page. A number, a phone or a Latin word
is kept on one line unless it is wider than the box itself; no line begins with a closing mark.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from desktop.domain.errors import PrintError
from desktop.printing.fonts import REGULAR, width_of

ASCENT, DESCENT = 0.88, 0.24  # of the size, above and below the baseline: the ink of 汉字 stays inside
LEADING = 1.24  # from baseline to baseline, in sizes
_STEP = 0.05  # of the way from the largest to the smallest size
_LAST = LEADING - ASCENT - DESCENT  # the last line needs no room to the next
_BETTER_SMALL = 0.8  # of its size: a text shrunk this little reads better than one with a lone word below
_HAIR = 0.9999  # keeps rounding from making a line a hair wider than its box
_REMEMBERED = 20_000
_CLOSING = "，。、；：！？）》”’,.;:!?)]…"
_PARTS = re.compile(r"[0-9A-Za-z+\-()@./]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: lower left corner, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.y + self.height

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Piece:
    """A text with the sizes it may have; `what` names it in an error. With `lines` 1 it never wraps."""

    text: str
    font: str = REGULAR
    largest: float = 9.0
    smallest: float = 6.0
    what: str = ""
    lines: int = 99


@dataclass(frozen=True, slots=True)
class Placed:
    """One line of text at its baseline, and the box it must stay in."""

    text: str
    font: str
    size: float
    x: float
    y: float
    box: Box

    @property
    def ink(self) -> Box:
        """The room the line takes."""
        height = self.size * (ASCENT + DESCENT)
        return Box(self.x, self.y - self.size * DESCENT, width_of(self.text, self.font, self.size), height)


def stacked(pieces: Sequence[Piece], box: Box, *, whose: str, middle: bool = False) -> tuple[Placed, ...]:
    """Return pieces one under the other, all shrunk by the same share of their way until they fit the box.

    They hang from the top of the box, or stand in its middle. Raises PrintError naming the person and what does
    not fit even at its smallest.
    """
    made = _stacked(tuple(one for one in pieces if one.text), box.width, box.height, middle)
    if isinstance(made, str):
        owner = f"“{whose}”的" if whose else ""
        raise PrintError(f"{owner}{made}太长，卡上排不下", "请写短一些，或换大一号的版式")
    return tuple(replace(one, x=one.x + box.x, y=one.y + box.y, box=box) for one in made)


@lru_cache(maxsize=_REMEMBERED)
def _stacked(pieces: tuple[Piece, ...], width: float, height: float, middle: bool) -> tuple[Placed, ...] | str:
    """Return the lines of `stacked` in a box at the origin, or what does not fit."""
    share = 0.0
    while True:
        blocks = [_block(piece, width, share) for piece in pieces]
        lines = [(piece, *line) for piece, block in zip(pieces, blocks, strict=True) for line in block]
        used = sum(size * LEADING for _, _, size in lines) - (lines[-1][2] * _LAST if lines else 0)
        if used <= height + 1e-6 and all(len(block) <= one.lines for one, block in zip(pieces, blocks, strict=True)):
            break
        if share >= 1.0:
            most = max(range(len(pieces)), key=lambda at: len(blocks[at]))
            return pieces[most].what or "文字"
        share = min(share + _STEP, 1.0)
    box = Box(0, 0, width, height)
    y = height - (max(height - used, 0) / 2 if middle else 0)
    placed = []
    for piece, words, size in lines:
        placed.append(Placed(words, piece.font, size, 0, y - size * ASCENT, box))
        y -= size * LEADING
    return tuple(placed)


def _block(piece: Piece, width: float, share: float) -> list[tuple[str, float]]:
    """Return a piece's lines at this `share` of the way to its smallest size, each with its size."""
    size = piece.largest + (piece.smallest - piece.largest) * share
    natural = width_of(piece.text, piece.font, 1.0)
    if natural * size <= width:
        return [(piece.text, size)]
    alone = width / natural * _HAIR
    if alone >= piece.smallest and (piece.lines == 1 or alone >= size * _BETTER_SMALL):
        return [(piece.text, alone)]
    return [(words, size) for words in lines_of(piece.text, piece.font, width=width, size=size)]


@lru_cache(maxsize=_REMEMBERED)
def lines_of(text: str, font: str, *, width: float, size: float) -> tuple[str, ...]:
    """Return `text` broken into lines of at most `width`; every character is on one of them."""
    lines: list[str] = []
    current = ""
    for part in _parts(text, font, width, size):
        if current and width_of(current + part, font, size) > width:
            kept = current[-1] if part in _CLOSING and len(current) > 1 else ""
            lines.append(current[: len(current) - len(kept)])
            current = kept
        current += part
    return tuple([*lines, current] if current else lines)


def _parts(text: str, font: str, width: float, size: float) -> list[str]:
    """Return what may not be broken: single 汉字, whole numbers and words (a word wider than the box by letters)."""
    parts: list[str] = []
    for part in _PARTS.findall(text):
        parts += [part] if width_of(part, font, size) <= width else list(part)
    return parts


def one_line(piece: Piece, box: Box, *, whose: str, align: str = "left") -> Placed:
    """Return a piece on one line in the middle of the box's height; raises PrintError if it cannot be."""
    (line,) = stacked([replace(piece, lines=1)], box, whose=whose, middle=True)
    spare = box.width - width_of(line.text, line.font, line.size)
    shift = {"left": 0.0, "middle": spare / 2, "right": spare}[align]
    return replace(line, x=line.x + shift)
