"""The cases of the catalogue (`domain.md` section 5) that are about whole files and sheets, each by its number."""

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from desktop.domain.errors import RosterError
from desktop.roster.grid import HIDDEN, RED, STRUCK, YELLOW, Rows, Sheet, plain
from desktop.roster.headers import find_tables
from desktop.roster.mapping import propose
from desktop.roster.read_child import _sheets
from desktop.roster.reader import RosterFile, read_roster
from desktop.roster.render import Trimmer
from desktop.roster.rowread import RowDraft, read_row
from desktop.roster.survey import SheetFacts
from desktop.roster.table import FoundTable
from desktop.services import rosters
from desktop.services.station import Station
from tests.roster.make_books import STRICT, inline, ods, ods_row, parts, sheet, xls, xlsx, zipped

IDS = ["610100195307063017", "610100195307063025", "610100194811090028"]
HEAD = ["序号", "姓名", "身份证号", "联系电话", "备注"]
PEOPLE = [
    [str(n + 1), name, id_no, f"1399123456{n}", ""]
    for n, (name, id_no) in enumerate(zip(["张三", "李四", "王五"], IDS, strict=True))
]


def book(fill: Callable[[Worksheet], None] | None = None, *, rows: list[list[Any]] | None = None) -> bytes:
    """Return an xlsx with a table of three people, changed by `fill`."""
    made = openpyxl.Workbook()
    page = made.worksheets[0]
    for row in rows or [HEAD, *PEOPLE]:
        page.append(row)
    if fill:
        fill(page)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(folder: Path, raw: bytes, name: str = "花名册.xlsx") -> RosterFile:
    path = folder / name
    path.write_bytes(raw)
    return read_roster(path)


def tables(folder: Path, raw: bytes, name: str = "花名册.xlsx") -> list[FoundTable]:
    return [table for one in read(folder, raw, name).sheets for table in find_tables(one)]


def drafts(table: FoundTable, **meanings: str) -> list[RowDraft]:
    """Return every row of a table as it would be imported."""
    targets = [one.target for one in propose(table.headers)]
    return [
        read_row(number, cells, targets=targets, headers=table.headers, said=table.said(number), meanings=meanings)
        for number, cells in table.rows
    ]


def in_memory(*rows: list[str], **facts: Any) -> list[FoundTable]:
    return find_tables(Sheet("表", Rows(rows), **facts))


def names_of(table: FoundTable) -> list[str]:
    place = next(place for place, one in enumerate(propose(table.headers)) if one.target == "person.name")
    return [plain(cells[place]) for _, cells in table.rows]


def test_case_05_a_formula_that_makes_an_id_is_read_by_its_result(tmp_path: Path) -> None:
    cell = f'<row r="2"><c r="A2" t="str"><f>"610100195307063017"</f><v>{IDS[0]}</v></c></row>'
    found = read(tmp_path, xlsx(sheet=sheet(inline(1, ("身份证号",)) + cell)))
    assert list(found.sheets[0].rows)[1] == [IDS[0]]


def test_case_05_a_formula_whose_result_was_never_saved_still_says_its_text(tmp_path: Path) -> None:
    cell = f'<row r="2"><c r="A2"><f>"{IDS[0]}"</f></c></row>'
    found = read(tmp_path, xlsx(sheet=sheet(inline(1, ("身份证号",)) + cell)))
    assert list(found.sheets[0].rows)[1] == [IDS[0]]


def test_case_23_two_decimals_tell_october_from_january(tmp_path: Path) -> None:
    def two_decimals(page: Worksheet) -> None:
        page["B2"].number_format = "0.00"

    found = read(tmp_path, book(two_decimals, rows=[["姓名", "退休时间"], ["张三", 2003.1], ["李四", 2003.1]]))
    cells = [row[1] for row in found.sheets[0].rows][1:]
    assert cells == ["2003.10", "\x012003.1"]


def test_case_23_the_id_tells_october_from_january(tmp_path: Path) -> None:
    october = "610100195310063018"
    table = in_memory(["姓名", "身份证号", "出生年月"], ["张三", october, "\x011953.1"], ["李四", "", "\x011953.1"])[0]
    first, second = drafts(table)
    assert first.outcome == "" and "birth_file" not in first.values
    assert [one.suggestion for one in second.problems if one.field == "birth_id"] == ["1953-01"]


