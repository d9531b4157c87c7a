"""The named lists over the list of people, in the real window."""

from collections.abc import Callable

from desktop.services import register
from desktop.services.register import PersonDraft
from desktop.views.main_window import MainWindow
from desktop.views.people.people_page import PeoplePage

Settle = Callable[[], None]


def test_a_roster_is_one_click_and_a_filter_becomes_one(window: MainWindow, settle: Settle) -> None:
    station = window.context.station
    register.register_person(station, draft=PersonDraft({"name": "张三", "sex": "1"}, tags=({"code": "T07"},)))
    register.register_person(station, draft=PersonDraft({"name": "李四", "sex": "2"}))
    settle()
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    page.refresh()
    settle()
    actions = {one.text(): one for one in page.lists.menu.actions()}
    actions["劳模"].trigger()
    settle()
    assert page.names_shown() == ["张三"]
    assert page.filters.text.text() == "管理状态=在管;标签=劳模"
    page.filters.show_expression("性别=女")
    page.lists.save("女同志")
    settle()
    settle()
    {one.text(): one for one in page.lists.menu.actions()}["劳模"].trigger()
    settle()
    {one.text(): one for one in page.lists.menu.actions()}["女同志"].trigger()
    settle()
    assert page.names_shown() == ["李四"]
