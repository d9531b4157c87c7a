"""Verifying people's data with them (信息核对, `domain.md` F6): item by item, disputes kept until decided."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.domain import dates
from desktop.domain.changes import Changes
from desktop.domain.clock import local_day
from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, Kind, kind_of
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.fields import Field, Value
from desktop.domain.id_numbers import clean_id
from desktop.domain.ids import new_id
from desktop.domain.numbers import months_before
from desktop.domain.permissions import READ_PEOPLE, READ_REVEALED, READ_WHOLE
from desktop.domain.phones import read_phones
from desktop.services.books import building_of
from desktop.services.looking import refuse_hidden_field
from desktop.services.register import org_names, page_of, refuse_wrong, whole_person
from desktop.services.station import Station
from desktop.store import verification
from desktop.store.people import PersonPage
from desktop.store.unit_of_work import UnitOfWork
from desktop.store.verification import OpenItem, Standing

AGREES, DISPUTED, UNREACHED = "1", "2", "3"
TAKE_ANSWER, KEEP_GIVEN, TO_BE_SETTLED = "1", "2", "3"
PHONE, CONTACT = "phone", "contact"  # items that are records of their own
ITEMS = (
    "name", "sex", "id_no", "birth_id", "birth_file", "ethnic", "marital", "live_addr", "hukou_addr", PHONE, CONTACT,
    "ent_name", "work_start", "retire_date", "political", "si_agency", "mi_agency", "spouse_name", "health",
    "living_state",
)  # fmt: skip
_VERIFYING = "05"  # 移交进度：信息核对
_STALE_MONTHS = 12
LEFT, DISPUTES, LOST, DONE, STALE = "left", "disputed", "unreached", "done", "stale"
STATE_NAMES = {LEFT: "未核对", DISPUTES: "有异议", LOST: "联系不上", DONE: "已核对", STALE: "超过 12 个月"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to ask: what the enterprise gave (and where), and what the register says now; texts for people."""

    key: str
    label: str
    given: str
    source: str
    now: str


