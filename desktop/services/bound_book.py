"""The book (册) of a selection: printed whole, or only the pages that changed since."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from desktop.domain.clock import stamp
from desktop.domain.errors import NotFoundError
from desktop.domain.progress import Report, silent
from desktop.printing.book import book_pdf, check_book
from desktop.printing.book_layout import BookSheet, Entry, Layout, Printed, Section, kept, whole
from desktop.services.buildings import NO_BUILDING, building_of_person, natural
from desktop.services.register import people_ids, people_rows
from desktop.services.spelling import letter_of_name
from desktop.services.station import Station
from desktop.services.table_cells import SEQUENCE, CellReader, PaperWish
from desktop.store import printed_books
from desktop.store.people import PeopleFilter, PersonRow

COLUMNS = (
    "name", "sex", "birth_id", "id_no", "ent_name", "retire_date", "political", "live_addr", "phone", "manage_state",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BookNews:
    """How the book stands: when it was last printed, how many pages it has, and which have changed since."""

    printed: str  # the day, '' if it never was
    pages: int
    changed: tuple[str, ...]  # page numbers


def book_news(station: Station, *, wanted: PeopleFilter, wish: PaperWish | None = None) -> BookNews:
    """Return what has changed since the book of these people was printed; raises PrintError."""
    sheet = _sheet(station, wanted, wish or PaperWish())
    before = _printed(station, wanted)
    if before is None:
        return BookNews("", len(whole(sheet).pages), ())
    layout = kept(sheet, before)
    return BookNews(before.made, len(layout.pages), tuple(one.label for one in layout.changed(before)))


def export_book(
    station: Station, *, wanted: PeopleFilter, wish: PaperWish | None = None, report: Report = silent
) -> bytes:
    """Return the book, a section for each building, or its changed pages, and remember what was printed.

    Raises PrintError, NotAllowedError, Cancelled, and NotFoundError if there is nothing to print again.
    """
    station.allow("export.plain")
    report(0, 0, "制作基本信息册")
    chosen = wish or PaperWish()
    sheet = _sheet(station, wanted, chosen)
    before = _printed(station, wanted) if chosen.changed else None
    if chosen.changed and before is None:
        raise NotFoundError("这些人的册子还没有整册印过", "请先印整册")
    layout = whole(sheet) if before is None else kept(sheet, before)
    pages = layout.pages if before is None else layout.changed(before)
    if not pages:
        raise NotFoundError("上次印册以后没有页有变动", "不用重印；要整册请选“整册”")
    made = book_pdf(sheet, pages, total=layout.total)
    _remember(station, wanted, layout)
    return made


def _remember(station: Station, wanted: PeopleFilter, layout: Layout) -> None:
    printed = layout.printed(station.today().isoformat())
    with station.vault.jotting() as connection:
        printed_books.keep(connection, _key(wanted), body=printed.to_json(), at=stamp(station.clock))


def _printed(station: Station, wanted: PeopleFilter) -> Printed | None:
    with station.vault.reading() as connection:
        body = printed_books.kept(connection, _key(wanted))
    return None if body is None else Printed.of_json(body)


def _key(wanted: PeopleFilter) -> str:
    """Return the name under which the book of a filter is remembered: the same on every day it is asked."""
    said = json.dumps(asdict(replace(wanted, day="")), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _sheet(station: Station, wanted: PeopleFilter, wish: PaperWish) -> BookSheet:
    """Return what the book says now."""
    cells = CellReader(station, COLUMNS, masked=wish.masked)
    rows = people_rows(station, ids=people_ids(station, wanted=wanted))
    groups: dict[str, list[PersonRow]] = {}
    for row in rows:
        groups.setdefault(building_of_person(row), []).append(row)
    order = sorted(groups, key=lambda one: (one == NO_BUILDING, natural(one)))
    sections = [Section(title, _entries(cells, groups[title])) for title in order]
    index = [(row.id, letter_of_name(row.text("name")), row.text("name"), building_of_person(row)) for row in rows]
    day = station.today()
    made = f"{station.org_name}　{day.isoformat()} 制"
    sheet = BookSheet(station.org_name, day.year, made, [SEQUENCE, *cells.titles], sections, index)
    check_book(sheet)  # before it is laid out: measuring a character no font has would not know whose it is
    return sheet


def _entries(cells: CellReader, rows: Sequence[PersonRow]) -> list[Entry]:
    return [Entry(row.id, cells.cells(row)) for row in rows]
