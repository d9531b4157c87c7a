"""Paper from the real window: the list as it stands, the book's changed pages, a person's own papers."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2

from desktop.services import access_sheets, register
from desktop.services.register import PersonDraft
from desktop.services.station import Terms
from desktop.views.main_window import MainWindow
from desktop.views.people.people_page import PeoplePage

Settle = Callable[[], None]


def texts(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(str(path))
    found = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return found


def test_the_list_prints_as_it_stands_and_the_book_only_what_changed(
    window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    station = window.context.station
    ids = [
        register.register_person(
            station,
            draft=PersonDraft({"name": f"王{one}", "sex": "1", "grid": f"{one}网格", "live_addr": f"{one}号楼"}),
        ).person
        for one in range(1, 4)
    ]
    page = window.pages["people"]
    assert isinstance(page, PeoplePage)
    for place, column in enumerate(page.model.columns):
        page.view.setColumnHidden(place, column.key not in {"name", "grid"})
    page._sort, page._descending = "grid", True
    dialog = page.open_paper("table")
    station.terms = Terms("区人社局", "存档", "履行法定职责")
    dialog.write_to(tmp_path / "表.pdf")
    settle()
    (text,) = texts(tmp_path / "表.pdf")
    assert "网格" in text
    assert "原单位" not in text
    assert text.index("王3") < text.index("王1")
    book = page.open_paper("book")
    settle()
    assert not book.second.isEnabled()
    assert "还没有印过" in book.said.text()
    station.terms = Terms("区人社局", "存档", "履行法定职责")  # used up by each export
    book.write_to(tmp_path / "册.pdf")
    settle()
    register.amend_person(station, person=ids[1], values={"political": "01"})
    again = page.open_paper("book")
    settle()
    assert again.second.isChecked()
    assert "1 页变动" in again.said.text()
    station.terms = Terms("区人社局", "存档", "履行法定职责")  # used up by each export
    again.write_to(tmp_path / "变动.pdf")
    settle()
    assert len(texts(tmp_path / "册.pdf")) > 1
    (changed,) = texts(tmp_path / "变动.pdf")
    assert "王2" in changed


def test_a_persons_papers_go_to_the_printer_and_to_files(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    person = register.register_person(window.context.station, draft=PersonDraft({"name": "张三"})).person
    window.context.person_wanted.emit(person)
    settle()
    papers = window.person_page.papers
    printed: list[str] = []
    papers.printer.choose = lambda printer: printed.append(printer.pageLayout().pageSize().name()) or False
    names = [one.text() for one in papers.menu.actions() if one.text().startswith("打印")]
    assert names == ["打印基本信息表…", "打印登记卡…", "打印信息核对表…", "打印本人信息查询单…"]
    for one in papers.menu.actions()[:4]:
        one.trigger()
        settle()
    assert len(printed) == 4
    papers.write_to(
        tmp_path / "查询单.pdf", lambda station, one: access_sheets.access_sheet_pdf_of(station, person=one),
        title="本人信息查询单",
    )  # fmt: skip
    settle()
    assert "张三" in texts(tmp_path / "查询单.pdf")[0]
