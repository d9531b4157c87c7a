"""Filling somebody else's form in the real window, by the keyboard."""

from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.services import register
from desktop.services.register import PersonDraft
from desktop.services.station import Terms
from desktop.views.main_window import MainWindow
from desktop.views.people.people_page import PeoplePage
from tests.roster import form_samples as samples

Settle = Callable[[], None]


def test_a_form_is_mapped_by_keys_filled_and_remembered(
    window: MainWindow, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    station = window.context.station
    for name, sex in (("张三", "1"), ("李四", "2"), ("王五", "1")):
        register.register_person(station, draft=PersonDraft({"name": name, "sex": sex, "hukou_addr": "西安市"}))
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    page.filters.show_expression("性别=男")
    page.refresh()
    settle()
    dialog = page.fill_form()
    settle()
    dialog.open_form(samples.person_xlsx(tmp_path / "登记表.xlsx"))
    settle()
    assert dialog.places["1!B4"] == "person.live_addr"
    dialog.grid.go_to("1!B4")
    qtbot.keyClicks(dialog.grid, "hjdz")
    qtbot.keyClicks(dialog.picker.search, "jdz")
    dialog.picker.search.setText("hjdz")
    qtbot.keyClick(dialog.picker.search, Qt.Key.Key_Return)
    assert dialog.places["1!B4"] == "person.hukou_addr"
    assert dialog.current_place() == "1!B5"
    qtbot.keyClick(dialog.grid, Qt.Key.Key_Delete)
    assert "1!B5" not in dialog.places
    dialog.grid.go_to("1!A1")
    assert dialog.current_place() == ""
    dialog.together.setCurrentIndex(1)
    window.context.station.terms = Terms("区人社局", "测试", "履行法定职责")
    dialog.fill_to(tmp_path / "已填.xlsx")
    settle()
    book = load_workbook(tmp_path / "已填.xlsx")
    assert sorted(sheet["B2"].value for sheet in book.worksheets) == ["张三", "王五"]
    assert {sheet["B4"].value for sheet in book.worksheets} == {"西安市"}
    again = page.fill_form()
    settle()
    again.open_form(tmp_path / "登记表.xlsx")
    settle()
    assert again.places == dialog.places
    assert "登记表" in again.said.text()
    again.forget_mapping()
    settle()
    settle()
    assert again.places["1!B4"] == "person.live_addr"


def test_the_columns_of_a_list_are_mapped_in_its_first_row(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    register.register_person(window.context.station, draft=PersonDraft({"name": "张三", "ent_name": "轴承厂"}))
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    dialog = page.fill_form()
    settle()
    dialog.open_form(samples.list_xlsx(tmp_path / "名单.xlsx"))
    settle()
    dialog.grid.go_to("1!G6")
    dialog.take("person.ent_name")
    assert dialog.columns["G"] == "person.ent_name"
    window.context.station.terms = Terms("区人社局", "测试", "履行法定职责")
    dialog.fill_to(tmp_path / "已填.xlsx")
    settle()
    sheet = load_workbook(tmp_path / "已填.xlsx").worksheets[0]
    assert (sheet["B5"].value, sheet["G5"].value) == ("张三", "轴承厂")
