"""Stored values, fields and actions as Chinese readers see them on paper and in answers."""

from collections.abc import Mapping
from typing import Any

from desktop.domain.codes import code_list
from desktop.domain.dictionary import KINDS, Field, Kind
from desktop.domain.fields import Value
from desktop.domain.sight import MASK

_VERBS = {"add": "新增", "edit": "修改", "remove": "删除"}
_ACTIONS = {
    "person.register": "新增人员", "person.edit": "修改人员", "people.edit": "批量修改人员", "bulk.edit": "批量修改",
    "person.remove": "删除人员", "roster.import": "导入花名册", "review.accept": "采用待核实的行",
    "review.dismiss": "不采用待核实的行", "package.merge": "合并数据包", "package.write": "生成数据包",
    "peer.enroll": "登记密钥卡", "conflict.resolve": "裁定冲突", "undo": "撤销一批", "undo.one": "撤销一项",
    "card.issue": "发联系卡", "card.revoke": "作废联系卡", "store.create": "新建登记库", "epoch.start": "恢复或换机",
    "practice.fill": "填练习数据", "photo.set": "换照片", "photo.remove": "删除照片",
}  # fmt: skip


def text_of(field: Field, value: Value, *, orgs: Mapping[str, str] | None = None) -> str:
    """Return a stored value in words: labels for codes, names for organisations, money in yuan."""
    if value is None:
        return ""
    text = str(value)
    if text == MASK:
        return text
    if field.kind is Kind.CODE:
        return code_list(field.codes).label_of(text)
    if field.kind is Kind.CODES:
        return "、".join(code_list(field.codes).label_of(code) for code in text.split())
    if field.kind is Kind.ORG:
        return (orgs or {}).get(text, text)
    if field.kind is Kind.BOOL:
        return "是" if value else "否"
    if field.kind is Kind.IMAGE:
        return "有照片"
    return f"{value / 100:.2f} 元" if field.kind is Kind.MONEY and isinstance(value, int) else text


def action_text(action: str) -> str:
    """Return what a unit of work did: `phone.add` is 新增电话."""
    if action in _ACTIONS:
        return _ACTIONS[action]
    kind, _, verb = action.partition(".")
    if kind in KINDS and verb in _VERBS:
        return _VERBS[verb] + KINDS[kind].label
    return "其他改动"


def source_text(source: Mapping[str, Any] | None) -> str:
    """Return where a value came from: file, sheet, row and column."""
    if not source:
        return ""
    row = f"第 {source['row']} 行" if source.get("row") else ""
    column = f"“{source['column']}”" if source.get("column") else ""
    return " ".join(str(part) for part in (source.get("file"), source.get("sheet"), row, column) if part)
