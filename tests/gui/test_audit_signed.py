"""The audit page says in a line that the deeds are signed, by whom, and with which device."""

from collections.abc import Callable

from desktop.services import audit, register
from desktop.services.register import PersonDraft
from desktop.views.audit.audit_page import AuditPage
from desktop.views.main_window import MainWindow


def test_the_audit_page_says_how_far_the_deeds_are_signed(window: MainWindow, settle: Callable[[], None]) -> None:
    station = window.context.station
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    window.show_page("audit")
    settle()
    page = window.pages["audit"]
    assert isinstance(page, AuditPage)
    units = station.vault.audit_head().batch
    assert f"已签名到第 {units} 次（{station.user}）" in page.signed.text()
    assert audit.device_mark(station)[:19] in page.signed.text()
