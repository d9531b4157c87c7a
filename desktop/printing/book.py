"""The book (册): cover, index by building and by name, a section for each building with lines for changes.

A4 landscape with a 25 mm binding margin (`domain.md` section 2). Every page says which it is. What stands on which page
is `book_layout`'s to say.
"""

import io
from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.book_layout import CHANGES, COVER, GONE, MARK, BookPage, BookSheet
from desktop.printing.fonts import BOLD, check_characters, draw, fit_lines, width_of
from desktop.printing.table import LEFT, PAGE, RIGHT, ROW, WIDTH, draw_grid, draw_page, draw_place


def check_book(sheet: BookSheet) -> None:
    """Raise PrintError for characters no font has, naming their people."""
    check_characters([("", [sheet.org, sheet.made, *(one.title for one in sheet.sections)])])
    check_characters((entry.cells[0], entry.cells) for section in sheet.sections for entry in section.entries)


def book_pdf(sheet: BookSheet, pages: Sequence[BookPage], *, total: int) -> bytes:
    """Return pages of a book that was checked as a PDF.

    `total` is how many pages the book has; one that was put in says so.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PAGE, invariant=1)
    canvas.setTitle(f"{sheet.org}退休人员基本信息册")
    for page in pages:
        if page.part == COVER:
            _cover(canvas, sheet, page)
        else:
            _page(canvas, sheet, page, total)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _page(canvas: Canvas, sheet: BookSheet, page: BookPage, total: int) -> None:
    end = draw_page(canvas, page.title, page.columns, page.rows)
    if page.lines:
        draw(canvas, LEFT, end - ROW + 2 * mm, MARK, font=BOLD, size=11)
        blank = [("",) * len(CHANGES)] * page.lines
        draw_grid(canvas, CHANGES, blank, left=LEFT, width=WIDTH, top=end - ROW)
    gone = f"　{GONE}的人见姓名索引或登记库" if any(GONE in row for row in page.rows) else ""
    draw(canvas, LEFT, 10 * mm, sheet.made + gone, size=9)
    put_in = "（增页）" if "-" in page.label else ""
    draw_place(canvas, f"第 {page.label} 页{put_in}　共 {total} 页")


def _cover(canvas: Canvas, sheet: BookSheet, page: BookPage) -> None:
    (org,), (year,), (counts,) = page.rows
    middle = (LEFT + PAGE[0] - RIGHT) / 2
    for text, largest, height in (
        (org, 26, 140), ("国有企业退休人员基本信息册", 34, 115), (year, 22, 90), (counts, 16, 72), (sheet.made, 12, 40),
    ):  # fmt: skip
        lines, size = fit_lines(text, BOLD, width=WIDTH - 20 * mm, height=20 * mm, largest=largest, smallest=10)
        for number, line in enumerate(lines):
            x = middle - width_of(line, BOLD, size) / 2
            draw(canvas, x, height * mm - number * size * 1.2, line, font=BOLD, size=size)
    canvas.rect(LEFT, 25 * mm, WIDTH, PAGE[1] - 45 * mm)
