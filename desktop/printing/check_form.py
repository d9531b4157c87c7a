"""The check form (核对表) to go through with a retiree and sign: A4, large print, a line to write under each item."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.progress import Report, silent
from desktop.printing.fonts import BOLD, REGULAR, draw, fitted, register_fonts, runs_of, width_of

LEFT, RIGHT, TOP = 18 * mm, 15 * mm, 20 * mm
ITEMS_ON_A_PAGE = 10
_ROW = 21 * mm
_LABEL = 36 * mm
_VALUE = 17.0  # points: old eyes read it at arm's length
_SMALLEST = 11.0
_SIGNATURES = ("本人或委托人签字：", "核对人：", "社区（盖章）：")


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
    register_fonts()
    for form in forms:
        for text in (form.name, *(value for _, value in form.items)):
            runs_of(text, REGULAR, whose=form.name)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle("信息核对表")
    for number, form in enumerate(forms):
        report(number, len(forms), "制作核对表")
        pages = [form.items[at : at + ITEMS_ON_A_PAGE] for at in range(0, len(form.items), ITEMS_ON_A_PAGE)] or [()]
        for place, items in enumerate(pages, start=1):
            _draw_page(canvas, form, items, place=(place, len(pages)))
            canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw_page(canvas: Canvas, form: CheckForm, items: Sequence[tuple[str, str]], *, place: tuple[int, int]) -> None:
    title = "国有企业退休人员信息核对表"
    y = A4[1] - TOP
    draw(canvas, (A4[0] - width_of(title, BOLD, 20)) / 2, y, title, font=BOLD, size=20)
    lines, size = fitted(form.name, BOLD, width=60 * mm, largest=_VALUE, smallest=_SMALLEST)
    draw(canvas, LEFT, y - 12 * mm, f"姓名：{lines[0]}", font=BOLD, size=size)
    draw(canvas, LEFT + 85 * mm, y - 12 * mm, f"人员编号：{form.person_no}", size=14)
    y -= 17 * mm
    for label, value in items:
        _draw_item(canvas, label, value, top=y)
        y -= _ROW
    canvas.setLineWidth(0.5)
    canvas.line(LEFT, y, A4[0] - RIGHT, y)
    foot = 24 * mm
    for text, x in zip(_SIGNATURES, (LEFT, LEFT + 75 * mm, LEFT + 122 * mm), strict=True):
        draw(canvas, x, foot, text, size=12)
    draw(canvas, LEFT, foot - 10 * mm, f"{form.community}　{form.made}　　核对日期：　　　　年　　月　　日", size=11)
    count = f"第 {place[0]} 页　共 {place[1]} 页"
    draw(canvas, A4[0] - RIGHT - width_of(count, REGULAR, 10), foot - 10 * mm, count, size=10)


def _draw_item(canvas: Canvas, label: str, value: str, *, top: float) -> None:
    """Draw what is kept in large type, and under it the boxes and the line to write on."""
    canvas.setLineWidth(0.5)
    canvas.line(LEFT, top, A4[0] - RIGHT, top)
    names, size = fitted(label, BOLD, width=_LABEL - 2 * mm, largest=13, smallest=8)
    draw(canvas, LEFT, top - 7.5 * mm, names[0], font=BOLD, size=size)
    width = A4[0] - RIGHT - LEFT - _LABEL
    lines, size = fitted(value or "（未填）", REGULAR, width=width, largest=_VALUE, smallest=_SMALLEST)
    for number, line in enumerate(lines):
        draw(canvas, LEFT + _LABEL, top - 7.5 * mm - number * size * 1.15, line, size=size)
    low = top - 18 * mm
    draw(canvas, LEFT + _LABEL, low, "□ 一致　　□ 不一致，应为：", size=12)
    start = LEFT + _LABEL + width_of("□ 一致　　□ 不一致，应为：", REGULAR, 12) + 2 * mm
    canvas.line(start, low - 1 * mm, A4[0] - RIGHT, low - 1 * mm)
