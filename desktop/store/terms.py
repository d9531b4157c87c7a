"""What was typed, term by term, as expressions on the search index.

Every token is quoted, so nothing a user types is taken as query syntax.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from desktop.domain.ids import read_short_code
from desktop.domain.names import match_key
from desktop.store.letters import cuts_of, is_cut_short, is_spelled, letters_query
from desktop.store.readings import places_of
from desktop.store.search import (
    GRAM,
    cleaned_number,
    door_of,
    door_tokens,
    han_run,
    number_tokens,
    runs_of,
    text_tokens,
)  # fmt: skip

_MAX_TERMS = 6
_MAX_TEXT = 100
_MARK = re.compile('(?:^|[( ])"(.)')  # the first character of each token of an expression
_NEVER = '"z"'  # no token begins with it
_PLENTY_OF_GRAMS = 5  # of a long number; more would only cost time


@dataclass(frozen=True, slots=True)
class Term:
    """One term: the expression that finds it, and narrower ones whose people are shown first.

    Where the expression finds too many, `digits` must be a part of a person's numbers, and
    `letters` must spell one of the names.
    """

    expression: str
    best: tuple[str, ...] = ()
    digits: str = ""
    letters: str = ""

    def accepts(self, names: str, numbers: str) -> bool:
        """True if names and numbers of a person (each joined by `|`) are really what was typed."""
        if self.digits and self.digits not in numbers:
            return False
        return not self.letters or any(
            self.letters in name.lower() or is_spelled(self.letters, places_of(name)) for name in names.split("|")
        )


def clean_text(text: str) -> str:
    """Return typed text without control characters, lone surrogates and full-width forms.

    Private-use characters stay: some names have nothing better.
    """
    shown = "".join(c if c.isprintable() or unicodedata.category(c) == "Co" else " " for c in text[:_MAX_TEXT])
    return unicodedata.normalize("NFKC", shown)


def card_number(text: str) -> str | None:
    """Return a card number if the whole text is one, else None."""
    return read_short_code(text) if len(text) <= _MAX_TEXT else None


def words_of(text: str) -> list[str]:
    """Return the terms of what was typed."""
    return clean_text(text).split()[:_MAX_TERMS]


def term_of(word: str, *, unseen: frozenset[str] = frozenset()) -> Term | None:
    """Return how one word is looked up; None if it has nothing that can be (marks alone).

    Tokens whose first character is in `unseen` are of what the user may not see: nothing is found by them.
    """
    runs = runs_of(word)
    if not runs:
        return None
    door = door_of(word)
    if door is not None and not any(len(part) > GRAM for part in door):
        return _door_term(word, door, runs, unseen)
    if any(han_run(run) for run in runs):
        return _han_term(word, unseen)
    plain = cleaned_number(word)
    if plain.isalpha():
        return _letters_term(plain, unseen)
    if any(c.isdigit() for c in plain):
        return _number_term(plain, runs, unseen)
    return Term(_any_of([_all_of(mark + run for run in runs) for mark in "nwa"], unseen))


def _han_term(word: str, unseen: frozenset[str]) -> Term:
    """Look a word of Han characters up in names, enterprises and addresses; names come first."""
    length = len(places_of(word))
    named = _any_of([_written(word, "n"), _written(match_key(word), "n")])
    found = [named, _written(word, "w"), _written(word, "a")]
    return Term(_any_of(found, unseen), (f'({named} AND "l{length}")', named))


def _written(word: str, mark: str) -> str:
    """Return the expression of a text: its pairs say more than its single characters."""
    tokens = [one for one in text_tokens(word, mark, singles=False) if not one[1:].isdigit()]
    numbers = [mark + run for run in runs_of(word) if run.isdigit()]
    return _all_of([*tokens, *numbers])


def _letters_term(letters: str, unseen: frozenset[str]) -> Term:
    """Look letters up as pinyin and initials; a name of just so many characters comes first."""
    likeliest = cuts_of(letters)[0]
    exact = _all_of([*(f"{place}{piece}" for place, piece in enumerate(likeliest)), f"l{len(likeliest)}"])
    best = (exact, letters_query(letters, first_only=True))
    words = [f'"{mark}{letters}"' for mark in "nw"] if len(letters) > 1 else []
    if is_cut_short(letters):
        return Term(_any_of([letters_query(letters), f'"n{letters}"']), best, letters=letters)
    return Term(_any_of([letters_query(letters), *_seen(words, unseen)]), best)


def _number_term(plain: str, runs: list[str], unseen: frozenset[str]) -> Term:
    """Look a number up anywhere in a person's numbers; a short one as a house, building or room."""
    words = [_all_of("a" + run for run in runs)]
    if len(plain) < GRAM:
        own = f'"p{plain}"'  # a person number on a roster may be as short as that
        return Term(_any_of([f'"b{plain}"', f'"r{plain}"', own, *words], unseen), (own,))
    grams = number_tokens(plain)
    if len(grams) == 1:
        return Term(_any_of([*(f'"{one}"' for one in grams), *words], unseen))
    # The end of a long number says most, its first digits least.
    telling = list(dict.fromkeys([*grams[::-GRAM], *grams[::-1]]))[:_PLENTY_OF_GRAMS]
    return Term(_any_of([_all_of(telling)], unseen), digits=plain)


def _door_term(word: str, door: tuple[str, str, str], runs: list[str], unseen: frozenset[str]) -> Term:
    """Look a door up as building, unit and room; `1953-07` may be a part of a number as well."""
    building, unit, room = door
    ways = [_all_of([door_tokens(*door)[-1]])]
    if not unit:
        ways.append(_all_of([f"b{building}", f"r{room}"]))
    plain = cleaned_number(word)
    if any(han_run(run) for run in runs):
        ways.append(_written(word, "a"))
    elif len(plain) >= GRAM and (len(building) == GRAM or "0" in {building[0], room[0]}):
        ways.append(_all_of(number_tokens(plain)))  # a year, or a number that is written with a dash
    return Term(_any_of(ways, unseen), tuple(_seen(ways[:1], unseen)))


def _all_of(tokens: Iterable[str]) -> str:
    found = [f'"{token}"' for token in dict.fromkeys(tokens)]
    return found[0] if len(found) == 1 else "(" + " AND ".join(found) + ")"


def _seen(expressions: Iterable[str], unseen: frozenset[str]) -> list[str]:
    """Return the expressions that have no token of what may not be seen."""
    return [one for one in expressions if unseen.isdisjoint(_MARK.findall(one))] if unseen else list(expressions)


def _any_of(expressions: Iterable[str], unseen: frozenset[str] = frozenset()) -> str:
    found = list(dict.fromkeys(_seen(expressions, unseen))) or [_NEVER]
    return found[0] if len(found) == 1 else "(" + " OR ".join(found) + ")"
