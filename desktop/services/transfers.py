"""A person moves from one unit to another: offered, routed, answered, withdrawn, confirmed (F21).

The unit above both parties rules. Until it confirms, the source owns the person and the target only
sees a card of what is coming; confirming writes the new home and the next ownership epoch together
with the end of the transfer, in one unit of work (`sync.md` section 3.8).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.codes import code_list
from desktop.domain.errors import AccessError, InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id, new_short_code
from desktop.domain.org_tree import COMMUNITY
from desktop.domain.permissions import READ_PEOPLE
from desktop.domain.transfers import (
    ACCEPT,
    MOVED,
    REJECT,
    State,
    Step,
    end_without_move,
    is_open,
    may_confirm,
    state_of,
    steps_for,
)
from desktop.services import orgs
from desktop.services.cards import VALID, VOID
from desktop.services.levels import is_above, units_below
from desktop.services.register import whole_person
from desktop.services.station import Station
from desktop.store import people
from desktop.store.people import ChildRow, PersonPage
from desktop.store.unit_of_work import UnitOfWork

_CARD = (
    ("name", "姓名"), ("sex", "性别"), ("birth_id", "出生日期"), ("id_no", "公民身份号码"), ("ent_name", "原企业"),
    ("retire_date", "退休时间"), ("live_addr", "现住址"), ("manage_state", "管理状态"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as lists and papers show it; `steps` is what this station may do now."""

    id: str
    values: Mapping[str, Value]
    state: State
    steps: frozenset[Step]
    source_name: str
    target_name: str  # '' while nobody has said where to

    def text(self, key: str) -> str:
        """Return a field's text, '' if empty."""
        return str(self.values.get(key) or "")


def list_transfers(station: Station, *, what: str = READ_PEOPLE) -> list[Transfer]:
    """Return all transfers this station knows, the open ones first, newest first."""
    with station.vault.reading(what) as connection:
        rows = people.records_of(connection, "transfer")
    tree = orgs.org_tree(station)
    names = {code: one.name for code, one in tree.units.items()}
    found = [_transfer(station, row, names) for row in reversed(rows)]
    return sorted(found, key=lambda one: not is_open(one.values))


def targets_of(station: Station) -> list[tuple[str, str]]:
    """Return (code, name) of the open units of our own level, or at a street below it, a person may move to."""
    tree = orgs.org_tree(station)
    own = tree.units.get(station.org)
    level = COMMUNITY if is_above(station) or own is None else own.level
    found = [
        (one.code, one.name)
        for one in tree.units.values()
        if one.level == level and one.code != station.org and one.is_open(station.today())
    ]
    return sorted(found, key=lambda pair: pair[0])


def transfer_by(station: Station, *, text: str, what: str = READ_PEOPLE) -> Transfer:
    """Return a transfer by its id or number; raises NotFoundError."""
    wanted = text.strip().upper()
    for one in list_transfers(station, what=what):
        if one.id == text or one.text("number") == wanted:
            return one
    raise NotFoundError("没有找到这张转移单", "请核对转移单号")


def _transfer(station: Station, row: ChildRow, names: Mapping[str, str]) -> Transfer:
    source, target = (str(row.values.get(key) or "") for key in ("source", "target"))
    target = target or str(row.values.get("wanted") or "")
    steps = steps_for(row.values, org=station.org, rules=_rules(station, row.values))
    return Transfer(
        row.id, row.values, state_of(row.values), steps, names.get(source, source), names.get(target, target)
    )


def _rules(station: Station, values: Mapping[str, Value]) -> bool:
    """Return True if this station is above the source and, once it is known, the target."""
    if not is_above(station):
        return False
    below = units_below(station)
    target = str(values.get("target") or values.get("wanted") or "")
    return str(values.get("source") or "") in below and (not target or target in below)


def offer_transfer(station: Station, *, person: str, wanted: str = "", reason: str) -> tuple[Transfer, Changes]:
    """Offer a person of ours to another unit; `wanted` may be '' if the unit is not known.

    Raises NotFoundError, InvalidValueError (no reason, already on the way), AccessError (not ours).
    """
    if not reason.strip():
        raise InvalidValueError("reason", "没有写明转移原因", "例如 搬到沣东社区常住")
    page = whole_person(station, person=person)
    home = str(page.values.get("home_org") or "")
    if home != station.org and not (is_above(station) and home in units_below(station)):
        raise AccessError("这个人不归本单位管理，不能转出", "请由所属社区提出转移")
    if wanted == home:
        raise InvalidValueError("wanted", "转入单位就是现在的单位", "请重新选择")
    if any(one.values.get("subject") == person and is_open(one.values) for one in list_transfers(station)):
        raise InvalidValueError("subject", "这个人已经在转移途中", "请先办结或撤回原来的转移单")
    card = _card_of(page)
    values: dict[str, Value] = {
        "number": new_short_code(station.ids), "subject": person, "name": str(page.values.get("name") or ""),
        "summary": card, "digest": digest_of(page), "epoch": _epoch(page), "source": home, "wanted": wanted or None,
        "reason": reason.strip(), "offered_on": station.today().isoformat(), "offered_by": station.user,
    }  # fmt: skip
    record = new_id(station.ids)
    with station.vault.unit("transfer.offer", why=reason.strip()) as unit:
        unit.add("transfer", record, {key: value for key, value in values.items() if value is not None})
        changes = unit.commit()
    return transfer_by(station, text=record), changes


