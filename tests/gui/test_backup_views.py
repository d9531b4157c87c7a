"""The window says when no copy left the machine, rehearses a restore, and helps with a damaged register."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.domain.clock import SystemClock
from desktop.domain.errors import DamagedStoreError
from desktop.services import backup_watch, backups, register, users
from desktop.services.access import create_store, open_store
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.rotation import kept_backups
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.runner import Runner
from desktop.views.unlock_dialog import UnlockDialog
from tests.conftest import CHEAP, COMMUNITY, PASSWORD


def test_the_bar_warns_and_backing_up_quiets_it(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = window.context.station
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    window.safety.refresh()
    settle()
    assert window.safety.isVisible() and "移动存储盘" in window.safety.said.text()
    window.safety.go.click()
    settle()
    page = window.pages["settings"]
    assert window.stack.currentWidget() is page
    monkeypatch.setattr(backup_watch, "is_off_machine", lambda _station, _place: True)
    page.back_up_to(tmp_path / "stick")  # type: ignore[attr-defined]
    settle()
    window.safety.refresh()
    settle()
    assert not window.safety.isVisible()
    page.backups.rehearse()  # type: ignore[attr-defined]
    settle()
    assert "演练成功：1 人" in window.message.text()


def test_the_window_backs_up_by_itself_when_something_changed(window: MainWindow, settle: Callable[[], None]) -> None:
    station = window.context.station
    folder = station.vault.folder / "backups"
    window.safety.timer.timeout.emit()
    settle()
    before = len(kept_backups(folder))
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    window.safety.timer.timeout.emit()
    window.safety.timer.timeout.emit()
    settle()
    assert len(kept_backups(folder)) == before + 1


def damaged_store(folder: Path, *, second: str = "") -> Path:
    """Return a register with a backup and a flipped bit in a page that only the check reads."""
    station = create_store(folder, draft=COMMUNITY, password=PASSWORD, clock=SystemClock(), cost=CHEAP)
    if second:
        users.add_user(station, name="李强", role="supervisor", password=second, cost=CHEAP)
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    backups.back_up_before(station, what="试")
    register.register_person(station, draft=PersonDraft({"name": "李四"}))
    station.close()
    good = (folder / "store.db").read_bytes()
    (folder / "store.good").write_bytes(good)
    for place in range(len(good) - 5000, 0, -4096):
        (folder / "store.db").write_bytes(good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :])
        with pytest.raises(DamagedStoreError) as found:
            open_store(folder, password=PASSWORD, clock=SystemClock(), user="王敏").close()
        if any("页损坏" in one for one in found.value.places):
            return folder
    raise AssertionError("every page is read by opening")


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A damaged register of one supervisor."""
    return damaged_store(tmp_path / "库")


def dialog_on(folder: Path, qtbot: QtBot) -> tuple[UnlockDialog, Runner, list[Station]]:
    messages = Messages()
    runner = Runner(on_bug=messages.show_error)
    dialog = UnlockDialog(runner=runner, messages=messages, clock=SystemClock(), folder=str(folder))
    qtbot.addWidget(dialog)
    opened: list[Station] = []
    dialog.opened.connect(opened.append)
    dialog.show()
    dialog.password.setText(PASSWORD)
    dialog.open_button.click()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=20_000)
    return dialog, runner, opened


def test_a_damaged_register_names_the_place_and_is_restored(damaged: Path, qtbot: QtBot) -> None:
    dialog, runner, opened = dialog_on(damaged, qtbot)
    assert not opened
    assert dialog.damaged.isVisible() and "页损坏" in dialog.damaged.found.text()
    assert "1 人" in dialog.damaged.restore.text()
    dialog.damaged.restore.click()
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    assert backups.check_store(opened[0]).is_sound
    assert opened[0].vault.identity.epoch > 1
    assert list(damaged.glob("恢复前-*/store.db")), "the damaged file is kept"
    opened[0].close()
    runner.close()


def test_restoring_asks_the_second_supervisor_there_and_then(tmp_path: Path, qtbot: QtBot) -> None:
    """With two supervisors the first window is the only place where the other one can consent."""
    damaged = damaged_store(tmp_path / "库", second="another-supervisor")
    dialog, runner, opened = dialog_on(damaged, qtbot)
    dialog.damaged.restore.click()
    qtbot.waitUntil(lambda: runner.is_idle, timeout=20_000)
    assert not opened and dialog.damaged.second_row.isVisible()
    assert dialog.damaged.who.currentText() == "李强"
    dialog.damaged.password.setText("wrong")
    qtbot.keyClick(dialog.damaged.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: runner.is_idle, timeout=20_000)
    assert not opened
    dialog.damaged.password.setText("another-supervisor")
    qtbot.keyClick(dialog.damaged.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    assert backups.check_store(opened[0]).is_sound
    opened[0].close()
    runner.close()


def test_a_damaged_register_can_be_looked_at_and_is_not_written(damaged: Path, qtbot: QtBot, tmp_path: Path) -> None:
    dialog, runner, opened = dialog_on(damaged, qtbot)
    dialog.damaged.save_to(tmp_path / "诊断.txt")
    assert "页损坏" in (tmp_path / "诊断.txt").read_text(encoding="utf-8")
    before = (damaged / "store.db").read_bytes()
    dialog.damaged.look.click()
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    found = register.find(opened[0], text="张三")
    assert found.total == 1
    from desktop.domain.errors import ReadOnlyStoreError

    with pytest.raises(ReadOnlyStoreError, match="只读"):
        register.register_person(opened[0], draft=PersonDraft({"name": "王五"}))
    opened[0].close()
    runner.close()
    assert (damaged / "store.db").read_bytes() == before


@pytest.mark.parametrize("second", ["", "another-supervisor"])
def test_a_lost_key_file_is_put_back_and_nothing_registered_is_lost(
    tmp_path: Path, qtbot: QtBot, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It used to restore the whole backup, and with two supervisors could not even ask the other one."""
    folder = damaged_store(tmp_path / "库", second=second)
    (folder / "store.good").replace(folder / "store.db")
    for name in ("store.keys", "store.keys.copy"):
        (folder / name).write_bytes(b"noise")
    said: list[str] = []
    monkeypatch.setattr(Messages, "inform", lambda _self, text: said.append(text))
    dialog, runner, opened = dialog_on(folder, qtbot)
    assert not opened and dialog.damaged.isVisible() and "密钥文件" in dialog.damaged.found.text()
    assert "修好密钥文件" in dialog.damaged.restore.text()
    dialog.damaged.restore.click()
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    assert register.find(opened[0], text="李四").total == 1, "registered after the backup"
    assert not list(folder.glob("恢复前-*")) and any("没有丢失" in text for text in said)
    opened[0].close()
    runner.close()
