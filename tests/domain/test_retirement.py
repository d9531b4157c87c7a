"""Delayed retirement: all published vectors, and a doubt only outside every rule."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.dictionary import PERSON
from desktop.domain.retirement import MEN, WOMEN_50, WOMEN_55, Track, doubt_about, statutory_month
from desktop.domain.validation import check_record


@pytest.mark.parametrize(
    ("birth", "track", "month"),
    [
        ("1965-01", MEN, "2025-02"),
        ("1976-09", MEN, "2039-09"),
        ("1981-09", WOMEN_55, "2039-09"),
        ("1971-04", WOMEN_55, "2026-08"),
        ("1975-03", WOMEN_50, "2025-05"),
        ("1984-11", WOMEN_50, "2039-11"),
        ("1964-12", MEN, "2024-12"),
    ],
)
def test_the_vectors(birth: str, track: Track, month: str) -> None:
    assert statutory_month(birth, track) == month


@given(st.sampled_from([MEN, WOMEN_50, WOMEN_55]), st.integers(1950, 1990), st.integers(1, 12))
def test_later_born_never_retire_earlier(track: Track, year: int, month: int) -> None:
    after = f"{year + month // 12}-{month % 12 + 1:02d}"
    assert statutory_month(f"{year}-{month:02d}", track) < statutory_month(after, track)


@given(st.sampled_from([("1", MEN), ("2", WOMEN_50), ("2", WOMEN_55)]), st.integers(1965, 1990), st.integers(1, 12))
def test_the_statutory_month_is_never_doubted(case: tuple[str, Track], year: int, month: int) -> None:
    sex, track = case
    birth = f"{year}-{month:02d}"
    assert doubt_about(birth, sex, statutory_month(birth, track)) == ""


@pytest.mark.parametrize(
    ("birth", "sex", "retired", "doubted"),
    [
        ("1965-01-05", "1", "2025-02", False),
        ("1976-01-05", "1", "2025-12-31", True),  # 49 years old
        ("1976-01-05", "1", "2026-01", False),  # 50: illness
        ("1981-03-05", "2", "2025-02", True),  # 43
        ("1979-03-05", "2", "2025-02", False),  # 45: illness
        ("1960-01-05", "1", "2027-01", True),  # seven years late
        ("1960-01-05", "1", "2022-01", False),  # before the law: not asked
        ("1976", "1", "2026", False),
        ("1976-01-05", "", "2025-01", False),
        ("", "1", "2025-01", False),
    ],
)
def test_only_what_no_rule_allows_is_doubted(birth: str, sex: str, retired: str, doubted: bool) -> None:
    values = {"name": "张三", "birth_id": birth, "sex": sex, "retire_date": retired}
    found = [one for one in check_record(PERSON, values, today=date(2028, 1, 1)) if one.field == "retire_date"]
    assert bool(found) is doubted
    assert not any(one.is_error for one in found)
