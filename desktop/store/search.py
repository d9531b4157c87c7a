"""The search index: what of a person can be found by, as tokens (FTS5 behind this seam).

One index holds every kind of token, so that several terms are one conjunction that FTS5 walks
without building lists. The first character of a token says what it is of:

`n` name, by characters and pairs; `l2` a name of two characters; `0`-`5` letters of the readings
of a name's first characters; `w` enterprise; `a` address, by pairs and numbers; `b` building, unit
and room, `r` the room alone; `d` every four digits in a row of an id, phone, date or number;
`p` a whole person number of fewer.

The index keeps no text (`find_row` keeps the little that ranking needs); what people are found by
is compared by a digest, so that a change of anything else costs nothing here.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import add
from typing import Any

from sqlalchemy import Connection

from desktop.domain.names import match_key
from desktop.store.letters import letter_tokens
from desktop.store.readings import places_of, sort_key
from desktop.store.records import chunks

VERSION = "2"  # of the tokens: a store indexed otherwise is indexed again when it is opened
INDEXED_KINDS = frozenset(
    {"person", "phone", "contact", "former_name", "old_id"}
)  # cards are found by their number directly
GRAM = 4  # digits in a row that are looked up as one
_FIELDS = (
    "row", "id", "name", "name_former", "id_no", "id_no_old", "person_no", "birth_id", "birth_file",
    "live_addr", "live_estate", "live_building", "live_unit", "live_room", "hukou_addr", "remote_addr", "roster_org",
    "ent_name", "ent_sub", "si_person_no", "file_no", "spouse_phone", "deleted", "sort_name",
)  # fmt: skip
NUMBERS = ("id_no", "id_no_old", "person_no", "si_person_no", "file_no", "spouse_phone", "birth_id", "birth_file")
_PLACES = ("live_addr", "live_estate", "hukou_addr", "remote_addr", "roster_org")
_DOOR = re.compile(r"(\d+)\s*(?:号楼|栋|幢|座|号|楼|-)\s*(\d+)\s*(?:单元|-)\s*(\d+)\s*(?:室|号|户)?")
_ROOM = re.compile(r"(\d+)\s*(?:号楼|栋|幢|座|-)\s*(\d{1,4})\s*(?:室|号|户)?$")
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3041-\ud7ff\ue000-\ufaff\U00010000-\U0003ffff"
_RUN = re.compile(f"[{_HAN}]+|(?:(?![{_HAN}])[^\\W_])+")
_NOT_DIGITS = re.compile(r"[^0-9a-z]")
_LARGE = 2000  # people in one unit after which the index is put in order


def han_run(text: str) -> bool:
    """Return True for a run of Han characters, False for one of letters and digits."""
    return text[0] >= "\u2e80"


def runs_of(text: str) -> list[str]:
    """Return the runs of Han characters and the words of letters and digits in a text, lower case."""
    return _RUN.findall(unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=5000)
def text_tokens(text: str, mark: str, *, singles: bool) -> tuple[str, ...]:
    """Return the tokens of a text: pairs of characters (and single ones), words, beginnings of numbers."""
    found: list[str] = []
    for run in runs_of(text):
        if not han_run(run):
            found.append(mark + run)
            if run.isdigit() and not singles:
                found += [mark + run[:end] for end in range(1, min(len(run), GRAM))]
            continue
        if singles or len(run) == 1:
            found += map(mark.__add__, run)
        found += map(mark.__add__, map(add, run, run[1:]))
    return tuple(dict.fromkeys(found))


def number_tokens(number: str) -> list[str]:
    """Return every four characters in a row of a cleaned number."""
    return ["d" + number[at : at + GRAM] for at in range(len(number) - GRAM + 1)]


def cleaned_number(text: str) -> str:
    """Return the digits and letters of a number, lower case."""
    plain = text.lower()
    return plain if plain.isascii() and plain.isalnum() else _NOT_DIGITS.sub("", plain)


def door_of(text: str) -> tuple[str, str, str] | None:
    """Return building, unit ('' if there is none) and room of `3-2-501`, `3号楼2单元501室`, `3-501` and the like."""
    match = _DOOR.search(text)
    if match:
        return match.group(1), match.group(2), match.group(3)
    match = _ROOM.search(text)
    return (match.group(1), "", match.group(2)) if match else None


def door_tokens(building: str, unit: str, room: str) -> list[str]:
    """Return the tokens of a door: building, unit, room, and the whole by each beginning of the room."""
    head = f"b{building}" + (f"x{unit}" if unit else "")
    return [f"b{building}", head, f"r{room}", *(f"{head}x{room[:end]}" for end in range(1, len(room) + 1))]


def index_people(connection: Connection, people: Iterable[str]) -> None:
    """Refresh the index rows and sort names of `people` inside the open transaction.

    In the order of the rows: FTS5 writes out what it holds whenever a row number goes back.
    """
    found: list[int] = []
    ids = list(people)
    for part in chunks(ids):
        sql = "SELECT row FROM person WHERE id IN (SELECT value FROM json_each(?))"
        found += [row[0] for row in connection.exec_driver_sql(sql, (json.dumps(list(part)),))]
    _index_rows(connection, sorted(found))
    if len(found) >= _LARGE:
        tidy(connection)


def rebuild(connection: Connection) -> None:
    """Index everyone again inside the open transaction, and note by which tokens."""
    connection.exec_driver_sql("INSERT INTO find(find) VALUES ('delete-all')")
    connection.exec_driver_sql("DELETE FROM find_row")
    _index_rows(connection, [row[0] for row in connection.exec_driver_sql("SELECT row FROM person ORDER BY row")])
    tidy(connection)
    connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES ('find_version', ?)", (VERSION,))


def is_current(connection: Connection) -> bool:
    """True if the index was made with today's tokens."""
    return connection.exec_driver_sql("SELECT value FROM setting WHERE key='find_version'").scalar() == VERSION


