"""The matrix of roles over every service: each is called as each role, refused where the table says, unseen otherwise.

A new public service is found by the last test. If it writes, reads or asks through the vault, the vault
refuses for it; if it does none of these it belongs into HARMLESS with what it shows nobody.
"""

import ast
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from desktop.domain.errors import AccessError, KnownError, NotAllowedError
from desktop.domain.permissions import ALL, KEEPERS, LEAD, READERS, ROLES, STAFF, WATCHERS
from desktop.services import (
    access,
    age_bands,
    as_on,
    backups,
    batches,
    books,
    bulk_edit,
    card_life,
    cards,
    catalogue,
    check_forms,
    codelists,
    drafts,
    duplicates,
    exchange,
    health,
    info_forms,
    ledger,
    lists,
    numbers,
    orgs,
    peers,
    photos,
    receiving,
    register,
    rosters,
    staff,
    states,
    users,
    verification,
    visits,
)  # fmt: skip
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from desktop.store.visits import VisitFilter
from tests.conftest import CHEAP, PASSWORD, ROSTERS

SERVICES = Path(__file__).resolve().parents[2] / "desktop" / "services"
STREET: frozenset[str] = frozenset()  # the street's to edit: refused to everyone at a community
NOBODY = PeopleFilter(people=())
Call = Callable[[Station, str, Path], object]

