"""Finding the tables of a sheet: title rows, one- to three-level headers, tables side by side and below each other."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice

from desktop.roster.body import BodyPlan, table_below
from desktop.roster.grid import Rows, Sheet, plain
from desktop.roster.mapping import score_of
from desktop.roster.table import FoundTable

__all__ = ["FoundTable", "clean_header", "find_table", "find_tables"]
_SEARCHED = 60  # rows from the top in which a header may stand
_LEAST_SCORE = 2
_FIRST_SHARE = 0.6  # the first line that scores so much of the best one is the header
_DEEPEST = 3
_ENOUGH_WORDS = 2
_LONGEST_WORD = 24
_LONGEST_HEADER = 100
_NAME = frozenset({"姓名", "退休人员姓名", "名字", "人员姓名", "职工姓名"})
_NAME_SPACED = re.compile(r"姓\s*名|名\s*字")
_TELLING = frozenset(
    {"身份证号", "身份证号码", "公民身份号码", "身份证", "证件号码", "序号", "编号", "性别", "社会保障号码"}
)


def clean_header(text: str) -> str:
    """Return a header without spaces, line breaks, brackets' content and stars."""
    joined = "".join(unicodedata.normalize("NFKC", plain(text[:_LONGEST_HEADER])).split())
    return re.sub(r"[(（][^()（）]*[)）]$|[*＊:：]", "", joined)


def find_table(sheet: Sheet) -> FoundTable | None:
    """Return the first table in a sheet, None if no line of its top looks like a header."""
    return next(iter(find_tables(sheet)), None)


def find_tables(sheet: Sheet) -> list[FoundTable]:
    """Return every table of a sheet: those below each other, and a list printed in columns as one for each column."""
    starts = _header_lines(sheet.rows)
    found: list[FoundTable] = []
    for place, line in enumerate(starts):
        top, bottom = _header_block(sheet.rows, line)
        end = _first_line_above(sheet.rows, starts[place + 1], bottom) if place + 1 < len(starts) else len(sheet.rows)
        headers = _joined(sheet, top, bottom)
        parts = _side_by_side(headers)
        bodies = [
            table_below(sheet, BodyPlan(tuple(headers[one] for one in part), tuple(part), top, bottom, end,
                                        first=not found and not number))
            for number, part in enumerate(parts)
        ]  # fmt: skip
        found += _checked_together(bodies)
    return found


def _checked_together(bodies: list[FoundTable]) -> list[FoundTable]:
    """Compare the number said with all parts of a list that stands in columns together."""
    if len(bodies) == 1:
        return [bodies[0].with_control(len(bodies[0].rows))]
    total = sum(len(one.rows) for one in bodies)
    return [bodies[0].with_control(total), *[one for one in bodies[1:] if len(one.rows)]]


def _header_lines(rows: Sequence[list[str]]) -> list[int]:
    """Return the lines (0-based) at which a table's header has its fullest level."""
    scores = [_score(row) for row in islice(iter(rows), _SEARCHED)]
    best = max(scores, default=0)
    if best < _LEAST_SCORE:
        return []
    first = next(index for index, score in enumerate(scores) if score >= max(best * _FIRST_SHARE, _LEAST_SCORE))
    return [first, *_later_headers(rows, first)]


def _score(row: list[str]) -> float:
    words = [clean_header(cell) for cell in row if cell]
    known = sum(score_of(word) for word in words if word and len(word) <= _LONGEST_WORD)
    return known if known * 3 >= len(words) or known >= 4 else 0


def _later_headers(rows: Sequence[list[str]], first: int) -> list[int]:
    """Return the lines of other headers further down: another set of words, with a name among them."""
    own = {clean_header(cell) for row in rows[first : first + _DEEPEST] for cell in row if cell}
    found: list[int] = []
    packed = rows if isinstance(rows, Rows) else Rows(rows)
    for index in packed.holding(_NAME_SPACED):
        if index < first + _DEEPEST:
            continue
        row = rows[index]
        words = {clean_header(cell) for cell in row if cell}
        if not words & _NAME or any(any(c.isdigit() for c in word) for word in words):
            continue
        if words <= own or len(words) < _ENOUGH_WORDS or _score(row) * 2 < len(words):
            continue
        found.append(index)
        own |= words
    return found


def _first_line_above(rows: Sequence[list[str]], line: int, bottom: int) -> int:
    """Return where the title lines of the header at `line` begin: lone cells right above it."""
    while line - 1 > bottom and _filled(rows[line - 1]) <= 1:
        line -= 1
    return line


