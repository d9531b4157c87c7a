"""What a service forbids the window does not offer: as each role every page is opened and every button that can be

pressed is pressed, in the dialogs it opens too, and no job ends in NotAllowedError.
"""

import traceback
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QFileDialog,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.domain.errors import NotAllowedError, SecondPersonError
from desktop.domain.permissions import AUDITOR, CLERK, TECHNICIAN
from desktop.services import cards, register, users, visits
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.views import asking
from desktop.views.context import AppContext
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.runner import Runner
from tests.conftest import CHEAP

# They end the walk, go somewhere outside, or wait for a device; what they do is tested where it belongs.
LEFT = ("锁定（Ctrl+L）", "换人使用", "退出", "摄像头", "关闭", "取消", "打印…", "停止", "生成一个好记的")
MOST = 60  # buttons of one page or dialog


class Watch:
    """A window as one role, with every refusal its jobs met."""

    def __init__(self, qtbot: QtBot, station: Station) -> None:
        self.qtbot = qtbot
        self.refused: list[str] = []
        self.where = ""
        self.runner = Runner(on_bug=lambda _error: None)
        finish = self.runner._finish

        def watched(finished: object, *rest: object) -> None:
            error = finished.exception()  # type: ignore[attr-defined]
            if isinstance(error, NotAllowedError) and not isinstance(error, SecondPersonError):
                frames = traceback.extract_tb(error.__traceback__)
                asked = " < ".join(f"{one.filename.rpartition('/')[2]}:{one.lineno}" for one in frames[-5:])
                self.refused.append(f"{self.where or 'opening'}: {error} ({asked})")
            finish(finished, *rest)  # type: ignore[arg-type]

        self.runner._finish = watched  # type: ignore[assignment, method-assign]
        messages = Messages()
        messages.ask = lambda *_args, **_words: True  # type: ignore[method-assign, assignment]
        self.window = MainWindow(AppContext(station, runner=self.runner, messages=messages))
        self.window.resize(1366, 728)
        self.window.show()
        qtbot.addWidget(self.window)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.runner.is_idle, timeout=60_000)

    def walk(self) -> None:
        for key in self.window.pages:
            if not self.window._buttons[key].isVisible():
                self.window.show_page(key)  # by whatever way it is asked for
                assert self.window.stack.currentWidget() is not self.window.pages[key], key
                continue
            self.window.show_page(key)
            self.settle()
            self.press_all(self.window.pages[key], key)
        for shortcut in self.window.findChildren(QShortcut):
            if "L" not in shortcut.key().toString().split("+")[-1] and shortcut.isEnabled():
                self.where = f"shortcut {shortcut.key().toString()}"
                shortcut.activated.emit()
                self.settle()
                self.close_dialogs()

    def press_all(self, root: QWidget, where: str, *, depth: int = 0) -> None:
        for tabs in root.findChildren(QTabWidget) or [None]:
            for place in range(tabs.count() if tabs is not None else 1):
                if tabs is not None:
                    tabs.setCurrentIndex(place)
                    self.settle()
                self._press_shown(root, where, depth)

    def _press_shown(self, root: QWidget, where: str, depth: int) -> None:
        for view in root.findChildren(QAbstractItemView):
            model = view.model()
            if view.isVisible() and model is not None and model.rowCount():
                view.setCurrentIndex(model.index(0, 0))
        self.settle()
        for one in root.findChildren(QAbstractButton)[:MOST]:
            if not one.isVisible() or not one.isEnabled() or one.text() in LEFT or not one.text():
                continue
            self.where = f"{where} / {one.text()}"
            one.click()
            self.settle()
            for dialog in self.dialogs():
                if depth == 0 and dialog is not root:
                    self.press_all(dialog, self.where, depth=1)
                dialog.reject()
            self.settle()

    def dialogs(self) -> Iterator[QDialog]:
        yield from [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]

    def close_dialogs(self) -> None:
        for dialog in self.dialogs():
            dialog.reject()


@pytest.fixture
def filled(station: Station) -> Station:
    for name in ("张三", "李四", "王五"):
        made = register.register_person(station, draft=PersonDraft({"name": name}, phones=[{"number": "029-88886666"}]))
    visits.record_visit(
        station, person=made.person, values={"visited_on": "2026-11-20", "visitors": "王敏", "method": "1"}
    )
    cards.issue_cards(station, ids=[made.person])
    users.add_user(station, name="李静", role="clerk", password="clerks-secret-1", cost=CHEAP)
    return station


@pytest.mark.parametrize("role", [CLERK, AUDITOR, TECHNICIAN])
def test_nothing_that_can_be_pressed_is_refused(
    qtbot: QtBot, filled: Station, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, answer in (
        ("getOpenFileName", ("", "")), ("getOpenFileNames", ([], "")), ("getSaveFileName", ("", "")),
        ("getExistingDirectory", ""),
    ):  # fmt: skip
        monkeypatch.setattr(QFileDialog, name, lambda *_args, answer=answer, **_words: answer)
    monkeypatch.setattr(QPrintDialog, "exec", lambda *_args: 0)
    monkeypatch.setattr(asking, "_answered", lambda asked: bool(asked.deleteLater()))
    filled.role = filled.vault.role = role
    watch = Watch(qtbot, filled)
    watch.walk()
    watch.close_dialogs()
    watch.runner.close()
    assert watch.refused == [], "\n".join(watch.refused)
    assert watch.window.testAttribute(Qt.WidgetAttribute.WA_WState_Created)
