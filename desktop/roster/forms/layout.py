"""Finding, in a grid of cells, the places beside labels and the list with a row for each person."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from desktop.roster.forms.blanks import spans_of
from desktop.roster.forms.shape import AFTER, CELL, TICK, FormList, FormPlace, letter_of, place_id
from desktop.roster.headers import clean_header
from desktop.roster.mapping import score_of

MOST_ROWS, MOST_COLUMNS = 500, 120
_LONGEST_LABEL = 30
_FEWEST_COLUMNS, _LEAST_SCORE = 3, 2
_SEARCHED = 30
_ID_BOXES = (15, 18)
_ID_WORDS = ("证号", "证件号", "身份号码", "身份证")
FORMULA = "（公式）"  # stands for what a sheet works out
_SEQUENCE = frozenset({"序号", "编号", "顺序号", "NO", "No"})
Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A cell or merged cell: its corners (rows and columns from 0, both ends in) and its text."""

    top: int
    left: int
    bottom: int
    right: int
    text: str = ""

    @property
    def blank(self) -> bool:
        """True if nothing is written in it."""
        return not self.text.strip()

    @property
    def is_label(self) -> bool:
        """True if its text may be the name of something: short, with no blank of its own, and no number."""
        plain = self.text.strip()
        bare = plain.replace(".", "").isdigit()
        spans = [one for one in spans_of(plain) if one.how != AFTER]
        short = 0 < len("".join(plain.split())) <= _LONGEST_LABEL
        return short and plain != FORMULA and not bare and not spans


@dataclass(slots=True)
class FormGrid:
    """The cells of one sheet or table."""

    boxes: dict[Spot, Box] = field(default_factory=dict)  # by every row and column they cover
    height: int = 0
    width: int = 0

    def add(self, box: Box) -> None:
        """Put a box in, over whatever was there."""
        for row in range(box.top, box.bottom + 1):
            for column in range(box.left, box.right + 1):
                self.boxes[row, column] = box
        self.height = max(self.height, box.bottom + 1)
        self.width = max(self.width, box.right + 1)

    def in_order(self) -> Iterator[Box]:
        """Yield every box once, row by row."""
        for (row, column), box in sorted(self.boxes.items()):
            if (row, column) == (box.top, box.left):
                yield box

    def row(self, number: int) -> list[Box]:
        """Return the boxes a row goes through, from the left."""
        found = {self.boxes[number, column] for column in range(self.width) if (number, column) in self.boxes}
        return sorted(found, key=lambda box: box.left)

    def merged(self) -> tuple[tuple[int, int, int, int], ...]:
        """Return the corners of the merged cells."""
        boxes = (box for box in self.in_order() if (box.top, box.left) != (box.bottom, box.right))
        return tuple((box.top, box.left, box.bottom, box.right) for box in boxes)

    def texts(self) -> tuple[tuple[str, ...], ...]:
        """Return the texts as rows; a merged cell says its text once."""
        rows = [[""] * self.width for _ in range(self.height)]
        for box in self.in_order():
            rows[box.top][box.left] = box.text
        return tuple(tuple(row) for row in rows)


def list_in(number: int, grid: FormGrid) -> FormList | None:
    """Return the list of a grid, None if it is no form with a row for each person."""
    best, best_score = None, 0.0
    for row in range(min(grid.height, _SEARCHED)):
        found = _heading(grid, row)
        score = sum(score_of(clean_header(text)) for _, text in found)
        if len(found) >= _FEWEST_COLUMNS and score >= max(_LEAST_SCORE, best_score + 0.5):
            best, best_score = (row, found), score
    if best is None:
        return None
    row, columns = best
    first, last = row + 1, row
    while last + 1 < grid.height and _is_free(grid, last + 1, columns):
        last += 1
    if last < first < grid.height:
        return None  # something else stands right below: no row to write in
    made = FormList(number, first + 1, last + 1, tuple((letter_of(column), text) for column, text in columns))
    outside = sum(score_of(clean_header(one.label)) > 0 for one in _beside_labels(number, grid, made))
    return made if outside < best_score else None


def _heading(grid: FormGrid, row: int) -> list[tuple[int, str]]:
    """Return the headings that end in a row, with their columns, if they fill it; else nothing."""
    boxes = [box for box in grid.row(row) if box.bottom == row and not box.blank]
    if not boxes or not all(box.is_label for box in boxes):
        return []
    covered = sum(box.right - box.left + 1 for box in boxes)
    if covered < 0.8 * (boxes[-1].right - boxes[0].left + 1):
        return []
    return [(box.left, _with_parent(grid, box)) for box in boxes]


def _with_parent(grid: FormGrid, box: Box) -> str:
    """Return a heading, with the wider one above it before a slash."""
    text = " ".join(box.text.split())
    above = grid.boxes.get((box.top - 1, box.left))
    wide = above and not above.blank and box.right - box.left < above.right - above.left < grid.width - 1
    return f"{' '.join(above.text.split())}/{text}" if above and wide and above.is_label else text


