"""名册导入 in the window: columns mapped, whose value stays, questions decided by keyboard; nothing asked is lost."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font
from PySide6.QtCore import QMimeData, QModelIndex, Qt
from pytestqt.qtbot import QtBot

from desktop.services import register, reviews, rosters
from desktop.views.main_window import MainWindow
from desktop.views.rosters.roster_page import RosterPage
from tests.conftest import ROSTERS

Settle = Callable[[], None]
ZHANG, LI = "610100195307063017", "610100195307063025"


@pytest.fixture
def page(window: MainWindow, settle: Settle) -> RosterPage:
    window.show_page("rosters")
    settle()
    found = window.pages["rosters"]
    assert isinstance(found, RosterPage)
    return found


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_column_is_mapped_by_typing_and_by_dragging(
    qtbot: QtBot, page: RosterPage, settle: Settle, tmp_path: Path
) -> None:
    page.read_files([write(tmp_path, "名册.csv", "姓名,身份证号,甲,乙", f"张三,{ZHANG},南院,北院")])
    settle()
    model = page.mapping.model
    assert [one.target for one in model.rows] == ["person.name", "person.id_no", "", ""]
    assert model.rows[2].samples[0] == "南院"
    page.mapping.view.selectRow(2)
    page.mapping.view.setFocus()
    qtbot.keyClick(page.mapping.view, Qt.Key.Key_Return)
    page.mapping.search.insert("小区")  # QTest types Latin letters only
    qtbot.keyClick(page.mapping.search, Qt.Key.Key_Return)
    settle()
    assert model.rows[2].target == "person.live_estate"
    data = QMimeData()
    data.setData("application/x-yince-target", b"note")
    assert model.dropMimeData(data, Qt.DropAction.CopyAction, -1, -1, model.index(3, 0, QModelIndex()))
    settle()
    assert model.rows[3].words == "（记在备注里）"
    qtbot.mouseClick(page.bring_in, Qt.MouseButton.LeftButton)
    settle()
    station = page.context.station
    values = register.person_details(station, person=register.person_by_any(station, text=ZHANG)).values
    assert (values["live_estate"], values["remark"]) == ("南院", "乙：北院")


def test_whose_value_stays_is_turned_over_by_space(
    qtbot: QtBot, page: RosterPage, settle: Settle, tmp_path: Path
) -> None:
    station = page.context.station
    first = write(tmp_path, "一.csv", "姓名,身份证号,住址", f"张三,{ZHANG},一号楼", f"李四,{LI},一号楼")
    rosters.import_rosters(station, paths=[first])
    page.read_files([write(tmp_path, "二.csv", "姓名,身份证号,住址", f"张三,{ZHANG},二号楼", f"李四,{LI},三号楼")])
    settle()
    page.tabs.setCurrentWidget(page.changes)
    page.changes.view.setFocus()
    page.changes.view.selectRow(0)
    qtbot.keyClick(page.changes.view, Qt.Key.Key_Space)
    assert [one.ours for one in page.changes.model.rows] == [True, False]
    qtbot.mouseClick(page.bring_in, Qt.MouseButton.LeftButton)
    settle()
    found = [
        register.person_details(station, person=register.person_by_any(station, text=one)).values["live_addr"]
        for one in (ZHANG, LI)
    ]
    assert found == ["一号楼", "三号楼"]


def test_questions_are_decided_by_keyboard_and_counted_in_the_navigation(
    qtbot: QtBot, window: MainWindow, page: RosterPage, settle: Settle
) -> None:
    station = page.context.station
    rosters.import_rosters(station, paths=[ROSTERS / "难读的花名册.xlsx"])
    page.refresh()
    settle()
    assert window._buttons["rosters"].text() == "名册导入（4）"
    assert page.tabs.currentWidget() is page.review
    view = page.review.view
    at = next(n for n, one in enumerate(page.review.model.rows) if one.field == "sex")
    view.setFocus()
    view.selectRow(at)
    qtbot.keyClick(view, Qt.Key.Key_1)
    settle()
    assert page.review.model.rowCount() == 3
    view.selectRow(0)
    qtbot.keyClick(view, Qt.Key.Key_3)
    settle()
    assert window._buttons["rosters"].text() == "名册导入（2）"


def test_alike_questions_go_together(qtbot: QtBot, page: RosterPage, settle: Settle, tmp_path: Path) -> None:
    station = page.context.station
    lines = ["姓名,性别,身份证号", f"张三,女,{ZHANG}", f"李四,男,{LI}"]
    rosters.import_rosters(station, paths=[write(tmp_path, "一.csv", *lines)])
    page.refresh()
    settle()
    page.review.view.setFocus()
    qtbot.keyClick(page.review.view, Qt.Key.Key_Space)
    assert page.review.alike.isChecked()
    qtbot.keyClick(page.review.view, Qt.Key.Key_Return)
    settle()
    assert page.review.model.rowCount() == 0
    assert reviews.count_waiting(station) == 0
    assert not page.review.empty.isHidden()


def test_case_52_a_name_chosen_for_one_is_nobody_elses(page: RosterPage, settle: Settle, tmp_path: Path) -> None:
    station = page.context.station
    lines = ["姓名,身份证号", f"张ya,{ZHANG}", f"李ya,{LI}"]
    rosters.import_rosters(station, paths=[write(tmp_path, "一.csv", *lines)])
    page.refresh()
    settle()
    page.review.view.selectRow(0)
    page.review.alike.setChecked(True)
    assert page.review.meaning.isEditable()
    page.review.meaning.setCurrentText("张娅")
    page.review.decide(reviews.EDIT)
    settle()
    assert [one.name for one in reviews.review_items(station)] == ["李ya"]
    person = register.person_by_any(station, text=ZHANG)
    assert register.person_details(station, person=person).values["name"] == "张娅"


def test_what_red_rows_mean_is_asked_once_above_or_later_in_the_list(
    qtbot: QtBot, page: RosterPage, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "红字.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["姓名", "身份证号"])
    for name, id_no in (("张三", ZHANG), ("李四", LI), ("王五", "610100195307063033"), ("赵六", "61010019530706305X")):
        sheet.append([name, id_no])
    for column in (1, 2):
        sheet.cell(3, column).font = Font(color="FFFF0000")
    book.save(path)
    page.read_files([path])
    settle()
    assert "待核实 1" in page.summary.text()
    (box,) = page.questions.boxes
    at = next(n for n in range(box.count()) if box.itemText(n) == "没有特别的意思")
    box.setCurrentIndex(at)
    box.activated.emit(at)
    settle()
    assert "新增 4" in page.summary.text()
    (box,) = page.questions.boxes
    box.setCurrentIndex(0)
    box.activated.emit(0)
    settle()
    qtbot.mouseClick(page.bring_in, Qt.MouseButton.LeftButton)
    settle()
    assert page.tabs.currentWidget() is page.review
    assert page.review.meaning.isVisible()
    page.review.meaning.setCurrentText("中共党员")
    page.review.decide("edit")
    settle()
    station = page.context.station
    values = register.person_details(station, person=register.person_by_any(station, text=LI)).values
    assert values["political"] == "01"
