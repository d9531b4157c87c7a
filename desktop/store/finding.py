"""The one search box: what was typed becomes a walk through the search index, the likeliest people first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.store.matched import kind_of_match
from desktop.store.terms import Term, card_number, term_of, words_of

COUNT_CAP = 1000  # as one types, more people than this are only said to be more
_POOL = 60  # people looked at before the last ones are put in order
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


def condition(text: str) -> tuple[str, list[Any]] | None:
    """Return a WHERE part on `person` and its bound values for what was typed; None if nothing was.

    Terms are joined by and: `zgh 1953` finds people whose initials are zgh born in 1953.
    """
    words = words_of(text)
    if not words:
        return None
    whole = card_number(text)
    if whole is not None:
        return "person.id IN (SELECT person FROM card WHERE card_no=? AND deleted=0)", [whole]
    terms = [term_of(word) for word in words]
    known = [term for term in terms if term is not None]
    if len(known) < len(terms):
        return "0", []
    checks = [term.digits for term in known if term.digits]
    parts = "".join(" AND instr(kept.numbers, ?)>0" for _ in checks)
    return f"person.row IN (SELECT find.rowid {_FROM}{parts})", [_conjunction(known), *checks]


def find_people(connection: Connection, text: str, *, limit: int, cap: int | None = COUNT_CAP) -> Finding:
    """Return the people found by `text`, best first: whole names, beginnings of names, then the rest.

    They are counted up to `cap`; None counts them all.
    """
    words = words_of(text)
    card = card_number(text)
    if card is not None:
        return _by_card(connection, card)
    terms = [term for word in words if (term := term_of(word)) is not None]
    if not terms or len(terms) < len(words):
        return Finding((), 0)
    rows: dict[int, tuple[str, str]] = {}
    for expression in _narrower(terms):
        rows.update(_first(_walk(connection, expression, terms, limit), limit))
        if len(rows) >= limit:
            break
    pool = max(limit, _POOL)
    walk = _walk(connection, _conjunction(terms), terms, None if _checked(terms) else pool + 1)
    last = dict(_first(walk, pool + 1))
    total, capped = len(last), False
    if total > pool:
        total, capped = _count(connection, terms, cap)
    ranked = sorted((item for item in last.items() if item[0] not in rows), key=lambda item: _rank(item[1], words))
    shown = [*rows, *(row for row, _ in ranked)][:limit]
    return Finding(_hits(connection, shown, words), total, capped)


def _by_card(connection: Connection, number: str) -> Finding:
    """Return the person who holds a card."""
    sql = "SELECT DISTINCT person FROM card WHERE card_no=? AND deleted=0"
    hits = tuple(Found(str(row[0]), "卡号") for row in connection.exec_driver_sql(sql, (number,)))
    return Finding(hits, len(hits))


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


def _walk(
    connection: Connection, expression: str, terms: Sequence[Term], limit: int | None
) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield row, names and numbers of the people an expression finds that are really what was typed."""
    bound = -1 if limit is None or _checked(terms) else limit
    sql = f"SELECT find.rowid, kept.names, kept.numbers {_FROM} LIMIT ?"
    with connection.exec_driver_sql(sql, (expression, bound)) as rows:
        for row, names, numbers in rows:
            if all(term.accepts(names, numbers) for term in terms):
                yield row, (names, numbers)


def _first(found: Iterable[tuple[int, tuple[str, str]]], most: int) -> list[tuple[int, tuple[str, str]]]:
    return [one for _, one in zip(range(most), found, strict=False)]


def _count(connection: Connection, terms: Sequence[Term], cap: int | None) -> tuple[int, bool]:
    """Return how many people there are, up to `cap`, and whether there are more."""
    if _checked(terms):
        total = sum(1 for _ in _first(_walk(connection, _conjunction(terms), terms, None), (cap or 1 << 60) + 1))
    else:
        sql = "SELECT count(*) FROM (SELECT rowid FROM find WHERE find MATCH ? LIMIT ?)"
        bound = (_conjunction(terms), -1 if cap is None else cap + 1)
        total = int(connection.exec_driver_sql(sql, bound).scalar_one())
    return (total, False) if cap is None or total <= cap else (cap, True)


def _rank(kept: tuple[str, str], words: Sequence[str]) -> tuple[int, str]:
    """Return a key that puts first who has a number that ends as typed, then the shorter and earlier names."""
    names, numbers = kept
    ends = any(number.endswith(word.lower()) for word in words if word.isdigit() for number in numbers.split("|"))
    return (0 if ends else 1), names


def _hits(connection: Connection, rows: Sequence[int], words: Sequence[str]) -> tuple[Found, ...]:
    """Return the people of index rows in their order, with what matched."""
    marks = ",".join("?" * len(rows))
    sql = f"SELECT person.*, names FROM person JOIN find_row USING (row) WHERE person.row IN ({marks})"  # noqa: S608
    found = {row["row"]: row for row in connection.exec_driver_sql(sql, tuple(rows)).mappings()}
    return tuple(Found(found[row]["id"], kind_of_match(connection, found[row], words)) for row in rows if row in found)
