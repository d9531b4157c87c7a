"""Lists and register cards: 表 and 卡 on paper, the roster as xlsx; and the table of all that can be made of people."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.progress import Report, silent
from desktop.printing.register_card import register_cards_pdf
from desktop.printing.table import TableSheet, table_pdf
from desktop.roster.table_workbook import table_workbook
from desktop.services.bound_book import export_book
from desktop.services.buildings import building_of
from desktop.services.giving import Leaving, give_out, keep_paper
from desktop.services.info_forms import blank_form, info_forms
from desktop.services.register import people_ids, people_rows
from desktop.services.register_cards import register_card
from desktop.services.station import Station
from desktop.services.table_cells import SEQUENCE, CellReader, PaperWish
from desktop.services.visit_papers import route_sheet, sheets_or_blank
from desktop.store.people import PeopleFilter

__all__ = ["EXPORTS", "Export", "building_of", "export_book", "export_roster", "export_table"]
_COLUMNS = (
    "name", "sex", "birth_id", "id_no", "ent_name", "retire_date", "political", "live_addr", "manage_state", "phone",
)  # fmt: skip
_TITLE = "退休人员基本信息表"
_USUAL = PaperWish()


@dataclass(frozen=True, slots=True)
class Export:
    """A way to put people on paper or in a file: its name, its file's ending, and how it is made."""

    label: str
    ending: str
    do: Callable[[Station, PeopleFilter, Report, PaperWish], bytes]
    is_paper: bool = False  # printed for the person it is about: nothing is given to others

    def make(self, station: Station, wanted: PeopleFilter, report: Report, wish: PaperWish = _USUAL) -> bytes:
        """Return the file for the people of a filter, as the clerk wants it; raises PrintError, NotAllowedError."""
        return self.do(station, wanted, report, wish)


def export_register_cards(
    station: Station, *, wanted: PeopleFilter, wish: PaperWish = _USUAL, report: Report = silent
) -> bytes:
    """Return each person's register card, two sides; raises PrintError, Cancelled."""
    station.allow("export.plain")
    ids = people_ids(station, wanted=wanted, sort=wish.sort, descending=wish.descending)
    cards = []
    for number, person in enumerate(ids, start=1):
        report(number, len(ids), "读取登记")
        cards.append(register_card(station, person=person))
    return register_cards_pdf(cards, two_up=wish.two_up, report=report)


def export_table(station: Station, *, wanted: PeopleFilter, wish: PaperWish = _USUAL) -> bytes:
    """Return the list of people as a PDF; raises PrintError."""
    station.allow("export.plain")
    columns, rows = _table(station, wanted, wish)
    footer = f"{station.org_name}　{station.today().isoformat()}"
    return table_pdf(TableSheet(wish.title or _TITLE, columns, rows, footer))


def export_roster(station: Station, *, wanted: PeopleFilter, wish: PaperWish = _USUAL) -> bytes:
    """Return the list of people as xlsx."""
    station.allow("export.plain")
    columns, rows = _table(station, wanted, wish)
    return table_workbook(columns, rows, name="基本信息表")


def _table(station: Station, wanted: PeopleFilter, wish: PaperWish) -> tuple[list[tuple[str, int]], list[list[str]]]:
    """Return the columns and rows of a list in the clerk's order, the name right behind the number."""
    chosen = [key for key in wish.columns or _COLUMNS if key != "name"]
    cells = CellReader(station, ("name", *chosen), masked=wish.masked)
    rows = people_rows(station, ids=people_ids(station, wanted=wanted, sort=wish.sort, descending=wish.descending))
    return [SEQUENCE, *cells.titles], [[str(place), *cells.cells(row)] for place, row in enumerate(rows, start=1)]


def export_info_forms(station: Station, *, wanted: PeopleFilter, report: Report = silent) -> bytes:
    """Return everyone's one-page 基本信息表, a blank one if there is nobody; raises PrintError, Cancelled."""
    ids = people_ids(station, wanted=wanted)
    return info_forms(station, ids=ids, report=report) if ids else blank_form(station)


EXPORTS = {
    "form": Export("基本信息确认表", "pdf", lambda station, wanted, report, _wish: export_info_forms(
        station, wanted=wanted, report=report), is_paper=True),
    "book": Export("基本信息册", "pdf", lambda station, wanted, report, wish: export_book(
        station, wanted=wanted, wish=wish, report=report)),
    "cards": Export("基本信息登记卡", "pdf", lambda station, wanted, report, wish: export_register_cards(
        station, wanted=wanted, wish=wish, report=report)),
    "table": Export("基本信息表", "pdf", lambda station, wanted, _report, wish: export_table(
        station, wanted=wanted, wish=wish)),
    "roster": Export("基本信息表", "xlsx", lambda station, wanted, _report, wish: export_roster(
        station, wanted=wanted, wish=wish)),
    "visit": Export("走访记录表", "pdf", lambda station, wanted, report, _wish: sheets_or_blank(
        station, ids=people_ids(station, wanted=wanted), report=report)),
    "route": Export("走访路线单", "pdf", lambda station, wanted, _report, _wish: route_sheet(
        station, ids=people_ids(station, wanted=wanted))),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """An export that was made: which, its bytes, how many people are in it."""

    key: str
    content: bytes
    people: int


def give(station: Station, made: Made, *, path: Path) -> None:
    """Write an export to a file: forms for people to sign as they are, everything else on terms (`giving`)."""
    one = EXPORTS[made.key]
    if one.is_paper:
        keep_paper(station, what=one.label, people=made.people, content=made.content, path=path)
    else:
        give_out(station, leaving=Leaving(one.label, made.people, made.content), path=path)
