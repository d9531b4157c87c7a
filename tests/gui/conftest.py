"""The real window on a real station."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.runner import Runner
from desktop.views.theme import dress, style_sheet


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Delete the windows a test leaves behind: every one of them is polished anew with each that follows."""
    yield
    if isinstance(QApplication.instance(), QApplication):
        for left in QApplication.topLevelWidgets():
            if left.parent() is None:
                left.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(qtbot: QtBot, station: Station) -> Iterator[MainWindow]:
    """The main window, shown offscreen at a clerk's size."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if app.styleSheet() != style_sheet():  # dressing polishes every widget there is
        dress(app)
    messages = Messages()

    def bug(error: BaseException) -> None:
        raise error

    messages.report_bug = bug
    runner = Runner(on_bug=messages.show_error)
    made = MainWindow(AppContext(station, runner=runner, messages=messages))
    made.resize(1366, 728)
    made.show()
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: runner.is_idle)
    yield made
    qtbot.waitUntil(lambda: runner.is_idle)
    runner.close()


@pytest.fixture
def settle(qtbot: QtBot, window: MainWindow) -> Callable[[], None]:
    """Wait until everything the window asked for has answered."""
    return lambda: qtbot.waitUntil(lambda: window.context.runner.is_idle, timeout=20_000)
