"""The organisation tree 新区→新城→街道/镇→社区→网格: built from records, independent of area codes."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from desktop.domain.codes import split_words
from desktop.domain.fields import Value

AREA, NEW_TOWN, STREET, COMMUNITY, GRID = 1, 2, 3, 4, 5
_MOST_STEPS = 20  # of unions one after the other: more is a ring
_OFFICE = ("街道办事处", "街道办", "街办", "街道")
_TOWN = ("镇人民政府", "镇政府", "镇")
_VILLAGE = ("社区居委会", "社区居民委员会", "居委会", "社区")


@dataclass(frozen=True, slots=True)
class OrgAlias:
    """Another name of a unit, and from when until when it bore it (partial dates, '' if not known)."""

    name: str
    since: str = ""
    until: str = ""

    def holds_on(self, day: date | None) -> bool:
        """True if the name was borne on `day`; without a day every name counts."""
        return day is None or in_force(self.since, self.until, day)


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """One unit of the tree."""

    code: str
    name: str
    level: int
    parent: str = ""
    since: str = ""
    until: str = ""
    became: str = ""
    aliases: tuple[OrgAlias, ...] = ()

    def is_open(self, day: date) -> bool:
        """True if the unit exists on `day`."""
        return in_force(self.since, self.until, day)

    def names(self, day: date | None = None) -> list[str]:
        """Return the unit's name and every other name it bears (on `day`, if given)."""
        return [self.name, *(alias.name for alias in self.aliases if alias.holds_on(day))]


def in_force(since: str, until: str, day: date) -> bool:
    """True if `day` lies in [since, until): a unit or name ends at the beginning of its last date."""
    text = day.isoformat()
    return (not since or since <= text) and (not until or text[: len(until)] < until)


