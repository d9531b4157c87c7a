"""Book, register cards and lists: 册, 卡 and 表 on paper, the roster as xlsx."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, Field, Kind
from desktop.domain.fields import Value
from desktop.domain.progress import Report, silent
from desktop.printing.book import BookSheet, Section, book_pdf
from desktop.printing.register_card import RegisterCard, register_cards_pdf
from desktop.printing.table import TableSheet, table_pdf
from desktop.roster.table_workbook import table_workbook
from desktop.services.info_forms import blank_form, info_forms
from desktop.services.register import org_names, people_ids, people_rows
from desktop.services.station import Station
from desktop.store import people
from desktop.store.people import ChildRow, PeopleFilter, PersonRow

_COLUMNS = (
    "name", "sex", "birth_id", "id_no", "ent_name", "retire_date", "political", "live_addr", "manage_state",
)  # fmt: skip
_SEQUENCE, _PHONE = ("序号", 5), ("电话", 13)


_NO_BUILDING = "未写楼栋"
_BUILDING = re.compile(r"^(.*?[0-9一二三四五六七八九十甲乙丙丁A-Za-z]+(?:号楼|栋|幢|座|号院))")
_BASICS = (
    "name", "sex", "birth_id", "id_no", "ent_name", "retire_date", "political", "health", "live_addr", "hukou_addr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Export:
    """A way to put people on paper or in a file: its name, its file's ending, and how it is made."""

    label: str
    ending: str
    make: Callable[[Station, PeopleFilter, Report], bytes]


def building_of(address: str) -> str:
    """Return the building an address begins with (`青杨路1号院`, `3号楼`), or that none is written."""
    found = _BUILDING.match(address.replace(" ", ""))
    return found.group(1) if found else _NO_BUILDING


def _building_of(row: PersonRow) -> str:
    """Return a person's building as the clerk filed it, or as the address says it."""
    filed = row.text("live_building")
    if not filed:
        return building_of(row.text("live_addr"))
    return row.text("live_estate") + (f"{filed}号楼" if filed.isdigit() else filed)


def export_book(station: Station, *, wanted: PeopleFilter, report: Report = silent) -> bytes:
    """Return the book, a section for each building; raises PrintError, Cancelled."""
    station.allow("export.plain")
    report(0, 0, "制作基本信息册")
    names = org_names(station)
    fields = [PERSON.field(key) for key in _COLUMNS]
    rows = people_rows(station, ids=people_ids(station, wanted=wanted))
    groups: dict[str, list[PersonRow]] = {}
    for row in rows:
        groups.setdefault(_building_of(row), []).append(row)
    order = sorted(groups, key=lambda one: (one == _NO_BUILDING, _natural(one)))
    sections = [
        Section(title, [_cells(number, fields, row, names) for number, row in enumerate(groups[title], start=1)])
        for title in order
    ]
    day = station.today()
    index = [(row.text("name"), _building_of(row)) for row in rows]
    made = f"{station.org_name}　{day.isoformat()} 制"
    return book_pdf(BookSheet(station.org_name, day.year, made, _titles(fields), sections, index))


def _natural(text: str) -> list[tuple[int, str]]:
    """Return a key that puts 2号楼 before 10号楼."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", text)]


def export_register_cards(station: Station, *, wanted: PeopleFilter, report: Report = silent) -> bytes:
    """Return each person's register card, two sides; raises PrintError, Cancelled."""
    station.allow("export.plain")
    names = org_names(station)
    rows = people_rows(station, ids=people_ids(station, wanted=wanted))
    with station.vault.reading() as connection:
        cards = [
            _register_card(station, row, names, people.children_of(connection, "contact", person=row.id),
                           people.children_of(connection, "visit", person=row.id))
            for row in rows
        ]  # fmt: skip
    return register_cards_pdf(cards, report=report)


