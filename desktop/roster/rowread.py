"""One row of a roster as a draft of a person, with everything that is doubtful said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from desktop.domain import dates, id_numbers, mojibake, names, phones
from desktop.domain.amounts import read_amount
from desktop.domain.codes import code_list
from desktop.domain.dictionary import kind_of
from desktop.domain.fields import Field, Kind, Value
from desktop.domain.id_numbers import IdProblem
from desktop.roster.beside import take_beside
from desktop.roster.draft import ASK, FIX, REJECT, CellProblem, RowDraft
from desktop.roster.grid import FORMULA_EMPTY, RowSaid, address, is_number, plain
from desktop.roster.remarks import take_remark

__all__ = ["ASK", "FIX", "REJECT", "CellProblem", "RowDraft", "Settled", "read_row"]
Settled = dict[tuple[int, str], Value]  # (column, cell) -> what it came to, of cells with nothing doubtful in them
_MOST_SETTLED = 20_000
_REPEATING = frozenset({Kind.CODE, Kind.CODES, Kind.DATE, Kind.BOOL, Kind.INT})
_BLANK = frozenset(
    {"不详", "无", "/", "／", "—", "－", "-", "0", "N/A", "#N/A", "NULL", "空", "未知", "没有", "\\", "——"}
)
_BROKEN = frozenset({"#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", FORMULA_EMPTY})
_LONGEST_NAME = 50
_SHOWN = 40  # letters of a garbled cell that are said
_LONGEST = 300  # letters of a cell that a normaliser looks at
_LONG_AGO = frozenset({"work_start", "spouse_birth"})  # 38.5 is 1938 there, and 03.5 still 2003
_REJECTED_IDS = frozenset({IdProblem.SCIENTIFIC, IdProblem.TRUNCATED, IdProblem.LENGTH, IdProblem.DATE, IdProblem.AREA})


def read_row(
    number: int,
    cells: list[str],
    *,
    targets: Sequence[str],
    headers: Sequence[str],
    said: RowSaid = RowSaid(),  # noqa: B008 - frozen
    meanings: Mapping[str, str] = MappingProxyType({}),
    settled: Settled | None = None,
) -> RowDraft:
    """Return the draft of one row; `targets` says where each column goes.

    `said` is what the row says beside its texts; `meanings` what its marks mean in this file (mark -> a key of
    `table.MEANINGS`), as somebody answered. A mark nobody explained makes the row wait. `settled` is what the rows of
    one table share: cells that repeat from row to row are read once.
    """
    draft = RowDraft(number, cells)
    shared: Settled = {} if settled is None else settled
    width = len(cells)
    for column, target, kind, key, repeats in _columns_of(tuple(targets)):
        if column >= width or not cells[column]:
            continue
        held = shared.get((column, cells[column])) if repeats else None
        if held is not None:
            draft.values[key] = held
            continue
        said_before = len(draft.problems) + len(draft.notes)
        is_first = repeats and key not in draft.values
        _read_cell(draft, (column, target, kind, key), cells[column], headers[column], said)
        is_clean = said_before == len(draft.problems) + len(draft.notes) and draft.unsure_birth is None
        if is_first and is_clean and key in draft.values and len(shared) < _MOST_SETTLED:
            shared[column, cells[column]] = draft.values[key]
    take_beside(draft, said, meanings)
    _whole_row(draft, targets)
    return draft


@lru_cache(maxsize=64)
def _columns_of(targets: tuple[str, ...]) -> tuple[tuple[int, str, str, str, bool], ...]:
    """Return the columns that go somewhere: place, target, its kind and key, and whether its cells repeat much."""
    found = []
    for column, target in enumerate(targets):
        kind, _, key = target.partition(".")
        if key:
            one = kind_of("person").by_key.get(key) if kind == "person" else None
            repeats = one is not None and (key == "ent_name" or one.kind in _REPEATING)
            found.append((column, target, kind, key, repeats))
    return tuple(found)


def _read_cell(draft: RowDraft, where: tuple[int, str, str, str], cell: str, header: str, said: RowSaid) -> None:
    """Read one cell that is not empty: blank words say nothing, broken and endless ones are said."""
    column, target, kind, key = where
    text = plain(cell).strip()
    if not text or text in _BLANK:
        return
    if text in _BROKEN:
        place = address(draft.row, said.columns[column] if column < len(said.columns) else column)
        outcome = FIX if text == FORMULA_EMPTY else ASK  # nothing was ever shown there: said, and no reason to wait
        draft.say(column, key, outcome, f"“{header}”（{place}）是表格公式错误 {text}")
    elif len(text) > _LONGEST and not _is_free(kind, key):
        draft.say(column, key, ASK, f"“{header}”这一格有 {len(text)} 个字，太长，没有读入")
        draft.notes.append(f"{header}原文：{text[:_LONGEST]}")
    else:
        if not text.isascii() and target != "person.name":
            text = _readable(draft, column, key, header, text)
        _cell(draft, column, kind, key, text, numeric=is_number(cell), date1904=said.date1904)


def _readable(draft: RowDraft, column: int, key: str, header: str, text: str) -> str:
    """Return a cell's text as it was before a wrong table garbled it (case 51); a garbled name is asked, not here."""
    if mojibake.is_lost(text):
        draft.say(column, key, REJECT, f"“{header}”是乱码，无法还原，请对方重新导出后再发")
        return text
    found = mojibake.unscrambled(text)
    if not found:
        return text
    draft.say(
        column,
        key,
        FIX,
        f"“{header}”是乱码“{text[:_SHOWN]}”，已还原为“{found[:_SHOWN]}”{'，缺字请核对' if '□' in found else ''}",
    )
    return found


