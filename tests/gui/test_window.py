"""A clerk's day in the real window: import, find, correct, visit, undo."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.domain.clock import SystemClock
from desktop.services import exchange, register, visits
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.visits import VisitFilter
from desktop.views.cards.cards_page import CardsPage
from desktop.views.main_window import MainWindow
from desktop.views.people.people_page import PeoplePage
from desktop.views.people.person_form import NewPersonDialog
from desktop.views.rosters.roster_page import RosterPage
from desktop.views.runner import Runner
from desktop.views.table import SnapshotTable
from desktop.views.unlock_dialog import UnlockDialog
from desktop.views.visits.visit_dialog import VisitDialog
from tests.conftest import OTHER, ROSTERS, Maker

Settle = Callable[[], None]


def type_into(qtbot: QtBot, editor: object, text: str) -> None:
    assert isinstance(editor, QLineEdit)
    editor.clear()
    if text.isascii():
        qtbot.keyClicks(editor, text)
    else:
        editor.insert(text)  # an input method hands over whole words; QTest can only press Latin keys


def test_the_empty_register_says_what_to_do_first(window: MainWindow) -> None:
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    assert page.empty.isVisible()
    assert "名册导入" in page.empty.text()


def test_a_roster_comes_in_and_can_be_undone(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    window.show_page("rosters")
    page = window.pages["rosters"]
    assert isinstance(page, RosterPage)
    page.read_files([ROSTERS / "难读的花名册.xlsx"])
    settle()
    assert "共 18 行" in page.summary.text()
    assert page.problems.rowCount() >= 6
    qtbot.mouseClick(page.bring_in, Qt.MouseButton.LeftButton)
    settle()
    assert "新增 12" in page.summary.text()
    assert page.reviews.rowCount() == 4
    window.show_page("people")
    settle()
    people = window.pages["people"]
    assert isinstance(people, PeoplePage)
    assert people.model.rowCount() == 12
    window.show_page("rosters")
    page.undo_import()
    settle()
    assert page.reviews.rowCount() == 0
    window.show_page("people")
    settle()
    assert people.model.rowCount() == 0


def test_ids_are_masked_in_the_list(window: MainWindow, settle: Settle) -> None:
    draft = PersonDraft({"name": "张三", "id_no": "610100195307063017"})
    register.register_person(window.context.station, draft=draft)
    window.pages["people"].refresh()
    settle()
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    shown = [page.model.data(page.model.index(0, column)) for column in range(page.model.columnCount())]
    assert "610100********3017" in shown
    assert "610100195307063017" not in shown


def test_a_new_person_by_keyboard(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    dialog = NewPersonDialog(window.context, parent=window)
    dialog.show()
    type_into(qtbot, dialog.form.editors["name"], "单国庆")
    type_into(qtbot, dialog.form.editors["id_no"], "610100195307063017")
    type_into(qtbot, dialog.phone, "19900001234")
    settle()
    values = dialog.form.values()
    assert (values["sex"], values["birth_id"]) == ("1", "1953-07-06")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    settle()
    assert not dialog.isVisible()
    found = register.find(window.context.station, text="sgq 1953")
    assert [one.row.text("name") for one in found.people] == ["单国庆"]


def test_a_wrong_id_is_said_at_once_and_nothing_typed_is_lost(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    dialog = NewPersonDialog(window.context, parent=window)
    dialog.show()
    type_into(qtbot, dialog.form.editors["name"], "张三")
    type_into(qtbot, dialog.form.editors["id_no"], "610100195307063018")
    reasons = [one.text() for one in dialog.form.findChildren(QLabel) if one.isVisible() and one.objectName() == "bad"]
    assert any("校验位不对" in reason for reason in reasons)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    settle()
    assert dialog.isVisible()
    assert dialog.form.values()["name"] == "张三"
    dialog.close()


def test_search_edit_history_and_visit(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    person = register.register_person(
        station, draft=PersonDraft({"name": "仇斌俊", "live_addr": "3号楼2单元501室"})
    ).person
    qtbot.keyClicks(window.search, "qbj")
    qtbot.waitUntil(lambda: window.search.results.count() == 1)
    qtbot.keyClick(window.search, Qt.Key.Key_Return)
    settle()
    page = window.person_page
    assert page.title.text() == "仇斌俊"
    editor = page.forms["就业与退休"].editors["ent_name"]
    type_into(qtbot, editor, "秦川轴承厂")
    qtbot.mouseClick(page.save, Qt.MouseButton.LeftButton)
    settle()
    assert register.person_details(station, person=person).values["ent_name"] == "秦川轴承厂"
    assert any(line.field == "ent_name" for line in page.history_model.rows)
    dialog = VisitDialog(window.context, person=person, name="仇斌俊", parent=window)
    dialog.show()
    type_into(qtbot, dialog.form.editors["visitors"], "王敏、李强")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    settle()
    (line,) = visits.visits_listed(station, wanted=VisitFilter())
    assert line.visit.values["visitors"] == "王敏、李强"


def test_the_exchange_page_says_the_first_steps(window: MainWindow, settle: Settle) -> None:
    window.show_page("exchange")
    settle()
    page = window.pages["exchange"]
    assert page.isVisible()
    assert exchange.list_conflicts(window.context.station) == []
    assert any("第一步" in one.text() for one in page.findChildren(QLabel) if one.isVisible())


def test_no_label_takes_markup(window: MainWindow) -> None:
    own = [one for one in window.findChildren(QLabel) if type(one) is QLabel and one.text()]
    assert own
    assert all(one.textFormat() is not Qt.TextFormat.RichText for one in own)


def test_tables_keep_the_model_contract(qtmodeltester: object, window: MainWindow, settle: Settle) -> None:
    register.register_person(window.context.station, draft=PersonDraft({"name": "张三"}))
    window.pages["people"].refresh()
    settle()
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    assert isinstance(page.model, SnapshotTable)
    qtmodeltester.check(page.model)  # type: ignore[attr-defined]


def test_cards_are_previewed_issued_and_checked(
    qtbot: QtBot, window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    station = window.context.station
    person = register.register_person(station, draft=PersonDraft({"name": "张三"})).person
    window.show_page("cards")
    settle()
    page = window.pages["cards"]
    assert isinstance(page, CardsPage)
    page.view.selectAll()
    page.preview()
    settle()
    assert page.issue.pdf.document_shown.pageCount() == 1
    assert register.person_details(station, person=person).children["card"] == ()
    page.issue_to(tmp_path / "卡.pdf")
    settle()
    (card,) = register.person_details(station, person=person).children["card"]
    assert (tmp_path / "卡.pdf").read_bytes().startswith(b"%PDF")
    page.check_row.code.setText(str(card.values["card_no"]))
    qtbot.keyClick(page.check_row.code, Qt.Key.Key_Return)
    settle()
    assert window.person_page.person == person


def test_the_practice_register_opens_from_the_first_dialog(qtbot: QtBot, window: MainWindow) -> None:
    runner = Runner(on_bug=window.context.messages.show_error)
    dialog = UnlockDialog(runner=runner, messages=window.context.messages, clock=SystemClock(), folder="")
    qtbot.addWidget(dialog)
    opened: list[Station] = []
    dialog.opened.connect(opened.append)
    dialog.open_practice()
    qtbot.waitUntil(lambda: bool(opened), timeout=60_000)
    assert opened[0].is_practice
    opened[0].close()
    runner.close()


def test_a_wrong_password_is_said_in_the_dialog(
    qtbot: QtBot, window: MainWindow, settle: Settle, make_station: Maker
) -> None:
    other = make_station(OTHER, seed=5)
    other.close()
    runner = window.context.runner
    messages = window.context.messages
    dialog = UnlockDialog(runner=runner, messages=messages, clock=SystemClock(), folder=str(other.vault.folder))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.password.setText("wrong-password")
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    settle()
    assert "密码不对" in dialog.error.text()
    assert dialog.isVisible()
