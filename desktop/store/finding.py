"""The one search box: what was typed becomes a condition on the search index."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.store import search
from desktop.store.readings import name_readings

_MAX_TERMS = 6
_MAX_TEXT = 100
_COUNT_CAP = 100_000


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: the person and, in Chinese, what matched."""

    person: str
    matched: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The hits shown and how many there are (counted up to a cap)."""

    hits: tuple[Found, ...]
    total: int


def condition(text: str) -> tuple[str, list[Any]] | None:
    """Return a WHERE part on `person` and its bound values for what was typed; None if nothing was.

    Terms are joined by and: `zgh 1953` finds people whose initials are zgh born in 1953.
    """
    terms = [term for term in _clean(text).split() if term][:_MAX_TERMS]
    if not terms:
        return None
    whole = search.card_number(text) if len(text) <= _MAX_TEXT else None
    if whole is not None:
        return "id IN (SELECT person FROM card WHERE card_no=? AND deleted=0)", [whole]
    parts: list[str] = []
    bound: list[Any] = []
    for term in terms:
        part, values = _term(term)
        parts.append(part)
        bound += values
    return " AND ".join(parts), bound


def _clean(text: str) -> str:
    """Return typed text without control characters, lone surrogates and full-width forms."""
    shown = "".join(c if c.isprintable() else " " for c in text[:_MAX_TEXT])
    return unicodedata.normalize("NFKC", shown)


def _term(term: str) -> tuple[str, list[Any]]:
    """Return the condition of one term: words, numbers or either; no match for marks alone."""
    parts: list[str] = []
    bound: list[Any] = []
    words = search.words_query(term)
    if words is not None:
        parts.append("row IN (SELECT rowid FROM find_words WHERE find_words MATCH ?)")
        bound.append(words[0])
    digits = search.digits_query(term)
    if digits is not None:
        parts.append("row IN (SELECT rowid FROM find_digits WHERE find_digits MATCH ?)")
        bound.append(digits)
    if not parts:
        return "0", []
    return "(" + " OR ".join(parts) + ")", bound


def find_people(connection: Connection, text: str, *, limit: int) -> Finding:
    """Return the people found by `text`, best first: whole names, then numbers, then the rest."""
    found = condition(text)
    if found is None:
        return Finding((), 0)
    where, bound = found
    columns = "id, name, id_no, birth_id, live_addr, ent_name, person_no"
    rows = (
        connection.exec_driver_sql(
            f"SELECT {columns} FROM person WHERE deleted=0 AND {where} LIMIT ?",  # noqa: S608 - our names
            (*bound, max(limit * 4, 200)),
        )
        .mappings()
        .all()
    )
    total = len(rows)
    if total >= max(limit * 4, 200):
        sql = f"SELECT count(*) FROM (SELECT 1 FROM person WHERE deleted=0 AND {where} LIMIT ?)"  # noqa: S608
        total = int(connection.exec_driver_sql(sql, (*bound, _COUNT_CAP)).scalar_one())
    ranked = sorted(rows, key=lambda row: (_rank(row, text), row["name"] or ""))
    return Finding(tuple(Found(row["id"], matched_by(row, text)) for row in ranked[:limit]), total)


def _rank(row: Any, text: str) -> int:
    """Return 0 for a whole-name match, 1 for a name that begins so, 2 for the rest."""
    name = row["name"] or ""
    plain = text.strip().lower()
    if name == plain or any("".join(part) == plain for part in name_readings(name)):
        return 0
    initials = ["".join(syllable[0] for syllable in part) for part in name_readings(name)]
    return 1 if name.startswith(plain) or plain in initials else 2


def matched_by(row: Any, text: str) -> str:
    """Return in Chinese what part of a person each typed term matched."""
    kinds = dict.fromkeys(_kind_of_match(row, term) for term in _clean(text).split()[:_MAX_TERMS])
    return "、".join(kinds)


def _kind_of_match(row: Any, term: str) -> str:
    """Return what one term matched."""
    if search.card_number(term):
        return "卡号"
    if term.isascii() and term.isalpha():
        return _letters_match(str(row["name"] or ""), term.lower())
    if any(c.isdigit() for c in term):
        return _digits_match(row, term)
    for key, label in (("name", "姓名"), ("ent_name", "单位"), ("live_addr", "地址")):
        if term in str(row[key] or ""):
            return label
    return "其他"


def _letters_match(name: str, term: str) -> str:
    """Return 首字母 or 拼音."""
    for syllables in name_readings(name):
        initials = "".join(part[0] for part in syllables)
        if term in initials and not "".join(syllables).startswith(term):
            return "首字母"
    return "拼音"


def _digits_match(row: Any, term: str) -> str:
    """Return which number or date a term with digits matched."""
    if search.door_of(term):
        return "地址"
    plain = term.replace("-", "").lower()
    if plain in str(row["id_no"] or "").lower():
        return "证号"
    if str(row["birth_id"] or "").replace("-", "").startswith(plain):
        return "出生"
    if plain in str(row["person_no"] or "").lower():
        return "编号"
    return "电话" if plain.isdigit() else "地址"
