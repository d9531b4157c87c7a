"""Filters, columns, exports, what hangs on a person, undo, staff, card paper: by the real window."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.config import paths
from desktop.domain.errors import NotFoundError
from desktop.printing.readback import codes_on
from desktop.services import cards, orgs, register, staff
from desktop.services.register import PersonDraft
from desktop.services.station import Terms
from desktop.views.cards.cards_page import CardsPage
from desktop.views.main_window import MainWindow
from desktop.views.people.people_page import PeoplePage
from desktop.views.settings.settings_page import SettingsPage

Settle = Callable[[], None]


def add(window: MainWindow, name: str, **values: str) -> str:
    return register.register_person(window.context.station, draft=PersonDraft({"name": name, **values})).person


def people(window: MainWindow, settle: Settle) -> PeoplePage:
    window.show_page("people")
    settle()
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    return page


def test_filters_narrow_the_list_and_what_is_exported(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    add(window, "张三", sex="1", birth_id="1940-01-01")
    add(window, "李四", sex="2", birth_id="1940-01-01")
    add(window, "王五", sex="1", birth_id="1970-01-01")
    page = people(window, settle)
    assert set(page.names_shown()) == {"张三", "李四", "王五"}
    page.filters.sex.setCurrentIndex(page.filters.sex.findData("1"))
    page.filters.age.setCurrentIndex(page.filters.age.findData("80"))
    settle()
    assert page.names_shown() == ["张三"]
    window.context.station.terms = Terms("区人社局", "测试", "履行法定职责")
    page.open_paper("book").write_to(tmp_path / "册.pdf")
    settle()
    document = pypdfium2.PdfDocument(tmp_path / "册.pdf")
    text = "".join(one.get_textpage().get_text_range() for one in document)
    document.close()
    assert "张三" in text
    assert "李四" not in text
    page.filters.community.setCurrentIndex(0)
    page.filters.text.setText("没有这个人")
    page.filters.changed.emit()
    settle()
    assert page.names_shown() == []
    assert "没有符合条件" in page.empty.text()


def test_chosen_columns_are_remembered(window: MainWindow, settle: Settle) -> None:
    page = people(window, settle)
    place = next(n for n, one in enumerate(page.model.columns) if one.key == "hukou_addr")
    assert page.view.isColumnHidden(place)
    action = page.column_button.menu().actions()[place]
    action.trigger()
    assert not page.view.isColumnHidden(place)
    assert "hukou_addr" in paths.read_state()["people_columns"].split(",")
    again = PeoplePage(window.context)
    assert not again.view.isColumnHidden(place)


def test_a_phone_is_added_corrected_removed_and_the_removal_undone(
    qtbot: QtBot, window: MainWindow, settle: Settle
) -> None:
    station = window.context.station
    person = add(window, "张三", id_no="610100195307064917")
    window.context.person_wanted.emit(person)
    settle()
    page = window.person_page
    tab = page.children_tab
    dialog = tab.add("phone")
    qtbot.keyClicks(dialog.form.editors["number"], "13800001111")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    settle()
    (row,) = tab.model.rows
    again = tab.amend(row)
    assert again is not None
    editor = again.form.editors["number"]
    assert isinstance(editor, QLineEdit)
    editor.setText("02933576726")
    again.save.click()
    settle()
    (phone,) = register.person_details(station, person=person).children["phone"]
    assert str(phone.values["number"]).replace("-", "") == "02933576726"
    settle()
    tab.view.selectRow(0)
    window.context.messages.answer_next(True)
    tab.delete.click()
    settle()
    assert register.person_details(station, person=person).children["phone"] == ()
    settle()
    page.history_view.selectRow(0)
    window.context.messages.answer_next(True)
    page.undo.click()
    settle()
    assert len(register.person_details(station, person=person).children["phone"]) == 1


def test_an_id_is_veiled_until_it_is_asked_for(window: MainWindow, settle: Settle) -> None:
    person = add(window, "张三", id_no="610100195307064917")
    window.context.person_wanted.emit(person)
    settle()
    page = window.person_page
    editor = next(form.editors["id_no"] for form in page.forms.values() if "id_no" in form.editors)
    assert isinstance(editor, QLineEdit)
    assert "195307" not in editor.displayText()
    assert "195307" not in page.notice.text()
    page.reveal.click()
    settle()
    assert editor.displayText() == "610100195307064917"
    window.context.person_wanted.emit(add(window, "李四"))
    settle()
    assert editor.isReadOnly()


def test_a_unit_is_chosen_by_its_name(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    orgs.load_towns(station)
    person = add(window, "张三", home_org=station.org)
    window.context.person_wanted.emit(person)
    settle()
    page = window.person_page
    editor = next(form.editors["home_org"] for form in page.forms.values() if "home_org" in form.editors)
    assert isinstance(editor, QComboBox)
    assert editor.currentText() == station.org_name
    assert not page.save.isEnabled()
    other = next(code for code in register.org_names(station) if code != station.org)
    editor.setCurrentIndex(editor.findData(other))
    assert page.save.isEnabled()
    page.refresh()  # somebody else's change comes in: what was chosen stays
    settle()
    assert editor.currentData() == other
    page.save.click()
    settle()
    assert register.person_details(station, person=person).values["home_org"] == other


def test_a_unit_nobody_knows_here_is_shown_by_its_code_and_kept(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    person = add(window, "张三", home_org="610100999999")
    window.context.person_wanted.emit(person)
    settle()
    page = window.person_page
    editor = next(form.editors["home_org"] for form in page.forms.values() if "home_org" in form.editors)
    assert isinstance(editor, QComboBox)
    assert editor.currentText() == "610100999999"
    page.refresh()
    settle()
    assert editor.currentData() == "610100999999"
    assert register.person_details(station, person=person).values["home_org"] == "610100999999"


def test_staff_are_kept_and_printed(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    window.show_page("settings")
    settle()
    page = window.pages["settings"]
    assert isinstance(page, SettingsPage)
    dialog = page.staff.edit(None)
    name = dialog.form.editors["name"]
    assert isinstance(name, QLineEdit)
    name.insert("李敏")  # QTest has no keys for Chinese
    qtbot.keyClicks(dialog.form.editors["phone"], "029-33110001")
    dialog.save.click()
    settle()
    pdf = cards.preview_cards(station, ids=[add(window, "张三")])
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "李敏" in text
    assert "029-33110001" in text
    settle()
    page.staff.view.selectRow(0)
    window.context.messages.answer_next(False, True)
    page.staff.delete.click()
    settle()
    assert len(staff.own_staff(station)) == 1
    page.staff.delete.click()
    settle()
    assert staff.own_staff(station) == []
    with pytest.raises(NotFoundError, match="没有找到"):
        staff.remove_staff(station, record="0" * 32)


def test_cards_on_the_paper_chosen_and_scanned_in_the_search_box(
    qtbot: QtBot, window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    person = add(window, "张三")
    window.show_page("cards")
    settle()
    page = window.pages["cards"]
    assert isinstance(page, CardsPage)
    page.layout_box.setCurrentIndex(page.layout_box.findData("cr80"))
    page.backs.setChecked(True)
    page.view.selectAll()
    page.issue_to(tmp_path / "卡.pdf")
    settle()
    pdf = (tmp_path / "卡.pdf").read_bytes()
    assert len(codes_on(pdf)) == 2
    ((token,), _) = codes_on(pdf)
    window.search.setText(token.lower())
    qtbot.keyClick(window.search, Qt.Key.Key_Return)
    settle()
    assert window.person_page.person == person
    window.search.setText(token[:-8] + "AAAAAAAA")
    qtbot.keyClick(window.search, Qt.Key.Key_Return)
    settle()
    assert window.message.property("bad")


def test_a_card_is_made_void_from_the_person(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    person = add(window, "张三")
    ((_, number),) = cards.issue_cards(station, ids=[person]).cards
    window.context.person_wanted.emit(person)
    settle()
    tab = window.person_page.children_tab
    tab.view.selectRow(0)
    window.context.messages.answer_next(False, True)
    tab.delete.click()
    settle()
    assert cards.verify_card(station, token=number).state == "valid"
    tab.delete.click()
    settle()
    assert cards.verify_card(station, token=number).state == "revoked"


def test_a_card_of_someone_taken_out_is_void(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    person = add(window, "张三")
    ((_, number),) = cards.issue_cards(station, ids=[person]).cards
    register.remove_person(station, person=person, why="重复登记")
    assert cards.verify_card(station, token=number).state == "revoked"
    settle()


def test_ages_are_counted_by_the_calendar(window: MainWindow, settle: Settle) -> None:
    add(window, "今天八十", birth_id="1946-11-24")
    add(window, "明天八十", birth_id="1946-11-25")
    station = window.context.station

    def names(text: str) -> list[str]:
        ids = register.people_ids(station, wanted=register.parse_filter(text, station=station))
        return [row.text("name") for row in register.people_rows(station, ids=ids)]

    assert names("年龄>=80") == ["今天八十"]
    assert names("年龄<=79") == ["明天八十"]
    assert sorted(names("年龄<=80")) == ["今天八十", "明天八十"]
    settle()
