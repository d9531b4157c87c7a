"""What a search may not find by: words and numbers hidden from the user, so that nobody is found out by asking.

The index holds the tokens of everything. Where a group is hidden (`domain/sight.py`), tokens of addresses and
enterprises are left out of the expression; a number, whose tokens do not say whose they are, must stand in a
number the user may see. Masked ones may be looked for: who has a number in hand may ask whose it is.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from desktop.domain.dictionary import PERSON
from desktop.store.search import GRAM, NUMBERS, cleaned_number
from desktop.store.terms import term_of
from desktop.store.veils import hides, sight_on

# Marks of tokens (`store/search.py`) by a field of the group they are made of.
_MARKS = {"a": "live_addr", "b": "live_building", "r": "live_room", "w": "ent_name"}
_RECORDS = (("phone", "number"), ("contact", "phone"), ("old_id", "number"))
_NOBODY = frozenset("d")


def unseen_marks(connection: Connection) -> frozenset[str]:
    """Return the first characters of the tokens that are hidden from this connection's user."""
    if sight_on(connection).is_open:
        return frozenset()
    return frozenset(mark for mark, key in _MARKS.items() if hides(connection, PERSON.key, key))


def seen_numbers(connection: Connection, words: Sequence[str]) -> tuple[str, list[Any]]:
    """Return a further condition on `main.person`, `('', [])` if no number is hidden or none was typed."""
    if sight_on(connection).is_open:
        return "", []
    own = [key for key in NUMBERS if not hides(connection, PERSON.key, key)]
    records = [(kind, key) for kind, key in _RECORDS if not hides(connection, kind)]
    if len(own) == len(NUMBERS) and len(records) == len(_RECORDS):
        return "", []
    marks = unseen_marks(connection)
    parts: list[str] = []
    bound: list[Any] = []
    for word in words:
        plain = cleaned_number(word)
        if len(plain) < GRAM or not any(c.isdigit() for c in plain):
            continue
        ways = [f"instr({_clean(f'person.{key}')}, ?)>0" for key in own]
        ways += [
            f"EXISTS (SELECT 1 FROM main.{kind} AS k WHERE k.deleted=0 AND k.person=person.id "  # noqa: S608
            f"AND instr({_clean(f'k.{key}')}, ?)>0)"
            for kind, key in records
        ]
        bound += [plain] * len(ways)
        otherwise = term_of(word, unseen=marks | _NOBODY)
        if otherwise is not None:
            ways.append("person.row IN (SELECT rowid FROM find WHERE find MATCH ?)")
            bound.append(otherwise.expression)
        parts.append(f" AND ({' OR '.join(ways)})")
    return "".join(parts), bound


def _clean(column: str) -> str:
    """Return SQL that leaves the marks out with which numbers are written, as `cleaned_number` does."""
    text = f"lower({column})"
    for mark in "- ().":
        text = f"replace({text}, '{mark}', '')"
    return text
