"""What a merge will do, item by item, for a person to look through before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from desktop.domain.codes import code_list
from desktop.domain.dictionary import KINDS, Field, Kind
from desktop.domain.fields import Value
from desktop.domain.operations import PlannedRecord
from desktop.domain.permissions import READ_WHOLE
from desktop.services.authority import PROPOSAL
from desktop.services.merges import MergePreview
from desktop.services.planning import LAID_ASIDE
from desktop.services.quarantine import what_of
from desktop.services.station import Station
from desktop.store import people
from desktop.sync.merge import DELETION, Key

_MOST_DIFFS = 12


class What(Enum):
    """What happens to an item."""

    CONFLICT = "冲突"
    REJECTED = "不收"
    LEFT_OUT = "放在一边"
    PROPOSED = "提议"
    TWIN = "可能重复"
    MOVE = "转移"
    NEW = "新增"
    CHANGED = "修改"
    DELETED = "删除"


@dataclass(frozen=True, slots=True)
class MergeItem:
    """One record of the package; `key` names it for leaving it out."""

    key: Key
    what: What
    name: str
    kind: str  # label
    text: str  # the field diff, or the reason


def items_of(station: Station, preview: MergePreview) -> list[MergeItem]:
    """Return what a previewed merge does, what needs a look first."""
    records = preview.plan.records
    names = _names(station, preview)
    facing = {(one.kind, one.record) for one in preview.plan.conflicts}
    twins = _twins(station, records)
    items = []
    for one in records:
        key = (one.kind, one.record)
        what = What.CONFLICT if key in facing else What.TWIN if one.record in twins else _what(one)
        text = _conflict_text(preview, key) if key in facing else twins.get(one.record) or diff_text(one)
        items.append(MergeItem(key, what, names.get(_person(one), ""), KINDS[one.kind].label, text))
    for refusal in preview.plan.refused:
        operation = refusal.operation
        owner = operation.record if operation.kind == "person" else str(operation.fields.get("person") or "")
        what = What.LEFT_OUT if refusal.reason in LAID_ASIDE else What.REJECTED
        what = What.PROPOSED if refusal.reason == PROPOSAL else what
        text = f"{refusal.reason}（{what_of(operation)}）"
        label = KINDS[operation.kind].label if operation.kind in KINDS else "新版本的内容"
        items.append(MergeItem((operation.kind, operation.record), what, names.get(owner, ""), label, text))
    order = {what: place for place, what in enumerate(What)}
    return sorted(items, key=lambda item: (order[item.what], item.kind))


def _what(one: PlannedRecord) -> What:
    if one.kind == "transfer" or (one.kind == "person" and "home_org" in one.take and not one.is_new):
        return What.MOVE
    return What.NEW if one.is_new else What.DELETED if one.deleted else What.CHANGED


def diff_text(one: PlannedRecord) -> str:
    """Return the fields a record gets, with what they held before."""
    if one.deleted:
        return "删除这条登记"
    parts = []
    for field in KINDS[one.kind].fields:
        if field.key not in one.take or field.hidden or field.kind is Kind.RECORD:
            continue
        new, old = shown(field, one.take[field.key][0]), shown(field, one.before.get(field.key))
        parts.append(
            f"{field.label}：{new}" if one.is_new or not old else f"{field.label}：{old} → {new or '（清空）'}"
        )
    more = f"；另有 {len(parts) - _MOST_DIFFS} 项" if len(parts) > _MOST_DIFFS else ""
    return "；".join(parts[:_MOST_DIFFS]) + more


def shown(field: Field, value: Value) -> str:
    """Return a value as people read it: a code by its label, yes and no, '' if empty."""
    if value is None:
        return ""
    if field.kind is Kind.CODE:
        return code_list(field.codes).label_of(str(value))
    if field.kind is Kind.CODES:
        return "、".join(code_list(field.codes).label_of(code) for code in str(value).split())
    if field.kind is Kind.BOOL:
        return "是" if value else "否"
    return str(value)


def _conflict_text(preview: MergePreview, key: Key) -> str:
    parts = []
    for one in preview.plan.conflicts:
        if (one.kind, one.record) == key:
            if one.field == DELETION:
                parts.append(f"本库{one.ours}，对方{one.theirs}")
            else:
                field = KINDS[one.kind].field(one.field)
                parts.append(f"{field.label}：本库“{shown(field, one.ours)}”，对方“{shown(field, one.theirs)}”")
    return "；".join(parts)


def _names(station: Station, preview: MergePreview) -> dict[str, str]:
    """Return the names of the people the package is about: from the package, else from the store."""
    ids = {_person(one) for one in preview.plan.records}
    for refusal in preview.plan.refused:
        ids.add(str(refusal.operation.fields.get("person") or refusal.operation.record))
    with station.vault.reading() as connection:
        known = {row.id: row.text("name") for row in people.rows_of(connection, sorted(ids - {""}))}
    fresh = {
        one.record: str(one.take["name"][0] or "")
        for one in preview.plan.records
        if one.kind in {"person", "transfer"} and "name" in one.take
    }
    return {**known, **fresh}


def _person(one: PlannedRecord) -> str:
    if one.kind in {"person", "transfer"}:
        return one.record
    owner = one.take.get("person")
    if owner is None:
        owner = next(((o.fields["person"], o.dot) for o in one.operations if o.fields.get("person")), None)
    return str(owner[0] or "") if owner else ""


def _twins(station: Station, records: Sequence[PlannedRecord]) -> dict[str, str]:
    """Return, of new people whose id number somebody here bears, who that is."""
    fresh = {
        str(one.take["id_no"][0]): one.record
        for one in records
        if one.kind == "person" and one.is_new and one.take.get("id_no", ("",))[0]
    }
    with station.vault.reading(READ_WHOLE) as connection:
        rows = people.with_id_numbers(connection, sorted(fresh))
    return {
        fresh[number]: f"证号与已有的 {name}（{person_no}）相同，合并后请查重判定" for number, name, person_no in rows
    }
