"""People: register, amend, find, list, and what hangs on them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from desktop.domain.changes import Changes
from desktop.domain.dictionary import PERSON, kind_of
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id, org_id
from desktop.domain.org_tree import OrgTree
from desktop.domain.permissions import READ_HOUSE, READ_PEOPLE, READ_WHOLE
from desktop.domain.sight import FULL
from desktop.domain.validation import Finding as Problem
from desktop.domain.validation import check_record, derived_from_id
from desktop.services import filters
from desktop.services.looking import note_asked, note_opened, refuse_hidden_kind, writable
from desktop.services.station import Station
from desktop.store import finding, history, joining, likeness, people, profiles
from desktop.store.history import HistoryLine
from desktop.store.people import PeopleFilter, PersonPage, PersonRow
from desktop.store.records import load_records
from desktop.store.unit_of_work import UnitOfWork

parse_filter = filters.parse_filter  # whom a list is narrowed to, as it is written
IN_CARE = "1"  # manage_state 在管
ALIVE = "1"
# What used to be one text on a person and is now records of its own, each with source and date.
_RETIRED = {
    "name_former": ("former_name", "name", {"kind": "1"}),
    "name_external": ("former_name", "name", {"kind": "4"}),
    "id_no_old": ("old_id", "number", {}),
}


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """What a clerk typed about a new person: person fields and child records."""

    values: Mapping[str, Value]
    phones: Sequence[Mapping[str, Value]] = ()
    contacts: Sequence[Mapping[str, Value]] = ()
    tags: Sequence[Mapping[str, Value]] = ()


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """One hit of the search box."""

    id: str
    row: PersonRow
    matched: str


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """What the search box shows, and how many there are in all."""

    people: tuple[FoundPerson, ...]
    total: int
    capped: bool = False  # there are more than `total`


@dataclass(frozen=True, slots=True)
class Registered:
    """A new person and what changed."""

    person: str
    person_no: str
    changes: Changes = field(default_factory=Changes)


def check_person(station: Station, *, values: Mapping[str, Value]) -> list[Problem]:
    """Return what the dictionary's rules say of a person's fields as they are being typed."""
    return check_record(PERSON, values, today=station.today())


def register_person(station: Station, *, draft: PersonDraft, why: str = "") -> Registered:
    """Register a new person with phones, contacts and tags; raises InvalidValueError.

    Sex and birth are filled in from a sound id number; the person belongs to this community
    unless the draft names another.
    """
    values = complete_person(station, draft.values)
    refuse_wrong(PERSON.key, values, station)
    person = new_id(station.ids)
    former = take_former(values, source="手工登记")
    with station.vault.unit("person.register", why=why) as unit:
        prefix = number_prefix(station)
        values.setdefault("person_no", f"{prefix}{people.next_person_no(unit.connection, prefix):05d}")
        unit.add("person", person, values)
        for kind, rows in (("phone", draft.phones), ("contact", draft.contacts), ("tag", draft.tags)):
            for row in rows:
                add_child(station, unit, kind=kind, person=person, values=row)
        for kind, row in former:
            add_child(station, unit, kind=kind, person=person, values=row)
        changes = unit.commit()
    return Registered(person, str(values["person_no"]), changes)


def complete_person(station: Station, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return a new person's fields with what follows from others filled in."""
    filled: dict[str, Value] = {key: value for key, value in values.items() if value not in (None, "")}
    for key, value in derived_from_id(str(filled.get("id_no") or "")).items():
        filled.setdefault(key, value)
    filled.setdefault("home_org", station.org)
    filled.setdefault("manage_state", IN_CARE)
    filled.setdefault("alive_state", ALIVE)
    return filled


def take_former(values: dict[str, Value], *, source: str) -> list[tuple[str, dict[str, Value]]]:
    """Take former names and old ids out of a person's fields; return them as (kind, fields) of records."""
    found: list[tuple[str, dict[str, Value]]] = []
    for key, (kind, target, rest) in _RETIRED.items():
        text = str(values.pop(key, None) or "")
        for one in () if not text else re.split(r"[、,，;；/]", text):
            if one.strip():
                found.append((kind, {target: one.strip(), **rest, "source": source}))
    return found


def number_prefix(station: Station) -> str:
    """Return what this station's person numbers begin with: a letter and the org code's tail."""
    return f"{'J' if station.is_street else 'S'}{station.org[-4:]}-"


def amend_person(station: Station, *, person: str, values: Mapping[str, Value], why: str = "") -> Changes:
    """Change fields of a person; raises NotFoundError, InvalidValueError. Nothing typed is half-saved."""
    page = whole_person(station, person=person)
    values = writable(station, "person", values, page.values)
    merged = {**page.values, **values}
    if merged.get("manage_state") != page.values.get("manage_state"):
        raise InvalidValueError("manage_state", "管理状态不能直接改", "请用“变更状态”，写明日期和原因")
    refuse_wrong(PERSON.key, merged, station, only=values)
    with station.vault.unit("person.edit", why=why) as unit:
        unit.put("person", person, values)
        return unit.commit()


