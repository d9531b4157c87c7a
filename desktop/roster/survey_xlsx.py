"""The second reading of an xlsx: everything is unpacked once, checked, and searched for what calamine does not tell.

Hidden rows and columns, styles that mean something, comments, errors, formulas without a result, months and two
decimals in number formats, and which rows hold a value, to compare with what the first reader gives.
"""

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from desktop.roster.grid import FORMULA_EMPTY
from desktop.roster.precheck import (
    MOST_COLUMNS,
    RefusedFile,
    before_root,
    checked_zip,
    refuse_definitions,
    unpacked_part,
)
from desktop.roster.styles_xlsx import read_styles
from desktop.roster.survey import CENTS, MONTH, BookFacts, SheetFacts, StyleFacts, column_of
from desktop.roster.survey_ods import survey_ods
from desktop.roster.survey_xlsb import survey_xlsb

_PROLOG = 4 << 20
_KEPT = 32 << 20  # a part other than a sheet that is longer than this is checked but not read
_SHEETS = re.compile(r"worksheets/[^/]*\.xml$|^content\.xml$")
_WANTED = re.compile(
    r"workbook\w*\.xml|styles\.xml|theme/|comments|\.rels$|worksheets/[^/]*\.bin$|sharedStrings\.bin$", re.IGNORECASE
)
_LONGEST_ROW = 16 << 20
_MOST_FACTS = 2_000_000


class SheetEntry(NamedTuple):
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


def survey_zip(raw: bytes) -> BookFacts:
    """Return what a zipped workbook holds beside its texts; raises RefusedFile before any reader sees it."""
    archive = checked_zip(raw)
    names = {entry.filename: entry for entry in archive.infolist()}
    kind = _kind_of_parts(names)
    small: dict[str, bytes] = {}
    later: list[zipfile.ZipInfo] = []
    for entry in archive.infolist():
        if _SHEETS.search(entry.filename):
            later.append(entry)
            continue
        small[entry.filename] = _checked_part(raw, entry)
    book = BookFacts(kind)
    if kind == "ods":
        survey_ods(book, _checked_chunks(raw, names["content.xml"]))
    elif kind == "xlsx":
        _survey_xlsx(book, raw, small, names)
    else:
        for entry in later:
            small[entry.filename] = _checked_part(raw, entry)
    if kind == "xlsb":
        survey_xlsb(small)
    return book


def _kind_of_parts(names: dict[str, zipfile.ZipInfo]) -> str:
    if "content.xml" in names:
        return "ods"
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if any(name.endswith(("workbook.xml", "xl/workbook22.xml")) for name in names):
        return "xlsx"
    if "word/document.xml" in names:
        raise RefusedFile("这是 Word 文档，不是表格，请把里面的表格复制到表格软件里另存为 xlsx")
    if "ppt/presentation.xml" in names:
        raise RefusedFile("这是演示文稿，不是表格")
    if any(name.lower().endswith((".xls", ".xlsx", ".et", ".csv", ".ods")) for name in names):
        raise RefusedFile("这是压缩包，请先解压再导入里面的表格")
    return "other"


def _checked_part(raw: bytes, entry: zipfile.ZipInfo) -> bytes:
    """Return one part as far as it is wanted; its size, checksum, prolog and claims are checked."""
    most = _KEPT if _WANTED.search(entry.filename) else 4096
    kept = b""
    for chunk in _checked_chunks(raw, entry):
        kept += chunk[: max(most - len(kept), 0)]
    if entry.filename.lower().endswith("sharedstrings.xml"):
        _check_count(kept[:2048], entry.file_size)
    return kept


