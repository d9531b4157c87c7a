"""Conditions on people as SQL: names come from the dictionary, values are bound."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from desktop.domain.conditions import EMPTY, Condition
from desktop.domain.dictionary import PERSON
from desktop.domain.fields import Kind, Value
from desktop.store import finding

AGE, TAG, PHONE, VISITED, WORDS = "age", "tag", "phone", "visited", ""
Part = tuple[str, list[Any]]
BORN_OF = ((PERSON.key, "birth_id"), (PERSON.key, "birth_file"))
_BORN = "coalesce(birth_id, birth_file)"
# An unknown month or day counts as the last possible one (`domain/dates.py: age_on`).
_BORN_AT_LAST = f"{_BORN} || substr('-12-31', length({_BORN})-3)"
# A care tag on a day (bound twice): what is unknown of its dates counts in the person's favour.
TAG_IN_FORCE = (
    "coalesce(tag.since, '') <= ? AND (tag.until IS NULL OR tag.until || substr('-12-31', length(tag.until)-3) >= ?)"
)
_ORDER = frozenset({">=", "<=", ">", "<"})


def any_of(connection: Connection, groups: Sequence[Sequence[Condition]], *, day: str) -> Part:
    """Return the WHERE part under which one of the groups holds on a day, with its bound values."""
    parts: list[str] = []
    bound: list[Any] = []
    for group in groups:
        found = [_part(connection, condition, day) for condition in group]
        parts.append("(" + " AND ".join(part for part, _ in found) + ")" if found else "1")
        bound += [value for _, values in found for value in values]
    return "(" + " OR ".join(parts) + ")", bound


def asked_about(condition: Condition) -> tuple[tuple[str, str], ...]:
    """Return the (kind, field) pairs a condition asks about; words are looked at where they are looked up."""
    special = {
        AGE: BORN_OF,
        TAG: (("tag", "code"),),
        PHONE: (("phone", "number"),),
        VISITED: (("visit", "visited_on"),),
    }
    if condition.field in {*special, WORDS}:
        return special.get(condition.field, ())
    return ((PERSON.key, PERSON.field(condition.field).key),)  # KeyError: no name is made of user text


def _part(connection: Connection, condition: Condition, day: str) -> Part:
    if condition.field == WORDS:
        return _words(connection, condition)
    special: dict[str, Callable[[Condition, str], Part]] = {
        AGE: _age, TAG: _tag, PHONE: _phone, VISITED: _visited,
    }  # fmt: skip
    if condition.field in special:
        return special[condition.field](condition, day)
    field = PERSON.field(condition.field)  # KeyError: no name is made of user text
    if condition.sign.endswith(EMPTY):
        return f"person.{field.key} IS {'NOT ' if condition.sign.startswith('!') else ''}NULL", []
    column = f"person.{field.key}"
    if field.kind is Kind.CODES:
        return _negated(
            condition,
            _any(f"(' ' || {column} || ' ') LIKE ? ESCAPE '!'", [f"% {_like(v)} %" for v in condition.values]),
            column,
        )
    if field.kind is Kind.DATE:
        return _dated(column, condition)
    return _plain(column, condition)


def _plain(column: str, condition: Condition) -> Part:
    """Return the part of a text, a code or a number."""
    sign, values = condition.sign, list(condition.values)
    if sign in _ORDER:
        return f"{column} {sign} ?", values[:1]
    if sign in {"=", "!="}:
        return _negated(condition, (f"{column} IN ({','.join('?' * len(values))})", values), column)
    pattern = "{}%" if sign == "^=" else "%{}%"
    found = _any(f"{column} LIKE ? ESCAPE '!'", [pattern.format(_like(value)) for value in values])
    return _negated(condition, found, column)


def _dated(column: str, condition: Condition) -> Part:
    """Return the part of a date: two dates are compared as far as the one asked about is known."""
    sign = {"=": "=", "!=": "="}.get(condition.sign, condition.sign)
    parts = [f"substr({column}, 1, {len(str(value))}) {sign} ?" for value in condition.values]
    found = "(" + " OR ".join(parts) + ")" if parts else "0", list(condition.values)
    return _negated(condition, found, column)


def _age(condition: Condition, day: str) -> Part:
    """Return the part of an age on a day: full years, by the id's birth day or else the file's."""
    parts: list[str] = []
    bound: list[Any] = []
    for value in condition.values:
        years = int(value or 0)
        since = {"<": years, ">=": years, "<=": years + 1, ">": years + 1}.get(condition.sign)
        if since is not None:
            sign = "<=" if condition.sign in {">=", ">"} else ">"
            parts.append(f"{_BORN_AT_LAST} {sign} ?")
            bound.append(_years_before(day, since))
        else:
            parts.append(f"({_BORN_AT_LAST} <= ? AND {_BORN_AT_LAST} > ?)")
            bound += [_years_before(day, years), _years_before(day, years + 1)]
    if condition.sign.endswith(EMPTY):
        return f"{_BORN} IS {'NOT ' if condition.sign.startswith('!') else ''}NULL", []
    return _negated(condition, ("(" + " OR ".join(parts) + ")" if parts else "0", bound), _BORN)


def _years_before(day: str, years: int) -> str:
    return f"{int(day[:4]) - years:04d}{day[4:]}"


def _tag(condition: Condition, day: str) -> Part:
    """Return the part of the care tags a person has on a day."""
    marks = ",".join("?" * len(condition.values))
    of_these = f" AND tag.code IN ({marks})" if condition.values else ""
    has = f"person.id IN (SELECT tag.person FROM main.tag WHERE tag.deleted=0 AND {TAG_IN_FORCE}"  # noqa: S608
    negation = "NOT " if condition.sign in {"!=", "=" + EMPTY} else ""
    return f"{negation}{has}{of_these})", [day, day, *condition.values]


def _phone(condition: Condition, _day: str) -> Part:
    """Return the part of a person's phones, of which one must be so."""
    has = (
        "EXISTS (SELECT 1 FROM main.phone WHERE phone.deleted=0 AND phone.person=person.id AND phone.number IS NOT NULL"
    )
    if condition.sign.endswith(EMPTY):
        return f"{'' if condition.sign.startswith('!') else 'NOT '}{has})", []
    part, bound = _plain("phone.number", Condition("", condition.sign.removeprefix("!"), condition.values))
    return f"{'NOT ' if condition.sign.startswith('!') else ''}{has} AND {part})", bound


def _visited(condition: Condition, _day: str) -> Part:
    """Return the part of the day of the last visit."""
    last = "(SELECT max(visit.visited_on) FROM main.visit WHERE visit.deleted=0 AND visit.person=person.id)"
    if condition.sign.endswith(EMPTY):
        return f"{last} IS {'NOT ' if condition.sign.startswith('!') else ''}NULL", []
    return _dated(last, condition)


def _words(connection: Connection, condition: Condition) -> Part:
    found = finding.condition(connection, " ".join(str(value) for value in condition.values))
    return ("1", []) if found is None else found


def _any(part: str, bound: Sequence[Any]) -> Part:
    return ("(" + " OR ".join([part] * len(bound)) + ")" if bound else "0"), list(bound)


def _negated(condition: Condition, found: Part, column: str) -> Part:
    """Return the part, or for a negating sign its opposite, which holds for what is empty too."""
    part, bound = found
    return (f"({column} IS NULL OR NOT {part})", bound) if condition.sign.startswith("!") else (part, bound)


def _like(text: Value) -> str:
    """Return `text` with LIKE's wildcards made plain."""
    return str(text).replace("!", "!!").replace("%", "!%").replace("_", "!_")
