"""Lists on paper and in files: 表 as PDF and as xlsx."""

from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, Field, Kind
from desktop.domain.fields import Value
from desktop.printing.table import TableSheet, table_pdf
from desktop.roster.table_workbook import table_workbook
from desktop.services.register import org_names, people_ids, people_rows
from desktop.services.station import Station
from desktop.store.people import PeopleFilter, PersonRow

_COLUMNS = (
    "name", "sex", "birth_id", "id_no", "ent_name", "retire_date", "political", "live_addr", "manage_state",
)  # fmt: skip
_SEQUENCE, _PHONE = ("序号", 5), ("电话", 13)


def export_table(station: Station, *, wanted: PeopleFilter) -> bytes:
    """Return the list of people as a PDF; raises PrintError."""
    columns, rows = _table(station, wanted)
    footer = f"{station.org_name}　{station.today().isoformat()}"
    return table_pdf(TableSheet("退休人员基本信息表", columns, rows, footer))


def export_roster(station: Station, *, wanted: PeopleFilter) -> bytes:
    """Return the list of people as xlsx."""
    columns, rows = _table(station, wanted)
    return table_workbook(columns, rows, name="基本信息表")


def _table(station: Station, wanted: PeopleFilter) -> tuple[list[tuple[str, int]], list[list[str]]]:
    names = org_names(station)
    rows = people_rows(station, ids=people_ids(station, wanted=wanted))
    fields = [PERSON.field(key) for key in _COLUMNS]
    columns = [_SEQUENCE, *[(field.label, field.width) for field in fields], _PHONE]
    return columns, [
        [str(number), *[_text(field, row, names) for field in fields], row.phone]
        for number, row in enumerate(rows, start=1)
    ]


def _text(field: Field, row: PersonRow, names: dict[str, str]) -> str:
    value: Value = row.values.get(field.key)
    if value is None:
        return ""
    if field.kind is Kind.CODE:
        return code_list(field.codes).label_of(str(value))
    return names.get(str(value), str(value)) if field.kind is Kind.ORG else str(value)
