"""Who was verified, what is disputed, and what the enterprise said at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.domain.fields import Value
from desktop.store.encoding import from_json
from desktop.store.people import STANDING
from desktop.store.records import chunks

DISPUTED, UNREACHED = "2", "3"
_TO_BE_SETTLED = "3"
IN_CARE = "1"


@dataclass(frozen=True, slots=True)
class Given:
    """The first value a field had, and the file, sheet and row it came from ('' if it was typed)."""

    value: Value
    source: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One person on the verification list."""

    id: str
    name: str
    person_no: str
    home_org: str
    ent_name: str
    building: str
    door: str
    address: str
    verified_on: str
    disputed: int
    last_result: str


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One disputed item that waits for a decision."""

    id: str
    person: str
    name: str
    field: str
    given: str
    answer: str
    evidence: str
    done_on: str


def first_values(connection: Connection, person: str) -> dict[str, Given]:
    """Return the first value each field of a person was given, with where it came from."""
    rows = connection.exec_driver_sql(
        "SELECT fields, source FROM change WHERE kind='person' AND record=? AND action='put' ORDER BY n", (person,)
    )
    found: dict[str, Given] = {}
    for fields, source in rows:
        place = from_json(source)
        for key, pair in from_json(fields).items():
            if key not in found and isinstance(pair, list) and pair[1] is not None:
                found[key] = Given(pair[1], _place(place))
    return found


def first_phones(connection: Connection, person: str) -> list[str]:
    """Return the phone numbers that came with rosters, in the order they came."""
    rows = connection.exec_driver_sql(
        "SELECT number FROM phone WHERE person=? AND source='名册' AND number IS NOT NULL ORDER BY row", (person,)
    )
    return [str(row[0]) for row in rows]


def _place(source: Mapping[str, Any] | None) -> str:
    if not source:
        return ""
    return f"{source.get('file', '')} “{source.get('sheet', '')}” 第 {source.get('row', '')} 行"


_OPEN = (
    f"SELECT person, count(*) AS n FROM verify_item WHERE deleted=0 AND result='{DISPUTED}' "  # noqa: S608 - our code
    f"AND coalesce(decision, '{_TO_BE_SETTLED}')='{_TO_BE_SETTLED}' GROUP BY person"
)


def standings(connection: Connection, *, people: Sequence[str] | None = None) -> list[Standing]:
    """Return how everyone in care (or each of `people`) stands, in no particular order."""
    sql = (
        "SELECT person.id, name, person_no, home_org, ent_name, live_building, live_unit, live_room, live_addr, "
        "verified_on, coalesce(o.n, 0), (SELECT v.result FROM verify v WHERE v.person=person.id "
        "AND v.deleted=0 ORDER BY v.done_on DESC, v.row DESC LIMIT 1) "
        f"FROM person LEFT JOIN ({_OPEN}) o ON o.person=person.id WHERE person.deleted=0 AND {STANDING} "
    )
    if people is None:
        return [_standing(row) for row in connection.exec_driver_sql(sql + "AND manage_state=?", (IN_CARE,))]
    found: list[Standing] = []
    for part in chunks(people):
        marks = ",".join("?" * len(part))
        found += [
            _standing(row) for row in connection.exec_driver_sql(f"{sql} AND person.id IN ({marks})", tuple(part))
        ]
    return found


def brought_by(connection: Connection) -> dict[str, tuple[str, str]]:
    """Return when and with which roster file each person came, for those that an import brought."""
    sql = (
        "SELECT c.person, b.at, b.source FROM batch b JOIN change c ON c.batch=b.n "
        "WHERE b.action='roster.import' AND c.kind='person' AND c.base='' ORDER BY c.n DESC"
    )
    return {row[0]: (row[1], row[2]) for row in connection.exec_driver_sql(sql)}


def _standing(row: Any) -> Standing:
    text = [str(one or "") for one in row]
    door = "-".join(part for part in text[5:8] if part)
    return Standing(
        text[0], text[1], text[2], text[3], text[4], text[5], door, text[8], text[9], int(row[10]), text[11]
    )


def open_items(connection: Connection, *, person: str = "") -> list[OpenItem]:
    """Return the disputed items that wait for a decision, oldest first; of one person if given."""
    rows = connection.exec_driver_sql(
        "SELECT i.id, i.person, p.name, i.field, i.given, i.answer, i.evidence, v.done_on FROM verify_item i "
        "JOIN person p ON p.id=i.person AND p.deleted=0 JOIN verify v ON v.id=i.verify "
        "WHERE i.deleted=0 AND i.result=? AND coalesce(i.decision, ?)=? AND (?='' OR i.person=?) ORDER BY i.row",
        (DISPUTED, _TO_BE_SETTLED, _TO_BE_SETTLED, person, person),
    )
    return [OpenItem(*[str(one or "") for one in row]) for row in rows]
