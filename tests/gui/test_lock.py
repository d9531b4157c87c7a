"""Locking gives the register back and asks for the password again."""

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, QObject, Qt, QTimer
from PySide6.QtGui import QUndoStack
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Application
from desktop.services import drafts, register
from desktop.services.access import open_store
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.views import asking
from desktop.views.main_window import MainWindow
from desktop.views.paper_printer import PaperPrinter
from desktop.views.people.person_form import NewPersonDialog
from desktop.views.table import SnapshotTable
from desktop.views.visits.visit_dialog import VisitDialog
from tests.conftest import PASSWORD


def test_ctrl_l_locks_and_the_password_opens_again(qtbot: QtBot, station: Station) -> None:
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    application = Application(qt)
    application.show_station(station)
    window = application.window
    assert window is not None
    qtbot.waitUntil(lambda: window.context.runner.is_idle)
    window.lock.click()
    assert application.window is None
    unlock = application.unlock
    assert unlock is not None
    assert unlock.isVisible()
    unlock.password.setText(PASSWORD)
    unlock.open_button.click()
    qtbot.waitUntil(lambda: application.window is not None, timeout=20_000)
    again = application.window
    assert again is not None
    assert register.find(again.context.station, text="张三").total == 1
    qtbot.waitUntil(lambda: again.context.runner.is_idle)
    again.close()


@pytest.fixture
def application(qtbot: QtBot, station: Station) -> Iterator[Application]:
    """The program with its window open on `station`."""
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    made = Application(qt)
    made.show_station(station)
    qtbot.waitUntil(lambda: made.runner.is_idle, timeout=20_000)
    yield made
    if made.window is not None:
        made.window.close()
    if made.unlock is not None:
        made.unlock.close()
    made.runner.close()


def window_of(application: Application) -> MainWindow:
    assert application.window is not None
    return application.window


def test_what_was_typed_and_not_saved_is_offered_again(
    qtbot: QtBot, application: Application, station: Station
) -> None:
    """Locking comes when it comes: also between a key and the moment a draft is kept, and over any dialog."""
    people = [register.register_person(station, draft=PersonDraft({"name": name})).person for name in ("张三", "李四")]
    window = window_of(application)
    window.context.person_wanted.emit(people[0])
    qtbot.waitUntil(lambda: application.runner.is_idle)
    editor = next(
        form.editors["live_addr"] for form in window.person_page.forms.values() if "live_addr" in form.editors
    )
    assert isinstance(editor, QLineEdit)
    qtbot.keyClicks(editor, "xingfulu")
    form = NewPersonDialog(window.context, parent=window)
    form.open()
    name = form.form.editors["name"]
    assert isinstance(name, QLineEdit)
    qtbot.keyClicks(name, "wangwu")
    visit = VisitDialog(window.context, person=people[1], name="李四", parent=window)
    visit.open()
    said = visit.form.editors["visitors"]
    assert isinstance(said, QLineEdit)
    qtbot.keyClicks(said, "zhao")
    qtbot.wait(2300)  # this one is kept already when the register locks
    qtbot.keyClicks(said, "qian")
    application.lock(str(station.vault.folder))
    again = open_store(station.vault.folder, password=PASSWORD, clock=station.clock)
    kept = {one.key.split("/")[0]: one.payload for one in drafts.kept_drafts(again)}
    assert kept["edit"]["live_addr"] == "xingfulu"
    assert kept["new"]["name"] == "wangwu"
    assert kept["visit"]["visitors"] == "zhaoqian"
    again.close()


def test_after_locking_nothing_of_the_register_is_left_in_the_window(
    qtbot: QtBot, application: Application, station: Station
) -> None:
    for number in range(30):
        register.register_person(station, draft=PersonDraft({"name": f"张{number}"}))
    window = window_of(application)
    for key in window.pages:
        window.show_page(key)
        qtbot.waitUntil(lambda: application.runner.is_idle, timeout=20_000)
    held = [*window.findChildren(QWidget), *window.findChildren(QAbstractItemModel), *window.findChildren(QUndoStack)]
    views = [one for one in held if isinstance(one, QAbstractItemView)]
    tables = {id(one.model()): one.model() for one in views if isinstance(one.model(), SnapshotTable)}
    kept = [weakref.ref(one) for one in (window, *tables.values())]
    assert len(kept) > 10
    views.clear()
    tables.clear()
    gone: list[QObject] = []
    for one in held:
        one.destroyed.connect(lambda *_said: gone.append(None))
    application.lock(str(station.vault.folder))
    del window
    qtbot.waitUntil(lambda: len(gone) >= len(held), timeout=5000)
    held.clear()
    del one
    gc.collect()
    assert [one for one in kept if one() is not None] == []


@pytest.mark.parametrize("opened", ["question", "text", "file", "print"])
def test_locking_reaches_through_every_dialog_that_waits(qtbot: QtBot, application: Application, opened: str) -> None:
    window = window_of(application)
    waits: dict[str, Callable[[], object]] = {
        "question": lambda: window.context.messages.ask(window, "张三？", yes="是", no="否"),
        "text": lambda: asking.ask_text(window, "张三", "张三"),
        "file": lambda: QFileDialog.getSaveFileName(window, "张三", "张三.pdf")[0],
        "print": lambda: PaperPrinter(window).choose(QPrinter()),
    }
    veiled: list[bool] = []

    def while_it_waits() -> None:
        dialog = QApplication.activeModalWidget()
        assert dialog is not None and application.sentry is not None
        qtbot.keyClick(dialog, Qt.Key.Key_F12)
        veiled.append(any(one.parentWidget() is dialog for one in application.sentry.veil.covers))
        qtbot.keyClick(dialog, Qt.Key.Key_F12)
        application.sentry.lock_now()

    QTimer.singleShot(200, while_it_waits)
    answer = waits[opened]()
    assert veiled == [True]
    assert not answer  # as if the user had gone away
    qtbot.waitUntil(lambda: application.window is None and application.unlock is not None, timeout=5000)
    assert [one for one in QApplication.topLevelWidgets() if one.isVisible() and one is not application.unlock] == []
