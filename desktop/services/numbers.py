"""Statistics: each number with its rule and its names; numbers frozen, signed, and compared (`domain.md` F44, F45)."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from desktop.domain.changes import Changes
from desktop.domain.codes import code_list
from desktop.domain.errors import DamagedStoreError, InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.domain.numbers import Counted, Figure, figures, months_before
from desktop.domain.permissions import READ_REPORTS, READ_WHOLE
from desktop.printing.number_sheet import NumberBlock, NumberSheet, number_sheet_pdf
from desktop.roster.table_workbook import table_workbook
from desktop.security import signing
from desktop.services.age_bands import bands
from desktop.services.as_on import start_of
from desktop.services.keyring import own_publics
from desktop.services.register import org_names, refuse_wrong
from desktop.services.station import Station
from desktop.store import numbers, people

_MOST_LIST = 64 << 20  # bytes a kept list may unpack to
_KEPT = ("id", "person_no", "name", "sex", "birth", "home_org", "ent_name", "manage_state")
_COMPARED = ("name", "home_org", "manage_state")
_LABELS = {"name": "姓名", "home_org": "所属社区", "manage_state": "管理状态"}
IN_CARE = "1"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Every figure at a day."""

    day: date
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A set of numbers that was frozen; `sound` is False if the names or numbers were changed since."""

    id: str
    name: str
    as_on: str
    made_on: str
    by: str
    people: int
    digest: str
    sound: bool
    figures: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]  # title, and label with count


@dataclass(frozen=True, slots=True)
class Difference:
    """One person who differs between two sets: what happened, and in which fields."""

    person: str
    person_no: str
    name: str
    what: str  # 新增, 减少 or 变化
    detail: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of people in care, name by name."""

    older: str
    newer: str
    before: int
    after: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class FreezeResult:
    """What freezing made."""

    frozen: Frozen
    changes: Changes = field(default_factory=Changes)


def numbers_at(station: Station, *, day: date | None = None) -> Numbers:
    """Return the figures of the register as it is now, with ages and tags at `day` (today if None)."""
    at = day or station.today()
    orgs = org_names(station)
    with station.vault.reading(READ_REPORTS) as connection:
        since = start_of(date.fromisoformat(f"{months_before(at, 11)[:7]}-01"))
        counted = numbers.counted_people(connection, day=at.isoformat(), since=since)
    return Numbers(at, tuple(figures(counted, day=at, orgs=orgs, bands=bands(station))))


def freeze(station: Station, *, name: str, why: str = "") -> FreezeResult:
    """Freeze today's numbers under a name, with the names behind them, and sign them.

    The list holds the people in care; it is what a budget is based on (`domain.md` F44).
    Raises InvalidValueError when the name is empty or taken.
    """
    title = name.strip()
    if any(one.name == title for one in frozen_sets(station)):
        raise InvalidValueError("name", f"已经有一份叫“{title}”的定格数据", "请换一个名称")
    today = station.today().isoformat()
    shown = numbers_at(station)
    with station.vault.reading(READ_WHOLE) as connection:
        rows = _kept_rows(numbers.counted_people(connection, day=today))
    body = _canonical(rows)
    said = _canonical([[one.title, [[part.label, part.count] for part in one.parts]] for one in shown.figures])
    values: dict[str, Value] = {
        "name": title, "as_on": today, "made_on": today, "done_by": station.user, "people": len(rows),
        "rule": shown.figures[0].rule, "numbers": said.decode("utf-8"), "digest": hashlib.sha256(body).hexdigest(),
    }  # fmt: skip
    signer = signing.SigningKey(station.vault.secret("sign_seed"))
    values["signature"] = signer.sign(_signed_text(values)).hex()
    refuse_wrong("frozen", values, station)
    record = new_id(station.ids)
    with station.vault.unit("numbers.freeze", why=why or f"定格“{title}”") as unit:
        unit.add("frozen", record, values)
        numbers.keep_list(unit, frozen=record, body=zlib.compress(body, 9))
        changes = unit.commit()
    return FreezeResult(frozen_set(station, frozen=record), changes)


def _kept_rows(counted: Sequence[Counted]) -> list[list[str]]:
    """Return the people in care as a frozen list keeps them, in order of their ids."""
    cared = [one for one in counted if one.is_ours and one.manage_state == IN_CARE]
    return sorted([str(getattr(one, key)) for key in _KEPT] for one in cared)


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _signed_text(values: Mapping[str, Value]) -> bytes:
    """Return what the signature covers: everything the record says, and the list through its digest."""
    keys = ("name", "as_on", "made_on", "done_by", "people", "rule", "numbers", "digest")
    return b"yince frozen/v1\n" + _canonical([values[key] for key in keys])


def frozen_sets(station: Station) -> list[Frozen]:
    """Return every frozen set, newest first, each checked against its signature and its list."""
    with station.vault.reading(READ_REPORTS) as connection:
        rows = people.records_of(connection, "frozen")
    return [frozen_set(station, frozen=row.id) for row in reversed(rows)]


def frozen_set(station: Station, *, frozen: str) -> Frozen:
    """Return one frozen set; raises NotFoundError."""
    with station.vault.reading(READ_REPORTS) as connection:
        row = next((one for one in people.records_of(connection, "frozen") if one.id == frozen), None)
        packed = numbers.kept_list(connection, frozen=frozen)
    if row is None:
        raise NotFoundError("没有找到这份定格数据", "可能已被撤销，请刷新")
    values = row.values
    own = own_publics(station)
    digest = hashlib.sha256(_unpacked(packed)).hexdigest() if packed else ""
    signature = bytes.fromhex(str(values["signature"]))
    sound = digest == values["digest"] and any(
        signing.is_signed(public, _signed_text(values), signature) for public in own
    )
    said = json.loads(str(values["numbers"]))
    return Frozen(
        frozen, str(values["name"]), str(values["as_on"]), str(values["made_on"]), str(values["done_by"]),
        int(str(values["people"])), str(values["digest"]), sound,
        tuple((title, tuple((label, count) for label, count in parts)) for title, parts in said),
    )  # fmt: skip


