"""Where cards stand on paper: sheets of ten, label sheets from a table, single cards; fronts, backs, a printer's drift.

Lengths are points. `resources/labels/sheets.json` holds the label sheets, in millimetres, one entry each; a new
make of sheet is a new entry and no code.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from reportlab.lib.pagesizes import A4, A5, A6, landscape
from reportlab.lib.units import mm

from desktop.domain.resources import resource_path
from desktop.printing.text_boxes import Box

POINTS = 72  # to the inch
RESOLUTIONS = (203, 300, 600)  # dots per inch of thermal and card printers, of most lasers, of good lasers
LONG, SHORT = "long", "short"


@dataclass(frozen=True, slots=True)
class CardSheet:
    """`columns` x `rows` cards of `width` x `height` on `page`, the first `left` and `top` from its corner."""

    key: str
    label: str
    page: tuple[float, float]
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    left: float = 0
    top: float = 0
    gap_x: float = 0
    gap_y: float = 0
    kind: str = "small"  # the design it is printed with
    marks: bool = False  # crop marks round the block

    @property
    def per_page(self) -> int:
        """How many cards a page holds."""
        return self.columns * self.rows

    @property
    def is_large(self) -> bool:
        """True for the card to hang up, which has one side."""
        return self.kind == "large"

    @property
    def flip(self) -> str:
        """The edge a sheet is usually turned over: so that its back stands upright like a page of a book."""
        return LONG if self.page[1] >= self.page[0] else SHORT

    def place(self, number: int) -> Box:
        """Return where card `number` (0 is the upper left) stands on a front."""
        column, row = number % self.columns, number // self.columns
        x = self.left + column * (self.width + self.gap_x)
        y = self.page[1] - self.top - (row + 1) * self.height - row * self.gap_y
        return Box(x, y, self.width, self.height)

    def back_place(self, number: int, *, flip: str) -> tuple[Box, bool]:
        """Return where the back of card `number` stands, and whether it stands on its head.

        Turned over like a page of a book the columns change places. Turned over like a page of a calendar the
        rows do, and the back stands on its head, so that the cut card reads upright when turned sideways.
        """
        front = self.place(number)
        if flip == self.flip:
            return replace(front, x=self.page[0] - front.right), False
        return replace(front, y=self.page[1] - front.top), True


@dataclass(frozen=True, slots=True)
class Drift:
    """How a printer puts things down: what is meant for `p` lands at `offset + scale * p`, from the upper left."""

    left: float = 0.0
    top: float = 0.0
    across: float = 1.0
    down: float = 1.0

    def corrected(self, box: Box, page: tuple[float, float]) -> Box:
        """Return where a box must be drawn for its corner to land where it is meant."""
        x = (box.x - self.left) / self.across
        from_top = (page[1] - box.top - self.top) / self.down
        return replace(box, x=x, y=page[1] - from_top - box.height)


STRAIGHT = Drift()


@dataclass(frozen=True, slots=True)
class CardJob:
    """How cards are put on paper. `start` is the first label to use, from 1; `dpi` is the printer's."""

    sheet: CardSheet
    backs: bool = False
    flip: str = ""  # LONG or SHORT, '' for what suits the sheet
    start: int = 1
    copies: int = 1
    dpi: int = 300
    drift: Drift = STRAIGHT

    @property
    def is_two_sided(self) -> bool:
        """True if backs are printed."""
        return self.backs and not self.sheet.is_large


def _centred(key: str, label: str, columns: int, rows: int) -> CardSheet:
    width, height = 90 * mm, 54 * mm
    left, top = (A4[0] - columns * width) / 2, (A4[1] - rows * height) / 2
    return CardSheet(key, label, A4, width, height, columns, rows, left, top, marks=True)


LAYOUTS: dict[str, CardSheet] = {
    "a4-10": _centred("a4-10", "A4 每页十张（裁切线）", 2, 5),
    "cr80": CardSheet("cr80", "证卡单张 85.6×53.98", (85.6 * mm, 53.98 * mm), 85.6 * mm, 53.98 * mm, kind="cr80"),
    "single-90x54": CardSheet("single-90x54", "单张 90×54", (90 * mm, 54 * mm), 90 * mm, 54 * mm),
    "large": CardSheet("large", "大字卡 A5", landscape(A5), *landscape(A5), kind="large"),
    "large-a6": CardSheet("large-a6", "大字卡 A6", landscape(A6), *landscape(A6), kind="large"),
}


@cache
def sheets() -> dict[str, CardSheet]:
    """Return every sheet by its key: the built-in layouts, then the label sheets of the table."""
    return {**LAYOUTS, **{one.key: one for one in _labels()}}


def _labels() -> Iterator[CardSheet]:
    table = json.loads(resource_path("labels", "sheets.json").read_text(encoding="utf-8"))
    for one in table["sheets"]:
        lengths = {name: one[name] * mm for name in ("width", "height", "left", "top", "gap_x", "gap_y")}
        page = (one["page"][0] * mm, one["page"][1] * mm)
        yield CardSheet(one["key"], one["label"], page, columns=one["columns"], rows=one["rows"], **lengths)