class OrgTree:
    """Units by code. Reads never fail on rings or gaps: a package may bring half a tree."""

    def __init__(self, units: Iterable[OrgUnit]) -> None:
        self.units: dict[str, OrgUnit] = {unit.code: unit for unit in units}
        self._children: dict[str, list[str]] = {}
        for unit in self.units.values():
            above = unit.parent if unit.parent in self.units and unit.parent != unit.code else ""
            self._children.setdefault(above, []).append(unit.code)

    @classmethod
    def of_records(cls, orgs: Iterable[Mapping[str, Value]], aliases: Iterable[Mapping[str, Value]]) -> "OrgTree":
        """Return the tree of `org` and `org_alias` records; units without a code are left out."""
        named: dict[str, list[OrgAlias]] = {}
        for one in aliases:
            made = OrgAlias(_text(one, "name"), _text(one, "since"), _text(one, "until"))
            named.setdefault(_text(one, "org"), []).append(made)
        return cls(_unit(one, named) for one in orgs if one.get("code"))

    def ancestors(self, code: str) -> list[OrgUnit]:
        """Return the units above one, the nearest first; stops at a gap or a ring."""
        found: list[OrgUnit] = []
        unit = self.units.get(code)
        seen = {code}
        while unit is not None and unit.parent not in seen:
            seen.add(unit.parent)
            unit = self.units.get(unit.parent)
            if unit is not None:
                found.append(unit)
        return found

    def at_level(self, code: str, level: int) -> OrgUnit | None:
        """Return the unit itself or the one above it that has this level."""
        unit = self.units.get(code)
        return next((one for one in [unit, *self.ancestors(code)] if one is not None and one.level == level), None)

    def below(self, code: str) -> set[str]:
        """Return the codes of everything under a unit, itself included."""
        found: set[str] = set()
        waiting = [code]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self._children.get(one, [])
        return found

    def walk(self) -> Iterator[tuple[int, OrgUnit]]:
        """Yield (depth, unit), parents before children, siblings by code; units in a ring come last."""
        seen: set[str] = set()
        yield from self._walk("", 0, seen)
        for code in sorted(set(self.units) - seen):
            if code not in seen:
                seen.add(code)
                yield 0, self.units[code]

    def _walk(self, above: str, depth: int, seen: set[str]) -> Iterator[tuple[int, OrgUnit]]:
        for code in sorted(self._children.get(above, [])):
            if code not in seen:
                seen.add(code)
                yield depth, self.units[code]
                yield from self._walk(code, depth + 1, seen)

    def path(self, code: str) -> str:
        """Return the names from the top down to a unit."""
        unit = self.units.get(code)
        return "" if unit is None else " / ".join(one.name for one in [*reversed(self.ancestors(code)), unit])

    def refusal(self, *, code: str, parent: str, level: int) -> str:
        """Return in Chinese why a unit may not hang under `parent`, '' if it may."""
        if not parent:
            return ""
        above = self.units.get(parent)
        if above is None:
            return "没有这个上级机构"
        if parent == code or any(one.code == code for one in self.ancestors(parent)):
            return "上级机构不能是它自己或它的下级"
        if above.level >= level:
            return f"“{above.name}”的层级不比它高，不能做它的上级"
        below = [self.units[one] for one in self._children.get(code, [])]
        if any(one.level <= level for one in below):
            return "它的下级机构的层级不比它低"
        return ""

    def successor(self, code: str) -> str:
        """Return the code of what a unit became, through unions one after the other; itself if it still is."""
        for _ in range(_MOST_STEPS):
            unit = self.units.get(code)
            if unit is None or not unit.until or unit.became not in self.units:
                return code
            code = unit.became
        return code

    def words(self, day: date | None = None) -> dict[str, str]:
        """Return the code meant by every code and name.

        Without a day every name a unit ever bore counts, and a closed unit means what it became; with
        a day, the unit that bore the name then. A name two units bear as much means neither; a name
        of now beats an old one.
        """
        now: dict[str, set[str]] = {}
        old: dict[str, set[str]] = {}
        spelled: dict[str, set[str]] = {}  # other endings of a name: 青杨社区居委会, 王寺街办
        for unit in self.units.values():
            if day is not None and not unit.is_open(day):
                continue
            code = unit.code if day is not None else self.successor(unit.code)
            (old if code != unit.code or unit.until else now).setdefault(unit.name, set()).add(code)
            for alias in unit.aliases:
                if alias.holds_on(day):
                    old.setdefault(alias.name, set()).add(code)
            for word in spellings(unit.name):
                spelled.setdefault(word, set()).add(code)
            above = self.units.get(unit.parent)
            if above is not None:
                now.setdefault(above.name + unit.name, set()).add(code)
        found = {word: next(iter(codes)) for word, codes in spelled.items() if len(codes) == 1}
        found.update({word: next(iter(codes)) for word, codes in old.items() if len(codes) == 1})
        found = {word: code for word, code in found.items() if word not in now}
        found.update({word: next(iter(codes)) for word, codes in now.items() if len(codes) == 1})
        found.update({code: code if day is not None else self.successor(code) for code in self.units})
        return found


def spellings(name: str) -> Sequence[str]:
    """Return how a unit's name is written in addresses: 王寺街道, 王寺街办, 王寺街道办事处."""
    plain = flat(name)
    for endings in (_OFFICE, _TOWN, _VILLAGE):
        for ending in endings:
            stem = plain.removesuffix(ending)
            if stem != plain and len(stem) > 1:
                return tuple(dict.fromkeys([plain, *(stem + other for other in endings)]))
    return (plain,)


@lru_cache(maxsize=4096)  # an import asks it of the same few texts again and again
def flat(text: str) -> str:
    """Return a text as names are compared: full-width forms plain, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _unit(record: Mapping[str, Value], named: Mapping[str, Sequence[OrgAlias]]) -> OrgUnit:
    code = _text(record, "code")
    level = _text(record, "level")
    plain = [OrgAlias(word) for word in split_words(record.get("aliases"))]
    return OrgUnit(
        code, _text(record, "name"), int(level) if level.isdigit() else COMMUNITY, _text(record, "parent"),
        _text(record, "since"), _text(record, "until"), _text(record, "became"), (*plain, *named.get(code, ())),
    )  # fmt: skip


def _text(record: Mapping[str, Value], key: str) -> str:
    return str(record.get(key) or "")
