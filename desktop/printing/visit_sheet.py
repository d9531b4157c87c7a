"""The visit sheet (走访记录表) to take along: what is known of the person in print, lines for what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.progress import Report, silent
from desktop.printing.card import draw_code
from desktop.printing.fonts import BOLD, REGULAR, draw, width_of
from desktop.printing.paper_style import (
    BODY,
    LARGE_FORM,
    LARGE_NOTE,
    LARGE_TITLE,
    NOTE,
    SMALLEST,
    Document,
    check_texts,
    draw_cell,
    draw_foot,
    draw_signatures,
    draw_title,
    line,
)
from desktop.printing.qr_codes import code_of, side_of, to_dot
from desktop.printing.text_boxes import Box

_SHEET = LARGE_FORM
_CODE = 26 * mm
_DPI = 300
_ROW = 10 * mm
_LABEL = 24 * mm
_WRITTEN = (("身体状况", 3), ("生活与安全", 3), ("诉求与承诺", 3))
_LINE = 9.5 * mm
_GIFTS = "慰问品：＿＿＿＿＿＿＿＿＿＿　慰问金：＿＿＿＿＿元　来源：＿＿＿＿＿＿＿＿"
_CHANGED = "信息有变化：□ 电话　□ 住址　□ 联系人　□ 其他　改为："
_NEXT = "下次走访：　　　　年　　月　　日　　联系卡：□ 已有　□ 要补发"
_WHEN = "走访日期：　　　　年　　月　　日　　走访人："
_BLANK_HEAD = "姓名：＿＿＿＿＿＿＿＿　编号：＿＿＿＿＿＿＿＿＿＿"


@dataclass(frozen=True, slots=True)
class VisitSheet:
    """One visit to make: label and value pairs of the person, two to a line; no person for a blank sheet."""

    org: str
    made: str
    methods: Sequence[str]
    name: str = ""
    person_no: str = ""
    known: Sequence[tuple[str, str]] = ()
    last: str = ""  # what was found and promised last time


def visit_sheets_pdf(sheets: Sequence[VisitSheet], *, report: Report = silent) -> bytes:
    """Return a page for each visit; raises PrintError naming a person and the character no font has."""
    for sheet in sheets:
        check_texts((sheet.name, sheet.last, *(value for _, value in sheet.known)), whose=sheet.name)
    document = Document(_SHEET, title="走访记录表")
    for number, sheet in enumerate(sheets):
        report(number, len(sheets), "制作走访记录表")
        _draw(document.canvas, sheet)
        document.end_page()
    return document.content()


def _draw(canvas: Canvas, sheet: VisitSheet) -> None:
    y = draw_title(canvas, _SHEET, "退休人员走访记录表", size=LARGE_TITLE) - 10 * mm
    if sheet.person_no:
        side = side_of(code_of(sheet.person_no), room=_CODE, dpi=_DPI)
        at = Box(to_dot(_SHEET.edge - side, _DPI), to_dot(y - side + 6 * mm, _DPI), side, side)
        draw_code(canvas, sheet.person_no, at)
    y = _known(canvas, sheet, y)
    y = _asked(canvas, sheet, y)
    for label, lines in _WRITTEN:
        draw(canvas, _SHEET.left, y, label, font=BOLD, size=LARGE_NOTE)
        for place in range(lines):
            line(canvas, _SHEET.left + _LABEL, y - place * _LINE - 1 * mm, _SHEET.edge)
        y -= lines * _LINE + 3 * mm
    draw(canvas, _SHEET.left, y, _GIFTS, size=LARGE_NOTE)
    draw(canvas, _SHEET.left, y - _LINE, _CHANGED, size=LARGE_NOTE)
    start = _SHEET.left + width_of(_CHANGED, REGULAR, LARGE_NOTE)
    line(canvas, start, y - _LINE - 1 * mm, _SHEET.edge)
    draw(canvas, _SHEET.left, y - 2 * _LINE, _NEXT, size=LARGE_NOTE)
    draw_signatures(canvas, _SHEET, ("本人或家属签字：", "走访人签字："), y=_SHEET.bottom, size=LARGE_NOTE)
    draw_foot(canvas, _SHEET, f"{sheet.org}　{sheet.made}")


def _known(canvas: Canvas, sheet: VisitSheet, y: float) -> float:
    """Draw what the register holds, or lines to write it on; return where it ends."""
    head = f"姓名：{sheet.name}　　编号：{sheet.person_no}" if sheet.name else _BLANK_HEAD
    box = (_SHEET.left, y - 8 * mm, _SHEET.width - _CODE - 3 * mm, 9 * mm)
    draw_cell(canvas, head, box, font=BOLD, sizes=(14, 8), framed=False)
    low = y - 20 * mm
    half = _SHEET.width / 2
    for place, (label, value) in enumerate(sheet.known):
        if place % 2 == 0 and place:
            low -= _ROW
        x = _SHEET.left + place % 2 * half
        draw_cell(canvas, label, (x, low - _ROW, _LABEL, _ROW), font=BOLD, sizes=(BODY, 7))
        draw_cell(canvas, value, (x + _LABEL, low - _ROW, half - _LABEL, _ROW), sizes=(BODY, SMALLEST))
    low -= _ROW
    if sheet.last:
        draw_cell(canvas, "上次走访", (_SHEET.left, low - _ROW, _LABEL, _ROW), font=BOLD, sizes=(BODY, 7))
        box = (_SHEET.left + _LABEL, low - _ROW, _SHEET.width - _LABEL, _ROW)
        draw_cell(canvas, sheet.last, box, sizes=(NOTE, SMALLEST))
        low -= _ROW
    return low - 9 * mm


def _asked(canvas: Canvas, sheet: VisitSheet, y: float) -> float:
    """Draw when, who and how."""
    draw(canvas, _SHEET.left, y, _WHEN, size=LARGE_NOTE)
    start = _SHEET.left + width_of(_WHEN, REGULAR, LARGE_NOTE)
    line(canvas, start, y - 1 * mm, _SHEET.edge)
    ways = "走访方式：" + "　".join(f"□ {one}" for one in sheet.methods)
    draw_cell(
        canvas, ways, (_SHEET.left - 1.5 * mm, y - 11 * mm, _SHEET.width + 3 * mm, 8 * mm), sizes=(LARGE_NOTE, 7),
        framed=False,
    )  # fmt: skip
    return y - 18 * mm
