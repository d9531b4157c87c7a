"""The numbers a report asks for: pure counts over people, each with its rule and the names behind it.

A number that cannot name its people cannot be defended in an inspection (`domain.md` section 8, item 15), so a
part of a figure holds ids, never a bare count.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from desktop.domain.ages import AgeBand, CertState, band_on, cert_state, honoured_in
from desktop.domain.codes import code_list
from desktop.domain.dates import age_on

IN_CARE = "1"
MEMBERS = frozenset({"01", "02"})  # full and probationary members
PEOPLE_PER_WORKER = 2000  # 0.5 per mille (`domain.md` F43)
ELDERLY = 80
_BANDS = ((0, 60), (60, 70), (70, 80), (80, 90), (90, 100), (100, 200))
_MOST_ENTERPRISES = 30
_MONTHS = 12
_FRESH_MONTHS = 12
_COMPUTED_TAG = "T01"  # 高龄 follows from the birth date and is never stored
UNKNOWN = "（未填）"
_CERT_NAMES = {
    CertState.OVERDUE: "已超期", CertState.IN_30: "30 天内到期", CertState.IN_60: "31—60 天到期",
    CertState.IN_90: "61—90 天到期", CertState.FINE: "90 天以后到期", CertState.NEVER: "从未认证",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """One person as the figures see it; dates as ISO text, '' where nothing is known."""

    id: str
    person_no: str = ""
    name: str = ""
    sex: str = ""
    birth: str = ""
    home_org: str = ""
    ent_name: str = ""
    ent_level: str = ""
    political: str = ""
    retire_kind: str = ""
    education: str = ""
    handover_state: str = ""
    manage_state: str = ""
    verified_on: str = ""
    cert_last: str = ""
    join_date: str = ""
    death_date: str = ""
    registered_on: str = ""
    left_on: tuple[str, ...] = ()  # days of moving out
    changed_in: tuple[str, ...] = ()  # months in which something known of the person changed
    is_ours: bool = True  # False once the person was moved to another unit: only counted in what happened
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One number: what it is called and who is counted in it."""

    label: str
    people: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many people it counts."""
        return len(self.people)


@dataclass(frozen=True, slots=True)
class Figure:
    """A question answered in parts: its rule says who is asked about and how the parts are told apart."""

    key: str
    title: str
    rule: str
    parts: tuple[Part, ...]
    asked: int  # how many people the shares are taken of

    def share(self, part: Part) -> float:
        """Return a part's share of those asked about, 0 to 1."""
        return part.count / self.asked if self.asked else 0.0


def workers_needed(people: int) -> int:
    """Return how many community workers so many retirees need: one for each 2,000 begun (`domain.md` F43)."""
    return math.ceil(people / PEOPLE_PER_WORKER)


def figures(
    people: Sequence[Counted], *, day: date, orgs: Mapping[str, str], bands: Sequence[AgeBand] = ()
) -> list[Figure]:
    """Return every figure at a day; `orgs` names organisations by code, `bands` are the old-age bands of the street."""
    ours = [one for one in people if one.is_ours]
    cared = [one for one in ours if one.manage_state == IN_CARE]
    found = [
        _overview(cared, day),
        _by("state", "管理状态", "登记库里的全部人员，按管理状态分", ours, _coded("manage_state", "manage_state")),
        _by("org", "各社区人数", "在管人员，按所属社区分", cared, lambda one: orgs.get(one.home_org, one.home_org)),
        _by("sex", "性别", "在管人员，按性别分", cared, _coded("sex", "sex")),
        _ages(cared, day),
        _old_age(cared, day, bands),
        _enterprises(cared),
        _tags(cared, day),
        _party(cared),
    ]
    for key, title in (
        ("ent_level", "企业隶属"), ("retire_kind", "退休类别"), ("education", "文化程度"),
        ("handover_state", "移交进度"),
    ):  # fmt: skip
        found.append(_by(key, title, f"在管人员，按{title}分", cared, _coded(key, key)))
    return [*found, _verified(cared, day), _certified(cared, day), _honoured(cared, day), *_flows(people, day)]