def route_transfer(station: Station, *, transfer: str, target: str) -> Changes:
    """Send an offer on to the unit that shall take the person in; raises InvalidValueError, AccessError."""
    one = _allowed(station, transfer, Step.ROUTE)
    tree = orgs.org_tree(station)
    known = tree.units.get(target)
    if known is None or target not in units_below(station) or target == one.text("source"):
        raise InvalidValueError("target", "转入单位只能是本单位下面的另一个单位", "请重新选择")
    return _write(
        station, one, "transfer.route",
        {"target": target, "routed_on": station.today().isoformat(), "routed_by": station.user},
    )  # fmt: skip


def accept_transfer(station: Station, *, transfer: str) -> Changes:
    """Say that we take the person in; raises AccessError, NotFoundError."""
    return _answer(station, transfer, Step.ACCEPT, {"answer": ACCEPT})


def reject_transfer(station: Station, *, transfer: str, why: str) -> Changes:
    """Say that we do not take the person in, and why; raises AccessError, InvalidValueError."""
    if not why.strip():
        raise InvalidValueError("answer_why", "没有写明不接收的原因", "请填写，街道和转出社区会看到")
    return _answer(station, transfer, Step.REJECT, {"answer": REJECT, "answer_why": why.strip()})


def _answer(station: Station, transfer: str, step: Step, values: Mapping[str, Value]) -> Changes:
    one = _allowed(station, transfer, step)
    whole = {**values, "answered_on": station.today().isoformat(), "answered_by": station.user}
    return _write(station, one, f"transfer.{step.value}", whole)


def cancel_transfer(station: Station, *, transfer: str, why: str) -> Changes:
    """Take our own offer back; raises AccessError, InvalidValueError."""
    if not why.strip():
        raise InvalidValueError("cancel_why", "没有写明撤回的原因", "请填写")
    one = _allowed(station, transfer, Step.CANCEL)
    values: dict[str, Value] = {
        "cancelled_on": station.today().isoformat(), "cancelled_by": station.user, "cancel_why": why.strip(),
    }  # fmt: skip
    return _write(station, one, "transfer.cancel", values)


def confirm_transfer(station: Station, *, transfer: str) -> Changes:
    """Give the person to the target, with the next ownership epoch, and end the transfer, all in one unit.

    The contact cards of the old community end with it; the new one issues its own.
    Raises AccessError, InvalidValueError when the owner changed since the offer.
    """
    one = _allowed(station, transfer, Step.CONFIRM)
    person, target = one.text("subject"), one.text("target")
    page = whole_person(station, person=person)
    reason = may_confirm(one.values, home=str(page.values.get("home_org") or ""), epoch=_epoch(page))
    if reason:
        raise InvalidValueError("state", reason, "请终止这张转移单，由现在的社区重新提出")
    epoch = _epoch(page) + 1
    with station.vault.unit("transfer.confirm", why=f"转移单 {one.text('number')}") as unit:
        # Before the move: the old community is told all up to the write that takes the person away.
        _end_cards(station, unit, page, why=f"转移到{one.target_name}，由新社区发新卡")
        unit.put("person", person, {"home_org": target, "owner_epoch": epoch})
        unit.put("transfer", one.id, {**_ended(station, MOVED), "new_epoch": epoch})
        return unit.commit()


def _end_cards(station: Station, unit: UnitOfWork, page: PersonPage, *, why: str) -> None:
    """Make the valid cards of the old community void inside `unit`: they name people who no longer look after him."""
    for card in page.children.get("card", ()):
        if card.values.get("state") == VALID:
            unit.put("card", card.id, {"state": VOID, "ended_on": station.today().isoformat(), "ended_why": why[:100]})


def close_transfer(station: Station, *, transfer: str, why: str = "") -> Changes:
    """End a transfer without a move: refused, withdrawn, or stopped by us; raises AccessError."""
    one = _allowed(station, transfer, Step.CLOSE)
    values = _ended(station, end_without_move(one.values))
    return _write(station, one, "transfer.close", {**values, "end_why": why.strip() or None})


def _ended(station: Station, code: str) -> dict[str, Value]:
    return {"ended": code, "ended_on": station.today().isoformat(), "ended_by": station.user}


def _allowed(station: Station, transfer: str, step: Step) -> Transfer:
    """Return a transfer on which this station may take a step; raises AccessError, NotFoundError."""
    one = transfer_by(station, text=transfer)
    if step not in one.steps:
        raise AccessError(f"这张转移单现在是“{one.state.value}”，本单位不能这样办理", "请看转移单上的下一步由谁办理")
    return one


def _write(station: Station, one: Transfer, action: str, values: Mapping[str, Value]) -> Changes:
    with station.vault.unit(action, why=f"转移单 {one.text('number')}") as unit:
        unit.put("transfer", one.id, values)
        return unit.commit()


def _epoch(page: PersonPage) -> int:
    return int(page.values.get("owner_epoch") or 0)


def _card_of(page: PersonPage) -> str:
    """Return what the target sees before the person is theirs: one `label：value` a line."""
    lines = []
    for key, label in _CARD:
        text = str(page.values.get(key) or "")
        if key in {"sex", "manage_state"} and text:
            text = code_list(key).label_of(text)
        if text:
            lines.append(f"{label}：{text}")
    phones = [str(row.values.get("number") or "") for row in page.children.get("phone", ())]
    if phones:
        lines.append(f"电话：{'、'.join(one for one in phones[:3] if one)}")
    lines.append(f"走访 {len(page.children.get('visit', ()))} 次，联系人 {len(page.children.get('contact', ()))} 人")
    return "\n".join(lines)


def digest_of(page: PersonPage) -> str:
    """Return a hash of everything kept about a person, to compare on paper what was offered and what arrived."""
    parts = [repr(sorted((key, value) for key, value in page.values.items() if key not in {"home_org", "owner_epoch"}))]
    for kind in sorted(page.children):
        for row in sorted(page.children[kind], key=lambda row: row.id):
            parts.append(repr((kind, row.id, sorted(row.values.items()))))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
