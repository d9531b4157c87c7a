"""Which lines of the book stand on which page, and which pages changed since the book was printed whole.

Printed whole, pages are numbered through. Afterwards nothing moves: a person who left leaves his line marked, one who
came is put behind the others of his building, and a page that has to be put in is numbered after the one before it
(`12-1`), so that a changed page takes its old one's place in the binder and every other page stays as it is.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from desktop.printing.table import ROW, Columns, Row, room_for_rows, row_height, split_rows, widths_of

GONE = "（已移出）"
MARK = "变动记录"
CHANGES: Columns = (("日期", 10), ("姓名", 10), ("变动事项", 24), ("变动前", 24), ("变动后", 24), ("经办人", 10))
BUILDINGS: Columns = (("楼栋", 40), ("人数", 10), ("页码", 10))
NAMES: Columns = (("拼音", 5), ("姓名", 12), ("楼栋", 26), ("页码", 7)) * 2
COVER, BUILDING_INDEX, NAME_INDEX, ROWS, LINES = "cover", "buildings", "names", "rows", "lines"
_CHANGE_LINES, _FEWEST_LINES = 6, 3
_INDEX_TITLES = {BUILDING_INDEX: "楼栋　索引", NAME_INDEX: "姓名　索引"}
_INDEX_COLUMNS = {BUILDING_INDEX: BUILDINGS, NAME_INDEX: NAMES}


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's line in the book: his id, and his cells without the number, the name first."""

    person: str
    cells: Row


@dataclass(frozen=True, slots=True)
class Section:
    """One building's people."""

    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class BookSheet:
    """A book to print. `names` gives each id, pinyin letter, name and building in the order of the index."""

    org: str
    year: int
    made: str  # by whom and when
    columns: Columns  # the number's first
    sections: Sequence[Section]
    names: Sequence[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True)
class PageMark:
    """What is remembered of a page that was printed: its number, what it is, whose lines are on it, what it said."""

    label: str
    part: str
    section: str
    people: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Printed:
    """What is remembered of a book that was printed whole, with the pages that were replaced since."""

    total: int
    marks: tuple[PageMark, ...]
    made: str

    def to_json(self) -> str:
        """Return it as it is kept."""
        marks = [[one.label, one.part, one.section, list(one.people), one.digest] for one in self.marks]
        return json.dumps({"total": self.total, "made": self.made, "marks": marks}, ensure_ascii=False)

    @staticmethod
    def of_json(text: str) -> "Printed":
        """Return what `to_json` wrote."""
        raw = json.loads(text)
        return Printed(
            raw["total"], tuple(PageMark(a, b, c, tuple(d), e) for a, b, c, d, e in raw["marks"]), raw["made"]
        )


@dataclass(frozen=True, slots=True)
class BookPage:
    """One page: its number, what is on it, and how many blank lines for changes stand under its rows."""

    label: str
    part: str
    section: str = ""
    title: str = ""
    columns: Columns = ()
    rows: Sequence[Row] = ()
    lines: int = 0
    people: tuple[str, ...] = ()

    @property
    def mark(self) -> PageMark:
        """What is remembered of this page."""
        said = json.dumps([self.label, self.title, list(self.columns), list(self.rows), self.lines], ensure_ascii=False)
        digest = hashlib.sha256(said.encode()).hexdigest()[:32]
        return PageMark(self.label, self.part, self.section, self.people, digest)


@dataclass(frozen=True, slots=True)
class Layout:
    """The pages of a book in binding order, and the number of pages it had when printed whole."""

    pages: tuple[BookPage, ...]
    total: int

    def changed(self, before: Printed) -> tuple[BookPage, ...]:
        """Return the pages that are not as they were printed."""
        known = {one.label: one.digest for one in before.marks}
        return tuple(one for one in self.pages if known.get(one.label) != one.mark.digest)

    def printed(self, made: str) -> Printed:
        """Return what to remember once these pages are in the binder."""
        return Printed(self.total, tuple(one.mark for one in self.pages), made)


