"""How each printer of this workstation puts things down: its resolution and its measured drift, remembered by name."""

import json
import math
from dataclasses import asdict, dataclass, field

from desktop.config.paths import read_state, write_state
from desktop.domain.errors import InvalidValueError
from desktop.printing.card_papers import RULER_ACROSS, RULER_DOWN, ruler_pdf
from desktop.printing.card_sheets import RESOLUTIONS, STRAIGHT, Drift

_POINTS_PER_MM = 72 / 25.4
_CROSS_MM = 20.0
_MOST_OFF_MM, _MOST_STRETCH = 15.0, 0.05
_LAST, _LAYOUT = "printer", "card-layout"


@dataclass(frozen=True, slots=True)
class PrinterSetup:
    """What is remembered of one printer."""

    dpi: int = 300
    drift: Drift = field(default_factory=Drift)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a ruler says of the printed ruler page, in millimetres."""

    left: float  # from the paper's left edge to the middle of the circle
    top: float
    across: float  # the ruler of 150 mm
    down: float  # the ruler of 200 mm


def setup_of(printer: str) -> PrinterSetup:
    """Return what is remembered of a printer; a printer never measured is taken to be straight at 300 dots."""
    try:
        kept = json.loads(read_state().get(_key(printer), "{}"))
        drift = Drift(**{key: float(value) for key, value in kept.get("drift", {}).items()})
        dpi = int(kept.get("dpi", 300))
    except (ValueError, TypeError, AttributeError):
        return PrinterSetup()
    sound = all(math.isfinite(one) for one in asdict(drift).values()) and drift.across > 0 and drift.down > 0
    return PrinterSetup(dpi if dpi in RESOLUTIONS else 300, drift if sound else STRAIGHT)


def keep_setup(printer: str, setup: PrinterSetup) -> None:
    """Remember a printer's resolution and drift on this workstation."""
    kept = json.dumps({"dpi": setup.dpi, "drift": asdict(setup.drift)})
    write_state({**read_state(), _key(printer): kept})


def last_printer() -> str:
    """Return the name of the printer used last, '' if none was."""
    return read_state().get(_LAST, "")


def keep_last_printer(printer: str) -> None:
    """Remember the printer used last."""
    if printer != last_printer():
        write_state({**read_state(), _LAST: printer})


def last_layout() -> str:
    """Return the sheet cards were printed on last, '' if none were."""
    return read_state().get(_LAYOUT, "")


def keep_last_layout(layout: str) -> None:
    """Remember the sheet cards are printed on, for the card printed on the spot."""
    if layout != last_layout():
        write_state({**read_state(), _LAYOUT: layout})


def _key(printer: str) -> str:
    return f"printer:{printer}"


def ruler_page(printer: str) -> bytes:
    """Return the ruler page as the printer's remembered drift corrects it."""
    return ruler_pdf(printer=printer, drift=setup_of(printer).drift)


def calibrated(printer: str, measured: Measured) -> Drift:
    """Return the printer's drift after measuring a ruler page printed with what was remembered before.

    Raises InvalidValueError for numbers no printer is that far off by: rather a slip of the pen or of the ruler.
    """
    across, down = measured.across / RULER_ACROSS, measured.down / RULER_DOWN
    off = (measured.left - _CROSS_MM, measured.top - _CROSS_MM)
    wrong = not all(math.isfinite(one) for one in (across, down, *off))
    if wrong or max(abs(across - 1), abs(down - 1)) > _MOST_STRETCH or max(abs(one) for one in off) > _MOST_OFF_MM:
        raise InvalidValueError("measured", "量得的数差得太多，不像是打印机的偏差", "请按毫米再量一遍")
    before = setup_of(printer).drift
    # The page was drawn where `before` corrects it, so what it still shows comes on top of that.
    left, top = ((one * _POINTS_PER_MM) for one in (measured.left, measured.top))
    whole_across, whole_down = before.across * across, before.down * down
    meant = _CROSS_MM * _POINTS_PER_MM
    drawn_left = (meant - before.left) / before.across
    drawn_top = (meant - before.top) / before.down
    return Drift(left - whole_across * drawn_left, top - whole_down * drawn_top, whole_across, whole_down)
