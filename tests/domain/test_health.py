"""What is wrong with a person's data: by the same days as everywhere else."""

from datetime import date

import pytest

from desktop.domain.health import RULES, Facts, score_of

_RULES = {rule.key: rule for rule in RULES}


@pytest.mark.parametrize(
    ("today", "verified", "stale"),
    [
        ("2026-11-30", "2025-11-29", True),
        ("2026-11-30", "2025-11-30", False),
        ("2024-02-29", "2023-02-28", False),
        ("2024-02-29", "2023-02-27", True),
        ("2026-11-30", "", True),
    ],
)
def test_a_verification_is_stale_after_twelve_months(today: str, verified: str, stale: bool) -> None:
    facts = Facts({"verified_on": verified or None}, date.fromisoformat(today))
    assert _RULES["stale"].found(facts) is stale


@pytest.mark.parametrize(
    ("last", "late"), [("2025-11-24", True), ("2025-11-25", False), ("2025-11", True), ("2025-12", False), ("", True)]
)
def test_a_certification_is_late_from_its_anniversary_on(last: str, late: bool) -> None:
    assert _RULES["uncertified"].found(Facts({"cert_last": last or None}, date(2026, 11, 24))) is late


def test_the_weights_add_up_and_a_score_stays_between_nought_and_a_hundred() -> None:
    everything = {rule.key: 50 for rule in RULES} | {"reviews": 99}
    assert score_of(50, everything) == 0
    assert score_of(50, {}) == score_of(0, everything) == 100