def _cell(draft: RowDraft, column: int, kind: str, key: str, text: str, *, numeric: bool, date1904: bool) -> None:
    """Put one cell where its column goes."""
    if kind == "person":
        _person_cell(draft, column, key, names.repaired(text), numeric, date1904)
    elif kind == "phone":
        _phone_cell(draft, column, text)
    elif kind == "contact":
        _contact_cell(draft, key, text)
    elif kind == "tag":
        _tag_cell(draft, text)


def _is_free(kind: str, key: str) -> bool:
    """Return True for a field of free text, which is cut to its length and never searched with care."""
    return kind == "person" and kind_of("person").field(key).kind is Kind.TEXT and key not in {"name", "id_no"}


def _person_cell(draft: RowDraft, column: int, key: str, text: str, numeric: bool, date1904: bool) -> None:
    """Put one cell into a person field."""
    if key == "name":
        _name_cell(draft, column, text)
    elif key == "id_no":
        _id_cell(draft, column, text, numeric=numeric)
    else:
        one = kind_of("person").field(key)
        if one.kind is Kind.DATE:
            _date_cell(draft, column, one, text, numeric=numeric, date1904=date1904)
        elif one.kind is Kind.CODE or one.kind is Kind.CODES:
            _code_cell(draft, column, one, text)
        elif one.is_number:
            _number_cell(draft, column, one, text)
        else:
            _text_cell(draft, column, one, _enterprise(text) if key == "ent_name" else text)


def _text_cell(draft: RowDraft, column: int, one: Field, text: str) -> None:
    """Keep a text; what a field is too short for is kept whole in the remarks."""
    draft.values[one.key] = text.lstrip("'") if len(text) <= one.max_length else text[: one.max_length]
    if len(text) > one.max_length:
        draft.notes.append(f"{one.label}原文：{text}")
    if one.key == "remark":
        take_remark(draft, column, text)


def _enterprise(text: str) -> str:
    """Return an enterprise's name without spaces, with brackets as Chinese names bear them (case 64)."""
    return "".join(text.split()).translate({ord("("): "（", ord(")"): "）", ord("["): "（", ord("]"): "）"})


def _name_cell(draft: RowDraft, column: int, text: str) -> None:
    found = names.read_name(text)
    draft.values["name"] = found.name[:_LONGEST_NAME]
    if len(found.name) > _LONGEST_NAME:
        draft.say(column, "name", ASK, f"姓名有 {len(found.name)} 个字，太长")
    if found.former:
        draft.values["name_former"] = found.former
    if found.sex:
        draft.values.setdefault("sex", found.sex)
    if found.dead:
        draft.proposal = "death"
        draft.say(column, "name", ASK, "姓名后注明已去世", "登记死亡")
    if found.marked:
        draft.say(column, "name", ASK, "姓名后有星号，不知何意")
    if found.problem:
        draft.say(column, "name", REJECT if found.lost else ASK, found.problem, found.suggestion)


