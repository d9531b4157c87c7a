"""Which known enterprise or community another spelling may mean (`domain.md` section 5, cases 64 and 65).

Nothing is decided here: a name that is near another one is a question. Names that differ in a number, a letter, a
direction or a city (一厂 and 二厂, 东关 and 西关) are never near: such are different places with alike names.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Indel, Levenshtein

_LEGAL = re.compile(r"(?:有限责任公司|股份有限公司|有限公司|责任公司|总公司|公司|集团|股份)$")
_OFFSHOOT = re.compile(r"(?:三产|劳动服务公司|劳服公司|劳司|多种经营公司|服务公司|实业公司|大集体|集体企业)$")
_WIDE = re.compile(r"^(?:中华人民共和国|中国|国营|地方国营|陕西省|陕西)")
_BRACKETS = re.compile(r"[（(\[【]([^（）()\[\]【】]*)[）)\]】]")
_FORMER = re.compile(r"^(?:原名|原为|原|曾用名|前身是|前身为|前身|现名|现为|现)[:：]?")
_FIRM = re.compile(r"(?:厂|矿|公司|集团|局|院|所|社|店|站|部)$")
_CITIES = ("西安", "咸阳", "宝鸡", "渭南", "铜川", "延安", "榆林", "汉中", "安康", "商洛")
_TELLING = re.compile(r"[0-9A-Za-z一二三四五六七八九十百零〇两甲乙丙丁东西南北中上下前后新老大小]")
_COMMUNITY = re.compile(
    r"(?:社区居民委员会|社区居委会|居民委员会|居委会|社区|村民委员会|村委会|村|街道办事处|街道办|街办|街道|镇政府|镇)$"
)
_ALIKE = 0.79  # share of letters two names have in common, below which they are different
_LEAST_ALIKE = 5  # letters: shorter names differ too much by one
_ABBREVIATION = 2  # letters a full name has more at least
_SHORTEST = 2
_LONGEST = 100


def _flat(name: str) -> str:
    """Return a name as names are compared: full-width forms plain, no spaces."""
    return "".join(unicodedata.normalize("NFKC", name[:_LONGEST]).split())


def _core(name: str) -> str:
    """Return what is left of an enterprise's name without its legal form and the country or province before it."""
    plain = _WIDE.sub("", name)
    while len(shorter := _LEGAL.sub("", plain)) >= _SHORTEST and shorter != plain:
        plain = shorter
    return plain if len(plain) >= _SHORTEST else name


def enterprise_cores(name: str) -> list[str]:
    """Return the cores of an enterprise's name, the main one first, then those of names in its brackets."""
    plain = _flat(name)
    others = []
    for inside in _BRACKETS.findall(plain):
        former = _FORMER.sub("", inside)
        if former != inside or (_FIRM.search(inside) and len(inside) > _SHORTEST and inside != "集团公司"):
            others.append(_core(former))
    main = _BRACKETS.sub("", plain)
    return [one for one in dict.fromkeys([_core(main), *others]) if len(one) >= _SHORTEST]


def _told_apart(one: str, other: str) -> bool:
    """Return True if two names differ in what tells places with alike names apart."""
    if _TELLING.findall(one) != _TELLING.findall(other):
        return True
    cities = [{city for city in _CITIES if city in name} for name in (one, other)]
    return bool(cities[0] and cities[1] and cities[0] != cities[1])


def _is_short_for(short: str, full: str) -> bool:
    """Return True if `short` is made of letters of `full` in their order, from its first one on."""
    if len(full) - len(short) < _ABBREVIATION or short[0] != full[0] or _told_apart(short, full):
        return False
    letters = iter(full)
    return all(letter in letters for letter in short)


class EnterpriseNames:
    """The enterprises a register names, to ask which of them another spelling means."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_core: dict[str, str] = {}
        self._by_first: dict[str, list[str]] = {}
        for name in sorted(set(names)):
            self.add(name)

    def add(self, name: str) -> None:
        """Take one more name in."""
        for core in enterprise_cores(name):
            if core not in self._by_core:
                self._by_core[core] = name
                self._by_first.setdefault(core[0], []).append(core)

    def nearest(self, written: str) -> str:
        """Return the known name that `written` may mean, '' if none is near."""
        cores = enterprise_cores(written)
        for core in cores:
            own = _OFFSHOOT.sub("", core)
            for one in (core, _core(own) if len(own) >= _SHORTEST else core):
                if one in self._by_core:
                    return self._by_core[one]
        return next((found for core in cores if (found := self._alike(core) or self._short(core))), "")

    def _alike(self, core: str) -> str:
        if len(core) < _LEAST_ALIKE:
            return ""
        near = process.extract(
            core, self._by_core.keys(), scorer=Indel.normalized_similarity, score_cutoff=_ALIKE, limit=5
        )
        return next((self._by_core[one] for one, _, _ in near if not _told_apart(core, one)), "")

    def _short(self, core: str) -> str:
        """Return the only known enterprise whose abbreviation, or full name, this is."""
        found = {
            self._by_core[one]
            for one in self._by_first.get(core[0], ())
            if _is_short_for(core, one) or _is_short_for(one, core)
        }
        return found.pop() if len(found) == 1 else ""


def nearest_community(written: str, words: Mapping[str, str]) -> str:
    """Return the code of the unit a name may mean, by its stem, its end, or one letter; '' if none or several.

    `words` are the names units bear and the code each means.
    """
    plain = _flat(written)
    stem = _COMMUNITY.sub("", plain)
    if len(stem) < _SHORTEST:
        return ""
    for is_near in (_same_stem, _ends_with, _one_letter_off):
        found = {code for word, code in words.items() if word != code and is_near(plain, stem, _flat(word))}
        if len(found) == 1:
            return found.pop()
        if found:
            return ""
    return ""


def _same_stem(_plain: str, stem: str, word: str) -> bool:
    return _COMMUNITY.sub("", word) == stem


def _ends_with(plain: str, stem: str, word: str) -> bool:
    known = _COMMUNITY.sub("", word)
    return len(known) >= _SHORTEST and (stem.endswith(known) or (len(word) > len(known) and word in plain))


def _one_letter_off(_plain: str, stem: str, word: str) -> bool:
    known = _COMMUNITY.sub("", word)
    return (
        known != word and len(known) >= _SHORTEST and Levenshtein.distance(known, stem, score_cutoff=1) == 1
        and not _told_apart(known, stem)
    )  # fmt: skip


def column_of(targets: Sequence[str], key: str) -> int:
    """Return the place of the column of a person's field, 0 if there is none."""
    target = f"person.{key}"
    return targets.index(target) if target in targets else 0
