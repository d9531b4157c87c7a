"""Blanks in a text (`{{姓名}}`, `姓名：____`, `□男 □女`, `填表人：`): where they are, what filling them changes."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.roster.forms.shape import AFTER, BLANK, MARK, TICK

_SPAN = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}|[_＿]{2,}|＿|(?<=[：:])[ \u3000\u00a0]{2,}(?=\S|$)")
_OPTION = re.compile(r"[□☐▢]\s*([^□☐▢☑■\s、，,。;；/()（）:：_]{1,12})")
_WORD = re.compile(r"([^\s：:，,。；;、（）()_＿{}]+)\s*[：:]?\s*$")
_TICKED = "☑"
Edit = tuple[int, int, str]  # from, to, new text


@dataclass(frozen=True, slots=True)
class Span:
    """One blank in a text: what it is, where, the word before it, and the character behind it."""

    how: str
    start: int
    end: int
    label: str
    behind: str = ""
    options: tuple[str, ...] = ()


def spans_of(text: str) -> list[Span]:
    """Return the blanks of a text in order; `填表人：` with nothing behind it has one of no width at its end."""
    found = _ticks(text)
    taken = [(one.start, one.end) for one in found]
    for match in _SPAN.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        how = MARK if match.group(1) else BLANK
        label = match.group(1) or _word_before(text[: match.start()])
        found.append(Span(how, match.start(), match.end(), label, text[match.end() : match.end() + 1]))
    found.sort(key=lambda one: one.start)
    if not found and text.rstrip().endswith(("：", ":")) and len(text) <= 40:
        return [Span(AFTER, len(text), len(text), _word_before(text))]
    return found


def _word_before(text: str) -> str:
    match = _WORD.search(text)
    return match.group(1) if match else ""


def _ticks(text: str) -> list[Span]:
    """Return a blank for each group of boxes; a colon between two boxes begins another group."""
    groups: list[list[re.Match[str]]] = []
    for match in _OPTION.finditer(text):
        if not groups or re.search(r"[：:]", text[groups[-1][-1].end() : match.start()]):
            groups.append([])
        groups[-1].append(match)
    return [
        Span(TICK, group[0].start(), group[-1].end(), _word_before(text[: group[0].start()]), "",
             tuple(one.group(1) for one in group))
        for group in groups
    ]  # fmt: skip


def edits_of(text: str, values: Mapping[int, str | Sequence[str]]) -> list[Edit]:
    """Return the changes that fill the blanks numbered in `values`, last first, so that they can be made in order."""
    edits: list[Edit] = []
    for number, span in enumerate(spans_of(text)):
        if number in values:
            edits += _edits(text, span, values[number])
    return sorted(edits, reverse=True)


def _edits(text: str, span: Span, value: str | Sequence[str]) -> list[Edit]:
    if span.how == TICK:
        wanted = {value} if isinstance(value, str) else set(value)
        boxes = [one for one in _OPTION.finditer(text, span.start, span.end) if one.group(1) in wanted]
        return [(one.start(), one.start() + 1, _TICKED) for one in boxes]
    said = value if isinstance(value, str) else "、".join(value)
    if not said and span.how != MARK:
        return []
    if span.how == BLANK:
        said = _padded(said, text[span.start : span.end])
    return [(span.start, span.end, said)]


def _padded(said: str, blank: str) -> str:
    """Return a text as wide as the blank it takes the place of, so that what follows stays where it is."""
    unit = _columns(blank[0])
    spare = (_columns(blank) - _columns(said)) // unit
    before = 1 if spare > 1 and blank[0] in "_＿" else 0
    return blank[0] * before + said + blank[0] * max(spare - before, 0)


def _columns(text: str) -> int:
    """Return how many half-width columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


def columns_of(text: str) -> int:
    """Return how many half-width columns a text takes."""
    return _columns(text)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with edits made."""
    for start, end, said in edits:
        text = text[:start] + said + text[end:]
    return text
