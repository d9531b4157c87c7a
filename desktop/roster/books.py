"""Workbooks (xlsx, xls, xlsb, ods, et) as sheets of cells, read by calamine after the survey let them through."""

import contextlib
import io
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from xml.etree import ElementTree

from desktop.roster.precheck import PROTECTED, UNREADABLE, RefusedFile
from desktop.roster.slow_ods import ods_sheets
from desktop.roster.survey import BookFacts, SheetFacts
from desktop.roster.survey_xls import survey_ole
from desktop.roster.survey_xlsx import survey_zip

UNREADABLE_SHEET = "读不了，可能已损坏"
_CONFIRMED = 50_000  # rows of a sheet that a third reading may take


@dataclass(slots=True)
class ReadSheet:
    """A sheet about to be read: its cells are fetched as `rows` is walked."""

    name: str
    rows: Iterable[list[Any]]
    facts: SheetFacts
    hidden: bool = False
    notes: list[str] = field(default_factory=list)
    failed: bool = False  # no row of it could be read
    confirm: Callable[[], set[int]] | None = None  # the rows with a value, by a third reading


def sheets_of_book(raw: bytes, kind: str, *, slow: bool) -> Iterator[ReadSheet]:
    """Yield the sheets of a workbook; one that must not be read is left out with a note. Raises RefusedFile."""
    book = survey_zip(raw) if kind == "zip" else survey_ole(raw)
    found = 0
    refused = ""
    for sheet in _slow_sheets(raw, book) if slow and book.kind in {"xlsx", "ods"} else _fast_sheets(raw, book):
        if sheet.facts.refused:
            refused = refused or sheet.facts.refused
            yield ReadSheet(sheet.name, [], SheetFacts(), sheet.hidden, [f"这张表没有读：{sheet.facts.refused}"])
        else:
            found += 1
            yield sheet
    if refused and not found:
        raise RefusedFile(f"表格{refused}")


def _fast_sheets(raw: bytes, book: BookFacts) -> Iterator[ReadSheet]:
    """Yield sheets by calamine; its panics are no Exceptions, hence BaseException."""
    import python_calamine

    try:
        opened = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        metadata = list(opened.sheets_metadata)
    except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
        if "assword" not in str(error) and book.kind in {"xlsx", "ods"}:
            yield from _slow_sheets(raw, book)
            return
        raise _unreadable(error) from None
    for meta in metadata:
        if "WorkSheet" not in str(meta.typ):
            continue
        facts = book.sheets.get(meta.name, SheetFacts())
        hidden = "Visible" not in str(meta.visible) or meta.name in book.hidden
        if facts.refused:
            yield ReadSheet(meta.name, [], facts, hidden)
        else:
            sheet = _fast_sheet(opened, meta.name, facts, hidden)
            if sheet is not None and book.kind == "xlsx" and facts.last_row <= _CONFIRMED:
                sheet.confirm = partial(_valued_rows, raw, book, meta.name)
            yield sheet or _slow_or_none(raw, book, meta.name)


def _fast_sheet(opened: Any, name: str, facts: SheetFacts, hidden: bool) -> ReadSheet | None:
    """Return one sheet of a workbook calamine opened, None if it cannot read it."""
    try:
        sheet = opened.get_sheet_by_name(name)
        if not facts.merged:
            ranges = sheet.merged_cell_ranges or ()
            facts.merged = [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in ranges]
    except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
        if isinstance(error, MemoryError):
            raise
        return None
    return ReadSheet(name, sheet.iter_rows(), facts, hidden)


def _slow_or_none(raw: bytes, book: BookFacts, name: str) -> ReadSheet:
    """Return one sheet by the other reader, or an empty one that says it cannot be read."""
    try:
        return _slow_sheet(raw, book, name)
    except RefusedFile:
        return ReadSheet(name, [], SheetFacts(refused=UNREADABLE_SHEET))


def _slow_sheet(raw: bytes, book: BookFacts, name: str) -> ReadSheet:
    """Return one sheet by the other reader; raises RefusedFile if there is none for its kind."""
    slow = book.kind in {"xlsx", "ods"}
    found = (one for one in _slow_sheets(raw, book) if one.name == name) if slow else iter(())
    sheet = next(found, None)
    if sheet is None:
        raise RefusedFile(UNREADABLE)
    return sheet


def _slow_sheets(raw: bytes, book: BookFacts) -> Iterator[ReadSheet]:
    """Yield sheets by the other reader of their kind; raises RefusedFile."""
    return _openpyxl_sheets(raw, book) if book.kind == "xlsx" else _ods_sheets(raw, book)


def _ods_sheets(raw: bytes, book: BookFacts) -> Iterator[ReadSheet]:
    try:
        for name, rows in ods_sheets(raw):
            yield ReadSheet(name, rows, book.sheets.get(name, SheetFacts()), name in book.hidden)
    except (ElementTree.ParseError, zipfile.BadZipFile, KeyError) as error:
        raise RefusedFile(UNREADABLE) from error


def _openpyxl_sheets(raw: bytes, book: BookFacts) -> Iterator[ReadSheet]:
    """Yield sheets of an xlsx by openpyxl, which streams where calamine needs the whole sheet at once."""
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # saves its memory and its threads
    import warnings

    import openpyxl

    warnings.simplefilter("ignore")
    try:
        opened = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        names = opened.sheetnames
    except BaseException as error:  # noqa: BLE001 - it raises whatever goes wrong
        raise _unreadable(error) from None
    for name in names:
        page = opened[name]
        if not hasattr(page, "iter_rows"):
            continue
        facts = book.sheets.get(name, SheetFacts())
        with contextlib.suppress(AttributeError):
            page.reset_dimensions()
        rows = [] if facts.refused else (list(row) for row in page.iter_rows(values_only=True))
        yield ReadSheet(name, rows, facts, page.sheet_state != "visible")


def _valued_rows(raw: bytes, book: BookFacts, name: str) -> set[int]:
    """Return the rows of a sheet that hold a value, by openpyxl: where two readers differ, a third decides."""
    try:
        rows = _slow_sheet(raw, book, name).rows
        return {number for number, row in enumerate(rows, 1) if any(cell not in {None, ""} for cell in row)}
    except Exception:  # noqa: BLE001 - it raises whatever goes wrong
        return set(book.sheets[name].valued_rows or ())


def _unreadable(error: BaseException) -> RefusedFile:
    if isinstance(error, MemoryError):
        return RefusedFile("文件太大或结构异常，内存不够")
    return RefusedFile(PROTECTED if "assword" in str(error) else UNREADABLE)
