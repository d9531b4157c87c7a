"""The one-page 基本信息表: A4 portrait, tick boxes, signature lines (`domain.md` section 2, after the Wuhan form)."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.progress import Report, silent
from desktop.printing.fonts import BOLD, LEADING, REGULAR, check_characters, draw, fit_lines, width_of

TITLE = "国有企业退休人员社会化管理服务基本信息表"
LEFT, RIGHT, TOP, BOTTOM = 20 * mm, 15 * mm, 20 * mm, 30 * mm
LARGEST, SMALLEST = 10.5, 5.0
_PAD = 1.5 * mm
_SIGNATURES = (
    "本人或委托人签字：　　　　　　　　经办人：　　　　　　　　社区（盖章）：　　　　　　　　　　年　　月　　日"
)

Cell = tuple[str, str, float]  # label ('' for none), value, share of the line's width
Line = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class InfoForm:
    """One person's form: the sub-title, and lines of cells whose shares add up to one."""

    name: str
    subtitle: str
    lines: Sequence[Line]
    footer: str


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A line of text with the box it must stay in, in points: what a test of the layout asks for."""

    text: str
    width: float
    room: float


def tick(label: str, on: bool) -> str:
    """Return a tick box with its label."""
    return f"{'☑' if on else '□'}{label}"


def info_forms_pdf(forms: Sequence[InfoForm], *, report: Report = silent) -> bytes:
    """Return everyone's form, one page each; raises PrintError for a character no font has, naming the person."""
    check_characters((form.name, _texts(form)) for form in forms)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(TITLE)
    for number, form in enumerate(forms):
        report(number, len(forms), "制作基本信息表")
        _draw(canvas, form)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _texts(form: InfoForm) -> list[str]:
    cells = [label + value for line in form.lines for label, value, _ in line]
    return [form.name, form.subtitle, form.footer, *cells]


def _draw(canvas: Canvas, form: InfoForm) -> None:
    y = A4[1] - TOP
    draw(canvas, (A4[0] - width_of(TITLE, BOLD, 17)) / 2, y, TITLE, font=BOLD, size=17)
    draw(canvas, (A4[0] - width_of(form.subtitle, REGULAR, 14)) / 2, y - 9 * mm, form.subtitle, size=14)
    top = y - 13 * mm
    height = (top - BOTTOM) / len(form.lines)
    canvas.setLineWidth(0.5)
    for number, line in enumerate(form.lines):
        _draw_line(canvas, line, top=top - number * height, height=height)
    draw(canvas, LEFT, BOTTOM - 10 * mm, _SIGNATURES, size=10)
    draw(canvas, LEFT, BOTTOM - 18 * mm, form.footer, size=9)


def _draw_line(canvas: Canvas, line: Line, *, top: float, height: float) -> None:
    x = LEFT
    for label, value, share in line:
        width = (A4[0] - LEFT - RIGHT) * share
        canvas.rect(x, top - height, width, height)
        start = x + _PAD
        if label:
            draw(canvas, start, top - height / 2 - 1.3 * mm, label, font=BOLD, size=_label_size(label))
            start += width_of(label, BOLD, _label_size(label)) + _PAD
        lines, size = fit_cell(value, x + width - _PAD - start, height)
        for number, text in enumerate(lines):
            lift = (len(lines) - 1) * size * LEADING / 2 - number * size * LEADING
            draw(canvas, start, top - height / 2 - size * 0.35 + lift, text, size=size)
        x += width


def _label_size(label: str) -> float:
    return 9.5 if len(label) < 9 else 8


def fit_cell(value: str, room: float, height: float) -> tuple[list[str], float]:
    """Return the whole of a value as lines that fill no more than `room` by `height` points, and their size."""
    return fit_lines(value, REGULAR, width=room, height=height, largest=LARGEST, smallest=SMALLEST)


def placed(form: InfoForm) -> list[PlacedText]:
    """Return every line of text of a form with the room it has."""
    found = []
    height = (A4[1] - TOP - 13 * mm - BOTTOM) / len(form.lines)
    for line in form.lines:
        for label, value, share in line:
            room = (A4[0] - LEFT - RIGHT) * share - 2 * _PAD
            if label:
                room -= width_of(label, BOLD, _label_size(label)) + _PAD
            lines, size = fit_cell(value, room, height)
            found += [PlacedText(text, width_of(text, REGULAR, size), room) for text in lines]
    return found
