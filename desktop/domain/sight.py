"""Who sees how much of what: one table of every group of the dictionary and every role that may see people.

A group is a group of a person's fields, or a kind of record that hangs on a person. For each role it is
shown in full, masked (shown one at a time, with a note) or not at all. What the program itself cannot do
without (the name, the number, the community, the state) is never veiled. `store/veils.py` keeps the rule:
a value leaves the vault as this table says, whichever service asked for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from desktop.domain.dictionary import KINDS, PERSON, grouped
from desktop.domain.fields import Field, Kind, Value

FULL, MASKED, HIDDEN = "full", "masked", "hidden"
LEVELS = {FULL: "完整显示", MASKED: "遮挡（可逐个显示）", HIDDEN: "不显示"}
MEANING = {
    FULL: (
        "打开人员就能看到全部内容；列表里的证号、电话仍遮住中间几位，免得旁人看见。"
        "含敏感信息的分组，每次打开都会记下是谁看的。"
    ),
    MASKED: "重要和敏感的内容只显示开头几个字或星号；确需看时点“显示”，一次一个人，记下是谁看的。",
    HIDDEN: "看不到，也不能用来筛选、排序和查找；打印、导出里也没有。姓名、编号、所属社区和状态总是看得到。",
}
SEERS = {"clerk": "录入员", "supervisor": "主管"}  # the roles that may see people
MASK = "***"
IMPORTANT, SENSITIVE = 3, 4  # levels of privacy in the dictionary (`domain.md` section 1)

# What every list, route and merge stands on.
_ALWAYS = frozenset({"person_no", "name", "home_org", "manage_state", "alive_state", "handover_state"})
_LINKS = frozenset({Kind.RECORD})
# Names stay names: former ones are found by, and belong to the name.
_CHILDREN = (
    "phone", "contact", "tag", "visit", "old_id", "insurance", "party", "file_loan", "consent", "rights_request",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SightGroup:
    """One line of the table: a group of a person's fields, or a kind of record."""

    key: str  # the group's or the kind's Chinese name: what the table is kept by
    kind: str
    fields: tuple[Field, ...]

    @property
    def is_sensitive(self) -> bool:
        """True if it holds sensitive personal information."""
        return any(one.privacy >= SENSITIVE for one in self.fields)

    @property
    def guarded(self) -> tuple[Field, ...]:
        """The fields a mask covers."""
        return tuple(one for one in self.fields if one.privacy >= IMPORTANT)

    def shipped(self, role: str) -> str:
        """Return the level a role has unless a supervisor chose another: what is important is masked from clerks."""
        return MASKED if role == "clerk" and self.guarded else FULL


def _groups() -> tuple[SightGroup, ...]:
    of_person = [SightGroup(key, PERSON.key, tuple(fields)) for key, fields in grouped(PERSON.fields).items()]
    return (*of_person, *(SightGroup(KINDS[key].label, key, KINDS[key].fields) for key in _CHILDREN))


GROUPS: tuple[SightGroup, ...] = _groups()
BY_KEY: dict[str, SightGroup] = {one.key: one for one in GROUPS}
_OF_FIELD: dict[tuple[str, str], str] = {(one.kind, field.key): one.key for one in GROUPS for field in one.fields}


def group_of(kind: str, key: str) -> str:
    """Return the name of the group a field belongs to, '' if no level is kept for it."""
    return _OF_FIELD.get((kind, key), "")


@dataclass(frozen=True, slots=True)
class Sight:
    """What one role sees: the level of every group; a group that is not named is shown in full."""

    levels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """True if nothing is veiled."""
        return all(level == FULL for level in self.levels.values())

    @property
    def revealed(self) -> "Sight":
        """What is seen once it was asked for and noted: masked groups in full, hidden ones not."""
        return _sight(tuple((key, FULL if level == MASKED else level) for key, level in sorted(self.levels.items())))

    def of_kind(self, kind: str) -> str:
        """Return the level of a kind of record that hangs on a person."""
        return self.levels.get(KINDS[kind].label, FULL) if kind in _CHILDREN else FULL

    def of_field(self, kind: str, key: str) -> str:
        """Return how a field is shown: in full, masked or hidden."""
        level = self.levels.get(group_of(kind, key), FULL)
        if level == FULL or key not in KINDS[kind].by_key or (kind == PERSON.key and key in _ALWAYS):
            return FULL
        one = KINDS[kind].by_key[key]
        if one.kind in _LINKS or one.hidden or (kind == PERSON.key and one.privacy == 1):
            return FULL
        if level == MASKED and one.privacy < IMPORTANT:
            return FULL
        return level

    def veil(self, kind: str, key: str, value: Value) -> Value:
        """Return a field's value as this role may see it: None where it is hidden."""
        if value is None or kind not in KINDS or key not in KINDS[kind].by_key:
            return value
        level = self.of_field(kind, key)
        if level == HIDDEN:
            return None
        return mask(KINDS[kind].by_key[key], value) if level == MASKED else value

    def veiled(self, kind: str) -> dict[str, str]:
        """Return the fields of a kind that are not shown in full, with their level."""
        found = {one.key: self.of_field(kind, one.key) for one in KINDS[kind].fields}
        return {key: level for key, level in found.items() if level != FULL}


OPEN = Sight()


@lru_cache(maxsize=16)
def _sight(levels: tuple[tuple[str, str], ...]) -> Sight:
    return Sight(dict(levels))


def sight_of(role: str, chosen: Mapping[tuple[str, str], str], *, as_before: bool = False) -> Sight:
    """Return what a role sees: the levels chosen for (group, role), else the shipped ones.

    `as_before`: of a register that is older than this table, in which clerks went on seeing everything. A role
    that sees no people at all has no levels.
    """
    if role not in SEERS:
        return OPEN
    levels = {one.key: chosen.get((one.key, role)) or (FULL if as_before else one.shipped(role)) for one in GROUPS}
    return _sight(tuple(sorted(levels.items())))


def mask(one: Field, value: Value) -> Value:
    """Return a value with what is important left out: never the whole of it.

    Ids keep their first six and last four characters, phones three and four, longer texts two, names one;
    codes, days, amounts and everything sensitive keep nothing.
    """
    text = str(value)
    if one.privacy >= SENSITIVE or one.kind not in {Kind.TEXT, Kind.NOTE, Kind.ID_NUMBER, Kind.PHONE}:
        return MASK
    if one.kind is Kind.PHONE and len(text) >= _LONG_PHONE:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    if len(text) >= _LONG_ID and (one.kind is Kind.ID_NUMBER or text[: _LONG_ID - 1].isdigit()):
        return text[:6] + "*" * (len(text) - 10) + text[-4:]
    if len(text) <= 1:
        return MASK
    return text[: 2 if len(text) > _SHORT else 1] + MASK


_SHORT = 4  # of a name one character is shown
_LONG_PHONE, _LONG_ID = 10, 15


def is_mask(one: Field, value: Value, stored: Value) -> bool:
    """True if a value is nothing but the mask of what is stored: what a form shows, not what somebody typed."""
    return isinstance(value, str) and MASK in value and stored is not None and value == mask(one, stored)
