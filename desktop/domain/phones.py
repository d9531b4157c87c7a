"""Telephone numbers as rosters write them (`domain.md` section 5, cases 57-59)."""

import re
import unicodedata
from dataclasses import dataclass

LOCAL_AREA = "029"
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}")
_STATES = {"空号": "2", "停机": "3", "关机": "4", "错号": "5"}
OLD_AREA = "0910"  # 咸阳 until it was joined to 029 (`domain.md` 1.7, unverified: ask)
_NOTHING = ("同爱人", "无手机", "无电话", "没有", "同上")
_SPLIT = re.compile(r"[/、;；,，|\s]+")


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """One number with whose it is and its state, or why it cannot be one."""

    number: str
    owner: str = ""
    state: str = ""
    problem: str = ""


def is_phone(text: str) -> bool:
    """Return True for a mobile number, or a landline with its area code."""
    return bool(_MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text))


def read_phones(text: str) -> list[PhoneReading]:
    """Return every number in a cell; words without a number give none."""
    if _MOBILE.fullmatch(text):
        return [PhoneReading(text)]
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'‘")
    if not plain or (any(word in plain for word in _NOTHING) and not any(c.isdigit() for c in plain)):
        return []
    plain = re.sub(r"^\+?86[ -](?=1)", "", plain)
    plain = re.sub(r"(?<=\d)[ ](?=\d{4}\b)", "", plain)
    pieces = [piece for piece in _SPLIT.split(plain) if piece]
    return [reading for piece in pieces if (reading := _read_one(piece)) is not None]


def _read_one(piece: str) -> PhoneReading | None:
    """Return one number, None for a piece that is only words."""
    owner = "".join(re.findall(r"[(（]([^()（）]*)[)）]", piece)) or "".join(re.findall(r"[\u4e00-\u9fff]+", piece))
    state = next((code for word, code in _STATES.items() if word in piece), "")
    number = re.sub(r"\.0+$", "", re.sub(r"[(（][^()（）]*[)）]|[\u4e00-\u9fff]+|[:：]", "", piece))
    if re.fullmatch(r"\d\.\d+E\+?\d+", number, re.IGNORECASE):
        return PhoneReading(number, problem="电话号码被表格软件截断")
    number = re.sub(r"^(\+?86-?)(?=1\d)", "", number)
    if number.replace("-", "").startswith("1"):
        number = number.replace("-", "")
    if not any(c.isdigit() for c in number):
        return None
    owner = "" if owner in _STATES else owner
    if re.fullmatch(r"[2-9]\d{6,7}", number):
        number = f"{LOCAL_AREA}-{number}"
    dashed = _with_dash(number) if is_phone(number) else ""
    if not is_phone(dashed):
        return PhoneReading(number, owner, state, "电话号码位数不对")
    return PhoneReading(dashed, owner, state)


def _with_dash(number: str) -> str:
    """Return a landline with a dash behind its area code."""
    if number.startswith("0") and "-" not in number:
        area = 3 if number[1] in "12" else 4
        return f"{number[:area]}-{number[area:]}"
    return number
