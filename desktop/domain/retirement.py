"""Delayed retirement from 2025-01 (`domain.md` section 7): by formula, never by somebody's table.

Used only to ask for a look at a retirement date: special trades, illness, cadres and local rules leave
a wide room, so a date is questioned only outside all of them.
"""

from dataclasses import dataclass

_START = 2025 * 12  # 2025-01 as a count of months
_FLEXIBLE = 36  # months earlier or later by choice
MALE, FEMALE = "1", "2"


@dataclass(frozen=True, slots=True)
class Track:
    """One of the three tracks: the original age, one month later for every `step` months, up to `cap`."""

    age: int
    step: int
    cap: int


MEN = Track(60, 4, 36)
WOMEN_55 = Track(55, 4, 36)
WOMEN_50 = Track(50, 2, 60)
# The earliest ages of any kind: illness (50 and 45), before which nobody of either sex retires.
_EARLIEST = {MALE: 50, FEMALE: 45}
_LATEST = {MALE: MEN, FEMALE: WOMEN_55}


def statutory_month(birth: str, track: Track) -> str:
    """Return the month (`2026-08`) somebody born in `birth` (`1971-04`) retires by law on a track."""
    original = _count(birth) + track.age * 12
    delay = 0 if original < _START else min(track.cap, (original - _START) // track.step + 1)
    return _text(original + delay)


def possible_months(birth: str, sex: str) -> tuple[str, str] | None:
    """Return the first and last month in which somebody may have retired by any rule; None if not known."""
    if sex not in _EARLIEST or len(birth) < 4:
        return None
    first = _count(f"{birth[:4]}-{birth[5:7] or '01'}") + _EARLIEST[sex] * 12
    last = _count(statutory_month(f"{birth[:4]}-{birth[5:7] or '12'}", _LATEST[sex])) + _FLEXIBLE
    return _text(first), _text(last)


def doubt_about(birth: str, sex: str, retired: str) -> str:
    """Return in Chinese what is odd about a retirement from 2025-01 on, '' if nothing is."""
    if retired[:4] < "2025":
        return ""
    bounds = possible_months(birth, sex)
    if bounds is None:
        return ""
    first, last = (bound[: len(retired)] for bound in bounds)
    if retired[:7] < first:
        return f"早于最早可能的退休年月 {bounds[0]}"
    if retired[:7] > last:
        return f"晚于弹性延迟的最晚退休年月 {bounds[1]}"
    return ""


def _count(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _text(count: int) -> str:
    return f"{count // 12}-{count % 12 + 1:02d}"