@dataclass(frozen=True, slots=True)
class CheckSheet:
    """What is asked of one person."""

    person: str
    name: str
    person_no: str
    verified_on: str
    items: tuple[Item, ...]
    disputes: tuple[OpenItem, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one item."""

    key: str
    result: str = AGREES
    answer: str = ""
    evidence: str = ""
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a person was asked: method code, by whom, who answered."""

    method: str = "1"
    told_by: str = "本人"
    round: str = ""
    signed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ToAsk:
    """Who is to be asked; empty parts do not narrow. `state` is one of `STATE_NAMES`."""

    community: str = ""
    building: str = ""
    enterprise: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification came to."""

    result: str
    record: str
    changes: Changes = field(default_factory=Changes)


def check_sheet(station: Station, *, person: str) -> CheckSheet:
    """Return what is asked of a person, as the user may see it; raises NotFoundError."""
    return _asked_of(station, person, READ_PEOPLE)


def printed_sheet(station: Station, *, person: str) -> CheckSheet:
    """Return what is asked of a person as it is printed to be signed; raises NotFoundError."""
    return _asked_of(station, person, READ_REVEALED)


def _asked_of(station: Station, person: str, what: str) -> CheckSheet:
    page = page_of(station, person=person, what=what)
    with station.vault.reading(what) as connection:
        given = verification.first_values(connection, person)
        phones = verification.first_phones(connection, person)
        disputes = tuple(verification.open_items(connection, person=person))
    orgs = org_names(station)
    items = []
    for key in ITEMS:
        if key in {PHONE, CONTACT}:
            items.append(_children_item(page, key, phones))
            continue
        one = PERSON.field(key)
        first = given.get(key)
        items.append(
            Item(
                key, one.label, _shown(one, first.value, orgs) if first else "", first.source if first else "",
                _shown(one, page.values.get(key), orgs),
            )
        )  # fmt: skip
    values = page.values
    return CheckSheet(
        person, str(values.get("name") or ""), str(values.get("person_no") or ""),
        str(values.get("verified_on") or ""), tuple(items), disputes,
    )  # fmt: skip


def _children_item(page: PersonPage, key: str, given: Sequence[str]) -> Item:
    rows = page.children[key]
    if key == PHONE:
        now = "、".join(str(row.values.get("number") or "") for row in rows)
        return Item(PHONE, "联系电话", "、".join(given), "名册" if given else "", now)
    words = []
    for row in rows:
        relation = code_list("relation").label_of(str(row.values.get("relation") or ""))
        parts = (str(row.values.get("name") or ""), relation, str(row.values.get("phone") or ""))
        words.append(" ".join(part for part in parts if part))
    return Item(CONTACT, "家庭联系人", "", "", "、".join(words))


def _shown(one: Field, value: Value, orgs: Mapping[str, str]) -> str:
    text = "" if value is None else str(value)
    if one.kind is Kind.CODE and text:
        return code_list(one.codes).label_of(text)
    return orgs.get(text, text) if one.kind is Kind.ORG else text


def verify_person(station: Station, *, person: str, asked: Asked, answers: Sequence[Answer] = ()) -> Verified:
    """Record one verification: items not named agree. Raises NotFoundError, InvalidValueError; nothing is half-kept.

    An answer that is taken is written into the register in the same unit; one to be settled keeps the person on the
    list of disputes, and off the list of those verified. So does an item nobody could be asked about.
    """
    sheet = _asked_of(station, person, READ_WHOLE)
    named = {one.key: one for one in answers}
    strange = named.keys() - set(ITEMS)
    if strange:
        raise InvalidValueError("field", f"没有“{next(iter(strange))}”这个核对项目", "请重新打开核对页")
    result = DISPUTED if any(one.result == DISPUTED for one in answers) else AGREES
    open_before = {one.field for one in sheet.disputes} - named.keys()
    settled = not open_before and all(
        one.decision in {TAKE_ANSWER, KEEP_GIVEN} for one in answers if one.result != AGREES
    )
    with station.vault.unit("verify.person", why=f"信息核对{'：' + asked.round if asked.round else ''}") as unit:
        record = _write_verify(station, unit, person, asked, result)
        _supersede(unit, [one for one in sheet.disputes if one.field in named])
        for item in sheet.items:
            answer = named.get(item.key)
            if answer is not None and answer.result != AGREES:
                _write_item(station, unit, record, sheet, item, answer)
        if settled:
            _mark_verified(station, unit, person)
        changes = unit.commit()
    return Verified(result, record, changes)


def note_unreached(station: Station, *, person: str, asked: Asked) -> Verified:
    """Record an attempt that reached nobody (`domain.md` F22); raises NotFoundError, InvalidValueError."""
    whole_person(station, person=person)
    with station.vault.unit("verify.unreached", why="信息核对：联系不上") as unit:
        record = _write_verify(station, unit, person, asked, UNREACHED)
        return Verified(UNREACHED, record, unit.commit())


def decide_item(station: Station, *, item: str, decision: str) -> Changes:
    """Decide a disputed item later; once nothing is open the person counts as verified.

    Raises NotFoundError, InvalidValueError.
    """
    with station.vault.reading(READ_WHOLE) as connection:
        found = next((one for one in verification.open_items(connection) if one.id == item), None)
        rest = verification.open_items(connection, person=found.person) if found else []
    if found is None:
        raise NotFoundError("这一项已经处理过了", "请刷新后再看")
    if decision not in {TAKE_ANSWER, KEEP_GIVEN}:
        raise InvalidValueError("decision", "请选择采用本人答复还是维持企业所报", "请重新选择")
    with station.vault.unit("verify.decide", why="信息核对：处理异议") as unit:
        unit.put("verify_item", item, {
            "decision": decision, "decided_on": station.today().isoformat(), "decided_by": station.user,
        })  # fmt: skip
        if decision == TAKE_ANSWER:
            _take(station, unit, found.person, Answer(found.field, DISPUTED, found.answer))
        if len(rest) == 1:
            _mark_verified(station, unit, found.person)
        return unit.commit()


def _write_verify(station: Station, unit: UnitOfWork, person: str, asked: Asked, result: str) -> str:
    values: dict[str, Value] = {
        "person": person, "done_on": station.today().isoformat(), "method": asked.method, "done_by": station.user,
        "result": result, "told_by": asked.told_by or None, "round": asked.round or None,
        "signed": int(asked.signed), "note": asked.note or None,
    }  # fmt: skip
    refuse_wrong("verify", values, station)
    record = new_id(station.ids)
    unit.add("verify", record, {key: value for key, value in values.items() if value is not None})
    return record


def _supersede(unit: UnitOfWork, older: Sequence[OpenItem]) -> None:
    """Close older disputes about items that were asked again: the new answer stands."""
    for one in older:
        unit.put("verify_item", one.id, {"decision": KEEP_GIVEN, "evidence": one.evidence or "已重新核对"})


def _write_item(
    station: Station, unit: UnitOfWork, record: str, sheet: CheckSheet, item: Item, answer: Answer
) -> None:  # fmt: skip
    decided = answer.decision in {TAKE_ANSWER, KEEP_GIVEN}
    values: dict[str, Value] = {
        "person": sheet.person, "verify": record, "field": item.key, "given": item.given or item.now or None,
        "answer": answer.answer or None, "result": answer.result, "evidence": answer.evidence or None,
        "decision": answer.decision or TO_BE_SETTLED,
        "decided_on": station.today().isoformat() if decided else None,
        "decided_by": station.user if decided else None,
    }  # fmt: skip
    refuse_wrong("verify_item", values, station)
    unit.add("verify_item", new_id(station.ids), {key: value for key, value in values.items() if value is not None})
    if answer.decision == TAKE_ANSWER:
        _take(station, unit, sheet.person, answer)


def _take(station: Station, unit: UnitOfWork, person: str, answer: Answer) -> None:
    """Write an answer into the register; raises InvalidValueError for one the rules refuse."""
    refuse_hidden_field(station, *_meant(answer.key))
    if not answer.answer.strip():
        raise InvalidValueError(answer.key, "采用本人答复要先写下答复", "请填写，或选“待查证”")
    if answer.key == PHONE:
        _take_phones(station, unit, person, answer.answer)
    elif answer.key == CONTACT:
        values: dict[str, Value] = {"name": answer.answer.strip()[:50], "source": "本人核对"}
        unit.add("contact", new_id(station.ids), {**values, "person": person, "noted_on": station.today().isoformat()})
    else:
        one = PERSON.field(answer.key)
        fields = {one.key: read_answer(one, answer.answer)}
        page = whole_person(station, person=person)
        refuse_wrong(PERSON.key, {**page.values, **fields}, station, only=fields)
        unit.put(PERSON.key, person, fields)


def _meant(key: str) -> tuple[str, str]:
    """Return the kind and field an item is about; a kind alone for items that are records."""
    return (key, "") if key in {PHONE, CONTACT} else (PERSON.key, key)


def _take_phones(station: Station, unit: UnitOfWork, person: str, text: str) -> None:
    found = read_phones(text)
    wrong = next((one for one in found if one.problem), None)
    if wrong is not None or not found:
        raise InvalidValueError(PHONE, f"“{text}”不是电话号码", "手机 11 位，固话请带区号")
    known = {str(row.values.get("number")) for row in whole_person(station, person=person).children[PHONE]}
    for one in found:
        if one.number not in known:
            values: dict[str, Value] = {
                "person": person, "number": one.number, "owner": one.owner or "本人", "source": "本人核对",
                "noted_on": station.today().isoformat(), "state": "1",
            }  # fmt: skip
            unit.add(PHONE, new_id(station.ids), values)


def read_answer(one: Field, text: str) -> Value:
    """Return a spoken answer as the register stores it: codes for labels, ISO dates, clean ids."""
    plain = text.strip()
    if one.kind is Kind.CODE:
        code = code_list(one.codes).code_of(plain)
        if code is None:
            raise InvalidValueError(one.key, f"{one.label}“{plain}”不在代码表里", "请写代码表里的名称")
        return code
    if one.kind is Kind.DATE:
        return dates.read_date(plain, recent=one.group != "身份").value or plain
    return clean_id(plain) if one.kind is Kind.ID_NUMBER else plain


def _mark_verified(station: Station, unit: UnitOfWork, person: str) -> None:
    values = whole_person(station, person=person).values
    fields: dict[str, Value] = {"verified_on": station.today().isoformat()}
    progress = str(values.get("handover_state") or "")
    if "" < progress < _VERIFYING:
        fields["handover_state"] = _VERIFYING
    unit.put(PERSON.key, person, fields)


def state_of(one: Standing, *, stale_before: str) -> str:
    """Return how one person stands: a key of `STATE_NAMES`."""
    if one.disputed:
        return DISPUTES
    if one.verified_on:
        return STALE if one.verified_on < stale_before else DONE
    return LOST if one.last_result == UNREACHED else LEFT


def people_to_ask(station: Station, *, wanted: ToAsk) -> list[tuple[Standing, str]]:
    """Return people in care with how they stand, in walking order: building, unit, room."""
    before = months_before(station.today(), _STALE_MONTHS)
    with station.vault.reading() as connection:
        found = verification.standings(connection)
    kept = []
    for one in found:
        state = state_of(one, stale_before=before)
        if (
            (not wanted.community or one.home_org == wanted.community)
            and (not wanted.enterprise or wanted.enterprise in one.ent_name)
            and (not wanted.building or wanted.building in building_name(one))
            and (not wanted.state or state == wanted.state)
        ):
            kept.append((one, state))
    return sorted(kept, key=lambda pair: _walk(pair[0]))


def building_name(one: Standing) -> str:
    """Return the building a person lives in, as filed or as the address says."""
    return one.building or building_of(one.address)


def _walk(one: Standing) -> list[tuple[int, str]]:
    text = f"{building_name(one)} {one.door} {one.address}"
    return [(int(part), "") if part.isdigit() else (1 << 30, part) for part in re.split(r"([0-9]+)", text)]


def sample(station: Station, *, count: int) -> list[str]:
    """Return `count` people in care chosen at random, for the yearly phone review (`domain.md` F20)."""
    with station.vault.reading() as connection:
        ids = sorted(one.id for one in verification.standings(connection))
    chance = random.Random(station.ids.random_bytes(16))  # noqa: S311 - a sample, no secret
    return chance.sample(ids, min(count, len(ids)))


def progress(station: Station, *, by: str = "community") -> dict[str, dict[str, int]]:
    """Return counts by state for each community, enterprise, building or roster; raises InvalidValueError."""
    orgs = org_names(station)
    rosters = _rosters(station) if by == "batch" else {}
    names: dict[str, Callable[[Standing], str]] = {
        "community": lambda one: orgs.get(one.home_org, one.home_org),
        "enterprise": lambda one: one.ent_name,
        "building": building_name,
        "batch": lambda one: rosters.get(one.id, "逐个登记或合并来的"),
    }
    if by not in names:
        raise InvalidValueError("by", f"不能按“{by}”统计", "可用 community、enterprise、building、batch")
    found: dict[str, dict[str, int]] = {}
    for one, state in people_to_ask(station, wanted=ToAsk()):
        row = found.setdefault(names[by](one) or "（未填）", dict.fromkeys(STATE_NAMES, 0))
        row[state] += 1
    return dict(sorted(found.items()))


def _rosters(station: Station) -> dict[str, str]:
    """Return the day and the file of the import that brought each person."""
    with station.vault.reading() as connection:
        found = verification.brought_by(connection)
    return {person: f"{local_day(at).isoformat()} {source}" for person, (at, source) in found.items()}


def disputes(station: Station) -> list[OpenItem]:
    """Return every disputed item that waits for a decision, oldest first."""
    with station.vault.reading() as connection:
        return verification.open_items(connection)


def item_label(key: str) -> str:
    """Return the Chinese name of an item."""
    return {PHONE: "联系电话", CONTACT: "家庭联系人"}.get(key) or kind_of(PERSON.key).field(key).label
