"""The catalogue of fields: what each is for, who maintains it, and whether it is collected here."""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, person_field, purpose_of
from desktop.domain.errors import AccessError, InvalidValueError, NotFoundError
from desktop.domain.fields import Field, Kind, Value
from desktop.domain.ids import field_switch_id
from desktop.domain.permissions import SUPERVISOR
from desktop.domain.sight import HIDDEN
from desktop.services.register import refuse_wrong
from desktop.services.station import Station
from desktop.store import people

KIND_WORDS = {
    Kind.TEXT: "文字", Kind.NOTE: "多行文字", Kind.DATE: "日期", Kind.CODE: "代码", Kind.CODES: "代码（可多选）",
    Kind.BOOL: "是否", Kind.INT: "数字", Kind.MONEY: "金额", Kind.ID_NUMBER: "证件号码", Kind.PHONE: "电话",
    Kind.ORG: "机构", Kind.RECORD: "关联记录", Kind.IMAGE: "图片",
}  # fmt: skip
PRIVACY_WORDS = {1: "工作信息", 2: "个人信息", 3: "个人信息，默认遮盖", 4: "敏感个人信息"}
MAINTAINER_WORDS = {
    "E": "企业", "C": "社区", "S": "街道", "A": "档案中心", "I": "社保经办机构", "P": "党组织", "X": "程序计算",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """One field as the catalogue lists it, in words."""

    field: Field
    kind: str
    codes: str
    privacy: str
    maintainer: str
    purpose: str
    collected: bool
    why: str = ""  # the reason it was switched on or off, if it was

    @property
    def switchable(self) -> bool:
        """True for a field that is not collected unless a lead says so."""
        return self.field.off


def collected_fields(station: Station) -> frozenset[str]:
    """Return the keys of the person fields this register collects; safe on any thread, reads no disk."""
    return frozenset(one.key for one in PERSON.fields if not one.off) | station.vault.switched_on


def seen_fields(station: Station) -> frozenset[str]:
    """Return the keys of the person fields that are collected and not hidden from this user: what is offered."""
    sight = station.vault.sight
    return frozenset(key for key in collected_fields(station) if sight.of_field(PERSON.key, key) != HIDDEN)


def shown_values(station: Station, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return a person's values without those of fields that are not collected."""
    collected = seen_fields(station)
    return {key: value for key, value in values.items() if key in collected}


def field_catalogue(station: Station) -> list[CatalogueLine]:
    """Return every field of a person in dictionary order, in words."""
    with station.vault.reading() as connection:
        switches = {one.values.get("field"): one.values for one in people.records_of(connection, "field_switch")}
    collected = collected_fields(station)
    return [
        CatalogueLine(
            field=one, kind=KIND_WORDS[one.kind], codes=code_list(one.codes).label if one.codes else "",
            privacy=PRIVACY_WORDS[one.privacy], maintainer=MAINTAINER_WORDS[one.maintainer],
            purpose=purpose_of(one), collected=one.key in collected,
            why=str(switches.get(one.key, {}).get("why") or ""),
        )
        for one in PERSON.fields
    ]  # fmt: skip


def switch_field(station: Station, *, field: str, collected: bool, why: str) -> Changes:
    """Begin or stop to collect a field, with a reason that is logged; only a lead may.

    What was collected before stays in the register when it is stopped, but is not shown, imported or
    exported. Raises AccessError, InvalidValueError, NotFoundError.
    """
    if station.role != SUPERVISOR:
        raise AccessError("只有负责人可以决定采集哪些字段", "请负责人登录后操作")
    try:
        one = person_field(field)
    except KeyError:
        raise NotFoundError(f"没有字段“{field}”", "请从字段目录中选择") from None
    if not one.off:
        raise InvalidValueError("field", f"“{one.label}”是登记册的必要字段，不能停用", "不需要时可以不填")
    if not why.strip():
        raise InvalidValueError("why", "没有写明理由", "请写明采集或停止采集的依据")
    values: dict[str, Value] = {"field": field, "collected": int(collected), "why": why.strip()}
    refuse_wrong("field_switch", values, station)
    with station.vault.unit("field.switch", why=why.strip()) as unit:
        known = [row.id for row in people.records_of(unit.connection, "field_switch") if row.values["field"] == field]
        unit.put("field_switch", known[0] if known else field_switch_id(field), values)
        return unit.commit()
