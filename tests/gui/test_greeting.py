"""What the window says when a register was opened: who had it before, guesses, the clock, the key file, what is due."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.clock import FixedClock
from desktop.domain.errors import WrongPasswordError
from desktop.security import key_file
from desktop.services import access, audit, backup_watch, register, users
from desktop.services.greeting import greet
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.runner import Runner
from tests.conftest import CHEAP, PASSWORD

CLERK = "clerks-secret-1"


class Desk:
    """Opens windows on one register, one after the other."""

    def __init__(self, qtbot: QtBot, station: Station) -> None:
        self.qtbot, self.folder, self.clock = qtbot, station.vault.folder, station.clock
        self.window: MainWindow | None = None
        self.runner: Runner | None = None
        station.close()

    def open(self, password: str = PASSWORD) -> MainWindow:
        self.close()
        station = access.open_store(self.folder, password=password, clock=self.clock)
        runner = Runner(on_bug=lambda error: None)
        window = MainWindow(AppContext(station, runner=runner, messages=Messages()))
        window.resize(1366, 728)
        window.show()
        self.qtbot.addWidget(window)
        self.qtbot.waitUntil(lambda: runner.is_idle, timeout=20_000)
        self.window, self.runner = window, runner
        return window

    def close(self) -> None:
        if self.window is not None and self.runner is not None:
            self.runner.close()
            self.window.context.station.close()
            self.window.hide()
        self.window = None


@pytest.fixture
def desk(qtbot: QtBot, station: Station) -> Iterator[Desk]:
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    users.add_user(station, name="李静", role="clerk", password=CLERK, cost=CHEAP)
    made = Desk(qtbot, station)
    yield made
    made.close()


def forward(desk: Desk, seconds: float) -> None:
    assert isinstance(desk.clock, FixedClock)
    desk.clock.advance(seconds=seconds)


def said(window: MainWindow) -> str:
    return "\n".join(one.text for one in window.notices.shown)


def test_who_had_it_open_last_is_said_quietly(desk: Desk) -> None:
    first = desk.open()
    assert first.last.text() == ""
    forward(desk, 3600)
    second = desk.open(CLERK)
    assert second.last.text() == "上次打开：王敏\n2026-11-24 09:02" and not second.message.isVisible()
    forward(desk, 3600)
    assert desk.open().last.text() == "上次打开：李静\n2026-11-24 10:02"


def test_an_opening_is_in_the_audit_once_a_user_and_day(desk: Desk) -> None:
    for _ in range(3):
        desk.open()
    desk.open(CLERK)
    forward(desk, 86_400)
    window = desk.open()
    done = audit.deeds(window.context.station, wanted=audit.AuditFilter())
    assert [one.user for one in done if one.action == "login"] == ["王敏", "李静", "王敏"]


def test_wrong_tries_are_said_once(desk: Desk) -> None:
    for _ in range(2):
        with pytest.raises(WrongPasswordError):
            access.open_store(desk.folder, password="not-the-password", clock=desk.clock)
    window = desk.open()
    assert "输错过 2 次密码" in window.message.text() and window.message.isVisible()
    assert not desk.open().message.isVisible()


def test_a_clock_that_was_set_back_is_said_to_everybody_and_noted(desk: Desk) -> None:
    desk.open()
    forward(desk, -23 * 3600)
    assert "日期" not in said(desk.open())
    forward(desk, -10 * 365 * 86_400)
    window = desk.open(CLERK)
    assert "电脑的日期比上次使用时早了 3649 天" in said(window) or "早了 3650 天" in said(window)
    assert [one.isVisible() for one in (window.notices,)] == [True]
    again = desk.open()
    notes = [
        one for one in audit.deeds(again.context.station, wanted=audit.AuditFilter()) if one.action == "clock.back"
    ]
    assert len(notes) == 1 and notes[0].user == "李静"
    assert "日期" not in said(again)  # told once: the register goes on with the date there is


def test_a_mended_key_file_is_said_to_those_who_keep_backups(desk: Desk) -> None:
    (desk.folder / key_file.COPY).write_bytes(b"rubbish")
    assert "密钥文件有一份坏了" in said(desk.open())
    (desk.folder / key_file.NAME).unlink()
    assert "密钥文件" not in said(desk.open(CLERK))
    assert (desk.folder / key_file.NAME).read_bytes() == (desk.folder / key_file.COPY).read_bytes()


def test_the_recovery_code_is_asked_for_by_supervisors_only(desk: Desk) -> None:
    window = desk.open()
    assert "还没有恢复码" in said(window)
    go = [one for one in window.notices.findChildren(type(window.lock)) if one.text() == "去办"]
    go[0].click()
    assert window.stack.currentWidget() is window.pages["settings"] and "恢复码" not in said(window)
    assert "恢复码" not in said(desk.open(CLERK))
    window = desk.open()
    station = window.context.station
    code = users.make_recovery_code(station)
    users.confirm_recovery_code(station, code=code, typed=code)
    assert "恢复码" not in said(desk.open())
    forward(desk, 181 * 86_400)
    assert "恢复码该演练了" in said(desk.open())


def test_the_end_of_the_audit_is_wanted_on_paper_every_month(desk: Desk) -> None:
    assert "审计证明" not in said(desk.open())
    forward(desk, 32 * 86_400)
    assert "本月还没有打印审计证明" in said(desk.open())
    assert "审计证明" not in said(desk.open(CLERK))


def test_no_copy_off_the_machine_is_told_to_who_can_make_one(desk: Desk) -> None:
    window = desk.open()
    assert window.safety.isVisible() and window.safety.go.isVisible()
    clerk = desk.open(CLERK)
    assert clerk.safety.isVisible() and not clerk.safety.go.isVisible() and "请告诉主管" in clerk.safety.said.text()
    assert backup_watch.safety_of(clerk.context.station).level == backup_watch.YELLOW


def test_a_note_that_is_damaged_is_no_reason_to_stop(station: Station, tmp_path: Path) -> None:
    for text in ("", "[]", "5", '{"user": 1}', '{"user": "王敏", "at": "yesterday"}'):
        station.vault.jot("last_open", text)
        assert greet(station).at == ""
