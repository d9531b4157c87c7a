"""Forms as other offices send them, made with openpyxl and python-docx: one person a sheet, and lists."""

import io
from pathlib import Path

from docx import Document
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

_THIN = Side(style="thin")
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def person_xlsx(path: Path) -> Path:
    """A one-page form: merged cells, boxes of an id number, boxes to tick, a small table of kin, a blank, a mark."""
    book = Workbook()
    sheet = book.active
    sheet.title = "登记表"
    sheet.merge_cells("A1:S1")
    sheet["A1"] = "企业退休人员登记表"
    sheet["A1"].font = Font(name="宋体", size=18, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center")
    for spot, text in (
        ("A2", "姓 名"), ("D2", "性别"), ("G2", "出生年月"), ("A3", "身份证号"), ("A4", "家庭住址"), ("A5", "政治面貌"),
        ("D5", "□中共党员 □群众"), ("A6", "第一联系人"), ("B6", "姓名"), ("E6", "电话"), ("A8", "称谓"), ("B8", "姓名"),
        ("C8", "联系电话"), ("A11", "编号：{{人员编号}}"), ("A12", "填表人：____________　填表日期：____年__月__日"),
        ("A13", "社区（盖章）："), ("A14", "照片"),
    ):  # fmt: skip
        sheet[spot] = text
    for merged in ("B2:C2", "E2:F2", "H2:S2", "B4:S4", "B5:C5", "D5:S5", "A6:A7", "C6:D6", "F6:S6", "A12:S12"):
        sheet.merge_cells(merged)
    sheet["B7"], sheet["E7"] = "工作单位", "地址"
    sheet.merge_cells("C7:D7")
    sheet.merge_cells("F7:S7")
    for row in sheet.iter_rows(min_row=2, max_row=10, max_col=19):
        for cell in row:
            cell.border = BOX
    sheet["B2"].fill = PatternFill("solid", start_color="FFFF00")
    sheet["B2"].font = Font(name="楷体", size=14)
    sheet.column_dimensions["A"].width = 12.5
    sheet.row_dimensions[4].height = 31
    sheet.page_setup.orientation = "landscape"
    sheet.print_area = "A1:S13"
    book.save(path)
    return path


def list_xlsx(path: Path, *, blanks: int = 3) -> Path:
    """A list with headings on two lines, numbered blank rows, a sum and signatures under them."""
    book = Workbook()
    sheet = book.active
    sheet.title = "6月"
    sheet.merge_cells("A1:G1")
    sheet["A1"] = "慰问金发放表"
    sheet["A2"] = "填报单位：________　　填报日期：________"
    for spot, text in (("A3", "序号"), ("B3", "姓名"), ("C3", "身份证号码"), ("D3", "家庭联系人"), ("F3", "金额"), ("G3", "签字"),
                       ("D4", "姓名"), ("E4", "电话")):  # fmt: skip
        sheet[spot] = text
    for merged in ("A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4", "G3:G4"):
        sheet.merge_cells(merged)
    last = 4 + blanks
    for row in range(5, last + 1):
        sheet.cell(row, 1, row - 4)
        sheet.row_dimensions[row].height = 28
        for column in range(1, 8):
            sheet.cell(row, column).border = BOX
    foot = last + 1
    sheet.cell(foot, 1, "合计")
    sheet.merge_cells(start_row=foot, end_row=foot, start_column=1, end_column=5)
    sheet.cell(foot, 6, f"=SUM(F5:F{last})")
    sheet.cell(foot + 1, 1, "制表人：____ 审核人：____")
    sheet.print_area = f"A1:G{foot + 1}"
    book.save(path)
    return path


def person_docx(path: Path) -> Path:
    """A letter with marks, blanks and a table."""
    document = Document()
    document.add_heading("介绍信", 0)
    line = document.add_paragraph()
    for text, bold in (("兹有 ", False), ("{{姓", True), ("名}}", True), (" 同志，身份证号：", False)):
        line.add_run(text).bold = bold
    blank = line.add_run(" " * 20)
    blank.underline = True
    line.add_run("，性别：□男 □女。")
    table = document.add_table(rows=3, cols=4)
    table.style = "Table Grid"
    for spot, text in (((0, 0), "姓名"), ((0, 2), "出生日期"), ((1, 0), "现住址"), ((2, 0), "联系电话")):
        table.cell(*spot).text = text
    table.cell(1, 1).merge(table.cell(1, 3))
    paragraph = table.cell(0, 1).paragraphs[0]
    run = paragraph.add_run("")
    run.font.size = Pt(16)
    run.font.bold = True
    document.save(str(path))
    return path


def list_docx(path: Path) -> Path:
    """A list in Word: a row of headings and two blank rows."""
    document = Document()
    document.add_paragraph("党员名单")
    table = document.add_table(rows=3, cols=4)
    table.style = "Table Grid"
    for column, text in enumerate(("序号", "姓名", "性别", "联系电话")):
        table.cell(0, column).text = text
    document.add_paragraph("制表人：")
    document.save(str(path))
    return path


def docx_text(content: bytes) -> str:
    """Return everything a document says, tables too."""
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])
