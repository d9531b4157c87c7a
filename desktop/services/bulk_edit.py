"""One field of many people changed at once: seen first, refused person by person, taken back in one step."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop.domain.changes import Changes
from desktop.domain.codes import code_list
from desktop.domain.dates import read_date
from desktop.domain.dictionary import PERSON, Kind, kind_of
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Field, Value
from desktop.domain.progress import Report, silent
from desktop.domain.validation import check_record
from desktop.services.looking import refuse_veiled
from desktop.services.register import add_child, org_code, org_names
from desktop.services.station import Station
from desktop.services.wording import text_of
from desktop.store import people
from desktop.store.people import PersonRow

SET, CLEAR, APPEND, TAG = "set", "clear", "append", "tag"
WILL, SAME, REFUSED = "will", "same", "refused"
_PART = 500
# Identity is one person's own; states go through their own form, with papers and dates.
_NEVER = frozenset(
    {"person_no", "name", "id_no", "id_type", "birth_id", "sex", "manage_state", "alive_state", "photo"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What to do to everyone: set, clear or append to a field, or add a care tag."""

    mode: str
    key: str = ""
    value: Value = None


@dataclass(frozen=True, slots=True)
class BulkRow:
    """What it means for one person."""

    person: str
    name: str
    person_no: str
    old: str
    new: str
    outcome: str  # WILL, SAME or REFUSED
    reason: str = ""
    old_value: Value = None
    new_value: Value = None


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What it means for all of them."""

    change: BulkChange
    label: str
    rows: tuple[BulkRow, ...]

    def count(self, outcome: str) -> int:
        """Return how many people have an outcome."""
        return sum(row.outcome == outcome for row in self.rows)


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What was written."""

    changed: int
    left: int  # changed by somebody between preview and confirmation, left as they are
    changes: Changes = field(default_factory=Changes)


def bulk_fields() -> list[Field]:
    """Return the fields that may be changed for many people at once."""
    return [
        one
        for one in PERSON.fields
        if one.key not in _NEVER
        and not (one.off or one.retired or one.hidden)
        and one.kind not in {Kind.RECORD, Kind.IMAGE}
    ]


def read_change(station: Station, *, text: str) -> BulkChange:
    """Return the change written as `字段=值`, `字段=` (clear), `备注+=值` or `标签=高龄`; InvalidValueError."""
    name, sign, value = text.partition("=")
    if not sign:
        raise InvalidValueError("set", f"“{text}”看不懂", "请写成 字段=值")
    append, name, value = name.endswith("+"), name.rstrip("+").strip(), value.strip()
    if name in {"标签", "关爱类别", "关爱标签"}:
        refuse_veiled(station, "tag", "code")
        return BulkChange(TAG, "code", code_list("care_tag").code_of(value) or value)
    found = next((one for one in PERSON.fields if name in (one.key, one.label, *one.synonyms)), None)
    if found is None:
        raise InvalidValueError("set", f"没有“{name}”这一项", "请用字段名称")
    refuse_veiled(station, PERSON.key, found.key)
    if not value:
        return BulkChange(CLEAR, found.key)
    return BulkChange(APPEND if append else SET, found.key, _stored(station, found, value))


def _stored(station: Station, one: Field, value: str) -> Value:
    if one.kind in {Kind.CODE, Kind.CODES}:
        words = re.split(r"[、,，|\s]+", value) if one.kind is Kind.CODES else [value]
        return " ".join(dict.fromkeys(_code(one, word) for word in words if word))
    if one.kind is Kind.DATE:
        return read_date(value, recent=True).value or value
    if one.kind is Kind.ORG:
        org = org_code(station, name=value)
        if org is None:
            raise InvalidValueError(one.key, f"没有“{value}”这个单位", "请用单位的名称或代码")
        return org
    if one.kind is Kind.BOOL and value in {"是", "否"}:
        return int(value == "是")
    return _number(one, value) if one.is_number else value


def _code(one: Field, word: str) -> str:
    code = code_list(one.codes).code_of(word)
    if code is None:
        raise InvalidValueError(one.key, f"{one.label}里没有“{word}”", "请从代码表中选择")
    return code


def _number(one: Field, value: str) -> int:
    if not value.isdecimal():
        raise InvalidValueError(one.key, f"{one.label}应是数字", "请改正")
    return int(value) * (100 if one.kind is Kind.MONEY else 1)