def _id_cell(draft: RowDraft, column: int, text: str, *, numeric: bool) -> None:
    """Put an id number in; what a spreadsheet may have cut is asked or rejected, never guessed."""
    current, old = _two_ids(text)
    if old:
        draft.values["id_no_old"] = old
    found = id_numbers.check_id(current)
    draft.values["id_no"] = found.text
    if found.problem is None and numeric:
        draft.say(column, "id_no", ASK, "身份证号是数字格式，末几位可能已被截断")
    elif found.problem is IdProblem.OTHER_DOCUMENT:
        draft.values["id_type"] = "02" if "护照" in text else "99"
    elif found.problem is not None and found.problem is not IdProblem.EMPTY:
        outcome = REJECT if found.problem in _REJECTED_IDS else ASK
        draft.say(column, "id_no", outcome, f"{found.message}，{found.advice}", found.suggestion)
        if found.problem is IdProblem.OLD_15:
            draft.values["id_no_old"] = found.text


def _two_ids(text: str) -> tuple[str, str]:
    """Return the sound id and the other one of a cell that holds two, else the cell."""
    parts = [id_numbers.clean_id(part) for part in re.split(r"[/、;；,，]|旧号[:：]?|原号[:：]?", text) if part.strip()]
    sound = [part for part in parts if id_numbers.is_sound(part)]
    if len(parts) == 2 and len(sound) == 1:
        return sound[0], next(part for part in parts if part != sound[0])
    return text, ""


def _date_cell(draft: RowDraft, column: int, one: Field, text: str, *, numeric: bool, date1904: bool) -> None:
    recent = one.group != "身份" and (one.key not in _LONG_AGO or re.match(r"[01]\d(?!\d)", text) is not None)
    found = dates.read_date(text, recent=recent, numeric=numeric, date1904=date1904)
    if found.lunar:
        draft.values["birthday_lunar"] = text[:20]
        return
    if found.problem:
        draft.notes.append(f"{one.label}原文：{text}")
        draft.say(column, one.key, FIX, f"{one.label}“{text}”{found.problem}，这一项没有导入，原文记在备注")
        return
    draft.values[one.key] = found.value
    if found.approximate:
        draft.say(column, one.key, FIX, f"{one.label}“{text}”只是约数，按 {found.value} 记")
        draft.notes.append(f"{one.label}原文：{text}")
    if found.ambiguous and numeric and one.key == "birth_id":
        draft.unsure_birth = column
    elif found.ambiguous:
        draft.say(column, one.key, ASK, f"{one.label}“{text}”有歧义", found.value)


def _code_cell(draft: RowDraft, column: int, one: Field, text: str) -> None:
    if one.kind is Kind.CODES:
        words = [code_list(one.codes).code_of(word) for word in re.split(r"[、,，;；/\s]+", text)]
        draft.values[one.key] = " ".join(sorted(word for word in words if word))
        return
    code = code_list(one.codes).code_of(text)
    if code is not None:
        draft.values[one.key] = code
        return
    near = next((value for word, value in code_list(one.codes).words.items() if len(word) > 1 and word in text), None)
    if near is not None:
        draft.values[one.key] = near
    else:
        draft.say(column, one.key, FIX, f"{one.label}“{text}”不在代码表里，原文记在备注")
    draft.notes.append(f"{one.label}原文：{text}")


def _number_cell(draft: RowDraft, column: int, one: Field, text: str) -> None:
    if one.kind is Kind.BOOL:
        draft.values[one.key] = int(text in {"是", "有", "√", "1", "Y", "对", "齐全"})
        return
    if one.kind is Kind.MONEY:
        _money_cell(draft, column, one, text)
        return
    match = re.fullmatch(r"\D*?(\d{1,12}(?:\.\d{1,12})?)\D*", text.replace(",", ""))
    if match is None:
        draft.say(column, one.key, FIX, f"{one.label}“{text}”不是数字，原文记在备注")
        draft.notes.append(f"{one.label}原文：{text}")
    else:
        draft.values[one.key] = round(float(match.group(1)))


def _money_cell(draft: RowDraft, column: int, one: Field, text: str) -> None:
    found = read_amount(text)
    if found is None:
        draft.say(column, one.key, FIX, f"{one.label}“{text}”不是金额，原文记在备注")
        draft.notes.append(f"{one.label}原文：{text}")
        return
    draft.values[one.key] = found.fen
    if found.approximate:
        draft.say(column, one.key, ASK, f"{one.label}“{text}”只是约数", f"{found.fen / 100:.2f}")


