"""The settings page adds and removes users and makes a recovery code that counts once it was copied from paper."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.domain.clock import FixedClock
from desktop.domain.levels import LEVEL_CODES
from desktop.services import access, orgs, peers, users
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.runner import Runner
from desktop.views.settings.code_dialog import CodeDialog
from desktop.views.settings.recovery_dialogs import DrillDialog, RescueDialog
from desktop.views.settings.settings_page import SettingsPage
from desktop.views.settings.users_box import UsersBox
from desktop.views.unlock_dialog import UnlockDialog
from tests.conftest import CHEAP, COMMUNITY, STREET, Maker


def box_of(window: MainWindow, settle: Callable[[], None]) -> UsersBox:
    window.show_page("settings")
    settle()
    page = window.pages["settings"]
    assert isinstance(page, SettingsPage)
    page.tabs.setCurrentIndex(1)
    assert page.users.isVisible()
    return page.users


def test_a_user_is_added_with_a_made_passphrase_and_removed(window: MainWindow, settle: Callable[[], None]) -> None:
    box = box_of(window, settle)
    assert [one.name for one in box.model.rows] == ["王敏"] and "还没有恢复码" in box.recovery.code_said.text()
    dialog = box.open_new()
    dialog.name.setText("李静")
    dialog.password.password.setText("short-one")
    dialog.password.again.setText("short-one")
    dialog.save.click()
    assert "12" in dialog.error.text()
    dialog.password.password.textEdited.emit("short-one")
    assert "还差 3 个字符" in dialog.password.said.text()
    dialog.password.make.click()
    assert dialog.password.password.text() in dialog.password.said.text()
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
    box.recovery.make_code()
    settle()
    dialog = box.recovery.opened
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
    assert (
        users.ways_in(window.context.station).has_code
        and "有恢复码，上次演练 2026-11-24" in box.recovery.code_said.text()
    )


def test_a_recovery_code_is_written_only_where_somebody_says(
    window: MainWindow, settle: Callable[[], None], tmp_path: Path
) -> None:
    box = box_of(window, settle)
    before = set(tmp_path.rglob("*.pdf"))
    box.recovery.make_code()
    settle()
    dialog = box.recovery.opened
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


def test_the_code_is_drilled_and_what_is_due_is_said(window: MainWindow, settle: Callable[[], None]) -> None:
    station = window.context.station
    code = users.make_recovery_code(station)
    users.confirm_recovery_code(station, code=code, typed=code)
    clock = station.clock
    assert isinstance(clock, FixedClock)
    clock.advance(seconds=181 * 86_400)
    box = box_of(window, settle)
    assert "已超过 180 天" in box.recovery.code_said.text() and box.recovery.drill.isVisible()
    box.recovery.drill.click()
    dialog = box.recovery.opened
    assert isinstance(dialog, DrillDialog)
    other = users.make_recovery_code(station)
    for typed, said in (("1234", "34"), (other, "恢复码不对"), (code[:-1] + ("0" if code[-1] != "0" else "1"), "输错")):
        dialog.code.setText(typed)
        dialog.do.click()
        settle()
        assert said in dialog.error.text() and not dialog.passed.isVisible()
    dialog.code.setText(code.lower().replace("-", "  "))
    dialog.do.click()
    settle()
    assert "演练成功" in dialog.passed.text() and dialog.passed.isVisible() and not dialog.code.text()
    dialog.no.click()
    settle()
    assert f"上次演练 {station.today().isoformat()}。" in box.recovery.code_said.text()


def test_a_user_gets_another_password_and_role(window: MainWindow, settle: Callable[[], None]) -> None:
    station = window.context.station
    users.add_user(station, name="李静", role="clerk", password="clerks-secret-1", cost=CHEAP)
    box = box_of(window, settle)
    box.renew.click()
    assert box.opened is None  # nobody chosen: said in the bar
    box.view.selectRow(1)
    dialog = box.open_renew()
    assert dialog is not None
    dialog.role.setCurrentIndex(dialog.role.findData("auditor"))
    dialog.password.make.click()
    made = dialog.password.password.text()
    dialog.save.click()
    settle()
    assert [(one.name, one.role) for one in box.model.rows] == [("王敏", "supervisor"), ("李静", "auditor")]
    station.close()
    again = access.open_store(station.vault.folder, password=made, user="李静", clock=station.clock)
    assert again.role == "auditor"
    again.close()


def test_the_street_is_given_a_key_opens_with_it_and_it_is_taken_back(
    window: MainWindow, settle: Callable[[], None], make_station: Maker, tmp_path: Path
) -> None:
    station, street = window.context.station, make_station(STREET, seed=2)
    card = peers.export_key_card(street, path=tmp_path / "street.yck")
    peers.enroll_peer(station, path=tmp_path / "street.yck", fingerprint=card.fingerprint)
    box = box_of(window, settle).recovery
    assert "没有给街道" in box.street_said.text() and box.give.isVisible() and not box.back.isVisible()
    window.context.messages.answer_next(True)
    box.give.click()
    settle()
    assert "上林街道有本库的恢复钥匙" in box.street_said.text() and box.back.isVisible() and not box.give.isVisible()
    before = station.vault.slot_key()
    window.context.messages.answer_next(True)
    box.back.click()
    settle()
    assert "没有给街道" in box.street_said.text() and station.vault.slot_key() != before
    assert not box.rescue.isVisible()  # a community rescues nobody


def test_a_street_opens_a_communitys_register_from_its_window(
    qtbot: QtBot, make_station: Maker, tmp_path: Path
) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    card = peers.export_key_card(street, path=tmp_path / "street.yck")
    peers.enroll_peer(community, path=tmp_path / "street.yck", fingerprint=card.fingerprint)
    users.give_street_key(community, org=street.org)
    community.close()
    runner = Runner(on_bug=lambda error: None)
    box = UsersBox(AppContext(street, runner=runner, messages=Messages()))
    qtbot.addWidget(box)
    box.show()
    box.recovery.rescue.click()
    dialog = box.recovery.opened
    assert isinstance(dialog, RescueDialog)
    dialog.do.click()
    assert "文件夹" in dialog.error.text()
    dialog.folder.setText(str(community.vault.folder))
    dialog.name.setText("赵新")
    dialog.password.make.click()
    made = dialog.password.password.text()
    dialog.do.click()
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=20_000)
    again = access.open_store(community.vault.folder, password=made, user="赵新", clock=community.clock)
    assert again.role == "supervisor"
    again.close()
    runner.close()


def test_a_street_limits_a_clerk_to_communities(qtbot: QtBot, make_station: Maker) -> None:
    street = make_station(STREET, seed=2)
    for code, name in (("610100001001", "青杨社区"), ("610100001002", "沣东社区")):
        values = {"code": code, "name": name, "level": LEVEL_CODES["community"], "parent": street.org}
        orgs.put_org(street, values=values, why="x")
    users.add_user(street, name="李静", role="clerk", password="clerks-secret-1", cost=CHEAP)
    runner = Runner(on_bug=lambda error: None)
    box = UsersBox(AppContext(street, runner=runner, messages=Messages()))
    qtbot.addWidget(box)
    box.show()
    box.refresh()
    qtbot.waitUntil(lambda: len(box.model.rows) == 2, timeout=20_000)
    box.view.selectRow(0)
    assert box.open_limit() is None  # a supervisor is not limited
    box.view.selectRow(1)
    dialog = box.open_limit()
    assert dialog is not None and [dialog.list.item(at).text() for at in range(2)] == ["青杨社区", "沣东社区"]
    assert dialog.chosen() == []
    dialog.list.item(1).setCheckState(Qt.CheckState.Checked)
    dialog.save.click()
    qtbot.waitUntil(lambda: not dialog.isVisible() and runner.is_idle, timeout=20_000)
    assert users.ways_in(street).users[1].scope == ("610100001002",)
    shown = [box.model.data(box.model.index(1, column)) for column in range(3)]
    assert shown == ["李静", "录入员", "沣东社区"]
    runner.close()


def test_a_clerk_is_offered_none_of_it(window: MainWindow, settle: Callable[[], None]) -> None:
    station = window.context.station
    users.add_user(station, name="李静", role="clerk", password="clerks-secret-1", cost=CHEAP)
    station.role = station.vault.role = "clerk"
    box = UsersBox(window.context)
    recovery = box.recovery
    for one in (box.add, box.renew, box.remove, recovery.make, recovery.drill, recovery.give, recovery.back):
        assert not one.isEnabled()
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
