"""The check form (核对表) to go through with a retiree and sign: A4, large print, a line to write under each item."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.progress import Report, silent
from desktop.printing.fonts import BOLD, LEADING, REGULAR, draw, fit_lines, width_of
from desktop.printing.paper_style import (
    LARGE_BODY,
    LARGE_FORM,
    LARGE_NOTE,
    LARGE_TITLE,
    RULE,
    Document,
    check_texts,
    draw_foot,
    draw_signatures,
    draw_title,
    line,
)

ITEMS_ON_A_PAGE = 10
_SHEET = LARGE_FORM
_ROW = 21 * mm
_LABEL = 36 * mm
_SMALLEST = 11.0
_SIGNATURES = ("本人或委托人签字：", "核对人：", "社区（盖章）：")
_TITLE = "国有企业退休人员信息核对表"


@dataclass(frozen=True, slots=True)
class CheckForm:
    """One person's form: label and value of each item."""

    name: str
    person_no: str
    community: str
    made: str
    items: Sequence[tuple[str, str]]


def check_forms_pdf(forms: Sequence[CheckForm], *, report: Report = silent) -> bytes:
    """Return everyone's forms as one PDF; raises PrintError for a character no font has, naming the person."""
    for form in forms:
        check_texts((form.name, form.community, *(value for _, value in form.items)), whose=form.name)
    document = Document(_SHEET, title="信息核对表")
    for number, form in enumerate(forms):
        report(number, len(forms), "制作核对表")
        pages = [form.items[at : at + ITEMS_ON_A_PAGE] for at in range(0, len(form.items), ITEMS_ON_A_PAGE)] or [()]
        for place, items in enumerate(pages, start=1):
            _draw_page(document.canvas, form, items, place=(place, len(pages)))
            document.end_page()
    return document.content()


def _draw_page(canvas: Canvas, form: CheckForm, items: Sequence[tuple[str, str]], *, place: tuple[int, int]) -> None:
    y = draw_title(canvas, _SHEET, _TITLE, size=LARGE_TITLE)
    name = f"姓名：{form.name}"
    lines, size = fit_lines(name, BOLD, width=82 * mm, height=LARGE_BODY * 1.05, largest=LARGE_BODY, smallest=_SMALLEST)
    for number, words in enumerate(lines):
        draw(canvas, _SHEET.left, y - 12 * mm - number * size * LEADING, words, font=BOLD, size=size)
    draw(canvas, _SHEET.left + 85 * mm, y - 12 * mm, f"人员编号：{form.person_no}", size=14)
    y -= 17 * mm
    for label, value in items:
        _draw_item(canvas, label, value, top=y)
        y -= _ROW
    line(canvas, _SHEET.left, y, _SHEET.edge)
    draw_signatures(canvas, _SHEET, _SIGNATURES, y=_SHEET.bottom, size=LARGE_NOTE)
    foot = f"{form.community}　{form.made}　　核对日期：　　　　年　　月　　日"
    draw_foot(canvas, _SHEET, foot, place=place, size=11)


def _draw_item(canvas: Canvas, label: str, value: str, *, top: float) -> None:
    """Draw what is kept in large type, and under it the boxes and the line to write on."""
    line(canvas, _SHEET.left, top, _SHEET.edge, width=RULE)
    names, size = fit_lines(label, BOLD, width=_LABEL - 2 * mm, height=10 * mm, largest=13, smallest=8)
    for number, words in enumerate(names):
        draw(canvas, _SHEET.left, top - 7.5 * mm - number * size * LEADING, words, font=BOLD, size=size)
    width = _SHEET.width - _LABEL
    shown = value or "（未填）"
    lines, size = fit_lines(shown, REGULAR, width=width, height=13 * mm, largest=LARGE_BODY, smallest=_SMALLEST)
    first = top - (7.5 * mm if len(lines) == 1 else 1 * mm + size)
    for number, words in enumerate(lines):
        draw(canvas, _SHEET.left + _LABEL, first - number * size * LEADING, words, size=size)
    low = top - 18 * mm
    boxes = "□ 一致　　□ 不一致，应为："
    draw(canvas, _SHEET.left + _LABEL, low, boxes, size=LARGE_NOTE)
    start = _SHEET.left + _LABEL + width_of(boxes, REGULAR, LARGE_NOTE) + 2 * mm
    line(canvas, start, low - 1 * mm, _SHEET.edge)