def _phone_cell(draft: RowDraft, column: int, text: str) -> None:
    for found in phones.read_phones(text):
        if found.problem:
            draft.say(column, "phone", FIX, f"“{text}”{found.problem}，没有导入，原文记在备注")
            draft.notes.append(f"电话原文：{text}")
        else:
            if found.number.startswith(phones.OLD_AREA):
                draft.say(
                    column, "phone", ASK, f"“{found.number}”是咸阳的旧区号，现在用 {phones.LOCAL_AREA}，请核实号码"
                )
            draft.phones.append({"number": found.number, "owner": found.owner or None, "state": found.state or None})


def _contact_cell(draft: RowDraft, key: str, text: str) -> None:
    if key == "phone":
        found = [one.number for one in phones.read_phones(text) if not one.problem]
        if found:
            draft.contact["phone"] = found[0]
        else:
            draft.notes.append(f"联系人电话原文：{text}")
    elif key == "relation":
        draft.contact["relation"] = code_list("relation").code_of(text) or "9"
    else:
        draft.contact[key] = text[:200]


def _tag_cell(draft: RowDraft, text: str) -> None:
    for word in re.split(r"[、,，;；/\s]+", text):
        detail = "".join(re.findall(r"[(（]([^()（）]*)[)）]", word))
        name = re.sub(r"[(（][^()（）]*[)）]", "", word)
        code = code_list("care_tag").code_of(name)
        if code and code != "T01":  # 高龄 follows from the birth date and is never stored
            draft.tags.append({"code": code, "detail": detail or None})
        elif code is None and name:
            draft.notes.append(f"特殊人员原文：{word}")


def _whole_row(draft: RowDraft, targets: Sequence[str]) -> None:
    """Compare the cells of a row with each other."""
    values = draft.values
    if not values.get("name"):
        draft.say(_place(targets, "person.name"), "name", REJECT, "没有姓名")
    id_no = str(values.get("id_no") or "")
    if not id_no and values.get("name"):
        draft.say(_place(targets, "person.id_no"), "id_no", ASK, "没有身份证号")
    if id_numbers.is_sound(id_no):
        _against_id(draft, id_no, targets)
    else:
        _hint_at_id(draft, id_no)
        if draft.unsure_birth is not None:
            year = str(values.get("birth_id") or "")[:4]
            reason = f"出生日期“{year}.1”可能是 1 月，也可能是 10 月"
            draft.say(draft.unsure_birth, "birth_id", ASK, reason, f"{year}-01")
    if draft.contact and not draft.contact.get("name"):
        draft.contact["name"] = "（未写姓名）"
    if draft.notes:
        values["remark"] = "；".join([*([str(values["remark"])] if values.get("remark") else []), *draft.notes])[:2000]


def _against_id(draft: RowDraft, id_no: str, targets: Sequence[str]) -> None:
    """Fill in and compare sex and birth; another birth in the file is kept beside the id's."""
    values = draft.values
    values.setdefault("id_type", "01")
    sex = id_numbers.sex_of(id_no)
    if values.setdefault("sex", sex) != sex:
        draft.say(_place(targets, "person.sex"), "sex", ASK, "性别与身份证号不一致", "男" if sex == "1" else "女")
    birth = id_numbers.birth_of(id_no)
    written = str(values.get("birth_id") or "")
    if draft.unsure_birth is not None and birth.startswith(f"{written[:4]}-10"):
        written = birth[:7]  # 1953.1 was October: the spreadsheet dropped its zero
    if written and not birth.startswith(written):
        values.setdefault("birth_file", written)
    values["birth_id"] = birth


def _hint_at_id(draft: RowDraft, id_no: str) -> None:
    """Propose the one swap of neighbouring digits that agrees with the birth and sex of the row (case 13)."""
    place = next((n for n, one in enumerate(draft.problems) if one.field == "id_no" and not one.suggestion), None)
    if place is None or len(id_no) != 18 or not id_no[:17].isdigit():
        return
    birth, sex = str(draft.values.get("birth_id") or ""), draft.values.get("sex")
    agreeing = [
        one
        for one in id_numbers.swap_candidates(id_no)
        if (birth and id_numbers.birth_of(one).startswith(birth)) and sex in {None, id_numbers.sex_of(one)}
    ]
    if len(agreeing) == 1 and draft.problems[place].outcome == ASK:
        draft.problems[place] = replace(draft.problems[place], suggestion=agreeing[0])


def _place(targets: Sequence[str], target: str) -> int:
    return targets.index(target) if target in targets else 0
