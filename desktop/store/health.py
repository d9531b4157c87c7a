"""What the health rules look at, read in one pass."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection

from desktop.domain.dictionary import PERSON, Kind
from desktop.domain.fields import Value
from desktop.domain.health import Facts
from desktop.domain.ids import pair_id
from desktop.store.people import STANDING

_KEYS = tuple(dict.fromkeys((
    "id_type", "id_no", "sex", "birth_id", "birth_file", "name", "live_building", "live_addr", "death_date",
    "alive_state", "manage_state", "verified_on", "cert_last", "ent_name", "home_org",
    *(field.key for field in PERSON.fields if field.kind is Kind.CODE),
)))  # fmt: skip


def facts_of_everyone(connection: Connection, today: date) -> Iterator[tuple[str, Facts]]:
    """Yield the facts of every person that stands for itself."""
    phones, contacts = (_counts(connection, f"{kind} WHERE deleted=0") for kind in ("phone", "contact"))
    conflicts = _counts(connection, "conflict WHERE state='open'")
    twins = _twins(connection)
    sql = f"SELECT id, {', '.join(_KEYS)} FROM person WHERE deleted=0 AND {STANDING}"  # noqa: S608 - our names
    for row in connection.exec_driver_sql(sql):
        values: dict[str, Value] = {k: v for k, v in zip(_KEYS, row[1:], strict=True) if v is not None}
        one = row[0]
        yield (
            one,
            Facts(values, today, phones.get(one, 0), contacts.get(one, 0), conflicts.get(one, 0), twins.get(one, 0)),
        )


def _counts(connection: Connection, what: str) -> dict[str, int]:
    sql = f"SELECT person, count(*) FROM {what} GROUP BY person"  # noqa: S608 - our names
    return {row[0]: int(row[1]) for row in connection.exec_driver_sql(sql) if row[0]}


def _twins(connection: Connection) -> dict[str, int]:
    """Return how many undecided others share the number, or name and birth, of each person."""
    settled = {row[0] for row in connection.exec_driver_sql("SELECT id FROM pair WHERE deleted=0")}
    blocks: dict[Any, list[str]] = {}
    sql = f"SELECT id, id_no, name, birth_id FROM person WHERE deleted=0 AND {STANDING}"  # noqa: S608 - our names
    for person, number, name, birth in connection.exec_driver_sql(sql):
        if number:
            blocks.setdefault(number, []).append(person)
        if name and birth and len(birth) == 10:  # noqa: PLR2004 - a whole day
            blocks.setdefault((name, birth), []).append(person)
    found: dict[str, int] = {}
    for block in blocks.values():
        for one in block if len(block) > 1 else ():
            others = sum(1 for other in block if other != one and pair_id(one, other) not in settled)
            if others:
                found[one] = found.get(one, 0) + others
    return found


def open_reviews(connection: Connection) -> int:
    """Return how many rows of rosters wait for a person."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM review WHERE state='open'").scalar_one())
