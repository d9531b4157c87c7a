"""The book, the register cards and the lists say what the register says, page by page."""

import io
import random
import re
from dataclasses import replace

import openpyxl
import pypdfium2
import pytest

from desktop.domain.errors import InvalidValueError, NotFoundError, PrintError
from desktop.printing.fonts import check_characters
from desktop.services import books, register, visits
from desktop.services.bound_book import book_news
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.services.table_cells import PaperWish, column_keys
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
    person(station, "单田芳", "青杨小区2号楼9-9")
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
    place = next(
        number for number, text in enumerate(made, 1) if "单田芳" in text and number >= starts["青杨小区2号楼"]
    )
    assert any(f"S 单田芳 青杨小区2号楼 {place}" in text for text in made if "姓名" in text[:9])
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


def book_of(station: Station, *, changed: bool) -> list[str]:
    return pages(books.export_book(station, wanted=PeopleFilter(), wish=PaperWish(changed=changed)))


def place_of(text: str) -> str:
    found = re.search(r"第 ([0-9-]+) 页", text)
    return found.group(1) if found else "1"


def test_only_changed_pages_print_again_and_keep_their_numbers(station: Station) -> None:
    ids = [person(station, f"王{number:02d}", f"青杨小区{1 + number % 3}号楼1-{number}") for number in range(90)]
    with pytest.raises(NotFoundError, match="整册"):
        book_of(station, changed=True)
    whole = {place_of(text): text for text in book_of(station, changed=False)}
    with pytest.raises(NotFoundError, match="没有页有变动"):
        book_of(station, changed=True)
    register.amend_person(station, person=ids[4], values={"political": "01"})
    (only,) = book_of(station, changed=True)
    was = next(
        place
        for place, text in whole.items()
        if "王04" in text and "中共党员" not in text and "青杨小区2号楼" in text[:9]
    )
    assert place_of(only) == was
    assert "中共党员" in only
    assert f"共 {len(whole)} 页" in only
    assert {name for name in (f"王{number:02d}" for number in range(90)) if name in only} == {
        name for name in (f"王{number:02d}" for number in range(90)) if name in whole[was]
    }


def test_who_leaves_and_who_comes_moves_nobody_else(station: Station) -> None:
    ids = [person(station, f"王{number:02d}", f"青杨小区{1 + number % 3}号楼1-{number}") for number in range(90)]
    before = {place_of(text): text for text in book_of(station, changed=False)}
    register.remove_person(station, person=ids[0], why="误登")
    person(station, "新来的", "青杨小区1号楼1-99")
    person(station, "远来的", "银杏苑9号楼1-1")
    after = {place_of(text): text for text in book_of(station, changed=True)}
    assert len(after) < len(before)
    row = next(text for text in after.values() if text.startswith("青杨小区1号楼") and "（已移出）" in text)
    assert "王00" not in row
    assert sum("新来的" in text for text in after.values()) == 2  # his building's page and the index of names
    new = next(place for place, text in after.items() if text.startswith("银杏苑9号楼"))
    assert re.fullmatch(r"\d+-1", new)
    assert "增页" in after[new]
    assert all(f"共 {len(before)} 页" in text for place, text in after.items() if place != "1")
    index = next(text for text in after.values() if "楼栋" in text and "索引" in text and "银杏苑9号楼" in text)
    assert new in index
    with pytest.raises(NotFoundError):
        book_of(station, changed=True)
    assert books.EXPORTS["book"].label == "基本信息册"
    assert book_news(station, wanted=PeopleFilter()).changed == ()


def test_pages_in_the_binder_hold_everyone_after_many_changes(station: Station) -> None:
    """Replaying every replacement in a binder gives what the register says, nobody twice and nobody lost."""
    chance = random.Random(5)
    ids = [person(station, f"王{number:03d}", f"青杨小区{1 + number % 2}号楼1-{number}") for number in range(40)]
    binder = {place_of(text): text for text in book_of(station, changed=False)}
    for step in range(6):
        for one in range(6):
            ids.append(person(station, f"李{step}{one}", f"青杨小区{chance.randint(1, 3)}号楼2-{one}"))
        gone = ids.pop(chance.randrange(len(ids)))
        register.remove_person(station, person=gone, why="误登")
        register.amend_person(
            station, person=chance.choice(ids), values={"live_addr": f"青杨小区{step % 3 + 1}号楼9-{step}"}
        )
        binder.update({place_of(text): text for text in book_of(station, changed=True)})
    body = "\n".join(text for text in binder.values() if "索引" not in text[:12])
    for row in register.people_rows(station, ids=ids):
        assert body.count(row.text("name")) == 1, row.text("name")


@pytest.mark.parametrize("what", ["book", "table", "cards", "form"])
def test_the_longest_of_everything_stands_whole_on_every_paper(station: Station, what: str) -> None:
    long = {
        "name": "买买提·阿卜杜拉·吐尔逊江·艾则孜古丽", "ent_name": "西北" + "机械电器制造" * 15 + "有限责任公司",
        "live_addr": "西咸新区沣东新城" + "上林街道青杨社区" * 20 + "3号楼", "hukou_addr": "西安市" + "长安区王寺街道" * 22,
    }  # fmt: skip
    register.register_person(station, draft=PersonDraft(long))
    register.register_person(station, draft=PersonDraft({"name": "安", "live_addr": "青杨小区3号楼"}))
    text = "".join("".join(pages(books.EXPORTS[what].make(station, PeopleFilter(), lambda *_: None))).split())
    expected = ["name", "ent_name", "live_addr", *(["hukou_addr"] if what in {"cards", "form"} else [])]
    for key in expected:
        assert long[key] in text, key
    assert "…" not in text


