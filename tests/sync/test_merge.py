"""The laws of merge: twice is once, order does not matter, nothing is lost without a decision."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.operations import PUT, Dot, MergePlan, Operation, RecordState
from desktop.sync.merge import plan_merge

A, B = "a" * 32 + ":1", "b" * 32 + ":1"
RECORD = "0" * 32
VALUES = st.sampled_from(["甲", "乙", "丙", None])
EDITS = st.lists(st.tuples(st.sampled_from(["live_addr", "ent_name", "remark", "hobbies"]), VALUES), max_size=6)


def own_edits(
    writer: str, edits: list[tuple[str, str | None]], start: RecordState
) -> tuple[list[Operation], RecordState]:
    """Return the operations a station makes on its own, and its state after them."""
    values, vector, dots = dict(start.values), dict(start.vector), dict(start.dots)
    made = []
    for number, (key, value) in enumerate(edits, start=2):
        dot = Dot(writer, number)
        made.append(Operation("person", RECORD, PUT, dot, dict(vector), {key: value}, "o", "u", ""))
        values[key], dots[key], vector[writer] = value, dot, number
    return made, RecordState("person", RECORD, {k: v for k, v in values.items() if v is not None}, vector, dots)


def merged(operations: list[Operation], state: RecordState, *, rules: bool) -> tuple[MergePlan, RecordState]:
    plan = plan_merge(operations, {("person", RECORD): state}, objection=lambda _one: None, sender_rules=rules)
    if not plan.records:
        return plan, state
    (one,) = plan.records
    values, dots = dict(state.values), dict(state.dots)
    for key, (value, dot) in one.take.items():
        dots[key] = dot
        values[key] = value
    kept = {key: value for key, value in values.items() if value is not None}
    return plan, RecordState("person", RECORD, kept, one.vector, dots, one.deleted)


def base() -> RecordState:
    return RecordState("person", RECORD, {"name": "张三"}, {A: 1}, {"*": Dot(A, 1)})


@given(EDITS, EDITS)
def test_merging_twice_is_merging_once(
    first: list[tuple[str, str | None]], second: list[tuple[str, str | None]]
) -> None:
    sent, _ = own_edits(A, first, base())
    _, mine = own_edits(B, second, base())
    _, once = merged(sent, mine, rules=False)
    plan, twice = merged(sent, once, rules=False)
    assert plan.known == len(sent)
    assert (plan.records, plan.conflicts) == ((), ())
    assert twice == once


@given(EDITS, EDITS)
def test_both_sides_show_the_same_once_each_has_the_others(
    first: list[tuple[str, str | None]], second: list[tuple[str, str | None]]
) -> None:
    from_a, at_a = own_edits(A, first, base())
    from_b, at_b = own_edits(B, second, base())
    _, street = merged(from_a, at_b, rules=False)
    _, community = merged(from_b, at_a, rules=False)
    assert {k: v for k, v in street.values.items() if k in {"live_addr", "ent_name"}} == {
        k: v for k, v in community.values.items() if k in {"live_addr", "ent_name"}
    }
    assert street.vector == community.vector


@given(EDITS, EDITS)
def test_no_value_is_lost_without_a_decision(
    first: list[tuple[str, str | None]], second: list[tuple[str, str | None]]
) -> None:
    sent, theirs = own_edits(A, first, base())
    _, mine = own_edits(B, second, base())
    plan, after = merged(sent, mine, rules=False)
    conflicts = {one.field: one for one in plan.conflicts}
    for key in ("live_addr", "ent_name"):
        for value in (mine.values.get(key), theirs.values.get(key)):
            touched = any(edit[0] == key for edit in (first if value == theirs.values.get(key) else second))
            if value is None or not touched or after.values.get(key) == value:
                continue
            one = conflicts.get(key)
            seen = {one.ours, one.theirs} if one else set()
            overwritten = not any(edit[0] == key for edit in second) or not any(edit[0] == key for edit in first)
            assert value in seen or overwritten


def test_an_edit_that_knew_ours_goes_straight_in() -> None:
    start = base()
    knowing = Operation("person", RECORD, PUT, Dot(B, 1), {A: 1}, {"name": "李四"}, "o", "u", "")
    plan, after = merged([knowing], start, rules=False)
    assert plan.conflicts == ()
    assert after.values["name"] == "李四"


def test_an_unknown_field_is_carried_not_lost() -> None:
    strange = Operation("person", RECORD, PUT, Dot(B, 1), {A: 1}, {"new_in_2030": "x"}, "o", "u", "")
    plan, after = merged([strange], base(), rules=False)
    assert plan.carried == (strange,)
    assert plan.records[0].operations == (strange,)
    assert after.values == base().values