def tidy(connection: Connection) -> None:
    """Join the parts the index was written in, so that a query opens few of them."""
    connection.exec_driver_sql("INSERT INTO find(find, rank) VALUES ('merge', -1000)")


def _index_rows(connection: Connection, keys: Sequence[int]) -> None:
    for start in range(0, len(keys), _LARGE):
        _index_chunk(connection, keys[start : start + _LARGE])


def _index_chunk(connection: Connection, keys: Sequence[int]) -> None:
    bound = (json.dumps(list(keys)),)
    found = connection.exec_driver_sql(
        f"SELECT {', '.join(_FIELDS)} FROM person WHERE row IN (SELECT value FROM json_each(?)) ORDER BY row",  # noqa: S608
        bound,
    )
    rows = [dict(zip(_FIELDS, row, strict=True)) for row in found]
    ids = (json.dumps([row["id"] for row in rows]),)
    numbers, former = _numbers(connection, ids), _former_names(connection, ids)
    sql = "SELECT row, digest FROM find_row WHERE row IN (SELECT value FROM json_each(?))"
    stored = {row[0]: row[1] for row in connection.exec_driver_sql(sql, bound)}
    fresh: list[tuple[int, str, str, str, bytes]] = []
    sorts: list[tuple[str, int]] = []
    gone: list[tuple[int]] = []
    for row in rows:
        key = row["row"]
        sort_name = sort_key(row["name"] or "")
        if sort_name != row["sort_name"]:
            sorts.append((sort_name, key))
        if row["deleted"]:
            gone += [(key,)] if key in stored else []
            continue
        line = _line(row, numbers.get(row["id"], ()), former.get(row["id"], ()))
        if stored.get(key) != line[-1]:
            fresh.append((key, *line))
            gone += [(key,)] if key in stored else []
    _write(connection, fresh, gone)
    if sorts:
        connection.exec_driver_sql("UPDATE person SET sort_name=? WHERE row=?", sorts)


