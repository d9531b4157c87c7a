"""What is said when a register was opened in the window: who had it open last, and what somebody must see to."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from desktop.domain.clock import is_stamp, local_day, local_text, stamp
from desktop.domain.permissions import READ_AUDIT, READ_HOUSE
from desktop.services.notes import Note, write_note
from desktop.services.station import Station
from desktop.services.users import ways_in
from desktop.store import history, privacy

MOST_BACK = timedelta(hours=24)
PROOF_DAYS = 31  # how often the end of the audit is to lie on paper
_LAST = "last_open"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing somebody must see to, in one sentence; `page` is where."""

    text: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who had the register open before, when (local time, '' if nobody had), wrong tries since, and what is due."""

    user: str = ""
    at: str = ""
    wrong: int = 0
    notices: tuple[Notice, ...] = ()


def greet(station: Station) -> Greeting:
    """Return what to say to who opened the register, and note that it was opened.

    The audit gets one line a user and day; the moment itself is remembered beside it, as locking and opening
    again twenty times a day is no deed.
    """
    last = _last(station)
    now = stamp(station.clock)
    back = _set_back(station, last.get("at", ""))
    notices = tuple(_notices(station, back))
    if not station.vault.is_read_only:
        _note(station, now, back)
        station.vault.jot(_LAST, json.dumps({"user": station.user, "at": now}, ensure_ascii=False))
    return Greeting(last.get("user", ""), local_text(last.get("at", "")), station.wrong_before, notices)


def _last(station: Station) -> dict[str, str]:
    try:
        found = json.loads(station.vault.jotted(_LAST) or "{}")
        last = {key: str(found[key]) for key in ("user", "at")}
    except (ValueError, KeyError, TypeError):
        return {}
    return last if is_stamp(last["at"]) else {}


def _set_back(station: Station, opened_at: str) -> timedelta:
    """Return how far the computer's date lies before what this register has seen; nothing if by less than a day."""
    with station.vault.reading(READ_HOUSE) as connection:
        newest = max(history.newest_at(connection), opened_at)
    if not is_stamp(newest):
        return timedelta()
    back = datetime.strptime(newest, _STAMP).replace(tzinfo=timezone.utc) - station.clock.now()
    return back if back > MOST_BACK else timedelta()


def _note(station: Station, now: str, back: timedelta) -> None:
    """Write into the audit that the register was opened, if this user did not today, and what was odd about it."""
    with station.vault.reading(READ_HOUSE) as connection:
        before = privacy.last_login(connection, user=station.user)
    notes = [] if before and local_day(before) == local_day(now) else [Note("login")]
    if back:
        notes.append(Note("clock.back", count=back.days, detail=f"电脑日期比上次早 {back.days} 天"))
    for note in notes:  # each by itself: the audit names a unit by one note
        write_note(station, note)


def _notices(station: Station, back: timedelta) -> list[Notice]:
    """Return what is due, for those only who can see to it."""
    found = []
    if back:
        text = f"电脑的日期比上次使用时早了 {back.days} 天：请先改正电脑日期，再登记。"
        found.append(Notice(text))
    if station.keys_mended and station.may("backup"):
        found.append(Notice("密钥文件有一份坏了，已用另一份修好：请检查磁盘，并备份到移动存储盘。", "settings"))
    if station.is_practice or station.vault.is_read_only:
        return found
    if station.may("recovery"):
        found += _of_the_code(station)
    if station.may(READ_AUDIT):
        found += _of_the_proof(station)
    return found


def _of_the_code(station: Station) -> list[Notice]:
    ways = ways_in(station)
    if not ways.has_code and station.vault.head()[0] > 1:
        return [Notice("还没有恢复码：密码都忘了，谁也打不开登记库。请制作一张，封存好。", "settings")]
    if ways.drill_due:
        return [Notice("恢复码该演练了：请从保险柜取出来，照着输入一遍。", "settings")]
    return []


def _of_the_proof(station: Station) -> list[Notice]:
    with station.vault.reading(READ_AUDIT) as connection:
        at = privacy.last_note(connection, actions=("audit.proof",)) or privacy.first_at(connection)
    if at and (station.today() - local_day(at)).days >= PROOF_DAYS:
        return [Notice("本月还没有打印审计证明：请打印、签字，交街道或单位存档。", "audit")]
    return []
