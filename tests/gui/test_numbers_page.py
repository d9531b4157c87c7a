"""The statistics page in the real window."""

from collections.abc import Callable
from pathlib import Path

from desktop.services import register
from desktop.services.register import PersonDraft
from desktop.views.main_window import MainWindow
from desktop.views.numbers.numbers_page import NumbersPage
from desktop.views.people.people_page import PeoplePage

Settle = Callable[[], None]


def page_of(window: MainWindow, settle: Settle) -> NumbersPage:
    settle()
    window.show_page("numbers")
    settle()
    page = window.pages["numbers"]
    assert isinstance(page, NumbersPage)
    return page


def test_a_number_opens_its_list(window: MainWindow, settle: Settle) -> None:
    person = register.register_person(
        window.context.station, draft=PersonDraft({"name": "张三", "sex": "1", "birth_id": "1940-01-01"})
    ).person
    register.register_person(window.context.station, draft=PersonDraft({"name": "李四"}))
    page = page_of(window, settle)
    wanted: list[tuple[str, list[str]]] = []
    window.context.people_wanted.connect(lambda title, ids: wanted.append((title, ids)))
    page.questions.setCurrentRow([page.questions.item(n).text() for n in range(page.questions.count())].index("年龄"))
    assert "周岁" in page.rule.text()
    place = [line[1].label for line in page.model.rows].index("80—89 岁")
    page.view.selectRow(place)
    page.open_list()
    assert wanted == [("年龄：80—89 岁", [person])]
    settle()
    people = window.pages["people"]
    assert isinstance(people, PeoplePage)
    assert window.stack.currentWidget() is people
    assert people.names_shown() == ["张三"]
    assert "80—89 岁" in people.only.title.text()
    people.only.back.click()
    settle()
    assert sorted(people.names_shown()) == ["张三", "李四"]


def test_freezing_printing_and_comparing(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    station = window.context.station
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    page = page_of(window, settle)
    page.freeze("年末人数")
    settle()
    settle()
    assert [one.name for one in page.frozen.sets.rows] == ["年末人数"]
    register.register_person(station, draft=PersonDraft({"name": "李四"}))
    page.frozen.compare()
    settle()
    assert [(one.what, one.name) for one in page.frozen.differences.rows] == [("新增", "李四")]
    assert "1 人 → " in page.frozen.said.text()
    for name in ("统计表.pdf", "统计表.xlsx"):
        page.save_to(tmp_path / name)
    page.frozen.print_to(tmp_path / "定格.pdf")
    settle()
    assert (tmp_path / "统计表.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "定格.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "统计表.xlsx").read_bytes().startswith(b"PK")


def test_an_empty_register_says_what_to_do(window: MainWindow, settle: Settle) -> None:
    page = page_of(window, settle)
    assert page.empty.isVisible()
    assert "导入" in page.empty.text()
