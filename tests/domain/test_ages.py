"""Ages, bands, party years, certification: by the calendar, at the edges."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import ages
from desktop.domain.ages import AgeBand, CertState, bands_of, birthday, cert_due, cert_state, reached_in, shipped_bands
from desktop.domain.dates import age_on

DAYS = st.dates(date(1920, 1, 1), date(1970, 12, 31))
NOW = st.dates(date(2024, 1, 1), date(2040, 12, 31))
BANDS = bands_of(shipped_bands())


@given(DAYS, NOW)
def test_the_shipped_bands_share_no_age_and_leave_none_from_seventy_on(birth: date, day: date) -> None:
    age = age_on(birth.isoformat(), day)
    assert age is not None
    holding = [band for band in BANDS if band.holds(age, day)]
    assert len(holding) == (1 if age >= 70 else 0)
    found = ages.band_on(birth.isoformat(), BANDS, day)
    assert found == (holding[0] if holding else None)


@given(DAYS, st.integers(60, 110))
def test_a_birthday_is_the_first_day_of_an_age(birth: date, age: int) -> None:
    day = birthday(birth.isoformat(), age)
    assert day is not None
    assert age_on(birth.isoformat(), day) == age
    assert age_on(birth.isoformat(), day - timedelta(days=1)) == age - 1


@given(DAYS, st.booleans())
def test_each_person_reaches_each_band_in_one_month_only(birth: date, later: bool) -> None:
    bands = [AgeBand("八十", 80, 90, next_month=later)]
    first = birth.year + 79
    months = [f"{year}-{month:02d}" for year in range(first, first + 4) for month in range(1, 13)]
    hit = [month for month in months if reached_in(birth.isoformat(), bands, month)]
    assert len(hit) == 1
    born = birthday(birth.isoformat(), 80)
    assert born is not None
    assert hit[0] == (ages.month_after(born) if later else born.isoformat()[:7])


def test_leap_days_and_partly_known_births() -> None:
    assert birthday("1944-02-29", 80) == date(2024, 2, 29)
    assert birthday("1944-02-29", 81) == date(2025, 3, 1)
    assert birthday("1944-02", 80) == date(2024, 2, 29)
    assert birthday("1944", 80) == date(2024, 12, 31)
    assert birthday("不详", 80) is None
    assert ages.band_on("不详", BANDS, date(2026, 1, 1)) is None
    assert reached_in("不详", BANDS, "2026-01") is None


def test_bands_have_dates_of_effect() -> None:
    old = AgeBand("旧", 80, 90, 5000, until="2026-07-01")
    new = AgeBand("新", 80, 90, 10000, since="2026-07-01")
    assert ages.band_on("1945-01-01", [old, new], date(2026, 6, 30)) == old
    assert ages.band_on("1945-01-01", [old, new], date(2026, 7, 1)) == new


def test_fifty_years_in_the_party_are_counted_on_the_first_of_july() -> None:
    assert ages.honoured_in("1976-07-01", 2026)
    assert not ages.honoured_in("1976-07-02", 2026)
    assert ages.honoured_in("1975", 2026)
    assert not ages.honoured_in("1976", 2026)  # as late as it can be
    assert not ages.honoured_in("", 2026)
    assert ages.party_years("1976-11-24", date(2026, 11, 24)) == 50


@pytest.mark.parametrize(
    ("last", "due"),
    [("2025-01-15", "2026-01-14"), ("2024-02-29", "2025-02-27"), ("2025-03", "2026-02-28"), ("2025", "2025-12-31")],
)
def test_a_certification_holds_twelve_months_less_a_day(last: str, due: str) -> None:
    assert cert_due(last) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("left", "state"),
    [(-1, CertState.OVERDUE), (0, CertState.IN_30), (30, CertState.IN_30), (31, CertState.IN_60),
     (60, CertState.IN_60), (61, CertState.IN_90), (90, CertState.IN_90), (91, CertState.FINE)],
)  # fmt: skip
def test_urgency_by_days_left(left: int, state: CertState) -> None:
    assert cert_state("2025-01-15", date(2026, 1, 14) - timedelta(days=left)) is state


def test_who_was_never_certified_is_said_so() -> None:
    assert cert_state("", date(2026, 1, 1)) is CertState.NEVER
