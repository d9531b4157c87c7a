"""What in the use of the register is worth a question, from where on, and who may say so."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from desktop.domain.changes import Changes
from desktop.domain.clock import LOCAL, start_of
from desktop.domain.errors import InvalidValueError
from desktop.domain.ids import new_id
from desktop.domain.permissions import READ_AUDIT, READ_HOUSE
from desktop.domain.watch import (
    AGAIN,
    CLOSES,
    GIVEN,
    LIMITS,
    OPENED,
    OPENS,
    PRINTED,
    REVEALS,
    SEARCHED,
    SENSITIVE,
    WEEKEND,
    limit_text,
    limits_of,
    read_limit,
)
from desktop.services.looking import SEEN
from desktop.services.station import Station
from desktop.store import people, privacy, tallies
from desktop.store.engine import Reading
from desktop.store.privacy import Deed, GivenLine, Noted

PERIOD_DAYS = 30
ALONE = {"second.alone": "无第二人时独自办理", "second.refused": "第二人密码不对", "login.wrong": "输错密码"}
_STAMP = "%Y-%m-%dT%H:%M:%SZ"
_SATURDAY = 5
_MOST = 100_000
_REVEAL = "reveal"
# What is counted by user and day, with the limit it is held against and what to call it.
_TALLIED = {"open": (OPENED, "大量打开人员"), "find": (SEARCHED, "大量查找"), "print": (PRINTED, "大量打印")}


@dataclass(frozen=True, slots=True)
class Unusual:
    """One thing worth a question."""

    what: str
    user: str
    day: str
    count: int
    detail: str


def unusual(station: Station, *, days: int = PERIOD_DAYS) -> list[Unusual]:
    """Return what in the last days is worth a question, the newest first.

    Off-hours, many at once (revealed, sensitive, opened, searched, printed, exported), one person again and
    again, and what was done without the second person.
    """
    station.keep_counts()
    first = station.today() - timedelta(days=days)
    since = start_of(first)
    with station.vault.reading(READ_AUDIT) as connection:
        limits = _limits(connection)
        notes = privacy.notes_since(connection, since)
        done = privacy.deeds(connection, since=since, until="9", user="", limit=_MOST)
        counts = tallies.since(connection, first.isoformat())
        given = privacy.given(connection, since=since, limit=_MOST)
    found = [
        *_off_hours(done, limits), *_many(notes, limits), *_again(notes, limits), *_alone(notes),
        *_tallied(counts, limits), *_given(given, limits),
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.day, one.user), reverse=True)


def limits(station: Station) -> dict[str, int]:
    """Return from where on use is unusual, by key (`domain/watch.py`)."""
    with station.vault.reading(READ_HOUSE) as connection:
        return _limits(connection)


def set_limit(station: Station, *, what: str, text: str) -> Changes:
    """Choose from where on something is unusual; raises NotAllowedError, InvalidValueError.

    `what` is a key or its Chinese name; `text` a number, or for the hours a time as 7:30.
    """
    key = next((one.key for one in LIMITS.values() if what.strip() in (one.key, one.label)), "")
    if not key:
        known = "、".join(one.label for one in LIMITS.values())
        raise InvalidValueError("what", f"没有“{what}”这条界线", f"可以写：{known}")
    value = read_limit(key, text)
    if value is None:
        usual = limit_text(key, LIMITS[key].shipped)
        raise InvalidValueError("value", f"“{LIMITS[key].label}”不能是“{text}”", f"例如 {usual}")
    if not _is_a_day(limits(station), key, value):
        raise InvalidValueError("value", "上班时间要早于下班时间", "请改正后再保存")
    with station.vault.unit("watch.edit", why=f"{LIMITS[key].label} {limit_text(key, value)}") as unit:
        kept = {one.values.get("what"): one.id for one in people.records_of(unit.connection, "watch_limit")}
        unit.put("watch_limit", kept.get(key) or new_id(station.ids), {"what": key, "value": value})
        return unit.commit()


def _is_a_day(now: Mapping[str, int], key: str, value: int) -> bool:
    after = {**now, key: value}
    return after[OPENS] < after[CLOSES]


def _limits(connection: Reading) -> dict[str, int]:
    chosen = {
        str(one.values.get("what")): int(str(one.values.get("value") or 0))
        for one in people.records_of(connection, "watch_limit")
    }
    return limits_of(chosen)


def _local(at: str) -> datetime:
    return datetime.strptime(at, _STAMP).replace(tzinfo=timezone.utc).astimezone(LOCAL)


def _off_hours(done: Sequence[Deed], limits: Mapping[str, int]) -> Iterator[Unusual]:
    """Yield who worked at night or on a weekend, a line a day."""
    counted: Counter[tuple[str, str]] = Counter()
    for one in done:
        at = _local(one.at)
        minute = at.hour * 60 + at.minute
        is_weekend = bool(limits[WEEKEND]) and at.weekday() >= _SATURDAY
        if is_weekend or not limits[OPENS] <= minute < limits[CLOSES]:
            counted[one.user, at.date().isoformat()] += 1
    said = f"{limit_text(OPENS, limits[OPENS])} 至 {limit_text(CLOSES, limits[CLOSES])} 以外"
    for (user, day), count in counted.items():
        yield Unusual("非工作时间", user, day, count, said + ("或周末" if limits[WEEKEND] else ""))


def _many(notes: Sequence[Noted], limits: Mapping[str, int]) -> Iterator[Unusual]:
    for action, key, what in ((_REVEAL, REVEALS, "大量查看"), (SEEN, SENSITIVE, "大量查看敏感信息")):
        counted: Counter[tuple[str, str]] = Counter()
        for one in notes:
            if one.action == action:
                counted[one.user, _local(one.at).date().isoformat()] += 1
        yield from _over(counted, limits, key, what)


def _over(counted: Mapping[tuple[str, str], int], limits: Mapping[str, int], key: str, what: str) -> Iterator[Unusual]:
    """Yield a line for every user and day above a limit."""
    for (user, day), count in counted.items():
        if count > limits[key]:
            yield Unusual(what, user, day, count, f"{LIMITS[key].label}超过 {limit_text(key, limits[key])}")


def _again(notes: Sequence[Noted], limits: Mapping[str, int]) -> Iterator[Unusual]:
    seen: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in notes:
        if one.action in {_REVEAL, SEEN} and one.about:
            seen[one.action, one.user, one.about].append(_local(one.at).date().isoformat())
    for (_action, user, _about), days in seen.items():
        if len(days) >= limits[AGAIN]:
            yield Unusual("反复查看同一人", user, max(days), len(days), f"期间内 {limits[AGAIN]} 次以上")


def _alone(notes: Sequence[Noted]) -> Iterator[Unusual]:
    for one in notes:
        if one.action in ALONE:
            yield Unusual(ALONE[one.action], one.user, _local(one.at).date().isoformat(), max(one.count, 1), "")


def _tallied(counts: Sequence[tuple[str, str, str, int]], limits: Mapping[str, int]) -> Iterator[Unusual]:
    for what, (key, label) in _TALLIED.items():
        yield from _over({(user, day): many for day, user, one, many in counts if one == what}, limits, key, label)


def _given(given: Sequence[GivenLine], limits: Mapping[str, int]) -> Iterator[Unusual]:
    counted: Counter[tuple[str, str]] = Counter()
    for one in given:
        counted[one.user, _local(one.at).date().isoformat()] += one.people
    yield from _over(counted, limits, GIVEN, "大量导出")
