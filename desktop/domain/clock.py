"""Time as an argument: services ask a clock, tests decide what it says."""

import time
from datetime import date, datetime, timedelta, timezone
from datetime import time as time_of_day
from functools import lru_cache
from typing import Protocol

_STAMP = "%Y-%m-%dT%H:%M:%SZ"
LOCAL = timezone(timedelta(hours=8), "CST")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in any zone."""
        ...


class SystemClock:
    """The clock of this computer."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(tz=timezone.utc)


class FixedClock:
    """A clock that stands still until it is told to move; for tests and the demo."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the set moment."""
        return self.at

    def advance(self, *, seconds: float) -> None:
        """Move on by `seconds`."""
        self.at += timedelta(seconds=seconds)


def stamp(clock: Clock) -> str:
    """Return the present moment as UTC text to the second: `2026-11-24T01:02:03Z`."""
    return stamp_of(clock.now())


def stamp_of(moment: datetime) -> str:
    """Return a moment as UTC text to the second."""
    return moment.astimezone(timezone.utc).strftime(_STAMP)


@lru_cache(maxsize=1024)  # what was written in one go bears one stamp
def is_stamp(text: str) -> bool:
    """Return True for what `stamp` writes: a real moment in UTC, to the second."""
    try:
        moment = datetime.strptime(text, _STAMP).replace(tzinfo=timezone.utc)
    except ValueError:
        return False
    return moment.strftime(_STAMP) == text


def today(clock: Clock) -> date:
    """Return the day it is in China."""
    return clock.now().astimezone(LOCAL).date()


def local_day(stamped: str) -> date:
    """Return the day in China of a UTC stamp."""
    return datetime.strptime(stamped, _STAMP).replace(tzinfo=timezone.utc).astimezone(LOCAL).date()


def start_of(day: date) -> str:
    """Return the UTC stamp at which a day begins in China."""
    return stamp_of(datetime.combine(day, time_of_day(), tzinfo=LOCAL))


def local_text(stamped: str) -> str:
    """Return a UTC stamp as people in China read it: `2026-11-24 09:02`; '' stays ''."""
    if not stamped:
        return ""
    moment = datetime.strptime(stamped, _STAMP).replace(tzinfo=timezone.utc)
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def ticks() -> float:
    """Return the seconds since this computer was started: goes on whatever the date is set to."""
    return time.monotonic()
