"""Levels by group and role: every reading service shows each role as much as the table says, and nothing more.

Somebody is registered of whom every field and every record holds a value found nowhere else; each service is
called as each role under three tables, and whatever comes back is walked to the last text.
"""

import ast
import dataclasses
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.codes import code_list
from desktop.domain.dictionary import KINDS, PERSON, PERSON_RECORDS
from desktop.domain.errors import InvalidValueError, KnownError, NotAllowedError, NotFoundError
from desktop.domain.fields import Field, Kind, Value
from desktop.domain.ids import SeededIds, new_id
from desktop.domain.permissions import CLERK, SUPERVISOR
from desktop.domain.sight import FULL, GROUPS, HIDDEN, MASK, MASKED, Sight, mask, sight_of
from desktop.services import (
    access_sheets,
    as_on,
    batches,
    bulk_edit,
    card_life,
    check_forms,
    computed,
    conflicts,
    drafts,
    duplicates,
    health,
    info_forms,
    ledger,
    listing,
    lists,
    photos,
    privacy_desk,
    proposals,
    quarantine,
    receiving,
    register,
    reveal,
    reviews,
    sight,
    slips,
    timeline,
    transfers,
    verification,
    visit_papers,
    visits,
)
from desktop.services.access import open_store
from desktop.services.filters import parse_filter
from desktop.services.listing import ListQuery
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from desktop.store.visits import VisitFilter
from tests.conftest import PASSWORD, the_clock

SERVICES = Path(__file__).resolve().parents[2] / "desktop" / "services"
NAME = "慕容知秋"
EVERYONE = PeopleFilter()
_ALWAYS = {"person_no", "name", "home_org", "manage_state", "alive_state", "handover_state", "joined_to", "owner_epoch"}


@dataclass
class Marked:
    """Somebody whose every value is found nowhere else: the texts by (kind, field), before and now."""

    person: str = ""
    twin: str = ""
    texts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    item: str = ""


def _value(one: Field, number: int, turn: int) -> Value:
    """Return a value of a field that is told from every other."""
    if one.key in {"number", "si_person_no"} and one.kind is Kind.TEXT:
        return f"77{number:06d}{turn}55"
    if one.kind in {Kind.CODE, Kind.CODES}:
        return list(code_list(one.codes).labels)[turn % 2]
    if one.is_number:
        return 1 if one.kind is Kind.BOOL else 730000 + turn * 10000 + number
    texts = {
        Kind.PHONE: f"1390{turn}{number:06d}", Kind.ID_NUMBER: f"6101001931{turn}{number:06d}X", Kind.IMAGE: "a" * 64,
        Kind.DATE: (date(1911 + turn, 1, 1) + timedelta(days=number)).isoformat(),
    }  # fmt: skip
    return texts.get(one.kind, f"密{turn}{one.key[:6]}甲{number:03d}")


@pytest.fixture
def marked(station: Station) -> Marked:
    """Everything there can be of somebody, changed once, with a twin, a dispute, a draft and an open transfer."""
    found = Marked()
    done = register.register_person(station, draft=PersonDraft({"name": NAME}))
    found.person = done.person
    for turn in (1, 2):
        with station.vault.unit("people.edit", why="标记") as unit:
            values = {}
            for number, one in enumerate(PERSON.fields):
                if one.key in _ALWAYS or one.kind is Kind.ORG:
                    continue
                values[one.key] = _value(one, number, turn)
                _note(found, "person", one, values[one.key])
            unit.put("person", found.person, values)
            unit.commit()
    number = 200
    for kind in PERSON_RECORDS:
        if kind.key in {"pair", "erasure", "archive_lock", "verify", "verify_item"}:
            continue
        values = {"person": found.person}
        for one in kind.fields:
            number += 1
            if one.kind not in {Kind.RECORD, Kind.ORG}:
                values[one.key] = _value(one, number, 1)
                _note(found, kind.key, one, values[one.key])
        with station.vault.unit("people.edit", why="标记") as unit:
            unit.add(kind.key, new_id(station.ids), values)
            unit.commit()
    found.twin = register.register_person(
        station, draft=PersonDraft({"name": NAME, "birth_id": found.texts["person", "birth_id"][-1]})
    ).person
    asked = verification.Asked(method="1", told_by="本人")
    sheet = verification.check_sheet(station, person=found.person)
    address = next(one for one in sheet.items if one.key == "live_addr")
    verification.verify_person(station, person=found.person, asked=asked, answers=[
        verification.Answer(address.key, verification.DISPUTED, "密9新住址乙999", decision="")])  # fmt: skip
    found.texts["person", "live_addr"].append("密9新住址乙999")
    found.item = verification.disputes(station)[0].id
    drafts.keep_draft(station, key=f"edit/{found.person}", title="修改", payload={"illness": "密9病情乙998"})
    found.texts["person", "illness"].append("密9病情乙998")
    transfers.offer_transfer(station, person=found.person, reason="搬家")
    return found


