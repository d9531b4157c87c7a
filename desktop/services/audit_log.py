"""The log for the auditor: filters, windows, one entry opened, the list on paper with its proof."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from desktop.domain.clock import local_text, stamp, start_of
from desktop.domain.dictionary import KINDS
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.permissions import READ_AUDIT, READ_PEOPLE, ROLES
from desktop.domain.progress import Report, silent
from desktop.printing.joined import joined
from desktop.printing.table import TableSheet, table_pdf
from desktop.services import audit
from desktop.services.notes import Note, write_note
from desktop.services.station import Station
from desktop.services.users import users_of
from desktop.store import deeds, people, privacy
from desktop.store.deeds import DeedFilter
from desktop.store.privacy import Deed

WINDOW = 100  # entries read at once
MOST_PRINTED = 5000
_MOST_TOUCHED = 200  # records of one entry that are listed
_OTHER = "其他"
# How actions are grouped for reading: the beginnings of their names; what is in none is 其他.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "查看敏感内容": ("reveal", "view.", "filter."),
    "登记与修改": (
        "person.register", "person.edit", "people.", "bulk.", "photo.", "phone.", "contact.", "tag.", "visit.",
        "verify.", "former_name.", "old_id.", "insurance.", "person.state", "review.", "roster.", "form.", "state.",
    ),
    "删除、合并与撤销": ("person.remove", "person.join", "person.unjoin", "pair.", "undo", "person.erase", "erasure."),
    "对外提供与打印": ("export.", "rights.print", "audit.proof", "print."),
    "联系卡": ("card.", "card_design."),
    "数据交换": (
        "package.", "peer.", "directory.", "key.revoke", "key.renew", "conflict", "quarantine.", "proposal.",
        "transfer.", "person.leave", "person.arrive", "epoch.", "profile.",
    ),
    "使用人与密钥": (
        "user.", "key.rotate", "keys.", "recovery.", "login", "second.", "clock.", "scope.", "unlock.", "store.create",
    ),
    "个人信息保护": ("basis.", "legal_basis.", "rights", "consent.", "archive_lock.", "sight.", "watch."),
    "机构、字段与规则": ("org", "code", "age_band.", "field.", "staff.", "list.", "rhythm.", "numbers."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What the auditor asks for; what is empty does not narrow. `person` is a number, an id or a full id number."""

    since: date | None = None
    until: date | None = None
    user: str = ""
    role: str = ""
    group: str = ""
    action: str = ""
    kind: str = ""
    person: str = ""
    second: str = ""
    batch: int = 0


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """The numbers of all entries that pass, the newest first, and the first window of them."""

    numbers: "array[int]"
    first: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One record an entry touched, in words, without values."""

    what: str  # 修改人员
    person: str  # id, '' for none
    person_no: str
    fields: str  # 住址、电话


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry opened."""

    deed: Deed
    lines: tuple[Line, ...]
    more: bool  # there are more lines than are shown


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from: users, actions by group, kinds of record, second people."""

    users: tuple[str, ...]
    actions: Mapping[str, tuple[str, ...]]
    seconds: tuple[str, ...]


def group_of(action: str) -> str:
    """Return the group an action is read under."""
    found = [(len(start), name) for name, starts in GROUPS.items() for start in starts if action.startswith(start)]
    return max(found)[1] if found else _OTHER


def choices(station: Station) -> Choices:
    """Return what the filters offer: what was really done here, by whom, with whose consent."""
    with station.vault.reading(READ_AUDIT) as connection:
        done, users, seconds = deeds.actions_done(connection), privacy.doers(connection), deeds.seconds_of(connection)
    grouped: dict[str, tuple[str, ...]] = {}
    for name in (*GROUPS, _OTHER):
        mine = tuple(sorted((one for one in done if group_of(one) == name), key=audit.action_name))
        if mine:
            grouped[name] = mine
    return Choices(tuple(users), grouped, tuple(seconds))


def open_log(station: Station, *, query: LogQuery) -> OpenedLog:
    """Return the entries that pass; raises NotAllowedError, NotFoundError when nobody is the person asked for."""
    roles = _roles(station)
    with station.vault.reading(READ_AUDIT) as connection:
        wanted = DeedFilter(
            start_of(query.since) if query.since else "",
            start_of(query.until + timedelta(days=1)) if query.until else "",
            second=query.second, kind=query.kind, batch=query.batch,
        )  # fmt: skip
        if query.person.strip():
            wanted = replace(wanted, person=_person(people.person_named(connection, query.person.strip()), query))
        if query.group or query.action:
            chosen = [query.action] if query.action else _of_group(deeds.actions_done(connection), query.group)
            wanted = replace(wanted, actions=chosen)
        users = _users(query, roles, deeds.users_as(connection, query.role) if query.role else [])
        if users is None:
            return OpenedLog(array("q"), ())
        numbers = deeds.numbers_of(connection, replace(wanted, users=users))
        first = deeds.deeds_at(connection, numbers[:WINDOW])
    return OpenedLog(numbers, tuple(_with_role(one, roles) for one in first))


def _person(found: str | None, query: LogQuery) -> str:
    if found is None:
        raise NotFoundError(f"没有找到“{query.person.strip()}”", "请输入人员编号或完整证号")
    return found


def _of_group(done: Sequence[str], group: str) -> list[str]:
    return [one for one in done if group_of(one) == group] or [f"{group} nothing"]


def _users(query: LogQuery, roles: Mapping[str, str], noted: Sequence[str]) -> list[str] | None:
    """Return whose entries to show, [] for everybody's, None for nobody's."""
    if not query.role:
        return [query.user] if query.user else []
    having = {*noted, *(name for name, role in roles.items() if role == query.role)}
    if query.user:
        having &= {query.user}
    return sorted(having) or None


def _roles(station: Station) -> dict[str, str]:
    return {one.name: one.role for one in users_of(station.vault.folder)}


def _with_role(deed: Deed, roles: Mapping[str, str]) -> Deed:
    """Return an entry with the role its user has now, if it was not noted at the time."""
    return deed if deed.role else replace(deed, role=roles.get(deed.user, ""))


def window_of(station: Station, *, numbers: Sequence[int]) -> list[Deed]:
    """Return the entries of these numbers, in their order."""
    roles = _roles(station)
    with station.vault.reading(READ_AUDIT) as connection:
        return [_with_role(one, roles) for one in deeds.deeds_at(connection, numbers)]


def entry_of(station: Station, *, number: int) -> Entry:
    """Return what one entry touched, by names of fields; people only for who may see people. Raises NotFoundError."""
    with station.vault.reading(READ_AUDIT) as connection:
        found = deeds.deeds_at(connection, [number])
        touched = deeds.touched_by(connection, number, limit=_MOST_TOUCHED + 1)
    if not found:
        raise NotFoundError(f"没有第 {number} 步", "请核对步号")
    sees = station.may(READ_PEOPLE)
    lines = [
        Line(_what(one), one.person if sees else "", one.person_no, _field_names(one))
        for one in touched[:_MOST_TOUCHED]
        if one.kind != "access_note"
    ]
    return Entry(_with_role(found[0], _roles(station)), tuple(lines), len(touched) > _MOST_TOUCHED)


def _what(one: deeds.Touched) -> str:
    verb = "删除" if one.action == "delete" else "新增" if one.is_new else "修改"
    return verb + (KINDS[one.kind].label if one.kind in KINDS else "新版本的内容")


def _field_names(one: deeds.Touched) -> str:
    return "、".join(KINDS[one.kind].field(key).label for key in one.fields) if one.kind in KINDS else ""


def proof(station: Station, *, report: Report = silent) -> bytes:
    """Return the page to sign and note that it was made: the monthly reminder rests on it. Raises PrintError."""
    made = audit.proof_pdf(station, report=report)
    write_note(station, Note("audit.proof"))
    return made


def log_pdf(station: Station, *, query: LogQuery, report: Report = silent) -> bytes:
    """Return the entries that pass as a list, with the page to sign behind it.

    Raises InvalidValueError when there are more than can be printed, NotFoundError when there are none, PrintError.
    """
    opened = open_log(station, query=query)
    if not opened.numbers:
        raise NotFoundError("没有符合条件的记录", "请放宽条件后再打印")
    if len(opened.numbers) > MOST_PRINTED:
        raise InvalidValueError("query", f"符合条件的有 {len(opened.numbers)} 条，太多了", "请缩小日期或条件后再打印")
    rows = []
    for start in range(0, len(opened.numbers), WINDOW):
        report(start, len(opened.numbers), "读取审计记录")
        rows += [_row(one) for one in window_of(station, numbers=opened.numbers[start : start + WINDOW])]
    made = f"{station.org_name}　{station.user}　{local_text(stamp(station.clock))}"
    title = f"审计记录（{said_of(query)}）"
    return joined([table_pdf(TableSheet(title, _COLUMNS, rows, made)), proof(station, report=report)])


_COLUMNS = (
    ("步号", 6), ("时间", 14), ("使用人", 8), ("角色", 7), ("操作", 16), ("人员编号", 18), ("数量", 5), ("第二人", 8),
    ("说明", 30),
)  # fmt: skip


def _row(one: Deed) -> list[str]:
    return [
        str(one.n), local_text(one.at), one.user, ROLES.get(one.role, ""), audit.action_name(one.action), one.about,
        str(one.count), one.second, one.detail,
    ]  # fmt: skip


def said_of(query: LogQuery) -> str:
    """Return the filters in words, as they stand over the printed list."""
    period = f"{query.since or '开始'} 至 {query.until or '今天'}"
    parts = [
        query.user, ROLES.get(query.role, ""), query.group, audit.action_name(query.action) if query.action else "",
        KINDS[query.kind].label if query.kind in KINDS else "", query.person.strip(),
        f"第二人 {query.second}" if query.second else "", f"第 {query.batch} 步" if query.batch else "",
    ]  # fmt: skip
    return "　".join([period, *[one for one in parts if one]])
