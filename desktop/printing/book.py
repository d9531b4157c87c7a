"""The book (册): cover, index by building and by name, a section for each building with lines for changes.

A4 landscape with a 25 mm binding margin (`domain.md` section 2). Every page says which it is.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import BOLD, REGULAR, draw, runs_of, width_of
from desktop.printing.table import (
    LEFT,
    PAGE,
    RIGHT,
    ROW,
    Columns,
    Row,
    check_characters,
    draw_grid,
    draw_page,
    draw_place,
    rows_on_a_page,
    split_rows,
)

_CHANGES: Columns = (("日期", 10), ("姓名", 10), ("变动事项", 24), ("变动前", 24), ("变动后", 24), ("经办人", 10))
_CHANGE_LINES, _FEWEST_LINES = 6, 3
_BUILDINGS: Columns = (("楼栋", 40), ("人数", 10), ("页码", 10))
_NAMES: Columns = (("姓名", 12), ("楼栋", 28), ("页码", 8)) * 2
_Page = tuple[str, Columns, Sequence[Row], int]  # title, grid, and how many lines for changes under it
_MARK = "变动记录"


@dataclass(frozen=True, slots=True)
class Section:
    """One building's people: its name and a row for each, the second cell being the name."""

    title: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class BookSheet:
    """A book to print. `names` gives each person's name and building in the order of the index."""

    org: str
    year: int
    made: str  # by whom and when
    columns: Columns
    sections: Sequence[Section]
    names: Sequence[tuple[str, str]]


def book_pdf(sheet: BookSheet) -> bytes:
    """Return the book as a PDF; raises PrintError for a character no font has, naming its person."""
    for section in sheet.sections:
        runs_of(section.title, REGULAR)
        check_characters(section.rows)
    body = [page for section in sheet.sections for page in _section_pages(sheet, section)]
    front = _index_pages(sheet, {}, "")
    starts, page = {}, 2 + len(front)  # the cover is page 1
    for section in sheet.sections:
        starts[section.title] = page
        page += len(list(_section_pages(sheet, section)))
    pages = [*_index_pages(sheet, starts, "　"), *body]
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PAGE, invariant=1)
    canvas.setTitle(f"{sheet.org}退休人员基本信息册")
    _cover(canvas, sheet)
    for number, (title, columns, rows, lines) in enumerate(pages, start=2):
        end = draw_page(canvas, title, columns, rows)
        if lines:
            draw(canvas, LEFT, end - ROW + 2 * mm, _MARK, font=BOLD, size=11)
            draw_grid(canvas, _CHANGES, _blank(lines), left=LEFT, width=PAGE[0] - LEFT - RIGHT, top=end - ROW)
        draw(canvas, LEFT, 10 * mm, sheet.made, size=9)
        draw_place(canvas, number, len(pages) + 1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _section_pages(sheet: BookSheet, section: Section) -> Iterator[_Page]:
    pages = split_rows(section.rows)
    for rows in pages[:-1]:
        yield section.title, sheet.columns, rows, 0
    spare = rows_on_a_page() - len(pages[-1]) - 2  # less the mark and the second heading
    yield section.title, sheet.columns, pages[-1], min(spare, _CHANGE_LINES) if spare >= _FEWEST_LINES else 0
    if spare < _FEWEST_LINES:
        yield f"{section.title}　{_MARK}", _CHANGES, _blank(_CHANGE_LINES), 0


def _blank(lines: int) -> list[Row]:
    return [("",) * len(_CHANGES)] * lines


def _index_pages(sheet: BookSheet, starts: dict[str, int], gap: str) -> list[_Page]:
    """Return the pages of both indexes; without `starts` only their number means something."""
    buildings = [(one.title, str(len(one.rows)), str(starts.get(one.title, ""))) for one in sheet.sections]
    names = [(name, building, str(starts.get(building, ""))) for name, building in sheet.names]
    if len(names) % 2:
        names.append(("", "", ""))
    pairs = [(*left, *right) for left, right in zip(names[::2], names[1::2], strict=True)]
    return [
        *[(f"楼栋{gap}索引", _BUILDINGS, rows, 0) for rows in split_rows(buildings)],
        *[(f"姓名{gap}索引", _NAMES, rows, 0) for rows in split_rows(pairs)],
    ]


def _cover(canvas: Canvas, sheet: BookSheet) -> None:
    people = sum(len(section.rows) for section in sheet.sections)
    middle = (LEFT + PAGE[0] - RIGHT) / 2
    lines = (
        (sheet.org, 26, 140), ("国有企业退休人员基本信息册", 34, 115), (f"{sheet.year} 年", 22, 90),
        (f"共 {len(sheet.sections)} 个楼栋　{people} 人", 16, 72), (sheet.made, 12, 40),
    )  # fmt: skip
    for text, size, height in lines:
        draw(canvas, middle - width_of(text, BOLD, size) / 2, height * mm, text, font=BOLD, size=size)
    canvas.rect(LEFT, 25 * mm, PAGE[0] - LEFT - RIGHT, PAGE[1] - 45 * mm)
    canvas.showPage()
