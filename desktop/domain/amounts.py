"""Amounts of money as rosters write them (`domain.md` section 5, case 67)."""

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {
    c: n
    for n, cs in enumerate(("〇零○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in cs
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_PLAIN = re.compile(r"[¥￥]?(\d{1,12}(?:\.\d{1,6})?)(?:元|块)?(?:整|正)?(?:/月|每月|/年|每年|元/月)?")
_ABOUT = re.compile(r"^(大约|约|近)|(左右|上下|多|余)$")


@dataclass(frozen=True, slots=True)
class AmountReading:
    """An amount in 分, and whether it was only about so much."""

    fen: int
    approximate: bool = False


def read_amount(text: str) -> AmountReading | None:
    """Return the amount a cell says, None if it says none: `3,256.40元`, `约3200`, `叁仟贰佰`."""
    plain = "".join(unicodedata.normalize("NFKC", text).replace(",", "").split())
    bare = _ABOUT.sub("", plain)
    match = _PLAIN.fullmatch(bare)
    if match is not None:
        return AmountReading(round(float(match.group(1)) * 100), bare != plain)
    yuan = _chinese(re.sub(r"(元|圆)(整|正)?$", "", bare))
    return None if yuan is None else AmountReading(yuan * 100, bare != plain)


def _chinese(text: str) -> int | None:
    """Return a whole number below a hundred million in Chinese numerals, None if it is none."""
    if not text or any(c not in _DIGITS and c not in _UNITS and c != "万" for c in text):
        return None
    high, _, low = text.rpartition("万")
    total = 0
    for part, factor in ((high, 10_000), (low, 1)):
        total += _below_ten_thousand(part) * factor
    return total


def _below_ten_thousand(text: str) -> int:
    total = 0
    digit: int | None = None
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[character]
            digit = None
    return total + (digit or 0)
