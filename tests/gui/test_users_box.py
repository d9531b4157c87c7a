"""The settings page adds and removes users and makes a recovery code that counts once it was copied from paper."""

from collections.abc import Callable

from desktop.services import users
from desktop.views.main_window import MainWindow
from desktop.views.settings.settings_page import SettingsPage
from desktop.views.settings.users_box import CodeDialog, UsersBox
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


def test_a_clerk_is_offered_none_of_it(window: MainWindow, settle: Callable[[], None]) -> None:
    station = window.context.station
    users.add_user(station, name="李静", role="clerk", password="clerks-secret-1", cost=CHEAP)
    station.role = station.vault.role = "clerk"
    box = UsersBox(window.context)
    assert not (box.add.isEnabled() or box.remove.isEnabled() or box.code.isEnabled())
    box.idle.setValue(7)
    assert UsersBox(window.context).idle.value() == 7
