"""联系卡 in the real window: issue, print and go on after a jam, hand over, lose, scan anywhere, the street's design."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.printing.readback import codes_on
from desktop.services import card_designs, card_life, cards, drafts, printers, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.views.cards.cards_page import CardsPage
from desktop.views.cards.design_dialog import DesignDialog
from desktop.views.cards.print_dialog import PrintDialog
from desktop.views.context import AppContext
from desktop.views.drafts_bar import DraftsBar, resume
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.paper_printer import PaperPrinter, PrintJob
from desktop.views.runner import Runner
from tests.conftest import STREET, Maker

Settle = Callable[[], None]


def add(station: Station, *names: str) -> list[str]:
    return [register.register_person(station, draft=PersonDraft({"name": name})).person for name in names]


@pytest.fixture
def page(window: MainWindow, settle: Settle) -> CardsPage:
    add(window.context.station, *(f"王{one}" for one in "一二三四五六七八九十甲乙"))
    window.show_page("cards")
    settle()
    found = window.pages["cards"]
    assert isinstance(found, CardsPage)
    return found


def to_file(path: Path) -> Callable[[QPrinter], bool]:
    def choose(printer: QPrinter) -> bool:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(path))
        return True

    return choose


def test_the_sheets_are_printed_at_the_printers_own_dots(
    page: CardsPage, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    page.view.selectAll()
    page.issue.issue_and_print()
    settle()
    dialog = page.issue.findChild(PrintDialog)
    assert isinstance(dialog, PrintDialog)
    dialog.printer.choose = to_file(tmp_path / "纸.pdf")
    with qtbot.waitSignal(page.context.messages.said, timeout=30_000):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    read = codes_on((tmp_path / "纸.pdf").read_bytes(), dpi=300)
    assert [len(one) for one in read] == [10, 2]
    assert dialog.out == {0, 1}
    dialog.close()


def test_a_job_that_stops_half_way_says_what_is_out_and_goes_on_from_there(
    page: CardsPage, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    page.layout_box.setCurrentIndex(page.layout_box.findData("cr80"))
    page.view.selectAll()
    page.issue.issue_and_print()
    settle()
    dialog = page.issue.findChild(PrintDialog)
    assert isinstance(dialog, PrintDialog)
    document = dialog.printer.load(dialog.pdf)
    printer = dialog.printer.prepared(dpi=300)
    to_file(tmp_path / "卡住.pdf")(printer)
    job = PrintJob(document, printer, pages=range(12), parent=dialog)
    job.printed.connect(lambda number: dialog.stop.click() if number == 4 else None)
    with qtbot.waitSignal(job.ended, timeout=30_000):
        dialog.run(job, printer)
    assert dialog.out == {0, 1, 2, 3, 4}
    assert "已送出 5 页" in dialog.told.text() and "第 6 页起没有打印" in dialog.told.text()
    assert dialog.list.currentRow() == 5
    dialog.close()
    settle()
    bar = DraftsBar(page.context)  # as the window shows it when it is opened again
    bar.wanted.connect(lambda draft: resume(page.context, draft, page=page, parent=bar))
    settle()
    (draft,) = drafts.kept_drafts(page.context.station)
    assert "还有 7 页" in draft.title
    bar.go_on(draft)
    settle()
    (dialog,) = bar.findChildren(PrintDialog)
    assert dialog.out == {0, 1, 2, 3, 4} and dialog.list.currentRow() == 5
    dialog.printer.choose = to_file(tmp_path / "其余.pdf")
    with qtbot.waitSignal(page.context.messages.said, timeout=30_000):
        dialog.rest.click()
    assert dialog.out == set(range(12))
    assert len(pypdfium2.PdfDocument(tmp_path / "其余.pdf")) == 7
    settle()
    assert drafts.kept_drafts(page.context.station) == []
    dialog.close()


def test_a_card_is_handed_over_lost_and_exchanged_in_the_list(page: CardsPage, settle: Settle) -> None:
    station = page.context.station
    ids = [row.id for row in page.model.rows[:2]]
    cards.issue_cards(station, ids=ids)
    page.refresh()
    settle()
    tab = page.issued
    assert [one.serial for one in tab.model.rows] == [2, 1]
    assert "2/12" in tab.told.text()
    tab.view.selectRow(0)
    dialog = tab.receive()
    assert dialog is not None
    dialog.do.click()
    settle()
    settle()
    assert tab.model.rows[0].received_on == "2026-11-24"
    tab.view.selectRow(1)
    tab.lose.click()
    asked = tab.findChildren(type(dialog))[-1]
    asked.do.click()
    settle()
    settle()
    assert tab.model.rows[1].state == cards.LOST
    tab.narrow.setText(tab.model.rows[1].card_no[:4].lower())
    assert len(tab.model.rows) == 1


def test_what_changed_on_the_card_is_listed_for_printing_again(page: CardsPage, settle: Settle) -> None:
    station = page.context.station
    cards.issue_cards(station, ids=[page.model.rows[0].id])
    register.amend_own_org(station, phone="029-33000001", address="新地址1号")
    page.issue.who.setCurrentIndex(page.issue.who.findData("reprint"))
    page.issue.refresh()
    settle()
    assert [row.id for row in page.model.rows] == [card_life.all_cards(station)[0].person]


def patient(window: MainWindow) -> None:
    """Watch the window with the patience a busy test machine needs; the pauses themselves are tested below."""
    window.scanner.gap_ms = window.scanner.end_ms = 5000
    window.scanner.watch(window.windowHandle())
    window.activateWindow()


def type_as_scanner(window: MainWindow, text: str) -> None:
    handle = window.windowHandle()
    for character in text:
        QTest.keyClick(handle, character)
    QTest.keyClick(handle, Qt.Key.Key_Return)


def test_a_scan_is_taken_from_under_whatever_field_has_the_keyboard(
    page: CardsPage, window: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    station = window.context.station
    person = page.model.rows[3].id
    issued = cards.issue_cards(station, ids=[person])
    (token,) = codes_on(issued.pdf)[0]
    patient(window)
    page.tabs.setCurrentIndex(1)
    page.issued.narrow.setFocus()
    type_as_scanner(window, token)
    settle()
    settle()
    assert window.person_page.person == person
    assert window.message.text() == "卡有效"
    assert page.issued.narrow.text() == ""


def test_typing_that_only_begins_like_a_code_reaches_its_field(
    page: CardsPage, window: MainWindow, qtbot: QtBot
) -> None:
    window.scanner.watch(window.windowHandle())
    window.activateWindow()
    page.check_row.code.setFocus()
    qtbot.waitUntil(page.check_row.code.hasFocus)
    handle = window.windowHandle()
    for character in "EC1A":
        QTest.keyClick(handle, character)
    assert page.check_row.code.text() == "EC1A"
    QTest.keyClick(handle, "E")
    qtbot.waitUntil(lambda: page.check_row.code.text() == "EC1AE", timeout=2000)


def test_a_picture_of_a_card_is_checked(page: CardsPage, settle: Settle, tmp_path: Path) -> None:
    issued = cards.issue_cards(page.context.station, ids=[page.model.rows[0].id])
    image = pypdfium2.PdfDocument(issued.pdf)[0].render(scale=2).to_pil()
    image.rotate(7, fillcolor="white", expand=True).save(tmp_path / "照片.jpg", quality=70)
    page.check_row.check_picture(tmp_path / "照片.jpg")
    settle()
    assert page.check_row.verdict.text() == "卡有效"
    page.check_row.camera.click()  # this machine has none: said, and nothing else happens
    settle()


def test_a_printer_is_measured_and_remembered(page: CardsPage, tmp_path: Path) -> None:
    dialog = page.issue.open_calibration()
    dialog.printer.choose = to_file(tmp_path / "尺.pdf")
    assert dialog.print_page() == 1
    for box, value in ((dialog.left, 22.0), (dialog.top, 19.0), (dialog.across, 151.5), (dialog.down, 198.0)):
        box.setValue(value)
    dialog.keep.click()
    drift = printers.setup_of("").drift
    assert drift.across == pytest.approx(1.01) and drift.down == pytest.approx(0.99)
    assert page.issue.paper().drift == drift
    dialog = page.issue.open_calibration()
    dialog.across.setValue(90)
    dialog.keep.click()
    assert "再量一遍" in dialog.error.text()
    dialog.close()


def test_a_community_sees_the_design_and_changes_nothing(page: CardsPage, settle: Settle) -> None:
    dialog = page.open_design()
    settle()
    assert dialog.heading.text() == "退休人员社会化管理服务联系卡"
    assert not dialog.save.isVisible() and not dialog.heading.isEnabled()
    dialog.close()


def test_the_street_designs_with_a_live_picture(make_station: Maker, qtbot: QtBot, tmp_path: Path) -> None:
    station = make_station(STREET, seed=4)
    messages = Messages()
    runner = Runner(on_bug=messages.show_error)
    context = AppContext(station, runner=runner, messages=messages)
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = DesignDialog(context, kind="small", parent=parent)
    qtbot.waitUntil(lambda: runner.is_idle and dialog.view.document_shown.pageCount() == 2, timeout=20_000)
    picture = QImage(900, 500, QImage.Format.Format_RGB32)
    picture.fill(QColor("#AA2200"))
    picture.save(str(tmp_path / "标志.png"))
    dialog.take_logo(tmp_path / "标志.png")
    qtbot.waitUntil(lambda: bool(dialog.design().logo), timeout=20_000)
    dialog.set_colour("accent", "#7A1F1F")
    dialog.heading.setText("上林街道退休人员联系卡")
    dialog.blocks["street"].setChecked(False)
    dialog.services.setPlainText("\n".join(["很长的服务内容" * 12] * 9))
    qtbot.waitUntil(lambda: "排不下" in dialog.error.text(), timeout=20_000)
    dialog.services.setPlainText("上门走访\n代办认证")
    qtbot.waitUntil(lambda: runner.is_idle and not dialog.error.text(), timeout=20_000)
    dialog.keep()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=20_000)
    kept = card_designs.design_of(station, kind="small")
    assert kept.title == "上林街道退休人员联系卡" and kept.services == ("上门走访", "代办认证")
    assert kept.accent == "#7A1F1F" and not kept.shows("street")
    assert QImage.fromData(kept.logo).width() <= 320
    runner.close()


def test_one_page_at_a_time_keeps_the_window_alive(page: CardsPage, qtbot: QtBot, tmp_path: Path) -> None:
    """A long job yields between pages: something else that waits is done before it ends."""
    pdf = cards.preview_cards(page.context.station, ids=[row.id for row in page.model.rows])
    paper = PaperPrinter(page)
    document = paper.load(pdf)
    printer = paper.prepared(dpi=203)
    to_file(tmp_path / "长.pdf")(printer)
    job = PrintJob(document, printer, pages=range(document.pageCount()), parent=page)
    seen: list[str] = []
    job.printed.connect(lambda number: seen.append(f"page {number}"))
    QTimer.singleShot(0, lambda: seen.append("window"))
    with qtbot.waitSignal(job.ended, timeout=30_000):
        job.start()
    assert seen.index("window") < seen.index("page 1")
