"""The register card (卡): A5 landscape, basics on the front, the log of the years on the back."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A5, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.progress import Report, silent
from desktop.printing.fonts import BOLD, REGULAR, draw, fitted, register_fonts, runs_of, width_of
from desktop.printing.table import Columns, Row, draw_grid

_PAGE = landscape(A5)
_MARGIN = 10 * mm
_ROW = 11 * mm
_LABEL = 32 * mm
_LOG: Columns = (("日期", 11), ("事项", 10), ("情况", 34), ("慰问", 14), ("经办人", 12))
_LOG_LINES = 13


@dataclass(frozen=True, slots=True)
class RegisterCard:
    """One person's card: label and value pairs, two to a line, and the log's rows, newest first."""

    name: str
    org: str
    basics: Sequence[tuple[str, str]]
    log: Sequence[Row]


def register_cards_pdf(cards: Sequence[RegisterCard], *, report: Report = silent) -> bytes:
    """Return two pages a person; raises PrintError for a character no font has, naming the person."""
    register_fonts()
    for card in cards:
        for text in (value for _, value in card.basics):
            runs_of(text, REGULAR, whose=card.name)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=_PAGE, invariant=1)
    canvas.setTitle("退休人员基本信息登记卡")
    for number, card in enumerate(cards, start=1):
        report(number, len(cards), "制作登记卡")
        _front(canvas, card)
        canvas.showPage()
        _back(canvas, card)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _heading(canvas: Canvas, text: str) -> float:
    y = _PAGE[1] - 13 * mm
    draw(canvas, (_PAGE[0] - width_of(text, BOLD, 15)) / 2, y, text, font=BOLD, size=15)
    return y - 4 * mm


def _front(canvas: Canvas, card: RegisterCard) -> None:
    y = _heading(canvas, "国有企业退休人员基本信息登记卡")
    half = (_PAGE[0] - 2 * _MARGIN) / 2
    canvas.setLineWidth(0.4)
    for place, (name, value) in enumerate(card.basics):
        if place % 2 == 0:
            y -= _ROW
        _cell(canvas, name, value, (_MARGIN + place % 2 * half, y), half)
    draw(canvas, _MARGIN, 7 * mm, f"{card.org}（盖章）　　　　本人或委托人签字：　　　　　　　　日期：", size=9)


def _cell(canvas: Canvas, name: str, value: str, at: tuple[float, float], width: float) -> None:
    x, y = at
    canvas.rect(x, y, _LABEL, _ROW)
    canvas.rect(x + _LABEL, y, width - _LABEL, _ROW)
    _text(canvas, name, BOLD, (x, y), _LABEL)
    _text(canvas, value, REGULAR, (x + _LABEL, y), width - _LABEL)


def _text(canvas: Canvas, text: str, font: str, at: tuple[float, float], width: float) -> None:
    lines, size = fitted(text, font, width=width - 3 * mm, largest=10.5, smallest=7.5)
    for number, line in enumerate(lines if text else []):
        lift = _ROW / 2 - size * 0.35 + (len(lines) - 1) * size * 0.6 - number * size * 1.2
        draw(canvas, at[0] + 1.5 * mm, at[1] + lift, line, font=font, size=size)


def _back(canvas: Canvas, card: RegisterCard) -> None:
    y = _heading(canvas, f"{card.name}　年度服务记录")
    rows = list(card.log[:_LOG_LINES])
    rows += [("",) * len(_LOG)] * (_LOG_LINES - len(rows))
    draw_grid(canvas, _LOG, rows, left=_MARGIN, width=_PAGE[0] - 2 * _MARGIN, top=y)
    more = len(card.log) - _LOG_LINES
    note = f"另有 {more} 条较早的记录在登记库中" if more > 0 else "事项：走访、电话、资格认证、慰问、帮办"
    draw(canvas, _MARGIN, 7 * mm, note, size=9)
