"""The list of people: any length is scrolled, and filters are built row by row."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON
from desktop.domain.ids import new_id
from desktop.services import lists, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.views.main_window import MainWindow
from desktop.views.people.editors import editor_for, show_value, typed_value
from desktop.views.people.people_page import PeoplePage
from desktop.views.window_table import WindowTable

Settle = Callable[[], None]
MANY = 730
UNIT = PERSON.field("ent_name").label


@pytest.fixture
def crowded(station: Station) -> Station:
    """A register of some hundreds of people, sorted otherwise than they were entered."""
    with station.vault.unit("person.register") as unit:
        for number in range(MANY):
            year = 1930 + number % 40
            values = {"name": f"张{chr(0x5000 + (number * 7) % MANY)}", "birth_id": f"{year}-01-01", "home_org": station.org,
                      "sex": str(1 + number % 2), "ent_name": f"第{number % 9}厂"}  # fmt: skip
            unit.add("person", new_id(station.ids), dict(values))
        unit.commit()
    return station


def page_of(window: MainWindow, settle: Settle) -> PeoplePage:
    window.people_page.refresh()
    settle()
    return window.people_page


def test_a_long_list_is_read_where_it_is_looked_at(
    qtbot: QtBot, crowded: Station, window: MainWindow, settle: Settle
) -> None:
    page = page_of(window, settle)
    assert page.model.rowCount() == MANY
    assert len(page.names_shown()) == 100, "only the first window is read"
    bar = page.view.verticalScrollBar()
    expected = register.people_ids(crowded, wanted=register.parse_filter("", station=crowded))
    for place in (bar.maximum(), bar.maximum() // 2, 0):
        bar.setValue(place)
        qtbot.waitUntil(page.is_all_shown)
        settle()
        top = page.view.rowAt(0)
        row = page.model.row_at(top)
        assert row is not None
        assert row.id == expected[top]
    page.sort_by([one.key for one in page.model.columns].index("birth_id"))
    settle()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(page.is_all_shown)
    last = page.model.row_at(MANY - 1)
    assert last is not None
    assert last.text("birth_id") == "1969-01-01"


def test_only_the_columns_shown_are_read(crowded: Station, window: MainWindow, settle: Settle) -> None:
    page = page_of(window, settle)
    place = [one.key for one in page.model.columns].index("hukou_addr")
    assert page.view.isColumnHidden(place)
    first = page.model.rows[0].id
    register.amend_person(crowded, person=first, values={"hukou_addr": "陕西省渭南市", "ent_name": "秦川厂"})
    page.refresh()
    settle()
    assert "hukou_addr" not in page.model.rows[0].values
    assert page.model.rows[0].text("ent_name") == "秦川厂"
    page.show_column(place, shown=True)
    settle()
    assert page.model.index(0, place).data() == "陕西***"


def test_several_codes_are_written_and_shown_in_words(window: MainWindow, settle: Settle) -> None:
    station, hobbies = window.context.station, PERSON.field("hobbies")
    editor = editor_for(hobbies)
    show_value(editor, hobbies, "")
    assert isinstance(editor, QLineEdit)
    editor.setText("书法, 钓鱼、打麻将")
    known = code_list("hobby")
    typed = typed_value(editor, hobbies)
    assert typed == f"{known.code_of('书法')} {known.code_of('钓鱼')} 打麻将"
    codes = str(typed).removesuffix(" 打麻将")
    show_value(editor, hobbies, codes)
    assert (editor.text(), typed_value(editor, hobbies)) == ("书法、钓鱼", codes)
    register.register_person(station, draft=PersonDraft({"name": "张三", "hobbies": codes, "dibao": 1}))
    page = page_of(window, settle)
    for key, shown in (("hobbies", "书法、钓鱼"), ("dibao", "是")):
        place = [one.key for one in page.model.columns].index(key)
        page.show_column(place, shown=True)
        settle()
        assert page.model.index(0, place).data() == shown


def test_the_window_model_keeps_the_rules_of_a_model(qtmodeltester: object, qtbot: QtBot) -> None:
    from desktop.views.table import Column

    model: WindowTable[int] = WindowTable([Column("数", str)], window=10)
    wanted: list[int] = []
    model.wanted.connect(wanted.append)
    model.show_list(95, range(10))
    qtmodeltester.check(model)  # type: ignore[attr-defined]
    assert model.data(model.index(94, 0)) == "…"
    qtbot.waitUntil(lambda: 9 in wanted)
    model.put_window(9, range(90, 95))
    assert model.data(model.index(94, 0)) == "94"
    for number in range(1, 60):
        model.put_window(number, range(number * 10, number * 10 + 10))
    assert len(model._windows) <= 30


def test_a_filter_is_built_row_by_row_and_saved_as_a_list(
    qtbot: QtBot, crowded: Station, window: MainWindow, settle: Settle
) -> None:
    page = page_of(window, settle)
    dialog = page.build_filter()
    row = dialog.rows[0]
    row.field.setCurrentIndex(row.field.findText("年龄"))
    row.sign.setCurrentIndex(row.sign.findText("不小于"))
    row.value.setEditText("96")
    second = dialog.add_row()
    second.joint.setCurrentIndex(second.joint.findText("或者"))
    second.field.setCurrentIndex(second.field.findText(UNIT))
    second.sign.setCurrentIndex(second.sign.findText("是"))
    second.value.setEditText("第3厂")
    assert dialog.expression == f"年龄>=96 或者 {UNIT}=第3厂"
    total = register.people_count(crowded, wanted=register.parse_filter(dialog.expression, station=crowded))
    qtbot.waitUntil(lambda: dialog.count.text() == f"符合的有 {total} 人")
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    settle()
    settle()
    assert not dialog.isVisible()
    assert page.model.rowCount() == total
    page.lists.save("高龄或三厂")
    settle()
    assert lists.list_named(crowded, name="高龄或三厂").expression == dialog.expression
    again = page.build_filter()
    assert [(one.row().field, one.row().value) for one in again.rows] == [
        ("年龄", "96"),
        (UNIT, "第3厂"),
    ]
    again.reject()


def test_a_row_that_cannot_be_read_keeps_the_builder_open(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    dialog = page_of(window, settle).build_filter()
    row = dialog.rows[0]
    row.field.setCurrentIndex(row.field.findText("年龄"))
    row.value.setEditText("很老")
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    settle()
    assert dialog.isVisible()
    assert "要写数字" in dialog.count.text()
    dialog.reject()
