"""The search index: what of a person can be found by, as tokens (FTS5 behind this seam).

Han text is indexed by single characters and by pairs, because the trigram tokenizer finds
nothing for queries shorter than three characters. Numbers go into a trigram index, so that any
four digits of an id or a phone find their person.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from desktop.domain.ids import read_short_code
from desktop.store.readings import name_readings, sort_key
from desktop.store.records import chunks

INDEXED_KINDS = frozenset(
    {"person", "phone", "contact", "former_name", "old_id"}
)  # cards are found by their number directly
_FIELDS = (
    "row", "id", "name", "name_former", "id_no", "id_no_old", "person_no", "birth_id", "birth_file",
    "live_addr", "live_estate", "live_building", "live_unit", "live_room", "hukou_addr", "roster_org",
    "ent_name", "ent_sub", "si_person_no", "file_no", "deleted", "sort_name",
)  # fmt: skip
_WORD_COLUMNS = ("name", "pinyin", "place", "work", "misc")
_DOOR = re.compile(r"(\d+)\s*(?:号楼|栋|幢|号|楼|-)\s*(\d+)\s*(?:单元|-)\s*(\d+)\s*(?:室|号)?")
_BMP_END = 0xFFFF


def tokens_of(text: str) -> list[str]:
    """Return the index tokens of a text: runs of letters and digits, Han characters and pairs."""
    found: list[str] = []
    previous = ""
    word = ""
    for character in text:
        if _is_han(character):
            coded = han_token(character)
            if word:
                found.append(word)
                word = ""
            found.append(coded)
            if previous:
                found.append(previous + coded)
            previous = coded
        else:
            previous = ""
            if character.isalnum():
                word += character.lower()
            elif word:
                found.append(word)
                word = ""
    if word:
        found.append(word)
    return found


def han_token(character: str) -> str:
    """Return a Han character as FTS5's tokenizer keeps it: beyond the BMP it needs a spelling."""
    return character if ord(character) <= _BMP_END else f"x{ord(character):x}"


def _is_han(character: str) -> bool:
    """Return True for a character that is indexed by itself."""
    return character >= "\u2e80" and character.isalnum()


def door_token(building: str, unit: str, room: str) -> str:
    """Return `3-2-501` as one token."""
    return f"door{building}x{unit}x{room}".lower()


def door_of(text: str) -> str | None:
    """Return the door token of `3-2-501`, `3号楼2单元501室` and the like; None if there is none."""
    match = _DOOR.search(text)
    return door_token(*match.groups()) if match else None


def pinyin_tokens(name: str) -> list[str]:
    """Return, for every reading of a name, its pinyin and initials from each syllable on."""
    found: dict[str, None] = {}
    for syllables in name_readings(name):
        for start in range(len(syllables)):
            rest = syllables[start:]
            found["".join(rest)] = None
            found["".join(part[0] for part in rest)] = None
    return list(found)


def index_people(connection: Connection, people: Iterable[str]) -> None:
    """Refresh the index rows and sort names of `people` inside the open transaction."""
    for part in chunks(sorted(people)):
        _index_chunk(connection, part)


def _index_chunk(connection: Connection, people: Any) -> None:
    marks = ",".join("?" * len(people))
    bound = tuple(people)
    rows = (
        connection.exec_driver_sql(f"SELECT {', '.join(_FIELDS)} FROM person WHERE id IN ({marks})", bound)  # noqa: S608
        .mappings()
        .all()
    )
    if not rows:
        return
    numbers = _numbers(connection, marks, bound)
    former = _former_names(connection, marks, bound)
    keys = [row["row"] for row in rows]
    alive = [row for row in rows if not row["deleted"]]
    sorts = [(sort_key(row["name"] or ""), row["row"]) for row in rows]
    known = {row["row"]: row["sort_name"] for row in rows}
    renamed = [(name, key) for name, key in sorts if known[key] != name]
    if renamed:
        connection.exec_driver_sql("UPDATE person SET sort_name=? WHERE row=?", renamed)
    digits = {row["row"]: (row["row"], _digits(row, numbers.get(row["id"], ()))) for row in alive}
    _replace(
        connection,
        "find_words",
        _WORD_COLUMNS,
        keys,
        {row["row"]: _words(row, former.get(row["id"], ())) for row in alive},
    )
    _replace(connection, "find_digits", ("digits",), keys, digits)