def test_case_22_a_date_that_shows_year_and_month_has_no_day(tmp_path: Path) -> None:
    def month(page: Worksheet) -> None:
        page["B2"].number_format = 'yyyy"年"m"月"'
        page["B3"].number_format = "yyyy/m/d"

    day = datetime.date(1953, 7, 1)
    found = read(tmp_path, book(month, rows=[["姓名", "出生年月"], ["张三", day], ["李四", day]]))
    assert [row[1] for row in found.sheets[0].rows] == ["出生年月", "1953-07", "1953-07-01"]


def test_case_27_day_numbers_of_the_1904_system(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in (["姓名", "身份证号", "退休时间"], ["张三", IDS[0], 32694]):
        made.worksheets[0].append(row)
    out = io.BytesIO()
    made.save(out)
    table = tables(tmp_path, out.getvalue())[0]
    assert drafts(table)[0].values["retire_date"] == "1993-07-06"


def test_case_35_errors_and_formulas_without_a_result_name_their_cell(tmp_path: Path) -> None:
    rows = (
        inline(1, ("姓名", "身份证号", "现住址", "原单位"))
        + f'<row r="2"><c r="A2" t="inlineStr"><is><t>张三</t></is></c><c r="B2" t="inlineStr"><is><t>{IDS[0]}</t></is></c>'
        + '<c r="C2" t="e"><f>A9</f><v>#REF!</v></c><c r="D2"><f>VLOOKUP(A2,x,1)</f></c></row>'
    )
    draft = drafts(tables(tmp_path, xlsx(sheet=sheet(rows)))[0])[0]
    assert draft.outcome == "ask"
    assert "C2" in draft.problems[0].reason and "#REF!" in draft.problems[0].reason
    assert "D2" in draft.problems[1].reason


def test_case_36_a_blank_under_a_merged_cell_is_what_the_merged_cell_says() -> None:
    head = ["姓名", "身份证号", "原单位"]
    table = in_memory(head, ["张三", IDS[0], "秦川厂"], ["李四", IDS[1]], merged=((2, 2, 3, 2),))[0]
    assert [cells[2] for _, cells in table.rows] == ["秦川厂", "秦川厂"]


def test_case_37_title_rows_and_two_levels_of_header(tmp_path: Path) -> None:
    def merge(page: Worksheet) -> None:
        for area in ("A1:F1", "A2:F2", "D3:F3", "A3:A4", "B3:B4", "C3:C4"):
            page.merge_cells(area)

    rows = [
        ["某厂退休人员花名册"], ["填表日期：2026年1月"], ["序号", "姓名", "身份证号", "家庭联系人"],
        ["", "", "", "姓名", "关系", "电话"], ["1", "张三", IDS[0], "李四", "妻", "13991234567"],
    ]  # fmt: skip
    table = tables(tmp_path, book(merge, rows=rows))[0]
    assert table.headers == ("序号", "姓名", "身份证号", "家庭联系人/姓名", "家庭联系人/关系", "家庭联系人/电话")
    assert table.header_row == 3
    assert drafts(table)[0].contact == {
        "name": "李四",
        "relation": drafts(table)[0].contact["relation"],
        "phone": "13991234567",
    }


def test_case_37_three_levels_of_header() -> None:
    table = in_memory(
        ["序号", "姓名", "身份证号", "居住", "", "", "", ""],
        ["", "", "", "户口所在地", "", "长期居住地", "", ""],
        ["", "", "", "地址", "电话", "地址", "电话", "备注"],
        ["1", "张三", IDS[0], "甲", "33576726", "乙", "13991234567", ""],
        merged=((1, 3, 1, 6), (2, 3, 2, 4), (2, 5, 2, 6)),
    )[0]
    assert table.headers[3:] == (
        "居住/户口所在地/地址", "居住/户口所在地/电话", "居住/长期居住地/地址", "居住/长期居住地/电话", "备注",
    )  # fmt: skip
    assert len(table.rows) == 1


def test_case_38_two_columns_named_phone_are_told_apart_by_their_parent() -> None:
    table = in_memory(
        ["姓名", "身份证号", "户口所在地", "", "长期居住地", ""],
        ["", "", "地址", "电话", "地址", "电话"],
        ["张三", IDS[0], "甲", "33576726", "乙", "13991234567"],
    )[0]
    targets = dict(zip(table.headers, [one.target for one in propose(table.headers)], strict=True))
    assert targets["户口所在地/地址"] == "person.hukou_addr"
    assert targets["长期居住地/地址"] == "person.live_addr"
    assert targets["长期居住地/电话"] == "phone.number"


@pytest.mark.parametrize("word", ["身 份 证 号", "身份证号\n码", "公民身份号码", "身份证号码*"])
def test_case_39_variants_of_a_header(word: str) -> None:
    table = in_memory(["姓  名", word, "性别(男/女)"], ["张三", IDS[0], "男"])[0]
    assert [one.target for one in propose(table.headers)] == ["person.name", "person.id_no", "person.sex"]


@pytest.mark.parametrize("titles", range(6))
def test_case_40_the_header_stands_in_any_of_the_first_rows(titles: int) -> None:
    table = in_memory(*[[f"标题{n}"] for n in range(titles)], HEAD, *PEOPLE)[0]
    assert (table.header_row, len(table.rows)) == (titles + 1, 3)


def test_case_40_the_data_is_not_in_the_first_sheet(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0].append(["填表说明"])
    for title, people in (("一分厂", PEOPLE[:2]), ("Sheet1 (2)", PEOPLE[2:])):
        page = made.create_sheet(title)
        for row in (HEAD, *people):
            page.append(row)
    out = io.BytesIO()
    made.save(out)
    assert [(one.sheet, len(one.rows)) for one in tables(tmp_path, out.getvalue())] == [
        ("一分厂", 2),
        ("Sheet1 (2)", 1),
    ]


def test_case_41_headers_repeated_on_each_page_are_dropped() -> None:
    table = in_memory(["某厂花名册"], HEAD, PEOPLE[0], ["某厂花名册"], HEAD, *PEOPLE[1:])[0]
    assert names_of(table) == ["张三", "李四", "王五"]
    assert [why for _, why in table.dropped] == ["重复的标题", "重复的表头"]


@pytest.mark.parametrize(
    "line", [["合计", "共 4 人"], ["合计：4人"], ["", "合计", "4"], ["共4人"], ["总计", "", "", "", "4人"]]
)
def test_case_42_a_total_is_compared_and_is_nobody(line: list[str]) -> None:
    table = in_memory(HEAD, *PEOPLE, ["制表人：赵六", "", "审核人：钱七"], ["填表日期：2026.1.1"], line)[0]
    assert names_of(table) == ["张三", "李四", "王五"]
    assert table.control_total == 4
    assert "表里写共 4 人，实际读到 3 行" in table.notes


def test_case_42_a_total_that_is_right_says_nothing_and_parts_are_no_total() -> None:
    table = in_memory(HEAD, PEOPLE[0], ["小计", "1人"], *PEOPLE[1:], ["小计", "2人"], ["合计", "3人"])[0]
    assert (table.control_total, table.notes, len(table.rows)) == (3, (), 3)


def test_case_42_a_person_whose_remark_looks_like_a_footer_stays() -> None:
    odd = ["4", "赵六", "", "", "负责人：本厂说明"]
    table = in_memory(HEAD, *PEOPLE, odd, ["5", "共和平", "", "", ""])[0]
    assert names_of(table) == ["张三", "李四", "王五", "赵六", "共和平"]


def test_case_43_hidden_rows_and_columns_are_read_reported_and_asked(tmp_path: Path) -> None:
    def hide(page: Worksheet) -> None:
        page.row_dimensions[3].hidden = True
        page.column_dimensions["D"].hidden = True

    table = tables(tmp_path, book(hide))[0]
    assert len(table.rows) == 3
    assert "隐藏行 1 行（第 3 行），已一并读入，请确认要不要" in table.notes
    assert "隐藏列 1 列（D），已一并读入" in table.notes
    assert [(one.mark, one.rows) for one in table.questions] == [(HIDDEN, (3,))]
    assert [one.outcome for one in drafts(table)] == ["", "", ""]
    assert [one.outcome for one in drafts(table, hidden="skip")] == ["", "reject", ""]


def test_case_44_red_struck_and_yellow_rows_are_asked_once(tmp_path: Path) -> None:
    def paint(page: Worksheet) -> None:
        for cell in page[2]:
            cell.font = Font(color="FFFF0000")
        page["B3"].font = Font(strike=True)
        for cell in page[4]:
            cell.fill = PatternFill("solid", fgColor="FFFFFF00")

    table = tables(tmp_path, book(paint))[0]
    assert [(one.mark, one.rows) for one in table.questions] == [(STRUCK, (3,)), (RED, (2,)), (YELLOW, (4,))]
    assert [one.outcome for one in drafts(table)] == ["ask", "ask", "ask"]
    answered = drafts(table, red="death", struck="skip", yellow="party")
    assert [(one.outcome, one.proposal) for one in answered] == [("ask", "death"), ("reject", ""), ("", "")]
    assert answered[2].values["political"] == "01"


def test_case_44_colour_that_is_only_decoration_is_not_asked(tmp_path: Path) -> None:
    def paint(page: Worksheet) -> None:
        for row in page.iter_rows():
            for cell in row:
                cell.fill = PatternFill("solid", fgColor="FFFFFF00")

    assert tables(tmp_path, book(paint))[0].questions == ()


def test_case_44_styles_of_an_old_xls(tmp_path: Path) -> None:
    import xlwt

    made = xlwt.Workbook()
    page = made.add_sheet("表")
    looks = [None, "font: colour red", "font: struck_out on", "pattern: pattern solid, fore_colour yellow"]
    for place, (row, look) in enumerate(zip([HEAD, *PEOPLE], looks, strict=True)):
        for column, text in enumerate(row):
            page.write(place, column, text, xlwt.easyxf(look)) if look else page.write(place, column, text)
    page.row(2).hidden = True
    page.col(4).hidden = True
    out = io.BytesIO()
    made.save(out)
    table = tables(tmp_path, out.getvalue(), "旧.xls")[0]
    assert {row: set(marks) for row, marks in table.marks.items()} == {2: {RED}, 3: {STRUCK, HIDDEN}, 4: {YELLOW}}
    assert "隐藏列 1 列（E），已一并读入" in table.notes


def test_case_45_a_comment_goes_to_the_remarks_and_proposes_the_death(tmp_path: Path) -> None:
    def note(page: Worksheet) -> None:
        page["B3"].comment = Comment("经办:\n2021.3 去世", "经办")

    found = drafts(tables(tmp_path, book(note))[0])
    assert (found[1].outcome, found[1].proposal) == ("ask", "death")
    assert found[1].values["remark"] == "批注：2021.3 去世"
    assert found[0].outcome == ""


@pytest.mark.parametrize(
    ("remark", "proposed"),
    [
        ("已故2020.5", "登记死亡（2020年5月）"),
        ("随子女住上海", "登记异地居住"),
        ("失联", "登记失联"),
        ("精神二级", "加人员类别：认知或精神障碍"),
        ("劳模", "加人员类别：劳模"),
    ],
)
def test_case_46_a_remark_proposes_and_is_kept(remark: str, proposed: str) -> None:
    draft = drafts(in_memory(HEAD, [*PEOPLE[0][:4], remark])[0])[0]
    assert draft.outcome == "ask"
    assert [one.suggestion for one in draft.problems] == [proposed]
    assert draft.values["remark"] == remark


@pytest.mark.parametrize("remark", ["配偶已故", "老伴2019年去世", "非劳模", "居住上林街道"])
def test_case_46_words_about_others_propose_nothing(remark: str) -> None:
    assert drafts(in_memory(HEAD, [*PEOPLE[0][:4], remark])[0])[0].outcome == ""


def test_case_47_two_people_side_by_side_are_two() -> None:
    half = ["序号", "姓名", "身份证号"]
    found = in_memory(
        ["某厂花名册（共 4 人）"], [*half, "", *half],
        ["1", "张三", IDS[0], "", "3", "王五", IDS[2]], ["2", "李四", IDS[1]],
    )  # fmt: skip
    assert [names_of(one) for one in found] == [["张三", "李四"], ["王五"]]
    assert [one.headers for one in found] == [tuple(half)] * 2
    assert found[1].columns == (4, 5, 6)
    assert "表里写共 4 人，实际读到 3 行" in found[0].notes


def test_case_47_three_columns_and_no_gap() -> None:
    half = ["姓名", "性别", "身份证号"]
    row = [cell for name, sex, id_no in zip("甲乙丙", "男女女", IDS, strict=True) for cell in (f"张{name}", sex, id_no)]
    found = in_memory(half * 3, row)
    assert [names_of(one) for one in found] == [["张甲"], ["张乙"], ["张丙"]]


def test_case_47_a_contact_beside_a_person_is_no_second_person() -> None:
    found = in_memory(["姓名", "身份证号", "性别", "姓名", "电话"], ["张三", IDS[0], "男", "李四", "13991234567"])
    assert len(found) == 1


def test_case_48_the_spouses_line_joins_the_person_above() -> None:
    table = in_memory(HEAD, PEOPLE[0], ["", "李梅", "", "13900000001", ""], *PEOPLE[1:])[0]
    assert names_of(table) == ["张三", "李四", "王五"]
    first = drafts(table)[0]
    assert (first.values["spouse_name"], first.values["spouse_phone"]) == ("李梅", "13900000001")
    assert (3, "第 2 行的配偶，已并入") in table.dropped


def test_case_48_two_tables_below_each_other_are_two() -> None:
    found = in_memory(
        ["一分厂"],
        HEAD,
        *PEOPLE[:2],
        [],
        ["二分厂"],
        ["姓名", "性别", "身份证号码", "现住址"],
        ["王五", "男", IDS[2], "3号楼"],
    )
    assert [names_of(one) for one in found] == [["张三", "李四"], ["王五"]]


HTML = (
    "<html><meta charset=gb2312><table><tr><td colspan=2>花名册</td></tr><tr><td>姓名</td><td>身份证号</td></tr>"
    f"<tr><td>张三</td><td x:str>{IDS[0]}</td></tr></table></html>"
)
XML_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="甲"><Table><Row><Cell><Data ss:Type="String">姓名'
    '</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">身份证号</Data></Cell></Row><Row ss:Hidden="1"><Cell><Data ss:Type='
    f'"String">张三</Data><Comment><Data>批注</Data></Comment></Cell><Cell ss:Index="3"><Data ss:Type="String">{IDS[0]}</Data></Cell></Row>'
    '</Table></Worksheet><Worksheet ss:Name="乙"><Table><Row><Cell><Data ss:Type="Number">1953.1</Data></Cell></Row></Table></Worksheet></Workbook>'
)