def _overview(cared: Sequence[Counted], day: date) -> Figure:
    """Return the numbers every report begins with."""
    old = [one for one in cared if (age_on(one.birth, day) or 0) >= ELDERLY]
    parts = [("在管人数", cared), (f"{ELDERLY} 岁以上", old), ("男", [one for one in cared if one.sex == "1"]),
             ("女", [one for one in cared if one.sex == "2"]),
             ("中共党员（含预备）", [one for one in cared if one.political in MEMBERS])]  # fmt: skip
    for code in ("T03", "T04", "T02", "T06", "T13"):
        parts.append((code_list("care_tag").label_of(code), [one for one in cared if code in one.tags]))
    rule = (
        f"管理状态为“在管”的人；年龄按 {day.isoformat()} 的周岁；按 0.5‰ 应配工作人员 {workers_needed(len(cared))} 名"
    )
    return Figure("overview", "总览", rule, tuple(Part(label, _ids(who)) for label, who in parts), len(cared))


def _ids(people: Iterable[Counted]) -> tuple[str, ...]:
    return tuple(one.id for one in people)


def _coded(attribute: str, codes: str) -> Callable[[Counted], str]:
    return lambda one: code_list(codes).label_of(str(getattr(one, attribute)))


def _by(key: str, title: str, rule: str, people: Sequence[Counted], label: Callable[[Counted], str]) -> Figure:
    """Return people told apart by a label, the largest part first, the unknown last."""
    groups: dict[str, list[str]] = {}
    for one in people:
        groups.setdefault(label(one) or UNKNOWN, []).append(one.id)
    order = sorted(groups, key=lambda name: (name == UNKNOWN, -len(groups[name]), name))
    return Figure(key, title, rule, tuple(Part(name, tuple(groups[name])) for name in order), len(people))


def _ages(cared: Sequence[Counted], day: date) -> Figure:
    """Return people by age band, youngest first; who has no birth date is counted apart."""
    groups: dict[str, list[str]] = {name: [] for name in (*(_band_name(*band) for band in _BANDS), UNKNOWN)}
    for one in cared:
        age = age_on(one.birth, day)
        band = next((band for band in _BANDS if age is not None and band[0] <= age < band[1]), None)
        groups[_band_name(*band) if band else UNKNOWN].append(one.id)
    rule = f"在管人员，按 {day.isoformat()} 的周岁分；出生日期以证件为准，没有的按档案"
    parts = tuple(Part(name, tuple(who)) for name, who in groups.items() if who or name != UNKNOWN)
    return Figure("age", "年龄", rule, parts, len(cared))


def _old_age(cared: Sequence[Counted], day: date, bands: Sequence[AgeBand]) -> Figure:
    """Return the old by the street's own bands in force on the day, the highest first."""
    groups: dict[str, list[str]] = {}
    for band in sorted(bands, key=lambda one: -one.from_age):
        groups.setdefault(band.name, [])
    for one in cared:
        found = band_on(one.birth, bands, day)
        if found is not None:
            groups[found.name].append(one.id)
    rule = f"在管人员，按“系统设置”里 {day.isoformat()} 有效的高龄档次和当天的周岁分；占比为占在管人数"
    return Figure("band", "高龄档次", rule, tuple(Part(name, tuple(who)) for name, who in groups.items()), len(cared))


def _band_name(low: int, high: int) -> str:
    if low == 0:
        return f"不满 {high} 岁"
    return f"{low}—{high - 1} 岁" if high < _BANDS[-1][1] else f"{low} 岁以上"


def _enterprises(cared: Sequence[Counted]) -> Figure:
    """Return people by former enterprise; the many small ones are put together."""
    whole = _by("enterprise", "原单位", "", cared, lambda one: one.ent_name)
    parts = whole.parts
    if len(parts) > _MOST_ENTERPRISES:
        rest = tuple(person for part in parts[_MOST_ENTERPRISES:] for person in part.people)
        parts = (*parts[:_MOST_ENTERPRISES], Part(f"其余 {len(parts) - _MOST_ENTERPRISES} 家", rest))
    rule = f"在管人员，按原单位分，人数最多的 {_MOST_ENTERPRISES} 家逐一列出"
    return Figure("enterprise", "原单位", rule, parts, len(cared))


def _tags(cared: Sequence[Counted], day: date) -> Figure:
    """Return people by care tag; one person may be in several parts."""
    groups: dict[str, list[str]] = {}
    for one in cared:
        tags = set(one.tags) - {_COMPUTED_TAG}
        if (age_on(one.birth, day) or 0) >= ELDERLY:
            tags.add(_COMPUTED_TAG)
        for tag in tags:
            groups.setdefault(tag, []).append(one.id)
    order = sorted(groups, key=lambda tag: (-len(groups[tag]), tag))
    parts = tuple(Part(code_list("care_tag").label_of(tag), tuple(groups[tag])) for tag in order)
    rule = f"在管人员当天有效的关爱标签，一人可有几项；“高龄”按满 {ELDERLY} 周岁计算，不看标签"
    return Figure("tag", "关爱类别", rule, parts, len(cared))


