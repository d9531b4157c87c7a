"""信息核对 in the real window: by keyboard from the first item to the printed card."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest

from desktop.services import register
from desktop.services.register import PersonDraft
from desktop.views.main_window import MainWindow
from desktop.views.verify.verify_page import VerifyPage

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settle: Settle) -> VerifyPage:
    station = window.context.station
    for name, address in (("李四", "10号楼1单元101室"), ("张三", "2号楼1单元201室")):
        register.register_person(station, draft=PersonDraft({"name": name, "live_addr": address}))
    settle()
    window.show_page("verify")
    settle()
    settle()
    found = window.pages["verify"]
    assert isinstance(found, VerifyPage)
    return found


def test_people_come_in_walking_order_and_two_keys_end_on_paper(
    page: VerifyPage, settle: Settle, tmp_path: Path
) -> None:
    assert [line[0].name for line in page.model.rows] == ["张三", "李四"]
    paper = tmp_path / "卡.pdf"

    def to_file(printer: QPrinter) -> bool:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(paper))
        return True

    page.printer.choose = to_file
    QTest.keyClick(page, Qt.Key.Key_F8)
    settle()
    settle()
    station = page.context.station
    person = register.find(station, text="张三").people[0].id
    kept = register.person_details(station, person=person)
    assert kept.values["verified_on"] == "2026-11-24"
    assert len(kept.children["card"]) == 1
    assert len(pypdfium2.PdfDocument(paper)) == 1


def test_an_answer_is_written_by_keyboard(page: VerifyPage, settle: Settle) -> None:
    labels = [one.item.label for one in page.items.model.rows]
    page.items.view.selectRow(labels.index("原单位"))
    page.items.view.setFocus()
    page.items.mark("2")
    assert page.items.answer.isEnabled()
    page.items.answer.insert("秦川轴承厂")
    page.items.answer.textEdited.emit("秦川轴承厂")
    QTest.keyClick(page.items.answer, Qt.Key.Key_Return)
    page.keep()
    settle()
    settle()
    station = page.context.station
    person = register.find(station, text="张三").people[0].id
    kept = register.person_details(station, person=person)
    assert kept.values["ent_name"] == "秦川轴承厂"
    assert kept.values["verified_on"] == "2026-11-24"
    assert page.who.text().startswith("李四")


def test_what_was_typed_stays_when_it_is_refused(page: VerifyPage, settle: Settle) -> None:
    labels = [one.item.label for one in page.items.model.rows]
    page.items.view.selectRow(labels.index("性别"))
    page.items.mark("2")
    page.items.answer.insert("不清楚")
    page.items.answer.textEdited.emit("不清楚")
    page.keep()
    settle()
    assert page.items.model.rows[labels.index("性别")].answer.answer == "不清楚"
    assert page.who.text().startswith("张三")


def test_a_dispute_is_settled_later_and_progress_says_so(page: VerifyPage, settle: Settle) -> None:
    page.items.view.selectRow(0)
    page.items.mark("2")
    page.items.answer.insert("张山")
    page.items.decision.setCurrentIndex(page.items.decision.findData("3"))
    page.items.answer.textEdited.emit("张山")
    page.keep()
    settle()
    settle()
    assert [one.name for one in page.disputes.model.rows] == ["张三"]
    assert page.progress.model.rows[0][1]["disputed"] == 1
    page.disputes.decide("1")
    settle()
    settle()
    assert page.disputes.model.rows == []
    assert register.find(page.context.station, text="张山").total == 1


def test_check_forms_hold_what_is_kept(page: VerifyPage, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "核对表.pdf"
    page.save_forms(path)
    settle()
    document = pypdfium2.PdfDocument(path)
    said = "".join("".join(one.get_textpage().get_text_range().split()) for one in document)
    assert len(document) == 4
    assert said.index("张三") < said.index("李四")
    for words in ("2号楼1单元201室", "10号楼1单元101室", "本人或委托人签字", "第2页共2页"):
        assert words in said
