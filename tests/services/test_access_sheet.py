"""本人信息查询单: everything kept, with its source and to whom it went, and nothing of anybody else."""

import io
from pathlib import Path

import pypdfium2
import pytest

from desktop.domain.dictionary import PERSON_RECORDS
from desktop.domain.errors import NotFoundError, PrintError
from desktop.services import access_sheets, register, rosters, visits
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import COMMUNITY, ROSTERS, STREET, Maker
from tests.services.test_exchange import send, trust


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    texts = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return texts


def test_everything_kept_about_a_person_is_on_it(station: Station) -> None:
    draft = PersonDraft(
        {"name": "张三", "id_no": "610100195307063017", "live_addr": "西咸新区上林街道青杨小区" * 6 + "3号楼", "health": "10", "chronic": "高血压"},
        phones=({"number": "13991234567"},), contacts=({"name": "张明", "relation": "2", "phone": "13900001111"},), tags=({"code": "T07"},),
    )  # fmt: skip
    one = register.register_person(station, draft=draft).person
    register.register_person(station, draft=PersonDraft({"name": "李四不在上面", "live_addr": "5号楼"}))
    visits.record_visit(
        station,
        person=one,
        values={"visited_on": "2026-11-20", "visitors": "李敏", "method": "1", "condition": "血压偏高"},
    )
    register.amend_person(station, person=one, values={"ent_name": "秦川厂"})
    made = text_of(access_sheets.access_sheet_pdf_of(station, person=one))
    text = "".join(made)
    for said in ("张三", "610100195307063017", "青杨小区" * 1, "3号楼", "高血压", "13991234567", "张明", "13900001111", "劳模", "血压偏高",
                 "李敏", "秦川厂", "王敏登记", "2026-11-24", "没有对外提供过", "确认本人身份", "第四十四条", "73周岁"):  # fmt: skip
        assert said in text, said
    assert "李四" not in text
    assert "…" not in text
    for number, page in enumerate(made, start=1):
        assert f"第{number}页共{len(made)}页" in page
        assert "查询人签字" in page


def test_no_field_and_no_record_is_left_out(station: Station) -> None:
    """Whatever the dictionary may hold about a person is on the sheet once it is filled in."""
    one = register.register_person(station, draft=PersonDraft({"name": "张三"})).person
    with station.vault.unit("person.edit") as unit:
        unit.put(
            "person",
            one,
            {"grid": "标记一", "bank_acct": "6222000011112222", "remark": "标记二", "pension_amt": 345678},
        )
        for number, kind in enumerate(PERSON_RECORDS):
            text = next(
                one for one in kind.fields if one.kind.value in {"text", "note"} and one.key not in {"person", "source"}
            )
            unit.add(kind.key, f"{number:032x}", {"person": one, text.key: f"标记之{kind.key}"})
        unit.commit()
    text = "".join(text_of(access_sheets.access_sheet_pdf_of(station, person=one)))
    for said in (
        "标记一",
        "标记二",
        "6222000011112222",
        "3456.78元",
        *(f"标记之{kind.key}" for kind in PERSON_RECORDS),
    ):
        assert said in text, said


def test_the_source_file_and_the_receiver_are_named(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    preview = rosters.preview_roster(community, paths=[ROSTERS / "移交花名册.xlsx"])
    rosters.apply_roster(community, preview=preview)
    send(community, street, tmp_path)
    person = register.people_ids(community, wanted=register.parse_filter("", station=community))[0]
    text = "".join(text_of(access_sheets.access_sheet_pdf_of(community, person=person)))
    assert "移交花名册.xlsx" in text
    assert "上林街道" in text
    assert "没有对外提供过" not in text


def test_an_unknown_person_and_a_character_without_a_font_are_known_errors(station: Station) -> None:
    with pytest.raises(NotFoundError):
        access_sheets.access_sheet_pdf_of(station, person="0" * 32)
    one = register.register_person(station, draft=PersonDraft({"name": "张\U0010fffd"})).person
    with pytest.raises(PrintError, match="张"):
        access_sheets.access_sheet_pdf_of(station, person=one)