def _checked_chunks(raw: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part; as long as its root element has not begun, what there is must define nothing."""
    prolog: bytes | None = b""
    for chunk in unpacked_part(raw, entry):
        if prolog is not None:
            prolog = _checked_prolog(prolog + chunk, entry.filename)
        yield chunk


def _checked_prolog(head: bytes, name: str) -> bytes | None:
    """Return what to look at again with the next chunk, None when the root element is reached or there is no XML."""
    if not head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t").startswith(b"<"):
        return None
    before, reached = before_root(head)
    refuse_definitions(before)
    if not reached and len(head) > _PROLOG:
        raise RefusedFile(f"文件里 {posixpath.basename(name)} 的开头长得不正常")
    return None if reached else head


def _check_count(head: bytes, size: int) -> None:
    """Refuse shared strings that claim to be more than their part can hold: a reader makes room for the claim."""
    for found in re.findall(rb"""\b(?:uniqueCount|count)=["'](\d+)["']""", head):
        if int(found) > max(size, 4096) * 4:
            raise RefusedFile("文件里的文字表说的条数不可能")


def _survey_xlsx(book: BookFacts, raw: bytes, small: dict[str, bytes], names: dict[str, zipfile.ZipInfo]) -> None:
    workbook = next((name for name in small if name.endswith(("workbook.xml", "workbook22.xml"))), "xl/workbook.xml")
    root = posixpath.dirname(workbook)
    styles = next((small[name] for name in small if name.endswith("styles.xml")), b"")
    themes = next((small[name] for name in sorted(small) if "theme/theme" in name), b"")
    looks = read_styles(styles, themes)
    date1904 = re.search(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904=["'](?:1|true)["']""", small.get(workbook, b""))
    for sheet in sheets_of(small, workbook, root):
        entry = names.get(sheet.part)
        if entry is None or "chartsheets/" in sheet.part:
            continue
        chunks = iter([small[sheet.part]]) if sheet.part in small else _checked_chunks(raw, entry)
        facts = survey_sheet(chunks, looks)
        facts.date1904 = date1904 is not None
        facts.comments = _comments(small, sheet.part)
        book.sheets[sheet.name] = facts
        if sheet.hidden:
            book.hidden.add(sheet.name)
    listed = {sheet.part for sheet in sheets_of(small, workbook, root)}
    for name, entry in names.items():
        if name not in small and name not in listed:
            _checked_part(raw, entry)


def sheets_of(small: dict[str, bytes], workbook: str, root: str) -> list[SheetEntry]:
    """Return the sheets in the workbook's order with the part each lies in."""
    base = posixpath.basename(workbook)
    rels = _targets(small.get(f"{root}/_rels/{base}.rels".lstrip("/"), b""), root)
    found = []
    for tag in re.findall(rb"<(?:\w+:)?sheet\b([^>]*)>", small.get(workbook, b"")):
        said = _attributes(tag)
        part = rels.get(said.get("id", ""), "")
        found.append(SheetEntry(said.get("name", ""), part, said.get("state", "visible") != "visible"))
    return found


@cache
def _attribute() -> re.Pattern[str]:
    return re.compile(r"""(?:\w+:)?(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def _attributes(tag: bytes) -> dict[str, str]:
    text = tag.decode("utf-8", "replace")
    return {name: html.unescape(first or second) for name, first, second in _attribute().findall(text)}


def _targets(rels: bytes, root: str) -> dict[str, str]:
    """Return relation id -> part."""
    found = {}
    for tag in re.findall(rb"<(?:\w+:)?Relationship\b([^>]*)>", rels):
        said = _attributes(tag)
        target = said.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(root, target))
        found[said.get("Id", "")] = part
    return found


def _comments(small: dict[str, bytes], part: str) -> dict[tuple[int, int], str]:
    """Return the comments of the sheet in `part`."""
    root, base = posixpath.split(part)
    found: dict[tuple[int, int], str] = {}
    for target in _targets(small.get(f"{root}/_rels/{base}.rels", b""), root).values():
        if "comments" not in target.lower() or "threaded" in target.lower():
            continue
        pattern = rb"<(?:\w+:)?comment\b([^>]*)>(.*?)</(?:\w+:)?comment>"
        for tag, body in re.findall(pattern, small.get(target, b""), re.DOTALL):
            place = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})", _attributes(tag).get("ref", ""))
            texts = re.findall(rb"<(?:\w+:)?t\b[^>/]*>([^<]*)<", body)
            if place and texts:
                text = html.unescape(b"".join(texts).decode("utf-8", "replace"))
                found[int(place[2]), column_of(place[1])] = _without_author(text)
    return found


def _without_author(text: str) -> str:
    """Return a comment without the author's name that Excel puts on its first line."""
    first, _, rest = text.partition("\n")
    kept = rest if rest.strip() and first.strip().endswith((":", "：")) else text
    return " ".join(kept.split())[:500]


class _Patterns:
    """The searches of a sheet, for the prefix its tags bear and the styles that mean something."""

    def __init__(self, prefix: bytes, looks: dict[int, StyleFacts]) -> None:
        p = re.escape(prefix)
        self.row = re.compile(rb"<" + p + rb"row\b([^>]*)>")
        self.value = re.compile(rb"<" + p + rb"(?:v|t)\b[^>/]*>[^<]")
        self.no_result = re.compile(
            rb"<" + p + rb"c\b([^>]*)>\s*<" + p + rb"f\b[^>]*(?:/>|>([^<]*)</" + p + rb"f>)\s*(?:<" + p
            + rb"v\s*/>|<" + p + rb"v></" + p + rb"v>)?\s*</" + p + rb"c>"
        )  # fmt: skip
        styles = b"|".join(str(one).encode() for one in looks)
        self.styled = re.compile(
            rb"<" + p + rb"c\b([^>]*\bs=[\"'](" + styles + rb")[\"'][^>]*)>(?:<" + p + rb"f\b[^>]*(?:/>|>[^<]*</" + p
            + rb"f>))?(?:<" + p + rb"v>([^<]*)<)?"
        ) if looks else None  # fmt: skip
        self.error = re.compile(
            rb"<" + p + rb"c\b([^>]*\bt=[\"']e[\"'][^>]*)>(?:<" + p + rb"f\b[^>]*(?:/>|>[^<]*</" + p + rb"f>))?(?:<" + p
            + rb"v>([^<]*)<)?"
        )  # fmt: skip
        self.formula = b"<" + prefix + b"f"


_WIDE = re.compile(rb"""\br=["'](?:[A-Z]{3}|S[R-Z]|[T-Z][A-Z])\d+["'](?:[^>]*[^/])?>""")
_WIDE_DIMENSION = re.compile(rb"""<(?:\w+:)?dimension\b[^>]*\bref=["'][A-Z]+\d+:([A-Z]+)\d+""")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_NUMBER = re.compile(rb"""\br=["'](\d{1,7})["']""")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*\bref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})""")
_PREFIX = re.compile(rb"<(\w+:)?sheetData\b")
_TOO_WIDE = f"超过 {MOST_COLUMNS} 列，请删去右边的空列再导入"


def survey_sheet(chunks: Iterator[bytes], looks: dict[int, StyleFacts]) -> SheetFacts:
    """Return the facts of one sheet, in one pass over its bytes with little of it in memory."""
    facts = SheetFacts(valued_rows=set())
    head = b""
    for chunk in chunks:
        head += chunk
        if _PREFIX.search(head) or len(head) > _LONGEST_ROW:
            break
    found = _PREFIX.search(head)
    _survey_head(facts, head[: found.start()] if found else head)
    patterns = _Patterns((found.group(1) or b"") if found else b"", looks)
    rest = head[found.start() :] if found else b""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(b"<" + (found.group(1) or b"" if found else b"") + b"row")
        if cut > 0 and not facts.refused:
            _survey_rows(facts, rest[:cut], patterns, looks)
            rest = rest[cut:]
        elif len(rest) > _LONGEST_ROW:
            facts.refused = facts.refused or "有一行长得不正常"
            rest = rest[-64:]
    if not facts.refused:
        _survey_rows(facts, rest, patterns, looks)
    for left, top, right, bottom in _MERGED.findall(rest):
        facts.merged.append((int(top), column_of(left.decode()), int(bottom), column_of(right.decode())))
    return facts


def _survey_head(facts: SheetFacts, head: bytes) -> None:
    """Take the claimed size and the hidden columns from what stands before the rows."""
    claimed = _WIDE_DIMENSION.search(head)
    if claimed and column_of(claimed.group(1).decode()) >= MOST_COLUMNS:
        facts.refused = _TOO_WIDE
    for tag in _COLUMN.findall(head):
        if _HIDDEN.search(tag):
            said = _attributes(tag)
            first, last = int(said.get("min", "0")), int(said.get("max", "0"))
            if 0 < first <= MOST_COLUMNS:
                facts.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))


def _survey_rows(facts: SheetFacts, part: bytes, patterns: _Patterns, looks: dict[int, StyleFacts]) -> None:
    """Take the facts of whole rows."""
    if _WIDE.search(part):
        facts.refused = _TOO_WIDE
        return
    starts = list(patterns.row.finditer(part))
    for place, start in enumerate(starts):
        number = _NUMBER.search(start.group(1))
        row = int(number.group(1)) if number else facts.last_row + 1
        end = starts[place + 1].start() if place + 1 < len(starts) else len(part)
        if patterns.value.search(part, start.end(), end):
            facts.valued_rows.add(row) if facts.valued_rows is not None else None
            facts.last_row = row
            if _HIDDEN.search(start.group(1)):
                facts.hidden_rows.add(row)
        elif not number:
            facts.last_row = row
    _survey_cells(facts, part, patterns, looks)


def _survey_cells(facts: SheetFacts, part: bytes, patterns: _Patterns, looks: dict[int, StyleFacts]) -> None:
    """Take what single cells say: errors, formulas without a result, styles."""
    if len(facts.shown) + len(facts.marks) + len(facts.months) > _MOST_FACTS:
        return
    if b't="e"' in part or b"t='e'" in part:
        for tag, value in patterns.error.findall(part):
            _show(facts, tag, html.unescape(value.decode("utf-8", "replace")) or "#VALUE!")
    if patterns.formula in part:
        for tag, formula in patterns.no_result.findall(part):
            text = re.fullmatch(r'"([^"]*)"', html.unescape(formula.decode("utf-8", "replace")))
            _show(facts, tag, text[1] if text else FORMULA_EMPTY)
    if patterns.styled is not None:
        for tag, style, value in patterns.styled.findall(part):
            _styled(facts, tag, looks[int(style)], value)


def _show(facts: SheetFacts, tag: bytes, text: str) -> None:
    place = _PLACE.search(tag)
    if place:
        facts.show(int(place[2]), column_of(place[1].decode()), text)


def _styled(facts: SheetFacts, tag: bytes, look: StyleFacts, value: bytes) -> None:
    place = _PLACE.search(tag)
    if place is None:
        return
    row, column = int(place[2]), column_of(place[1].decode())
    if look.marks:
        facts.mark(row, column, look.marks)
    if look.number == MONTH:
        facts.months.setdefault(row, set()).add(column)
    elif look.number == CENTS and re.fullmatch(rb"(?:19|20)\d\d(?:\.\d+)?", value):
        facts.show(row, column, f"{float(value):.2f}")
