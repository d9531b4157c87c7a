"""The states of a person: only allowed changes, each with what it needs, undone as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.states import STATES, StateChange, check_change, follows, needs, next_states
from desktop.services import batches, cards, register, states
from desktop.services.register import PersonDraft
from desktop.services.station import Station

FULL = {
    "where_to": "沣东社区", "evidence": "三次电话不通", "approver": "李强", "death_source": "1", "done_on": "2026-11-20",
    "why": "家属告知", "done_by": "王敏",
}  # fmt: skip


def said(to: str, **rest: str) -> StateChange:
    return StateChange(to=to, **{**FULL, **rest})


@pytest.fixture
def person(station: Station) -> str:
    return register.register_person(station, draft=PersonDraft({"name": "张三"})).person


@given(st.sampled_from(["", *STATES]), st.sampled_from(STATES))
def test_a_change_is_taken_exactly_when_it_is_offered(before: str, after: str) -> None:
    if after in next_states(before):
        check_change(before, said(after))
    else:
        with pytest.raises(InvalidValueError, match="不能直接变成"):
            check_change(before, said(after))


@given(st.sampled_from(["", *STATES]), st.sampled_from(STATES), st.data())
def test_whatever_is_needed_is_asked_for(before: str, after: str, data: st.DataObject) -> None:
    if after not in next_states(before):
        return
    key = data.draw(st.sampled_from(["why", "done_on", *needs(before, after)]))
    with pytest.raises(InvalidValueError) as refused:
        check_change(before, said(after, **{key: " "}))
    assert refused.value.field == key


@given(st.lists(st.sampled_from(STATES), max_size=8))
def test_who_is_not_dead_has_no_day_of_death(path: list[str]) -> None:
    state, fields = "1", {}
    for after in path:
        if after in next_states(state):
            fields |= follows(state, said(after))
            state = after
    assert (fields.get("death_date") is not None) == (state == "5")
    assert (fields.get("alive_state") == "3") == (state == "5")


def test_a_death_is_one_step_with_all_that_follows_and_comes_back_whole(station: Station, person: str) -> None:
    ((_, number),) = cards.issue_cards(station, ids=[person]).cards
    changes = states.change_state(station, person=person, change=said("5"))
    page = register.person_details(station, person=person)
    assert {key: page.values[key] for key in ("manage_state", "alive_state", "death_date", "death_source")} == {
        "manage_state": "5", "alive_state": "3", "death_date": "2026-11-20", "death_source": "1",
    }  # fmt: skip
    (record,) = page.children["state"]
    assert (record.values["old_state"], record.values["new_state"], record.values["done_by"]) == ("1", "5", "王敏")
    assert cards.verify_card(station, token=number).state == "revoked"
    batches.undo_batch(station, batch=changes.batch)
    page = register.person_details(station, person=person)
    assert page.values["manage_state"] == "1"
    assert "death_date" not in page.values
    assert page.children["state"] == ()
    assert cards.verify_card(station, token=number).state == "valid"


def test_nobody_comes_back_from_death_on_one_word(station: Station, person: str) -> None:
    states.change_state(station, person=person, change=said("5"))
    for approver in ("", "王敏"):
        with pytest.raises(InvalidValueError, match="另一个人审核"):
            states.change_state(station, person=person, change=said("1", approver=approver))
    states.change_state(station, person=person, change=said("1", why="同名误登"))
    assert "death_date" not in register.person_details(station, person=person).values


def test_many_change_together_or_not_at_all(station: Station, person: str) -> None:
    other = register.register_person(station, draft=PersonDraft({"name": "李四"})).person
    states.change_state(station, person=other, change=said("5"))
    with pytest.raises(InvalidValueError):
        states.change_states(station, ids=[person, other], change=said("3"))
    assert register.person_details(station, person=person).values["manage_state"] == "1"
    with pytest.raises(NotFoundError):
        states.change_states(station, ids=[], change=said("3"))


def test_a_state_is_never_typed_over(station: Station, person: str) -> None:
    with pytest.raises(InvalidValueError, match="变更状态"):
        register.amend_person(station, person=person, values={"manage_state": "5"})
    with pytest.raises(InvalidValueError, match="变更状态"):
        register.amend_people(station, values={person: {"manage_state": "5"}}, why="x")
    register.amend_person(station, person=person, values={"manage_state": "1", "remark": "好"})
