"""查重与体检 in the real window."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.services import register
from desktop.services.register import PersonDraft
from desktop.store.people import PeopleFilter
from desktop.views.duplicates.duplicates_page import DuplicatesPage
from desktop.views.main_window import MainWindow
from desktop.views.people.people_page import PeoplePage

Settle = Callable[[], None]


def page_of(window: MainWindow, settle: Settle) -> DuplicatesPage:
    settle()
    window.show_page("duplicates")
    settle()
    page = window.pages["duplicates"]
    assert isinstance(page, DuplicatesPage)
    return page


def test_two_records_are_joined_by_a_key_and_parted_again(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    register.register_person(station, draft=PersonDraft({"name": "张三", "birth_id": "1950-01-02", "ent_name": "甲厂"}))
    register.register_person(station, draft=PersonDraft({"name": "张三", "birth_id": "1950-01-02"}))
    page = page_of(window, settle)
    page.search()
    settle()
    settle()
    assert len(page.model.rows) == 1
    assert ("原单位", "甲厂", "") in page.sides.rows or ("原单位", "", "甲厂") in page.sides.rows
    QTest.keyClick(page.view, Qt.Key.Key_S)
    settle()
    settle()
    assert page.model.rows == []
    (left,) = register.people_ids(station, wanted=PeopleFilter())
    assert register.person_details(station, person=left).values["ent_name"] == "甲厂"
    assert [one.verdict for one in page.decided.rows] == ["1"]
    page.decided_view.selectRow(0)
    page.take_back()
    settle()
    settle()
    assert len(register.people_ids(station, wanted=PeopleFilter())) == 2


def test_what_is_not_one_person_is_not_proposed_again(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    for _ in range(2):
        register.register_person(station, draft=PersonDraft({"name": "李四", "birth_id": "1950-01-02"}))
    page = page_of(window, settle)
    page.search()
    settle()
    settle()
    page.decide("2")
    settle()
    settle()
    page.search()
    settle()
    assert page.model.rows == []
    assert "没有找到" in page.empty.text()


def test_a_problem_of_the_data_opens_its_people(window: MainWindow, settle: Settle) -> None:
    register.register_person(window.context.station, draft=PersonDraft({"name": "王五"}))
    page = page_of(window, settle)
    labels = [one.rule.label for one in page.health.problems.rows]
    place = next(n for n, text in enumerate(labels) if "电话" in text)
    page.health.open_list(place)
    settle()
    people = window.pages["people"]
    assert isinstance(people, PeoplePage)
    assert people.names_shown() == ["王五"]