def _header_block(rows: Sequence[list[str]], line: int) -> tuple[int, int]:
    """Return the first and last line of the header whose best line is `line`.

    A line below belongs to it when it fills gaps or repeats no column's kind of data: it holds only
    header words and leaves blank what the line above says alone.
    """
    top = bottom = line
    while bottom + 1 < len(rows) and bottom - top < _DEEPEST - 1 and _is_second_level(rows[bottom], rows[bottom + 1]):
        bottom += 1
    while top > 0 and bottom - top < _DEEPEST - 1 and _is_upper_level(rows[top - 1], rows[top]):
        top -= 1
    return top, bottom


def _is_upper_level(above: list[str], below: list[str]) -> bool:
    """Return True if the line above groups columns of the line below it, and is no title."""
    return _filled(above) > 2 and _is_second_level(above, below)


def _filled(row: list[str]) -> int:
    return sum(bool(plain(cell).strip()) for cell in row)


def _is_second_level(above: list[str], below: list[str]) -> bool:
    """Return True if `below` only subdivides what `above` names."""
    words = [clean_header(cell) for cell in below if plain(cell).strip()]
    if not words or any(any(c.isdigit() for c in word) for word in words):
        return False
    if sum(_is_header_word(word) for word in words) < len(words) / 2:
        return False
    return any(plain(cell).strip() and not _at(above, place) for place, cell in enumerate(below))


def _is_header_word(word: str) -> bool:
    return word in {"年", "月", "日", "省", "市", "县", "区", "名称", "号码", "日期"} or score_of(word) > 0


def _at(row: Sequence[str], place: int) -> str:
    return plain(row[place]).strip() if place < len(row) else ""


def _joined(sheet: Sheet, top: int, bottom: int) -> tuple[str, ...]:
    """Return header names with their levels joined by `/`; a merged parent spreads to the right."""
    lines = sheet.rows[top : bottom + 1]
    width = max(len(line) for line in lines)
    parents = [""] * width
    for level, line in enumerate(lines):
        cells = [clean_header(cell) for cell in line] + [""] * (width - len(line))
        if level < len(lines) - 1:
            cells = _spread(cells, lines[level + 1 :], _spans(sheet, top + level + 1))
        parents = [
            f"{parent}/{cell}" if parent and cell and parent != cell else parent or cell
            for parent, cell in zip(parents, cells, strict=True)
        ]
    return tuple(parents)


def _spans(sheet: Sheet, row: int) -> dict[int, int]:
    """Return for each merged cell of a row its first column and its last one."""
    return {left: right for top, left, bottom, right in sheet.merged if top <= row <= bottom}


def _spread(cells: list[str], below: Sequence[list[str]], spans: dict[int, int]) -> list[str]:
    """Fill blanks to the right of a parent: as far as it is merged, or else as the next levels have names there."""
    spread = list(cells)
    reach = -1
    for place, cell in enumerate(cells):
        if cell:
            reach = spans.get(place, len(cells) if not spans else place)
        elif 0 < place <= reach and any(_at(line, place) for line in below):
            spread[place] = spread[place - 1]
    return spread


def _side_by_side(headers: tuple[str, ...]) -> list[list[int]]:
    """Return the columns of each part of a list printed in two or three columns; one part for an ordinary list.

    Told by a set of headers, the name and one that tells people apart among them, that stands there again whole.
    """
    whole = [list(range(len(headers)))]
    names = [place for place, word in enumerate(headers) if word in _NAME]
    if len(names) < 2:
        return whole
    width = names[1] - names[0]
    start = names[0]
    while start > 0 and headers[start - 1] and headers[start - 1] == _word(headers, start - 1 + width):
        start -= 1
    pattern = [headers[start + step] for step in range(width)]
    while pattern and not pattern[-1]:
        pattern.pop()
    starts = [start + width * number for number in range(len(names))]
    same = all([_word(headers, one + step) for step in range(len(pattern))] == pattern for one in starts) and names == [
        names[0] + width * number for number in range(len(names))
    ]
    if not same or not _TELLING & set(pattern):
        return whole
    lead = [place for place in range(start) if headers[place]]
    return [[*(lead if not number else []), *range(one, one + len(pattern))] for number, one in enumerate(starts)]


def _word(headers: Sequence[str], place: int) -> str:
    return headers[place] if place < len(headers) else ""