def _party(cared: Sequence[Counted]) -> Figure:
    whole = _by("party", "党员占比", "", cared, lambda one: _party_name(one.political))
    rule = "在管人员，政治面貌为中共党员或预备党员的算党员；各地公布的党员占比多在 24%—31%，相差很多时请核对政治面貌"
    return Figure("party", whole.title, rule, whole.parts, whole.asked)


def _party_name(political: str) -> str:
    return "" if not political else "党员" if political in MEMBERS else "非党员"


def _verified(cared: Sequence[Counted], day: date) -> Figure:
    since = months_before(day, _FRESH_MONTHS)
    names = {2: f"{_FRESH_MONTHS} 个月内核对过", 1: f"超过 {_FRESH_MONTHS} 个月", 0: "从未核对"}

    def label(one: Counted) -> str:
        return names[0 if not one.verified_on else 2 if one.verified_on >= since else 1]

    return _by("verified", "信息核对", f"在管人员，按最近一次信息核对的日期分，{since} 起算 12 个月内", cared, label)


def _certified(cared: Sequence[Counted], day: date) -> Figure:
    """Return people by how urgent their next certification is, the most urgent first (`domain.md` F23)."""
    groups: dict[CertState, list[str]] = {state: [] for state in _CERT_NAMES}
    for one in cared:
        groups[cert_state(one.cert_last, day)].append(one.id)
    rule = f"在管人员，按 {day.isoformat()} 离到期的天数分；到期日 = 最近认证日 + 12 个月 − 1 天（两种说法取早的一天）"
    parts = tuple(Part(_CERT_NAMES[state], tuple(who)) for state, who in groups.items())
    return Figure("cert", "资格认证到期", rule, parts, len(cared))


def _honoured(cared: Sequence[Counted], day: date) -> Figure:
    """Return members who may be given 光荣在党50年 this year, and who may next year for the first time."""
    members = [one for one in cared if one.political in MEMBERS]
    now = [one for one in members if honoured_in(one.join_date, day.year)]
    held = set(_ids(now))
    soon = [one for one in members if one.id not in held and honoured_in(one.join_date, day.year + 1)]
    blank = [one for one in members if not one.join_date]
    parts = ((f"{day.year} 年 7 月 1 日满 50 年", now), (f"{day.year + 1} 年 7 月 1 日将满 50 年", soon),
             ("党员，没有入党时间", blank))  # fmt: skip
    rule = "在管的中共党员（含预备），入党时间到当年 7 月 1 日满 50 周年；只知年、月的按最晚的一天算；占比为占党员人数"
    return Figure("honour", "光荣在党50年", rule, tuple(Part(name, _ids(who)) for name, who in parts), len(members))


def _flows(people: Sequence[Counted], day: date) -> list[Figure]:
    """Return who came, died and left in each of the last twelve months, the newest month first."""
    months = [months_before(day, back)[:7] for back in range(_MONTHS)]
    registered = [(one.registered_on, one) for one in people]
    died = [(one.death_date, one) for one in people]
    left = [(on, one) for one in people for on in one.left_on]
    changed = [(month, one) for one in people for month in one.changed_in]
    return [
        _monthly("new", "每月新增", "按登记到本库的月份", months, registered),
        _monthly("died", "每月去世", "按死亡日期的月份", months, died),
        _monthly("left", "每月转出", "按状态变动中“转出”的日期，或转移单办结的日期", months, left),
        _monthly(
            "changed", "每月信息变动", "当月改过本人信息、电话、联系人或关爱标签的人，一人一月计一次", months, changed
        ),
    ]


def _monthly(key: str, title: str, rule: str, months: Sequence[str], events: Iterable[tuple[str, Counted]]) -> Figure:
    groups: dict[str, list[str]] = {month: [] for month in months}
    for on, one in events:
        if on[:7] in groups:
            groups[on[:7]].append(one.id)
    parts = tuple(Part(month, tuple(groups[month])) for month in months)
    return Figure(key, title, f"{rule}，最近 {_MONTHS} 个月", parts, sum(part.count for part in parts))


def months_before(day: date, months: int) -> str:
    """Return the same day some months earlier as ISO text, the month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in range(day.day, day.day - 4, -1):
        try:
            return date(year, month + 1, last).isoformat()
        except ValueError:
            continue
    return date(year, month + 1, 28).isoformat()
