"""The states of a person in the register, and how one becomes another (`domain.md` section 1.11).

A state is never typed into a field: a change says from what, to what, when, why and by whom, and each change asks
for what it needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.domain.codes import code_list
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Value

IN_CARE, MOVED, LOST, PAUSED, DEAD, WITHDRAWN, RETURNED = "1", "2", "3", "4", "5", "6", "7"
ALIVE, MISSING, IS_DEAD = "1", "2", "3"
STATES = (IN_CARE, MOVED, LOST, PAUSED, DEAD, WITHDRAWN, RETURNED)

_NEXT: Mapping[str, frozenset[str]] = {
    "": frozenset(STATES),
    IN_CARE: frozenset({MOVED, LOST, PAUSED, DEAD, WITHDRAWN, RETURNED}),
    MOVED: frozenset({IN_CARE, DEAD}),
    LOST: frozenset({IN_CARE, MOVED, PAUSED, DEAD}),
    PAUSED: frozenset({IN_CARE, MOVED, LOST, DEAD, WITHDRAWN, RETURNED}),
    DEAD: frozenset({IN_CARE}),
    WITHDRAWN: frozenset({IN_CARE}),
    RETURNED: frozenset({IN_CARE, WITHDRAWN}),
}
_FINAL = frozenset({DEAD, WITHDRAWN})  # left only as a correction that somebody else approves
_CARDS_END = frozenset({MOVED, DEAD, WITHDRAWN})
_NEEDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    MOVED: (("where_to", "请写明转到哪里，例如 沣东社区、成都市武侯区"),),
    LOST: (("evidence", "请写明怎样联系过，例如 三次电话不通、两次上门无人"),),
    DEAD: (("death_source", "请选择从谁那里得知"),),
    RETURNED: (("evidence", "请写明哪里不对、退回给谁更正"),),
}


@dataclass(frozen=True, slots=True)
class StateChange:
    """What a clerk says of a change of state."""

    to: str
    done_on: str  # partial ISO date; for a death the day of death
    why: str
    done_by: str
    where_to: str = ""
    evidence: str = ""
    approver: str = ""
    death_source: str = ""


def next_states(state: str) -> tuple[str, ...]:
    """Return the states that may follow one, in list order."""
    return tuple(one for one in STATES if one in _NEXT.get(state, frozenset()))


def needs(before: str, after: str) -> tuple[str, ...]:
    """Return what a change must be given beyond date, reason and who: field keys of `StateChange`."""
    extra = ("approver",) if before in _FINAL else ()
    return (*[key for key, _ in _NEEDS.get(after, ())], *extra)


def check_change(before: str, change: StateChange) -> None:
    """Raise InvalidValueError, naming the field, unless `change` may follow the state `before`."""
    names = code_list("manage_state")
    if change.to not in _NEXT.get(before, frozenset()):
        allowed = "、".join(names.label_of(one) for one in next_states(before))
        message = f"“{names.label_of(before)}”不能直接变成“{names.label_of(change.to)}”"
        raise InvalidValueError("new_state", message, f"可以变成：{allowed}" if allowed else "请重新选择")
    for key, advice in (("done_on", "请填写发生的日期"), ("why", "请填写原因")):
        if not str(getattr(change, key)).strip():
            raise InvalidValueError(key, "变更状态必须写明日期和原因", advice)
    for key, advice in _NEEDS.get(change.to, ()):
        if not str(getattr(change, key)).strip():
            raise InvalidValueError(key, f"变成“{names.label_of(change.to)}”还缺一项", advice)
    if before in _FINAL and change.approver.strip() in {"", change.done_by}:
        raise InvalidValueError(
            "approver", f"从“{names.label_of(before)}”改回要由另一个人审核", "请填写审核人，不能是经办人自己"
        )


def follows(before: str, change: StateChange) -> dict[str, Value]:
    """Return the person's fields after a change: the state, and what follows from it."""
    fields: dict[str, Value] = {"manage_state": change.to}
    if change.to == DEAD:
        fields |= {"alive_state": IS_DEAD, "death_date": change.done_on, "death_source": change.death_source}
    elif before == DEAD:
        fields |= {"alive_state": ALIVE, "death_date": None, "death_source": None}
    elif change.to == LOST:
        fields["alive_state"] = MISSING
    elif before == LOST:
        fields["alive_state"] = ALIVE
    return fields


def ends_cards(state: str) -> bool:
    """Return True for a state in which nobody may use the contact card any more."""
    return state in _CARDS_END
