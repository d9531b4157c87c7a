"""Papers that go with contact cards: slips to sign when a card is handed over, the ruler page of a printer."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.progress import Report, silent
from desktop.printing.card_sheets import Drift
from desktop.printing.fonts import BOLD, REGULAR, draw, width_of
from desktop.printing.paper_style import (
    BODY,
    FORM,
    FRAME,
    HAIR,
    LARGE_NOTE,
    NOTE,
    RULE,
    SUBTITLE,
    Document,
    Sheet,
    check_texts,
    draw_foot,
    draw_signatures,
    draw_title,
    line,
)
from desktop.printing.text_boxes import Box, Piece, stacked

_HANDED = "已将联系卡一张交给本人，并讲明卡上的服务内容和联系电话。卡丢失请及时告诉社区，不要转借他人。"
_SLIPS = 3  # on a page
_SLIP = Sheet(FORM.page, FORM.left, FORM.right, 12 * mm, 12 * mm)
_CROSS = 20 * mm  # from the upper left corner
RULER_ACROSS, RULER_DOWN = 150, 200  # millimetres from the cross


@dataclass(frozen=True, slots=True)
class Receipt:
    """One card handed over."""

    name: str
    person_no: str
    card_no: str
    issued_on: str
    serial: int
    org: str
    issued_by: str


def receipts_pdf(slips: Sequence[Receipt], *, report: Report = silent) -> bytes:
    """Return a slip a card, three on a page to cut apart; raises PrintError naming a person and his rare character."""
    for slip in slips:
        check_texts((slip.name, slip.org, slip.issued_by), whose=slip.name)
    document = Document(_SLIP, title="联系卡领取单")
    height = (_SLIP.page[1] - _SLIP.top - _SLIP.bottom) / _SLIPS
    pages = [slips[at : at + _SLIPS] for at in range(0, len(slips), _SLIPS)]
    for number, page in enumerate(pages):
        report(number * _SLIPS, len(slips), "制作领取单")
        for place, slip in enumerate(page):
            _draw_slip(document.canvas, slip, top=_SLIP.head - place * height, height=height)
        document.end_page()
    return document.content()


def _draw_slip(canvas: Canvas, slip: Receipt, *, top: float, height: float) -> None:
    draw_title(canvas, _SLIP, "退休人员社会化管理服务联系卡领取单", size=SUBTITLE, y=top - 10 * mm)
    body = Box(_SLIP.left, top - 48 * mm, _SLIP.width, 32 * mm)
    pieces = [
        Piece(f"领卡人：{slip.name}　　人员编号：{slip.person_no}", BOLD, LARGE_NOTE, 8, "姓名"),
        Piece(f"卡号：{slip.card_no}　　发卡日期：{slip.issued_on}　　登记序号：{slip.serial}", REGULAR, LARGE_NOTE, 8),
        Piece(slip.org + _HANDED, REGULAR, LARGE_NOTE, 8, "社区名称"),
    ]  # fmt: skip
    for one in stacked(pieces, body, whose=slip.name):
        draw(canvas, one.x, one.y, one.text, font=one.font, size=one.size)
    draw_signatures(
        canvas, _SLIP, ("领卡人（代领人）签字：", f"发卡人：{slip.issued_by}", "日期："), y=top - 62 * mm, size=BODY
    )
    draw(
        canvas,
        _SLIP.left,
        top - 72 * mm,
        "代领的请写明与本人关系：＿＿＿＿＿＿　联系电话：＿＿＿＿＿＿＿＿＿＿",
        size=NOTE,
    )
    canvas.setDash(3, 3)
    line(canvas, _SLIP.left, top - height + 2 * mm, _SLIP.edge, width=HAIR)
    canvas.setDash()


def ruler_pdf(*, printer: str, drift: Drift) -> bytes:
    """Return the page that shows how a printer puts things down, drawn as `drift` corrects it.

    A cross at 20 mm from the left and upper edge, a ruler of 150 mm across and one of 200 mm down from it.
    """
    document = Document(FORM, title="打印机校准页")
    canvas = document.canvas
    spot = drift.corrected(Box(_CROSS, FORM.page[1] - _CROSS, 0, 0), FORM.page)
    _ruler(canvas, spot.x, spot.y, mm / drift.across, RULER_ACROSS, is_across=True)
    _ruler(canvas, spot.x, spot.y, mm / drift.down, RULER_DOWN, is_across=False)
    canvas.setLineWidth(FRAME)
    canvas.circle(spot.x, spot.y, 2 * mm)
    words = (
        f"打印机：{printer or '（默认）'}",
        "1. 用尺量：圆心到纸的左边多少毫米？到纸的上边多少毫米？（应各为 20）",
        f"2. 量横尺从 0 到 {RULER_ACROSS} 的实际长度、竖尺从 0 到 {RULER_DOWN} 的实际长度。",
        "3. 把四个数填进“校准打印机”，再打一张看看，差不到半毫米就好了。",
        "打印时请选“实际大小”或 100%，不要选“适合纸张”。",
    )
    for number, text in enumerate(words):
        draw(canvas, 50 * mm, FORM.page[1] - 60 * mm - number * 9 * mm, text, size=LARGE_NOTE)
    draw_foot(canvas, FORM, "银册　打印机校准页", place=None)
    document.end_page()
    return document.content()


def _ruler(canvas: Canvas, x: float, y: float, step: float, length: int, *, is_across: bool) -> None:
    canvas.setLineWidth(RULE)
    for at in range(length + 1):
        tick = (6 if at % 10 == 0 else 4 if at % 5 == 0 else 2) * mm
        if is_across:
            canvas.line(x + at * step, y, x + at * step, y - tick)
        else:
            canvas.line(x, y - at * step, x + tick, y - at * step)
        if at % 10 == 0 and at:
            label = str(at)
            wide = width_of(label, REGULAR, 7)
            spot = (x + at * step - wide / 2, y - 9 * mm) if is_across else (x + 7 * mm, y - at * step - 2.5)
            draw(canvas, *spot, label, size=7)
    end = (x + length * step, y) if is_across else (x, y - length * step)
    canvas.line(x, y, *end)