def whole(sheet: BookSheet) -> Layout:
    """Return the book laid out anew: cover, indexes, a section for each building."""
    body = [page for section in sheet.sections for page in _fresh(sheet, section)]
    front = list(_index_pages(sheet, {}))
    counted = len(front)
    pages = [BookPage("1", COVER)]
    body = [replace(page, label=str(number)) for number, page in enumerate(body, start=2 + counted)]
    index = [
        replace(page, label=str(number)) for number, page in enumerate(_index_pages(sheet, _places(body)), start=2)
    ]
    pages += [*index, *body]
    return Layout(_with_cover(sheet, pages), len(pages))


def kept(sheet: BookSheet, before: Printed) -> Layout:
    """Return the book with every page where it was when printed, changed where the register has changed."""
    labels = _Labels(one.label for one in before.marks)
    body: list[BookPage] = []
    after = next((one.label for one in reversed(before.marks) if one.part == NAME_INDEX), "1")
    for title in _titles(sheet, before):
        section = next((one for one in sheet.sections if one.title == title), Section(title, ()))
        marks = [one for one in before.marks if one.section == title and one.part in {ROWS, LINES}]
        made = _kept_section(sheet, section, marks, labels, after)
        body += made
        after = made[-1].label
    pages = [BookPage("1", COVER), *_kept_index(sheet, body, before, labels), *body]
    return Layout(_with_cover(sheet, pages), before.total)


def _with_cover(sheet: BookSheet, pages: Sequence[BookPage]) -> tuple[BookPage, ...]:
    """Return the pages with what the cover says on it: its counts make it another page when they change."""
    people = sum(len(section.entries) for section in sheet.sections)
    buildings = sum(bool(section.entries) for section in sheet.sections)
    rows = [[sheet.org], [f"{sheet.year} 年"], [f"共 {buildings} 个楼栋　{people} 人"]]
    return (replace(pages[0], rows=rows), *pages[1:])


def _titles(sheet: BookSheet, before: Printed) -> list[str]:
    """Return the buildings in binding order: those printed, a new one behind the one it follows in the register."""
    order = list(dict.fromkeys(one.section for one in before.marks if one.section))
    previous = ""
    for section in sheet.sections:
        if section.title not in order:
            order.insert(order.index(previous) + 1 if previous else 0, section.title)
        previous = section.title
    return order


class _Labels:
    """Gives numbers to pages that are put in: `12-1` behind 12, `12-2` behind that."""

    def __init__(self, used: Iterable[str]) -> None:
        self._used = set(used)

    def after(self, label: str) -> str:
        """Return the next free number behind a page."""
        base, number = label.partition("-")[0], 1
        while f"{base}-{number}" in self._used:
            number += 1
        self._used.add(f"{base}-{number}")
        return f"{base}-{number}"


def _fresh(sheet: BookSheet, section: Section) -> Iterator[BookPage]:
    """Yield a building's pages; lines for changes stand under the last one, or on a page of their own."""
    cells = [[str(number), *one.cells] for number, one in enumerate(section.entries, start=1)]
    at = 0
    pages = split_rows(sheet.columns, cells)
    for number, rows in enumerate(pages, start=1):
        people = tuple(one.person for one in section.entries[at : at + len(rows)])
        at += len(rows)
        lines = _lines_under(sheet.columns, rows) if number == len(pages) else 0
        yield BookPage("", ROWS, section.title, section.title, sheet.columns, rows, lines, people)
        if number == len(pages) and not lines:
            yield _change_page(section.title, "")


def _change_page(section: str, label: str) -> BookPage:
    rows = [("",) * len(CHANGES)] * _CHANGE_LINES
    return BookPage(label, LINES, section, f"{section}　{MARK}", CHANGES, rows)


