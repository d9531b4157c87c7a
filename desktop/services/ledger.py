"""The ledger of changes (异动台账, F18): what changed about whom in a period, before and after, why, by whom."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from desktop.domain.clock import local_text
from desktop.domain.dictionary import KINDS, Kind, masked
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Field, Value
from desktop.domain.operations import DELETE
from desktop.printing.table import TableSheet, table_pdf
from desktop.roster.table_workbook import table_workbook
from desktop.services.as_on import end_of, start_of
from desktop.services.giving import Leaving
from desktop.services.register import org_names
from desktop.services.station import Station
from desktop.services.wording import text_of
from desktop.store import ledger as log
from desktop.store.ledger import Logged

NEW, MOVED, ADDRESS, PHONE, CATEGORY, DEATH, STATE, OTHER = (
    "新增", "转入转出", "地址", "电话", "类别", "死亡", "状态", "其他",
)  # fmt: skip
SORTS = (NEW, MOVED, ADDRESS, PHONE, CATEGORY, DEATH, STATE, OTHER)
_DEAD = {("manage_state", "5"), ("alive_state", "3")}
_FOLLOWS_STATE = frozenset({"alive_state", "death_date", "death_source"})
_SAID_ELSEWHERE = frozenset({"state", "verify", "verify_item"})
_STATES = frozenset({"manage_state", "alive_state"})
_ADDRESSES = frozenset(
    {"live_addr", "live_estate", "live_building", "live_unit", "live_room", "grid", "hukou_area", "hukou_addr",
     "remote_addr", "live_class"}
)  # fmt: skip
TITLES = (
    ("序号", 5), ("日期", 10), ("姓名", 9), ("人员编号", 12), ("变更项", 14), ("变更前", 20), ("变更后", 20),
    ("原因", 18), ("经办人", 10),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One change of one thing about one person."""

    number: int
    day: str
    name: str
    person_no: str
    item: str
    before: str
    after: str
    why: str
    who: str
    sort: str
    person: str

    @property
    def cells(self) -> list[str]:
        """The line as the paper shows it."""
        return [str(self.number), self.day, self.name, self.person_no, self.item, self.before, self.after,
                self.why, self.who]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of a period."""

    since: date
    until: date
    lines: tuple[LedgerLine, ...]
    counts: dict[str, int]  # by sort, in their order, none left out


def ledger_of(
    station: Station, *, since: date, until: date, community: str = "", sorts: Iterable[str] = (), plain: bool = False
) -> Ledger:
    """Return the ledger from `since` to `until`, both days included; raises InvalidValueError.

    `community` is an organisation's code; `plain` leaves ids and phones unmasked. A change that was
    taken back within the period is left out together with its undo.
    """
    if since > until:
        raise InvalidValueError("since", "开始日期在结束日期之后", "请对调两个日期")
    orgs = org_names(station)
    with station.vault.reading() as connection:
        logged = list(log.logged_between(connection, since=start_of(since), until=end_of(until)))
    wanted = frozenset(sorts)
    lines: list[LedgerLine] = []
    for one in _folded(_standing(logged)):
        if community and community not in _communities(one):
            continue
        lines += [line for line in _lines_of(one, orgs, plain=plain) if not wanted or line.sort in wanted]
    counted = Counter(line.sort for line in lines)
    numbered = tuple(replace(line, number=number) for number, line in enumerate(lines, start=1))
    return Ledger(since, until, numbered, {sort: counted.get(sort, 0) for sort in SORTS})


def _standing(logged: list[Logged]) -> list[Logged]:
    """Leave out what was undone within the period, and the undoing of it; what an undo kept stays."""
    undone = {(one.batch, one.kind, one.record) for one in logged if one.undoes}
    taken_back = {
        (one.batch, one.kind, one.record)
        for one in logged
        if one.undone_by and (one.undone_by, one.kind, one.record) in undone
    }
    return [
        one
        for one in logged
        if (one.batch, one.kind, one.record) not in taken_back
        and (not one.undoes or (one.undoes, one.kind, one.record) not in taken_back)
    ]


def _folded(logged: list[Logged]) -> Iterator[Logged]:
    """Leave out what only says again what another line says.

    What was registered together with a new person is said by the one line 新增; what follows from a change of state
    (its record, 生存状态, the day and source of a death, cards made void) by the line 管理状态.
    """
    new = {(one.batch, one.person) for one in logged if one.kind == "person" and one.is_new and one.action != DELETE}
    states = {(one.batch, one.person) for one in logged if one.kind == "person" and "manage_state" in one.fields}
    for one in logged:
        if one.kind != "person" and ((one.is_new and (one.batch, one.person) in new) or one.kind in _SAID_ELSEWHERE):
            continue
        if (one.batch, one.person) in states and not one.is_new:
            if one.kind == "card":
                continue
            kept = {key: pair for key, pair in one.fields.items() if key not in _FOLLOWS_STATE}
            yield replace(one, fields=kept)
        else:
            yield one


def _communities(one: Logged) -> set[Value]:
    """Return the communities a change concerns: the person's own, and both ends of a move."""
    moved = one.fields.get("home_org", (None, None)) if one.kind == "person" else (None, None)
    return {one.home_org, *moved}


