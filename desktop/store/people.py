"""Lists of people and whole persons, as frozen rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from desktop.domain.conditions import Condition
from desktop.domain.dictionary import KINDS, PERSON, PERSON_RECORDS
from desktop.domain.fields import Value
from desktop.domain.ids import read_short_code
from desktop.store import conditions, finding
from desktop.store.conditions import Part
from desktop.store.records import chunks, load_records
from desktop.store.veils import hides, refuse_hidden

CHILD_KINDS = tuple(kind.key for kind in PERSON_RECORDS)
_ORDER = {"phone": "row", "contact": "rank, row", "tag": "code, row", "visit": "visited_on DESC, row DESC",
          "card": "issued_on DESC, row DESC", "verify": "done_on DESC, row DESC", "state": "done_on DESC, row DESC",
          "party": "done_on DESC, row DESC"}  # fmt: skip


# A person stands for himself unless joined to somebody who is kept here. Two stations may have joined
# two people crosswise: then the one with the smaller id stands, at every station alike.
# Those who do not are few: they are looked up once for a statement, not once for each person.
UNJOINED = (
    "person.row NOT IN (SELECT j.row FROM main.person j CROSS JOIN main.person m ON m.id=j.joined_to "
    "WHERE j.joined_to IS NOT NULL AND m.deleted=0 AND NOT (coalesce(m.joined_to, '')=j.id AND j.id < m.id))"
)
# Who was moved to another unit stays in the old community's store, to be read, not counted.
OURS = (
    "person.row NOT IN (SELECT o.row FROM main.person o WHERE o.owner_epoch IS NOT NULL "
    "AND o.home_org IS NOT (SELECT value FROM meta WHERE key='org') "
    "AND (SELECT value FROM meta WHERE key='kind')='community')"
)
STANDING = f"({UNJOINED} AND {OURS})"


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What a list of people is narrowed to; all parts must hold.

    `equals` maps a person field to the values allowed; `contains` to a part of its text; born
    dates are ISO days; `tags` are care-tag codes of which one must be there.
    """

    text: str = ""
    equals: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    contains: Mapping[str, str] = field(default_factory=dict)
    missing: Sequence[str] = ()
    born_from: str = ""
    born_to: str = ""
    tags: Sequence[str] = ()
    people: Sequence[str] | None = None  # only these ids
    any_of: Sequence[Sequence[Condition]] = ()  # alternatives, in each of which every condition must hold
    day: str = ""  # the ISO day on which ages and tags are reckoned, for `any_of`
    with_joined: bool = False  # also people whose record was joined to another's


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of a list of people: the person's fields, first phone and tags."""

    id: str
    values: Mapping[str, Value]
    phone: str = ""
    tags: tuple[str, ...] = ()

    def text(self, key: str) -> str:
        """Return a field's raw text, '' if empty."""
        value = self.values.get(key)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A phone, contact, tag, visit or card of a person."""

    kind: str
    id: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything kept about one person."""

    id: str
    values: Mapping[str, Value]
    children: Mapping[str, tuple[ChildRow, ...]]  # by kind


_SORTABLE = frozenset(PERSON.keys)


def ids_matching(
    connection: Connection, wanted: PeopleFilter, *, sort: str = "name", descending: bool = False, limit: int = -1
) -> list[str]:
    """Return the ids of the people that pass a filter, sorted by a person field (names by pinyin)."""
    where, bound = conditions_of(connection, wanted)
    order = order_of(connection, wanted, sort, descending)
    sql = f"SELECT id FROM main.person WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608
    return [row[0] for row in connection.exec_driver_sql(sql, (*bound, limit))]


def order_of(connection: Connection, wanted: PeopleFilter, sort: str, descending: bool) -> str:
    """Return the ORDER BY of a person field: everyone has a sort name, and by it everyone is listed by the index.

    A narrowed list is sorted after it was found: walking the index of names would read one page a person.
    Raises NotAllowedError for a field that is hidden from this connection's user.
    """
    direction = "DESC" if descending else "ASC"
    if sort == "name" or sort not in _SORTABLE:
        return f"{'' if is_everyone(wanted) else '+'}sort_name {direction}, row {direction}"
    refuse_hidden(connection, [(PERSON.key, sort)])
    return f"{sort} IS NULL, {sort} {direction}, row"