def _note(found: Marked, kind: str, one: Field, value: Value) -> None:
    text = str(value)
    if one.kind in {Kind.TEXT, Kind.NOTE, Kind.PHONE, Kind.ID_NUMBER, Kind.DATE, Kind.INT, Kind.MONEY}:
        found.texts.setdefault((kind, one.key), []).append(text)
        if one.kind is Kind.MONEY and isinstance(value, int):
            found.texts[kind, one.key].append(f"{value / 100:.2f}")


Read = Callable[[Station, Marked], object]
_DAY = date(2026, 11, 24)


def _all_fields() -> tuple[str, ...]:
    return tuple(one.key for one in PERSON.fields)


# Every service that shows people, each called so that it shows as much as it can. Statistics are not among them: they
# are counts without names, open to the auditor too (`READ_REPORTS`).
READS: dict[str, Read] = {
    "person": lambda s, m: register.person_details(s, person=m.person),
    "history": lambda s, m: register.history_of(s, person=m.person),
    "rows": lambda s, m: register.people_rows(s, ids=[m.person, m.twin]),
    "find": lambda s, m: register.find(s, text=NAME),
    "find by number": lambda s, m: register.find(s, text="1390"),
    "list": lambda s, m: listing.open_list(s, query=ListQuery(EVERYONE, fields=_all_fields())),
    "window": lambda s, m: listing.window_of(s, keys=[1, 2], fields=_all_fields()),
    "alike": lambda s, m: register.lookalikes_of(s, values={"name": NAME}),
    "overview": lambda s, m: register.overview(s),
    "duplicates": lambda s, m: duplicates.find_duplicates(s),
    "side by side": lambda s, m: duplicates.side_by_side(s, first=m.person, second=m.twin),
    "decided": lambda s, m: duplicates.decided_pairs(s),
    "joined": lambda s, m: duplicates.joined_with(s, person=m.person),
    "as on": lambda s, m: as_on.register_on(s, day=_DAY),
    "as on table": lambda s, m: as_on.register_on_table(as_on.register_on(s, day=_DAY)),
    "person on": lambda s, m: as_on.person_on(s, person=m.person, day=_DAY),
    "ledger": lambda s, m: ledger.ledger_of(s, since=_DAY, until=_DAY, plain=True),
    "over time": lambda s, m: [
        timeline.values_over_time(s, person=m.person, key=one.key) for one in PERSON.fields if not one.hidden
    ],
    "phones over time": lambda s, m: timeline.values_over_time(s, person=m.person, key="number", kind="phone"),
    "undo": lambda s, m: [
        timeline.preview_undo_one(s, line=line) for line in register.history_of(s, person=m.person)
        if line.kind == "person" and line.field not in {"", "manage_state", "alive_state"}
    ],
    "check sheet": lambda s, m: verification.check_sheet(s, person=m.person),
    "disputes": lambda s, m: verification.disputes(s),
    "to ask": lambda s, m: verification.people_to_ask(s, wanted=verification.ToAsk()),
    "progress": lambda s, m: [verification.progress(s, by=by) for by in ("community", "enterprise", "building")],
    "visits": lambda s, m: visits.visits_listed(s, wanted=VisitFilter()),
    "visitors": lambda s, m: visits.visitors_last_used(s),
    "cards": lambda s, m: card_life.all_cards(s),
    "to reprint": lambda s, m: card_life.cards_to_reprint(s),
    "computed": lambda s, m: computed.computed_of(s, register.person_details(s, person=m.person).values, _DAY),
    "receiving": lambda s, m: receiving.propose(s, everyone=True),
    "conflicts": lambda s, m: (conflicts.conflict_details(s), conflicts.list_conflicts(s), conflicts.soft_conflicts(s)),
    "proposals": lambda s, m: proposals.list_proposals(s),
    "aside": lambda s, m: quarantine.put_aside_lines(s),
    "transfers": lambda s, m: transfers.list_transfers(s),
    "drafts": lambda s, m: drafts.kept_drafts(s),
    "reviews": lambda s, m: (reviews.reviews_waiting(s), reviews.review_items(s)),
    "health": lambda s, m: health.health_report(s),
    "privacy": lambda s, m: privacy_desk.privacy_desk(s),
    "batches": lambda s, m: batches.recent_batches(s),
    "lists": lambda s, m: lists.counted_lists(s),
    "photo": lambda s, m: photos.photo_of(s, person=m.person),
}  # fmt: skip
# Papers show what is masked (noted: who printed how many people's), never what is hidden.
PAPERS: dict[str, Callable[[Station, Marked], bytes]] = {
    "info form": lambda s, m: info_forms.info_forms(s, ids=[m.person]),
    "check form": lambda s, m: check_forms.check_forms(s, ids=[m.person]),
    "visit sheet": lambda s, m: visit_papers.visit_sheets(s, ids=[m.person]),
    "route": lambda s, m: visit_papers.route_sheet(s, ids=[m.person]),
    "transfer": lambda s, m: slips.transfer_paper(s, transfer=transfers.list_transfers(s)[0].id),
    "access sheet": lambda s, m: access_sheets.access_sheet_pdf_of(s, person=m.person),
}


