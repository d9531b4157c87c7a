"""Locking gives the register back and asks for the password again."""

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Application
from desktop.services import register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
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
