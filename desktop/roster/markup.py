"""Tables in HTML, in a web archive and in XML Spreadsheet 2003, as they are saved under `.xls` (case 49)."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from desktop.roster.grid import NUMERIC
from desktop.roster.precheck import MOST_COLUMNS, RefusedFile, refuse_definitions
from desktop.roster.texts import decoded

_MOST_ROWS = 1 << 20
_MOST_CELLS = 8_000_000
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([A-Za-z0-9_-]+)""", re.IGNORECASE)
_DEEPEST = 8
_WIDEST_GAP = 70_000  # rows


@dataclass(slots=True)
class MarkupTable:
    """One sheet or table: its name, its rows, rows and columns it hides (1-based, 0-based)."""

    name: str
    rows: list[list[str]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def markup_tables(raw: bytes) -> tuple[list[MarkupTable], list[str]]:
    """Return the tables of HTML or XML 2003, and what is to be said; raises RefusedFile for definitions of entities."""
    head = raw[:65536].replace(b"\x00", b"")
    is_xml = b"urn:schemas-microsoft-com:office:spreadsheet" in head or re.search(rb"<(?:\w+:)?Workbook\b", head)
    if is_xml:
        refuse_definitions(head)
    if b"<!ENTITY" in raw or re.search(rb"<!DOCTYPE[^>]*\[", head):
        raise RefusedFile("文件里有外部定义，可能不安全")
    text, notes = _decoded(raw, head)
    if "<frameset" in text[:65536].lower() and "<table" not in text[:65536].lower():
        raise RefusedFile("这是分成几个文件的网页，请在表格软件里打开后另存为 xlsx")
    parser = _Tables("xml" if is_xml else "html")
    parser.feed(text)
    parser.close()
    return [table for table in parser.tables if table.rows], notes


def mime_parts(raw: bytes) -> list[bytes]:
    """Return the HTML sheets inside a web archive (`.mht` saved as `.xls`)."""
    import email.policy  # 0.1 s that only a web archive needs

    message = email.message_from_bytes(raw, policy=email.policy.default)
    found = []
    for part in message.walk():
        if part.get_content_type() == "text/html":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes) and b"<table" in body.lower():
                found.append(body)
    return found