MATRIX: dict[str, tuple[frozenset[str], Call]] = {
    # people
    "find": (STAFF, lambda s, p, t: register.find(s, text="张")),
    "list": (STAFF, lambda s, p, t: register.people_rows(s, ids=[p])),
    "ids": (STAFF, lambda s, p, t: register.people_ids(s, wanted=PeopleFilter())),
    "show": (STAFF, lambda s, p, t: register.person_details(s, person=p)),
    "by any": (STAFF, lambda s, p, t: register.person_by_any(s, text="1")),
    "history": (STAFF, lambda s, p, t: register.history_of(s, person=p)),
    "add": (STAFF, lambda s, p, t: register.register_person(s, draft=PersonDraft({"name": "李四"}))),
    "edit": (STAFF, lambda s, p, t: register.amend_person(s, person=p, values={"live_addr": f"{s.role}路1号"})),
    "edit many": (LEAD, lambda s, p, t: register.amend_people(s, values={p: {"live_addr": "甲路"}}, why="x")),
    "phone": (STAFF, lambda s, p, t: register.put_child(s, kind="phone", person=p, values={"number": "029-88886666"})),
    "delete": (LEAD, lambda s, p, t: register.remove_person(s, person="0" * 32, why="x")),
    "state": (STAFF, lambda s, p, t: states.change_state(
        s, person=p, change=states.StateChange("2", "2026-11-01", "x", "王敏"))),
    "alike": (STAFF, lambda s, p, t: register.lookalikes_of(s, values={"name": "张三"})),
    "photo": (STAFF, lambda s, p, t: photos.photo_of(s, person=p)),
    "no photo": (STAFF, lambda s, p, t: photos.remove_photo(s, person=p)),
    "draft": (STAFF, lambda s, p, t: drafts.keep_draft(s, key="k", title="t", payload={})),
    "drafts": (STAFF, lambda s, p, t: drafts.kept_drafts(s)),
    "visit": (STAFF, lambda s, p, t: visits.record_visit(
        s, person=p, values={"visited_on": "2026-11-01", "visitors": "王敏", "method": "1"})),
    "visits": (STAFF, lambda s, p, t: visits.visits_listed(s, wanted=VisitFilter())),
    "verify": (STAFF, lambda s, p, t: verification.check_sheet(s, person=p)),
    "disputes": (STAFF, lambda s, p, t: verification.disputes(s)),
    "receive": (STAFF, lambda s, p, t: receiving.propose(s)),
    "card": (STAFF, lambda s, p, t: cards.issue_cards(s, ids=[p])),
    "no card": (STAFF, lambda s, p, t: card_life.revoke_card(s, card_no="X", why="x")),
    "duplicates": (STAFF, lambda s, p, t: duplicates.find_duplicates(s)),
    "join": (LEAD, lambda s, p, t: duplicates.decide_pair(
        s, first=p, second=_second(s), verdict=duplicates.Verdict(duplicates.SAME, main=p, why="同一人"))),
    "bulk": (LEAD, lambda s, p, t: bulk_edit.apply_bulk(
        s, preview=bulk_edit.preview_bulk(
            s, ids=[p], change=bulk_edit.read_change(s, text=f"长期居住地={s.role}")), why="x")),
    "batches": (STAFF, lambda s, p, t: batches.recent_batches(s)),
    "undo": (LEAD, lambda s, p, t: batches.undo_batch(s, batch=_last_batch(s))),
    "as on": (STAFF, lambda s, p, t: as_on.register_on(s, day=date(2026, 11, 1))),
    "health": (STAFF, lambda s, p, t: health.health_report(s)),
    "import": (STAFF, lambda s, p, t: rosters.apply_roster(
        s, preview=rosters.preview_roster(s, paths=[ROSTERS / "社区摸底.csv"]))),
    # on paper and out of the house
    "book": (LEAD, lambda s, p, t: books.export_book(s, wanted=NOBODY)),
    "roster": (LEAD, lambda s, p, t: books.export_roster(s, wanted=NOBODY)),
    "table": (LEAD, lambda s, p, t: books.export_table(s, wanted=NOBODY)),
    "register cards": (LEAD, lambda s, p, t: books.export_register_cards(s, wanted=NOBODY)),
    "ledger": (LEAD, lambda s, p, t: ledger.ledger_file(
        s, found=ledger.ledger_of(s, since=date(2026, 11, 1), until=date(2026, 11, 2)), ending="xlsx")),
    "info form": (STAFF, lambda s, p, t: info_forms.info_forms(s, ids=[p])),
    "check form": (STAFF, lambda s, p, t: check_forms.check_forms(s, ids=[p])),
    "many forms": (LEAD, lambda s, p, t: check_forms.check_forms(s, ids=[p] * 51)),
    "pack": (LEAD, lambda s, p, t: exchange.pack_for(s, to_org=_peer(s), path=t / "x.ycp")),
    # numbers, house
    "numbers": (READERS, lambda s, p, t: numbers.numbers_at(s)),
    "frozen": (READERS, lambda s, p, t: numbers.frozen_sets(s)),
    "freeze": (LEAD, lambda s, p, t: numbers.freeze(s, name=f"定格{s.role}")),
    "orgs": (ALL, lambda s, p, t: orgs.org_tree(s)),
    "org": (LEAD, lambda s, p, t: orgs.put_alias(s, code=s.org, values={"name": "青杨"})),
    "own org": (LEAD, lambda s, p, t: register.amend_own_org(s, phone="029-88886666", address="x")),
    "code": (STREET, lambda s, p, t: codelists.confirm_list(s, key="hobby", source="x", as_of="2026-01-01")),
    "band": (STREET, lambda s, p, t: age_bands.remove_band(s, record="0" * 32)),
    "lists": (ALL, lambda s, p, t: lists.named_lists(s)),
    "save list": (STAFF, lambda s, p, t: lists.save_list(s, name=f"名单{s.role}", expression="性别=男")),
    "field": (LEAD, lambda s, p, t: catalogue.switch_field(s, field="bank", collected=True, why="x")),
    "staff": (LEAD, lambda s, p, t: staff.put_staff(s, values={"name": "甲"})),
    "peers": (ALL, lambda s, p, t: peers.peers_of(s)),
    # the vault
    "users": (LEAD, lambda s, p, t: users.add_user(
        s, name=f"新{s.role}", role="clerk", password="whatever-12", cost=CHEAP)),
    "no user": (LEAD, lambda s, p, t: users.remove_user(s, name="没有")),
    "rotate": (LEAD, lambda s, p, t: users.rotate_key(s, why="x")),
    "recovery": (LEAD, lambda s, p, t: users.make_recovery_code(s)),
    "password": (ALL, lambda s, p, t: access.change_own_password(s, old=PASSWORD, new=PASSWORD)),
    "backup": (KEEPERS, lambda s, p, t: backups.back_up(s, target=t / "stick")),
    "check": (ALL, lambda s, p, t: backups.check_store(s)),
}  # fmt: skip


