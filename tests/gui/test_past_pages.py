"""History, past days, ledger, bulk edit, drafts, the keyboard and the photo: by the real window."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pypdfium2
from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.clock import FixedClock
from desktop.domain.dictionary import PERSON, PHONE
from desktop.services import batches, drafts, photos, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station, Terms
from desktop.views.drafts_bar import DraftsBar
from desktop.views.ledger.ledger_page import LedgerPage
from desktop.views.main_window import MainWindow
from desktop.views.people.bulk_dialog import BulkDialog
from desktop.views.people.editors import editor_for, show_value, typed_value
from desktop.views.people.past_dialog import PastPersonDialog, PastRegisterDialog
from desktop.views.people.people_page import PeoplePage
from desktop.views.people.person_form import NewPersonDialog
from desktop.views.people.values_dialog import ValuesDialog
from tests.conftest import reopen

Settle = Callable[[], None]
W = TypeVar("W", bound=QWidget)
ROOT = Path(__file__).resolve().parents[2]


def add(window: MainWindow, name: str, **values: str) -> str:
    return register.register_person(window.context.station, draft=PersonDraft({"name": name, **values})).person


def only(parent: QWidget, kind: type[W]) -> W:
    """Return the one dialog of a kind that is open."""
    (found,) = [one for one in parent.findChildren(kind) if one.isVisible()]
    return found


def line(widget: QWidget) -> QLineEdit:
    assert isinstance(widget, QLineEdit)
    return widget


def values_of(station: Station, person: str) -> dict[str, object]:
    return dict(register.person_details(station, person=person).values)


def test_history_is_narrowed_and_one_change_is_taken_back(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    person = add(window, "张三", live_addr="甲", ent_name="老厂")
    register.amend_person(station, person=person, values={"live_addr": "乙", "ent_name": "新厂"}, why="搬家")
    window.context.person_wanted.emit(person)
    settle()
    tab = window.person_page.history_tab
    tab.field.setCurrentIndex(tab.field.findData("长期居住地"))
    assert [one.new for one in tab.model.rows] == ["乙", "甲"]
    tab.text.setText("搬家")
    assert [one.new for one in tab.model.rows] == ["乙"]
    tab.view.selectRow(0)
    tab.values.click()
    settle()
    shown = only(tab, ValuesDialog)
    assert [one.text for one in shown.model.rows] == ["乙", "甲"]
    shown.close()
    window.context.messages.answer_next(True)
    tab.undo_one.click()
    settle()
    assert (values_of(station, person)["live_addr"], values_of(station, person)["ent_name"]) == ("甲", "新厂")


def test_a_change_overtaken_asks_for_a_reason(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    person = add(window, "张三", live_addr="甲")
    for address in ("乙", "丙"):
        register.amend_person(station, person=person, values={"live_addr": address})
    window.context.person_wanted.emit(person)
    settle()
    tab = window.person_page.history_tab
    tab.view.selectRow(next(n for n, one in enumerate(tab.model.rows) if one.new == "乙"))
    tab.undo_one.click()
    settle()
    tab.reason.confirm.click()
    assert "写明原因" in tab.reason.error.text()
    tab.reason.reason.insert("本人确认")
    tab.reason.confirm.click()
    settle()
    assert values_of(station, person)["live_addr"] == "甲"


def test_the_past_of_the_register_and_of_a_person(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    station = window.context.station
    person = add(window, "张三", live_addr="旧址")
    day = station.today()
    assert isinstance(station.clock, FixedClock)
    station.clock.advance(seconds=86_400)
    add(window, "李四")
    register.amend_person(station, person=person, values={"live_addr": "新址"})
    dialog = PastRegisterDialog(window.context, parent=window)
    dialog.open()
    dialog.day.setDate(QDate(day.year, day.month, day.day))
    dialog.look.click()
    settle()
    assert [row.text("name") for row in dialog.model.rows] == ["张三"]
    assert day.isoformat() in dialog.banner.text()
    assert "青杨社区 1" in dialog.counts.text()
    window.context.station.terms = Terms("区人社局", "测试", "履行法定职责")
    dialog.export_to(tmp_path / "当日.pdf")
    settle()
    document = pypdfium2.PdfDocument(tmp_path / "当日.pdf")
    assert "旧址" in document[0].get_textpage().get_text_range()
    document.close()
    one = PastPersonDialog(window.context, person=person, parent=window)
    one.open()
    settle()
    assert ("长期居住地", "新址") in one.model.rows
    one.day.setDate(QDate(day.year, day.month, day.day))
    one.look.click()
    settle()
    assert ("长期居住地", "旧址") in one.model.rows
    one.day.setDate(QDate(2020, 1, 1))
    one.look.click()
    settle()
    assert one.model.rows == []
    assert "还没有这个人" in one.banner.text()


def test_the_ledger_page_and_the_recent_operations(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    station = window.context.station
    person = add(window, "张三", live_addr="甲")
    register.amend_person(station, person=person, values={"live_addr": "乙"}, why="搬家")
    window.show_page("ledger")
    settle()
    page = window.pages["ledger"]
    assert isinstance(page, LedgerPage)
    assert [one.item for one in page.model.rows] == ["新增人员", "长期居住地"]
    assert "地址 1" in page.counts.text()
    page.sort.setCurrentIndex(page.sort.findData("地址"))
    settle()
    assert [one.after for one in page.model.rows] == ["乙"]
    window.context.station.terms = Terms("区人社局", "测试", "履行法定职责")
    page.export_to(tmp_path / "台账.xlsx")
    settle()
    assert (tmp_path / "台账.xlsx").read_bytes().startswith(b"PK")
    page.period.setCurrentIndex(page.period.findData("last"))
    settle()
    assert page.model.rows == []
    assert page.empty.isVisible()
    dialog = page.show_recent()
    settle()
    assert "修改人员" in [dialog.model.columns[1].text(one) for one in dialog.model.rows]
    dialog.view.selectRow(0)
    window.context.messages.answer_next(True)
    dialog.undo.click()
    settle()
    assert values_of(station, person)["live_addr"] == "甲"


def test_many_are_changed_after_a_look_and_taken_back(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    people = [add(window, name) for name in ("张三", "李四", "王五")]
    window.show_page("people")
    settle()
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    page.bulk_button.click()
    settle()
    dialog = only(page, BulkDialog)
    dialog.field.setCurrentIndex(dialog.field.findData("live_estate"))
    line(dialog.value).insert("青杨小区")
    dialog.look.click()
    settle()
    assert "3 人会修改" in dialog.summary.text()
    assert "live_estate" not in values_of(station, people[0])
    dialog.confirm.click()
    settle()
    assert "写明原因" in dialog.error.text()
    dialog.reason.insert("普查")
    dialog.confirm.click()
    settle()
    assert [values_of(station, one)["live_estate"] for one in people] == ["青杨小区"] * 3
    dialog.undo.click()
    settle()
    assert "live_estate" not in values_of(station, people[0])
    dialog.close()
    page.view.clearSelection()
    page.view.selectRow(0)
    page.view.selectionModel().select(
        page.model.index(1, 0),
        page.view.selectionModel().SelectionFlag.Select | page.view.selectionModel().SelectionFlag.Rows,
    )
    page.edit_many()
    settle()
    assert "批量修改 2 人" in only(page, BulkDialog).windowTitle()


def test_the_whole_new_person_form_by_enter_and_tab(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Tab):
        dialog = NewPersonDialog(window.context, parent=window)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(lambda dialog=dialog: dialog.form.editors["name"].hasFocus())
        walked = []
        for _ in range(len(dialog.form.editors)):
            here = QApplication.focusWidget()
            walked.append(next(one for one, editor in dialog.form.editors.items() if editor is here))
            qtbot.keyClick(here, Qt.Key.Key_Tab if walked[-1] == "remark" else key)
        assert walked == list(dialog.form.editors)
        assert dialog.phone.hasFocus()
        assert dialog.isVisible()
        dialog.reject()
        settle()


def test_no_input_method_in_numbers_and_full_width_digits_are_read(qtbot: QtBot) -> None:
    for field in (PERSON.field("id_no"), PERSON.field("birth_id"), PERSON.field("pay_months"), PHONE.field("number")):
        editor = line(editor_for(field))
        assert not editor.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        editor.setEchoMode(QLineEdit.EchoMode.Password)
        editor.setReadOnly(True)
        editor.setReadOnly(False)
        assert not editor.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert editor_for(PERSON.field("live_addr")).testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    phone = line(editor_for(PHONE.field("number")))
    phone.insert("１３８０００１１１１１")
    assert typed_value(phone, PHONE.field("number")) == "13800011111"
    day = line(editor_for(PERSON.field("birth_id")))
    day.insert("１９５３－０７－０６")
    assert typed_value(day, PERSON.field("birth_id")) == "1953-07-06"


def test_a_list_is_chosen_by_pinyin_initials(qtbot: QtBot) -> None:
    box = editor_for(PERSON.field("marital"))
    assert isinstance(box, QComboBox)
    qtbot.addWidget(box)
    labels = [box.itemText(place) for place in range(box.count())]
    wanted = next(text for text in labels if text.startswith("离"))
    qtbot.keyClicks(box, "l")
    assert box.currentText().startswith("离")
    show_value(box, PERSON.field("marital"), None)
    assert box.currentText() == ""
    assert wanted in labels


def test_a_half_typed_person_is_kept_offered_and_dropped(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    dialog = NewPersonDialog(window.context, parent=window)
    dialog.open()
    line(dialog.form.editors["name"]).insert("张三")
    qtbot.keyClicks(dialog.phone, "13800001111")
    dialog.keeper.write()
    settle()
    (draft,) = drafts.kept_drafts(station)
    assert draft.title == "新增人员 张三"
    bar = DraftsBar(window.context)
    qtbot.addWidget(bar)
    settle()
    offered: list[object] = []
    bar.wanted.connect(offered.append)
    bar.go_on(draft)
    assert offered == [draft]
    again = NewPersonDialog(window.context, parent=window)
    again.resume(draft)
    assert again.form.values()["name"] == "张三"
    assert line(again.phone).text() == "13800001111"
    again.save.click()
    settle()
    assert drafts.kept_drafts(station) == []
    assert register.find(station, text="张三").total == 1
    dialog.reject()
    settle()


def test_half_made_edits_of_a_person_come_back(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    person = add(window, "张三", live_addr="甲")
    window.context.person_wanted.emit(person)
    settle()
    page = window.person_page
    editor = next(form.editors["live_addr"] for form in page.forms.values() if "live_addr" in form.editors)
    line(editor).setText("乙")
    page.keeper.write()
    settle()
    (draft,) = drafts.kept_drafts(station)
    assert dict(draft.payload) == {"live_addr": "乙"}
    page.show_person(add(window, "李四"))
    settle()
    window.drafts.wanted.emit(draft)
    settle()
    assert line(editor).text() == "乙"
    page.save_edits()
    settle()
    assert values_of(station, person)["live_addr"] == "乙"
    assert drafts.kept_drafts(station) == []


_CHILD = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.domain.clock import SystemClock
from desktop.services import drafts
from desktop.services.access import open_store
from desktop.views.context import AppContext
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.people.person_form import NewPersonDialog
from desktop.views.runner import Runner

app = QApplication([])
station = open_store(Path(sys.argv[1]), password="practice-2026", clock=SystemClock())
messages = Messages()
context = AppContext(station, runner=Runner(on_bug=messages.show_error), messages=messages)
window = MainWindow(context)
window.show()
dialog = NewPersonDialog(context, parent=window)
dialog.open()
dialog.form.editors["name"].insert("断电时的张三")
watch = QTimer()
watch.timeout.connect(lambda: context.read(drafts.kept_drafts, context=window, done=lambda kept: kept and print("kept", flush=True)))
watch.start(300)
app.exec()
"""


