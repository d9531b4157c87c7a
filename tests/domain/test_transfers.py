"""A transfer's state follows from its fields in any order; nobody writes another's."""

from itertools import permutations

import pytest

from desktop.domain.transfers import (
    ACCEPT,
    MOVED,
    REFUSED,
    REJECT,
    STOPPED,
    WITHDRAWN,
    State,
    Step,
    end_without_move,
    is_open,
    may_confirm,
    objection_to_fields,
    state_of,
    steps_for,
)

OFFER = {"subject": "p", "source": "A", "wanted": "B", "epoch": 2}
ROUTED = {**OFFER, "target": "B"}
ACCEPTED = {**ROUTED, "answer": ACCEPT}


@pytest.mark.parametrize(
    ("values", "state"),
    [
        (OFFER, State.OFFERED),
        (ROUTED, State.ROUTED),
        (ACCEPTED, State.ACCEPTED),
        ({**ROUTED, "answer": REJECT}, State.REJECTED),
        ({**ACCEPTED, "cancelled_on": "2026-11-01"}, State.CANCELLED),
        ({**ACCEPTED, "cancelled_on": "2026-11-01", "ended": MOVED}, State.MOVED),
        ({**ROUTED, "ended": STOPPED}, State.STOPPED),
    ],
)
def test_the_state_follows_from_the_fields(values: dict[str, str | int], state: State) -> None:
    assert state_of(values) is state
    assert is_open(values) is (state.name not in {"MOVED", "REFUSED", "WITHDRAWN", "STOPPED"})


def test_any_order_of_arrival_gives_the_same_state() -> None:
    parts = [OFFER, {"target": "B"}, {"answer": ACCEPT}, {"cancelled_on": "2026-11-01"}]
    found = set()
    for order in permutations(parts):
        values: dict[str, str | int] = {}
        for part in order:
            values.update(part)
        found.add(state_of(values))
    assert found == {State.CANCELLED}


def test_everyone_has_their_own_steps() -> None:
    assert steps_for(OFFER, org="S", rules=True) == {Step.ROUTE, Step.CLOSE}
    assert steps_for(ROUTED, org="B", rules=False) == {Step.ACCEPT, Step.REJECT}
    assert steps_for(ROUTED, org="A", rules=False) == {Step.CANCEL}
    assert steps_for(ACCEPTED, org="S", rules=True) == {Step.CONFIRM}
    assert steps_for(ACCEPTED, org="C", rules=False) == frozenset()
    assert steps_for({**ACCEPTED, "ended": MOVED}, org="S", rules=True) == frozenset()


def test_ending_without_a_move_says_why() -> None:
    assert end_without_move({**ROUTED, "answer": REJECT}) == REFUSED
    assert end_without_move({**ACCEPTED, "cancelled_on": "x"}) == WITHDRAWN
    assert end_without_move(OFFER) == STOPPED


def test_nobody_writes_anothers_fields() -> None:
    assert objection_to_fields({"subject", "source"}, None, sender="A") is None
    assert objection_to_fields({"cancelled_on"}, ROUTED, sender="A") is None
    assert objection_to_fields({"answer"}, ROUTED, sender="B") is None
    assert objection_to_fields({"answer"}, ROUTED, sender="A")
    assert objection_to_fields({"cancelled_on"}, ROUTED, sender="B")
    assert objection_to_fields({"ended"}, ROUTED, sender="A")
    assert objection_to_fields({"target", "subject"}, None, sender="A")
    assert objection_to_fields({"answer"}, ROUTED, sender="C")


def test_only_the_owner_of_the_offer_can_be_moved_away_from() -> None:
    assert may_confirm(ACCEPTED, home="A", epoch=2) == ""
    assert may_confirm(ACCEPTED, home="C", epoch=3)
    assert may_confirm(ACCEPTED, home="A", epoch=3)
    assert may_confirm(ROUTED, home="A", epoch=2)
