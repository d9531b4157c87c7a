"""Changing a state in the real window."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit

from desktop.services import register
from desktop.services.register import PersonDraft
from desktop.views.main_window import MainWindow

Settle = Callable[[], None]


def test_a_death_is_registered_with_what_it_needs(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    person = register.register_person(station, draft=PersonDraft({"name": "张三"})).person
    window.context.person_wanted.emit(person)
    settle()
    page = window.person_page
    assert not page.forms["移交与在管"].editors["manage_state"].isEnabled()
    dialog = page.change_state()
    assert dialog is not None
    settle()
    offered = [dialog.choice.itemText(n) for n in range(1, dialog.choice.count())]
    assert offered == ["转出", "失联", "暂停（待核实）", "死亡", "移交错误撤销", "退回更正"]
    dialog.choice.setCurrentIndex(dialog.choice.findText("死亡"))
    assert dialog.form.editors["death_source"].isVisibleTo(dialog)
    assert not dialog.form.editors["where_to"].isVisibleTo(dialog)
    dialog.save.click()
    settle()
    assert "原因" in dialog.error.text()
    why = dialog.form.editors["why"]
    assert isinstance(why, QLineEdit)
    why.insert("家属来电")
    dialog.save.click()
    settle()
    assert "从谁那里得知" in dialog.error.text()
    source = dialog.form.editors["death_source"]
    source.setProperty("currentIndex", 1)
    dialog.save.click()
    settle()
    settle()
    assert not dialog.isVisible()
    kept = register.person_details(station, person=person)
    assert (kept.values["manage_state"], kept.values["death_date"]) == ("5", "2026-11-24")
