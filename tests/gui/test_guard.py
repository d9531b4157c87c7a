"""The screen is covered by one key, the register locks when nobody is there, the clipboard is emptied."""

import subprocess
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from PySide6.QtCore import QMimeData, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import Application
from desktop.services.station import Station
from desktop.views.guard import sentry as guard
from desktop.views.guard.clipboard import OwnClipboard
from desktop.views.guard.session import SessionWatch, windows_says_away
from desktop.views.main_window import MainWindow


@pytest.fixture
def application(qtbot: QtBot, station: Station) -> Iterator[Application]:
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    made = Application(qt)
    made.show_station(station)
    qtbot.waitUntil(lambda: made.runner.is_idle)
    yield made
    qtbot.waitUntil(lambda: made.runner.is_idle)
    if made.window is not None:
        made.window.close()
    if made.unlock is not None:
        made.unlock.close()
    made.runner.close()


def window_of(application: Application) -> MainWindow:
    assert application.window is not None
    return application.window


def sentry_of(application: Application) -> guard.Sentry:
    assert application.sentry is not None
    return application.sentry


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (Qt.Key.Key_F12, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_one_key_covers_every_window_and_its_title(
    qtbot: QtBot, application: Application, key: Qt.Key, modifiers: Qt.KeyboardModifier
) -> None:
    window = window_of(application)
    dialog = QDialog(window)
    dialog.setWindowTitle("张三")
    dialog.resize(400, 300)
    dialog.open()
    qtbot.keyClick(dialog, key, modifiers)
    veil = sentry_of(application).veil
    assert veil.is_down
    for top in (window, dialog):
        assert top.windowTitle() == "银册"
        cover = next(one for one in veil.covers if one.parentWidget() is top)
        assert cover.geometry() == top.rect() and cover.isVisible()
        shot = top.grab().toImage()  # nothing of what is beneath shows at any corner
        corners = {shot.pixelColor(x, y).name() for x in (2, shot.width() - 3) for y in (2, shot.height() - 3)}
        assert len(corners) == 1
    qtbot.keyClick(dialog, key, modifiers)
    assert not veil.is_down and dialog.windowTitle() == "张三"
    dialog.close()


def test_what_hangs_over_the_window_and_what_opens_later_is_covered(qtbot: QtBot, application: Application) -> None:
    window = window_of(application)
    window.search.results.addItem("张三　610100195001010010")
    window.search.results.show()
    veil = sentry_of(application).veil
    veil.drop()
    assert not window.search.results.isVisible()
    late = QDialog(window)
    late.setWindowTitle("张三")
    late.open()
    assert late.windowTitle() == "银册" and any(one.parentWidget() is late for one in veil.covers)
    veil.lift()
    assert late.windowTitle() == "张三"
    late.close()


def test_what_a_field_copies_is_ours_as_well(qtbot: QtBot) -> None:
    """Ctrl+C of an edit field or a table goes past our own copying: it is taken over, marked and cleared in time."""
    kept = OwnClipboard(kept=400, owns=lambda: True)  # offscreen nobody owns a clipboard
    field = QLineEdit("610100195001010010")
    qtbot.addWidget(field)
    field.selectAll()
    field.copy()
    board = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: board.mimeData().data("x-kde-passwordManagerHint") == b"secret")
    assert board.text() == "610100195001010010"
    qtbot.waitUntil(lambda: board.text() == "", timeout=5000)
    kept.stop()


def test_half_a_minute_and_the_idle_time_are_kept_to_the_second(application: Application) -> None:
    """A coarse timer may be 5 % late: 15 seconds of five minutes."""
    timers = (sentry_of(application).idle, sentry_of(application).clipboard.findChild(QTimer))
    assert all(isinstance(one, QTimer) and one.timerType() == Qt.TimerType.PreciseTimer for one in timers)


def test_keys_typed_under_the_veil_reach_nobody(qtbot: QtBot, application: Application) -> None:
    window = window_of(application)
    window.search.setFocus()
    sentry_of(application).veil.drop()
    focus = QApplication.focusWidget()
    assert focus is None or focus in sentry_of(application).veil.covers


