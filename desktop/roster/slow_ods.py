"""An ods read element by element: for one calamine cannot read. Its repeats were bounded by the survey."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from desktop.roster.precheck import MOST_COLUMNS

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_MOST_ROWS = 1 << 21
_WIDEST_GAP = 70_000  # blank rows repeated in one go: more of them are the sheet's end


def ods_sheets(raw: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    """Yield (name, rows) of each sheet; raises ElementTree.ParseError, zipfile.BadZipFile, KeyError."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, archive.open("content.xml") as content:
        for _, one in ElementTree.iterparse(content):  # noqa: S314 - definitions were refused before
            if one.tag == f"{_TABLE}table":
                yield one.get(f"{_TABLE}name", ""), _rows(one)
                one.clear()


def _rows(table: ElementTree.Element) -> list[list[Any]]:
    found: list[list[Any]] = []
    for row in table.iter(f"{_TABLE}table-row"):
        cells = _cells(row)
        times = _times(row, "number-rows-repeated")
        if cells or times <= _WIDEST_GAP:
            found += [cells] * min(times, _MOST_ROWS - len(found))
    while found and not found[-1]:
        found.pop()
    return found


def _cells(row: ElementTree.Element) -> list[Any]:
    found: list[Any] = []
    for cell in row:
        if cell.tag in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            found += [_value(cell)] * min(_times(cell, "number-columns-repeated"), MOST_COLUMNS * 2)
    while found and found[-1] == "":
        found.pop()
    return found


def _times(one: ElementTree.Element, name: str) -> int:
    text = one.get(_TABLE + name, "1")
    return max(int(text), 1) if text.isdigit() and len(text) < 10 else 1


def _value(cell: ElementTree.Element) -> Any:
    """Return what a cell holds: a number, a date's text, or its paragraphs without its comment's."""
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in {"float", "currency"}:
        try:
            return float(cell.get(f"{_OFFICE}value", ""))
        except ValueError:
            return ""
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value", "").removesuffix("T00:00:00")
    return "\n".join("".join(one.itertext()) for one in cell.findall(f"{_TEXT}p"))
