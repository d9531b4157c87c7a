"""Who receives a person (`domain.md` F5): 长期居住地, then 户籍所在地, then 企业所在地, against the tree.

Addresses name one place in three styles (西安市长安区王寺街道, 咸阳市秦都区沣东街办, 西咸新区沣东新城…:
case 66), so the text is searched for the names of our units, whatever stands before them.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache

from desktop.domain.org_tree import COMMUNITY, STREET, OrgTree, OrgUnit, flat, spellings

BY_LIVING, BY_HUKOU, BY_ENTERPRISE, BY_HAND = "1", "2", "3", "9"
_SOURCES = {BY_LIVING: "长期居住地", BY_HUKOU: "户籍所在地", BY_ENTERPRISE: "企业所在地"}
_ELSEWHERE = frozenset({"2", "3", "4"})  # live_class: another pension area, another province, abroad
_KEPT = 4096  # texts whose units are kept: a roster names few enterprises, and each text is asked several times
_STEP = re.compile(r"[^省市区县州旗盟]{2,10}?(?:特别行政区|自治区|自治州|自治县|省|市|区|县|州|旗|盟)")
_NO_PLACE = (
    "社区",
    "小区",
    "园区",
    "校区",
    "厂区",
    "院区",
    "生活区",
    "家属区",
    "住宅区",
    "南区",
    "北区",
    "东区",
    "西区",
)


class Verdict(Enum):
    """What the rule says."""

    FOUND = "found"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of where a person belongs: texts, and the code of 居住地类别."""

    living: str = ""
    hukou: str = ""
    enterprise: str = ""
    live_class: str = ""


@dataclass(frozen=True, slots=True)
class Receiving:
    """The unit that receives a person, on which basis, and why, in Chinese."""

    verdict: Verdict
    org: str = ""
    basis: str = ""
    why: str = ""


class Matcher:
    """Finds the unit an address names. Made once for a tree and a day."""

    def __init__(self, tree: OrgTree, *, day: date, around: Collection[str] = ()) -> None:
        self.tree = tree
        self._around = tuple(around)
        self._words: list[tuple[str, str]] = []
        for unit in tree.units.values():
            code = tree.successor(unit.code)
            if code == unit.code and not unit.is_open(day):
                continue
            for name in unit.names():
                self._words += [(word, code) for word in spellings(name)]
        self._words = [(word, code) for word, code in dict.fromkeys(self._words) if len(word) > 1]
        self._hits = lru_cache(_KEPT)(self._hits_anew)
        self._unit = lru_cache(_KEPT)(self._unit_anew)

    def hits(self, text: str) -> Mapping[str, str]:
        """Return the units a text names, each with the longest word that names it."""
        return self._hits(text)

    def _hits_anew(self, text: str) -> Mapping[str, str]:
        plain = flat(text)
        found: dict[str, str] = {}
        for word, code in self._words:
            if word in plain and len(word) > len(found.get(code, "")):
                found[code] = word
        return found

    def unit_of(self, text: str) -> tuple[OrgUnit | None, str]:
        """Return the unit an address means and the word that says so; (None, why) if there is none.

        The deepest unit wins, then the longest word; a unit under a street the address names beats one
        under another. Two units that are as good are left to a person.
        """
        return self._unit(text)

    def _unit_anew(self, text: str) -> tuple[OrgUnit | None, str]:
        hits = self.hits(text)
        ranked = sorted(((self._rank(code, hits), code) for code in hits), reverse=True)
        if not ranked:
            return None, ""
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
            names = "、".join(sorted(self.tree.path(code) for rank, code in ranked if rank == ranked[0][0]))
            return None, f"有同名的机构：{names}"
        best = ranked[0][1]
        return self.tree.units[best], hits[best]

    def _rank(self, code: str, hits: Mapping[str, str]) -> tuple[bool, int, int, int]:
        """Return how well a unit fits: not at odds with another named, deep, long, borne out from above."""
        above = {unit.code for unit in self.tree.ancestors(code)}
        levels = {unit.level for unit in self.tree.ancestors(code)}
        line = above | {code}
        odd = any(self.tree.units[one].level in levels and one not in line for one in hits)
        longest = all(hits[code] == word or hits[code] not in word for word in hits.values())
        return (not odd, self.tree.units[code].level if longest else 0, len(hits[code]), len(above & set(hits)))

    def is_elsewhere(self, text: str) -> bool:
        """True if an address names a province, city or county that is not around here, and no unit of ours."""
        return not self.hits(text) and any(not step.endswith(self._around) for step in place_names(text))


def place_names(text: str) -> Iterator[str]:
    """Yield the provinces, cities and counties an address begins with; stops where it becomes a street."""
    plain = flat(text)
    while (found := _STEP.match(plain)) is not None:
        step = found.group()
        if step.endswith(_NO_PLACE) or any(one in step for one in ("路", "街道", "镇", "号", "村")):
            return
        yield step
        plain = plain[found.end() :]


def receive(places: Places, matcher: Matcher) -> Receiving:
    """Return who receives a person by the fixed order of places."""
    if places.live_class in _ELSEWHERE:
        return Receiving(Verdict.OUTSIDE, why="居住地类别写明在本统筹地区以外，不归本辖区")
    reasons: list[str] = []
    for basis, text in ((BY_LIVING, places.living), (BY_HUKOU, places.hukou), (BY_ENTERPRISE, places.enterprise)):
        label = _SOURCES[basis]
        if not text.strip():
            reasons.append(f"{label}未填")
            continue
        unit, word = matcher.unit_of(text)
        org = _receiver(matcher.tree, unit) if unit else None
        if org is not None:
            far = "" if org.level >= COMMUNITY else "，只认到街道，社区待定"
            reasons.append(f"{label}写有“{word}”，归{org.name}{far}")
            return Receiving(Verdict.FOUND, org.code, basis, "；".join(reasons))
        if basis == BY_LIVING and matcher.is_elsewhere(text):
            return Receiving(Verdict.OUTSIDE, basis=basis, why="长期居住地在外地，不归本辖区")
        reasons.append(f"{label}{word if unit is None and word else '认不出街道和社区'}")
    return Receiving(Verdict.UNKNOWN, why="；".join(reasons))


def _receiver(tree: OrgTree, unit: OrgUnit) -> OrgUnit | None:
    """Return the community of a unit, or its street; None for 新城 and above."""
    return tree.at_level(unit.code, COMMUNITY) or tree.at_level(unit.code, STREET)


def lives_apart(places: Places, matcher: Matcher) -> bool | None:
    """Return whether the hukou's street differs from the living street (人户分离); None if not known."""
    streets = []
    for text in (places.living, places.hukou):
        unit, _ = matcher.unit_of(text)
        street = matcher.tree.at_level(unit.code, STREET) if unit else None
        outside = street is None and matcher.is_elsewhere(text)
        streets.append("outside" if outside else street.code if street else "")
    if not all(streets) or streets == ["outside", "outside"]:
        return None
    return streets[0] != streets[1]
