"""A deed that needs terms or a second person asks for them and is done again; taken back, nothing happens."""

from collections.abc import Callable
from pathlib import Path

from desktop.services import giving, register, users
from desktop.services.register import PersonDraft
from desktop.views.consent import SecondDialog, TermsDialog
from desktop.views.main_window import MainWindow
from desktop.views.people.people_page import PeoplePage
from tests.conftest import CHEAP


def people_page(window: MainWindow) -> PeoplePage:
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    return page


def test_an_export_asks_for_its_terms_and_then_goes_on(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path
) -> None:
    people_page(window).open_paper("roster").write_to(tmp_path / "out.xlsx")
    settle()
    dialog = window.consent.opened
    assert isinstance(dialog, TermsDialog) and dialog.isVisible()
    dialog.yes.click()
    assert "提供给谁" in dialog.error.text()
    dialog.recipient.setText("区人社局")
    dialog.purpose.setText("慰问")
    dialog.yes.click()
    settle()
    assert (tmp_path / "out.xlsx").is_file()
    assert giving.given_out(window.context.station)[0].recipient == "区人社局"


def test_a_second_supervisor_is_asked_for_above_fifty(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path
) -> None:
    station = window.context.station
    for number in range(51):
        register.register_person(station, draft=PersonDraft({"name": f"张{number}"}))
    users.add_user(station, name="陈立", role="supervisor", password="second-secret-1", cost=CHEAP)
    people_page(window).open_paper("roster").write_to(tmp_path / "out.xlsx")
    settle()
    terms = window.consent.opened
    assert isinstance(terms, TermsDialog)
    terms.recipient.setText("区人社局")
    terms.purpose.setText("慰问")
    terms.yes.click()
    settle()
    second = window.consent.opened
    assert isinstance(second, SecondDialog) and second.isVisible()
    assert [second.who.itemText(place) for place in range(second.who.count())] == ["陈立"]
    second.no.click()
    assert not (tmp_path / "out.xlsx").exists() and "第二位主管" in window.message.text()
    people_page(window).open_paper("roster").write_to(
        tmp_path / "out.xlsx"
    )  # the terms still stand: it asks for the person only
    settle()
    again = window.consent.opened
    assert isinstance(again, SecondDialog) and again is not second
    again.password.setText("second-secret-1")
    again.yes.click()
    settle()
    assert (tmp_path / "out.xlsx").is_file()
