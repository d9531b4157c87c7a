"""Who of the register some rows of a roster may mean: looked up a thousand rows at a time, so memory stays small."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.domain.fields import Value
from desktop.store.encoding import from_json
from desktop.store.joining import mains_of
from desktop.store.records import AMONG, StoredRecord, among, chunks, load_records

_CHILDREN = (
    ("phone", "phone", "number"), ("contact", "contact", "name"), ("tag", "tag", "code"),
    ("former_name", "former_name", "name"), ("old_id", "old_id", "number"),
    ("contact_phone", "contact", "name || char(31) || phone"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What rows say by which their people may be found."""

    ids: frozenset[str]  # id numbers, whole and of 15 digits
    prefixes: frozenset[str]  # the first 15 digits of cut ids
    names: frozenset[str]  # names in every spelling that counts as the same


@dataclass(frozen=True, slots=True)
class Match:
    """A person who may be meant, with what hangs on him; joined records lend him their ids and names."""

    id: str
    values: Mapping[str, Value]
    children: Mapping[str, frozenset[str]]  # kind -> numbers, names or codes
    ids: frozenset[str]
    names: frozenset[str]


def last_person(connection: Connection) -> int:
    """Return the row of the newest person: those of a running import come after it."""
    return int(connection.exec_driver_sql('SELECT coalesce(max("row"), 0) FROM person').scalar_one())


def matches(
    connection: Connection,
    wanted: Wanted,
    *,
    until: int,
    alike: Callable[[str, str], bool],
    with_deleted: bool = False,
) -> list[Match]:
    """Return the people that `wanted` may mean, up to the person row `until`.

    A name alone brings in only those for whom `alike(name, birth)` is true. `with_deleted` counts phones and the
    like that were taken out as known, for a file that came in before.
    """
    if until == 0:
        return []
    own = _by_ids(connection, wanted, until) | _by_names(connection, wanted, until, alike)
    return people_named(connection, sorted(own), with_deleted=with_deleted)


def people_named(connection: Connection, own: Sequence[str], *, with_deleted: bool = False) -> list[Match]:
    """Return people by record id; a joined record stands for its main, which then knows its ids and names."""
    mains = mains_of(connection, own)
    people = sorted({mains.get(person, person) for person in own})
    joined = _joined(connection, people)
    everyone = sorted({*people, *(one for ones in joined.values() for one in ones)})
    stored = load_records(connection, "person", everyone)
    children = _children(connection, everyone, with_deleted=with_deleted)
    return [_match(person, [person, *joined.get(person, ())], stored, children) for person in people]


def _by_ids(connection: Connection, wanted: Wanted, until: int) -> set[str]:
    found: set[str] = set()
    for part in chunks(sorted(wanted.ids)):
        sql = f'SELECT id FROM person WHERE id_no IN {AMONG} AND deleted=0 AND "row"<=?'
        found.update(row[0] for row in connection.exec_driver_sql(sql, (among(part), until)))
        sql = f"SELECT person FROM old_id WHERE number IN {AMONG} AND deleted=0"
        found.update(row[0] for row in connection.exec_driver_sql(sql, (among(part),)))
    for prefix in wanted.prefixes:
        sql = 'SELECT id FROM person WHERE id_no>=? AND id_no<? AND deleted=0 AND "row"<=?'
        found.update(row[0] for row in connection.exec_driver_sql(sql, (prefix, prefix + "~", until)))
    return found


def _by_names(connection: Connection, wanted: Wanted, until: int, alike: Callable[[str, str], bool]) -> set[str]:
    found: set[str] = set()
    for part in chunks(sorted(wanted.names)):
        sql = (
            f"SELECT id, name, coalesce(birth_id, birth_file, '') FROM person WHERE name IN {AMONG} "
            'AND deleted=0 AND "row"<=?'
        )
        rows = connection.exec_driver_sql(sql, (among(part), until))
        found.update(person for person, name, birth in rows if alike(name, birth))
    return found


def _joined(connection: Connection, people: Sequence[str]) -> dict[str, list[str]]:
    """Return the ids of the records joined to each of `people`."""
    found: dict[str, list[str]] = {}
    none = connection.exec_driver_sql("SELECT 1 FROM pair WHERE deleted=0 AND main IS NOT NULL LIMIT 1").first() is None
    for part in () if none else chunks(people):
        sql = f"SELECT joined_to, id FROM person WHERE joined_to IN {AMONG} AND deleted=0"
        for main, person in connection.exec_driver_sql(sql, (among(part),)):
            found.setdefault(str(main), []).append(str(person))
    return found


def _children(connection: Connection, people: Sequence[str], *, with_deleted: bool) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    living = "" if with_deleted else "AND deleted=0 "
    for kind, table, key in _CHILDREN:
        for part in chunks(people):
            sql = f"SELECT person, {key} FROM {table} WHERE person IN {AMONG} {living}AND {key} IS NOT NULL"
            for person, value in connection.exec_driver_sql(sql, (among(part),)):
                found.setdefault((person, kind), set()).add(str(value))
    return found


def _match(
    person: str,
    own: Sequence[str],
    stored: Mapping[str, StoredRecord],
    children: Mapping[tuple[str, str], set[str]],
) -> Match:
    records = [stored[key] for key in own if key in stored and not stored[key].deleted]
    values = next((one.values for one in records if one.id == person), {})
    kinds = {kind: frozenset(one for key in own for one in children.get((key, kind), ())) for kind, _, _ in _CHILDREN}
    ids = frozenset(str(one.values["id_no"]) for one in records if one.values.get("id_no"))
    names = frozenset(str(one.values["name"]) for one in records if one.values.get("name")) | kinds["former_name"]
    return Match(person, values, kinds, ids, names)


def contact_of(connection: Connection, person: str, name: str) -> str | None:
    """Return the record of a person's contact by name, None if there is none."""
    sql = 'SELECT id FROM contact WHERE person=? AND name=? AND deleted=0 ORDER BY "row" LIMIT 1'
    row = connection.exec_driver_sql(sql, (person, name)).first()
    return None if row is None else str(row[0])


def earlier_values(connection: Connection, people: Iterable[str]) -> dict[tuple[str, str], set[str]]:
    """Return every value a field of these people ever held: (person, field) -> texts."""
    found: dict[tuple[str, str], set[str]] = {}
    for part in chunks(sorted(people)):
        sql = f"SELECT record, fields FROM change WHERE record IN {AMONG} AND kind='person'"
        for record, fields in connection.exec_driver_sql(sql, (among(part),)):
            for key, pair in from_json(fields).items():
                values = pair if isinstance(pair, list) else [pair]
                found.setdefault((record, key), set()).update(str(one) for one in values if one is not None)
    return found