def _write(
    connection: Connection, fresh: Sequence[tuple[int, str, str, str, bytes]], gone: Sequence[tuple[int]]
) -> None:
    """Take rows out of the index and put new ones in."""
    if gone:
        connection.exec_driver_sql("DELETE FROM find WHERE rowid=?", list(gone))
        connection.exec_driver_sql("DELETE FROM find_row WHERE row=?", list(gone))
    if fresh:
        connection.exec_driver_sql("INSERT INTO find(rowid, t) VALUES (?,?)", [(one[0], one[1]) for one in fresh])
        connection.exec_driver_sql(
            "INSERT INTO find_row (row, names, numbers, digest) VALUES (?,?,?,?)",
            [(one[0], *one[2:]) for one in fresh],
        )


def _line(row: Any, numbers: Iterable[str], former: Iterable[str]) -> tuple[str, str, str, bytes]:
    """Return a person's tokens, names, numbers, and the digest by which a change is noticed."""
    names = [row["name"] or "", *(one for one in (row["name_former"], *former) if one)]
    plain = [cleaned_number(str(one)) for one in (*(row[key] for key in NUMBERS), *numbers) if one]
    tokens: list[str] = []
    for name in dict.fromkeys(names):
        tokens += _name_tokens(name)
    for key in _PLACES:
        if row[key]:
            tokens += text_tokens(row[key], "a", singles=False)
    for key in ("ent_name", "ent_sub"):
        if row[key]:
            tokens += text_tokens(row[key], "w", singles=True)
    door = _door(row)
    if door:
        tokens += door_tokens(*door)
    for number in plain:
        tokens += number_tokens(number)
    tokens += _short_number(row["person_no"])
    text, shown, digits = " ".join(dict.fromkeys(tokens)), "|".join(names), "|".join(plain)
    digest = hashlib.blake2b(f"{text}\n{shown}\n{digits}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return text, shown, digits, digest


@lru_cache(maxsize=20000)
def _name_tokens(name: str) -> tuple[str, ...]:
    """Return the tokens of a name: its characters and pairs, those of its variant, its length and its sounds."""
    places = places_of(name)
    written = text_tokens(name, "n", singles=True)
    folded = match_key(name)
    variant = text_tokens(folded, "n", singles=True) if folded != name else ()
    return (*written, *variant, f"l{len(places)}", *letter_tokens(places))


def _short_number(person_no: str | None) -> list[str]:
    """Return the token of a person number too short for `number_tokens`: rosters number people from 1."""
    own = cleaned_number(person_no or "")
    return [f"p{own}"] if own and len(own) < GRAM else []


def _door(row: Any) -> tuple[str, str, str] | None:
    """Return a person's door, from its parts or its address."""
    parts = [row[key] or "" for key in ("live_building", "live_unit", "live_room")]
    building, unit, room = [re.sub(r"\D", "", part) if part else "" for part in parts]
    return (building, unit, room) if building and room else door_of(row["live_addr"] or "")


def _numbers(connection: Connection, ids: tuple[str]) -> dict[str, list[str]]:
    """Return the phone numbers and former id numbers of people."""
    found: dict[str, list[str]] = {}
    for statement in (
        "SELECT person, number FROM phone WHERE deleted=0 AND number IS NOT NULL",
        "SELECT person, phone FROM contact WHERE deleted=0 AND phone IS NOT NULL",
        "SELECT person, number FROM old_id WHERE deleted=0 AND number IS NOT NULL",
    ):
        sql = f"{statement} AND person IN (SELECT value FROM json_each(?))"
        for person, number in connection.exec_driver_sql(sql, ids):
            found.setdefault(person, []).append(number)
    return found


def _former_names(connection: Connection, ids: tuple[str]) -> dict[str, list[str]]:
    """Return the former names and other spellings of people."""
    sql = "SELECT person, name FROM former_name WHERE deleted=0 AND name IS NOT NULL AND person IN "
    found: dict[str, list[str]] = {}
    for person, name in connection.exec_driver_sql(sql + "(SELECT value FROM json_each(?)) ORDER BY row", ids):
        found.setdefault(person, []).append(name)
    return found
