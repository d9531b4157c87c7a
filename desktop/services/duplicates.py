"""Two records of one person: found, set side by side, decided, joined, and taken apart again (F19)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.dictionary import PERSON
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.fields import Kind, Value
from desktop.domain.ids import new_id, pair_id
from desktop.domain.permissions import READ_PEOPLE, READ_WHOLE
from desktop.domain.progress import Report, silent
from desktop.services import batches
from desktop.services.station import Station
from desktop.store import joining, likeness, people, profiles
from desktop.store.likeness import Likeness
from desktop.store.people import ChildRow, PersonPage, PersonRow
from desktop.store.profiles import Profile
from desktop.store.unit_of_work import UnitOfWork

SAME, DIFFERENT, UNSURE = "1", "2", "3"
COPIED_KINDS = ("phone", "contact", "tag")
_OWN_FIELDS = frozenset({"person_no", "joined_to"})  # never copied: they say which record this is


@dataclass(frozen=True, slots=True)
class Suspect:
    """Two people who may be one, with the reasons."""

    first: PersonRow
    second: PersonRow
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about two people, as lists show it."""

    id: str
    first: PersonRow
    second: PersonRow
    verdict: str
    main: str
    why: str
    done_on: str
    done_by: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody decided about two people; `copied` are fields to take over from the joined one."""

    verdict: str
    main: str = ""
    why: str = ""
    copied: Sequence[str] = ()
    children: Sequence[str] = ()  # ids of phones, contacts and tags to take over


def find_duplicates(station: Station, *, report: Report = silent) -> list[Suspect]:
    """Return the pairs that may be one person and are not decided, the surest first; may be Cancelled."""
    with station.vault.reading(READ_WHOLE) as connection:
        found = likeness.find_alike(connection, report=report)
        settled = {row.id: str(row.values.get("basis") or "") for row in joining.decided(connection)}
        asked = [one for one in found if pair_id(one.first, one.second) in settled]
        ids = list({person for one in asked for person in (one.first, one.second)})
        known = _profiles(station, ids)
        fresh = [
            one
            for one in found
            if (pair := pair_id(one.first, one.second)) not in settled
            or settled[pair] != basis_of(known[one.first], known[one.second])
        ]
    with station.vault.reading() as connection:
        shown = people.rows_of(connection, [p for one in fresh for p in (one.first, one.second)])
        rows = {row.id: row for row in shown}
    # Of people the user does not see there is no row: a pair with one of them is somebody else's to decide.
    return [Suspect(rows[one.first], rows[one.second], one) for one in fresh if {one.first, one.second} <= rows.keys()]


def _profiles(station: Station, ids: Sequence[str]) -> dict[str, Profile]:
    found: dict[str, Profile] = {}
    with station.vault.reading(READ_WHOLE) as connection:
        for start in range(0, len(ids), 900):
            found.update({one.id: one for one in profiles.profiles(connection, ids[start : start + 900])})
    return found


def basis_of(one: Profile, other: Profile) -> str:
    """Return a digest of what identifies two people: a decision holds as long as it stays the same."""
    first, second = sorted((one, other), key=lambda each: each.id)
    text = repr([(each.id, each.name, each.sex, each.ids, each.births, each.names) for each in (first, second)])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def side_by_side(station: Station, *, first: str, second: str) -> tuple[PersonPage, PersonPage]:
    """Return two people as the user may see them; raises NotFoundError."""
    return _page(station, first, READ_PEOPLE), _page(station, second, READ_PEOPLE)


def _page(station: Station, person: str, what: str) -> PersonPage:
    with station.vault.reading(what) as connection:
        page = people.person_page(connection, person)
    if page is None:
        raise NotFoundError("没有找到其中一个人", "可能已被删除，请重新查找")
    return page


def decide_pair(station: Station, *, first: str, second: str, verdict: Verdict) -> Changes:
    """Write down a decision about two people; `SAME` joins the other one to the one that stays.

    Deciding again replaces the older decision. Raises NotFoundError, InvalidValueError.
    """
    pages = {one: _page(station, one, READ_WHOLE) for one in (first, second)}
    if first == second:
        raise InvalidValueError("other", "这是同一份登记", "请选择两份登记")
    if verdict.verdict == SAME:
        _refuse_tangles(station, pages, verdict)
    known = _profiles(station, [first, second])
    person, other = sorted((first, second))
    values: dict[str, Value] = {
        "person": person, "other": other, "verdict": verdict.verdict, "why": verdict.why,
        "main": verdict.main if verdict.verdict == SAME else None, "done_on": station.today().isoformat(),
        "done_by": station.user, "basis": basis_of(known[person], known[other]),
    }  # fmt: skip
    with station.vault.unit("person.join" if verdict.verdict == SAME else "pair.decide", why=verdict.why) as unit:
        unit.put("pair", pair_id(first, second), values)
        for one, mate in ((first, second), (second, first)):
            if verdict.verdict == SAME and one != verdict.main:
                unit.put("person", one, {"joined_to": verdict.main})
                _copy(station, unit, pages[one], pages[verdict.main], verdict)
            elif pages[one].values.get("joined_to") == mate:
                unit.put("person", one, {"joined_to": None})
        return unit.commit()


def _refuse_tangles(station: Station, pages: dict[str, PersonPage], verdict: Verdict) -> None:
    """Raise InvalidValueError for a join that would make a chain or a ring."""
    if verdict.main not in pages:
        raise InvalidValueError("main", "没有说明保留哪一份登记", "请在两人中选一份保留")
    (loser,) = (one for one in pages if one != verdict.main)
    with station.vault.reading(READ_WHOLE) as connection:
        main_of = joining.mains_of(connection, list(pages))
        has_joined = bool(joining.joined_into(connection, loser))
    if main_of.get(verdict.main, loser) != loser:
        raise InvalidValueError("main", "要保留的登记自己已并入别的登记", "请与那份登记判定，或先收回")
    if main_of.get(loser, verdict.main) != verdict.main:
        raise InvalidValueError("main", "这份登记已并入另一份登记", "请先收回原来的并入")
    if has_joined and pages[verdict.main].values.get("joined_to") != loser:
        raise InvalidValueError("main", "已有别的登记并入这一份", "请保留这一份，或先收回那些并入")


def _copy(station: Station, unit: UnitOfWork, loser: PersonPage, main: PersonPage, verdict: Verdict) -> None:
    """Take chosen fields and records over from the joined person, in the same unit."""
    unknown = set(verdict.copied) - set(PERSON.keys) | (set(verdict.copied) & _OWN_FIELDS)
    if unknown:
        raise InvalidValueError("copied", "有的项目不能带过来", "请重新选择")
    unit.put("person", main.id, {key: loser.values.get(key) for key in verdict.copied})
    for kind in COPIED_KINDS:
        for row in loser.children.get(kind, ()):
            if row.id in verdict.children:
                unit.add(kind, new_id(station.ids), {**row.values, "person": main.id})


def unjoin(station: Station, *, pair: str, why: str = "收回判定") -> Changes:
    """Take a decision back: a join made here is undone with all it copied. Raises NotFoundError."""
    with station.vault.reading(READ_WHOLE) as connection:
        row = next((one for one in joining.decided(connection) if one.id == pair), None)
        batch = joining.batch_that_joined(connection, pair)
    if row is None:
        raise NotFoundError("没有找到这条判定，或已经收回", "请刷新")
    if batch is not None and row.values.get("verdict") == SAME:
        return batches.undo_batch(station, batch=batch, why=why, also=lambda unit: _clear(unit, row)).changes
    with station.vault.unit("person.unjoin", why=why) as unit:
        _clear(unit, row)
        return unit.commit()


def _clear(unit: UnitOfWork, row: ChildRow) -> None:
    """Take away inside `unit` what is left of a decision: the link either way, a verdict that still says 同一人."""
    ids = [str(row.values.get(key) or "") for key in ("person", "other")]
    links = {one.id: one.values.get("joined_to") for one in people.rows_of(unit.connection, ids)}
    now = next((one for one in joining.decided(unit.connection) if one.id == row.id), None)
    for one, mate in ((ids[0], ids[1]), (ids[1], ids[0])):
        if links.get(one) == mate:
            unit.put("person", one, {"joined_to": None})
    if now is not None and now.values == row.values:
        unit.delete("pair", row.id)


def unjoin_person(station: Station, *, person: str, why: str = "收回并入") -> Changes:
    """Let a joined person stand for itself again; raises NotFoundError, InvalidValueError."""
    main = str(_page(station, person, READ_WHOLE).values.get("joined_to") or "")
    if not main:
        raise InvalidValueError("joined_to", "这份登记没有并入别的登记", "请核对人员编号")
    pair = pair_id(person, main)
    with station.vault.reading(READ_WHOLE) as connection:
        known = any(one.id == pair for one in joining.decided(connection))
    if known:
        return unjoin(station, pair=pair, why=why)
    with station.vault.unit("person.unjoin", why=why) as unit:
        unit.put("person", person, {"joined_to": None})
        return unit.commit()


def decided_pairs(station: Station) -> list[Decided]:
    """Return the decisions there are, the newest first; those about people who are gone are left out."""
    with station.vault.reading() as connection:
        found = joining.decided(connection)
        ids = [str(row.values.get(key) or "") for row in found for key in ("person", "other")]
        rows = {row.id: row for row in people.rows_of(connection, ids)}
    return [_decided(row, rows) for row in found if {row.values.get("person"), row.values.get("other")} <= rows.keys()]


def _decided(row: ChildRow, rows: dict[str, PersonRow]) -> Decided:
    text = {key: str(row.values.get(key) or "") for key in PAIR_KEYS}
    first, second = rows[text["person"]], rows[text["other"]]
    return Decided(row.id, first, second, text["verdict"], text["main"], text["why"], text["done_on"], text["done_by"])


PAIR_KEYS = ("person", "other", "verdict", "main", "why", "done_on", "done_by")


def joined_with(station: Station, *, person: str) -> tuple[PersonRow | None, list[PersonRow]]:
    """Return the person this one is joined to (None if to nobody), and the people joined to this one."""
    with station.vault.reading() as connection:
        main = joining.main_of(connection, person)
        rows = people.rows_of(connection, [main] if main != person else [])
        return (rows[0] if rows else None), people.rows_of(connection, joining.joined_into(connection, person))


def differing_fields(one: PersonPage, other: PersonPage) -> list[str]:
    """Return the keys of the fields that two people hold differently, in dictionary order."""
    return [
        field.key
        for field in PERSON.fields
        if field.kind is not Kind.RECORD and one.values.get(field.key) != other.values.get(field.key)
    ]
