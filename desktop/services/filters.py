"""Filters in the users' words: what can be asked, rows of field, sign and value, and what the store reads of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from desktop.domain.codes import code_list
from desktop.domain.conditions import EMPTY, Condition, FilterRow, groups_of, read_rows, sign_word, signs_of, values_of
from desktop.domain.dates import read_date
from desktop.domain.dictionary import PERSON
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Field, Kind, Value
from desktop.domain.org_tree import OrgTree
from desktop.domain.permissions import READ_HOUSE
from desktop.domain.sight import HIDDEN
from desktop.services.station import Station
from desktop.store import conditions, people
from desktop.store.people import PeopleFilter

_YES, _NO = ("是", "有", "1"), ("否", "无", "没有", "0")
_AGO = re.compile(r"(\d{1,4})\s*(天|个月|月|年)前")
_MOST_YEARS = 3  # digits of an age


@dataclass(frozen=True, slots=True)
class Asked:
    """Something a filter can ask about: a person's field, or what is reckoned from it or hangs on it."""

    key: str
    label: str
    group: str
    kind: Kind
    codes: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def signs(self) -> tuple[str, ...]:
        """The signs that make sense, the usual one first."""
        return signs_of(self.kind)


_RECKONED = (
    Asked(conditions.AGE, "年龄", "常用", Kind.INT),
    Asked(conditions.TAG, "标签", "常用", Kind.CODES, "care_tag", ("关爱类别",)),
    Asked(conditions.PHONE, "电话", "常用", Kind.PHONE, "", ("手机", "联系电话")),
    Asked(conditions.VISITED, "最近走访", "常用", Kind.DATE),
)


def askable(collected: frozenset[str] | None = None) -> list[Asked]:
    """Return what a filter can ask about, in dictionary order; only fields that are collected, if given."""
    fields = [
        _of_field(one)
        for one in PERSON.fields
        if not one.hidden and one.kind not in {Kind.RECORD, Kind.IMAGE} and (collected is None or one.key in collected)
    ]
    return [*_RECKONED, *fields]


def askable_by(station: Station, seen: frozenset[str]) -> list[Asked]:
    """Return what this user may ask about; `seen` are the fields they see (`catalogue.seen_fields`)."""
    sight = station.vault.sight
    born = any(sight.of_field(*one) == HIDDEN for one in conditions.BORN_OF)
    kinds = {conditions.TAG: "tag", conditions.PHONE: "phone", conditions.VISITED: "visit"}
    unseen = {key for key, kind in kinds.items() if sight.of_kind(kind) == HIDDEN}
    unseen |= {conditions.AGE} if born else set()
    return [one for one in askable(seen) if one.key not in unseen]


def _of_field(one: Field) -> Asked:
    return Asked(one.key, one.label, one.group, one.kind, one.codes, one.synonyms)


def asked_named(name: str) -> Asked:
    """Return what is asked about by its key, label or a synonym; raises InvalidValueError."""
    for one in (*_RECKONED, *(_of_field(field) for field in PERSON.fields)):
        if name in (one.key, one.label, *one.synonyms):
            return one
    raise InvalidValueError("filter", f"没有“{name}”这一项", "请用字段名称，例如 性别、原单位")


def parse_filter(text: str, *, station: Station) -> PeopleFilter:
    """Return the filter a line says: `管理状态=在管;年龄>=80 或者 标签=独居空巢|孤寡`.

    A condition is a field's key or label, a sign (`=` `!=` `~` `!~` `^=` `>=` `<=` `>` `<`, or in words
    between spaces, as 不小于) and values joined by `|`; `字段=空` asks for what is not filled in.
    `年龄`, `标签`, `电话` and `最近走访` are asked like fields; days may be said as `12个月前`. Conditions
    are joined by `;` or 并且; 或者 begins an alternative. A part without a sign is searched for.
    Raises InvalidValueError.
    """
    rows = read_rows(text)
    orgs = _orgs(station) if any(row.field for row in rows) else None
    groups = tuple(tuple(_condition(row, station.today(), orgs) for row in group) for group in groups_of(rows))
    return PeopleFilter(any_of=groups, day=station.today().isoformat())


def _orgs(station: Station) -> OrgTree:
    with station.vault.reading(READ_HOUSE) as connection:
        orgs, aliases = people.records_of(connection, "org"), people.records_of(connection, "org_alias")
    return OrgTree.of_records([one.values for one in orgs], [one.values for one in aliases])


