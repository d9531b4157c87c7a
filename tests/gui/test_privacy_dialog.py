"""个人信息保护 in the window: notice, consents, requests, whose time is over, and what was given away."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from desktop.domain.clock import FixedClock
from desktop.domain.errors import NotFoundError
from desktop.services import register, rights, states
from desktop.services.register import PersonDraft
from desktop.views.main_window import MainWindow
from desktop.views.people.person_box import PersonBox
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
    assert [dialog.tabs.tabText(place) for place in range(5)] == [
        "权利请求（0）", "告知与同意（0）", "保存期满（0）", "处理依据", "对外提供（0）"
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


def test_people_are_found_by_name_pinyin_and_phone_and_chosen_from_the_hits(
    window: MainWindow, settle: Settle, number: str, qtbot: QtBot
) -> None:
    station = window.context.station
    twin = register.register_person(
        station, draft=PersonDraft({"name": "张三", "birth_id": "1950-03-04"}, phones=[{"number": "13900001234"}])
    ).person
    dialog = opened(window, settle)
    asked = dialog.ask_request()
    box = asked.editors["person"]
    assert isinstance(box, PersonBox)
    box.setText("张三")
    asked.editors["what"].setText("要求删除")  # type: ignore[union-attr]
    asked.do.click()
    settle()
    assert "有 2 个人" in asked.error.text() and asked.isVisible(), "two answer to the name: nobody is guessed"
    for words in ("zs", "1234", "张三"):
        box.setText(words)
        box.textEdited.emit(words)
        qtbot.waitUntil(box.results.isVisible)
        settle()
        lines = [box.results.item(row).text() for row in range(box.results.count())]
        place = next(row for row, line in enumerate(lines) if "1950-03-04" in line)
        box.results.setCurrentRow(place)
        qtbot.keyClick(box, Qt.Key.Key_Return)
        assert box.meant() == twin and "1950-03-04" in box.text() and asked.isVisible(), words
    kind = asked.editors["kind"]
    assert isinstance(kind, QComboBox)
    kind.setCurrentIndex(kind.findData("3"))
    asked.do.click()
    settle()
    (line,) = dialog.requests.model.rows
    assert (line.person, line.kind) == (twin, "3")


def test_a_request_to_be_deleted_leads_to_erasure(window: MainWindow, settle: Settle, number: str) -> None:
    station = window.context.station
    person = register.person_by_any(station, text=number)
    rights.open_request(station, person=person, kind="1", what="要一份登记表")
    dialog = opened(window, settle)
    assert dialog.ask_erasure_asked() is None and "不是要求删除" in dialog.requests.error.text()
    rights.open_request(station, person=person, kind="3", what="请删除我的信息")
    dialog.refresh()
    settle()
    kinds = [one.kind for one in dialog.requests.model.rows]
    dialog.requests.view.selectRow(kinds.index("3"))
    asked = dialog.ask_erasure_asked()
    assert asked is not None
    assert asked.answers()["why"] == "本人书面请求（2026-11-24 提出）"
    asked.do.click()
    settle()
    assert dialog.requests.model.rows == []
    with pytest.raises(NotFoundError):
        register.person_details(station, person=person)


def test_the_legal_bases_are_changed_and_retention_follows(window: MainWindow, settle: Settle) -> None:
    dialog = opened(window, settle)
    bases = dialog.bases
    dialog.tabs.setCurrentWidget(bases)
    assert all(one.is_shipped for one in bases.model.rows) and "出厂时的说法" in bases.said.text()
    groups = [one.group for one in bases.model.rows]
    assert bases.model.rows[groups.index("健康与关爱")].is_sensitive
    bases.view.selectRow(groups.index("健康与关爱"))
    asked = bases.edit()
    assert asked is not None and "健康状况" in asked.told.text() and "单独同意" in asked.told.text()
    asked.editors["years"].setText("很久")  # type: ignore[union-attr]
    asked.do.click()
    settle()
    assert "整数" in asked.error.text() and asked.isVisible()
    asked.editors["years"].setText("8 年")  # type: ignore[union-attr]
    asked.editors["basis"].setText("本人单独同意")  # type: ignore[union-attr]
    asked.do.click()
    settle()
    line = bases.model.rows[groups.index("健康与关爱")]
    assert (line.basis, line.keep_years, line.is_shipped) == ("本人单独同意", 8, False)
    assert "满 8 年" in dialog.due.empty.text() and "8 年" in bases.said.text()
    bases.view.selectRow(groups.index("健康与关爱"))
    again = bases.ask_reset()
    assert again is not None
    again.do.click()
    settle()
    assert bases.model.rows[groups.index("健康与关爱")].is_shipped and "满 5 年" in dialog.due.empty.text()


def test_a_clerk_registers_and_does_not_answer(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    station.role = station.vault.role = "clerk"
    dialog = PrivacyDialog(window.context, parent=window)
    dialog.refresh()
    settle()
    buttons = {one.text(): one.isEnabled() for one in dialog.findChildren(type(dialog.print_notice))}
    assert buttons["登记请求…"] and buttons["登记同意…"] and dialog.tabs.count() == 4 and not buttons["修改…"]
    assert not (buttons["答复…"] or buttons["封存…"] or buttons["彻底清除…"])