def texts_in(thing: object) -> Iterator[str]:
    """Yield every text in what a service returned, to the last leaf; numbers as text."""
    if isinstance(thing, str | int):
        yield str(thing)
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from texts_in(key)
            yield from texts_in(value)
    elif isinstance(thing, list | tuple | set | frozenset):
        for one in thing:
            yield from texts_in(one)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for one in dataclasses.fields(thing):
            yield from texts_in(getattr(thing, one.name))


def raw_values_in(thing: object) -> Iterator[tuple[str, Value]]:
    """Yield every (key, value) of a person's or record's values in what a service returned."""
    values = getattr(thing, "values", None)
    if isinstance(values, Mapping):
        yield from ((str(key), value) for key, value in values.items() if isinstance(value, str | int))
    if isinstance(thing, Mapping):
        for value in thing.values():
            yield from raw_values_in(value)
    elif isinstance(thing, list | tuple):
        for one in thing:
            yield from raw_values_in(one)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for one in dataclasses.fields(thing):
            yield from raw_values_in(getattr(thing, one.name))


def as_role(station: Station, role: str) -> None:
    station.role = station.vault.role = role


def set_all(station: Station, role: str, level: str) -> None:
    as_role(station, SUPERVISOR)
    with station.vault.unit("sight.edit", why="全部") as unit:
        for one in GROUPS:
            unit.add("sight_level", new_id(station.ids), {"field_group": one.key, "role": role, "level": level})
        unit.commit()


def leaks(found: object, marked: Marked, seen: Sight) -> list[str]:
    """Return the marks in what a service returned that a sight does not allow."""
    texts = list(texts_in(found))
    return [
        f"{kind}.{key}"
        for (kind, key), marks in marked.texts.items()
        if seen.of_field(kind, key) != FULL and any(mark in text for mark in marks for text in texts)
    ]


