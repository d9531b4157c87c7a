"""What tells one person from another, read from the vault in bulk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from desktop.domain import id_numbers
from desktop.domain.fields import Value
from desktop.domain.names import match_key
from desktop.store.people import STANDING
from desktop.store.readings import name_readings

OWN = frozenset({"", "本人", "自己"})
_FULL_ID, _OLD_ID = 18, 15
_COLUMNS = ("id", "name", "sex", "id_no", "birth_id", "birth_file", "ent_name", "live_addr", "name_former", "id_no_old")


@dataclass(slots=True)
class Profile:
    """The identifying facts of one person; texts are cleaned for comparing."""

    id: str
    name: str = ""
    sex: str = ""
    number: str = ""  # the current id number
    ids: tuple[str, ...] = ()  # the current number first, then old ones
    births: tuple[str, ...] = ()
    employer: str = ""
    address: str = ""
    names: tuple[str, ...] = ()  # match keys: the current name first, then former ones
    sounds: frozenset[str] = frozenset()
    own_phones: set[str] = field(default_factory=set)
    home_phones: set[str] = field(default_factory=set)


def profile_of(
    person: str, values: Mapping[str, Value], *, names: Sequence[str] = (), numbers: Sequence[str] = ()
) -> Profile:
    """Return the profile of a person's fields, with former names and old id numbers."""
    text = {key: str(values.get(key) or "") for key in _COLUMNS}
    ids = _distinct(id_numbers.clean_id(one) for one in (text["id_no"], *numbers, text["id_no_old"]))
    keys = _distinct(match_key(one) for one in (text["name"], *names, text["name_former"]))
    births = _distinct((text["birth_id"], *map(birth_in, ids[:1]), text["birth_file"]))
    sounds = frozenset("".join(reading) for key in keys for reading in name_readings(key))
    employer, address = ("".join(text[key].split()) for key in ("ent_name", "live_addr"))
    number = id_numbers.clean_id(text["id_no"])
    return Profile(person, text["name"], text["sex"], number, ids, births, employer, address, keys, sounds)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def birth_in(number: str) -> str:
    """Return the birth day that an id number carries, '' if it carries none that can be read."""
    if len(number) == _FULL_ID and number[6:14].isdigit():
        return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    if len(number) == _OLD_ID and number.isdigit():
        if number[6:8] in {"19", "18"} and number[10:12] <= "12" and number[12:14] <= "31":
            return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        return f"19{number[6:8]}-{number[8:10]}-{number[10:12]}"
    return ""


def profiles(connection: Connection, people: Sequence[str] | None = None) -> list[Profile]:
    """Return the profiles of the people that stand for themselves (not joined to another), or of `people`."""
    condition, bound = _among("id", people)
    standing = "" if people is not None else f"AND {STANDING}"
    former = _texts(connection, "SELECT person, name FROM former_name WHERE deleted=0", people)
    numbers = _texts(connection, "SELECT person, number FROM old_id WHERE deleted=0", people)
    sql = f"SELECT {', '.join(_COLUMNS)} FROM person WHERE deleted=0 {standing} {condition} ORDER BY id"  # noqa: S608
    found: dict[str, Profile] = {}
    for row in connection.exec_driver_sql(sql, bound):
        values: dict[str, Value] = dict(zip(_COLUMNS, row, strict=True))
        found[row[0]] = profile_of(row[0], values, names=former.get(row[0], ()), numbers=numbers.get(row[0], ()))
    _add_phones(connection, found, people)
    return list(found.values())


def _among(key: str, people: Sequence[str] | None) -> tuple[str, tuple[Any, ...]]:
    if people is None:
        return "", ()
    return f"AND {key} IN ({','.join('?' * len(people))})", tuple(people)


def _texts(connection: Connection, sql: str, people: Sequence[str] | None) -> dict[str, list[str]]:
    condition, bound = _among("person", people)
    found: dict[str, list[str]] = {}
    for person, text in connection.exec_driver_sql(f"{sql} {condition} ORDER BY id", bound):
        if text:
            found.setdefault(person, []).append(text)
    return found


def _add_phones(connection: Connection, found: Mapping[str, Profile], people: Sequence[str] | None) -> None:
    """Sort numbers into a person's own and those of the household."""
    condition, bound = _among("person", people)
    sql = f"SELECT person, number, owner FROM phone WHERE deleted=0 {condition}"  # noqa: S608 - our names
    for person, number, owner in connection.exec_driver_sql(sql, bound):
        one = found.get(person)
        if one is not None and number:
            (one.own_phones if (owner or "") in OWN else one.home_phones).add(number)