def _lines_of(one: Logged, orgs: dict[str, str], *, plain: bool) -> list[LedgerLine]:
    kind = KINDS[one.kind]
    who = f"{one.user}（{orgs.get(one.org, one.org)}）" if one.org else one.user

    def line(item: str, before: str, after: str, sort: str) -> LedgerLine:
        day = local_text(one.at)[:10]
        return LedgerLine(0, day, one.name, one.person_no, item, before, after, one.why, who, sort, one.person)

    if one.action == DELETE:
        return [line(f"{kind.label}：删除", "有", "", _sort(one, "", None))]
    if one.kind == "person" and one.is_new:
        org = one.fields.get("home_org", (None, None))[1]
        return [line("新增人员", "", orgs.get(str(org), str(org or "")), NEW)]
    found = []
    for key, (old, new) in one.fields.items():
        field = kind.field(key)
        if field.kind is Kind.RECORD or old == new:
            continue
        label = field.label if one.kind == "person" else f"{kind.label}·{field.label}"
        before, after = (_shown(field, value, orgs, plain=plain) for value in (old, new))
        found.append(line(label, before, after, _sort(one, key, new)))
    return found


def _shown(field: Field, value: Value, orgs: dict[str, str], *, plain: bool) -> str:
    text = text_of(field, value, orgs=orgs)
    return text if plain or field.kind not in {Kind.ID_NUMBER, Kind.PHONE} else masked(field, text)


def _sort(one: Logged, key: str, new: Value) -> str:
    """Return which sort of change a field's change is."""
    if one.kind in {"phone", "contact"}:
        return PHONE
    if one.kind == "tag":
        return CATEGORY
    if one.kind == "state":
        return STATE
    if one.kind != "person":
        return OTHER
    if (key, str(new)) in _DEAD or key == "death_date":
        return DEATH
    if key in _STATES:
        return STATE
    if key == "home_org":
        return MOVED
    return ADDRESS if key in _ADDRESSES else OTHER


def ledger_file(station: Station, *, found: Ledger, ending: str) -> bytes:
    """Return the ledger as `pdf` (A4 landscape, repeated header, signatures) or `xlsx`; raises PrintError."""
    station.allow("export.plain")
    period = f"{found.since.isoformat()} 至 {found.until.isoformat()}"
    if ending == "xlsx":
        return table_workbook(TITLES, [line.cells for line in found.lines], name="异动台账")
    order = [0, 2, 1, *range(3, len(TITLES))]  # the second cell names the person in an error
    counts = [f"{sort} {count}" for sort, count in found.counts.items()]
    total = ["", "合计", "", "", f"共 {len(found.lines)} 条", *("　".join(counts[n : n + 3]) for n in (0, 3, 6)), ""]
    sheet = TableSheet(
        f"{station.org_name} 异动台账（{period}）",
        [TITLES[n] for n in order],
        [total, *([line.cells[n] for n in order] for line in found.lines)],
        f"{station.today().isoformat()} 制",
    )
    return table_pdf(sheet)


def leaving(found: Ledger, content: bytes) -> Leaving:
    """Return a ledger that was made as an export: what it is, how many people are in it."""
    return Leaving("异动台账", len({line.person for line in found.lines}), content)
