"""Back to the sender: their own workbook with what is wrong marked in it."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from desktop.domain.errors import RosterError
from desktop.domain.file_names import shown_name
from desktop.domain.resources import child_command, child_environment
from desktop.roster import error_workbook
from desktop.roster.error_workbook import BadRow, ErrorSheet
from desktop.roster.grid import Sheet, plain
from desktop.roster.reader import RosterFile, read_roster
from desktop.services.peers import write_safely
from desktop.services.roster_preview import RosterPreview, RosterTable
from desktop.store.rosters import source_key

_MOST_STYLED = 6 << 20  # bytes of an xlsx that is marked in place; a larger one is written anew
_ZIP = b"PK\x03\x04"
_TIMEOUT = 180
_SHOWN = frozenset({"needs_review", "rejected"})


def write_errors(preview: RosterPreview, *, path: Path) -> int:
    """Write the workbook to send back and return how many rows in it need a look.

    The sheets are the sender's own: title rows, columns and order as they were, bad cells coloured. An xlsx keeps its
    styles. Raises RosterError if a file is gone or was changed since it was read.
    """
    tables = [table for table in preview.tables if not table.source.is_returned] or list(preview.tables)
    files: dict[Path, list[RosterTable]] = {}
    for table in tables:
        files.setdefault(table.source.path, []).append(table)
    read = {place: _same_file(place, found[0]) for place, found in files.items()}
    sheets = [(place, sheet) for place, found in files.items() for sheet in _sheets(read[place], found)]
    content = _styled(next(iter(files)), [one for _, one in sheets]) if len(files) == 1 else None
    write_safely(path, content or error_workbook.workbook([one for _, one in sheets]))
    return sum(len(sheet.bad) for _, sheet in sheets)


def _same_file(path: Path, table: RosterTable) -> RosterFile:
    """Read a file again; RosterError if it is not what was imported."""
    file = read_roster(path)
    if file.sha256 != table.sha256:
        raise RosterError(f"“{shown_name(path)}”在读入以后被改过", "请重新导入这个文件，再保存错误工作簿")
    return file


def _sheets(file: RosterFile, tables: Sequence[RosterTable]) -> list[ErrorSheet]:
    """Return the sheets of a file that hold tables, with what is wrong in their rows."""
    found = []
    for sheet in file.sheets:
        own = [table for table in tables if table.table.sheet == sheet.name]
        if own:
            rows = [[plain(cell) for cell in cells] for cells in sheet.rows]
            width = max([len(cells) for cells in rows], default=0)
            heads = frozenset(table.table.header_row for table in own)
            found.append(ErrorSheet(sheet.name, rows, heads, width, _bad_rows(own, sheet)))
    return found


def _bad_rows(tables: Sequence[RosterTable], sheet: Sheet) -> dict[int, BadRow]:
    """Return the rows with something to correct; tables that stand side by side share rows."""
    problems: dict[int, dict[int, tuple[str, str]]] = {}
    markers: dict[int, list[str]] = {}
    for table in tables:
        columns = table.table.columns
        for row, said in _wrong_cells(table).items():
            problems.setdefault(row, {}).update(said)
            cells = sheet.rows[row - 1]
            own = [cells[place] if place < len(cells) else "" for place in columns] if columns else cells
            mark = error_workbook.marker(
                row, table.source.first_column, sha256=table.sha256, key=source_key(own[: table.source.width])
            )
            markers.setdefault(row, []).append(mark)
    return {row: BadRow(said, " ".join(markers[row])) for row, said in problems.items()}


def _wrong_cells(table: RosterTable) -> dict[int, dict[int, tuple[str, str]]]:
    """Return by row and column of the sheet what to correct; what was put right by itself is not sent back."""
    wrong = {one.row for one in table.problems if one.outcome in _SHOWN}
    columns = table.table.columns
    found: dict[int, dict[int, tuple[str, str]]] = {}
    for one in table.problems:
        if one.row in wrong:
            column = columns[one.column] if one.column < len(columns) else one.column
            said = found.setdefault(one.row, {})
            before = said.get(column, ("", ""))
            said[column] = (_both(before[0], one.reason), _both(before[1], one.suggestion))
    return found


def _both(first: str, second: str) -> str:
    return "；".join(one for one in dict.fromkeys((first, second)) if one)


def _styled(path: Path, sheets: Sequence[ErrorSheet]) -> bytes | None:
    """Return the sender's own xlsx with its marks, None for another kind of file or one that resists."""
    if path.stat().st_size > _MOST_STYLED or path.read_bytes()[:4] != _ZIP:
        return None
    marks = json.dumps(_marks(sheets)).encode()
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            child_command("desktop.roster.return_child"), input=marks + b"\n" + path.read_bytes(),
            capture_output=True, timeout=_TIMEOUT, check=False, env=child_environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 and done.stdout.startswith(_ZIP) else None


def _marks(sheets: Sequence[ErrorSheet]) -> Mapping[str, Any]:
    return {
        sheet.name: {
            "width": sheet.width, "header_rows": sorted(sheet.header_rows),
            "bad": {row: {"columns": list(one.problems), "beside": one.beside} for row, one in sheet.bad.items()},
        }
        for sheet in sheets
    }  # fmt: skip