def _unpacked(packed: bytes) -> bytes:
    """Return a kept list; raises DamagedStoreError for one that is not as it was written."""
    opener = zlib.decompressobj()
    try:
        body = opener.decompress(packed, _MOST_LIST)
    except zlib.error as error:
        raise DamagedStoreError("定格名单读不出来", "请从备份恢复") from error
    if opener.unconsumed_tail:
        raise DamagedStoreError("定格名单大得不正常", "请从备份恢复")
    return body


def compare(station: Station, *, older: str, newer: str = "") -> Comparison:
    """Compare a frozen set with a later one, or with the people in care now, name by name; NotFoundError."""
    orgs = org_names(station)
    first = frozen_set(station, frozen=older)
    before = _rows_of(station, older)
    if newer:
        second = frozen_set(station, frozen=newer).name
        after = _rows_of(station, newer)
    else:
        second = f"现在（{station.today().isoformat()}）"
        with station.vault.reading(READ_WHOLE) as connection:
            kept = _kept_rows(numbers.counted_people(connection, day=station.today().isoformat()))
        after = {row[0]: dict(zip(_KEPT, row, strict=True)) for row in kept}
    found = [_gone(station, row, orgs) for key, row in before.items() if key not in after]
    found += [
        Difference(key, row["person_no"], row["name"], "新增", orgs.get(row["home_org"], row["home_org"]))
        for key, row in after.items()
        if key not in before
    ]
    for key in before.keys() & after.keys():
        detail = _changed(before[key], after[key], orgs)
        if detail:
            found.append(Difference(key, after[key]["person_no"], after[key]["name"], "变化", detail))
    order = {"减少": 0, "新增": 1, "变化": 2}
    found.sort(key=lambda one: (order[one.what], one.person_no, one.person))
    return Comparison(first.name, second, len(before), len(after), tuple(found))


def _rows_of(station: Station, frozen: str) -> dict[str, dict[str, str]]:
    with station.vault.reading() as connection:
        packed = numbers.kept_list(connection, frozen=frozen)
    if packed is None:
        raise NotFoundError("这份定格数据没有名单", "请从备份恢复")
    return {row[0]: dict(zip(_KEPT, row, strict=True)) for row in json.loads(_unpacked(packed))}


def _gone(station: Station, row: dict[str, str], orgs: dict[str, str]) -> Difference:
    """Return why someone is no longer counted, as the register says it now."""
    with station.vault.reading() as connection:
        page = people.person_page(connection, row["id"])
    values = page.values if page else {}
    if page is None:
        detail = "已从登记库删除"
    elif values.get("joined_to"):
        detail = "与另一条登记合并"
    elif values.get("owner_epoch") and values.get("home_org") != row["home_org"]:
        home = str(values.get("home_org") or "")
        detail = f"已转移到{orgs.get(home, home)}"
    else:
        detail = f"现为{_state_name(str(values.get('manage_state') or ''))}"
        if values.get("death_date"):
            detail += f"（{values['death_date']}）"
    return Difference(
        row["id"], row["person_no"], row["name"], "减少", f"{orgs.get(row['home_org'], '')}　{detail}".strip()
    )


def _state_name(code: str) -> str:
    return code_list("manage_state").label_of(code) or "未填"


def _changed(before: dict[str, str], after: dict[str, str], orgs: dict[str, str]) -> str:
    said = []
    for key in _COMPARED:
        if before[key] != after[key]:
            old, new = (orgs.get(one[key], one[key]) if key == "home_org" else one[key] for one in (before, after))
            said.append(f"{_LABELS[key]}：{old} → {new}")
    return "；".join(said)


def numbers_pdf(station: Station, *, shown: Numbers) -> bytes:
    """Return the figures on paper, with their rules; raises PrintError."""
    blocks = [
        NumberBlock(one.title, one.rule, [(part.label, part.count, one.share(part)) for part in one.parts])
        for one in shown.figures
    ]
    made = f"{station.org_name}　{shown.day.isoformat()}"
    return number_sheet_pdf(NumberSheet("国有企业退休人员社会化管理统计表", made, blocks))


def frozen_pdf(station: Station, *, frozen: str) -> bytes:
    """Return the certificate of a frozen set, with signature lines; raises NotFoundError, PrintError."""
    one = frozen_set(station, frozen=frozen)
    blocks = []
    for title, parts in one.figures:
        whole = sum(count for _, count in parts)
        blocks.append(NumberBlock(title, "", [(label, n, n / whole if whole else 0.0) for label, n in parts]))
    made = f"{station.org_name}　数据日期 {one.as_on}　定格人 {one.by}"
    seal = f"在管 {one.people} 人　名单校验值 {' '.join(one.digest[n : n + 8] for n in range(0, 64, 8))}"
    return number_sheet_pdf(NumberSheet(f"{one.name}（定格数据）", made, blocks, seal=seal))


def numbers_workbook(shown: Numbers) -> bytes:
    """Return the figures as xlsx: one row a number."""
    rows = [
        [one.title, part.label, str(part.count), f"{one.share(part):.1%}", one.rule]
        for one in shown.figures
        for part in one.parts
    ]
    return table_workbook([("统计", 14), ("项目", 24), ("人数", 8), ("占比", 8), ("口径", 60)], rows, name="统计表")