def is_everyone(wanted: PeopleFilter) -> bool:
    """True for a filter that everyone passes who stands for himself."""
    return wanted in (PeopleFilter(), PeopleFilter(day=wanted.day))


def count_matching(connection: Connection, wanted: PeopleFilter) -> int:
    """Return how many people pass a filter."""
    where, bound = conditions_of(connection, wanted)
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM main.person WHERE {where}", bound).scalar_one())  # noqa: S608


def conditions_of(connection: Connection, wanted: PeopleFilter) -> tuple[str, tuple[Any, ...]]:
    """Return the WHERE text over `main.person` and its bound values; names come from the dictionary.

    Who may see a field masked may say whom to look for by it; who may not see it at all is refused with
    NotAllowedError, so that nothing can be found out by asking.
    """
    refuse_hidden(connection, asked_about(wanted))
    alive = "deleted=0" if is_everyone(wanted) else "+deleted=0"  # not by that index: it says too little
    parts = [alive] if wanted.with_joined else [alive, STANDING]
    bound: list[Any] = []
    for part, values in (*_by_fields(wanted), *_by_lists(connection, wanted)):
        parts.append(part)
        bound += values
    return " AND ".join(parts), tuple(bound)


def _by_fields(wanted: PeopleFilter) -> Iterator[Part]:
    """Yield what single fields must hold."""
    for key, values in wanted.equals.items():
        _known(key)
        yield (f"{key} IN ({','.join('?' * len(values))})" if values else "0"), list(values)
    for key, text in wanted.contains.items():
        yield f"{_known(key)} LIKE ? ESCAPE '!'", [f"%{_like(text)}%"]
    for key in wanted.missing:
        yield f"({_known(key)} IS NULL)", []
    for sign, day in ((">=", wanted.born_from), ("<=", wanted.born_to)):
        if day:
            yield f"coalesce(birth_id, birth_file) {sign} ?", [day]


def asked_about(wanted: PeopleFilter) -> Iterator[tuple[str, str]]:
    """Yield every (kind, field) a filter asks about."""
    for key in (*wanted.equals, *wanted.contains, *wanted.missing):
        yield PERSON.key, key
    if wanted.born_from or wanted.born_to:
        yield from conditions.BORN_OF
    if wanted.tags:
        yield "tag", "code"
    for group in wanted.any_of:
        for one in group:
            yield from conditions.asked_about(one)


def _by_lists(connection: Connection, wanted: PeopleFilter) -> Iterator[Part]:
    """Yield what tags, ids, conditions and typed words say."""
    if wanted.tags:
        marks = ",".join("?" * len(wanted.tags))
        yield f"id IN (SELECT person FROM main.tag WHERE deleted=0 AND code IN ({marks}))", list(wanted.tags)
    if wanted.people is not None:
        yield "id IN (SELECT value FROM json_each(?))", [_json_list(wanted.people)]
    if wanted.any_of:
        yield conditions.any_of(connection, wanted.any_of, day=wanted.day)
    found = finding.condition(connection, wanted.text)
    if found is not None:
        yield found


def _known(key: str) -> str:
    """Return `key` if it is a person field; KeyError else, so that no name is made of user text."""
    PERSON.field(key)
    return key


