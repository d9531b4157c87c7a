"""What a form looks like to us: its cells, the places one may fill, and the list in it, if it has one."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

_NUMBER = re.compile(r"[0-9０-９]+|[一二三四五六七八九十]+(?=月|季度|日)")  # the month in a title comes and goes
XLSX, DOCX = "xlsx", "docx"
CELL, BLANK, MARK, TICK, AFTER = "cell", "blank", "mark", "tick", "after"


@dataclass(frozen=True, slots=True)
class FormPlace:
    """A place to fill: `1!B3`, or `1!B3#2` for the second blank in a text; `how` says what stands there now."""

    id: str
    label: str  # the words beside it, with its section before a slash: `配偶/姓名`
    how: str
    near: str = ""  # the words of its row of headings, or what follows it (年, 月, 日)
    options: tuple[str, ...] = ()  # the words behind the boxes to tick


@dataclass(frozen=True, slots=True)
class FormBlock:
    """A sheet, a table or the running text of a form, as rows of cell texts."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()  # top, left, bottom, right, from 0, both ends in


@dataclass(frozen=True, slots=True)
class FormList:
    """A list with a row for each person: its block (from 1), the blank rows (from 1), and its columns' headings."""

    block: int
    first: int
    last: int  # less than `first` if there is no blank row
    columns: tuple[tuple[str, str], ...]  # (letter, heading)


@dataclass(frozen=True, slots=True)
class FormShape:
    """A form that was read."""

    kind: str
    blocks: tuple[FormBlock, ...]
    places: tuple[FormPlace, ...]
    rows: FormList | None = None
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Return what stays the same when the form comes again renamed, restyled or dated anew: its words and where."""
        said = [
            [[row, column, _NUMBER.sub("#", "".join(text.split()))] for row, line in enumerate(block.rows)
             for column, text in enumerate(line) if text.strip()]
            for block in self.blocks
        ]  # fmt: skip
        return hashlib.sha256(json.dumps([self.kind, said], ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Filling:
    """What goes into one copy of a form: texts by place (the options to tick for boxes), and rows of a list."""

    name: str
    values: Mapping[str, str | Sequence[str]]
    rows: Sequence[Mapping[str, str]] = ()  # by column letter


def shape_json(shape: FormShape) -> str:
    """Return a shape as one line of JSON."""
    return json.dumps(asdict(shape), ensure_ascii=False)


def shape_of_json(text: str) -> FormShape:
    """Return the shape written by `shape_json`."""
    raw: dict[str, Any] = json.loads(text)
    rows = raw["rows"]
    return FormShape(
        raw["kind"],
        tuple(
            FormBlock(one["name"], tuple(tuple(row) for row in one["rows"]), tuple(tuple(box) for box in one["merged"]))
            for one in raw["blocks"]
        ),
        tuple(FormPlace(**{**one, "options": tuple(one["options"])}) for one in raw["places"]),
        FormList(**{**rows, "columns": tuple(tuple(one) for one in rows["columns"])}) if rows else None,
        tuple(raw["notes"]),
    )


def letter_of(column: int) -> str:
    """Return a column's letters, from 0: `A`, `Z`, `AA`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place_id(block: int, row: int, column: int, span: int | None = None) -> str:
    """Return the name of a place; block from 1, row and column from 0, span from 0."""
    return f"{block}!{letter_of(column)}{row + 1}" + ("" if span is None else f"#{span + 1}")
