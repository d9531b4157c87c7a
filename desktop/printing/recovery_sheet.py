"""The recovery code on paper: whose register, since when, the code large enough to type from, where it lies."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, REGULAR, draw, register_fonts, width_of, wrapped

_MARGIN = 64.0
_TITLE, _TEXT, _CODE = 20.0, 11.5, 26.0
_LINE = 22.0
_ROW = 46.0  # of the code
_IN_A_ROW = 4
_GROUPS = 8
_HALF = 6  # groups of the fingerprint in a line
_MOST_LINES = 6
RULES = (
    "密码都忘了时，只有它能打开登记库。谁拿到这张纸和登记库的文件，谁就能看到全部资料。",
    "请折好装入信封，封口签名并写日期，锁进单位的保险柜或档案柜；不要拍照，不要放在电脑旁边，不要与备份盘放在一起。",
    "用法：打开登记库时点“忘记密码？用恢复码打开”，逐组输入，给一位主管设新密码。最后两个字符用来检查有没有输错。",
    "每 180 天取出演练一次。制作新的恢复码后，这一张立即作废，请粉碎。",
)


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """What stands on the page. `code` is eight groups of four and two check characters, joined by hyphens."""

    org: str
    code_of_org: str
    made_on: str
    made_by: str
    fingerprint: str
    code: str


def recovery_pdf(sheet: RecoverySheet) -> bytes:
    """Return the page as a PDF, made in memory; raises PrintError for a character no font has."""
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    place = A4[1] - _MARGIN - _TITLE
    draw(canvas, (A4[0] - width_of("登记库恢复码", BOLD, _TITLE)) / 2, place, "登记库恢复码", font=BOLD, size=_TITLE)
    place = _texts(canvas, place - 2 * _LINE, _about(sheet))
    place = _code(canvas, place - _LINE, sheet.code.split("-"))
    place = _texts(canvas, place - _LINE, [f"{number}. {rule}" for number, rule in enumerate(RULES, start=1)])
    _texts(canvas, place - 2 * _LINE, [
        "保管人签名：＿＿＿＿＿＿＿＿　存放地点：＿＿＿＿＿＿＿＿＿＿＿＿",
        "演练记录：＿＿＿年＿＿月＿＿日　＿＿＿年＿＿月＿＿日",
    ])  # fmt: skip
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _about(sheet: RecoverySheet) -> list[str]:
    groups = sheet.fingerprint.split(" ")
    return [
        f"单位：{sheet.org}（{sheet.code_of_org}）", f"制作：{sheet.made_on}　{sheet.made_by}",
        f"本库核对码：{' '.join(groups[:_HALF])}", f"　　　　　　{' '.join(groups[_HALF:])}",
    ]  # fmt: skip


def _texts(canvas: Canvas, place: float, texts: Sequence[str]) -> float:
    """Draw paragraphs and return where the next goes."""
    for text in texts:
        for part in wrapped(text, REGULAR, width=A4[0] - 2 * _MARGIN, size=_TEXT, lines=_MOST_LINES):
            draw(canvas, _MARGIN, place, part, size=_TEXT)
            place -= _LINE
        place -= 4
    return place


def _code(canvas: Canvas, place: float, groups: Sequence[str]) -> float:
    """Draw the code in a frame, four groups in a row, each numbered, the check beneath; return the next place."""
    width = (A4[0] - 2 * _MARGIN) / _IN_A_ROW
    rows = -(-len(groups) // _IN_A_ROW)
    canvas.rect(_MARGIN - 8, place - rows * _ROW - 4, A4[0] - 2 * _MARGIN + 16, rows * _ROW + 16)
    for number, group in enumerate(groups):
        left, base = _MARGIN + (number % _IN_A_ROW) * width, place - (number // _IN_A_ROW) * _ROW
        draw(canvas, left, base - 2, "检查" if number == _GROUPS else str(number + 1), size=8)
        canvas.setFont("Courier-Bold", _CODE)  # every PDF reader has it, and no letter looks like a digit in it
        canvas.drawString(left, base - 28, group)
    return place - rows * _ROW - 8
