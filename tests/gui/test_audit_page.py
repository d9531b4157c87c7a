"""The auditor's page: narrowed, scrolled, an entry opened, the chain checked, the list printed; no way to people."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from pytestqt.qtbot import QtBot

from desktop.services import register, reveal
from desktop.services.register import PersonDraft
from desktop.views.audit.audit_page import AuditPage
from desktop.views.main_window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settle: Settle) -> AuditPage:
    station = window.context.station
    for number in range(3):
        made = register.register_person(station, draft=PersonDraft({"name": f"张{number}", "live_addr": "旧路"}))
    register.amend_person(station, person=made.person, values={"live_addr": "新路"}, why="搬家")
    reveal.reveal_person(station, person=made.person)
    window.show_page("audit")
    settle()
    found = window.pages["audit"]
    assert isinstance(found, AuditPage)
    return found


def shown(page: AuditPage) -> list[str]:
    return [one.action for one in page.log.log.rows]


def choose(box: object, key: str) -> None:
    box.setCurrentIndex(box.findData(key))  # type: ignore[attr-defined]
    box.activated.emit(box.currentIndex())  # type: ignore[attr-defined]


def test_the_log_is_narrowed_and_the_filters_are_taken_away(page: AuditPage, settle: Settle, qtbot: QtBot) -> None:
    tab = page.log
    assert shown(page)[:2] == ["reveal", "person.edit"] and "点一条" in tab.said.text()
    choose(tab.group, "登记与修改")
    settle()
    assert set(shown(page)) == {"person.edit", "person.register"}
    assert {tab.action.itemData(at) for at in range(1, tab.action.count())} == {"person.edit", "person.register"}
    choose(tab.action, "person.edit")
    settle()
    assert shown(page) == ["person.edit"]
    tab.clear.click()
    settle()
    assert len(shown(page)) >= 6
    tab.person.setText("没有这个人")
    qtbot.waitUntil(lambda: "没有找到" in tab.said.text(), timeout=5000)
    assert shown(page) == []
    tab.person.setText("S1001-00003")
    qtbot.waitUntil(lambda: shown(page) == ["reveal", "person.edit", "person.register"], timeout=5000)
    tab.person.clear()
    tab.batch.setText("1")
    qtbot.waitUntil(lambda: shown(page) == ["store.create"], timeout=5000)
    choose(tab.user, "王敏")
    choose(tab.kind, "phone")
    settle()
    assert shown(page) == [] and "清除条件" in tab.said.text()


def test_an_entry_names_fields_and_leads_to_the_person(page: AuditPage, window: MainWindow, settle: Settle) -> None:
    tab = page.log
    tab.view.selectRow(1)
    settle()
    assert "修改人员 S1001-00003" in tab.entry_said.text() and "长期居住地" in tab.entry_said.text()
    assert "新路" not in tab.entry_said.text() and "旧路" not in tab.entry_said.text()
    tab.whole.click()
    assert tab.opened is not None and tab.opened.isVisible() and len(tab.opened.lines.rows) == 1
    tab.opened.to_person.click()
    settle()
    assert window.stack.currentWidget() is window.person_page


def test_an_auditor_has_no_way_to_the_person(page: AuditPage, window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    station.role = station.vault.role = "auditor"
    page.log.view.selectRow(1)
    settle()
    assert "修改人员" in page.log.entry_said.text() and not page.log.to_person.isVisible()
    page.log.open_whole()
    assert page.log.opened is not None and not page.log.opened.to_person.isVisible()
    page.log.opened.accept()


def test_the_chain_is_checked_at_one_button(page: AuditPage, window: MainWindow, settle: Settle) -> None:
    page.check.click()
    settle()
    assert "没有发现改动" in window.message.text()
    with window.context.station.vault.jotting() as connection:
        connection.exec_driver_sql("UPDATE change SET fields='{}' WHERE n=3")
    page.check.click()
    settle()
    assert "发现问题" in window.message.text() and "第 3 条" in window.message.text()


def test_what_is_narrowed_is_printed(page: AuditPage, window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    choose(page.log.action, "reveal")
    settle()
    page.print_log(tmp_path / "log.pdf")
    settle()
    document = pypdfium2.PdfDocument((tmp_path / "log.pdf").read_bytes())
    texts = [one.get_textpage().get_text_range() for one in document]
    document.close()
    assert "显示遮挡的内容" in texts[0] and "新增人员" not in texts[0] and "审计人签字" in texts[-1]
    assert "已写好：log.pdf" in window.message.text()
    page.print_proof(tmp_path / "proof.pdf")
    settle()
    assert (tmp_path / "proof.pdf").read_bytes().startswith(b"%PDF")
