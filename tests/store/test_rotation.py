"""Which backups stay: newest, daily, weekly, monthly; and none goes when the newest looks emptied."""

from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from desktop.store.rotation import NEWEST, KeptBackup, to_drop

TODAY = date(2026, 11, 24)


def made(days_ago: list[int], *, people: int = 100) -> list[KeptBackup]:
    """Return one backup for each age in days, newest first."""
    return [
        KeptBackup(Path(f"{place}.ybk"), f"{TODAY - timedelta(days=days)}T10:00:00Z", people, 10_000 - place)
        for place, days in enumerate(sorted(days_ago))
    ]


def left_of(kept: list[KeptBackup]) -> list[KeptBackup]:
    """Return the backups that stay; what goes is worked out once."""
    gone = {one.path for one in to_drop(kept, today=TODAY)}
    return [one for one in kept if one.path not in gone]


def test_a_year_of_hourly_backups_leaves_ten_and_one_a_day_week_and_month() -> None:
    kept = made([hour // 8 for hour in range(8 * 500)])
    left = left_of(kept)
    days = {one.day for one in left}
    assert kept[:NEWEST] == left[:NEWEST]
    assert {TODAY - timedelta(days=days) for days in range(8)} <= days
    assert len({(day.year, day.month) for day in days}) == 13  # this month and the twelve before it
    assert len(left) <= NEWEST + 8 + 6 + 13


def test_nothing_goes_when_a_fifth_of_the_people_is_missing() -> None:
    kept = made(list(range(40)))
    emptied = [KeptBackup(Path("new.ybk"), f"{TODAY}T12:00:00Z", 79, 99_999), *kept]
    assert to_drop(emptied, today=TODAY) == []
    assert to_drop([KeptBackup(Path("new.ybk"), f"{TODAY}T12:00:00Z", 81, 99_999), *kept], today=TODAY) != []


@given(st.lists(st.integers(0, 800), max_size=60))
def test_dropping_twice_is_dropping_once_and_the_newest_stays(ages: list[int]) -> None:
    kept = made(ages)
    left = left_of(kept)
    assert to_drop(left, today=TODAY) == []
    assert left[:NEWEST] == kept[:NEWEST]
