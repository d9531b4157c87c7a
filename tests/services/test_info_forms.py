"""The one-page 基本信息表: what the register holds stands on it, on one page whatever is typed."""

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import NotFoundError, PrintError
from desktop.printing.info_form import InfoForm, info_forms_pdf, placed
from desktop.services import books, info_forms, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.people import PeopleFilter

FULL: dict[str, str | int] = {
    "name": "欧阳建国", "id_no": "610100194607063010", "ent_name": "秦川轴承厂", "ent_level": "2", "political": "01",
    "live_addr": "西咸新区沣东新城上林街道3号楼2单元501室", "hukou_addr": "西安市长安区王寺街道", "dibao": 1, "spouse_name": "李秀英",
    "si_agency": "陕西省社保中心", "mi_agency": "西安市",
}  # fmt: skip


def text_of(pdf: bytes) -> list[str]:
    return ["".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf)]


def test_the_form_says_what_the_register_holds(station: Station) -> None:
    from desktop.domain.id_numbers import check_digit

    values = {**FULL, "id_no": "61010019460706301" + check_digit("61010019460706301")}
    draft = PersonDraft(
        values, phones=({"number": "13991234567"},), contacts=({"name": "欧阳明", "relation": "2", "phone": "13900001111"},),
        tags=({"code": "T07"}, {"code": "T03"}),
    )  # fmt: skip
    register.register_person(station, draft=draft)
    (page,) = text_of(books.EXPORTS["form"].make(station, PeopleFilter(), lambda *_: None))
    for said in (
        "欧阳建国", values["id_no"], "秦川轴承厂", "☑省企", "□央企", "☑高龄", "☑劳模", "☑孤寡", "□工伤", "☑是", "□否", "13991234567",
        "李秀英", "欧阳明", "13900001111", "陕西省社保中心", "本人或委托人签字", "上林街道3号楼2单元501室",
    ):  # fmt: skip
        assert str(said) in page, said


def test_a_blank_form_has_only_boxes(station: Station) -> None:
    (page,) = text_of(info_forms.blank_form(station))
    assert "☑" not in page
    assert page.count("□") >= 15
    with pytest.raises(NotFoundError):
        info_forms.info_forms(station, ids=[])


words = st.text(st.sampled_from("欧阳建国西咸新区沣东新城上林街道号楼单元室0123456789ABCD ·（）"), max_size=300)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=24))
def test_nothing_leaves_its_box_and_it_is_one_page(cells: list[tuple[str, str]]) -> None:
    lines = [[("姓名", one, 0.3), ("长期居住地", other, 0.7)] for one, other in cells]
    form = InfoForm("张三", "（□央企）　No：1", lines, "青杨社区")
    assert all(one.width <= one.room + 0.01 for one in placed(form))
    assert len(pypdfium2.PdfDocument(info_forms_pdf([form]))) == 1


def test_a_character_no_font_has_is_named_with_its_person(station: Station) -> None:
    register.register_person(station, draft=PersonDraft({"name": "张\U0010fffd", "live_addr": "1号楼"}))
    with pytest.raises(PrintError, match="张"):
        books.EXPORTS["form"].make(station, PeopleFilter(), lambda *_: None)
