"""The list of people on paper or in a workbook just as it stands: its columns, its order, its filter."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.dictionary import PERSON
from desktop.domain.progress import Report, silent
from desktop.printing.table import TableSheet, table_pdf
from desktop.roster.table_workbook import table_workbook
from desktop.services import register, wording
from desktop.services.filters import filter_words
from desktop.services.listing import ListQuery
from desktop.services.station import Station
from desktop.store.people import PersonRow

PHONE = "phone"  # a column beside the person's fields
_SEQUENCE, _PHONE = ("序号", 5), ("电话", 13)
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list as it stands: the keys of its columns, whom it shows and how, and the filter as it is written."""

    columns: Sequence[str]
    query: ListQuery
    expression: str = ""
    title: str = "退休人员名单"


def list_pdf(station: Station, *, shape: ListShape, report: Report = silent) -> bytes:
    """Return the list as a PDF, its rule in the footer; raises PrintError, Cancelled."""
    columns, rows = _table(station, shape, report)
    rule = f"　条件：{filter_words(shape.expression)}" if shape.expression else ""
    footer = f"{station.org_name}　{station.today().isoformat()}{rule}"
    return table_pdf(TableSheet(shape.title, columns, rows, footer))


def list_workbook(station: Station, *, shape: ListShape, report: Report = silent) -> bytes:
    """Return the list as an xlsx; raises Cancelled."""
    columns, rows = _table(station, shape, report)
    return table_workbook(columns, rows, name="名单")


def _table(station: Station, shape: ListShape, report: Report) -> tuple[list[tuple[str, int]], list[list[str]]]:
    query, orgs = shape.query, register.org_names(station)
    ids = register.people_ids(station, wanted=query.wanted, sort=query.sort, descending=query.descending)
    fields = [PERSON.field(key) for key in shape.columns if key != PHONE]
    rows: list[list[str]] = []
    for start in range(0, len(ids), _CHUNK):
        report(start, len(ids), "整理名单")
        for row in register.people_rows(station, ids=ids[start : start + _CHUNK]):
            cells = [wording.text_of(field, row.values.get(field.key), orgs=orgs) for field in fields]
            rows.append([str(len(rows) + 1), *cells, *_phone(shape, row)])
    titles = [_SEQUENCE, *((field.label, field.width) for field in fields)]
    return [*titles, *([_PHONE] if PHONE in shape.columns else [])], rows


def _phone(shape: ListShape, row: PersonRow) -> list[str]:
    return [row.phone] if PHONE in shape.columns else []