@pytest.mark.parametrize("role", [CLERK, pytest.param(SUPERVISOR, marks=pytest.mark.long)])
@pytest.mark.parametrize("level", [MASKED, HIDDEN])
def test_no_reading_service_shows_what_the_table_does_not_allow(
    station: Station, marked: Marked, role: str, level: str
) -> None:
    set_all(station, role, level)
    as_role(station, role)
    seen = station.vault.sight
    assert {seen.of_kind("phone"), seen.of_field("person", "health")} == {level}
    wrong: dict[str, list[str]] = {}
    for name, read in READS.items():
        found = read(station, marked)
        if name == "drafts" and level == MASKED:
            continue  # what is half typed goes back whole to where it was typed
        if shown := leaks(found, marked, seen):
            wrong[name] = shown
        for key, value in raw_values_in(found):
            if key in PERSON.by_key and key not in _ALWAYS and seen.of_field("person", key) != FULL:
                is_veiled = value is None or (isinstance(value, str) and MASK in value)
                if not is_veiled and name not in {"privacy", "transfers", "reviews", "cards", "visits", "side by side"}:
                    wrong.setdefault(name, []).append(f"{key}={value}")
    assert not wrong, "\n".join(f"{name}: {shown}" for name, shown in wrong.items())


def test_the_walk_finds_every_mark_where_nothing_is_veiled(station: Station, marked: Marked) -> None:
    """The positive control: to who may see everything each mark is shown, by most services several."""
    assert station.vault.sight.is_open
    shown: set[tuple[str, str]] = set()
    by_service: dict[str, int] = {}
    for name, read in READS.items():
        texts = list(texts_in(read(station, marked)))
        found = {key for key, marks in marked.texts.items() if any(mark in text for mark in marks for text in texts)}
        by_service[name] = len(found)
        shown |= found
    assert marked.texts.keys() - shown == set()
    for name in ("person", "history", "rows", "list", "window", "duplicates", "side by side", "as on", "person on",
                 "ledger", "over time", "phones over time", "undo", "check sheet", "disputes", "visits", "drafts"):  # fmt: skip
        assert by_service[name] > 0, name


def test_masked_is_the_beginning_of_a_value_and_hidden_is_nothing(station: Station, marked: Marked) -> None:
    as_role(station, CLERK)  # as shipped: what is important is masked
    page = register.person_details(station, person=marked.person)
    assert page.values["name"] == NAME and page.values["live_addr"] == "密2***"
    assert str(page.values["id_no"]).startswith("610100****") and page.values["health"] == MASK
    (phone,) = page.children["phone"]
    assert re.fullmatch(r"139\*{4}\d{4}", str(phone.values["number"]))
    as_role(station, SUPERVISOR)
    sight.set_level(station, group="电话", role="录入员", level="不显示")
    sight.set_level(station, group="健康与关爱", role=CLERK, level=HIDDEN)
    as_role(station, CLERK)
    page = register.person_details(station, person=marked.person)
    assert page.children["phone"] == () and "health" not in page.values
    assert register.people_rows(station, ids=[marked.person])[0].phone == ""


@pytest.mark.parametrize("expression", [
    "健康状况=健康", "长期居住地~密", "标签=高龄", "电话~1390", "年龄>=80", "证件有效期=空", "备注!~甲", "最近走访=空",
])  # fmt: skip
def test_what_is_hidden_cannot_be_asked_for(station: Station, marked: Marked, expression: str) -> None:
    set_all(station, CLERK, HIDDEN)
    as_role(station, CLERK)
    wanted = parse_filter(expression, station=station)
    for ask in (
        lambda: register.people_count(station, wanted=wanted), lambda: register.people_ids(station, wanted=wanted),
        lambda: listing.open_list(station, query=ListQuery(wanted)),
        lambda: listing.order_of(station, query=ListQuery(wanted)),
    ):  # fmt: skip
        with pytest.raises(NotAllowedError, match="不能用它筛选"):
            ask()


@pytest.mark.parametrize("wanted", [
    PeopleFilter(equals={"health": ["1"]}), PeopleFilter(contains={"live_addr": "密"}), PeopleFilter(missing=["illness"]),
    PeopleFilter(born_from="1900-01-01"), PeopleFilter(tags=["1"]),
])  # fmt: skip
def test_no_form_of_filter_goes_round_it_and_nothing_is_sorted_by_it(
    station: Station, marked: Marked, wanted: PeopleFilter
) -> None:
    set_all(station, CLERK, HIDDEN)
    as_role(station, CLERK)
    with pytest.raises(NotAllowedError):
        register.people_count(station, wanted=wanted)
    with pytest.raises(NotAllowedError):
        register.people_ids(station, wanted=EVERYONE, sort="live_addr")
    assert register.people_count(station, wanted=parse_filter("管理状态=在管", station=station)) == 2


