"""Finding the table in a sheet: title rows, one- to three-level headers, repeats, totals, signatures."""

import re
import unicodedata
from collections.abc import Sequence

from desktop.roster.grid import Sheet, plain
from desktop.roster.mapping import score_of
from desktop.roster.table import FoundTable

__all__ = ["FoundTable", "clean_header", "find_table", "find_tables"]
_SEARCHED = 30  # rows from the top in which a header may stand
_LEAST_SCORE = 2
_TOTAL = re.compile(r"^(合计|总计|小计|共计|共\d+人)")
_CONTROL = re.compile(r"共?\s*(\d+)\s*人")
_SIGNATURE = re.compile(r"(制表人|审核人|填表人|填表日期|填报单位|填表单位|负责人|说明[:：]|注[:：])")


def clean_header(text: str) -> str:
    """Return a header without spaces, line breaks, brackets' content and stars."""
    joined = "".join(unicodedata.normalize("NFKC", plain(text)).split())
    return re.sub(r"[(（][^()（）]*[)）]$|[*＊:：]", "", joined)


def find_tables(sheet: Sheet) -> list[FoundTable]:
    """Return every table of a sheet, from its top."""
    table = find_table(sheet)
    return [] if table is None else [table]


def find_table(sheet: Sheet) -> FoundTable | None:
    """Return the table in a sheet, None if no line of its top looks like a header."""
    best, best_score = -1, 0.0
    for index, row in enumerate(sheet.rows[:_SEARCHED]):
        score = sum(score_of(clean_header(cell)) for cell in row if plain(cell).strip())
        if score > best_score:
            best, best_score = index, score
    if best < 0 or best_score < _LEAST_SCORE:
        return None
    top, bottom = _header_block(sheet.rows, best)
    headers = _joined(sheet.rows[top : bottom + 1])
    return _body(sheet, headers, top, bottom)


def _header_block(rows: Sequence[list[str]], line: int) -> tuple[int, int]:
    """Return the first and last line of the header whose best line is `line`.

    A line below belongs to it when it fills gaps or repeats no column's kind of data: it holds only
    header words and leaves blank what the line above says alone.
    """
    top = bottom = line
    while bottom + 1 < len(rows) and bottom - top < 2 and _is_second_level(rows[line], rows[bottom + 1]):
        bottom += 1
    if top > 0 and _is_second_level(rows[top - 1], rows[top]) and _filled(rows[top - 1]) > 2:
        top -= 1
    return top, bottom


def _filled(row: list[str]) -> int:
    return sum(bool(plain(cell).strip()) for cell in row)


def _is_second_level(above: list[str], below: list[str]) -> bool:
    """Return True if `below` only subdivides what `above` names."""
    words = [clean_header(cell) for cell in below if plain(cell).strip()]
    if not words or any(any(c.isdigit() for c in word) for word in words):
        return False
    if sum(score_of(word) > 0 for word in words) < len(words) / 2:
        return False
    under_gap = sum(
        1
        for place, cell in enumerate(below)
        if plain(cell).strip() and (place >= len(above) or not plain(above[place]).strip())
    )
    return under_gap > 0


def _joined(lines: Sequence[list[str]]) -> tuple[str, ...]:
    """Return header names with their levels joined by `/`; a merged parent spreads to the right."""
    width = max(len(line) for line in lines)
    parents = [""] * width
    for level, line in enumerate(lines):
        cells = [clean_header(cell) for cell in line] + [""] * (width - len(line))
        if level < len(lines) - 1:
            cells = _spread(cells, lines[level + 1])
        parents = [
            f"{parent}/{cell}" if parent and cell and parent != cell else parent or cell
            for parent, cell in zip(parents, cells, strict=True)
        ]
    return tuple(parents)


def _spread(cells: list[str], below: list[str]) -> list[str]:
    """Fill blanks to the right of a parent as far as the next level has names there."""
    spread = list(cells)
    for place in range(1, len(spread)):
        has_child = place < len(below) and plain(below[place]).strip()
        if not spread[place] and has_child:
            spread[place] = spread[place - 1]
    return spread


def _body(sheet: Sheet, headers: tuple[str, ...], top: int, bottom: int) -> FoundTable:
    """Return the data rows below a header, without repeats, totals, signatures and blanks."""
    repeats = [tuple(clean_header(cell) for cell in row) for row in sheet.rows[top : bottom + 1]]
    titles = {tuple(plain(cell).strip() for cell in row if plain(cell).strip()) for row in sheet.rows[:top]}
    rows: list[tuple[int, list[str]]] = []
    dropped: list[tuple[int, str]] = []
    control: int | None = None
    for index in range(bottom + 1, len(sheet.rows)):
        row = sheet.rows[index]
        why = _why_no_person(row, repeats, titles)
        if why == "合计行":
            found = _CONTROL.search(" ".join(plain(cell) for cell in row))
            control = int(found.group(1)) if found else control
        if why:
            dropped.append((index + 1, why))
        elif _filled(row):
            rows.append((index + 1, row))
    notes = list(sheet.notes)
    if control is not None and control != len(rows):
        notes.append(f"表尾写共 {control} 人，实际读到 {len(rows)} 行")
    return FoundTable(sheet.name, headers, tuple(rows), top + 1, tuple(dropped), control, tuple(notes))


def _why_no_person(row: list[str], repeats: list[tuple[str, ...]], titles: set[tuple[str, ...]]) -> str:
    """Return why a line holds no person, '' if it may."""
    if not _filled(row):
        return ""
    cells = tuple(plain(cell).strip() for cell in row if plain(cell).strip())
    words = {word for line in repeats for word in line if word}
    if len(cells) >= 2 and all(clean_header(cell) in words for cell in cells):
        return "重复的表头"
    if cells in titles:
        return "重复的标题"
    first = "".join(cells[0].split())
    if _TOTAL.match(first) or (len(cells) <= 2 and any(_TOTAL.match("".join(cell.split())) for cell in cells)):
        return "合计行"
    if any(_SIGNATURE.match(cell) for cell in cells) and len(cells) <= 8:
        return "签字说明行"
    return ""
