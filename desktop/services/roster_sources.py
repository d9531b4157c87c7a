"""Files become tables whose columns go somewhere: as proposed, as remembered, as somebody said."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from desktop.domain.clock import local_text
from desktop.domain.errors import RosterError
from desktop.domain.fields import Value
from desktop.domain.file_names import shown_name
from desktop.domain.ids import new_id
from desktop.domain.progress import Report
from desktop.roster import mapping as mappings
from desktop.roster.error_workbook import ADDED, Marker, read_markers
from desktop.roster.grid import Sheet, plain
from desktop.roster.headers import find_tables
from desktop.roster.mapping import ColumnMapping
from desktop.roster.reader import read_roster
from desktop.roster.table import FoundTable
from desktop.services.roster_plan import RosterSource
from desktop.services.station import Station
from desktop.store import people, rosters
from desktop.store.unit_of_work import UnitOfWork

ROSTER_MAP = "roster"  # file_kind of the form_map records that are roster mappings
LOOKED_AT = 200  # rows looked at for what a column holds
_ANY_ENTERPRISE = "（未写单位）"


def read_sources(
    station: Station,
    *,
    paths: Sequence[Path],
    mapping: Mapping[str, str] | None,
    meanings: Mapping[str, Mapping[str, str]],
    report: Report,
) -> tuple[list[RosterSource], list[str]]:
    """Read files and return their tables, with what was left out and why. Raises RosterError, Cancelled."""
    sources: list[RosterSource] = []
    skipped: list[str] = []
    for number, path in enumerate(paths):
        report(number, len(paths), f"读取 {shown_name(path)}")
        file = read_roster(path, report=report)
        with station.vault.reading() as connection:
            at = rosters.file_seen(connection, file.sha256)
        for sheet in file.sheets:
            tables = find_tables(sheet)
            if not tables:
                skipped.append(f"{file.name} 的“{sheet.name}”没有找到表头")
            marks = _returned_rows(sheet, tables)
            for table in tables:
                columns, off = _mapped(station, table, mapping)
                skipped += [f"{file.name} 的“{header}”这一项未启用采集，没有读入" for header in off]
                source = RosterSource(file.name, path, file.sha256, table, tuple(columns), local_text(at or ""))
                own = {
                    row: found[source.first_column]
                    for row, found in (marks or {}).items()
                    if source.first_column in found
                }
                sources.append(
                    replace(source, meanings=meanings.get(file.sha256, {}), is_returned=marks is not None, returned=own)
                )
    if not sources:
        raise RosterError("没有找到花名册的表头", "请检查表里是否有“姓名”“身份证号”这样的列名")
    return sources, skipped


def _returned_rows(sheet: Sheet, tables: Sequence[FoundTable]) -> dict[int, dict[int, Marker]] | None:
    """Return the rows of a sheet that were sent back, by the first column of their table; None if none was."""
    place = -1
    for table in tables:
        header = [plain(cell).strip() for cell in sheet.rows[table.header_row - 1]]
        while header and not header[-1]:
            header.pop()
        if tuple(header[-len(ADDED) :]) == ADDED:
            place = len(header) - 1
    if place < 0:
        return None
    rows = ((row, cells) for row, cells in enumerate(sheet.rows, start=1) if len(cells) > place)
    found = ((row, read_markers(plain(cells[place]))) for row, cells in rows)
    return {row: marks for row, marks in found if marks}


def _mapped(
    station: Station, table: FoundTable, given: Mapping[str, str] | None
) -> tuple[list[ColumnMapping], list[str]]:
    """Return where the columns of a table go: as given, as remembered, as proposed."""
    proposed = mappings.propose(table.headers)
    with station.vault.reading() as connection:
        maps = [one.values for one in people.records_of(connection, "form_map")]
    remembered = _remembered(maps, table, proposed)
    columns = mappings.propose(table.headers, remembered={**remembered, **(given or {})})
    return mappings.without_uncollected(columns, station.vault.switched_on)


def _remembered(
    maps: Sequence[Mapping[str, Value]], table: FoundTable, columns: Sequence[ColumnMapping]
) -> dict[str, str]:
    """Return the mapping kept for these headers: this enterprise's own, else the newest of any."""
    mark = mappings.fingerprint(table.headers)
    kept = [one for one in maps if one.get("file_kind") == ROSTER_MAP and one.get("fingerprint") == mark]
    if not kept:
        return {}
    enterprise = enterprise_of(table, columns)
    own = [one for one in kept if one.get("name") == enterprise]
    found: dict[str, str] = json.loads(str((own or kept)[-1]["mapping"]))
    return found


def enterprise_of(table: FoundTable, columns: Sequence[ColumnMapping]) -> str:
    """Return the enterprise a table is of: the first one its rows name."""
    place = next((place for place, one in enumerate(columns) if one.target == "person.ent_name"), -1)
    for _, cells in table.rows[:LOOKED_AT] if place >= 0 else ():
        if place < len(cells) and plain(cells[place]).strip():
            return plain(cells[place]).strip()[:100]
    return _ANY_ENTERPRISE


def remember_mapping(station: Station, unit: UnitOfWork, sources: Sequence[RosterSource]) -> None:
    """Keep inside `unit` where the columns of these tables go, by header fingerprint and enterprise."""
    for source in sources:
        mark, name = mappings.fingerprint(source.table.headers), enterprise_of(source.table, source.mapping)
        keys = mappings.keys_of(source.table.headers)
        goes = {key: one.target for key, one in zip(keys, source.mapping, strict=True)}
        keep_mapping(station, unit, mark=mark, name=name, goes=goes)


def keep_mapping(station: Station, unit: UnitOfWork, *, mark: str, name: str, goes: Mapping[str, str]) -> None:
    """Keep inside `unit` where the columns (by their keys) of an enterprise's tables with these headers go."""
    unit.flush()
    kept = (one for one in people.records_of(unit.connection, "form_map") if one.values.get("file_kind") == ROSTER_MAP)
    record = next(
        (one.id for one in kept if (one.values.get("fingerprint"), one.values.get("name")) == (mark, name)),
        new_id(station.ids),
    )
    text = json.dumps(dict(goes), ensure_ascii=False)
    unit.put("form_map", record, {"name": name, "fingerprint": mark, "file_kind": ROSTER_MAP, "mapping": text})
