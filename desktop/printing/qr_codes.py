"""QR codes as squares: made once a text, ECC M, drawn with a whole number of a printer's dots to a square."""

from dataclasses import dataclass
from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.units import mm

QUIET = 4  # squares of white round a code (ISO/IEC 18004)
SMALLEST_CODE = 25 * mm  # with its white; less is printed only where the card has no room
_POINTS = 72
# Weighing all eight masks is nine tenths of making a code; a signature is as good as random under each of them,
# and every code is read back before anything is printed.
_MASK = 2
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
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    matrix = code.get_matrix()
    runs = []
    for row, line in enumerate(matrix):
        start = None
        for column, dark in enumerate([*line, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                runs.append(f"{start} {len(matrix) - 1 - row} {column - start} 1 re")
                start = None
    return Code(len(matrix), "\n".join([*runs, "f"]))


def side_of(code: Code, *, room: float, dpi: int) -> float:
    """Return how wide a code with its white is at the most dots a square has in `room`; at least one dot."""
    dots = max(int(room * dpi / _POINTS / code.side + 1e-9), 1)
    return code.side * dots * _POINTS / dpi


def to_dot(length: float, dpi: int) -> float:
    """Return a length rounded to whole dots."""
    return round(length * dpi / _POINTS) * _POINTS / dpi