def test_a_killed_window_leaves_its_draft(station: Station, tmp_path: Path) -> None:
    station.close()
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(station.vault.folder)],
        stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "YINCE_HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        assert child.stdout is not None
        ready, _, _ = select.select([child.stdout], [], [], 60)
        assert ready
        assert child.stdout.readline().strip() == b"kept"
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    again = reopen(station)
    (draft,) = drafts.kept_drafts(again)
    assert draft.payload["name"] == "断电时的张三"
    assert again.vault.head()[0] == len(register_log(again))
    again.close()


def register_log(station: Station) -> list[str]:
    with station.vault.reading() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT record FROM change")]


def test_a_photo_is_scaled_stripped_and_shown(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    station = window.context.station
    person = add(window, "张三")
    window.context.person_wanted.emit(person)
    settle()
    image = QImage(1600, 1200, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    image.setText("Description", "GPS 34.1 108.7")
    image.save(str(tmp_path / "照片.jpg"))
    assert b"GPS" in (tmp_path / "照片.jpg").read_bytes()
    window.person_page.photo.take(tmp_path / "照片.jpg")
    settle()
    settle()
    body = photos.photo_of(station, person=person)
    assert body is not None
    assert b"GPS" not in body
    kept = QImage.fromData(body)
    assert (kept.width(), kept.height()) == (480, 360)
    assert not window.person_page.photo.picture.pixmap().isNull()
    (tmp_path / "假.jpg").write_bytes(b"%PDF-1.4 not a picture")
    window.person_page.photo.take(tmp_path / "假.jpg")
    assert "不是 jpg 或 png" in window.message.text()
    assert batches.recent_batches(station)[0].action == "photo.set"
