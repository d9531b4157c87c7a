"""The one search box: what was typed becomes a walk through the search index, the likeliest people first."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.domain.dictionary import PERSON
from desktop.store.letters import is_spelled
from desktop.store.matched import MATCHED_FIELDS, kind_of_match
from desktop.store.readings import places_of
from desktop.store.scopes import is_narrowed
from desktop.store.seen_terms import seen_numbers, unseen_marks
from desktop.store.terms import Term, card_number, term_of, words_of
from desktop.store.veils import hides

COUNT_CAP = 1000  # as one types, more people than this are only said to be more
CHECKED_CAP = 200  # where each person's numbers or names have to be looked at as well
_POOL = 60  # people that are put in order; among more, narrower expressions say who comes first
_NO_CAP = 1 << 60
_FROM = "FROM find CROSS JOIN find_row AS kept ON kept.row=find.rowid WHERE find MATCH ?"


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: the person and, in Chinese, what matched."""

    person: str
    matched: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The hits shown and how many there are; `capped` if there are more than `total`."""

    hits: tuple[Found, ...]
    total: int
    capped: bool = False


def condition(connection: Connection, text: str) -> tuple[str, list[Any]] | None:
    """Return a WHERE part on `main.person` and its bound values for what was typed; None if nothing was.

    Terms are joined by and: `zgh 1953` finds people whose initials are zgh born in 1953.
    """
    words = words_of(text)
    if not words:
        return None
    unseen = unseen_marks(connection)
    terms = [term_of(word, unseen=unseen) for word in words]
    known = [term for term in terms if term is not None]
    if len(known) < len(terms):
        return "0", []
    checks = [term.digits for term in known if term.digits]
    parts = "".join(" AND instr(kept.numbers, ?)>0" for _ in checks)
    guard, guarded = seen_numbers(connection, words)
    found = f"person.row IN (SELECT find.rowid {_FROM}{parts}){guard}"
    bound: list[Any] = [_conjunction(known), *checks, *guarded]
    card = card_number(text)
    if card is None:
        return found, bound
    return f"({found} OR person.id IN (SELECT person FROM main.card WHERE card_no=? AND deleted=0))", [*bound, card]


def find_people(connection: Connection, text: str, *, limit: int, cap: int | None = COUNT_CAP) -> Finding:
    """Return the people found by `text`, best first: whole names, beginnings of names, then the rest.

    They are counted up to `cap`; None counts them all.
    """
    words = words_of(text)
    card = _by_card(connection, text)
    if card is not None:
        return card
    unseen = unseen_marks(connection)
    terms = [term for word in words if (term := term_of(word, unseen=unseen)) is not None]
    if not terms or len(terms) < len(words):
        return Finding((), 0)
    most = _NO_CAP if cap is None else min(cap, CHECKED_CAP) if _checked(terms) else cap
    guard = seen_numbers(connection, words)
    if guard[0]:
        return _seen_people(connection, text, words, limit=limit, most=_NO_CAP if cap is None else CHECKED_CAP)
    found = _rows(connection, _conjunction(terms), terms, most + 1)
    pool = max(limit, _POOL)
    first = _first_of_many(connection, terms, limit) if len(found) > pool else []
    if len(first) < limit:
        first = list(dict.fromkeys([*first, *_in_order(connection, found[:pool], words)]))[:limit]
    return Finding(_hits(connection, first, words), min(len(found), most), len(found) > most)


def _seen_people(connection: Connection, text: str, words: Sequence[str], *, limit: int, most: int) -> Finding:
    """Return the people found where some numbers are hidden from the user: nobody is found by those."""
    part = condition(connection, text)
    where, bound = part if part is not None else ("0", [])
    sql = f"SELECT row FROM main.person WHERE deleted=0 AND {where} LIMIT ?"  # noqa: S608 - our names
    rows = [row[0] for row in connection.exec_driver_sql(sql, (*bound, most + 1))]
    first = _in_order(connection, rows[: max(limit, _POOL)], words)[:limit]
    return Finding(_hits(connection, first, words), min(len(rows), most), len(rows) > most)


def _first_of_many(connection: Connection, terms: Sequence[Term], limit: int) -> list[int]:
    """Return the rows to show first where more are found than can be put in order."""
    rows: dict[int, None] = {}
    for expression in _narrower(terms):
        rows.update(dict.fromkeys(_rows(connection, expression, terms, limit)))
        if len(rows) >= limit:
            break
    return list(rows)[:limit]


def _by_card(connection: Connection, text: str) -> Finding | None:
    """Return the person who holds a card; None for what is no card's number, though it may look like one."""
    sql = "SELECT DISTINCT person FROM card WHERE card_no=? AND deleted=0"
    rows = connection.exec_driver_sql(sql, (card_number(text) or "",)).all()
    return Finding(tuple(Found(str(row[0]), "卡号") for row in rows), len(rows)) if rows else None


