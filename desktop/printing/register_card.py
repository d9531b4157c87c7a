"""The register card (卡): A5 landscape, basics on the front, the log of the years on the back; or two to an A4."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4, A5, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.domain.progress import Report, silent
from desktop.printing.fonts import BOLD, LEADING, REGULAR, check_characters, draw, fit_lines, width_of
from desktop.printing.table import ROW, Columns, Row, draw_grid, draw_lines, row_height, widths_of

PAGE = landscape(A5)
_MARGIN = 10 * mm
WIDTH = PAGE[0] - 2 * _MARGIN
_LABEL = 30 * mm
_TALLEST = 11 * mm
_FOOT = 14 * mm
_TITLE = 17 * mm  # from the top to the first line
_PAD = 1.5 * mm
_LOG: Columns = (("日期", 11), ("事项", 10), ("情况", 34), ("慰问", 14), ("经办人", 12))

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RegisterCard:
    """One person's card: lines of one or two label and value pairs, and the log's rows, newest first."""

    name: str
    org: str
    basics: Sequence[Sequence[Pair]]
    log: Sequence[Row]


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A label or a value on the card: its lines, their size, and the box they must stay in, in points."""

    lines: Sequence[str]
    size: float
    font: str
    x: float
    y: float
    width: float
    height: float


def register_cards_pdf(cards: Sequence[RegisterCard], *, two_up: bool = False, report: Report = silent) -> bytes:
    """Return two pages a person, or with `two_up` an A4 sheet of two pages for two people (turned on its long edge).

    Raises PrintError for a character no font has, naming the person.
    """
    check_characters((card.name, _texts(card)) for card in cards)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4 if two_up else PAGE, invariant=1)
    canvas.setTitle("退休人员基本信息登记卡")
    step = 2 if two_up else 1
    for start in range(0, len(cards), step):
        report(start + 1, len(cards), "制作登记卡")
        for side in (_front, _back):
            for place, card in enumerate(cards[start : start + step]):
                canvas.saveState()
                canvas.translate(0, (A4[1] / 2) * (1 - place) if two_up else 0)
                side(canvas, card)
                canvas.restoreState()
            if two_up:
                canvas.setDash(2, 3)
                canvas.line(0, A4[1] / 2, A4[0], A4[1] / 2)
                canvas.setDash()
            canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _texts(card: RegisterCard) -> Iterator[str]:
    yield from (card.name, card.org)
    for line in card.basics:
        yield from (text for pair in line for text in pair)
    for row in card.log:
        yield from row


def _heading(canvas: Canvas, text: str) -> None:
    lines, size = fit_lines(text, BOLD, width=WIDTH, height=7 * mm, largest=15, smallest=9)
    draw_lines_in_middle(canvas, lines, font=BOLD, size=size, y=PAGE[1] - 11 * mm)


def draw_lines_in_middle(canvas: Canvas, lines: Sequence[str], *, font: str, size: float, y: float) -> None:
    """Draw lines centred on the card, the block's middle at `y`."""
    lift = (len(lines) - 1) * size * LEADING / 2 - size * 0.35
    for number, line in enumerate(lines):
        x = (PAGE[0] - width_of(line, font, size)) / 2
        draw(canvas, x, y + lift - number * size * LEADING, line, font=font, size=size)


def placed(card: RegisterCard) -> list[PlacedCell]:
    """Return every cell of the front with the box it has: all of a card fits, whatever was typed."""
    height = min((PAGE[1] - _TITLE - _FOOT) / max(len(card.basics), 1), _TALLEST)
    found = []
    for number, line in enumerate(card.basics):
        y = PAGE[1] - _TITLE - (number + 1) * height
        width = WIDTH / len(line)
        for place, (label, value) in enumerate(line):
            x = _MARGIN + place * width
            found.append(_cell(label, BOLD, (x, y), (_LABEL, height)))
            found.append(_cell(value, REGULAR, (x + _LABEL, y), (width - _LABEL, height)))
    return found


def _cell(text: str, font: str, at: tuple[float, float], box: tuple[float, float]) -> PlacedCell:
    width, height = box
    lines, size = fit_lines(text, font, width=width - 2 * _PAD, height=height - mm, largest=10.5, smallest=7)
    return PlacedCell(lines, size, font, at[0], at[1], width, height)


def _front(canvas: Canvas, card: RegisterCard) -> None:
    _heading(canvas, "国有企业退休人员基本信息登记卡")
    canvas.setLineWidth(0.4)
    for cell in placed(card):
        canvas.rect(cell.x, cell.y, cell.width, cell.height)
        middle = (cell.x + _PAD, cell.y + cell.height / 2)
        draw_lines(canvas, cell.lines, at=middle, font=cell.font, size=cell.size)
    foot = f"{card.org}（盖章）　　　　本人或委托人签字：　　　　　　　　日期："
    lines, size = fit_lines(foot, REGULAR, width=WIDTH, height=8 * mm, largest=9, smallest=7)
    draw_lines(canvas, lines, at=(_MARGIN, 8 * mm), font=REGULAR, size=size)


def _back(canvas: Canvas, card: RegisterCard) -> None:
    _heading(canvas, f"{card.name}　年度服务记录")
    top = PAGE[1] - _TITLE
    rows, more = _log_rows(card.log, top - _FOOT)
    draw_grid(canvas, _LOG, rows, left=_MARGIN, width=WIDTH, top=top)
    note = f"另有 {more} 条较早的记录在登记库中" if more else "事项：走访、电话、资格认证、慰问、帮办"
    draw(canvas, _MARGIN, 7 * mm, note, size=9)


def _log_rows(log: Sequence[Row], room: float) -> tuple[list[Row], int]:
    """Return the rows that fit, the newest first, blank ones to write on behind them, and how many are left out."""
    widths = widths_of(_LOG, WIDTH)
    left = room - ROW
    rows: list[Row] = []
    for row in log:
        height = row_height(row, widths)
        if height > left:
            break
        rows.append(row)
        left -= height
    more = len(log) - len(rows)
    if not more:
        rows += [("",) * len(_LOG)] * int(left // ROW)
    return rows, more
