"""The limited child process that reads an untrusted spreadsheet from its standard input.

`python -m desktop.roster.read_child [slow]` writes frames (`frames`) on standard output: for each sheet a head, blocks
of rows, an end with what was seen beside the texts; then the end of all with the file's SHA-256. A file that must not
be read is one frame with a Chinese clause, and exit 3. Memory, time, network, files and programs are limited before a
byte of the file is looked at. `slow` reads an xlsx with openpyxl: for a file that made the fast reader abort.
"""

import contextlib
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from desktop.roster.books import ReadSheet, sheets_of_book
from desktop.roster.frames import COUNT, END, REFUSED, ROWS, SHEET, SHEET_END, write_frame
from desktop.roster.grid import BLOCK_ROWS, CELL_END, NUMERIC, ROW_END
from desktop.roster.limits import limit_self
from desktop.roster.markup import MarkupTable, markup_tables, mime_parts
from desktop.roster.precheck import MOST_BYTES, UNREADABLE, RefusedFile, kind_of_bytes
from desktop.roster.render import Trimmer
from desktop.roster.survey import SheetFacts
from desktop.roster.texts import decoded, text_rows

EXIT_REFUSED = 3
_MOST_TEXT = 200 << 20
_SURROGATES = re.compile("[\ud800-\udfff]")


def main(arguments: list[str]) -> int:
    """Read the file on standard input; return the exit code."""
    out = sys.stdout.buffer
    limit_self()
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        written = 0
        failed = []
        for sheet in _sheets(raw, slow="slow" in arguments):
            written += _write_sheet(out, sheet, _MOST_TEXT - written)
            failed.append(sheet.failed)
        if failed and all(failed):
            raise RefusedFile(UNREADABLE)
    except RefusedFile as refused:
        return _refuse(out, str(refused))
    except MemoryError:
        return _refuse(out, "文件太大或结构异常，内存不够")
    except RecursionError:
        return _refuse(out, "文件的内部结构套得太深")
    write_frame(out, END, json.dumps({"sha256": hashlib.sha256(raw).hexdigest()}).encode())
    out.flush()
    return 0


def _refuse(out: BinaryIO, clause: str) -> int:
    write_frame(out, REFUSED, clause.encode("utf-8", "replace"))
    out.flush()
    return EXIT_REFUSED


def _sheets(raw: bytes, *, slow: bool) -> Iterator[ReadSheet]:
    kind = kind_of_bytes(raw)
    if kind in {"zip", "ole"}:
        yield from sheets_of_book(raw, kind, slow=slow)
    elif kind == "mime":
        parts = mime_parts(raw)
        if not parts:
            raise RefusedFile("网页存档里没有表格，请另存为 xlsx 再导入")
        for part in parts:
            yield from _of_markup(part)
    elif kind == "markup":
        yield from _of_markup(raw)
    else:
        text, notes = decoded(raw)
        yield ReadSheet("", text_rows(text), SheetFacts(), notes=notes)


def _of_markup(raw: bytes) -> Iterator[ReadSheet]:
    tables, notes = markup_tables(raw)
    if not tables:
        raise RefusedFile("文件里没有表格")
    for table in tables:
        yield ReadSheet(table.name, ([_cell(cell) for cell in row] for row in table.rows), _facts(table), notes=notes)


def _cell(text: str) -> str | float:
    """Return a cell of markup; one that says it is a number as a number."""
    if text.startswith(NUMERIC):
        with contextlib.suppress(ValueError):
            return float(text[1:])
    return text.strip()


def _facts(table: MarkupTable) -> SheetFacts:
    facts = SheetFacts(hidden_rows=table.hidden_rows, hidden_columns=table.hidden_columns, merged=table.merged)
    facts.comments = table.comments
    return facts


def _write_sheet(out: BinaryIO, sheet: ReadSheet, most: int) -> int:
    """Write one sheet; return how many bytes its texts took."""
    write_frame(out, SHEET, json.dumps({"name": _clean(sheet.name), "hidden": sheet.hidden}).encode())
    facts = sheet.facts
    trimmer = Trimmer(facts)
    block: list[str] = []
    written = 0
    try:
        for texts in trimmer.rows(sheet.rows):
            block.append(CELL_END.join(texts))
            if len(block) == BLOCK_ROWS:
                written += _write_block(out, block)
                block = []
                if written > most:
                    raise RefusedFile("表格太大，请分成几个文件")
    except (RefusedFile, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
        if trimmer.read:
            raise RefusedFile(f"表格“{_clean(sheet.name)}”读到第 {trimmer.read} 行就读不下去了，可能已损坏") from error
        sheet.notes.append("这张表读不了，可能已损坏")
        sheet.failed = True
    written += _write_block(out, block)
    if trimmer.differing and sheet.confirm is not None:
        valued = sheet.confirm()
        trimmer.differing = [row for row in trimmer.differing if row in valued]
    write_frame(out, SHEET_END, json.dumps(_end(sheet, trimmer)).encode())
    return written


def _write_block(out: BinaryIO, block: list[str]) -> int:
    if not block:
        return 0
    text = ROW_END.join(block)
    try:
        body = text.encode()
    except UnicodeEncodeError:
        body = _clean(text).encode()
    write_frame(out, ROWS, COUNT.pack(len(block)) + body)
    out.flush()
    return len(body)


def _clean(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text)


def _end(sheet: ReadSheet, trimmer: Trimmer) -> dict[str, Any]:
    """Return what is said of a sheet behind its rows."""
    facts = sheet.facts
    last = trimmer.read
    return {
        "notes": [_clean(note) for note in (*sheet.notes, *trimmer.notes())],
        "hidden_rows": sorted(row for row in facts.hidden_rows if row <= last),
        "hidden_columns": sorted(facts.hidden_columns),
        "merged": [list(one) for one in facts.merged if one[0] <= last][:20_000],
        "comments": [[row, column, _clean(text)] for (row, column), text in list(facts.comments.items())[:20_000]],
        "marks": [[row, mark, columns] for row, found in facts.marks.items() if row <= last
                  for mark, columns in found.items()],
        "date1904": facts.date1904,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