def amend_people(station: Station, *, values: Mapping[str, Mapping[str, Value]], why: str) -> Changes:
    """Change fields of many people in one unit; raises InvalidValueError."""
    for one in values.values():
        if "manage_state" in one:
            raise InvalidValueError("manage_state", "管理状态不能直接改", "请用“变更状态”，写明日期和原因")
        writable(station, PERSON.key, one, {})
        refuse_wrong(PERSON.key, one, station, only=one)
    with station.vault.unit("people.edit", why=why) as unit:
        unit.put_many("person", values)
        return unit.commit()


def remove_person(station: Station, *, person: str, why: str) -> Changes:
    """Mark a person deleted (entered by mistake), with a reason; can be undone.

    More than ten in a day, one after another, need a second supervisor as ten at once do: SecondPersonError.
    """
    station.allow("person.remove")
    if not why.strip():
        raise InvalidValueError("why", "删除人员必须写明原因", "请填写原因")
    with station.vault.unit("person.remove", why=why) as unit:
        if not unit.delete("person", person):
            raise NotFoundError("没有找到这个人", "可能已被删除，请刷新列表")
        return unit.commit()


def put_child(
    station: Station, *, kind: str, person: str, values: Mapping[str, Value], record: str = "", why: str = ""
) -> Changes:
    """Add or change a phone, contact or tag of a person; raises InvalidValueError."""
    if record:
        with station.vault.reading(READ_WHOLE) as connection:
            stored = load_records(connection, kind, [record]).get(record)
        values = writable(station, kind, values, stored.values if stored else {})
        refuse_wrong(kind, {**(stored.values if stored else {}), "person": person, **values}, station)
    else:
        refuse_hidden_kind(station, kind)
        refuse_wrong(kind, {"person": person, **values}, station)
    with station.vault.unit(f"{kind}.edit" if record else f"{kind}.add", why=why) as unit:
        if record:
            unit.put(kind, record, values)
        else:
            add_child(station, unit, kind=kind, person=person, values=values)
        return unit.commit()


def add_child(station: Station, unit: UnitOfWork, *, kind: str, person: str, values: Mapping[str, Value]) -> str:
    """Add a child record inside an open unit and return its id; raises InvalidValueError."""
    filled = {key: value for key, value in values.items() if value not in (None, "")}
    if "noted_on" in kind_of(kind).keys:
        filled.setdefault("noted_on", station.today().isoformat())
    refuse_wrong(kind, {**filled, "person": person}, station)
    record = new_id(station.ids)
    unit.add(kind, record, {**filled, "person": person})
    return record


def remove_child(station: Station, *, kind: str, record: str, why: str = "") -> Changes:
    """Delete a phone, contact, tag or visit; raises NotFoundError."""
    refuse_hidden_kind(station, kind)
    with station.vault.unit(f"{kind}.remove", why=why) as unit:
        if not unit.delete(kind, record):
            raise NotFoundError("没有找到这条记录", "可能已被删除，请刷新")
        return unit.commit()


def refuse_wrong(
    kind: str, values: Mapping[str, Value], station: Station, *, only: Iterable[str] | None = None
) -> None:
    """Raise InvalidValueError for the first error the dictionary's rules find (in `only`, if given)."""
    keys = None if only is None else set(only)
    for problem in check_record(kind_of(kind), values, today=station.today()):
        if problem.is_error and (keys is None or problem.field in keys):
            raise InvalidValueError(problem.field, problem.message, problem.advice)


def person_details(station: Station, *, person: str) -> PersonPage:
    """Return what is kept about one person, as much as the user may see, and note who looked; raises NotFoundError."""
    page = page_of(station, person=person, what=READ_PEOPLE)
    note_opened(station, page)
    return page


def whole_person(station: Station, *, person: str) -> PersonPage:
    """Return everything kept about one person, for what the program writes or compares; raises NotFoundError."""
    return page_of(station, person=person, what=READ_WHOLE)


def page_of(station: Station, *, person: str, what: str) -> PersonPage:
    """Return what one kind of read sees of a person (`domain/permissions.py`); raises NotFoundError."""
    with station.vault.reading(what) as connection:
        page = people.person_page(connection, person)
    if page is None:
        raise NotFoundError("没有找到这个人", "可能已被删除，请刷新列表")
    return page


def person_by_any(station: Station, *, text: str) -> str:
    """Return the id of the person named by a record id, person number or full id number; NotFoundError."""
    with station.vault.reading() as connection:
        found = people.person_named(connection, text.strip())
    if found is None:
        raise NotFoundError(f"没有找到“{text}”", "请用人员编号或完整证号")
    return found


def person_meant(station: Station, *, text: str) -> str:
    """Return the id of the one person a text means: a record id, a number, or words only one person answers to.

    Raises NotFoundError, also where several answer to them.
    """
    with station.vault.reading() as connection:
        found = people.person_named(connection, text.strip())
    if found is not None:
        return found
    hits = find(station, text=text, limit=2)
    if hits.total == 1 and hits.people:
        return hits.people[0].id
    if hits.total > 1:
        raise NotFoundError(f"有 {hits.total} 个人和“{text}”相符", "请多输几个字，再从列表中选一位")
    raise NotFoundError(f"没有找到“{text}”", "请输姓名、拼音首字母、电话或证号，再从列表中选一位")


