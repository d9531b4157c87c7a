"""个人信息保护 in the window: notice, consents, requests, whose time is over, and what was given away."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from desktop.domain.clock import FixedClock
from desktop.services import register, states
from desktop.services.register import PersonDraft
from desktop.views.main_window import MainWindow
from desktop.views.settings.privacy_dialog import PrivacyDialog
from desktop.views.settings.settings_page import SettingsPage

Settle = Callable[[], None]


@pytest.fixture
def number(window: MainWindow) -> str:
    """The number of somebody in the register."""
    station = window.context.station
    person = register.register_person(station, draft=PersonDraft({"name": "张三"})).person
    return str(register.person_details(station, person=person).values["person_no"])


def opened(window: MainWindow, settle: Settle) -> PrivacyDialog:
    window.show_page("settings")
    page = window.pages["settings"]
    assert isinstance(page, SettingsPage)
    page.privacy.click()
    settle()
    assert isinstance(page.opened, PrivacyDialog)
    return page.opened


def test_an_empty_desk_says_what_to_do_first(window: MainWindow, settle: Settle) -> None:
    dialog = opened(window, settle)
    assert [dialog.tabs.tabText(place) for place in range(4)] == [
        "权利请求（0）", "告知与同意（0）", "保存期满（0）", "对外提供（0）"
    ]  # fmt: skip
    assert dialog.requests.empty.isVisible() and not dialog.requests.view.isVisible()
    assert "登记请求" in dialog.requests.empty.text()
    assert dialog.ask_answer() is None and "先在上面选一行" in dialog.requests.error.text()


def test_a_request_is_registered_runs_late_and_is_answered(window: MainWindow, settle: Settle, number: str) -> None:
    dialog = opened(window, settle)
    asked = dialog.ask_request()
    asked.editors["person"].setText("没有这个人")  # type: ignore[union-attr]
    asked.editors["what"].setText("要一份自己的登记表")  # type: ignore[union-attr]
    asked.do.click()
    settle()
    assert "没有找到" in asked.error.text() and asked.isVisible()
    asked.editors["person"].setText(number)  # type: ignore[union-attr]
    asked.do.click()
    settle()
    (line,) = dialog.requests.model.rows
    assert (line.name, line.person_no, line.due_on) == ("张三", number, "2026-12-09")
    clock = window.context.station.clock
    assert isinstance(clock, FixedClock)
    clock.advance(seconds=20 * 86_400)
    dialog.refresh()
    settle()
    assert dialog.tabs.tabText(0) == "权利请求（1，1 件已超期）"
    answer = dialog.ask_answer()
    assert answer is not None
    answer.editors["outcome"].setText("已给复印件")  # type: ignore[union-attr]
    answer.do.click()
    settle()
    assert dialog.requests.model.rows == [] and dialog.requests.empty.isVisible()


def test_a_consent_is_registered_and_withdrawn(window: MainWindow, settle: Settle, number: str) -> None:
    dialog = opened(window, settle)
    dialog.person.setText(number)
    asked = dialog.ask_consent()
    asked.do.click()
    settle()
    (line,) = dialog.consents.model.rows
    assert (line.name, line.done_on, line.withdrawn_on) == ("张三", "2026-11-24", "")
    dialog.tabs.setCurrentWidget(dialog.consents)
    taken_back = dialog.ask_withdrawal()
    assert taken_back is not None
    taken_back.do.click()
    settle()
    assert dialog.consents.model.rows[0].withdrawn_on == "2026-11-24"
    assert dialog.ask_withdrawal() is None and "已经撤回" in dialog.consents.error.text()


def test_who_was_kept_long_enough_is_locked_away(window: MainWindow, settle: Settle, number: str) -> None:
    station = window.context.station
    person = register.person_by_any(station, text=number)
    change = states.StateChange("2", "2026-11-20", "迁居", station.user, where_to="外省")
    states.change_state(station, person=person, change=change)
    assert isinstance(station.clock, FixedClock)
    station.clock.advance(seconds=6 * 366 * 86_400)
    dialog = opened(window, settle)
    assert [one.name for one in dialog.due.model.rows] == ["张三"]
    asked = dialog.ask_lock()
    assert asked is not None
    asked.do.click()
    settle()
    dialog.tabs.setCurrentWidget(dialog.due)
    assert dialog.due.model.rows == [] and dialog.due.empty.isVisible()


def test_the_notice_is_written_for_whom_it_is(window: MainWindow, settle: Settle, number: str, tmp_path: Path) -> None:
    dialog = opened(window, settle)
    dialog.person.setText(number)
    dialog.notice_to(tmp_path / "告知书.pdf")
    settle()
    document = pypdfium2.PdfDocument((tmp_path / "告知书.pdf").read_bytes())
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "张三" in text and (tmp_path / "告知书.pdf").stat().st_mode & 0o777 == 0o600


def test_a_clerk_registers_and_does_not_answer(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    station.role = station.vault.role = "clerk"
    dialog = PrivacyDialog(window.context, parent=window)
    dialog.refresh()
    settle()
    buttons = {one.text(): one.isEnabled() for one in dialog.findChildren(type(dialog.print_notice))}
    assert buttons["登记请求…"] and buttons["登记同意…"] and dialog.tabs.count() == 3
    assert not (buttons["答复…"] or buttons["封存…"] or buttons["彻底清除…"])
