"""Code lists: the shipped ones in `resources/codes/`, and what the open register lays over them.

A register may add, rename, reorder and stop codes (records `code` and `code_list`). What it says is laid
over the shipped list here, so that every reader of `code_list` sees the same list. Registers are told
apart by an owner: the one that spoke last is in force, and closing it brings back the one before
(docs/decisions/0003-code-list-overlay.md).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from desktop.domain.fields import Value
from desktop.domain.resources import resource_path

Rows = tuple[Mapping[str, Value], ...]
_LAST = 1_000_000  # the place of a code without a position: behind those that have one, in shipped order


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes with their labels and the other words people write for them."""

    key: str
    label: str
    source: str
    as_of: str
    confirmed: bool
    labels: dict[str, str] = field(default_factory=dict)  # code -> label, in list order
    words: dict[str, str] = field(default_factory=dict)  # label, code or other word -> code
    stopped: frozenset[str] = frozenset()  # still shown for old values, not offered for new ones

    @property
    def offered(self) -> dict[str, str]:
        """The codes a person may choose, with their labels, in list order."""
        return {code: label for code, label in self.labels.items() if code not in self.stopped}

    def label_of(self, code: str) -> str:
        """Return the label of `code`; an unknown code (of a newer version) is its own label."""
        return self.labels.get(code, code)

    def code_of(self, word: str) -> str | None:
        """Return the code meant by a label, a code or a known other word; None if unknown."""
        return self.words.get(word.strip())


@dataclass(frozen=True, slots=True)
class _Overlay:
    """What one open register says of code lists: its `code` and its `code_list` records, by list."""

    codes: Mapping[str, Rows]
    lists: Mapping[str, Mapping[str, Value]]
    made: dict[str, CodeList] = field(default_factory=dict)


_overlays: dict[str, _Overlay] = {}  # owner -> what it says; the last one is in force


def code_list(key: str) -> CodeList:
    """Return the list named `key` as the open register has it; KeyError if there is none."""
    overlay = next(reversed(_overlays.values()), None)
    if overlay is None or (key not in overlay.codes and key not in overlay.lists):
        return shipped_list(key)
    if key not in overlay.made:
        overlay.made[key] = overlaid(shipped_list(key), overlay.codes.get(key, ()), overlay.lists.get(key, {}))
    return overlay.made[key]


def lay_over(owner: str, codes: Iterable[Mapping[str, Value]], lists: Iterable[Mapping[str, Value]]) -> None:
    """Put what a register says of code lists in force; it replaces what the same owner said before."""
    grouped: dict[str, list[Mapping[str, Value]]] = {}
    for one in codes:
        grouped.setdefault(str(one.get("list") or ""), []).append(one)
    _overlays.pop(owner, None)
    _overlays[owner] = _Overlay(
        {key: tuple(rows) for key, rows in grouped.items()}, {str(one.get("list") or ""): one for one in lists}
    )


def lift_off(owner: str) -> None:
    """Forget what a register said: it was closed."""
    _overlays.pop(owner, None)


def overlaid(shipped: CodeList, codes: Iterable[Mapping[str, Value]], head: Mapping[str, Value]) -> CodeList:
    """Return a shipped list with a register's codes and heading laid over it.

    A word means the code that bears it as its label now; then the register's other words; then what
    was shipped, so that an old label still finds its code after a rename.
    """
    rows = {str(one["code"]): one for one in codes if one.get("code")}
    labels = {**shipped.labels, **{code: str(one.get("label") or code) for code, one in rows.items()}}
    places = {code: (_position(rows.get(code)), number) for number, code in enumerate(labels)}
    labels = {code: labels[code] for code in sorted(labels, key=lambda code: places[code])}
    words = {code: code for code in labels}
    for code, label in labels.items():
        words.setdefault(label, code)
    for code, one in rows.items():
        for word in split_words(one.get("also")):
            words.setdefault(word, code)
    for word, code in shipped.words.items():
        words.setdefault(word, code)
    stopped = frozenset(code for code, one in rows.items() if one.get("stopped"))
    confirmed = shipped.confirmed if head.get("confirmed") is None else bool(head["confirmed"])
    source, as_of = str(head.get("source") or shipped.source), str(head.get("as_of") or shipped.as_of)
    return CodeList(shipped.key, shipped.label, source, as_of, confirmed, labels, words, stopped)


def _position(row: Mapping[str, Value] | None) -> int:
    place = row.get("position") if row else None
    return place if isinstance(place, int) else _LAST


def split_words(text: Value) -> list[str]:
    """Return the words of a text that lists them with 、 or commas."""
    plain = str(text or "").replace("，", "、").replace(",", "、")
    return [word.strip() for word in plain.split("、") if word.strip()]


def code_record_id(list_key: str, code: str) -> str:
    """Return the id of the record of one code: the same at every station, so that edits meet."""
    return hashlib.sha256(f"yince code {list_key} {code}".encode()).hexdigest()[:32]


def list_record_id(list_key: str) -> str:
    """Return the id of the record of one list's heading."""
    return hashlib.sha256(f"yince code_list {list_key}".encode()).hexdigest()[:32]


@cache
def shipped_list(key: str) -> CodeList:
    """Return the list named `key` as it was shipped; KeyError if there is none."""
    path = resource_path("codes", f"{key}.json")
    if not path.is_file():
        raise KeyError(key)
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    labels: dict[str, str] = {}
    words: dict[str, str] = {}
    for item in raw["items"]:
        labels[item["code"]] = item["label"]
        for word in (item["code"], item["label"], *item.get("also", ())):
            words.setdefault(word, item["code"])
    return CodeList(raw["key"], raw["label"], raw["source"], raw["as_of"], raw["confirmed"], labels, words)


def code_list_keys() -> tuple[str, ...]:
    """Return the keys of all shipped lists, sorted."""
    return tuple(sorted(path.stem for path in resource_path("codes").glob("*.json")))
