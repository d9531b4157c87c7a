"""The citizen id number (GB 11643-1999) and what rosters make of it (`domain.md` section 5, cases 1-14)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from operator import mul

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Two-digit provinces since 1980; 81 to 83 also begin the residence permits of Hong Kong, Macao and Taiwan.
# Only they are checked: counties were renumbered again and again, and a list of today's codes would
# refuse a large share of people over sixty (`domain.md` 0.4).
_PROVINCES = frozenset(
    map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71,
              *range(81, 84)))
)  # fmt: skip
_LIKE_X = "xX×хХⅩⅹＸｘ✕✖"
_TO_X = {ord(c): "X" for c in _LIKE_X}
_CLEAN = re.compile(r"[0-9]{17}[0-9X]")
_OLDEST_YEAR = 1890


class IdProblem(Enum):
    """What is wrong with an id number."""

    EMPTY = "empty"
    OTHER_DOCUMENT = "other"
    LENGTH = "length"
    CHARACTERS = "characters"
    CHECK_DIGIT = "check"
    DATE = "date"
    AREA = "area"
    ENDS_000 = "ends-000"
    SCIENTIFIC = "scientific"
    TRUNCATED = "truncated"
    OLD_15 = "old-15"
    STARRED = "starred"


@dataclass(frozen=True, slots=True)
class IdCheck:
    """What was found: the cleaned text, the problem if any, a suggestion, and Chinese for people."""

    text: str
    problem: IdProblem | None
    suggestion: str = ""
    message: str = ""
    advice: str = ""


def check_digit(first17: str) -> str:
    """Return the check character of 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(int, first17))) % 11]


@lru_cache(maxsize=4096)  # every rule of a row asks it again of the same id
def is_sound(text: str) -> bool:
    """Return True for an 18-character id with right characters, province, date and check digit."""
    return (
        len(text) == 18
        and text[:17].isascii()
        and text[:17].isdigit()
        and text[:2] in _PROVINCES
        and _is_day(text[6:14])
        and check_digit(text[:17]) == text[17]
    )


def sex_of(id_no: str) -> str:
    """Return the sex code (1 male, 2 female) an 18-character id carries."""
    return "1" if int(id_no[16]) % 2 else "2"


def birth_of(id_no: str) -> str:
    """Return the ISO birth day an 18-character id carries."""
    return f"{id_no[6:10]}-{id_no[10:12]}-{id_no[12:14]}"


def upgrade_15(text: str) -> str:
    """Return the 18-character id of an old 15-digit one; 996 to 999 were kept for those born before 1900."""
    century = "18" if text[12:] in {"996", "997", "998", "999"} else "19"
    first17 = f"{text[:6]}{century}{text[6:]}"
    return first17 + check_digit(first17)


def swap_candidates(text: str) -> list[str]:
    """Return the sound ids one swap of neighbouring digits away."""
    found = []
    for place in range(16):
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if swapped != text and is_sound(swapped):
            found.append(swapped)
    return found