def _second(station: Station) -> str:
    return register.find(station, text="王五").people[0].id


def _last_batch(station: Station) -> str:
    return next(one.id for one in batches.recent_batches(station) if one.action == "person.edit")


def _peer(station: Station) -> str:
    peers.peers_of(station)
    station.allow("package.write")
    return "没有"


@pytest.fixture
def person(station: Station) -> str:
    done = register.register_person(station, draft=PersonDraft({"name": "张三"}))
    register.register_person(station, draft=PersonDraft({"name": "王五"}))
    register.amend_person(station, person=done.person, values={"live_addr": "旧路1号"})
    return done.person


def as_role(station: Station, role: str) -> None:
    station.role = station.vault.role = role


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_do_what_the_matrix_says_and_nothing_else(
    station: Station, person: str, tmp_path: Path, role: str
) -> None:
    wrong = []
    for name, (allowed, call) in MATRIX.items():
        as_role(station, role)
        before = station.vault.head()
        try:
            call(station, person, tmp_path)
            refused = False
        except AccessError:
            refused = True
        except KnownError:
            refused = False
        if refused != (role not in allowed) or (refused and station.vault.head() != before):
            wrong.append(f"{name}: {'refused' if refused else 'done'}")
    assert not wrong, "\n".join(wrong)


def test_roles_come_from_the_slot_not_from_a_switch(station: Station, person: str, tmp_path: Path) -> None:
    for role in ROLES:
        users.add_user(station, name=f"某{role}", role=role, password=f"password-of-{role}", cost=CHEAP)
    station.close()
    for role in ROLES:
        again = access.open_store(
            station.vault.folder, password=f"password-of-{role}", user=f"某{role}", clock=station.clock
        )
        for name in ("show", "delete", "backup", "numbers"):
            allowed, call = MATRIX[name]
            if role not in allowed:
                with pytest.raises(NotAllowedError):
                    call(again, person, tmp_path)
        again.close()
    access.open_store(station.vault.folder, password=PASSWORD, clock=station.clock).close()


# --- every service reaches a guard ---

GUARDS = {"unit", "reading", "jotting", "allow", "allow_print", "secret"}
HARMLESS = {
    # shows nobody: rules, words, files of the caller's own choosing, what the program knows by itself
    "collected_fields", "shown_values", "check_person", "complete_person", "number_prefix", "computed_of", "may_edit",
    "refuse_wrong", "ways_in", "blank_form", "numbers_pdf", "target_names",
    "is_off_machine", "safety_of", "refuse_without_room", "mark_of", "is_above", "is_superior",
    "form_sources", "map_of_json", "blank_sheets", "line_of", "writable", "refuse_hidden_kind",
    "seen_fields", "askable_by", "refuse_hidden_field", "refuse_veiled", "note_asked",
}  # fmt: skip


def test_every_public_service_reaches_a_guard() -> None:
    bodies: dict[str, ast.FunctionDef] = {}
    public: list[tuple[str, str]] = []
    for path in sorted(SERVICES.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                bodies[node.name] = node
                names = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
                if not node.name.startswith("_") and "station" in names:
                    public.append((path.name, node.name))
    open_ended = [
        f"{file}: {name}" for file, name in public if name not in HARMLESS and not _guarded(name, bodies, set())
    ]
    assert not open_ended, "these services touch no guard (vault.unit, vault.reading, station.allow):\n" + "\n".join(
        open_ended
    )
    assert len(public) > 100
    assert set(ROLES) == ALL and WATCHERS <= ALL


def _guarded(name: str, bodies: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    if name in seen or name not in bodies:
        return False
    seen.add(name)
    names = {one.arg for one in (*bodies[name].args.args, *bodies[name].args.kwonlyargs)}
    if "unit" in names:  # works inside a unit that was opened by somebody who was asked
        return True
    for node in ast.walk(bodies[name]):
        if isinstance(node, ast.Attribute) and node.attr in GUARDS:
            return True
        called = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if called and called != name and _guarded(called, bodies, seen):
            return True
    return False