def _replace(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    keys: Sequence[int],
    fresh: Mapping[int, tuple[Any, ...]],
) -> None:
    """Bring an index table to `fresh` for the rows `keys`; what is already so is left alone.

    Taking a row out of FTS5 with secure-delete costs some twenty milliseconds, so a merge that
    changes nothing people search by must not pay it for everyone it touches.
    """
    marks = ",".join("?" * len(keys))
    sql = f"SELECT rowid, {', '.join(columns)} FROM {table} WHERE rowid IN ({marks})"  # noqa: S608 - our names
    stored = {row[0]: tuple(row) for row in connection.exec_driver_sql(sql, tuple(keys))}
    gone = [(key,) for key, old in stored.items() if fresh.get(key) != old]
    new = [row for key, row in fresh.items() if stored.get(key) != row]
    if gone:
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE rowid=?", gone)  # noqa: S608 - our names
    if new:
        holes = ",".join("?" * (len(columns) + 1))
        names = ", ".join(("rowid", *columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({holes})", new)  # noqa: S608 - our names


def _numbers(connection: Connection, marks: str, bound: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the phone numbers and former id numbers of people."""
    found: dict[str, list[str]] = {}
    for statement in (
        "SELECT person, number FROM phone WHERE deleted=0 AND person IN",
        "SELECT person, phone FROM contact WHERE deleted=0 AND phone IS NOT NULL AND person IN",
        "SELECT person, number FROM old_id WHERE deleted=0 AND number IS NOT NULL AND person IN",
    ):
        for person, number in connection.exec_driver_sql(f"{statement} ({marks})", bound):
            found.setdefault(person, []).append(number)
    return found


def _former_names(connection: Connection, marks: str, bound: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the former names and other spellings of people."""
    sql = f"SELECT person, name FROM former_name WHERE deleted=0 AND name IS NOT NULL AND person IN ({marks})"  # noqa: S608
    found: dict[str, list[str]] = {}
    for person, name in connection.exec_driver_sql(sql + " ORDER BY row", bound):
        found.setdefault(person, []).append(name)
    return found


def _words(row: Any, former_names: Iterable[str]) -> tuple[Any, ...]:
    """Return the index row of a person."""
    name = row["name"] or ""
    former = [one for one in (row["name_former"], *former_names) if one]
    place = [row[key] or "" for key in ("live_addr", "live_estate", "hukou_addr", "roster_org")]
    door = _door(row)
    birth = [(row[key] or "")[:4] for key in ("birth_id", "birth_file")]
    misc = [*birth, (row["birth_id"] or "").replace("-", ""), (row["person_no"] or "").lower()]
    return (
        row["row"],
        " ".join([*tokens_of(name), *(token for one in former for token in tokens_of(one))]),
        " ".join(dict.fromkeys(token for one in (name, *former) for token in pinyin_tokens(one))),
        " ".join([*(token for text in place for token in tokens_of(text)), *door]),
        " ".join(tokens_of(f"{row['ent_name'] or ''} {row['ent_sub'] or ''}")),
        " ".join(part for part in misc if part),
    )


def _door(row: Any) -> list[str]:
    """Return the door token of a person's home, from its parts or its address."""
    parts = [re.sub(r"\D", "", row[key] or "") for key in ("live_building", "live_unit", "live_room")]
    if all(parts):
        return [door_token(*parts)]
    found = door_of(row["live_addr"] or "")
    return [found] if found else []


def _digits(row: Any, numbers: Iterable[str]) -> str:
    """Return every number of a person, apart, so that no run of digits spans two of them."""
    own = [row[key] for key in ("id_no", "id_no_old", "person_no", "si_person_no", "file_no")]
    plain = [re.sub(r"[^0-9a-z]", "", str(number).lower()) for number in (*own, *numbers) if number]
    return "|".join(plain)


def words_query(term: str) -> tuple[str, str] | None:
    """Return (FTS5 expression on find_words, what it matches) for one search term; None if none fits.

    Every token is quoted, so nothing a user types is taken as query syntax.
    """
    door = door_of(term)
    if door:
        return f'place : "{door}"', "地址"
    if any(_is_han(character) for character in term):
        tokens = tokens_of(term)
        # Pairs say more than single characters: keep those only when there is no pair.
        pairs = [token for token in tokens if len(token) > 1] or tokens
        return "{name place work} : (" + " AND ".join(f'"{token}"' for token in pairs) + ")", "姓名"
    plain = re.sub(r"[^0-9a-z]", "", term.lower())
    if not plain:
        return None
    if plain.isalpha():
        return f'pinyin : "{plain}" *', "拼音"
    return f'{{misc place}} : "{plain}" *', "编号"


def digits_query(term: str) -> str | None:
    """Return an FTS5 expression on find_digits for a term of three or more digits, else None."""
    plain = re.sub(r"[^0-9xX]", "", term).lower()
    if len(plain) < 3 or not any(c.isdigit() for c in plain) or re.search(r"[^0-9xX\-\s]", term):  # noqa: PLR2004
        return None
    return f'"{plain}"'


def card_number(term: str) -> str | None:
    """Return a card number if the whole text is one, else None."""
    return read_short_code(term)
