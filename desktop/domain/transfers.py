"""A person moves from one unit to another (F21): the states of a transfer and who may take which step.

Pure rules. A transfer is one record whose fields each have one writer, so its state follows from the
fields alone, whatever order they arrive in. The unit above both ends it in the same transaction as it
writes the person's new home: never owned by two, never by none (`sync.md` section 3.8).
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from desktop.domain.fields import Value

ACCEPT, REJECT = "1", "2"
MOVED, REFUSED, WITHDRAWN, STOPPED = "1", "2", "3", "4"

# What each side writes; everything else is the unit above's to say.
OFFER_FIELDS = frozenset(
    {
        "number", "subject", "name", "summary", "digest", "epoch", "source", "wanted", "reason", "offered_on",
        "offered_by",
    }
)  # fmt: skip
CANCEL_FIELDS = frozenset({"cancelled_on", "cancelled_by", "cancel_why"})
ANSWER_FIELDS = frozenset({"answer", "answer_why", "answered_on", "answered_by"})


class State(Enum):
    """Where a transfer stands, with the words a clerk sees."""

    OFFERED = "待街道转交"
    ROUTED = "待对方接收"
    ACCEPTED = "对方已同意，待街道办结"
    REJECTED = "对方不接收，待街道办结"
    CANCELLED = "已撤回，待街道办结"
    MOVED = "已转移"
    REFUSED = "对方不接收"
    WITHDRAWN = "已撤回"
    STOPPED = "已终止"


_ENDS = {MOVED: State.MOVED, REFUSED: State.REFUSED, WITHDRAWN: State.WITHDRAWN, STOPPED: State.STOPPED}
OPEN = frozenset({State.OFFERED, State.ROUTED, State.ACCEPTED, State.REJECTED, State.CANCELLED})


class Step(Enum):
    """What somebody may do to a transfer."""

    ROUTE = "route"
    ACCEPT = "accept"
    REJECT = "reject"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    CLOSE = "close"  # end it without a move: refused, withdrawn or stopped


def state_of(values: Mapping[str, Value]) -> State:
    """Return where a transfer stands: an end is final; a withdrawal beats an answer until then."""
    ended = _ENDS.get(str(values.get("ended") or ""))
    if ended is not None:
        return ended
    if values.get("cancelled_on"):
        return State.CANCELLED
    if values.get("answer"):
        return State.ACCEPTED if values["answer"] == ACCEPT else State.REJECTED
    return State.ROUTED if values.get("target") else State.OFFERED


def is_open(values: Mapping[str, Value]) -> bool:
    """Return True while nobody has ended the transfer."""
    return state_of(values) in OPEN


def steps_for(values: Mapping[str, Value], *, org: str, rules: bool) -> frozenset[Step]:
    """Return what a unit may do now; `rules` is True for the unit above source and target."""
    state = state_of(values)
    steps: set[Step] = set()
    if state not in OPEN:
        return frozenset()
    if org == values.get("source") and state is not State.CANCELLED:
        steps.add(Step.CANCEL)
    if org == values.get("target") and state is State.ROUTED:
        steps |= {Step.ACCEPT, Step.REJECT}
    if rules:
        if state in {State.OFFERED, State.ROUTED}:
            steps.add(Step.ROUTE)
        steps.add(Step.CONFIRM if state is State.ACCEPTED else Step.CLOSE)
    return frozenset(steps)


def end_without_move(values: Mapping[str, Value]) -> str:
    """Return the code of the end that ending an open transfer without a move gives."""
    return {State.REJECTED: REFUSED, State.CANCELLED: WITHDRAWN}.get(state_of(values), STOPPED)


def objection_to_fields(fields: Iterable[str], stored: Mapping[str, Value] | None, *, sender: str) -> str | None:
    """Return in Chinese why a unit below may not write these fields of a transfer, None if it may.

    `stored` is the transfer as the unit above has it, None for an offer that is new.
    """
    touched = set(fields)
    source, target = (str((stored or {}).get(key) or "") for key in ("source", "target"))
    if stored is None or source == sender:
        allowed = OFFER_FIELDS | CANCEL_FIELDS
    elif target == sender:
        allowed = ANSWER_FIELDS
    else:
        return "不是该单位经办的转移单"
    return None if touched <= allowed else "转移的去向和办结由上级决定"


def may_confirm(values: Mapping[str, Value], *, home: str, epoch: int) -> str:
    """Return in Chinese why a transfer cannot be confirmed now, '' if it can.

    `home` and `epoch` are the person's owner and ownership epoch as the confirming unit has them.
    """
    if state_of(values) is not State.ACCEPTED:
        return f"这张转移单现在是“{state_of(values).value}”，不能办结转移"
    if home != values.get("source") or epoch != int(values.get("epoch") or 0):
        return "提出转移之后，这个人的归属已经变过"
    return ""