def preview_bulk(station: Station, *, ids: Sequence[str], change: BulkChange, report: Report = silent) -> BulkPreview:
    """Return what a change would do to each person; raises InvalidValueError, Cancelled."""
    one = _field_of(change)
    orgs = org_names(station)
    rows: list[BulkRow] = []
    for start in range(0, len(ids), _PART):
        report(start, len(ids), "预览批量修改")
        with station.vault.reading() as connection:
            found = people.rows_of(connection, ids[start : start + _PART])
        rows += [_planned(station, row, change, one, orgs) for row in found]
    return BulkPreview(change, one.label, tuple(rows))


def _field_of(change: BulkChange) -> Field:
    if change.mode == TAG:
        code = str(change.value or "")
        if code not in code_list("care_tag").labels:
            raise InvalidValueError("code", "没有这个关爱类别", "请从列表中选择")
        return kind_of("tag").field("code")
    one = next((one for one in bulk_fields() if one.key == change.key), None)
    if one is None:
        raise InvalidValueError(change.key, "这一项不能批量修改", "姓名、证号和状态请逐人办理")
    if change.mode == APPEND and one.kind not in {Kind.TEXT, Kind.NOTE}:
        raise InvalidValueError(change.key, f"{one.label}不能追加文字", "请用“改为”")
    if change.mode != CLEAR and change.value in (None, ""):
        raise InvalidValueError(change.key, "没有填写新的值", "请填写，或选“清空”")
    return one


def _planned(station: Station, row: PersonRow, change: BulkChange, one: Field, orgs: dict[str, str]) -> BulkRow:
    old: Value = " ".join(sorted(set(row.tags))) or None if change.mode == TAG else row.values.get(one.key)
    new = _new_value(row, change, old)

    def shown(value: Value) -> str:
        if change.mode == TAG:
            return "、".join(code_list("care_tag").label_of(tag) for tag in str(value or "").split())
        return text_of(one, value, orgs=orgs)

    def made(outcome: str, reason: str = "") -> BulkRow:
        return BulkRow(
            row.id, row.text("name"), row.text("person_no"), shown(old), shown(new), outcome, reason, old, new
        )

    if new == old:
        return made(SAME)
    if change.mode != TAG:
        for problem in check_record(PERSON, {**row.values, one.key: new}, today=station.today()):
            if problem.is_error and problem.field == one.key:
                return made(REFUSED, problem.message)
    return made(WILL)


def _new_value(row: PersonRow, change: BulkChange, old: Value) -> Value:
    if change.mode == CLEAR:
        return None
    if change.mode == TAG:
        return " ".join(sorted({*row.tags, str(change.value)})) or None
    if change.mode == APPEND and old:
        lines = str(old).split("\n")
        return old if str(change.value) in lines else f"{old}\n{change.value}"
    return change.value


def apply_bulk(station: Station, *, preview: BulkPreview, why: str, report: Report = silent) -> BulkDone:
    """Write a preview in one unit that can be undone; raises InvalidValueError without a reason, Cancelled."""
    if not why.strip():
        raise InvalidValueError("why", "批量修改必须写明原因", "请填写原因")
    wanted = [row for row in preview.rows if row.outcome == WILL]
    if not wanted:
        raise InvalidValueError("set", "没有需要修改的人", "请换一个值或换一批人")
    one, orgs, changed = _field_of(preview.change), org_names(station), 0
    with station.vault.unit("bulk.edit", why=why) as unit:
        for start in range(0, len(wanted), _PART):
            report(start, len(wanted), "批量修改")
            part = wanted[start : start + _PART]
            seen = {row.person: row for row in part}
            now = [
                _planned(station, row, preview.change, one, orgs) for row in people.rows_of(unit.connection, list(seen))
            ]
            sure = [row for row in now if row.outcome == WILL and row.old_value == seen[row.person].old_value]
            if preview.change.mode == TAG:
                for row in sure:
                    add_child(station, unit, kind="tag", person=row.person, values={"code": preview.change.value})
            else:
                unit.put_many("person", {row.person: {one.key: row.new_value} for row in sure})
            changed += len(sure)
        changes = unit.commit()
    return BulkDone(changed, len(wanted) - changed, changes)
