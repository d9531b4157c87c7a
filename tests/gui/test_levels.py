"""可见范围 in the window: the table by keyboard, and nowhere a value on screen that the table does not allow."""

from collections.abc import Callable, Iterator

import pypdfium2
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.sight import FULL, GROUPS, HIDDEN, MASKED
from desktop.services import check_forms, register, reveal, sight
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.views.main_window import MainWindow
from desktop.views.people.filter_dialog import FilterDialog
from desktop.views.people.people_page import PeoplePage
from desktop.views.settings.levels_dialog import LevelsDialog
from desktop.views.settings.settings_page import SettingsPage
from desktop.views.settings.watch_dialog import WatchDialog
from desktop.views.table import SnapshotTable

Settle = Callable[[], None]
ID, PHONE, ADDRESS, ILLNESS = "610100195307064917", "13958761234", "上林街道密七路21号", "密疾病丁"
KIN = "13847975678"
MARKS = (ID, ID[6:14], PHONE, PHONE[3:7], ADDRESS, ADDRESS[4:], ILLNESS, KIN)


@pytest.fixture
def person(window: MainWindow) -> str:
    station = window.context.station
    return register.register_person(
        station,
        draft=PersonDraft(
            {"name": "张三", "id_no": ID, "birth_id": "1953-07-06", "live_addr": ADDRESS, "illness": ILLNESS},
            phones=[{"number": PHONE, "owner": "本人"}], contacts=[{"name": "张小明", "phone": KIN}],
        ),
    ).person  # fmt: skip


def as_clerk(window: MainWindow) -> Station:
    station = window.context.station
    station.role = station.vault.role = "clerk"
    return station


def hide_all(station: Station, level: str) -> None:
    for one in GROUPS:
        sight.set_level(station, group=one.key, role="clerk", level=level)


def texts_on(widget: QWidget) -> Iterator[str]:
    """Yield every text a screen, a reader of it or the clipboard could give away: shown, tips, names, table cells."""
    for one in (widget, *widget.findChildren(QWidget)):
        yield from (one.toolTip(), one.accessibleName(), one.accessibleDescription(), one.statusTip(), one.whatsThis())
        if isinstance(one, QLabel):
            yield one.text()
        elif isinstance(one, QLineEdit):
            yield from (one.displayText(), one.text())
        elif isinstance(one, QComboBox):
            yield from (one.itemText(place) for place in range(one.count()))
        elif hasattr(one, "toPlainText"):
            yield one.toPlainText()
        if isinstance(one, QTableView) and one.model() is not None:
            yield from _cells(one)


def _cells(view: QTableView) -> Iterator[str]:
    model = view.model()
    roles = (
        Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.UserRole,
        Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole, Qt.ItemDataRole.StatusTipRole,
    )  # fmt: skip
    for row in range(model.rowCount(QModelIndex())):
        for column in range(model.columnCount(QModelIndex())):
            for role in roles:
                value = model.data(model.index(row, column), role)
                if isinstance(value, str):
                    yield value
    if isinstance(model, SnapshotTable):
        yield from (str(one) for one in model.rows)


def shown_marks(*widgets: QWidget) -> list[str]:
    texts = [text for widget in widgets for text in texts_on(widget)]
    return [mark for mark in MARKS if any(mark in text for text in texts)]


def every_column(window: MainWindow, settle: Settle) -> PeoplePage:
    window.show_page("people")
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    for action in page.column_button.menu().actions():
        action.setChecked(True)
    page.refresh()
    settle()
    return page