def _like(text: str) -> str:
    """Return `text` with LIKE's wildcards made plain."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _json_list(ids: Sequence[str]) -> str:
    return "[" + ",".join(f'"{one}"' for one in ids if one.isalnum()) + "]"


def rows_of(connection: Connection, ids: Sequence[str]) -> list[PersonRow]:
    """Return list rows for `ids` in their order; people that are gone are left out."""
    found: dict[str, PersonRow] = {}
    for part in chunks(ids):
        people = load_records(connection, "person", part)
        phones = _first_phones(connection, part)
        tags = _tags(connection, part)
        for key, stored in people.items():
            if not stored.deleted:
                found[key] = PersonRow(key, stored.values, phones.get(key, ""), tuple(tags.get(key, ())))
    return [found[key] for key in ids if key in found]


def _first_phones(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    marks = ",".join("?" * len(ids))
    sql = f"SELECT person, number FROM phone WHERE deleted=0 AND person IN ({marks}) ORDER BY row DESC"  # noqa: S608
    return {row[0]: row[1] or "" for row in connection.exec_driver_sql(sql, tuple(ids))}


def _tags(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    marks = ",".join("?" * len(ids))
    sql = f"SELECT person, code FROM tag WHERE deleted=0 AND person IN ({marks}) ORDER BY code"  # noqa: S608
    found: dict[str, list[str]] = {}
    for person, code in connection.exec_driver_sql(sql, tuple(ids)):
        found.setdefault(person, []).append(code)
    return found


def person_page(connection: Connection, person: str) -> PersonPage | None:
    """Return everything kept about one person, None if there is no such person (or it is deleted)."""
    stored = load_records(connection, "person", [person]).get(person)
    if stored is None or stored.deleted:
        return None
    children = {kind: children_of(connection, kind, person=person) for kind in CHILD_KINDS}
    return PersonPage(person, stored.values, children)


def children_of(connection: Connection, kind: str, *, person: str) -> tuple[ChildRow, ...]:
    """Return the records of one kind that belong to a person, in the order people expect."""
    keys = KINDS[kind].keys
    sql = f"SELECT id, {', '.join(keys)} FROM {kind} WHERE deleted=0 AND person=? ORDER BY {_ORDER.get(kind, 'row')}"  # noqa: S608
    return tuple(_child(kind, keys, row) for row in connection.exec_driver_sql(sql, (person,)))


def records_of(connection: Connection, kind: str) -> tuple[ChildRow, ...]:
    """Return every living record of a small kind (organisations, staff)."""
    keys = KINDS[kind].keys
    sql = f"SELECT id, {', '.join(keys)} FROM {kind} WHERE deleted=0 ORDER BY row"  # noqa: S608 - our names
    return tuple(_child(kind, keys, row) for row in connection.exec_driver_sql(sql))


def _child(kind: str, keys: Sequence[str], row: Sequence[Any]) -> ChildRow:
    return ChildRow(kind, row[0], {key: value for key, value in zip(keys, row[1:], strict=True) if value is not None})


def counts_by(connection: Connection, key: str) -> dict[str, int]:
    """Return how many living people hold each value of a person field; '' counts the empty ones."""
    refuse_hidden(connection, [(PERSON.key, _known(key))])
    sql = f"SELECT coalesce({key}, ''), count(*) FROM main.person WHERE deleted=0 AND {STANDING} GROUP BY 1"  # noqa: S608 - our names
    return {str(value): int(count) for value, count in connection.exec_driver_sql(sql)}


def with_id_numbers(connection: Connection, numbers: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (id number, name, person number) of the living people who bear one of these id numbers."""
    found: list[tuple[str, str, str]] = []
    for part in chunks(numbers):
        marks = ",".join("?" * len(part))
        sql = f"SELECT id_no, name, coalesce(person_no, '') FROM person WHERE deleted=0 AND id_no IN ({marks})"  # noqa: S608
        found += [(str(row[0]), str(row[1]), str(row[2])) for row in connection.exec_driver_sql(sql, tuple(part))]
    return found


def next_person_no(connection: Connection, prefix: str) -> int:
    """Return the next free serial of person numbers that begin with `prefix`."""
    sql = "SELECT max(CAST(substr(person_no, ?) AS INTEGER)) FROM person WHERE person_no LIKE ? ESCAPE '!'"
    newest = connection.exec_driver_sql(sql, (len(prefix) + 1, _like(prefix) + "%")).scalar()
    return int(newest or 0) + 1


def person_named(connection: Connection, text: str) -> str | None:
    """Return the id of the living person with this record id, person number or id number."""
    sql = "SELECT id FROM main.person WHERE deleted=0 AND (id=? OR person_no=?{}) LIMIT 1"
    by_id = not hides(connection, PERSON.key, "id_no")  # masked it may be typed: who has it in hand knows it
    bound = (text, text, text) if by_id else (text, text)
    row = connection.exec_driver_sql(sql.format(" OR id_no=?" if by_id else ""), bound).first()
    return None if row is None else str(row[0])


def card_by_number(connection: Connection, text: str) -> ChildRow | None:
    """Return the living card with a number as it may be typed, None if there is none."""
    number = read_short_code(text)
    keys = KINDS["card"].keys
    sql = f"SELECT id, {', '.join(keys)} FROM card WHERE deleted=0 AND card_no=?"  # noqa: S608 - our names
    row = connection.exec_driver_sql(sql, (number or "",)).first()
    return None if row is None else _child("card", keys, tuple(row))
