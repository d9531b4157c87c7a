"""Every road by which people's data leave readable: each is known, asks what it must, and a new one cannot forget.

The first test walks the program for whatever writes a file; one that is not named below fails it.
"""

import ast
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from desktop.domain.errors import NotAllowedError, SecondPersonError, TermsNeededError
from desktop.services import access_sheets, as_on, books, check_forms, giving, ledger, register, users
from desktop.services.giving import Leaving
from desktop.services.register import PersonDraft
from desktop.services.station import Second, Station, Terms
from desktop.store.people import PeopleFilter
from tests.conftest import CHEAP

DESKTOP = Path(__file__).resolve().parents[2] / "desktop"
WRITERS = {"write_safely", "write_bytes", "write_text", "give_out", "give_filled", "keep_paper", "write_beside",
           "write_durably", "write_synced"}  # fmt: skip
ON_TERMS, THEIRS, PAPER, SEALED, NOBODY, SENDERS = "terms", "theirs", "paper", "sealed", "nobody", "senders"
# Who writes a file, under which rule.
# terms: recipient, purpose and basis are asked, a line in the register, a mark, a second person above fifty.
# theirs: a paper for the person it is about, printed with a note, registered as given to them.
# paper: names on a paper of the house (cards, lists to sign, transfer slips), counted and noted as printed.
# sealed: encrypted for one receiver. nobody: no people in it. senders: the sender's own rows go back to the sender.
ROADS = {
    "domain/durable.py:replace_together": NOBODY, "store/backup.py:_unpack": SEALED,
    "cli_jobs/forms.py:fill": ON_TERMS, "cli_jobs/past.py:change_ledger": ON_TERMS,
    "cli_jobs/past.py:register_on": ON_TERMS, "services/books.py:give": ON_TERMS,
    "services/giving.py:give_filled": ON_TERMS, "services/giving.py:give_out": ON_TERMS,
    "views/forms/fill_dialog.py:job": ON_TERMS, "views/ledger/ledger_page.py:job": ON_TERMS,
    "views/people/past_dialog.py:job": ON_TERMS, "cli_jobs/papers.py:access_sheet": THEIRS,
    "cli_jobs/privacy.py:notice": THEIRS, "cli_jobs/verification.py:check_form": THEIRS,
    "services/giving.py:keep_paper": THEIRS, "views/paper/person_papers.py:kept": THEIRS,
    "views/settings/privacy_dialog.py:notice_to": THEIRS, "views/verify/verify_page.py:job": THEIRS,
    "cli_jobs/cards.py:book": PAPER, "cli_jobs/cards.py:print_cards": PAPER, "cli_jobs/desk.py:_step": PAPER,
    "cli_jobs/desk.py:person_out": PAPER, "views/cards/issue_tab.py:job": PAPER,
    "views/cards/issued_tab.py:job": PAPER, "views/cards/print_dialog.py:save_to": PAPER,
    "views/exchange/transfers_tab.py:job": PAPER, "views/people/offer_dialog.py:job": PAPER,
    "services/leaving.py:write_person_file": SEALED, "services/media.py:_write": SEALED,
    "services/packing.py:pack_for": SEALED, "services/roster_return.py:write_errors": SENDERS,
    "app.py:report_bug": NOBODY, "cli_jobs/audit.py:list_deeds": NOBODY, "cli_jobs/exchanging.py:key_card": NOBODY,
    "cli_jobs/numbers.py:show": NOBODY, "cli_jobs/users.py:make_code": NOBODY, "config/own_files.py:": NOBODY,
    "config/paths.py:write_state": NOBODY, "config/station_notes.py:keep_notes": NOBODY,
    "domain/durable.py:write_beside": NOBODY, "domain/durable.py:write_durably": NOBODY,
    "security/key_copies.py:read_and_mend": NOBODY, "security/key_copies.py:write_both": NOBODY,
    "services/backups.py:save_diagnosis": NOBODY, "services/directories.py:publish": NOBODY,
    "services/peers.py:export_key_card": NOBODY, "services/peers.py:write_safely": NOBODY,
    "services/practice.py:_made": NOBODY, "services/returns.py:write_returns": NOBODY,
    "store/backup.py:unpack_backup": NOBODY, "store/head_note.py:write_head": NOBODY,
    "store/swapping.py:exchange": NOBODY, "store/swapping.py:note_made": NOBODY,
    "store/swapping.py:note_unfinished": NOBODY, "views/audit/audit_page.py:_write": NOBODY,
    "views/numbers/frozen_tab.py:job": NOBODY, "views/numbers/numbers_page.py:job": NOBODY,
    "views/settings/code_dialog.py:keep_in": NOBODY,
}  # fmt: skip
TERMS = Terms("区人社局", "年度慰问名单", "履行法定职责")
DAY = date(2026, 11, 24)


def _roads() -> set[str]:
    found = set()
    for path in sorted(DESKTOP.rglob("*.py")):
        _walk(ast.parse(path.read_text(encoding="utf-8")), "", path.relative_to(DESKTOP).as_posix(), found)
    return found


def _walk(node: ast.AST, name: str, file: str, found: set[str]) -> None:
    for child in ast.iter_child_nodes(node):
        inner = child.name if isinstance(child, ast.FunctionDef) else name
        if isinstance(child, ast.Call):
            asked = child.func
            called = asked.attr if isinstance(asked, ast.Attribute) else getattr(asked, "id", "")
            if called in WRITERS:
                found.add(f"{file}:{name}")
        _walk(child, inner, file, found)


