"""Proposals as their owner decides them: side by side, accepted as the owner's own write, or not (`sync.md` 3.1)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.clock import local_text
from desktop.domain.codes import code_list
from desktop.domain.dictionary import KINDS
from desktop.domain.errors import AccessError, InvalidValueError, NotFoundError
from desktop.domain.fields import Field, Kind, Value
from desktop.domain.operations import DELETE
from desktop.domain.permissions import READ_WHOLE
from desktop.domain.proposals import ACCEPTED, REJECTED, is_open
from desktop.services.levels import is_above, units_below
from desktop.services.merge_items import shown
from desktop.services.station import Station
from desktop.store import people, proposals
from desktop.store.engine import Reading
from desktop.store.people import ChildRow
from desktop.store.records import StoredRecord, load_records
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ProposedField:
    """One field side by side: what the proposer started from, what stands here now, what is proposed."""

    label: str
    base: str
    ours: str
    proposed: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as lists show it; `may_answer` if this station decides it."""

    id: str
    name: str  # of the person
    kind: str  # label
    fields: tuple[ProposedField, ...]
    org: str  # whose idea
    user: str
    at: str  # local time
    home: str
    state: str  # in Chinese
    why: str  # of the answer
    may_answer: bool


def list_proposals(station: Station) -> list[Proposal]:
    """Return all proposals this station knows, those it must answer first, then the newest."""
    below = units_below(station) if is_above(station) else frozenset()
    with station.vault.reading() as connection:
        rows = people.records_of(connection, "proposal")
        stored = {row.id: _target(connection, row) for row in rows}
        homes = {row.id: row.text("home_org") for row in people.rows_of(connection, sorted(map(_subject, rows)))}
    found = [_proposal(station, row, stored[row.id], homes.get(_subject(row), ""), below) for row in reversed(rows)]
    return sorted(found, key=lambda one: not one.may_answer)


def _target(connection: Reading, row: ChildRow) -> StoredRecord | None:
    kind, record = str(row.values.get("about_kind") or ""), str(row.values.get("about") or "")
    return load_records(connection, kind, [record]).get(record) if kind in KINDS else None


def _subject(row: ChildRow) -> str:
    return str(row.values.get("subject") or "")


def _proposal(
    station: Station, row: ChildRow, stored: StoredRecord | None, home: str, below: frozenset[str]
) -> Proposal:
    values = row.values
    kind = KINDS.get(str(values.get("about_kind")))
    owner = str(values.get("home") or "")
    waits = is_open(values)
    # Whose person it is decides; if he moved on since it was sent, the unit above, as nobody else may.
    mine = owner == station.org if home in {owner, ""} else home in below | {station.org}
    state = (
        f"等{'本单位' if mine else owner}答复"
        if waits
        else code_list("proposal_answer").label_of(str(values["answer"]))
    )
    return Proposal(
        row.id, str(values.get("name") or ""), kind.label if kind else "新版本的内容", _fields(values, stored),
        str(values.get("by_org") or ""), str(values.get("by_user") or ""), local_text(str(values["made_at"])), owner,
        state, str(values.get("answer_why") or ""), waits and mine and kind is not None,
    )  # fmt: skip


def _fields(values: Mapping[str, Value], stored: StoredRecord | None) -> tuple[ProposedField, ...]:
    kind = KINDS.get(str(values.get("about_kind")))
    if kind is None:
        return ()
    if values.get("action") == DELETE:
        return (ProposedField("整条登记", "", "已删除" if stored is None or stored.deleted else "保留", "删除"),)
    base, proposed = (_read(values.get(key)) for key in ("base", "proposed"))
    here = stored.values if stored is not None and not stored.deleted else {}
    return tuple(
        ProposedField(one.label, _said(one, base), _said(one, here), _said(one, proposed) or "（清空）")
        for one in kind.fields
        if one.key in proposed and one.kind is not Kind.RECORD and not one.hidden
    )


def _said(field: Field, values: Mapping[str, Value]) -> str:
    return shown(field, values.get(field.key))


def _read(text: Value) -> dict[str, Value]:
    found = json.loads(text) if isinstance(text, str) and text else {}
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def accept_proposal(station: Station, *, proposal: str) -> Changes:
    """Write what was proposed as our own write, and the answer; raises NotFoundError, AccessError."""
    values = _open(station, proposal)
    with station.vault.unit("proposal.accept", why=f"采纳{values['by_org']}的提议") as unit:
        _accept(unit, values)
        return _answer(station, unit, proposal, {"answer": ACCEPTED})


def reject_proposal(station: Station, *, proposal: str, why: str) -> Changes:
    """Say that what stands here stays, and why; raises NotFoundError, AccessError, InvalidValueError."""
    if not why.strip():
        raise InvalidValueError("answer_why", "没有写明不采纳的原因", "请填写，提议的单位会看到")
    values = _open(station, proposal)
    with station.vault.unit("proposal.reject", why=f"不采纳{values['by_org']}的提议") as unit:
        _keep(unit, values)
        return _answer(station, unit, proposal, {"answer": REJECTED, "answer_why": why.strip()})


def _open(station: Station, proposal: str) -> Mapping[str, Value]:
    known = next((one for one in list_proposals(station) if one.id == proposal), None)
    if known is None:
        raise NotFoundError("没有找到这条提议", "请刷新列表")
    if not known.may_answer:
        raise AccessError("这条提议不由本单位答复，或已经答复过", "请看提议的状态")
    with station.vault.reading(READ_WHOLE) as connection:
        return load_records(connection, "proposal", [proposal])[proposal].values


def _accept(unit: UnitOfWork, values: Mapping[str, Value]) -> None:
    """Write the proposed content, knowing the proposed write: equal everywhere, whoever hears first."""
    kind, record = _witnessed(unit, values)
    if values["action"] == DELETE:
        unit.delete(kind, record)
        return
    fields = {key: value for key, value in _read(values.get("proposed")).items() if key in KINDS[kind].keys}
    unit.put(kind, record, fields, force=fields)


def _keep(unit: UnitOfWork, values: Mapping[str, Value]) -> None:
    """Write what stands here once more, knowing the proposed write: so it stands at the proposer too."""
    kind, record = str(values["about_kind"]), str(values["about"])
    stored = load_records(unit.connection, kind, [record]).get(record)
    if stored is None:  # a new record nobody wants: a tombstone, so that it goes where it was made
        unit.put(kind, record, {"person": values["subject"]})
        unit.flush()
        _witnessed(unit, values)
        unit.delete(kind, record)
        return
    _witnessed(unit, values)
    if stored.deleted:
        unit.put_again(kind, record)
        unit.delete(kind, record)
    elif values["action"] == DELETE:
        unit.put_again(kind, record)
    else:
        keys = [key for key in _read(values.get("proposed")) if key in KINDS[kind].keys]
        unit.put(kind, record, {key: stored.values.get(key) for key in keys}, force=keys)


def _witnessed(unit: UnitOfWork, values: Mapping[str, Value]) -> tuple[str, str]:
    kind, record = str(values["about_kind"]), str(values["about"])
    proposals.witness(unit, kind, record, dot=str(values["dot"]), org=str(values["by_org"]))
    return kind, record


def _answer(station: Station, unit: UnitOfWork, proposal: str, answer: Mapping[str, Value]) -> Changes:
    unit.put(
        "proposal",
        proposal,
        {
            **answer, "answered_on": station.today().isoformat(), "answered_by": station.user,
            "settled": f"{station.vault.identity.writer}#{unit.last_counter}",
        },
    )  # fmt: skip
    return unit.commit()
