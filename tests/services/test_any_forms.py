"""Somebody else's form is filled from the register, its mapping remembered and shared."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.services import any_forms, exchange, register
from desktop.services.any_forms import FormMapping
from desktop.services.backups import check_store
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import COMMUNITY, STREET, Maker
from tests.roster import form_samples as samples
from tests.services.test_exchange import send, trust

ID = "610100195307063017"


def people(station: Station, count: int) -> list[str]:
    return [
        register.register_person(
            station,
            draft=PersonDraft(
                {"name": f"张{one}", "id_no": ID if one == 0 else None, "live_addr": "青杨小区3号楼", "political": "01"},
                phones=({"number": "13991234567"},),
                contacts=({"name": "张明", "relation": "2", "phone": "13900001111"}, {"name": "李英", "relation": "1"}),
            ),
        ).person
        for one in range(count)
    ]  # fmt: skip


def test_one_person_is_filled_into_the_form_as_proposed(station: Station, tmp_path: Path) -> None:
    ids = people(station, 1)
    form = any_forms.open_form(station, path=samples.person_xlsx(tmp_path / "登记表.xlsx"))
    (made,) = any_forms.fill(station, form=form, ids=ids, together=False)
    sheet = load_workbook(io.BytesIO(made.content)).worksheets[0]
    assert made.name.startswith("登记表-S1001-00001-张0")
    assert sheet["B2"].value == "张0"
    assert sheet["E2"].value == "男"
    assert sheet["H2"].value == "1953年7月"
    assert "".join(sheet.cell(3, column).value for column in range(2, 20)) == ID
    assert sheet["D5"].value == "☑中共党员 □群众"
    assert [sheet[one].value for one in ("C6", "F6", "B9", "A10", "B10")] == [
        "张明",
        "13900001111",
        "张明",
        "配偶",
        "李英",
    ]
    assert sheet["A12"].value.replace("_", "") == "填表人：王敏　填表日期：2026年11月24日"


def test_a_list_takes_everyone_and_a_folder_takes_one_each(station: Station, tmp_path: Path) -> None:
    ids = people(station, 5)
    form = any_forms.open_form(station, path=samples.list_xlsx(tmp_path / "慰问.xlsx"))
    (made,) = any_forms.fill(station, form=form, ids=ids, together=False)
    sheet = load_workbook(io.BytesIO(made.content)).worksheets[0]
    assert [sheet.cell(5 + one, 2).value for one in range(5)] == [f"张{one}" for one in range(5)]
    assert sheet["C5"].value == ID
    assert sheet["A5"].value == "1"
    assert "青杨社区" in sheet["A2"].value
    form = any_forms.open_form(station, path=samples.person_docx(tmp_path / "介绍信.docx"))
    files = list(any_forms.fill(station, form=form, ids=ids, together=False))
    assert len({one.name for one in files}) == 5
    assert ID in samples.docx_text(files[0].content)
    assert "☑男" in samples.docx_text(files[0].content)
    (whole,) = any_forms.fill(station, form=form, ids=ids, together=True)
    assert all(f"张{one}" in samples.docx_text(whole.content) for one in range(5))


def test_what_is_not_collected_is_neither_offered_nor_filled(station: Station, tmp_path: Path) -> None:
    shape = any_forms.open_form(station, path=samples.person_xlsx(tmp_path / "f.xlsx")).shape
    with pytest.raises(InvalidValueError, match="bank"):
        any_forms.map_of_json(station, shape, '{"places":{"B2":"person.bank"}}')


@pytest.mark.parametrize("text", ["[]", "{", '{"places":{"B2":"没有的项"}}', '{"places":{"9!B2":"姓名"}}', '{"columns":{"A":"姓名"}}',
                                  '{"places":{"B2":"姓名|大写"}}'])  # fmt: skip
def test_a_wrong_mapping_is_said_in_one_sentence(station: Station, tmp_path: Path, text: str) -> None:
    shape = any_forms.open_form(station, path=samples.person_xlsx(tmp_path / "f.xlsx")).shape
    with pytest.raises(InvalidValueError):
        any_forms.map_of_json(station, shape, text)


def test_nobody_and_nothing_are_known_errors(station: Station, tmp_path: Path) -> None:
    form = any_forms.open_form(station, path=samples.person_xlsx(tmp_path / "f.xlsx"))
    with pytest.raises(NotFoundError):
        list(any_forms.fill(station, form=form, ids=[], together=False))
    with pytest.raises(InvalidValueError):
        list(any_forms.fill(station, form=any_forms.with_mapping(form, FormMapping({}, {})), ids=["x"], together=False))


def test_a_mapping_is_remembered_and_travels_both_ways(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    path = samples.person_xlsx(tmp_path / "登记表.xlsx")
    form = any_forms.open_form(community, path=path)
    assert not form.remembered
    mine = any_forms.map_of_json(community, form.shape, '{"places":{"登记表!B2":"曾用名","B4":"户籍地址"}}')
    any_forms.remember(community, form=form, mapping=mine, name="区里的登记表")
    again = any_forms.open_form(community, path=path.rename(tmp_path / "新名字.xlsx"))
    assert again.remembered == "区里的登记表"
    assert again.mapping == mine
    send(community, street, tmp_path)
    assert any_forms.open_form(street, path=tmp_path / "新名字.xlsx").mapping == mine
    other = FormMapping({"1!B2": "person.name"}, {})
    any_forms.remember(street, form=again, mapping=other)
    send(street, community, tmp_path)
    assert any_forms.open_form(community, path=tmp_path / "新名字.xlsx").mapping == other
    assert exchange.list_conflicts(community) == []
    assert check_store(community).problems == []
    (known,) = any_forms.known_forms(community)
    any_forms.forget(community, record=known.id)
    assert not any_forms.open_form(community, path=tmp_path / "新名字.xlsx").remembered


def test_a_broken_mapping_from_elsewhere_is_an_empty_one(station: Station, tmp_path: Path) -> None:
    path = samples.person_xlsx(tmp_path / "f.xlsx")
    form = any_forms.open_form(station, path=path)
    any_forms.remember(station, form=form, mapping=form.mapping)
    (known,) = any_forms.known_forms(station)
    for text in ("[1]", "{", '{"places":3,"columns":{"A":1}}'):
        with station.vault.unit("form.map") as unit:
            unit.put("form_map", known.id, {"mapping": text})
            unit.commit()
        assert any_forms.open_form(station, path=path).mapping == FormMapping({}, {})


def test_nothing_filled_in_is_left_in_the_temporary_folder(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """openpyxl writes every sheet to a plain temporary file of its own (`security.md` 2d); ours must not."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    ids = people(station, 2)
    form = any_forms.open_form(station, path=samples.person_xlsx(tmp_path / "f.xlsx"))
    assert len(list(any_forms.fill(station, form=form, ids=ids, together=True))) == 1
    assert list(folder.rglob("openpyxl*")) == []


def test_a_filled_workbook_is_a_sound_zip_without_links_out(station: Station, tmp_path: Path) -> None:
    form = any_forms.open_form(station, path=samples.person_xlsx(tmp_path / "f.xlsx"))
    (made,) = any_forms.fill(station, form=form, ids=people(station, 1), together=False)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert archive.testzip() is None
        assert not [name for name in archive.namelist() if "externalLink" in name]
