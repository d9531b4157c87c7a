"""The book, the register cards and the lists say what the register says, page by page."""

import pypdfium2
import pytest

from desktop.domain.errors import PrintError
from desktop.services import books, register, visits
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.people import PeopleFilter


def pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return texts


def person(station: Station, name: str, address: str = "") -> str:
    return register.register_person(station, draft=PersonDraft({"name": name, "live_addr": address})).person


@pytest.mark.parametrize(
    ("address", "building"),
    [
        ("西咸新区青杨路18号院3号楼2单元501", "西咸新区青杨路18号院"),
        ("青杨小区3号楼2-501", "青杨小区3号楼"),
        ("青杨小区 B栋 501", "青杨小区B栋"),
        ("青杨路", "未写楼栋"),
        ("", "未写楼栋"),
    ],
)
def test_the_building_of_an_address(address: str, building: str) -> None:
    assert books.building_of(address) == building


def test_a_book_has_a_section_for_each_building_and_finds_everyone(station: Station) -> None:
    for number in range(45):
        person(station, f"王{number:02d}", f"青杨小区{10 if number % 3 else 2}号楼1-{number}")
    person(station, "没写地址")
    made = pages(books.export_book(station, wanted=PeopleFilter()))
    assert "国有企业退休人员基本信息册" in made[0]
    assert "共 3 个楼栋" in made[0]
    for number, text in enumerate(made[1:], start=2):
        assert f"第 {number} 页" in text
        assert f"共 {len(made)} 页" in text
    starts = {title: 1 + next(n for n, text in enumerate(made) if text.startswith(title)) for title in (
        "青杨小区2号楼", "青杨小区10号楼", "未写楼栋")}  # fmt: skip
    assert sorted(starts, key=lambda one: starts[one]) == ["青杨小区2号楼", "青杨小区10号楼", "未写楼栋"]
    index = made[1].split()
    assert [index[index.index(title) + 2] for title in starts] == [str(page) for page in starts.values()]
    body = "".join(made[starts["青杨小区2号楼"] - 1 :])
    assert all(f"王{number:02d}" in body for number in range(45))
    assert sum("变动记录" in text for text in made) == 3


def test_a_register_card_has_two_sides_and_the_visits(station: Station) -> None:
    one = person(station, "张三", "青杨小区3号楼")
    visits.record_visit(
        station, person=one,
        values={"visited_on": "2026-11-20", "visitors": "李敏", "method": "1", "condition": "血压偏高"},
    )  # fmt: skip
    front, back = pages(books.export_register_cards(station, wanted=PeopleFilter()))
    assert "张三" in front
    assert "青杨小区3号楼" in front
    assert "血压偏高" in back
    assert "2026-11-20" in back


@pytest.mark.parametrize("what", ["book", "cards", "table"])
def test_a_character_no_font_has_is_named_with_its_person(station: Station, what: str) -> None:
    person(station, "王\U0010fffd")
    with pytest.raises(PrintError, match="王"):
        books.EXPORTS[what].make(station, PeopleFilter(), lambda *_: None)


@pytest.mark.parametrize("what", sorted(books.EXPORTS))
def test_an_empty_register_still_prints(station: Station, what: str) -> None:
    assert len(books.EXPORTS[what].make(station, PeopleFilter(), lambda *_: None)) > 500