def walk(window: MainWindow, settle: Settle, person: str, qtbot: QtBot) -> list[str]:
    """Open what shows people, copy what can be copied, and return the marks that were to be seen."""
    found: list[str] = []
    page = every_column(window, settle)
    page.view.selectAll()
    qtbot.keyClick(page.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    found += [mark for mark in MARKS if mark in QApplication.clipboard().text()]
    found += shown_marks(window)
    window.search.setText("张三")
    window.search.textEdited.emit("张三")
    qtbot.waitUntil(window.search.results.isVisible)
    found += [
        mark for mark in MARKS for row in range(window.search.results.count())
        if mark in window.search.results.item(row).text()
    ]  # fmt: skip
    window.search.results.hide()
    window.context.person_wanted.emit(person)
    settle()
    tabs = window.person_page.tabs
    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        settle()
        found += shown_marks(window)
    for name in ("visits", "verify", "ledger", "cards", "duplicates"):
        if name in window.pages:
            window.show_page(name)
            settle()
            found += shown_marks(window)
    return sorted(set(found))


@pytest.mark.long
def test_the_window_shows_everything_to_who_may_see_it(
    window: MainWindow, settle: Settle, person: str, qtbot: QtBot
) -> None:
    """The positive control of the two tests below."""
    sight.set_level(window.context.station, group="健康与关爱", role="supervisor", level=FULL)
    assert set(walk(window, settle, person, qtbot)) >= {PHONE, ADDRESS, ILLNESS, KIN}


@pytest.mark.parametrize("level", [MASKED, pytest.param(HIDDEN, marks=pytest.mark.long)])
def test_nothing_on_screen_in_tips_or_the_clipboard_is_more_than_the_table_allows(
    window: MainWindow, settle: Settle, person: str, qtbot: QtBot, level: str
) -> None:
    hide_all(window.context.station, level)
    as_clerk(window)
    assert walk(window, settle, person, qtbot) == []


def test_a_masked_field_is_shut_shown_by_the_button_and_noted(window: MainWindow, settle: Settle, person: str) -> None:
    station = as_clerk(window)
    window.context.person_wanted.emit(person)
    settle()
    page = window.person_page
    address = page.forms["居住"].editors["live_addr"]
    assert isinstance(address, QLineEdit)
    assert (address.text(), address.isEnabled()) == ("上林***", False)
    assert page.reveal.text() == "显示遮挡的内容"
    page.forms["身份"].editors["native_place"].setText("西安")  # type: ignore[attr-defined]
    assert page.edits() == {"native_place": "西安"}
    page.save.click()
    settle()
    page.reveal.click()
    settle()
    assert (address.text(), address.isEnabled(), page.reveal.text()) == (ADDRESS, True, "重新遮住")
    assert PHONE in str(page.children_tab.model.rows)
    address.setText("新住址8号")
    page.save.click()
    settle()
    whole = register.whole_person(station, person=person).values
    assert (whole["live_addr"], whole["id_no"], whole["illness"]) == ("新住址8号", ID, ILLNESS)
    assert (address.text(), address.isEnabled(), page.reveal.isChecked()) == ("新住***", False, False)
    with station.vault.reading("read.whole") as connection:
        noted = connection.exec_driver_sql("SELECT user, about FROM access_note WHERE action='reveal'").all()
    assert [tuple(one) for one in noted] == [(station.user, person)]


def test_hidden_groups_leave_no_tab_no_column_and_no_condition(window: MainWindow, settle: Settle, person: str) -> None:
    hide_all(window.context.station, HIDDEN)
    as_clerk(window)
    page = every_column(window, settle)
    offered = {one.text() for one in page.column_button.menu().actions() if one.isVisible()}
    assert "姓名" in offered and not {"公民身份号码", "长期居住地", "健康状况"} & offered
    window.context.person_wanted.emit(person)
    settle()
    tabs = window.person_page.tabs
    visible = {tabs.tabText(place) for place in range(tabs.count()) if tabs.isTabVisible(place)}
    assert "身份" in visible and not {"健康与关爱", "家庭", "党组织关系"} & visible
    dialog = FilterDialog(window.context, expression="", orgs={}, chosen=lambda _text: None, parent=window)
    labels = {one.label for one in dialog._asked}
    assert "管理状态" in labels and not {"年龄", "标签", "电话", "最近走访", "长期居住地"} & labels
    dialog.close()


def test_a_preview_of_paper_has_nothing_hidden(window: MainWindow, person: str) -> None:
    station = window.context.station
    hide_all(station, HIDDEN)
    as_clerk(window)
    document = pypdfium2.PdfDocument(check_forms.check_forms(station, ids=[person]))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "张三" in text and not [mark for mark in (ID, PHONE, ADDRESS) if mark in text]


def opened(window: MainWindow, settle: Settle) -> LevelsDialog:
    window.show_page("settings")
    page = window.pages["settings"]
    assert isinstance(page, SettingsPage)
    page.levels.click()
    settle()
    settle()
    assert isinstance(page.opened_levels, LevelsDialog)
    return page.opened_levels


def test_the_table_is_changed_by_keyboard_and_restored(window: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    dialog = opened(window, settle)
    groups = [one.group.key for one in dialog.model.rows]
    assert {"身份", "电话", "关爱标签", "走访"} <= set(groups) and "统筹外费用" not in groups
    for words in ("完整显示：", "遮挡（可逐个显示）：", "不显示："):
        assert words in dialog.meaning.text()
    assert not dialog.before.isVisible(), "a new register begins with the shipped levels"
    dialog.view.selectRow(groups.index("电话"))
    qtbot.keyClick(dialog.view, Qt.Key.Key_Return)
    asked = dialog.action
    assert asked is not None and "电话号码" in asked.told.text()
    box = asked.editors["clerk"]
    assert isinstance(box, QComboBox) and box.currentData() == MASKED
    box.setCurrentIndex(box.findData(HIDDEN))
    asked.do.click()
    settle()
    settle()
    line = dialog.model.rows[groups.index("电话")]
    assert dict(line.levels) == {"clerk": HIDDEN, "supervisor": FULL} and line.is_changed
    again = dialog.ask_restore()
    again.do.click()
    settle()
    settle()
    assert not any(one.is_changed for one in dialog.model.rows)


def test_the_limits_of_unusual_use_are_changed_in_the_window(window: MainWindow, settle: Settle) -> None:
    window.show_page("settings")
    page = window.pages["settings"]
    assert isinstance(page, SettingsPage)
    page.watch.click()
    settle()
    dialog = page.opened_watch
    assert isinstance(dialog, WatchDialog)
    labels = [one[0].label for one in dialog.model.rows]
    dialog.view.selectRow(labels.index("上班时间"))
    asked = dialog.edit()
    assert asked is not None
    asked.editors["value"].setText("二十")  # type: ignore[union-attr]
    asked.do.click()
    settle()
    assert "例如 7:30" in asked.error.text()
    asked.editors["value"].setText("8：00")  # type: ignore[union-attr]
    asked.do.click()
    settle()
    assert dialog.model.rows[labels.index("上班时间")][1] == 480


def test_a_clerk_is_not_offered_the_table(window: MainWindow) -> None:
    as_clerk(window)
    page = SettingsPage(window.context)
    assert not page.levels.isEnabled() and not page.watch.isEnabled()
    page.deleteLater()


def test_a_record_is_revealed_alone(window: MainWindow, person: str) -> None:
    station = as_clerk(window)
    (row,) = register.person_details(station, person=person).children["contact"]
    found = reveal.reveal_record(station, person=person, record=row.id)
    assert found is not None and found.values["phone"] == KIN and row.values["phone"] != KIN