def test_what_is_hidden_is_not_found_by_searching(station: Station, marked: Marked) -> None:
    probes = {
        "address": marked.texts["person", "live_addr"][1], "unit": marked.texts["person", "ent_name"][-1],
        "id": marked.texts["person", "id_no"][-1], "id tail": marked.texts["person", "id_no"][-1][-6:],
        "phone": marked.texts["phone", "number"][0], "kin": marked.texts["contact", "phone"][0][-5:],
        "old id": marked.texts["old_id", "number"][0], "insurance": marked.texts["person", "si_person_no"][-1],
    }  # fmt: skip
    for name, text in probes.items():
        assert register.find(station, text=text).total >= 1, f"control: {name}"
    set_all(station, CLERK, HIDDEN)
    as_role(station, CLERK)
    for name, text in probes.items():
        assert register.find(station, text=text).total == 0, name
        assert register.people_count(station, wanted=PeopleFilter(text=text)) == 0, name
        assert register.people_count(station, wanted=parse_filter(text, station=station)) == 0, name
    assert register.find(station, text=NAME).total == 2
    assert register.find(station, text=f"{NAME} 1390").total == 0
    with pytest.raises(KnownError):
        register.person_by_any(station, text=probes["id"])


def test_one_hidden_number_does_not_hide_people_from_the_others(station: Station, marked: Marked) -> None:
    sight.set_level(station, group="电话", role=CLERK, level=HIDDEN)
    as_role(station, CLERK)
    assert register.find(station, text=marked.texts["phone", "number"][0]).total == 0
    assert register.find(station, text=marked.texts["contact", "phone"][0]).total == 1
    found = register.find(station, text=marked.texts["person", "id_no"][-1][-6:])
    assert [one.id for one in found.people] == [marked.person] and found.people[0].matched == "证号尾号"
    assert "******" in found.people[0].row.text("id_no")


def test_a_masked_field_may_be_searched_and_asked_for(station: Station, marked: Marked) -> None:
    as_role(station, CLERK)
    assert register.find(station, text=marked.texts["phone", "number"][0]).people[0].id == marked.person
    assert register.person_by_any(station, text=marked.texts["person", "id_no"][-1]) == marked.person
    assert register.people_count(station, wanted=parse_filter("长期居住地~密2", station=station)) == 1


# --- writing ---


def test_a_mask_that_comes_back_from_a_form_changes_nothing(station: Station, marked: Marked) -> None:
    whole = register.whole_person(station, person=marked.person)
    as_role(station, CLERK)
    seen = register.person_details(station, person=marked.person)
    register.amend_person(station, person=marked.person, values={**seen.values, "hobbies": whole.values["hobbies"]})
    (phone,) = seen.children["phone"]
    register.put_child(station, kind="phone", person=marked.person, values=dict(phone.values), record=phone.id)
    (visit,) = seen.children["visit"]
    visits.amend_visit(station, visit=visit.id, values=dict(visit.values))
    after = register.whole_person(station, person=marked.person)
    assert after.values == whole.values
    assert after.children["phone"] == whole.children["phone"] and after.children["visit"] == whole.children["visit"]


def test_what_is_masked_is_changed_whole_or_not(station: Station, marked: Marked) -> None:
    as_role(station, CLERK)
    with pytest.raises(InvalidValueError, match="还遮着"):
        register.amend_person(station, person=marked.person, values={"live_addr": "密2***之后"})
    register.amend_person(station, person=marked.person, values={"live_addr": "新的住址1号"})
    assert register.whole_person(station, person=marked.person).values["live_addr"] == "新的住址1号"


