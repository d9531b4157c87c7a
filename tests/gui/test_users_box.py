"""The settings page adds and removes users and makes a recovery code that counts once it was copied from paper."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
from pytestqt.qtbot import QtBot

from desktop.services import peers, users
from desktop.services.station import Station
from desktop.views.main_window import MainWindow
from desktop.views.settings.settings_page import SettingsPage
from desktop.views.settings.users_box import CodeDialog, UsersBox
from desktop.views.unlock_dialog import UnlockDialog
from tests.conftest import CHEAP


def box_of(window: MainWindow, settle: Callable[[], None]) -> UsersBox:
    window.show_page("settings")
    settle()
    page = window.pages["settings"]
    assert isinstance(page, SettingsPage)
    return page.users


def test_a_user_is_added_with_a_made_passphrase_and_removed(window: MainWindow, settle: Callable[[], None]) -> None:
    box = box_of(window, settle)
    assert [one.name for one in box.model.rows] == ["王敏"] and "还没有恢复码" in box.said.text()
    dialog = box.open_new()
    dialog.name.setText("李静")
    dialog.password.setText("short-one")
    dialog.again.setText("short-one")
    dialog.save.click()
    assert "12" in dialog.error.text()
    dialog.make_one()
    assert dialog.password.text() in dialog.made.text()
    dialog.save.click()
    settle()
    assert [(one.name, one.role) for one in box.model.rows] == [("王敏", "supervisor"), ("李静", "clerk")]
    box.view.selectRow(1)
    window.context.messages.answer_next(True)
    before = window.context.station.vault.slot_key()
    box.remove_one()
    settle()
    assert [one.name for one in box.model.rows] == ["王敏"]
    assert window.context.station.vault.slot_key() != before


def test_a_recovery_code_is_hidden_while_it_is_typed_back(window: MainWindow, settle: Callable[[], None]) -> None:
    box = box_of(window, settle)
    box.make_code()
    settle()
    dialog = box.opened
    assert isinstance(dialog, CodeDialog) and dialog.shown.isVisible()
    code = dialog.shown.text()
    dialog.typed.textEdited.emit("x")
    assert not dialog.shown.isVisible()
    dialog.typed.setText("0000")
    dialog.save.click()
    settle()
    assert "34" in dialog.error.text()
    dialog.typed.setText(code)
    dialog.save.click()
    settle()
    assert users.ways_in(window.context.station).has_code and "有恢复码" in box.said.text()


def test_a_recovery_code_is_written_only_where_somebody_says(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path
) -> None:
    box = box_of(window, settle)
    before = set(tmp_path.rglob("*.pdf"))
    box.make_code()
    settle()
    dialog = box.opened
    assert isinstance(dialog, CodeDialog)
    code = dialog.shown.text()
    printed: list[bytes] = []
    dialog.printer.choose = lambda _printer: bool(printed.append(b"asked"))
    dialog.print_sheet()
    settle()
    assert printed and set(tmp_path.rglob("*.pdf")) == before  # asked for a printer, wrote nothing
    dialog.keep_in(tmp_path / "code.pdf")
    settle()
    assert (tmp_path / "code.pdf").stat().st_mode & 0o777 == 0o600
    document = pypdfium2.PdfDocument((tmp_path / "code.pdf").read_bytes())
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert all(group in text for group in code.split("-")) and "青杨社区" in text and "2026-11-24" in text
    assert peers.own_card(window.context.station).fingerprint[:11] in text and "保险柜" in text
    assert not users.ways_in(window.context.station).has_code  # paper alone puts nothing in force


def test_a_clerk_is_offered_none_of_it(window: MainWindow, settle: Callable[[], None]) -> None:
    station = window.context.station
    users.add_user(station, name="李静", role="clerk", password="clerks-secret-1", cost=CHEAP)
    station.role = station.vault.role = "clerk"
    box = UsersBox(window.context)
    assert not (box.add.isEnabled() or box.remove.isEnabled() or box.code.isEnabled())
    box.idle.setValue(7)
    assert UsersBox(window.context).idle.value() == 7


def test_a_forgotten_password_is_replaced_by_the_code_from_the_safe(
    window: MainWindow, settle: Callable[[], None], qtbot: QtBot
) -> None:
    station, runner = window.context.station, window.context.runner
    code = users.make_recovery_code(station)
    users.confirm_recovery_code(station, code=code, typed=code)
    station.close()
    unlock = UnlockDialog(
        runner=runner, messages=window.context.messages, clock=station.clock, folder=str(station.vault.folder)
    )
    qtbot.addWidget(unlock)
    opened: list[Station] = []
    unlock.opened.connect(opened.append)
    asked = unlock.open_with_code()
    assert asked is not None
    for code_typed, password, said in (("0000", "river-stone-bridge", "34"), (code, "short", "12")):
        asked.code.setText(code_typed)
        asked.name.setText("赵新")
        asked.password.setText(password)
        asked.do.click()
        assert said in asked.error.text()
    asked.password.setText("river-stone-bridge")
    asked.do.click()
    assert "不一样" in asked.error.text()
    asked.again.setText("river-stone-bridge")
    asked.do.click()
    qtbot.waitUntil(lambda: bool(opened), timeout=30_000)
    settle()
    assert (opened[0].user, opened[0].role) == ("赵新", "supervisor")
    opened[0].close()
