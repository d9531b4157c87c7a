"""Code lists as data: added to, renamed, reordered, stopped and confirmed by a street."""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.codes import (
    CodeList,
    code_list,
    code_list_keys,
    code_record_id,
    list_record_id,
    shipped_list,
    split_words,
)
from desktop.domain.dates import is_partial_date
from desktop.domain.errors import AccessError, InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.services.register import refuse_wrong
from desktop.services.station import Station
from desktop.store.records import load_records
from desktop.store.unit_of_work import UnitOfWork

# The program itself acts on these codes: they may be worded otherwise, not added to or stopped.
FIXED = frozenset(
    ["sex", "manage_state", "alive_state", "card_state", "org_level", "assign_basis", "pair_verdict", "former_kind",
     "verify_result", "verify_decision", "id_type"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodeItem:
    """One code of a list as it stands now."""

    code: str
    label: str
    also: tuple[str, ...]  # the other words that mean it
    stopped: bool
    added: bool  # by this register, not shipped


def all_lists() -> list[CodeList]:
    """Return every list as the open register has it, those to be confirmed first."""
    return sorted((code_list(key) for key in code_list_keys()), key=lambda one: (one.confirmed, one.key))


def list_named(key: str) -> CodeList:
    """Return the list of a key or a Chinese name; raises NotFoundError."""
    for one in all_lists():
        if key in {one.key, one.label}:
            return one
    raise NotFoundError(f"没有代码表“{key}”", "用 yince codes STORE 可看到全部代码表")


def items_of(key: str) -> list[CodeItem]:
    """Return the codes of a list in order, stopped ones too."""
    one = code_list(key)
    shipped = shipped_list(key).labels
    also: dict[str, list[str]] = {code: [] for code in one.labels}
    for word, code in one.words.items():
        if word not in {code, one.labels.get(code)} and code in also:
            also[code].append(word)
    return [
        CodeItem(code, label, tuple(also[code]), code in one.stopped, code not in shipped)
        for code, label in one.labels.items()
    ]


def put_code(station: Station, *, key: str, code: str, label: str, also: str = "", why: str = "代码表") -> Changes:
    """Add a code or change its label and other words; raises InvalidValueError, AccessError.

    The label it had before still finds it, so that rosters with the old word can be imported.
    """
    _may_edit(station)
    one, code, label = code_list(key), code.strip(), label.strip()
    if code not in one.labels and key in FIXED:
        raise InvalidValueError("code", f"“{one.label}”里的代码由程序使用，不能增加", "可以修改名称和其他写法")
    if not code or not code.isascii() or any(c.isspace() for c in code):
        raise InvalidValueError("code", "代码只能是字母和数字，不能为空，也不能有空格", "例如 T18")
    taken = next((other for other, text in one.labels.items() if text == label and other != code), None)
    if taken is not None:
        raise InvalidValueError("label", f"“{label}”已经是代码 {taken} 的名称", "请换一个名称")
    for word in split_words(also):
        owner = next((other for other, text in one.labels.items() if text == word and other != code), None)
        if owner is not None:
            raise InvalidValueError("also", f"“{word}”是代码 {owner} 的名称", "请从其他写法里去掉")
    words = [word for word in split_words(also) if word not in {code, label}]
    with station.vault.unit("code.edit", why=why) as unit:
        _put(station, unit, key, code, {"label": label, "also": "、".join(words)})
        return unit.commit()


def stop_code(station: Station, *, key: str, code: str, stopped: bool, why: str = "代码表") -> Changes:
    """Stop a code (old values still show it, new ones are not offered it) or take it up again."""
    _may_edit(station)
    if code not in code_list(key).labels:
        raise NotFoundError("没有这个代码", "请刷新后再看")
    if key in FIXED:
        raise InvalidValueError("code", f"“{code_list(key).label}”里的代码由程序使用，不能停用", "可以修改名称")
    with station.vault.unit("code.stop" if stopped else "code.resume", why=why) as unit:
        _put(station, unit, key, code, {"stopped": int(stopped)})
        return unit.commit()


def move_code(station: Station, *, key: str, code: str, by: int) -> Changes:
    """Move a code up (negative) or down in its list; the list's whole order is written."""
    _may_edit(station)
    order = list(code_list(key).labels)
    if code not in order:
        raise NotFoundError("没有这个代码", "请刷新后再看")
    place = order.index(code)
    order.insert(max(0, min(place + by, len(order) - 1)), order.pop(place))
    with station.vault.unit("code.order", why="调整代码表次序") as unit:
        for number, one in enumerate(order, start=1):
            _put(station, unit, key, one, {"position": number})
        return unit.commit()


def confirm_list(station: Station, *, key: str, source: str, as_of: str, confirmed: bool = True) -> Changes:
    """Mark a list as checked against a source on a day, or as to be checked again; raises InvalidValueError."""
    _may_edit(station)
    if confirmed and not source.strip():
        raise InvalidValueError("source", "没有写明与哪份文件核对", "请填写文件名称或文号")
    if not is_partial_date(as_of):
        raise InvalidValueError("as_of", f"日期“{as_of}”看不懂", "请写成 2026-11-24")
    values: dict[str, Value] = {"list": key, "confirmed": int(confirmed), "source": source.strip(), "as_of": as_of}
    refuse_wrong("code_list", values, station)
    with station.vault.unit("code_list.confirm", why="核对代码表") as unit:
        unit.put("code_list", list_record_id(key), values)
        return unit.commit()


def _put(station: Station, unit: UnitOfWork, key: str, code: str, values: Mapping[str, Value]) -> None:
    """Write fields of a code's record; a new record says the label that holds now."""
    record = code_record_id(key, code)
    stored = load_records(unit.connection, "code", [record]).get(record)
    start = dict(stored.values) if stored and not stored.deleted else {"label": code_list(key).labels.get(code)}
    whole: dict[str, Value] = {**start, **values, "list": key, "code": code}
    refuse_wrong("code", whole, station)
    unit.put("code", record, whole)


def _may_edit(station: Station) -> None:
    if not station.is_street:
        raise AccessError("代码表由街道维护，各社区保持一致", "请联系街道修改后发来数据包")