def test_what_is_hidden_is_not_changed(station: Station, marked: Marked) -> None:
    (phone,) = register.whole_person(station, person=marked.person).children["phone"]
    (visit,) = register.whole_person(station, person=marked.person).children["visit"]
    set_all(station, CLERK, HIDDEN)
    as_role(station, CLERK)
    before = station.vault.head()
    with pytest.raises(NotAllowedError, match="不能修改"):
        register.amend_person(station, person=marked.person, values={"live_addr": "新的住址1号"})
    for act in (
        lambda: register.put_child(station, kind="phone", person=marked.person, values={"number": "029-88886666"}),
        lambda: register.put_child(
            station, kind="phone", person=marked.person, values={"number": "029-88886666"}, record=phone.id),
        lambda: register.remove_child(station, kind="phone", record=phone.id),
        lambda: visits.amend_visit(station, visit=visit.id, values={"needs": "x"}),
    ):  # fmt: skip
        with pytest.raises(NotAllowedError):
            act()
    assert station.vault.head() == before


def test_a_conflict_is_decided_with_the_whole_value_and_not_by_who_cannot_see_it(
    station: Station, marked: Marked
) -> None:
    ours = register.whole_person(station, person=marked.person).values["live_addr"]
    with station.vault.unit("people.edit", why="标记") as unit:
        run = unit.connection.exec_driver_sql
        dot = f"{station.vault.identity.writer}#1"
        for number, theirs in enumerate(("密9对方的住址", "密8对方的住址")):
            run(
                "INSERT INTO conflict (id, kind, record, person, field, ours, ours_dot, theirs, theirs_dot, state, "
                "opened_at, opened_by) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                (f"{number}" * 32, "person", marked.person, marked.person, "live_addr", json.dumps(ours), dot,
                 json.dumps(theirs), f"other:1#{number + 5}", "open", "2026-11-24T01:00:00Z", "赵静"),
            )  # fmt: skip
        unit.commit()
    as_role(station, CLERK)
    (first, _second) = conflicts.list_conflicts(station)
    assert (first.ours, first.theirs) == ("密2***", "密9***")
    conflicts.resolve_conflict(station, conflict="0" * 32, keep="theirs")
    assert register.whole_person(station, person=marked.person).values["live_addr"] == "密9对方的住址"
    set_all(station, CLERK, HIDDEN)
    as_role(station, CLERK)
    with pytest.raises((NotAllowedError, NotFoundError)):
        conflicts.resolve_conflict(station, conflict="1" * 32, keep="theirs")


def test_what_is_changed_in_bulk_or_by_an_answer_must_be_seen(station: Station, marked: Marked) -> None:
    set_all(station, SUPERVISOR, MASKED)
    with pytest.raises(NotAllowedError):
        bulk_edit.read_change(station, text="长期居住地=甲路")
    with pytest.raises(NotAllowedError):
        bulk_edit.read_change(station, text="标签=高龄")
    assert bulk_edit.read_change(station, text="兴趣爱好=")
    set_all(station, CLERK, HIDDEN)
    as_role(station, CLERK)
    with pytest.raises(NotAllowedError):
        verification.decide_item(station, item=marked.item, decision=verification.TAKE_ANSWER)
    with pytest.raises(NotAllowedError):
        photos.set_photo(station, person=marked.person, jpeg=b"\xff\xd8\xff" + b"x")


def test_a_list_narrowed_by_a_masked_sensitive_field_is_noted(station: Station, marked: Marked) -> None:
    as_role(station, CLERK)
    for _ in range(2):
        listing.open_list(station, query=ListQuery(parse_filter("标签=高龄", station=station)))
    listing.open_list(station, query=ListQuery(parse_filter("长期居住地~密", station=station)))
    as_role(station, SUPERVISOR)
    noted = [one["fields"] for one in _notes(station) if one["action"] == "filter.sensitive"]
    assert noted == ["tag.code"]


# --- revealing ---


