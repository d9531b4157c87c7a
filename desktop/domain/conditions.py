"""Conditions by which a list of people is narrowed: what may be asked of which kind of field.

A filter is rows of field, sign and value, joined by 并且 or 或者; 并且 binds closer. Written down it
is one line: `管理状态=在管;年龄>=80 或者 标签=独居空巢|孤寡`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from desktop.domain.fields import Kind, Value

EMPTY = "空"
OR = "或者"
# As written in a line, and as said to a user.
SIGNS = {
    "=": "是", "!=": "不是", "~": "含", "!~": "不含", "^=": "开头是", ">=": "不小于", "<=": "不大于", ">": "大于",
    "<": "小于", "=空": "为空", "!=空": "不为空",
}  # fmt: skip
DATE_WORDS = {">=": "不早于", "<=": "不晚于", ">": "晚于", "<": "早于"}
_WORDS = {word: sign for words in (SIGNS, DATE_WORDS) for sign, word in words.items()} | {"等于": "=", "不等于": "!="}
_TEXT_SIGNS = ("~", "=", "!=", "!~", "^=", "=空", "!=空")
_CODE_SIGNS = ("=", "!=", "=空", "!=空")
_ORDER_SIGNS = (">=", "<=", ">", "<", "=", "!=", "=空", "!=空")
_BY_SIGN = re.compile(r"^\s*([^\s\"]+?)\s*(!=|!~|\^=|>=|<=|=|~|>|<)\s*(.*?)\s*$", re.DOTALL)
_SAID = "|".join(sorted(_WORDS, key=len, reverse=True))
_BY_WORD = re.compile(rf"^\s*(\S+)\s+({_SAID})(?:\s+(.*?))?\s*$", re.DOTALL)
_NEEDS_QUOTES = re.compile(r"[;；]|(?:^|\s)(?:并且|或者)(?:\s|$)")
_JOINT = re.compile(r'"[^"]*"|[;；]|(?:^|(?<=\s))(?:并且|或者)(?=\s|$)')


@dataclass(frozen=True, slots=True)
class FilterRow:
    """One row as a user sees it; without a field its value is looked for as in the search box."""

    field: str
    sign: str
    value: str = ""
    either: bool = False  # joined to the row before by 或者


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as the store reads it: a field's key, a sign, the values of which one must hold."""

    field: str
    sign: str
    values: tuple[Value, ...] = ()


def signs_of(kind: Kind) -> tuple[str, ...]:
    """Return the signs that make sense for a kind of field, the usual one first."""
    if kind in {Kind.CODE, Kind.CODES, Kind.BOOL, Kind.ORG}:
        return _CODE_SIGNS
    return _ORDER_SIGNS if kind in {Kind.DATE, Kind.INT, Kind.MONEY} else _TEXT_SIGNS


def sign_word(sign: str, kind: Kind) -> str:
    """Return a sign in words, as one says it of that kind of field."""
    return DATE_WORDS.get(sign, SIGNS[sign]) if kind is Kind.DATE else SIGNS[sign]


def read_rows(text: str) -> list[FilterRow]:
    """Return the rows a line says; parts that are no condition are joined into words to look for."""
    rows: list[FilterRow] = []
    for either, part in _parts(text):
        row = _row(part, either=either)
        if not row.field and rows and not rows[-1].field and not either:
            rows[-1] = FilterRow("", "", f"{rows[-1].value} {row.value}", rows[-1].either)
        else:
            rows.append(row)
    return rows


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts between joints, each with True if it is joined by 或者; quoted joints are text."""
    start, either = 0, False
    joints = [found for found in _JOINT.finditer(text) if not found.group().startswith('"')]
    for found in joints:
        if text[start : found.start()].strip():
            yield either, text[start : found.start()].strip()
            either = False
        either = either or found.group() == OR
        start = found.end()
    if text[start:].strip():
        yield either, text[start:].strip()


def _row(part: str, *, either: bool) -> FilterRow:
    match = _BY_SIGN.match(part)
    if match is not None:
        field, sign, value = match.groups()
    else:
        match = _BY_WORD.match(part)
        if match is None:
            return FilterRow("", "", part, either)
        field, sign, value = match.group(1), _WORDS[match.group(2)], match.group(3) or ""
    if value == EMPTY and sign in {"=", "!="}:
        return FilterRow(field, sign + EMPTY, "", either)
    return FilterRow(field, sign, value, either)


def values_of(text: str) -> list[str]:
    """Return the values joined by `|`; in quotes it is one value, whatever stands in it."""
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        return [text[1:-1]]
    return [one.strip() for one in text.split("|") if one.strip()]


def line_of(rows: Iterable[FilterRow]) -> str:
    """Return rows as one line that `read_rows` reads back."""
    said = ""
    for row in rows:
        part = f"{row.field}{row.sign}{_quoted(row)}" if row.field else row.value
        said += part if not said else f" {OR} {part}" if row.either else f";{part}"
    return said


def _quoted(row: FilterRow) -> str:
    """Return a value so that it is read back: in quotes if anything in it could be taken for a joint or a sign."""
    whole = len(row.value) > 1 and row.value.startswith('"') and row.value.endswith('"')
    value = row.value.replace('"', "")
    needs = whole or value == EMPTY or value[:1] in {"=", "~"} or bool(_NEEDS_QUOTES.search(value))
    return f'"{value}"' if needs else value


def groups_of(rows: Sequence[FilterRow]) -> list[list[FilterRow]]:
    """Return the alternatives of a filter, each a list of rows that must all hold."""
    groups: list[list[FilterRow]] = []
    for row in rows:
        if row.either or not groups:
            groups.append([])
        groups[-1].append(row)
    return groups


def narrowed(rows: Sequence[FilterRow], line: str) -> str:
    """Return a line narrowed by rows that must hold whichever of its alternatives does."""
    found = groups_of(read_rows(line)) or [[]]
    said: list[FilterRow] = []
    for group in found:
        whole = [replace(one, either=False) for one in (*rows, *group)]
        if said and whole:
            whole[0] = replace(whole[0], either=True)
        said += whole
    return line_of(said)