def history_of(station: Station, *, person: str, what: str = READ_PEOPLE) -> list[HistoryLine]:
    """Return every change of a person and what belongs to it, newest first."""
    with station.vault.reading(what) as connection:
        return history.history_of_person(connection, person)


def find(
    station: Station, *, text: str, limit: int = 50, all_counted: bool = False, stop: Callable[[], bool] | None = None
) -> FoundPeople:
    """Return the people the search box finds, best first, with what matched.

    They are counted up to a cap unless `all_counted`. Raises Cancelled once `stop` says that the
    answer is not wanted any more.
    """
    cap = None if all_counted else finding.COUNT_CAP
    station.count_search(text)
    with station.vault.reading(stop=stop) as connection:
        found = finding.find_people(connection, text, limit=limit, cap=cap)
        mains = joining.mains_of(connection, [hit.person for hit in found.hits])
        shown = [mains.get(hit.person, hit.person) for hit in found.hits]
        rows = {row.id: row for row in people.rows_of(connection, shown)}
    hits: dict[str, FoundPerson] = {}
    for hit, person in zip(found.hits, shown, strict=True):
        matched = f"{hit.matched}，已并入" if hit.person in mains else hit.matched
        if person in rows and (person not in hits or hit.person not in mains):
            hits[person] = FoundPerson(person, rows[person], matched)
    return FoundPeople(tuple(hits.values()), found.total - (len(found.hits) - len(hits)), found.capped)


def people_ids(station: Station, *, wanted: PeopleFilter, sort: str = "name", descending: bool = False) -> list[str]:
    """Return the ids of the people that pass a filter, sorted."""
    note_asked(station, wanted)
    with station.vault.reading() as connection:
        return people.ids_matching(connection, wanted, sort=sort, descending=descending)


def people_count(station: Station, *, wanted: PeopleFilter, stop: Callable[[], bool] | None = None) -> int:
    """Return how many people pass a filter; raises Cancelled once `stop` says that nobody asks any more."""
    with station.vault.reading(stop=stop) as connection:
        return people.count_matching(connection, wanted)


def people_rows(station: Station, *, ids: Sequence[str]) -> list[PersonRow]:
    """Return list rows for `ids`, in order."""
    with station.vault.reading() as connection:
        return people.rows_of(connection, ids)


def lookalikes_of(station: Station, *, values: Mapping[str, Value]) -> list[PersonRow]:
    """Return people who may be the one being typed, the surest first; a joined person as its main."""
    with station.vault.reading(READ_WHOLE) as connection:
        found = likeness.alike_to(connection, profiles.profile_of("", values))
        ids = [one.second for one in found]
        mains = joining.mains_of(connection, ids)
    with station.vault.reading() as connection:
        return people.rows_of(connection, list(dict.fromkeys(mains.get(one, one) for one in ids)))


def overview(station: Station) -> dict[str, dict[str, int]]:
    """Return counts of people by community, state and sex, for the first page."""
    keys = [key for key in ("home_org", "manage_state", "sex") if station.vault.sight.of_field(PERSON.key, key) == FULL]
    with station.vault.reading() as connection:
        return {key: people.counts_by(connection, key) for key in keys}


def org_words(station: Station, *, on: date | None = None) -> dict[str, str]:
    """Return the code of every organisation by its code, name and aliases, old names too.

    Without a day a unit that was joined to another means that one; with a day, names mean what they
    meant then.
    """
    with station.vault.reading(READ_HOUSE) as connection:
        orgs, aliases = people.records_of(connection, "org"), people.records_of(connection, "org_alias")
    return OrgTree.of_records([one.values for one in orgs], [one.values for one in aliases]).words(on)


def org_code(station: Station, *, name: str) -> str | None:
    """Return the code of the organisation named so, by code, name or alias; None if unknown."""
    return org_words(station).get(name.strip())


def org_names(station: Station) -> dict[str, str]:
    """Return the name of every organisation this store knows, by code."""
    with station.vault.reading(READ_HOUSE) as connection:
        orgs = people.records_of(connection, "org")
    return {str(one.values["code"]): str(one.values["name"]) for one in orgs if "code" in one.values}


def own_org(station: Station) -> dict[str, Value]:
    """Return what is kept of this station's own organisation: name, phone, address."""
    with station.vault.reading(READ_HOUSE) as connection:
        orgs = people.records_of(connection, "org")
    return next((dict(one.values) for one in orgs if one.values.get("code") == station.org), {})


def amend_own_org(station: Station, *, phone: str, address: str) -> Changes:
    """Change the phone and address printed on contact cards; raises InvalidValueError."""
    values = {**own_org(station), "phone": phone, "address": address}
    refuse_wrong("org", values, station)
    with station.vault.unit("org.edit", why="修改联系卡上的电话和地址") as unit:
        unit.put("org", org_id(station.org), {"phone": phone, "address": address})
        return unit.commit()
