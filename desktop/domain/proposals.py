"""Proposals: what a unit wrote about a person it does not own, decided by the owner (`sync.md` section 3.1).

Pure rules. The unit that merges such a write makes the proposal; its id follows from the write's dot, so the
same write, however often it comes, is one proposal, and an answered one is never asked again.
"""

import hashlib
from collections.abc import Iterable, Mapping

from desktop.domain.fields import Value
from desktop.domain.operations import Dot

ACCEPTED, REJECTED = "1", "2"
ANSWER_FIELDS = frozenset({"answer", "answer_why", "answered_on", "answered_by", "settled"})


def proposal_id(dot: Dot) -> str:
    """Return the id of the proposal that a write is."""
    return hashlib.sha256(f"yince proposal 1\n{dot_text(dot)}".encode("ascii")).hexdigest()[:32]


def dot_text(dot: Dot) -> str:
    """Return a write as `writer#counter`."""
    return f"{dot.writer}#{dot.counter}"


def dot_of(text: str) -> Dot | None:
    """Return the write that a text of `dot_text` names, None if it names none."""
    writer, _, counter = text.rpartition("#")
    return Dot(writer, int(counter)) if writer and counter.isdigit() else None


def is_open(values: Mapping[str, Value]) -> bool:
    """Return True while nobody has answered."""
    return not values.get("answer")


def objection_to_answer(
    fields: Iterable[str], stored: Mapping[str, Value] | None, *, mine: frozenset[str], may_make: bool
) -> str | None:
    """Return in Chinese why a unit below may not write these fields of a proposal, None if it may.

    `mine` are the units it speaks for; `may_make` is True for a unit that merges others' writes itself.
    """
    if may_make:
        return None
    if stored is None or stored.get("home") not in mine:
        return "不是该单位答复的提议"
    return None if set(fields) <= ANSWER_FIELDS else "提议的内容不能改，只能答复"
