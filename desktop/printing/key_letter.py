"""The letter that goes with a key card: the sixty digits to read out, a code that says the same, lines to sign; A4."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.card import draw_code
from desktop.printing.fonts import BOLD, REGULAR, draw, width_of, wrapped
from desktop.printing.paper_style import (
    LARGE_BODY,
    LARGE_FORM,
    LARGE_NOTE,
    LARGE_TITLE,
    LEADING,
    Document,
    check_texts,
    draw_foot,
    draw_signatures,
    draw_title,
    line,
)
from desktop.printing.qr_codes import code_of, side_of
from desktop.printing.text_boxes import Box

_SHEET = LARGE_FORM
_TITLE = "密钥卡核对信"
_GROUPS = 4  # of five digits in a line
_DIGITS = 24.0
_ROW = 15 * mm
_CODE = 55 * mm
_DPI = 300
_HOW = (
    "本信与密钥卡文件（.yck）分开送达。收到后请逐组核对：密钥卡上的 60 位数字与下面 12 组完全一致，才可以登记。",
    "可以照着打电话逐组念，也可以在登记时用扫码枪扫下面的码。有一位不同就不要登记，并立即与我单位联系。",
)


@dataclass(frozen=True, slots=True)
class KeyLetter:
    """What the letter says of a key card; `token` is what the code says."""

    name: str
    org: str
    groups: Sequence[str]
    token: str
    made: str


def key_letter_pdf(letter: KeyLetter) -> bytes:
    """Return the letter as a PDF of one page; raises PrintError for a character no font has."""
    check_texts([letter.name, letter.org, letter.made], whose=letter.name)
    document = Document(_SHEET, title=_TITLE)
    canvas = document.canvas
    y = draw_title(canvas, _SHEET, _TITLE, size=LARGE_TITLE) - 16 * mm
    for text in (f"单位：{letter.name}", f"编码：{letter.org}"):
        for part in wrapped(text, BOLD, width=_SHEET.width, size=LARGE_BODY, lines=3):
            draw(canvas, _SHEET.left, y, part, font=BOLD, size=LARGE_BODY)
            y -= LARGE_BODY * 1.5
    for paragraph in _HOW:
        y -= 2 * mm
        for part in wrapped(paragraph, REGULAR, width=_SHEET.width, size=LARGE_NOTE + 2, lines=6):
            draw(canvas, _SHEET.left, y, part, size=LARGE_NOTE + 2)
            y -= (LARGE_NOTE + 2) * LEADING
    _draw_digits(canvas, letter, top=y - 12 * mm)
    _draw_signing(canvas)
    draw_foot(canvas, _SHEET, letter.made, place=(1, 1))
    document.end_page()
    return document.content()


def _draw_digits(canvas: Canvas, letter: KeyLetter, *, top: float) -> None:
    """Draw the groups four to a line, and under them the code."""
    share = _SHEET.width / _GROUPS
    y = top
    for number, group in enumerate(letter.groups):
        x = _SHEET.left + number % _GROUPS * share + (share - width_of(group, BOLD, _DIGITS)) / 2
        y = top - number // _GROUPS * _ROW
        draw(canvas, x, y, group, font=BOLD, size=_DIGITS)
    side = side_of(code_of(letter.token), room=_CODE, dpi=_DPI)
    left = _SHEET.left + (_SHEET.width - side) / 2
    draw_code(canvas, letter.token, Box(left, y - _ROW - side, side, side))


def _draw_signing(canvas: Canvas) -> None:
    """Draw the lines for who sends the letter and for who compared it."""
    y = _SHEET.bottom + 30 * mm
    for words in ("发信单位（盖章）", "核对单位（盖章）"):
        draw(canvas, _SHEET.left, y, words, font=BOLD, size=LARGE_NOTE)
        y -= 9 * mm
        draw_signatures(canvas, _SHEET, ("姓名：", "签字：", "日期："), y=y, size=LARGE_NOTE)
        y -= 10 * mm
    line(canvas, _SHEET.left, _SHEET.bottom + 38 * mm, _SHEET.edge)