def test_one_person_is_shown_and_noted_what_is_hidden_is_not(station: Station, marked: Marked) -> None:
    as_role(station, SUPERVISOR)
    sight.set_level(station, group="家庭", role=CLERK, level=HIDDEN)
    as_role(station, CLERK)
    page = reveal.reveal_page(station, person=marked.person)
    assert page.values["live_addr"] == marked.texts["person", "live_addr"][1]
    assert page.children["phone"][0].values["number"] == marked.texts["phone", "number"][0]
    assert "spouse_name" not in page.values
    with pytest.raises(NotAllowedError):
        reveal.reveal_person(station, person=marked.person, fields=["spouse_name"])
    row = reveal.reveal_record(station, person=marked.person, record=page.children["contact"][0].id)
    assert row is not None and row.values["phone"] == marked.texts["contact", "phone"][0]
    as_role(station, SUPERVISOR)
    notes = _notes(station)
    assert [note["action"] for note in notes][-2:] == ["reveal", "reveal"]
    fields = str(notes[-2]["fields"])
    assert "live_addr" in fields and fields.startswith("phone contact tag visit") and "spouse_name" not in fields
    assert not any(mark in str(notes) for marks in marked.texts.values() for mark in marks if len(mark) > 3)


def _notes(station: Station) -> list[dict[str, Any]]:
    with station.vault.reading("read.audit") as connection:
        rows = connection.exec_driver_sql('SELECT action, about, fields, count, user FROM access_note ORDER BY "row"')
        return [dict(row) for row in rows.mappings()]


def test_sensitive_groups_seen_in_full_are_noted_once_a_look(station: Station, marked: Marked) -> None:
    def seen() -> int:
        return sum(note["action"] == "view.sensitive" for note in _notes(station))

    before = seen()
    register.person_details(station, person=marked.person)
    register.person_details(station, person=marked.person)  # the page refreshes by itself
    assert seen() == before + 1 and "health" in _notes(station)[-1]["fields"]
    clock: Any = station.clock
    clock.advance(seconds=601)
    register.person_details(station, person=marked.person)
    assert seen() == before + 2
    register.person_details(station, person=marked.twin)  # nothing sensitive is kept of the twin
    as_role(station, CLERK)
    clock.advance(seconds=601)
    register.person_details(station, person=marked.person)  # masked: nothing is seen
    as_role(station, SUPERVISOR)
    assert seen() == before + 2


# --- papers ---


@pytest.mark.parametrize("name", PAPERS)
def test_papers_show_what_is_masked_with_a_note_and_never_what_is_hidden(
    station: Station, marked: Marked, name: str
) -> None:
    as_role(station, CLERK)
    whole = _pdf_text(PAPERS[name](station, marked))
    marks = [mark for key, found in marked.texts.items() if key[0] in {"person", "phone"} for mark in found[-2:]]
    assert any(mark in whole for mark in marks), "control: the paper shows masked values"
    as_role(station, SUPERVISOR)
    printed = _notes(station)[-1]
    assert (printed["action"], printed["count"], printed["user"]) == ("print.masked", 1, station.user)
    set_all(station, CLERK, HIDDEN)
    as_role(station, CLERK)
    seen, shown = station.vault.sight, _pdf_text(PAPERS[name](station, marked))
    wrong = [
        key for key, found in marked.texts.items()
        if seen.of_field(*key) == HIDDEN and any(mark in shown for mark in found if len(mark) > 3)
    ]  # fmt: skip
    assert not wrong


def _pdf_text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return re.sub(r"\s", "", text)


# --- the table ---


def test_the_table_is_a_supervisors_to_change_with_history_and_stays_here(station: Station) -> None:
    lines = {one.group.key: one for one in sight.sight_table(station)}
    assert {"身份", "健康与关爱", "电话", "家庭联系人", "走访", "关爱标签"} <= lines.keys()
    assert lines["健康与关爱"].shipped == {CLERK: MASKED, SUPERVISOR: FULL} and lines["健康与关爱"].group.is_sensitive
    assert lines["特长爱好"].shipped == {CLERK: FULL, SUPERVISOR: FULL}
    assert not any(one.is_changed for one in lines.values())
    sight.set_level(station, group="电话", role="录入员", level="完整显示")
    assert sight.sight_table(station)[[*lines].index("电话")].levels[CLERK] == FULL
    assert KINDS["sight_level"].local
    line = batches.recent_batches(station)[0]
    assert (line.action, line.why) == ("sight.edit", "电话：录入员完整显示")
    for bad in ({"group": "没有"}, {"role": "auditor"}, {"level": "看看"}):
        with pytest.raises(InvalidValueError):
            sight.set_level(station, **{"group": "电话", "role": CLERK, "level": FULL, **bad})
    as_role(station, CLERK)
    with pytest.raises(NotAllowedError):
        sight.set_level(station, group="电话", role=CLERK, level=FULL)
    with pytest.raises(NotAllowedError):
        sight.restore_levels(station)
    as_role(station, SUPERVISOR)
    sight.restore_levels(station)
    assert not any(one.is_changed for one in sight.sight_table(station))