@pytest.mark.parametrize("character", ["䶮", "𠅤", "㐂", "𰻞"])
def test_rare_characters_are_in_the_text_of_the_page(station: Station, character: str) -> None:
    try:
        check_characters([("", [character])])
    except PrintError:
        pytest.skip("no installed font has it")
    person(station, f"王{character}", "3号楼")
    for what in ("book", "cards", "table", "form"):
        made = "".join(pages(books.EXPORTS[what].make(station, PeopleFilter(), lambda *_: None)))
        assert f"王{character}" in made, what


def test_two_cards_share_a_sheet_and_turn_together(station: Station) -> None:
    for name in ("张三", "李四", "王五"):
        person(station, name, "3号楼")
    pdf = books.EXPORTS["cards"].make(station, PeopleFilter(), lambda *_: None, PaperWish(two_up=True))
    document = pypdfium2.PdfDocument(pdf)
    assert [round(one) for one in document[0].get_size()] == [595, 842]
    texts = pages(pdf)
    assert len(texts) == 4
    order = [[name for name in ("李四", "王五", "张三") if name in text] for text in texts]
    assert order[0] == order[1]
    assert len(order[0]) == 2
    upper = document[0].get_textpage().get_text_bounded(bottom=421)
    upper_back = document[1].get_textpage().get_text_bounded(bottom=421)
    (name,) = [one for one in order[0] if one in upper]
    assert name in upper_back
    document.close()


def test_a_card_names_everyone_to_call_and_the_certification(station: Station) -> None:
    draft = PersonDraft(
        {"name": "张三", "cert_last": "2026-05-01", "cert_way": "1"}, phones=({"number": "13991234567"}, {"number": "02933110001"}),
        contacts=({"name": "张明", "phone": "13900001111"}, {"name": "张亮", "phone": "13900002222"}),
    )  # fmt: skip
    register.register_person(station, draft=draft)
    front, back = pages(books.EXPORTS["cards"].make(station, PeopleFilter(), lambda *_: None))
    assert all(said in front for said in ("13991234567", "02933110001", "张明", "13900002222"))
    assert "2026-05-01" in back
    assert "资格认证" in back


def test_a_list_prints_the_columns_order_and_masks_that_were_asked_for(station: Station) -> None:
    register.register_person(
        station, draft=PersonDraft({"name": "张三", "id_no": "610100195307063017", "grid": "二网格"})
    )
    register.register_person(station, draft=PersonDraft({"name": "李四", "grid": "一网格"}))
    wish = PaperWish(
        columns=column_keys("网格，公民身份号码,姓名"), sort="grid", descending=True, masked=True, title="网格名单"
    )
    (text,) = pages(books.EXPORTS["table"].make(station, PeopleFilter(), lambda *_: None, wish))
    assert text.startswith("网格名单")
    assert "610100********3017" in text
    assert "610100195307063017" not in text
    assert "原单位" not in text
    assert text.index("张三") < text.index("李四")
    sheet = openpyxl.load_workbook(
        io.BytesIO(books.EXPORTS["roster"].make(station, PeopleFilter(), lambda *_: None, wish))
    ).active
    assert [cell.value for cell in sheet[1]] == ["序号", "姓名", "网格", "公民身份号码"]
    assert sheet.freeze_panes == "A2"
    with pytest.raises(InvalidValueError, match="没有这列"):
        column_keys("没有这列")


@pytest.mark.parametrize("what", ["book", "table", "cards", "form"])
def test_line_breaks_and_invisible_characters_do_not_stop_a_print(station: Station, what: str) -> None:
    values = {"name": "张\u200b三", "remark": "第一行\n第二行\t完\ufeff", "live_addr": "3号楼\n2单元"}
    one = register.register_person(station, draft=PersonDraft({"name": "张三"})).person
    with station.vault.unit("person.edit") as unit:
        unit.put("person", one, values)
        unit.commit()
    wish = PaperWish(columns=("remark", "live_addr"))
    made = "".join(pages(books.EXPORTS[what].make(station, PeopleFilter(), lambda *_: None, wish)))
    assert "张三" in made
    assert "3号楼" in made
    if what in {"table", "form"}:
        assert "第一行" in made
        assert "第二行" in made


def test_the_book_is_remembered_from_one_day_to_the_next(station: Station) -> None:
    """A filter written down carries the day its ages are reckoned on; it is the same book tomorrow."""
    person(station, "张三", "3号楼")
    today = register.parse_filter("性别=男|女|未知;长期居住地~号楼", station=station)
    books.export_book(station, wanted=today)
    assert today.day
    assert book_news(station, wanted=replace(today, day="2027-01-31")).printed == "2026-11-24"
    everyone = register.parse_filter("", station=station)
    assert not book_news(station, wanted=everyone).printed