def _lines_under(columns: Columns, rows: Sequence[Row]) -> int:
    """Return how many lines for changes fit under rows, none if too few; the mark and the headings take two."""
    spare = int(_left(columns, rows) // ROW) - 2
    return min(spare, _CHANGE_LINES) if spare >= _FEWEST_LINES else 0


def _left(columns: Columns, rows: Sequence[Row]) -> float:
    widths = widths_of(columns)
    return room_for_rows(columns) - sum(row_height(row, widths) for row in rows)


def _kept_section(
    sheet: BookSheet, section: Section, marks: Sequence[PageMark], labels: _Labels, after: str
) -> list[BookPage]:
    """Return a building's pages: everyone on the line he had, the new ones behind, pages put in where needed."""
    cells = {one.person: one.cells for one in section.entries}
    gone = [GONE, *[""] * (len(sheet.columns) - 2)]
    printed = [
        (mark.label, [(person, cells.pop(person, gone)) for person in mark.people])
        for mark in marks
        if mark.part == ROWS
    ] or [(labels.after(after), [])]
    printed[-1][1].extend(cells.items())
    made: list[BookPage] = []
    number = 0
    for label, lines in printed:
        rows = [[str(place), *row] for place, (_, row) in enumerate(lines, start=number + 1)]
        people = [person for person, _ in lines]
        number += len(lines)
        made += _spread(sheet, section.title, label, rows, people, labels)
    own_lines = next((one.label for one in marks if one.part == LINES), "")
    if own_lines:
        return [*made, _change_page(section.title, own_lines)]
    last = replace(made[-1], lines=_lines_under(sheet.columns, made[-1].rows))
    extra = [] if last.lines else [_change_page(section.title, labels.after(last.label))]
    return [*made[:-1], last, *extra]


def _spread(
    sheet: BookSheet, section: str, label: str, rows: Sequence[Row], people: Sequence[str], labels: _Labels
) -> Iterator[BookPage]:
    """Yield the page of a number, and the pages put in behind it for the rows it has no room for."""
    at = 0
    for number, part in enumerate(split_rows(sheet.columns, rows)):
        label = labels.after(label) if number else label
        yield BookPage(label, ROWS, section, section, sheet.columns, part, 0, tuple(people[at : at + len(part)]))
        at += len(part)


def _places(body: Sequence[BookPage]) -> dict[str, str]:
    """Return on which page each building begins and each person stands."""
    found: dict[str, str] = {}
    for page in body:
        if page.section:
            found.setdefault(page.section, page.label)
        for person in page.people:
            found.setdefault(person, page.label)
    return found


def _index_pages(sheet: BookSheet, places: Mapping[str, str]) -> Iterator[BookPage]:
    """Yield the pages of both indexes; without `places` only their number means something."""
    for part, rows in _index_rows(sheet, places).items():
        for page in split_rows(_INDEX_COLUMNS[part], rows):
            yield BookPage("", part, "", _INDEX_TITLES[part], _INDEX_COLUMNS[part], page)


def _index_rows(sheet: BookSheet, places: Mapping[str, str]) -> dict[str, list[Row]]:
    buildings: list[Row] = [
        (one.title, str(len(one.entries)), places.get(one.title, "")) for one in sheet.sections if one.entries
    ]
    names = [(letter, name, building, places.get(person, "")) for person, letter, name, building in sheet.names]
    if len(names) % 2:
        names.append(("", "", "", ""))
    pairs: list[Row] = [(*left, *right) for left, right in zip(names[::2], names[1::2], strict=True)]
    return {BUILDING_INDEX: buildings, NAME_INDEX: pairs}


def _kept_index(sheet: BookSheet, body: Sequence[BookPage], before: Printed, labels: _Labels) -> Iterator[BookPage]:
    """Yield the index pages under the numbers they had; one that has nothing left on it stays, empty."""
    for part, rows in _index_rows(sheet, _places(body)).items():
        columns, title = _INDEX_COLUMNS[part], _INDEX_TITLES[part]
        had = [one.label for one in before.marks if one.part == part]
        pages = split_rows(columns, rows)
        label = had[0] if had else "1"
        for number in range(max(len(pages), len(had))):
            label = had[number] if number < len(had) else labels.after(label)
            yield BookPage(label, part, "", title, columns, pages[number] if number < len(pages) else [])
