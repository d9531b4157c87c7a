"""QR codes as squares: made once a text, ECC M, drawn with a whole number of a printer's dots to a square."""

from dataclasses import dataclass
from functools import lru_cache

import numpy
from reportlab.lib.units import mm

from desktop.printing.qr_grid import squares_of

QUIET = 4  # squares of white round a code (ISO/IEC 18004)
SMALLEST_CODE = 25 * mm  # with its white; less is printed only where the card has no room
_POINTS = 72
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Code:
    """A code as a path of unit squares from its lower left corner, the white not counted."""

    squares: int  # along a side, without the white
    path: str  # PDF operators: a rectangle for each run of dark squares in a row, then fill

    @property
    def side(self) -> int:
        """Squares along a side with the white."""
        return self.squares + 2 * QUIET


@lru_cache(maxsize=_REMEMBERED)
def code_of(text: str) -> Code:
    """Return the code that says `text`."""
    squares = squares_of(text)
    count = len(squares)
    edges = numpy.diff(numpy.pad(squares, ((0, 0), (1, 1))).astype(numpy.int8), axis=1)
    rows, starts = numpy.nonzero(edges == 1)
    ends = numpy.nonzero(edges == -1)[1]
    tops = (count - 1 - rows).tolist()
    runs = [f"{x} {y} {end - x} 1 re" for x, y, end in zip(starts.tolist(), tops, ends.tolist(), strict=True)]
    return Code(count, "\n".join([*runs, "f"]))


def side_of(code: Code, *, room: float, dpi: int) -> float:
    """Return how wide a code with its white is at the most dots a square has in `room`; at least one dot."""
    dots = max(int(room * dpi / _POINTS / code.side + 1e-9), 1)
    return code.side * dots * _POINTS / dpi


def to_dot(length: float, dpi: int) -> float:
    """Return a length rounded to whole dots."""
    return round(length * dpi / _POINTS) * _POINTS / dpi
