"""The hand-over list of personnel archives: fourteen columns, its own checks (`domain.md` section 1.6).

It names people who are in the register already: it fills in where their files lie, and never makes a person.
"""

import re
from collections.abc import Mapping, Sequence

from desktop.domain.fields import Value
from desktop.domain.names import match_key
from desktop.domain.person_fields import ARCHIVE, PERSON_FIELDS
from desktop.roster.grid import plain
from desktop.roster.matching import (
    REJECTED,
    REVIEW,
    UNCHANGED,
    UPDATED,
    Earlier,
    Known,
    Planned,
    RegisterIndex,
    compare,
    names_of,
)
from desktop.roster.rowread import ASK, FIX, REJECT, RowDraft

COLUMNS = (
    "序号", "姓名", "身份证号码", "性别", "出生日期", "退休手续办理时间", "生存状态", "死亡日期", "所属单位",
    "户籍所在地", "页数", "档案局档号", "保管期限", "备注",
)  # fmt: skip
_LEAST_COLUMNS = 11
_TARGETS = frozenset({"person.file_no", "person.file_pages", "person.keep_period"})
_FIELDS = frozenset(one.key for one in PERSON_FIELDS if one.group == ARCHIVE) | {"remark"}
_EIGHT = {"出生日期": "birth_id", "退休手续办理时间": "retire_date"}
_FILLED = {"所属单位": "ent_name", "户籍所在地": "hukou_area"}
_IDENTITY = frozenset({"name", "id_no", "sex", "birth_id"})


def is_archive_list(headers: Sequence[str], targets: Sequence[str]) -> bool:
    """Return True for the list: its columns by name, with the three that only it has."""
    return len(set(COLUMNS) & set(headers)) >= _LEAST_COLUMNS and set(targets) >= _TARGETS


def check_cells(draft: RowDraft, headers: Sequence[str]) -> None:
    """Note what the list's own rules find in a row; none of it stops the row."""
    for column, header in enumerate(headers):
        cell = plain(draft.cells[column]) if column < len(draft.cells) else ""
        if cell != cell.strip():
            draft.say(column, header, FIX, f"“{header}”前后有空格", cell.strip())
        key = _EIGHT.get(header)
        if key and cell.strip() and not re.fullmatch(r"\d{8}", cell.strip()):
            value = str(draft.values.get(key) or "").replace("-", "")
            draft.say(column, key, FIX, f"“{header}”应写成 8 位数字", value if len(value) == len("19530706") else "")
        key = _FILLED.get(header)
        if key and not cell.strip():
            draft.say(column, key, FIX, f"“{header}”没有填写")


def plan_archive_row(draft: RowDraft, index: RegisterIndex, earlier: Earlier) -> Planned:
    """Return what a row of the list does: archive fields of the person it names, or a wait for that person."""
    draft.problems = [one for one in draft.problems if one.field in _IDENTITY or one.outcome == FIX]
    for one in [one for one in draft.problems if one.field == "id_no" and one.outcome == ASK and not one.suggestion]:
        draft.problems.remove(one)
        draft.say(one.column, one.field, REJECT if not draft.values.get("id_no") else ASK, one.reason)
    if draft.outcome == REJECT:
        return Planned(draft, REJECTED)
    known = _named(draft, index, earlier)
    said = str(draft.values.get("alive_state") or "")
    if known is not None and said == "3" and str(known.values.get("alive_state") or "1") != "3":
        draft.proposal = "death"
        earlier.ask(draft, "alive_state", "目录写已死亡，登记库里是健在", "登记死亡")
    keep = {key: value for key, value in draft.values.items() if key in _FIELDS}
    if draft.outcome == ASK or known is None:
        return Planned(draft, REVIEW, known, keep)
    planned = compare(_only(draft, keep), known)
    planned.draft = draft
    planned.phones, planned.contact, planned.tags = [], {}, []
    planned.outcome = UNCHANGED if planned.is_empty else UPDATED
    return planned


def _named(draft: RowDraft, index: RegisterIndex, earlier: Earlier) -> Known | None:
    """Return the person a row names by id number and name; ask if there is none, or of another name."""
    known = index.by_id.get(str(draft.values.get("id_no") or ""))
    if known is None:
        earlier.ask(draft, "id_no", "登记库里没有这个人，档案信息先放着，等花名册导入后再对")
    elif match_key(str(draft.values.get("name") or "")) not in names_of(known):
        held = str(known.values.get("name") or "")
        earlier.ask(draft, "name", f"登记库里这个身份证号的姓名是“{held}”", held)
    return known


def _only(draft: RowDraft, values: Mapping[str, Value]) -> RowDraft:
    return RowDraft(draft.row, draft.cells, dict(values))
