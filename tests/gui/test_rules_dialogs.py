"""Organisations, code lists, the catalogue of fields and old-age bands, by the real window."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.domain.codes import code_list
from desktop.services import age_bands, catalogue, codelists, orgs, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.people.people_page import PeoplePage
from desktop.views.runner import Runner
from desktop.views.settings.action_dialog import ActionDialog
from desktop.views.settings.bands_dialog import BandsDialog
from desktop.views.settings.codes_dialog import CodesDialog
from desktop.views.settings.fields_dialog import FieldsDialog
from desktop.views.settings.orgs_dialog import OrgsDialog
from desktop.views.settings.rules_box import RulesBox
from desktop.views.settings.settings_page import SettingsPage
from tests.conftest import STREET, Maker

Settle = Callable[[], None]


@pytest.fixture
def street(make_station: Maker) -> Station:
    return make_station(STREET)


@pytest.fixture
def street_window(qtbot: QtBot, street: Station) -> Iterator[MainWindow]:
    messages = Messages()

    def bug(error: BaseException) -> None:
        raise error

    messages.report_bug = bug
    runner = Runner(on_bug=messages.show_error)
    made = MainWindow(AppContext(street, runner=runner, messages=messages))
    made.resize(1366, 728)
    made.show()
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: runner.is_idle)
    yield made
    qtbot.waitUntil(lambda: runner.is_idle)
    runner.close()


def wait(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.context.runner.is_idle, timeout=20_000)


def opened(qtbot: QtBot, window: MainWindow, name: str) -> object:
    window.show_page("settings")
    wait(qtbot, window)
    page = window.pages["settings"]
    assert isinstance(page, SettingsPage)
    page.rules.buttons[name].click()
    wait(qtbot, window)
    return page.rules.opened


def fill(dialog: ActionDialog | None, **texts: str) -> ActionDialog:
    assert dialog is not None
    for key, text in texts.items():
        editor = dialog.editors[key]
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(text))
        else:
            editor.setText(text)
    return dialog


def test_towns_are_loaded_and_a_community_split_with_its_people(qtbot: QtBot, street_window: MainWindow) -> None:
    window, street = street_window, street_window.context.station
    dialog = opened(qtbot, window, "OrgsDialog")
    assert isinstance(dialog, OrgsDialog)
    window.context.messages.answer_next(True)
    dialog.load()
    wait(qtbot, window)
    wait(qtbot, window)
    assert "西咸新区" in {one.unit.name for one in dialog.model.rows}

    def choose(code: str) -> None:
        dialog.view.selectRow(next(n for n, one in enumerate(dialog.model.rows) if one.unit.code == code))

    choose(street.org)
    fill(dialog.add_below(), name="青杨社区", code="C1", level="4", why="名单").do.click()
    wait(qtbot, window)
    one = register.register_person(
        street, draft=PersonDraft({"name": "张三", "home_org": "C1", "live_building": "3"})
    ).person
    choose("C1")
    asked = fill(dialog.split(), chosen="楼栋=3", name="新青杨社区", code="C2", level="4")
    asked.look.click()
    wait(qtbot, window)
    assert asked.told.text() == "将转移 1 人（张三…）"
    asked.do.click()
    wait(qtbot, window)
    assert "依据" in asked.error.text()
    fill(asked, why="区划调整").do.click()
    wait(qtbot, window)
    wait(qtbot, window)
    assert register.person_details(street, person=one).values["home_org"] == "C2"
    assert next(row for row in dialog.model.rows if row.unit.code == "C2").people == 1
    choose("C2")
    fill(dialog.rename(), name="北青杨社区", why="更名").do.click()
    wait(qtbot, window)
    assert register.org_code(street, name="新青杨社区") == "C2"
    choose("C2")
    fill(dialog.merge(), into="C1", why="合并").do.click()
    wait(qtbot, window)
    assert register.person_details(street, person=one).values["home_org"] == "C1"


def test_the_rule_gives_people_their_community(qtbot: QtBot, street_window: MainWindow) -> None:
    window, street = street_window, street_window.context.station
    orgs.put_org(street, values={"code": "C1", "name": "青杨社区", "level": "4", "parent": street.org}, why="x")
    one = register.register_person(street, draft=PersonDraft({"name": "张三", "live_addr": "青杨社区3号楼"})).person
    far = register.register_person(street, draft=PersonDraft({"name": "李四", "live_addr": "上海市浦东新区"})).person
    dialog = opened(qtbot, window, "OrgsDialog")
    assert isinstance(dialog, OrgsDialog)
    asked = dialog.receive()
    wait(qtbot, window)
    assert "可判定 1 人，不归本辖区 1 人" in asked.said.text()
    window.context.messages.answer_next(True)
    asked.apply_button.click()
    wait(qtbot, window)
    wait(qtbot, window)
    assert register.person_details(street, person=one).values["home_org"] == "C1"
    assert [line.name for line in asked.model.rows] == ["李四"]
    asked.view.selectRow(0)
    fill(asked.assign(), org="C1", why="子女在此").do.click()
    wait(qtbot, window)
    assert register.person_details(street, person=far).values["assign_basis"] == "9"


def test_a_code_added_and_stopped_is_offered_and_not(qtbot: QtBot, street_window: MainWindow) -> None:
    window, street = street_window, street_window.context.station
    dialog = opened(qtbot, window, "CodesDialog")
    assert isinstance(dialog, CodesDialog)
    unsure = sum(not one.confirmed for one in codelists.all_lists())
    assert f"{unsure} 张待确认" in dialog.said.text()
    dialog.view.selectRow(0)
    fill(dialog.confirm(), source="市里文件").do.click()
    wait(qtbot, window)
    wait(qtbot, window)
    assert f"{unsure - 1} 张待确认" in dialog.said.text()
    box = dialog.parent()
    assert isinstance(box, RulesBox)
    assert box.unsure.text() == f"{unsure - 1} 张代码表待确认"
    dialog.view.selectRow(next(n for n, one in enumerate(dialog.model.rows) if one.key == "marital"))
    dialog.open_list()
    wait(qtbot, window)
    items = dialog.items
    assert items is not None
    fill(items.add(), code="77", label="分居", also="分开住").do.click()
    wait(qtbot, window)
    items.view.selectRow(0)
    first = items.model.rows[0].code
    items.stop()
    wait(qtbot, window)
    person = register.register_person(street, draft=PersonDraft({"name": "张三", "marital": first})).person
    window.context.person_wanted.emit(person)
    wait(qtbot, window)
    box = next(form.editors["marital"] for form in window.person_page.forms.values() if "marital" in form.editors)
    assert isinstance(box, QComboBox)
    assert box.findText("分居") > 0
    assert box.currentText() == code_list("marital").label_of(first)  # stopped, still shown
    other = register.register_person(street, draft=PersonDraft({"name": "李四"})).person
    window.context.person_wanted.emit(other)
    wait(qtbot, window)
    assert box.findData(first) < 0


def test_a_field_is_shown_once_it_is_switched_on(window: MainWindow, qtbot: QtBot, settle: Settle) -> None:
    station = window.context.station
    person = register.register_person(station, draft=PersonDraft({"name": "张三", "bank": "工商银行"})).person
    window.context.person_wanted.emit(person)
    settle()
    page = window.person_page
    form = page.forms["养老与医疗"]
    bank = form.editors["bank"]
    outside = list(page.forms).index("统筹外费用")
    assert not page.tabs.isTabVisible(outside)
    page.tabs.setCurrentIndex(list(page.forms).index("养老与医疗"))
    assert not bank.isVisible()
    assert all(line.field != "bank" for line in page.history_model.rows)
    dialog = opened(qtbot, window, "FieldsDialog")
    assert isinstance(dialog, FieldsDialog)
    dialog.view.selectRow(0)
    assert dialog.switch() is None
    assert "必要字段" in dialog.error.text()
    dialog.view.selectRow(next(n for n, one in enumerate(dialog.model.rows) if one.field.key == "bank"))
    fill(dialog.switch(), why="核对代发银行").do.click()
    settle()
    assert "bank" in catalogue.collected_fields(station)
    dialog.close()
    window.context.person_wanted.emit(person)
    settle()
    assert bank.isVisible()
    assert isinstance(bank, QLineEdit)
    assert bank.text() == "工商银行"
    window.show_page("people")
    settle()
    people = window.pages["people"]
    assert isinstance(people, PeoplePage)
    offered = {one.text(): one.isVisible() for one in people.column_button.menu().actions()}
    assert (offered["发放银行"], offered["银行账号"]) == (True, False)


def test_bands_are_edited_and_computed_values_shown(qtbot: QtBot, street_window: MainWindow) -> None:
    window, street = street_window, street_window.context.station
    dialog = opened(qtbot, window, "BandsDialog")
    assert isinstance(dialog, BandsDialog)
    assert len(dialog.model.rows) == 4
    form = dialog.edit(dialog.model.rows[1])
    amount = form.form.editors["amount"]
    assert isinstance(amount, QLineEdit)
    amount.setText("100")
    form.save.click()
    wait(qtbot, window)
    assert age_bands.band_rows(street)[1].values["amount"] == 10000
    dialog.view.selectRow(3)
    window.context.messages.answer_next(True)
    dialog.remove()
    wait(qtbot, window)
    assert len(age_bands.band_rows(street)) == 3
    values = {"name": "张三", "birth_id": "1940-01-01", "cert_last": "2025-11-20"}
    window.context.person_wanted.emit(register.register_person(street, draft=PersonDraft(values)).person)
    wait(qtbot, window)
    text = window.person_page.computed.text()
    assert "年龄 86 周岁" in text
    assert "高龄档次 80 至 89 周岁" in text
    assert "认证到期 2026-11-19 已超期" in text