def test_case_49_html_and_xml_saved_as_xls(tmp_path: Path) -> None:
    found = read(tmp_path, HTML.encode("gb18030"), "网页.xls")
    assert [list(row) for row in found.sheets[0].rows] == [["花名册"], ["姓名", "身份证号"], ["张三", IDS[0]]]
    first, second = read(tmp_path, XML_2003.encode(), "旧.xls").sheets
    assert (first.name, [list(row) for row in first.rows]) == ("甲", [["姓名", "", "身份证号"], ["张三", "", IDS[0]]])
    assert (first.hidden_rows, first.comments) == ({2}, {(2, 0): "批注"})
    assert list(second.rows) == [["\x011953.1"]]


@pytest.mark.parametrize("make", [xlsx, xls, ods], ids=["xlsx", "xls", "ods"])
@pytest.mark.parametrize("name", ["表.csv", "表.et", "表"])
def test_case_49_the_content_decides_and_not_the_name(make: Callable[[], bytes], name: str, tmp_path: Path) -> None:
    assert next(iter(read(tmp_path, make(), name).sheets[0].rows))[0] == "姓名"


def test_case_49_an_ods_calamine_cannot_read_is_read_by_our_own() -> None:
    from desktop.roster.slow_ods import ods_sheets

    body = ods_row(HEAD) + ods_row(PEOPLE[0]) * 2 + '<table:table-row table:number-rows-repeated="1048000"/>'
    assert [(name, rows) for name, rows in ods_sheets(ods(body))] == [("花名册", [HEAD, PEOPLE[0][:4], PEOPLE[0][:4]])]
    without_type = zipped({"content.xml": zipfile.ZipFile(io.BytesIO(ods(body))).read("content.xml")})
    assert [len(list(one.rows)) for one in _sheets(without_type, slow=False)] == [3]