def test_nobody_there_locks_and_lets_go_of_everything(
    qtbot: QtBot, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentry = sentry_of(application)
    assert sentry.idle.interval() == 5 * 60_000
    station = window_of(application).context.station
    sentry.clipboard.copy("610100195001010010")
    sentry.idle.start(50)
    qtbot.waitUntil(lambda: application.window is None, timeout=5000)
    assert application.unlock is not None and application.unlock.isVisible()
    assert application.sentry is None
    assert QGuiApplication.clipboard().text() == ""
    assert bytes(station.vault.slot_key()) == bytes(32)  # the key is gone


def test_a_key_or_a_movement_counts_from_the_start_again(qtbot: QtBot, application: Application) -> None:
    sentry = sentry_of(application)
    sentry.idle.start(1000)
    qtbot.keyClick(window_of(application), Qt.Key.Key_A)
    assert sentry.idle.interval() == 5 * 60_000


def test_minutes_stay_between_one_and_thirty() -> None:
    for given, kept in ((0, 1), (3, 3), (99, 30)):
        guard.keep_idle_minutes(given)
        assert guard.idle_minutes() == kept


def test_a_running_job_is_finished_behind_the_veil_before_locking(qtbot: QtBot, application: Application) -> None:
    window, done = window_of(application), []
    gate = Event()
    application.runner.run(lambda _report: gate.wait(10), context=window, done=done.append)
    sentry_of(application).lock_now()
    qtbot.waitUntil(lambda: sentry_of(application).veil.is_down)
    assert application.window is window
    gate.set()
    qtbot.waitUntil(lambda: application.window is None, timeout=5000)
    assert done == [True]


def test_what_others_copied_stays(qtbot: QtBot) -> None:
    board = OwnClipboard(kept=30)
    board.copy("我们的")
    assert QGuiApplication.clipboard().mimeData().data("x-kde-passwordManagerHint") == b"secret"
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "", timeout=3000)
    foreign = QMimeData()
    foreign.setText("别人的")
    QGuiApplication.clipboard().setMimeData(foreign)
    assert QGuiApplication.clipboard().text() == "别人的"
    board.stop()
    QGuiApplication.clipboard().clear()  # what Python made must not outlive Python there


def test_session_signals_mean_away(qtbot: QtBot) -> None:
    watch = SessionWatch()
    with qtbot.waitSignal(watch.away):
        watch.on_active(True)
    with qtbot.waitSignal(watch.away):
        watch.on_bare()
    with qtbot.assertNotEmitted(watch.away):
        watch.on_active(False)
    assert windows_says_away(0x02B1, 7) and windows_says_away(0x0218, 4)
    assert not windows_says_away(0x02B1, 8) and not windows_says_away(0x000F, 7)


def test_a_lock_signal_on_a_real_bus_is_heard(qtbot: QtBot) -> None:
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        bus = QDBusConnection.connectToBus(address, "test-session")
        assert bus.isConnected()
        watch = SessionWatch()
        assert watch.listen_on(bus, bus) >= 4
        assert bus.registerService("org.freedesktop.ScreenSaver")
        message = QDBusMessage.createSignal(
            "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged"
        )
        message.setArguments([True])
        with qtbot.waitSignal(watch.away, timeout=5000):
            assert bus.send(message)
        QDBusConnection.disconnectFromBus("test-session")
    finally:
        if daemon.stdout is not None:
            daemon.stdout.close()
        daemon.terminate()
        daemon.wait()


def test_pages_a_role_may_not_see_are_not_reached_by_any_way(
    qtbot: QtBot, station: Station, settle_of: Callable[[MainWindow], None]
) -> None:
    from desktop.views.context import AppContext
    from desktop.views.messages import Messages
    from desktop.views.runner import Runner

    for role, offered in (("auditor", {"numbers", "audit", "settings"}), ("technician", {"settings"})):
        station.role = station.vault.role = role
        messages = Messages()
        runner = Runner(on_bug=messages.show_error)
        window = MainWindow(AppContext(station, runner=runner, messages=messages))
        qtbot.addWidget(window)
        window.show()
        shown = {key for key in window.pages if window._buttons[key].isVisibleTo(window)}
        assert shown == offered & set(window.pages)
        first = window.stack.currentWidget()
        for digit in range(1, 10):
            qtbot.keyClick(window, getattr(Qt.Key, f"Key_{digit}"), Qt.KeyboardModifier.ControlModifier)
            assert window.stack.currentWidget() in [window.pages[key] for key in shown]
        window.context.person_wanted.emit("0" * 32)
        window.context.people_wanted.emit("x", [])
        window.show_page("people")
        assert window.stack.currentWidget() is not window.person_page
        assert window.stack.currentWidget() in [window.pages[key] for key in shown], first
        assert not window.search.isEnabled()
        settle_of(window)
        assert not window.message.isVisible() or "程序内部" not in window.message.text()
        runner.close()


@pytest.fixture
def settle_of(qtbot: QtBot) -> Callable[[MainWindow], None]:
    return lambda window: qtbot.waitUntil(lambda: window.context.runner.is_idle, timeout=20_000)
