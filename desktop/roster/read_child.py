"""The limited child process that reads an untrusted spreadsheet.

`python -m desktop.roster.read_child FILE` writes one JSON object a sheet on standard output:
{"name", "rows", "notes"}; then `{"end": true}`. Exit 3 with a Chinese clause on standard error: the
file is refused. Memory, time, files and processes are limited before the file is opened.
"""

import csv
import datetime
import io
import json
import sys
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from desktop.roster.grid import NUMERIC
from desktop.roster.precheck import RefusedFile, check_file

REFUSED = 3
_MEMORY = 1536 << 20
_SECONDS = 60
_BLANK_ROWS_END = 2000
_MOST_CELLS = 30_000_000
_LOSSY = 10**15
_ENCODINGS = ("utf-8-sig", "gb18030")


def main(arguments: list[str]) -> int:
    """Read the file named; return the exit code."""
    path = Path(arguments[0])
    limit_self()
    try:
        kind = check_file(path)
        for sheet in _sheets(path, kind):
            sys.stdout.write(json.dumps(sheet, ensure_ascii=False) + "\n")
    except RefusedFile as refused:
        sys.stderr.write(str(refused))
        return REFUSED
    except MemoryError:
        sys.stderr.write("文件太大或结构异常，内存不够")
        return REFUSED
    sys.stdout.write('{"end": true}\n')
    return 0


def limit_self() -> None:
    """Bound memory and time; no new files, no core dump."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogatepass")
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _sheets(path: Path, kind: str) -> Iterator[dict[str, Any]]:
    if kind in {"zip", "ole"}:
        yield from _workbook(path)
    elif kind == "markup":
        yield {"name": path.stem, "rows": _markup_rows(_decoded(path.read_bytes())), "notes": []}
    else:
        yield {"name": path.stem, "rows": _text_rows(_decoded(path.read_bytes())), "notes": []}


def _workbook(path: Path) -> Iterator[dict[str, Any]]:
    """Read a binary or zipped workbook; the reader's panics are not Exceptions, hence BaseException."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        metadata = list(book.sheets_metadata)
    except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
        raise _unreadable(error) from None
    for meta in metadata:
        if "WorkSheet" not in str(meta.typ):
            continue
        notes = [] if "Visible" in str(meta.visible) else ["这张表是隐藏的"]
        try:
            rows = _trimmed(book.get_sheet_by_name(meta.name).iter_rows())
        except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
            raise _unreadable(error) from None
        yield {"name": meta.name, "rows": rows, "notes": notes}


def _unreadable(error: BaseException) -> RefusedFile:
    if "assword" in str(error):
        return RefusedFile("文件有打开密码，请先在表格软件里去掉密码")
    return RefusedFile("文件不是能读的表格，或已损坏")


def _trimmed(rows: Iterable[list[Any]]) -> list[list[str]]:
    """Return rows as text, stopping after a long run of blank ones."""
    found: list[list[str]] = []
    blank = cells = 0
    for row in rows:
        texts = [_text(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        blank = 0 if texts else blank + 1
        cells += len(texts)
        if blank > _BLANK_ROWS_END:
            break
        if cells > _MOST_CELLS:
            raise RefusedFile("表格太大")
        found.append(texts)
    while found and not found[-1]:
        found.pop()
    return found


def _text(cell: Any) -> str:
    """Return a cell as text; numbers carry a mark, and those past 15 digits show that they are cut."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return NUMERIC + _number_text(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    return str(cell)


def _number_text(number: float) -> str:
    if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124 - not a number
        return ""
    if abs(number) >= _LOSSY:
        return f"{number:.14E}"
    if float(number).is_integer():
        return str(int(number))
    return repr(round(float(number), 10))


def _decoded(raw: bytes) -> str:
    """Return text by its byte-order mark, else by trying UTF-8 before GB18030."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16", errors="replace")
    if b"\x00" in raw[:200]:
        return raw.decode("utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be", errors="replace")
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedFile("文字编码认不出来，请另存为 xlsx 再导入")


def _text_rows(text: str) -> list[list[str]]:
    """Return the rows of a text table, whatever separates its columns."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",\t;|", key=first.count)
    csv.field_size_limit(1 << 20)
    try:
        return _trimmed(csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter))
    except csv.Error as error:
        raise RefusedFile("文本表格的引号或换行不对") from error


class _Tables(HTMLParser):
    """Collects the rows of every table in HTML or XML 2003 saved as .xls."""

    _ROWS = frozenset({"tr", "row", "ss:row"})
    _CELLS = frozenset({"td", "th", "cell", "ss:cell"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._ROWS:
            self.rows.append([])
        elif tag in self._CELLS and self.rows:
            index = dict(attrs).get("ss:index") or ""
            while index.isdigit() and len(self.rows[-1]) < min(int(index), 512) - 1:
                self.rows[-1].append("")
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in self._CELLS:
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def _markup_rows(text: str) -> list[list[str]]:
    if "<!ENTITY" in text[:65536]:
        raise RefusedFile("文件里有外部定义，可能不安全")
    tables = _Tables()
    tables.feed(text)
    return _trimmed([[cell.strip() for cell in row] for row in tables.rows])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
