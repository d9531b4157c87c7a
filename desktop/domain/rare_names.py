"""Names with a character that could not be typed, and what it may be (`domain.md` section 5, case 52).

People write such a character as □ or ?, as its reading (张ya), or as its parts: 张(左王右仓), 张【上吉下吉】,
张[王+仓].
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from desktop.domain.names import match_key
from desktop.domain.resources import resource_path

REASONS = ("姓名里有打不出来的字", "姓名里夹着拼音、数字或说明")
_SIDES = {"左": "左右", "上": "上下"}
_PLACE = re.compile(
    r"[(（\[【{「]?\s*(?:(左|上)边?([^右下()（）\[\]【】]{1,6}?)(?:右|下)边?([^()（）\[\]【】]{1,6}?)"
    r"|([\u2e80-\U0003ffff])\s*[+＋]\s*([\u2e80-\U0003ffff]))\s*(?:[)）\]】}」]|$)"
    r"|[(（\[【{「]?\s*([A-Za-züÜ]{1,6})[1-5]?\s*[)）\]】}」]?|([□?？\ufffd]+)"
)
_RADICALS = str.maketrans({"亻": "人", "氵": "水", "忄": "心", "扌": "手", "钅": "金", "讠": "言", "纟": "丝",
                           "糸": "丝", "礻": "示", "衤": "衣", "饣": "食", "犭": "犬", "艸": "艹", "草": "艹",
                           "⺮": "竹", "玊": "王"})  # fmt: skip
_SIDE_WORDS = (
    "三点水=水 单人旁=人 单立人=人 草字头=艹 竹字头=竹 宝盖头=宀 宝盖=宀 雨字头=雨 王字旁=王 斜玉旁=王 木字旁=木 "
    "金字旁=金 女字旁=女 火字旁=火 日字旁=日 言字旁=言 绞丝旁=丝 竖心旁=心 提手旁=手 四点底=灬 耳刀旁=阝"
)
_NAMED = dict(pair.split("=") for pair in _SIDE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Gap:
    """One character of a name that is not there: its reading or its parts, if they were written."""

    reading: str = ""
    parts: tuple[str, ...] = ()  # 左右 or 上下 ('' if not said), then the two parts


@dataclass(frozen=True, slots=True)
class GappedName:
    """A name as pieces: characters that are there, and gaps."""

    pieces: tuple[str | Gap, ...]

    @property
    def gaps(self) -> list[Gap]:
        """The characters that are missing."""
        return [one for one in self.pieces if isinstance(one, Gap)]

    def filled(self, character: str) -> str:
        """Return the name with its one gap filled."""
        return "".join(character if isinstance(one, Gap) else one for one in self.pieces)

    def fits(self, name: str) -> bool:
        """Return True for a whole name that has the same characters where this one has any."""
        plain = match_key(name)
        pattern = "".join("." if isinstance(one, Gap) else re.escape(match_key(one)) for one in self.pieces)
        known = sum(len(one) for one in self.pieces if isinstance(one, str))
        return known > 0 and re.fullmatch(pattern, plain) is not None


@lru_cache(maxsize=1024)
def gaps_of(name: str) -> GappedName | None:
    """Return a name as pieces if characters of it are missing, None for a whole one or one without any character."""
    pieces: list[str | Gap] = []
    at = 0
    for found in _PLACE.finditer(name):
        pieces += [name[at : found.start()]]
        side, first, second, plus_first, plus_second, reading, lost = found.groups()
        at = found.end()
        if reading:
            pieces.append(Gap(reading.lower().replace("ü", "v")))
        elif lost:
            pieces += [Gap()] * len(lost)
        else:
            pieces.append(
                Gap(parts=(_SIDES.get(side or "", ""), _part(first or plus_first), _part(second or plus_second)))
            )
    pieces.append(name[at:])
    whole = [piece for one in pieces for piece in (_private(one) if isinstance(one, str) else [one])]
    has_text = any(isinstance(one, str) for one in whole)
    return GappedName(tuple(whole)) if has_text and any(isinstance(one, Gap) for one in whole) else None


def _private(text: str) -> list[str | Gap]:
    """Return a text cut at characters of the private use area, which only one font knew."""
    return [Gap() if unicodedata.category(one) == "Co" else one for one in text]


def _part(text: str) -> str:
    plain = text.strip().removesuffix("字")
    return _NAMED.get(plain, plain.translate(_RADICALS))


def by_parts(parts: Sequence[str]) -> list[str]:
    """Return the characters made of two parts, those described in the same way first."""
    way, *wanted = parts
    found = [
        (other != way, character)
        for character, forms in _table()["items"].items()
        for other, *held in forms
        if [_part(one) for one in held] == wanted and (not way or other == way)
    ]
    return list(dict.fromkeys(character for _, character in sorted(found)))


def usual_characters() -> Mapping[str, int]:
    """Return the characters of given names people use most, with their rank."""
    return _ranks()


@lru_cache(maxsize=1)
def _ranks() -> dict[str, int]:
    return {character: rank for rank, character in enumerate(_table()["usual"])}


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, list[list[str]]]]:
    found: dict[str, dict[str, list[list[str]]]] = json.loads(
        resource_path("characters", "parts.json").read_text(encoding="utf-8")
    )
    return found