def _decoded(raw: bytes, head: bytes) -> tuple[str, list[str]]:
    """Return the text in the encoding it names, if that works, else as any text."""
    named = _CHARSET.search(head[:4096])
    if named and raw[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        name = named.group(1).decode("ascii").lower()
        encoding = "gb18030" if name in {"gb2312", "gbk", "gb18030", "cp936"} else "utf-8-sig" if "8" in name else ""
        try:
            return (raw.decode(encoding), []) if encoding else decoded(raw)
        except UnicodeDecodeError:
            return decoded(raw)
    return decoded(raw)


class _Tables(HTMLParser):
    """Collects tables; cells that span rows or columns leave room for what they cover."""

    def __init__(self, kind: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[MarkupTable] = []
        self._xml = kind == "xml"
        self._open = False
        self._covered: dict[int, int] = {}  # column -> rows it is still covered for
        self._depth = self._cells = 0
        self._numeric = self._in_comment = self._silent = False
        self._comment = ""
        self._next_column = 0

    @property
    def _rows(self) -> list[list[str]]:
        return self.tables[-1].rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = tag.rpartition(":")[2]
        said = {key.rpartition(":")[2]: value or "" for key, value in attrs}
        if name in {"worksheet", "table"}:
            self._begin_table(name, said)
        elif name in {"row", "tr"}:
            self._begin_row(said)
        elif name in {"cell", "td", "th"}:
            self._begin_cell(said)
        elif name == "column" and self.tables:
            self._column(said)
        else:
            self._begin_other(name, said)

    def _begin_other(self, name: str, said: dict[str, str]) -> None:
        if name == "data":
            self._numeric = said.get("type") == "Number"
        elif name == "comment":
            self._in_comment, self._comment = True, ""
        elif name == "br" and self._open:
            self.handle_data("\n")
        elif name in {"style", "script"}:
            self._silent = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def _begin_table(self, name: str, said: dict[str, str]) -> None:
        if self._xml and name == "table":
            return
        if not self._xml:
            self._depth += 1
            if self._depth > _DEEPEST:
                raise RefusedFile("网页里的表格一层套一层，请另存为 xlsx 再导入")
            if self._depth > 1 and self._open:
                return
        self.tables.append(MarkupTable(said.get("name", "")))
        self._covered = {}
        self._next_column = 0

    def _begin_row(self, said: dict[str, str]) -> None:
        if self._depth > 1 and self._open:
            return
        if not self.tables:
            self.tables.append(MarkupTable(""))
        skipped = _small(said.get("index"), _MOST_ROWS) - 1
        if skipped - len(self._rows) > _WIDEST_GAP:
            raise RefusedFile("表里的行隔得太远，请删去下边的空行再导入")
        while len(self._rows) < skipped:
            self._rows.append([])
        if len(self._rows) >= _MOST_ROWS:
            raise RefusedFile("表格太大")
        self._rows.append([])
        if said.get("hidden") == "1" or "display:none" in said.get("style", "").replace(" ", ""):
            self.tables[-1].hidden_rows.add(len(self._rows))
        self._fill_covered()

    def _fill_covered(self) -> None:
        """Leave blanks under a cell that reaches down into this row, as far as the next free column."""
        row = self._rows[-1]
        while self._covered.get(len(row), 0) > 0:
            self._covered[len(row)] -= 1
            row.append("")

    def _begin_cell(self, said: dict[str, str]) -> None:
        if (self._depth > 1 and self._open) or not self.tables or not self._rows:
            return
        row = self._rows[-1]
        self._fill_covered()
        for _ in range(min(_small(said.get("index"), MOST_COLUMNS * 64) - 1, MOST_COLUMNS) - len(row)):
            row.append("")
        across = max(_small(said.get("colspan"), MOST_COLUMNS), _small(said.get("mergeacross"), MOST_COLUMNS) + 1)
        down = max(_small(said.get("rowspan"), _MOST_ROWS), _small(said.get("mergedown"), _MOST_ROWS) + 1)
        place = len(row)
        self._cells += across
        if place + across > MOST_COLUMNS * 2 or self._cells > _MOST_CELLS:
            raise RefusedFile(f"表格超过 {MOST_COLUMNS} 列，请删去右边的空列再导入")
        row.append("")
        if across > 1 or down > 1:
            self._spread(place, across, down)
        self._open, self._numeric = True, "num" in said

    def _spread(self, place: int, across: int, down: int) -> None:
        row, table = self._rows[-1], self.tables[-1]
        self._next_column = place
        row.extend([""] * (across - 1))
        table.merged.append((len(self._rows), place, len(self._rows) + down - 1, place + across - 1))
        for column in range(place, place + across):
            if down > 1:
                self._covered[column] = down - 1

    def _column(self, said: dict[str, str]) -> None:
        first = _small(said.get("index"), MOST_COLUMNS) or self._next_column + 1
        last = first + _small(said.get("span"), MOST_COLUMNS)
        if said.get("hidden") == "1":
            self.tables[-1].hidden_columns.update(range(first - 1, last))
        self._next_column = last

    def handle_endtag(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "table" and not self._xml:
            self._depth = max(self._depth - 1, 0)
        elif name in {"cell", "td", "th"} and self._depth <= 1:
            self._open = False
        elif name == "comment":
            self._in_comment = False
            self._keep_comment()
        elif name in {"style", "script"}:
            self._silent = False

    def _keep_comment(self) -> None:
        if self.tables and self._rows and self._rows[-1] and self._comment.strip():
            place = len(self._rows), len(self._rows[-1]) - 1
            self.tables[-1].comments[place] = " ".join(self._comment.split())[:500]

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._in_comment:
            self._comment += data
        elif self._open and self.tables and self._rows and self._rows[-1]:
            row = self._rows[-1]
            place = self._filled_place(row)
            mark = NUMERIC if self._numeric and not row[place] and data.strip() else ""
            row[place] += mark + data

    def _filled_place(self, row: list[str]) -> int:
        """Return where the open cell's text goes: its first column, though blanks it covers stand behind it."""
        merged = self.tables[-1].merged
        if merged and merged[-1][0] == len(self._rows) and merged[-1][3] == len(row) - 1:
            return merged[-1][1]
        return len(row) - 1


def _small(text: str | None, most: int) -> int:
    """Return a number an attribute says, 0 if it says none, never more than `most`."""
    return min(int(text), most) if text and text.isdigit() and len(text) < 10 else 0
