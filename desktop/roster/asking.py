"""What a sheet's style makes us ask, once per file: red, struck-out, yellow and hidden rows (cases 43, 44)."""

from collections.abc import Mapping, Sequence

from desktop.roster.grid import HIDDEN, MARK_NAMES, RED, STRUCK, YELLOW, Question, Sheet, column_name, plain
from desktop.roster.table import MEANINGS

_DECORATION = {RED: 0.5, YELLOW: 0.4, STRUCK: 1.1}  # a mark on more of the rows than this is only decoration
_FEW = 3  # rows: below this nothing is decoration
_SHOWN = 5
_PROPOSED = {
    RED: ("death", "moved", "party", "", "skip"),
    STRUCK: ("death", "moved", "skip", ""),
    YELLOW: ("party", "death", "moved", "", "skip"),
    HIDDEN: ("", "skip", "death", "moved"),
}


def marks_of_rows(
    sheet: Sheet, numbers: Sequence[int], columns: Sequence[int], name: int | None
) -> dict[int, frozenset[str]]:
    """Return the rows of persons that bear a mark: on the name, or on half of what is filled."""
    found: dict[int, frozenset[str]] = {}
    wanted = set(numbers)
    inside = frozenset(columns)
    own = columns[name] if name is not None else -1
    for row, said in sheet.marks.items():
        if row in wanted:
            cells = sheet.rows[row - 1]
            filled = {place for place in inside if place < len(cells) and plain(cells[place]).strip()}
            marks = {mark for mark, at in said.items() if own in at or len(at & filled) * 2 >= max(len(filled), 1)}
            if marks:
                found[row] = frozenset(marks)
    _drop_decoration(found, len(wanted))
    for row in sheet.hidden_rows:
        if row in wanted:
            found[row] = found.get(row, frozenset()) | {HIDDEN}
    return found


def _drop_decoration(found: dict[int, frozenset[str]], rows: int) -> None:
    for mark, share in _DECORATION.items():
        bearing = [row for row, marks in found.items() if mark in marks]
        if len(bearing) >= _FEW and len(bearing) > rows * share:
            for row in bearing:
                found[row] -= {mark}
                if not found[row]:
                    del found[row]


def questions_about(marks: Mapping[int, frozenset[str]]) -> tuple[Question, ...]:
    """Return what to ask about the marks of a table, one question a mark."""
    found = []
    for mark in (STRUCK, RED, YELLOW, HIDDEN):
        rows = tuple(sorted(row for row, said in marks.items() if mark in said))
        if rows:
            shown = "、".join(str(row) for row in rows[:_SHOWN]) + ("……" if len(rows) > _SHOWN else "")
            text = f"有 {len(rows)} 行{MARK_NAMES[mark]}（第 {shown} 行），在这个文件里是什么意思？"
            choices = tuple(
                (key, "照常导入" if mark == HIDDEN and not key else MEANINGS[key]) for key in _PROPOSED[mark]
            )
            found.append(Question(mark, rows, text, choices))
    return tuple(found)


def said_of_hidden(sheet: Sheet, numbers: Sequence[int], columns: Sequence[int]) -> list[str]:
    """Return what to report of a hidden sheet, hidden rows and hidden columns; all of them are read."""
    found = []
    if sheet.hidden:
        found.append("这张表是隐藏的，已一并读入")
    rows = sorted(sheet.hidden_rows & set(numbers))
    if rows:
        shown = "、".join(str(row) for row in rows[:_SHOWN]) + ("……" if len(rows) > _SHOWN else "")
        found.append(f"隐藏行 {len(rows)} 行（第 {shown} 行），已一并读入，请确认要不要")
    hidden = sorted(sheet.hidden_columns & set(columns))
    if hidden:
        shown = "、".join(column_name(one) for one in hidden[:_SHOWN])
        found.append(f"隐藏列 {len(hidden)} 列（{shown}），已一并读入")
    return found