def _conjunction(terms: Sequence[Term]) -> str:
    return " AND ".join(term.expression for term in terms)


def _narrower(terms: Sequence[Term]) -> list[str]:
    """Return the expressions whose people come first: the first term that has any, the others as they are."""
    for place, term in enumerate(terms):
        if term.best:
            rest = [other.expression for at, other in enumerate(terms) if at != place]
            return [" AND ".join([best, *rest]) for best in term.best]
    return []


def _checked(terms: Sequence[Term]) -> bool:
    return any(term.digits or term.letters for term in terms)


def _rows(connection: Connection, expression: str, terms: Sequence[Term], most: int) -> list[int]:
    """Return the index rows, at most so many, that an expression finds and that are really what was typed."""
    if not _checked(terms) and not is_narrowed(connection):
        sql = "SELECT rowid FROM find WHERE find MATCH ? LIMIT ?"
        return [row[0] for row in connection.exec_driver_sql(sql, (expression, most))]
    found: list[int] = []
    sql = f"SELECT find.rowid, kept.names, kept.numbers {_FROM}"
    with connection.exec_driver_sql(sql, (expression,)) as rows:
        for row, names, numbers in rows:
            if all(term.accepts(names, numbers) for term in terms):
                found.append(row)
                if len(found) == most:
                    break
    return found


def _in_order(connection: Connection, rows: Sequence[int], words: Sequence[str]) -> list[int]:
    """Return rows with those first that are nearest to what was typed."""
    sql = "SELECT row, names, numbers FROM find_row WHERE row IN (SELECT value FROM json_each(?))"
    found = connection.exec_driver_sql(sql, (json.dumps(list(rows)),)).all()
    return [row[0] for row in sorted(found, key=lambda row: _rank(row[1], row[2], words))]


def _rank(names: str, numbers: str, words: Sequence[str]) -> tuple[int, str]:
    """Return a key: whole names, numbers that end as typed, beginnings of names, the rest; then by name."""
    name = names.partition("|")[0]
    return min((_nearness(name, numbers, word) for word in words), default=9), name


def _nearness(name: str, numbers: str, word: str) -> int:
    plain = word.lower()
    if name == word or any(number.endswith(plain) for number in numbers.split("|") if plain.isdigit()):
        return 0
    if plain.isascii() and plain.isalpha():
        places = places_of(name)
        return 1 if is_spelled(plain, places[: len(plain)], from_first=True) else 3
    return 2 if name.startswith(word) else 3


def _hits(connection: Connection, rows: Sequence[int], words: Sequence[str]) -> tuple[Found, ...]:
    """Return the people of index rows in their order, with what matched."""
    marks = ",".join("?" * len(rows))
    hidden = {key for key in MATCHED_FIELDS if hides(connection, PERSON.key, key)}
    fields = [f"NULL AS {key}" if key in hidden else f"person.{key}" for key in ("row", "id", *MATCHED_FIELDS)]
    sql = f"SELECT {', '.join(fields)}, names FROM main.person JOIN find_row USING (row) WHERE person.row IN ({marks})"  # noqa: S608
    found = {row["row"]: row for row in connection.exec_driver_sql(sql, tuple(rows)).mappings()}
    return tuple(Found(found[row]["id"], kind_of_match(connection, found[row], words)) for row in rows if row in found)