def clean_id(text: str) -> str:
    """Return an id without what spreadsheets wrap it in: spaces, quotes, `="..."`, full-width forms.

    A look-alike of X in the last place becomes X only if the check digit then is right.
    """
    if _CLEAN.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFKC", text.translate(_TO_X))
    plain = "".join(c for c in plain if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    match = re.fullmatch(r"""=?["'“”]+(.*?)["'“”]+""", plain)
    return (match.group(1) if match else plain.lstrip("'‘’`")).upper()


def check_id(text: str) -> IdCheck:
    """Return what is to be said of an id number as it stands in a cell or is typed."""
    plain = clean_id(text)
    if is_sound(plain) and not plain.endswith("000"):
        return IdCheck(plain, None)
    if not plain:
        return IdCheck("", IdProblem.EMPTY)
    special = _special_form(plain)
    if special is not None:
        return special
    if not plain[:-1].isdigit() or not (plain[-1].isdigit() or plain[-1] == "X"):
        return _bad_characters(plain)
    if len(plain) == 15:
        return _fifteen(plain)
    if len(plain) != 18:
        return IdCheck(plain, IdProblem.LENGTH, "", f"身份证号有 {len(plain)} 位，应为 18 位", "请核对后补全")
    return _eighteen(plain)


def _special_form(plain: str) -> IdCheck | None:
    """Return the verdict on ids spoiled by a spreadsheet, and on other documents."""
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", plain):
        return IdCheck(plain, IdProblem.SCIENTIFIC, "", "身份证号被表格软件截断", "请以文本格式重填这一格")
    other = re.sub(r"^(护照|通行证|台胞证|回乡证|军官证)[:：]?", "", plain)
    if other != plain or re.fullmatch(r"[A-Z]{1,2}\d{7,9}", plain):
        return IdCheck(other, IdProblem.OTHER_DOCUMENT, other, "不是居民身份证", "请核对证件类型")
    return None


def _bad_characters(plain: str) -> IdCheck:
    if len(plain) == 18 and plain[:17].isdigit() and plain[17] == "*":
        guess = plain[:17] + check_digit(plain[:17])
        return IdCheck(plain, IdProblem.STARRED, guess if is_sound(guess) else "", "身份证号末位是星号", "请核对末位")
    guess = plain.replace("O", "0").replace("L", "1").replace("I", "1")
    suggestion = guess if is_sound(guess) else ""
    return IdCheck(plain, IdProblem.CHARACTERS, suggestion, "身份证号里有不该有的字符", "请核对后更正")


def _fifteen(plain: str) -> IdCheck:
    if _is_day(plain[6:14]) and not _is_day("19" + plain[6:12]):
        return IdCheck(plain, IdProblem.TRUNCATED, "", "身份证号被表格软件截断，只剩 15 位", "请以文本格式重填这一格")
    if plain.isdigit() and _is_day("19" + plain[6:12]) and plain[:2] in _PROVINCES:
        return IdCheck(plain, IdProblem.OLD_15, upgrade_15(plain), "这是 15 位的老身份证号", "请核对升位后的号码")
    return IdCheck(plain, IdProblem.LENGTH, "", "身份证号只有 15 位", "请核对后补全")


def _eighteen(plain: str) -> IdCheck:
    """Return the verdict on 18 characters of the right kind."""
    swapped = [] if _is_day(plain[6:14]) else swap_candidates(plain)
    if len(swapped) == 1:
        message = f"身份证号中的出生日期 {plain[6:14]} 不存在，像是相邻两位写反了"
        return IdCheck(plain, IdProblem.CHECK_DIGIT, swapped[0], message, "请对照证件核对")
    if not _is_day(plain[6:14]):
        return IdCheck(plain, IdProblem.DATE, "", f"身份证号中的出生日期 {plain[6:14]} 不存在", "请核对后更正")
    if plain[:2] not in _PROVINCES:
        return IdCheck(plain, IdProblem.AREA, "", "身份证号开头的地区码不存在", "请核对后更正")
    if plain.endswith("000"):
        return IdCheck(plain, IdProblem.ENDS_000, "", "身份证号以 000 结尾，可能被表格软件截断", "请对照证件核对")
    if check_digit(plain[:17]) != plain[17]:
        candidates = swap_candidates(plain)
        suggestion = candidates[0] if len(candidates) == 1 else ""
        return IdCheck(plain, IdProblem.CHECK_DIGIT, suggestion, "身份证号校验位不对，可能有一位抄错", "请对照证件核对")
    return IdCheck(plain, None)


@lru_cache(maxsize=8192)
def _is_day(text: str) -> bool:
    """Return True if eight digits are a day that exists and not before anyone alive was born."""
    if len(text) != 8 or not text.isdigit() or int(text[:4]) < _OLDEST_YEAR or int(text[:4]) > 2100:
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True
