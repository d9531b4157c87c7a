"""Dates as people and spreadsheets write them (`domain.md` section 5, cases 22-33).

A stored date is partial ISO text: `1953`, `1953-07` or `1953-07-06`. What is unknown is left out.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_SEPARATORS = re.compile(r"[年月./。．,，、\-—–－~]+")
_SERIAL_ZERO = date(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR = 1880, 2100
_MINGUO = 1911
_DAYS_1904 = 1462  # from the first day of one system to that of the other


@dataclass(frozen=True, slots=True)
class DateReading:
    """What was read: the partial ISO date or '', and why it needs a look."""

    value: str = ""
    problem: str = ""
    ambiguous: bool = False
    lunar: bool = False
    approximate: bool = False


@lru_cache(maxsize=16384)
def is_partial_date(text: str) -> bool:
    """Return True for `1953`, `1953-07` or `1953-07-06` that exist."""
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) if part else None for part in match.groups())
    return _made(year or 0, month, day) == text


@lru_cache(maxsize=16384)  # a roster has few dates and many rows
def read_date(text: str, *, recent: bool = False, numeric: bool = False, date1904: bool = False) -> DateReading:
    """Return what a cell or a typed date says.

    `recent` makes two-digit years 20xx when they can be (retirement, visits); else they are 19xx.
    `numeric` says the text was a number in its cell, where Excel drops the last zero: 1953.1 may be
    October. `date1904` says that day numbers count from 1904, as in workbooks of old Macs.
    """
    timeless = re.sub(r"(\s+|T)\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\s*$", "", unicodedata.normalize("NFKC", text))
    plain = "".join(timeless.split())
    if not plain:
        return DateReading()
    if "农历" in plain or "阴历" in plain:
        return DateReading(lunar=True, problem="是农历日期", ambiguous=True)
    stripped = re.sub(r"^(约|大约)|(左右|\?|？|生|[-.])+$", "", plain)
    approximate = "约" in plain or "?" in plain or "左右" in plain
    if date1904 and re.fullmatch(r"\d{4,5}", plain) and not _FIRST_YEAR <= int(plain) < _LAST_YEAR:
        plain = stripped = str(int(plain) + _DAYS_1904)
    for reader in (_minguo, _chinese_numerals, _digits_only, _separated):
        found = reader(stripped, recent)
        if found is not None:
            return _finish(found, plain, approximate=approximate, numeric=numeric)
    return DateReading(problem="看不懂的日期")


def _finish(found: DateReading, plain: str, *, approximate: bool, numeric: bool) -> DateReading:
    """Add what the whole cell says about certainty."""
    ambiguous = found.ambiguous or (numeric and re.fullmatch(r"\d{4}\.1", plain) is not None)
    return DateReading(found.value, found.problem, ambiguous, found.lunar, approximate)


def _minguo(text: str, recent: bool) -> DateReading | None:
    del recent
    match = re.fullmatch(r"民国(\d{1,2})年(?:(\d{1,2})月)?(?:(\d{1,2})日)?", text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    return _reading(_MINGUO + (year or 0), month, day, ambiguous=True)


def _chinese_numerals(text: str, recent: bool) -> DateReading | None:
    """Read 一九五三年七月 and 一九五三年十二月三十一日."""
    if not re.search(r"[〇○零一二三四五六七八九]{4}年", text):
        return None
    year, _, rest = text.partition("年")
    parts = [_small_number(part) for part in re.split(r"[月日号]", rest) if part]
    numbers = [year.translate(_CHINESE), *[str(part) for part in parts]]
    return _separated("-".join(numbers), recent)


def _small_number(text: str) -> int:
    """Return 十二 as 12, 三十一 as 31."""
    if text.isdigit():
        return int(text)
    if "十" not in text:
        return int(text.translate(_CHINESE) or 0) if text.translate(_CHINESE).isdigit() else 0
    tens, _, ones = text.partition("十")
    first = int(tens.translate(_CHINESE)) if tens.translate(_CHINESE).isdigit() else 1
    last = int(ones.translate(_CHINESE)) if ones.translate(_CHINESE).isdigit() else 0
    return first * 10 + last


def _digits_only(text: str, recent: bool) -> DateReading | None:
    """Read 1953, 195307, 19530706, 530706 and Excel's day numbers."""
    if len(text) > len("1953.0"):  # 19530706.0 is a number that passed through a text file; 1953.0 names no month
        text = text.removesuffix(".0")
    if not text.isdigit():
        return None
    readers: dict[int, Callable[[], DateReading]] = {
        4: lambda: _reading(int(text), None, None),
        5: lambda: _serial(int(text)),
        6: lambda: _six(text, recent),
        8: lambda: _reading(int(text[:4]), int(text[4:6]), int(text[6:]) or None),
        14: lambda: _reading(int(text[:4]), int(text[4:6]), int(text[6:8])),
    }
    reader = readers.get(len(text))
    return reader() if reader else DateReading(problem="看不懂的日期")


def _six(text: str, recent: bool) -> DateReading:
    """Read six digits: year and month if the year can be one, else a short year with month and day."""
    if text[:2] in {"18", "19", "20"} and 1 <= int(text[4:]) <= 12:
        return _reading(int(text[:4]), int(text[4:]), None)
    return _reading(_full_year(int(text[:2]), recent), int(text[2:4]), int(text[4:]))


def _serial(number: int) -> DateReading:
    """Read Excel's day number in the 1900 system."""
    day = _SERIAL_ZERO + timedelta(days=number)
    return DateReading(day.isoformat()) if day.year < _LAST_YEAR else DateReading(problem="看不懂的日期")


def _separated(text: str, recent: bool) -> DateReading | None:
    """Read year, month and day between any separators."""
    text = re.sub(r"[日号]$", "", text)
    parts = [part for part in _SEPARATORS.split(text) if part]
    if not parts or len(parts) > 3 or not all(part.isdigit() and len(part) <= 4 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if len(parts[0]) <= 2:
        numbers[0] = _full_year(numbers[0], recent)
    month = numbers[1] if len(numbers) > 1 else None
    day = numbers[2] if len(numbers) > 2 else None
    return _reading(numbers[0], month, day)


def _full_year(short: int, recent: bool) -> int:
    """Return the year of two digits: 20xx up to 40 where that makes sense, else 19xx."""
    return 2000 + short if recent and short <= 40 else 1900 + short


def _reading(year: int, month: int | None, day: int | None, *, ambiguous: bool = False) -> DateReading:
    made = _made(year, month, day)
    if not made:
        return DateReading(problem="日期不存在")
    return DateReading(made, ambiguous=ambiguous)


def _made(year: int, month: int | None, day: int | None) -> str:
    """Return partial ISO text, '' if there is no such date."""
    if not _FIRST_YEAR <= year < _LAST_YEAR:
        return ""
    try:
        whole = date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return ""
    return whole.isoformat()[: 4 if month is None else 7 if day is None else 10]


def age_on(birth: str, day: date) -> int | None:
    """Return full years on `day` of somebody born on a partial date; None if nothing is known.

    An unknown month or day counts as the last possible one, so nobody is made older than he is.
    """
    if not is_partial_date(birth):
        return None
    year, month, last = int(birth[:4]), int(birth[5:7] or 12), int(birth[8:10] or 31)
    return day.year - year - ((day.month, day.day) < (month, last))


def show_date(value: str) -> str:
    """Return a partial ISO date as people write it: 1953年7月6日."""
    if not is_partial_date(value):
        return value
    parts = [int(part) for part in value.split("-")]
    return "".join(f"{part}{unit}" for part, unit in zip(parts, "年月日", strict=False))