def _is_free(grid: FormGrid, row: int, columns: list[tuple[int, str]]) -> bool:
    """Return True if a row has nothing in it but a number under 序号."""
    numbered = {column for column, text in columns if clean_header(text) in _SEQUENCE}
    return all(
        (box.blank or (box.left in numbered and box.text.strip().rstrip(".").isdigit()))
        and box.top == row == box.bottom
        for box in grid.row(row)
    )


def places_in(number: int, grid: FormGrid, rows: FormList | None) -> list[FormPlace]:
    """Return the places of a grid in reading order: blanks in texts, and empty cells beside or under a label."""
    texts = [place for box in grid.in_order() if not box.blank for place in _in_text(number, grid, box)]
    mine = rows if rows is not None and rows.block == number else None
    found = [*texts, *_beside_labels(number, grid, mine)]
    return sorted(found, key=lambda one: _order(one.id))


def _order(place: str) -> tuple[int, str]:
    spot = place.partition("!")[2].partition("#")[0]
    digits = "".join(c for c in spot if c.isdigit())
    return int(digits), spot.removesuffix(digits).rjust(3) + place


def _in_text(number: int, grid: FormGrid, box: Box) -> Iterator[FormPlace]:
    spans = spans_of(box.text)
    if [one.how for one in spans] == [AFTER] and _right_of(grid, box, blank=True):
        return
    for place, span in enumerate(spans):
        beside = grid.boxes.get((box.top, box.left - 1))
        label = span.label or (" ".join(beside.text.split()) if beside and beside.is_label else "")
        near = span.behind if span.how != TICK else ""
        yield FormPlace(place_id(number, box.top, box.left, place), label, span.how, near, span.options)


def _right_of(grid: FormGrid, box: Box, *, blank: bool) -> Box | None:
    beside = grid.boxes.get((box.top, box.right + 1))
    return beside if beside and beside.blank == blank else None


def _beside_labels(number: int, grid: FormGrid, rows: FormList | None) -> Iterator[FormPlace]:
    """Yield the empty cells that have a label to the left, else above; the boxes of an id number one by one."""
    for box in grid.in_order():
        if not box.blank or (rows is not None and rows.first - 1 <= box.top <= max(rows.last - 1, rows.first - 1)):
            continue
        spot = place_id(number, box.top, box.left)
        boxes, at = _row_of_boxes(grid, box)
        left = grid.boxes.get((box.top, boxes[0].left - 1))
        beside = left is not None and left.is_label and left.right < box.left and not _ends_headings(grid, left)
        if left is not None and beside:
            if _ID_BOXES[0] <= len(boxes) <= _ID_BOXES[1] and any(word in left.text for word in _ID_WORDS):
                yield FormPlace(spot, f"{' '.join(left.text.split())}第{at + 1}位", CELL)
                continue
            if at == 0:
                yield FormPlace(spot, _in_section(grid, left), CELL)
                continue
        if rows is None:
            yield from _under_heading(grid, box, spot, alone_too=not beside)


def _ends_headings(grid: FormGrid, label: Box) -> bool:
    """Return True if a label is the last of several side by side: a row of headings, not the name of a cell."""
    count, box = 0, grid.boxes.get((label.top, label.right))
    while box is not None and box.is_label and box.top == label.top and box.bottom == label.bottom:
        count, box = count + 1, grid.boxes.get((label.top, box.left - 1))
    return count >= _FEWEST_COLUMNS


def _row_of_boxes(grid: FormGrid, box: Box) -> tuple[list[Box], int]:
    """Return the empty cells side by side that a cell belongs to, and which of them it is."""
    found = [box]
    while (before := grid.boxes.get((box.top, found[0].left - 1))) and before.blank and before.top == box.top:
        found.insert(0, before)
    at = len(found) - 1
    while (after := grid.boxes.get((box.top, found[-1].right + 1))) and after.blank and after.top == box.top:
        found.append(after)
    return found, at


def _in_section(grid: FormGrid, label: Box) -> str:
    """Return a label with the tall cell at the left that names its section before a slash."""
    text = " ".join(label.text.split())
    for column in range(label.left - 1, -1, -1):
        box = grid.boxes.get((label.top, column))
        if box and box.bottom > box.top and box.is_label and box.bottom - box.top > label.bottom - label.top:
            return f"{''.join(box.text.split())}/{text}"
    return text


def _under_heading(grid: FormGrid, box: Box, spot: str, *, alone_too: bool) -> Iterator[FormPlace]:
    """Yield a cell of a small table inside a form: under a row of headings, with its line's number."""
    above = box.top - 1
    while (over := grid.boxes.get((above, box.left))) and over.blank:
        above = over.top - 1
    if over is None or not over.is_label or over.left != box.left:
        return
    line = grid.row(over.top)
    words = [" ".join(one.text.split()) for one in line if one.is_label]
    places = [place for place, one in enumerate(line) if not one.blank]
    alone = len(words) < _FEWEST_COLUMNS or len(places) < places[-1] - places[0] + 1
    if alone and (box.top - over.bottom > 1 or not alone_too):
        return
    under = grid.boxes.get((box.top, line[places[0]].left))
    if not alone and (under is None or not under.blank):
        return
    text = " ".join(over.text.split())
    nth = box.top - over.bottom
    yield FormPlace(spot, text if alone else f"{text}（第{nth}行）", CELL, "" if alone else " ".join(words))
