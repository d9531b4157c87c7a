"""Every number is made of people, and the parts of a figure add up."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.codes import code_list
from desktop.domain.numbers import Counted, figures, workers_needed

DAY = date(2026, 11, 24)
ORGS = {"610100001001": "青杨社区"}
TELLING_APART = ("org", "sex", "age", "enterprise", "party", "ent_level", "retire_kind", "education", "verified")

days = st.one_of(st.just(""), st.dates(date(1925, 1, 1), date(2026, 11, 24)).map(lambda day: day.isoformat()[:10]))
counted = st.builds(
    Counted,
    id=st.uuids().map(lambda one: one.hex),
    sex=st.sampled_from(["", "1", "2", "9"]),
    birth=days,
    home_org=st.sampled_from(["", "610100001001", "x"]),
    ent_name=st.sampled_from(["", "西北轴承厂", "西北一棉", *(f"厂{n}" for n in range(40))]),
    political=st.sampled_from(["", "01", "02", "13"]),
    manage_state=st.sampled_from(["", "1", "1", "2", "5"]),
    verified_on=days,
    death_date=days,
    registered_on=days,
    tags=st.lists(st.sampled_from(["T01", "T03", "T06"]), max_size=3).map(tuple),
)


@given(st.lists(counted, max_size=60, unique_by=lambda one: one.id))
def test_parts_that_tell_people_apart_hold_everyone_once(people: list[Counted]) -> None:
    cared = sorted(one.id for one in people if one.manage_state == "1")
    found = {one.key: one for one in figures(people, day=DAY, orgs=ORGS)}
    for key in TELLING_APART:
        assert sorted(person for part in found[key].parts for person in part.people) == cared, key
        assert found[key].asked == len(cared)
    everyone = sorted(person for part in found["state"].parts for person in part.people)
    assert everyone == sorted(one.id for one in people)


@given(st.lists(counted, max_size=40, unique_by=lambda one: one.id))
def test_a_stored_tag_never_makes_anyone_old(people: list[Counted]) -> None:
    tags = next(one for one in figures(people, day=DAY, orgs=ORGS) if one.key == "tag")
    label = code_list("care_tag").label_of("T01")
    old = {person for part in tags.parts if part.label == label for person in part.people}
    # 24 November 2026 less eighty years: born that day is eighty, born the day after is not.
    assert old == {one.id for one in people if one.manage_state == "1" and one.birth and one.birth <= "1946-11-24"}


def test_bands_begin_on_the_birthday() -> None:
    people = [Counted("a", birth="1956-11-24", manage_state="1"), Counted("b", birth="1956-11-25", manage_state="1")]
    ages = next(one for one in figures(people, day=DAY, orgs={}) if one.key == "age")
    assert {part.label: part.people for part in ages.parts if part.people} == {
        "70—79 岁": ("a",),
        "60—69 岁": ("b",),
    }


def test_months_are_the_twelve_before_the_day() -> None:
    people = [Counted("a", manage_state="5", death_date="2025-12-01"), Counted("b", death_date="2025-11-30")]
    died = next(one for one in figures(people, day=DAY, orgs={}) if one.key == "died")
    assert [part.label for part in died.parts][:2] == ["2026-11", "2026-10"]
    assert len(died.parts) == 12
    assert {part.label: part.people for part in died.parts if part.people} == {"2025-12": ("a",)}


def test_certifications_are_due_by_the_earlier_of_two_readings() -> None:
    days = {"late": "2025-11-24", "today": "2025-11-25", "31": "2025-12-26", "61": "2026-01-25", "fine": "2026-06-01"}
    people = [Counted(name, manage_state="1", cert_last=last) for name, last in days.items()]
    people += [Counted("never", manage_state="1"), Counted("gone", manage_state="5", cert_last="2020-01-01")]
    due = next(one for one in figures(people, day=DAY, orgs={}) if one.key == "cert")
    assert {part.label: part.people for part in due.parts} == {
        "已超期": ("late",), "30 天内到期": ("today",), "31—60 天到期": ("31",), "61—90 天到期": ("61",),
        "90 天以后到期": ("fine",), "从未认证": ("never",),
    }  # fmt: skip


def test_fifty_years_in_the_party_are_counted_at_the_first_of_july() -> None:
    joined = {
        "on": "1976-07-01",
        "after": "1976-07-02",
        "month": "1976-07",
        "next": "1977-07-01",
        "later": "1977-07-02",
    }
    people = [Counted(name, manage_state="1", political="01", join_date=day) for name, day in joined.items()]
    people += [Counted("blank", manage_state="1", political="02"), Counted("no", manage_state="1", join_date="1950")]
    honour = next(one for one in figures(people, day=DAY, orgs={}) if one.key == "honour")
    assert {part.label: part.people for part in honour.parts} == {
        "2026 年 7 月 1 日满 50 年": ("on",), "2027 年 7 月 1 日将满 50 年": ("after", "month", "next"),
        "党员，没有入党时间": ("blank",),
    }  # fmt: skip
    assert honour.asked == 6


def test_one_worker_for_two_thousand_begun() -> None:
    assert [workers_needed(n) for n in (0, 1, 2000, 2001, 5000)] == [0, 1, 1, 2, 3]