def test_every_road_to_a_file_is_known() -> None:
    roads = _roads()
    assert roads - ROADS.keys() == set(), "a new road to a file: under which rule do people's data leave by it?"


def test_roads_on_terms_go_through_the_register() -> None:
    """Who writes on terms, or for the person, calls the register and no plain writer beside it."""
    for road, rule in ROADS.items():
        file, _, name = road.partition(":")
        if rule not in {ON_TERMS, THEIRS} or file == "services/giving.py" or name in {"notice", "notice_to"}:
            continue
        tree = ast.parse((DESKTOP / file).read_text(encoding="utf-8"))
        calls = {
            call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) and function.name == name
            for call in ast.walk(function) if isinstance(call, ast.Call)
        }  # fmt: skip
        assert calls & {"give_out", "give_filled", "keep_paper"}, road
        assert not calls & {"write_safely", "write_bytes"}, road


@pytest.fixture
def filled(station: Station) -> list[str]:
    return [register.register_person(station, draft=PersonDraft({"name": f"张{one}"})).person for one in range(51)]


Give = Callable[[Station, Path], None]


def _export(key: str) -> Give:
    def give(station: Station, path: Path) -> None:
        content = books.EXPORTS[key].make(station, PeopleFilter(), lambda *_: None)
        books.give(station, books.Made(key, content, 51), path=path)

    return give


def _as_on(station: Station, path: Path) -> None:
    found = as_on.register_on(station, day=DAY)
    content = as_on.register_on_file(station, found=found, ending="xlsx")
    giving.give_out(station, leaving=Leaving("某日登记", len(found.people), content), path=path)


def _ledger(station: Station, path: Path) -> None:
    found = ledger.ledger_of(station, since=DAY, until=DAY)
    giving.give_out(
        station, leaving=ledger.leaving(found, ledger.ledger_file(station, found=found, ending="xlsx")), path=path
    )


EXPORTS: dict[str, Give] = {
    **{key: _export(key) for key in ("table", "roster")}, "as on": _as_on, "ledger": _ledger,
}  # fmt: skip
LONG_EXPORTS: dict[str, Give] = {key: _export(key) for key in ("book", "cards", "visit", "route")}


def _check(station: Station, give: Give, folder: Path) -> None:
    out = folder / "out"
    station.role = station.vault.role = "clerk"
    with pytest.raises(NotAllowedError):
        give(station, out)
    station.role = station.vault.role = "supervisor"
    users.add_user(station, name="陈立", role="supervisor", password="second-secret-1", cost=CHEAP)
    station.second = Second("陈立", "second-secret-1")  # some roads print first, which asks for two as well
    station.terms = None
    with pytest.raises((TermsNeededError, SecondPersonError)):
        give(station, out)
    station.terms, station.second = TERMS, None
    with pytest.raises(SecondPersonError):
        give(station, out)
    assert not out.exists() and giving.given_out(station) == []


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_of_many_asks_for_terms_and_a_second_person(
    station: Station, filled: list[str], tmp_path: Path, name: str
) -> None:
    assert len(filled) == 51
    _check(station, EXPORTS[name], tmp_path)
    station.terms, station.second = TERMS, Second("陈立", "second-secret-1")
    EXPORTS[name](station, tmp_path / "out")
    (line,) = giving.given_out(station)
    assert (line.recipient, line.purpose, line.second, line.people) == ("区人社局", "年度慰问名单", "陈立", 51)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600


@pytest.mark.long
@pytest.mark.parametrize("name", LONG_EXPORTS)
def test_a_printed_export_of_many_asks_the_same(station: Station, filled: list[str], tmp_path: Path, name: str) -> None:
    assert len(filled) == 51
    _check(station, LONG_EXPORTS[name], tmp_path)


def test_a_paper_for_somebody_is_registered_as_given_to_them(
    station: Station, filled: list[str], tmp_path: Path
) -> None:
    station.role = station.vault.role = "clerk"
    sheet = access_sheets.access_sheet_pdf_of(station, person=filled[0])
    giving.keep_paper(station, what="本人信息查询单", people=1, content=sheet, path=tmp_path / "a.pdf")
    forms = check_forms.check_forms(station, ids=filled[:3])
    giving.keep_paper(station, what="信息核对表", people=3, content=forms, path=tmp_path / "b.pdf")
    giving.give_filled(station, what="填外来表格", people=1, files=[(tmp_path / "c.docx", b"x")])
    with pytest.raises(TermsNeededError):  # a form of several people is given to somebody else
        giving.give_filled(station, what="填外来表格", people=2, files=[(tmp_path / "d.docx", b"x")])
    with pytest.raises(NotAllowedError):
        giving.keep_paper(station, what="信息核对表", people=51, content=forms, path=tmp_path / "e.pdf")
    station.role = station.vault.role = "supervisor"
    lines = [(one.what, one.people, one.recipient, one.second) for one in giving.given_out(station)]
    given = "不需要（给本人）"
    assert sorted(lines) == sorted([
        ("本人信息查询单", 1, "本人", given), ("信息核对表", 3, "本人", given), ("填外来表格", 1, "本人", given),
    ])  # fmt: skip
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"a.pdf", "b.pdf", "c.docx"}
