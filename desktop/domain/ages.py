"""What follows from dates: age, old-age bands, years in the party, certification due.

Born on 29 February, one is a year older on 1 March in common years, as everywhere in this register
(`dates.age_on`). A birth that is only partly known counts as late as it can be.
"""

import json
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from desktop.domain.dates import age_on, is_partial_date
from desktop.domain.fields import Value
from desktop.domain.org_tree import in_force
from desktop.domain.resources import resource_path

PARTY_HONOUR_YEARS = 50
_WARNINGS = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class AgeBand:
    """An old-age band: from_age ≤ age < to_age, in force from `since` until `until` (partial dates)."""

    name: str
    from_age: int
    to_age: int | None = None
    amount: int | None = None  # 分 a month; None until the street fills it in
    since: str = ""
    until: str = ""
    next_month: bool = False  # the allowance begins the month after the birthday

    def holds(self, age: int, day: date) -> bool:
        """True if somebody of this age is in the band on `day`."""
        fits = self.from_age <= age and (self.to_age is None or age < self.to_age)
        return fits and in_force(self.since, self.until, day)


class CertState(Enum):
    """How urgent a certification is."""

    NEVER = "never"
    OVERDUE = "overdue"
    IN_30 = "30"
    IN_60 = "60"
    IN_90 = "90"
    FINE = "fine"


def shipped_bands() -> list[dict[str, Value]]:
    """Return the bands a register starts from, as fields of `age_band` records."""
    raw = json.loads(resource_path("ages", "bands.json").read_text(encoding="utf-8"))
    return [{**one, "source": raw["source"]} for one in raw["items"]]


def bands_of(records: Iterable[Mapping[str, Value]]) -> list[AgeBand]:
    """Return `age_band` records as bands, the highest first."""
    found = []
    for one in records:
        start, end, amount = one.get("from_age"), one.get("to_age"), one.get("amount")
        if isinstance(start, int):
            found.append(
                AgeBand(
                    str(one.get("name") or ""), start, end if isinstance(end, int) else None,
                    amount if isinstance(amount, int) else None, str(one.get("since") or ""),
                    str(one.get("until") or ""), bool(one.get("next_month")),
                )
            )  # fmt: skip
    return sorted(found, key=lambda band: -band.from_age)


def band_on(birth: str, bands: Sequence[AgeBand], day: date) -> AgeBand | None:
    """Return the band somebody is in on a day: the highest that holds."""
    age = age_on(birth, day)
    if age is None:
        return None
    fitting = [band for band in bands if band.holds(age, day)]
    return max(fitting, key=lambda band: (band.from_age, band.since), default=None)


def birthday(birth: str, age: int) -> date | None:
    """Return the day somebody reaches an age: what is unknown of a birth counts as late as it can be."""
    if not is_partial_date(birth):
        return None
    year, month = int(birth[:4]) + age, int(birth[5:7] or 12)
    day = int(birth[8:10] or 31)
    if len(birth) == 10 and (month, day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 3, 1)
    return date(year, month, min(day, monthrange(year, month)[1]))


def reached_in(birth: str, bands: Sequence[AgeBand], month: str) -> AgeBand | None:
    """Return the band whose allowance somebody begins to get in `month` (`2026-12`), None if none.

    By each band's own rule: in the month of the birthday, or in the one after.
    """
    for band in bands:
        day = birthday(birth, band.from_age)
        if day is None:
            return None
        begins = _months_after(day, 1) if band.next_month else day
        if begins.isoformat()[:7] == month and in_force(band.since, band.until, begins):
            return band
    return None


def month_after(day: date) -> str:
    """Return the next month as `2026-12`: lists are made one month ahead."""
    return _months_after(day, 1).isoformat()[:7]


def party_years(join_date: str, day: date) -> int | None:
    """Return full years in the party on a day; None if the date is not known."""
    years = age_on(join_date, day)
    return None if years is None else max(years, 0)


def honoured_in(join_date: str, year: int) -> bool:
    """True if 光荣在党50年 may be given: fifty full years on 1 July of `year`."""
    years = party_years(join_date, date(year, 7, 1))
    return years is not None and years >= PARTY_HONOUR_YEARS


def cert_due(last: str) -> date | None:
    """Return the last good day of a certification: twelve months on, less a day (the earlier of two readings).

    A date that is only partly known counts as early as it can be.
    """
    if not is_partial_date(last):
        return None
    start = date(int(last[:4]), int(last[5:7] or 1), int(last[8:10] or 1))
    return _months_after(start, 12) - timedelta(days=1)


def cert_state(last: str, day: date) -> CertState:
    """Return how urgent the next certification is on `day`."""
    due = cert_due(last)
    if due is None:
        return CertState.NEVER
    left = (due - day).days
    if left < 0:
        return CertState.OVERDUE
    return next((CertState(str(limit)) for limit in _WARNINGS if left <= limit), CertState.FINE)


def _months_after(day: date, months: int) -> date:
    """Return the same day some months on, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
