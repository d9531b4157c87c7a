"""Changing the state of people: who, when, why; what follows is done in the same unit (`domain.md` 1.11, F22)."""

from collections.abc import Sequence
from datetime import date

from desktop.domain.changes import Changes
from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.domain.states import StateChange, check_change, ends_cards, follows
from desktop.services.register import refuse_wrong, whole_person
from desktop.services.station import Station
from desktop.store import people
from desktop.store.people import ChildRow, PersonPage
from desktop.store.unit_of_work import UnitOfWork

TRIES, WAYS = 3, 2  # before someone counts as lost (`domain.md` F22, our own proposal)
_VALID_CARD, _VOID_CARD = "1", "5"
_UNREACHED = "3"


def change_state(station: Station, *, person: str, change: StateChange) -> Changes:
    """Change one person's state; raises NotFoundError, InvalidValueError. Can be undone as one batch."""
    return change_states(station, ids=[person], change=change)


def change_states(station: Station, *, ids: Sequence[str], change: StateChange) -> Changes:
    """Change the state of several people in one unit: all or none; raises NotFoundError, InvalidValueError."""
    if not ids:
        raise NotFoundError("没有选择人员", "请先选择要变更状态的人")
    pages = [whole_person(station, person=person) for person in ids]
    for page in pages:
        check_change(str(page.values.get("manage_state") or ""), change)
    with station.vault.unit("person.state", why=change.why) as unit:
        for page in pages:
            _write(station, unit, page, change)
        return unit.commit()


def change_inside(station: Station, unit: UnitOfWork, *, person: str, change: StateChange) -> None:
    """Change one person's state inside an open unit; raises NotFoundError, InvalidValueError."""
    unit.flush()
    page = people.person_page(unit.connection, person)
    if page is None:
        raise NotFoundError("没有找到这个人", "可能已被删除，请刷新列表")
    check_change(str(page.values.get("manage_state") or ""), change)
    _write(station, unit, page, change)


def _write(station: Station, unit: UnitOfWork, page: PersonPage, change: StateChange) -> None:
    before = str(page.values.get("manage_state") or "")
    record: dict[str, Value] = {
        "person": page.id, "old_state": before or change.to, "new_state": change.to, "done_on": change.done_on,
        "why": change.why, "done_by": change.done_by, "where_to": change.where_to or None,
        "evidence": change.evidence or None, "approver": change.approver or None,
    }  # fmt: skip
    refuse_wrong("state", record, station)
    fields = follows(before, change)
    refuse_wrong("person", {**page.values, **fields}, station, only=fields)
    unit.put("person", page.id, fields)
    unit.add("state", new_id(station.ids), {key: value for key, value in record.items() if value is not None})
    if ends_cards(change.to):
        _end_cards(unit, page.children["card"], day=station.today(), why=change.why)


def _end_cards(unit: UnitOfWork, cards: Sequence[ChildRow], *, day: date, why: str) -> None:
    for card in cards:
        if card.values.get("state") == _VALID_CARD:
            unit.put("card", card.id, {"state": _VOID_CARD, "ended_on": day.isoformat(), "ended_why": why[:100]})


def lost_after(station: Station, *, person: str) -> str:
    """Return, in Chinese, how often a person was sought in vain, for the evidence of 失联; '' if never.

    Attempts are verifications that reached nobody since the last one that did.
    """
    with station.vault.reading() as connection:
        tried = people.children_of(connection, "verify", person=person)
    missed = []
    for one in tried:  # newest first
        if one.values.get("result") != _UNREACHED:
            break
        missed.append(one.values)
    if not missed:
        return ""
    ways = {str(one.get("method")) for one in missed}
    enough = "" if len(missed) >= TRIES and len(ways) >= WAYS else f"（一般要 {TRIES} 次、{WAYS} 种方式）"
    days = "、".join(str(one.get("done_on")) for one in reversed(missed))
    return f"{len(missed)} 次联系不上：{days}{enough}"