def _condition(row: FilterRow, today: date, orgs: OrgTree | None) -> Condition:
    """Return one row as the store reads it; raises InvalidValueError."""
    if not row.field or orgs is None:
        return Condition(conditions.WORDS, "~", (row.value,))
    asked = asked_named(row.field)
    if row.sign not in asked.signs and not (asked.kind is Kind.CODES and row.sign == "~"):
        raise InvalidValueError("filter", f"“{asked.label}”不能用“{row.sign}”来筛选", "请换一个条件")
    if row.sign.endswith(EMPTY):
        return Condition(asked.key, row.sign)
    words = values_of(row.value)
    if not words:
        raise InvalidValueError("filter", f"“{asked.label}”后面没有写要找什么", "请填写，或用“为空”")
    if asked.kind is Kind.BOOL and words[0] in _NO:
        return Condition(asked.key, "!=" if row.sign == "=" else "=", (1,))  # what is not filled in is not so
    values = [value for word in words for value in _stored(asked, word, today, orgs)]
    return Condition(asked.key, "=" if asked.kind is Kind.CODES and row.sign == "~" else row.sign, tuple(values))


def _stored(asked: Asked, word: str, today: date, orgs: OrgTree) -> Sequence[Value]:
    """Return a word as the register stores it; a unit stands for all below it."""
    if asked.kind in {Kind.CODE, Kind.CODES}:
        return [_code(asked, word)]
    if asked.kind is Kind.ORG:
        code = orgs.words().get(word, word)
        return sorted({code, *orgs.below(code)})
    if asked.kind is Kind.BOOL:
        if word not in _YES:
            raise InvalidValueError("filter", f"“{asked.label}”只能是“是”或“否”", "请改成“是”或“否”")
        return [1]
    if asked.kind is Kind.DATE:
        return [_day(asked, word, today)]
    return [_number(asked, word)] if asked.kind in {Kind.INT, Kind.MONEY} else [word]


def _code(asked: Asked, word: str) -> str:
    known = code_list(asked.codes)
    code = known.code_of(word)
    if code is None and word not in known.labels:
        some = "、".join(list(known.offered.values())[:8])
        raise InvalidValueError("filter", f"“{asked.label}”没有“{word}”这一种", f"可以写：{some}")
    return word if code is None else code


def _number(asked: Asked, word: str) -> int:
    """Return a whole number, or the 分 of an amount in 元."""
    match = re.fullmatch(r"(-?\d{1,9})(?:\.(\d{1,2}))?", word.removesuffix("岁").removesuffix("元"))
    if match is None or (match.group(2) and asked.kind is not Kind.MONEY):
        raise InvalidValueError("filter", f"“{asked.label}”要写数字，“{word}”看不懂", "例如 年龄>=80")
    if asked.kind is not Kind.MONEY:
        return int(match.group(1))
    return int(match.group(1)) * 100 + int((match.group(2) or "0").ljust(2, "0"))


def _day(asked: Asked, word: str, today: date) -> str:
    """Return a day, month or year as stored: written out, or so long before today."""
    if word in {"今天", "今日"}:
        return today.isoformat()
    if word in {"本月", "今年"}:
        return today.isoformat()[: 7 if word == "本月" else 4]
    ago = _AGO.fullmatch(word)
    if ago is not None:
        return _before(today, int(ago.group(1)), ago.group(2)).isoformat()
    read = read_date(word, recent=True)
    if not read.value:
        raise InvalidValueError(
            "filter", f"“{asked.label}”后面的日期“{word}”看不懂", "请写成 2025-11-24、2025-11 或 12个月前"
        )
    return read.value


def _before(today: date, count: int, unit: str) -> date:
    """Return the day so many days, months or years before; the last of a shorter month."""
    if unit == "天":
        return today - timedelta(days=count)
    months = max(today.year * 12 + today.month - 1 - count * (12 if unit == "年" else 1), 12)
    day = today.day
    while True:
        try:
            return date(months // 12, months % 12 + 1, day)
        except ValueError:
            day -= 1


def choices_of(asked: Asked, orgs: Mapping[str, str]) -> list[str]:
    """Return the words that may stand for the value of a coded field, a yes or no, or a unit; else nothing."""
    if asked.kind in {Kind.CODE, Kind.CODES}:
        return list(code_list(asked.codes).offered.values())
    if asked.kind is Kind.BOOL:
        return ["是", "否"]
    return list(orgs.values()) if asked.kind is Kind.ORG else []


def filter_words(expression: str) -> str:
    """Return a filter as one says it: `年龄 不小于 80，标签 是 独居空巢；或者 …`; as written if it cannot be read."""
    said: list[str] = []
    for row in read_rows(expression):
        joint = "" if not said else "；或者 " if row.either else "，"
        try:
            asked = asked_named(row.field) if row.field else None
        except InvalidValueError:
            return expression
        words = "、".join(values_of(row.value))
        said.append(
            joint
            + (f"{asked.label} {sign_word(row.sign, asked.kind)} {words}".strip() if asked else f"找“{row.value}”")
        )
    return "".join(said)