def _register_card(
    station: Station, row: PersonRow, names: dict[str, str], contacts: tuple[ChildRow, ...] | list[ChildRow],
    visits: tuple[ChildRow, ...] | list[ChildRow],
) -> RegisterCard:  # fmt: skip
    contact = contacts[0].values if contacts else {}
    kin = " ".join(str(contact[key]) for key in ("name", "phone") if contact.get(key))
    basics = [(PERSON.field(key).label, _text(PERSON.field(key), row, names)) for key in _BASICS]
    tags = "、".join(code_list("care_tag").label_of(tag) for tag in row.tags)
    basics += [("联系电话", row.phone), ("家庭联系人", kin), ("关爱类别", tags), ("人员编号", row.text("person_no"))]
    return RegisterCard(row.text("name"), station.org_name, basics, [_log_line(one) for one in visits])


def _log_line(visit: ChildRow) -> list[str]:
    text = {key: str(visit.values.get(key) or "") for key in ("visited_on", "condition", "needs", "gift", "visitors")}
    said = "；".join(part for part in (text["condition"], text["needs"]) if part)
    method = code_list("visit_method").label_of(str(visit.values.get("method") or ""))
    return [text["visited_on"], method, said, text["gift"], text["visitors"]]


def export_table(station: Station, *, wanted: PeopleFilter) -> bytes:
    """Return the list of people as a PDF; raises PrintError."""
    station.allow("export.plain")
    columns, rows = _table(station, wanted)
    footer = f"{station.org_name}　{station.today().isoformat()}"
    return table_pdf(TableSheet("退休人员基本信息表", columns, rows, footer))


def export_roster(station: Station, *, wanted: PeopleFilter) -> bytes:
    """Return the list of people as xlsx."""
    station.allow("export.plain")
    columns, rows = _table(station, wanted)
    return table_workbook(columns, rows, name="基本信息表")


def _table(station: Station, wanted: PeopleFilter) -> tuple[list[tuple[str, int]], list[list[str]]]:
    names = org_names(station)
    rows = people_rows(station, ids=people_ids(station, wanted=wanted))
    fields = [PERSON.field(key) for key in _COLUMNS]
    return _titles(fields), [_cells(number, fields, row, names) for number, row in enumerate(rows, start=1)]


def _titles(fields: list[Field]) -> list[tuple[str, int]]:
    return [_SEQUENCE, *[(field.label, field.width) for field in fields], _PHONE]


def _cells(number: int, fields: list[Field], row: PersonRow, names: dict[str, str]) -> list[str]:
    return [str(number), *[_text(field, row, names) for field in fields], row.phone]


def _text(field: Field, row: PersonRow, names: dict[str, str]) -> str:
    value: Value = row.values.get(field.key)
    if value is None:
        return ""
    if field.kind is Kind.CODE:
        return code_list(field.codes).label_of(str(value))
    return names.get(str(value), str(value)) if field.kind is Kind.ORG else str(value)


def export_info_forms(station: Station, *, wanted: PeopleFilter, report: Report = silent) -> bytes:
    """Return everyone's one-page 基本信息表, a blank one if there is nobody; raises PrintError, Cancelled."""
    ids = people_ids(station, wanted=wanted)
    return info_forms(station, ids=ids, report=report) if ids else blank_form(station)


EXPORTS = {
    "form": Export("基本信息确认表", "pdf", lambda station, wanted, report: export_info_forms(
        station, wanted=wanted, report=report)),
    "book": Export("基本信息册", "pdf", lambda station, wanted, report: export_book(
        station, wanted=wanted, report=report)),
    "cards": Export("基本信息登记卡", "pdf", lambda station, wanted, report: export_register_cards(
        station, wanted=wanted, report=report)),
    "table": Export("基本信息表", "pdf", lambda station, wanted, _report: export_table(station, wanted=wanted)),
    "roster": Export("基本信息表", "xlsx", lambda station, wanted, _report: export_roster(station, wanted=wanted)),
}  # fmt: skip