def test_case_49_a_strict_workbook(tmp_path: Path) -> None:
    content = {name: str(body).replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", STRICT).replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ) for name, body in parts().items()}  # fmt: skip
    found = read(tmp_path, zipped(content))
    assert [len(row) for row in found.sheets[0].rows] == [3, 3]


TEXT = "姓名,身份证号\n张三," + IDS[0] + "\n𠮷四䶮," + IDS[1] + "\n"


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("gb18030", b""), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""), ("utf-16-be", b""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_case_50_text_of_every_encoding_and_separator(
    encoding: str, mark: bytes, separator: str, tmp_path: Path
) -> None:
    raw = mark + TEXT.replace(",", separator).replace("\n", "\r\n").encode(encoding)
    rows = [row for one in _sheets(raw, slow=False) for row in one.rows]
    assert rows == [["姓名", "身份证号"], ["张三", IDS[0]], ["𠮷四䶮", IDS[1]]]


def test_case_50_a_text_file_through_the_child(tmp_path: Path) -> None:
    found = read(tmp_path, TEXT.encode("gb18030"), "花名册.txt")
    assert [list(row) for row in found.sheets[0].rows][2] == ["𠮷四䶮", IDS[1]]


def test_case_52_private_use_characters_of_old_gb18030_come_back() -> None:
    old = b"\xfe\x9f\xfe\x59\xfe\xa0".decode("gb18030")
    table = in_memory(["姓名", "身份证号"], [f"张{old}", IDS[0]], ["李\ue863\ue816", IDS[1]])[0]
    assert [one.values["name"] for one in drafts(table)] == ["张䶮龴龻", "李䶮𠂇"]


def test_case_69_blank_formatted_rows_cost_nothing(tmp_path: Path) -> None:
    blank = "".join(
        f'<row r="{n}" spans="1:9" ht="20" customHeight="1"><c r="A{n}" s="0"/></row>' for n in range(4, 200_000)
    )
    found = read(
        tmp_path, xlsx(sheet=sheet("".join(inline(n, row) for n, row in enumerate([HEAD, *PEOPLE][:3], 1)) + blank))
    )
    assert len(found.sheets[0].rows) == 3
    assert found.sheets[0].notes == ()


def test_case_69_a_person_behind_blank_rows_is_not_lost(tmp_path: Path) -> None:
    far = inline(30_000, PEOPLE[2])
    found = read(tmp_path, xlsx(sheet=sheet(inline(1, HEAD) + inline(2, PEOPLE[0]) + far)))
    assert names_of(find_tables(found.sheets[0])[0]) == ["张三", "王五"]


@pytest.mark.long
def test_case_69_a_sheet_of_exactly_65536_rows_warns(tmp_path: Path) -> None:
    found = read(tmp_path, xls([["姓名"], *[["张三"]] * 65_535]), "满.xls")
    assert found.sheets[0].notes == ("表正好 65536 行，后面的人可能被表格软件截掉了，请核对人数",)


@pytest.mark.parametrize("name", ["退休 人员（1）.xlsx", "名" * 70 + ".xlsx", "花名册(1).xlsx"])
def test_case_70_long_and_chinese_names_and_the_same_file_again(name: str, station: Station, tmp_path: Path) -> None:
    raw = book()
    (tmp_path / "a.xlsx").write_bytes(raw)
    (tmp_path / name).write_bytes(raw)
    rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[tmp_path / "a.xlsx"]))
    again = rosters.preview_roster(station, paths=[tmp_path / name])
    assert again.tables[0].seen_at


def test_case_70_a_file_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="找不到文件"):
        read_roster(tmp_path / "没有.xlsx")


def test_two_readers_that_differ_are_said_and_nothing_is_swallowed() -> None:
    trimmer = Trimmer(SheetFacts(valued_rows={1, 2, 4}, last_row=4))
    assert list(trimmer.rows([["姓名"], ["张三"], ["李四"]])) == [["姓名"], ["张三"], ["李四"]]
    assert trimmer.notes() == ["两种读法读到的行数不一样（第 3、4 行），请对照原表核对"]
