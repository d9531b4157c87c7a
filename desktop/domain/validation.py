"""The dictionary's rules, one place for form, import and merge."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from desktop.domain import credit_codes, dates, id_numbers, retirement
from desktop.domain.codes import code_list
from desktop.domain.fields import Field, Kind, RecordKind, Value
from desktop.domain.id_numbers import IdProblem
from desktop.domain.person_fields import PERSON_FIELDS
from desktop.domain.phones import is_phone

_CITIZEN = frozenset({"", "01"})
_YOUNGEST = 40  # nobody in this register is younger
_FUTURE_ALLOWED = frozenset({"next_on", "expires_on", "until"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one field: an error refuses the value, a warning asks for a look."""

    field: str
    message: str
    advice: str = ""
    is_error: bool = True
    suggestion: str = ""


def check_record(kind: RecordKind, values: Mapping[str, Value], *, today: date) -> list[Finding]:
    """Return everything the rules find in a record, errors and warnings, in dictionary order."""
    found: list[Finding] = []
    for field in kind.fields:
        value = values.get(field.key)
        if value in (None, ""):
            if (field.required and field.key in values) or (field.required and not values.get(field.key)):
                found.append(Finding(field.key, f"{field.label}不能为空", "请填写"))
            continue
        found += check_field(field, value, values, today=today)
    if kind.key == "person":
        found += _against_id(values)
        found += _against_age(values)
    return found


def check_field(field: Field, value: Value, values: Mapping[str, Value], *, today: date) -> list[Finding]:
    """Return what the rules find in one filled field."""
    if field.is_number:
        return [] if isinstance(value, int) and value >= 0 else [Finding(field.key, f"{field.label}应是数字", "请改正")]
    text = str(value)
    if len(text) > field.max_length:
        return [Finding(field.key, f"{field.label}超过 {field.max_length} 个字", "请缩短")]
    kind = field.kind
    if kind is Kind.ID_NUMBER:
        return _check_id(field, text, values)
    if kind is Kind.DATE:
        return _check_date(field, text, today=today)
    if kind is Kind.PHONE and not is_phone(text):
        return [Finding(field.key, f"{field.label}“{text}”位数不对", "手机 11 位，固话请带区号", is_error=False)]
    if kind is Kind.CODE or kind is Kind.CODES:
        return _check_code(field, text)
    return _check_credit_code(field, text) if field.key == "ent_uscc" else []


def _check_id(field: Field, text: str, values: Mapping[str, Value]) -> list[Finding]:
    if str(values.get("id_type") or "") not in _CITIZEN:
        return []
    check = id_numbers.check_id(text)
    if check.problem is None:
        return []
    is_error = check.problem is not IdProblem.ENDS_000
    return [Finding(field.key, check.message, check.advice, is_error, check.suggestion)]


def _check_date(field: Field, text: str, *, today: date) -> list[Finding]:
    return (
        [] if _is_past_day(text, today.toordinal(), field.key == "birth_id") else _doubts_about_date(field, text, today)
    )


@lru_cache(maxsize=16384)  # a register has few days and many people
def _is_past_day(text: str, today: int, is_birth: bool) -> bool:  # noqa: FBT001 - a cache takes no names
    """Return True for a date that no rule has anything to say about."""
    day = date.fromordinal(today)
    is_past = dates.is_partial_date(text) and text[:10] <= day.isoformat()
    return is_past and not (is_birth and (dates.age_on(text, day) or _YOUNGEST) < _YOUNGEST)


def _doubts_about_date(field: Field, text: str, today: date) -> list[Finding]:
    if not dates.is_partial_date(text):
        return [Finding(field.key, f"{field.label}“{text}”不是日期", "请写成 1953-07-06 或 1953-07")]
    if text[:10] > today.isoformat() and field.key not in _FUTURE_ALLOWED:
        return [Finding(field.key, f"{field.label}在今天之后", "请核对", is_error=False)]
    if field.key == "birth_id" and (dates.age_on(text, today) or _YOUNGEST) < _YOUNGEST:
        return [Finding(field.key, "出生日期显示不到四十岁", "请核对", is_error=False)]
    return []


def _check_code(field: Field, text: str) -> list[Finding]:
    """Unknown codes warn only: a newer version may know them, and they must survive a round trip."""
    known = code_list(field.codes).labels
    strange = [code for code in (text.split() if field.kind is Kind.CODES else [text]) if code not in known]
    if strange:
        return [Finding(field.key, f"{field.label}“{strange[0]}”不在代码表里", "请从列表中选择", is_error=False)]
    return []


def _check_credit_code(field: Field, text: str) -> list[Finding]:
    doubt, meant = credit_codes.doubt_about(text)
    advice = f"可能是 {meant}，请核对" if meant else "请对照营业执照核对；早年试点的代码可以不改"
    return [Finding(field.key, f"{field.label}{doubt}", advice, is_error=False, suggestion=meant)] if doubt else []


def _against_id(values: Mapping[str, Value]) -> list[Finding]:
    """Compare sex and birth with what a sound id number says (`domain.md` section 5, cases 15, 16)."""
    id_no = str(values.get("id_no") or "")
    if not id_numbers.is_sound(id_no):
        return []
    found = []
    sex = str(values.get("sex") or "")
    if sex in {"1", "2"} and sex != id_numbers.sex_of(id_no):
        found.append(Finding("sex", "性别与身份证号不一致", "请对照证件核对", is_error=False))
    birth = str(values.get("birth_id") or "")
    if birth and not id_numbers.birth_of(id_no).startswith(birth):
        found.append(
            Finding("birth_id", "出生日期与身份证号不一致", "档案记载不同的请填在“档案出生年月”", is_error=False)
        )
    return found


def _against_age(values: Mapping[str, Value]) -> list[Finding]:
    """Ask for a look at a retirement from 2025 on that no kind of retirement allows."""
    birth = str(values.get("birth_id") or values.get("birth_file") or "")
    retired = str(values.get("retire_date") or "")
    if not dates.is_partial_date(birth) or not dates.is_partial_date(retired):
        return []
    doubt = retirement.doubt_about(birth, str(values.get("sex") or ""), retired)
    return [Finding("retire_date", f"退休时间{doubt}", "请核对", is_error=False)] if doubt else []


def check_taken(values: Mapping[str, Value], taken: Collection[str], *, today: date) -> list[Finding]:
    """Return what the rules find in a person of whom only the fields `taken` are new."""
    found: list[Finding] = []
    fields = _person_fields()
    for key in taken:
        value = values.get(key)
        if value not in (None, ""):
            found += check_field(fields[key], value, values, today=today)
    return found + [one for one in (*_against_id(values), *_against_age(values)) if one.field in taken]


@cache
def _person_fields() -> dict[str, Field]:
    return {field.key: field for field in PERSON_FIELDS}


def derived_from_id(id_no: str) -> dict[str, str]:
    """Return sex and birth carried by a sound id number, nothing for any other text."""
    if not id_numbers.is_sound(id_no):
        return {}
    return {"sex": id_numbers.sex_of(id_no), "birth_id": id_numbers.birth_of(id_no), "id_type": "01"}