def test_a_change_of_the_table_holds_from_the_next_read_on_and_after_opening_again(
    station: Station, marked: Marked
) -> None:
    as_role(station, CLERK)
    assert register.people_rows(station, ids=[marked.person])[0].phone.startswith("139****")
    as_role(station, SUPERVISOR)
    sight.set_level(station, group="电话", role=CLERK, level=FULL)
    as_role(station, CLERK)
    assert register.people_rows(station, ids=[marked.person])[0].phone == marked.texts["phone", "number"][0]


@given(st.text(max_size=40), st.sampled_from([one for kind in (PERSON, *PERSON_RECORDS) for one in kind.fields]))
def test_a_mask_never_gives_the_whole_away(text: str, one: Field) -> None:
    if one.privacy < 3 or not text:
        return
    shown = str(mask(one, text))
    assert MASK in shown and (shown != text or text == MASK)
    assert mask(one, shown) == shown or one.kind in {Kind.TEXT, Kind.NOTE, Kind.PHONE, Kind.ID_NUMBER}
    kept = [char for char in shown if char != "*"]
    assert len(kept) <= max(len(text) * 2 / 3, 0)


def test_in_a_register_older_than_the_table_clerks_go_on_seeing_everything_until_it_is_restored(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).resolve().parents[1] / "data" / "stores" / "schema-15", tmp_path / "old")
    old = open_store(tmp_path / "old", password=PASSWORD, clock=the_clock(), ids=SeededIds(3))
    assert sight.is_as_before(old)
    as_role(old, CLERK)
    assert old.vault.sight.is_open
    as_role(old, SUPERVISOR)
    sight.set_level(old, group="电话", role=CLERK, level=HIDDEN)
    as_role(old, CLERK)
    assert (old.vault.sight.of_kind("phone"), old.vault.sight.of_kind("contact")) == (HIDDEN, FULL)
    as_role(old, SUPERVISOR)
    sight.restore_levels(old)
    as_role(old, CLERK)
    assert (old.vault.sight.of_kind("phone"), old.vault.sight.of_kind("contact")) == (MASKED, MASKED)
    assert not sight.is_as_before(old)
    old.close()


def test_roles_that_see_no_people_have_no_levels() -> None:
    assert sight_of("auditor", {}).is_open and sight_of("clerk", {}, as_before=True).is_open
    assert not sight_of("clerk", {}).is_open and sight_of("supervisor", {}).is_open


# --- nothing is forgotten ---

# Services that read whole, each because the program compares, writes or sends, and shows none of it.
WHOLE = {
    "arrivals", "batches", "board", "carrying", "conflicts", "directories", "duplicates", "exchange", "health", "key_lines", "keyring",
    "leaving", "media", "merge_items", "merges", "numbers", "packing", "planning", "proposals", "quarantine",
    "receiving", "register", "rosters", "streams", "timeline", "verification", "visits",
}  # fmt: skip
# Services that read with what is masked: on paper, or revealed and noted.
REVEALED = {
    "access_sheets",
    "form_sources",
    "info_forms",
    "register_cards",
    "reveal",
    "slips",
    "verification",
    "visit_papers",
}


def test_whoever_reads_past_the_levels_is_known() -> None:
    """A new service that reads whole, or with what is masked, has to be looked at and entered here."""
    used: dict[str, set[str]] = {"READ_WHOLE": set(), "READ_REVEALED": set()}
    for path in SERVICES.glob("*.py"):
        names = {
            node.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)
        }
        for what, files in used.items():
            if what in names:
                files.add(path.stem)
    assert used["READ_WHOLE"] == WHOLE and used["READ_REVEALED"] == REVEALED
