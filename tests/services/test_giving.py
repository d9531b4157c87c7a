"""Nothing leaves readable without terms, a line in the register and a mark on every page; many people need two."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from desktop.domain.errors import InvalidValueError, NotAllowedError, SecondPersonError, TermsNeededError
from desktop.services import books, giving, register, users
from desktop.services.giving import Leaving
from desktop.services.register import PersonDraft
from desktop.services.station import Second, Station, Terms
from desktop.store.people import PeopleFilter
from tests.conftest import CHEAP

TERMS = Terms("区人社局", "年度慰问名单", "履行法定职责")


def leaving(station: Station, key: str) -> Leaving:
    content = books.EXPORTS[key].make(station, PeopleFilter(), lambda *_: None)
    return Leaving(books.EXPORTS[key].label, len(register.people_ids(station, wanted=PeopleFilter())), content)


def test_without_terms_nothing_is_written(station: Station, tmp_path: Path) -> None:
    with pytest.raises(TermsNeededError):
        giving.give_out(station, leaving=Leaving("名单", 1, b"x"), path=tmp_path / "out.csv")
    station.terms = Terms("区人社局", " ", "x")
    with pytest.raises(InvalidValueError, match="用途"):
        giving.give_out(station, leaving=Leaving("名单", 1, b"x"), path=tmp_path / "out.csv")
    assert not list(tmp_path.glob("out*")) and giving.given_out(station) == []


def test_every_page_and_sheet_bears_the_mark_and_the_text_is_still_there(station: Station, tmp_path: Path) -> None:
    for number in range(40):
        register.register_person(station, draft=PersonDraft({"name": f"张{number}"}))
    for key, name in (("table", "a.pdf"), ("roster", "a.xlsx")):
        station.terms = TERMS
        giving.give_out(station, leaving=leaving(station, key), path=tmp_path / name)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    document = pypdfium2.PdfDocument((tmp_path / "a.pdf").read_bytes())
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    assert len(texts) > 1 and all("提供给：区人社局" in text and "王敏" in text for text in texts)
    assert "张39" in "".join(texts)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert "提供给：区人社局" in str(book.worksheets[0].oddFooter.center.text)
    assert book.worksheets[0].max_row == 41
    lines = giving.given_out(station)
    assert [(one.what, one.people, one.recipient, one.user) for one in lines] == [
        ("基本信息表", 40, "区人社局", "王敏"), ("基本信息表", 40, "区人社局", "王敏"),
    ]  # fmt: skip
    assert all(len(one.digest) == 64 for one in lines)
    assert station.terms is None  # terms are for one export


def test_a_recipient_with_commands_of_a_footer_stays_text(station: Station, tmp_path: Path) -> None:
    station.terms = Terms('甲&D<b>&"局', "x", "y")
    giving.give_out(station, leaving=leaving(station, "roster"), path=tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert b"&amp;&amp;D&lt;b&gt;" in book.read("xl/worksheets/sheet1.xml")
    assert openpyxl.load_workbook(io.BytesIO((tmp_path / "a.xlsx").read_bytes())).worksheets


def test_more_than_fifty_people_need_a_second_supervisor_if_there_is_one(station: Station, tmp_path: Path) -> None:
    many = Leaving("名单", 51, b"x")
    station.terms = TERMS
    giving.give_out(station, leaving=many, path=tmp_path / "alone.csv")  # noted: there is nobody else
    users.add_user(station, name="陈立", role="supervisor", password="second-secret-1", cost=CHEAP)
    station.terms = TERMS
    with pytest.raises(SecondPersonError):
        giving.give_out(station, leaving=many, path=tmp_path / "two.csv")
    assert not (tmp_path / "two.csv").exists()
    station.second = Second("陈立", "second-secret-1")
    giving.give_out(station, leaving=many, path=tmp_path / "two.csv")
    assert [one.second for one in giving.given_out(station)] == ["陈立", ""]


def test_a_clerk_gives_nothing_away_and_prints_a_form_for_the_person(station: Station, tmp_path: Path) -> None:
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    station.role = station.vault.role = "clerk"
    station.terms = TERMS
    with pytest.raises(NotAllowedError, match="导出"):
        giving.give_out(station, leaving=Leaving("名单", 1, b"x"), path=tmp_path / "out.csv")
    form = books.EXPORTS["form"].make(station, PeopleFilter(), lambda *_: None)
    books.give(station, books.Made("form", form, 1), path=tmp_path / "form.pdf")
    with pytest.raises(NotAllowedError, match="50"):
        books.give(station, books.Made("form", form, 51), path=tmp_path / "forms.pdf")
