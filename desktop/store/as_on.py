"""The register as it stood: the change log played again, record by record, up to a batch of this store."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from desktop.domain.fields import Value
from desktop.domain.operations import DELETE, PUT
from desktop.store.change_log import SET_ASIDE
from desktop.store.encoding import Numbers, from_json, read_vector
from desktop.store.people import CHILD_KINDS, ChildRow, PersonPage, PersonRow
from desktop.store.veils import sight_on


@dataclass(slots=True)
class _Played:
    """A record while its log is played."""

    kind: str
    id: str
    values: dict[str, Value] = field(default_factory=dict)
    vector: Numbers = field(default_factory=dict)
    deleted: bool = False


_COLUMNS = "kind, record, action, writer, counter, base, fields"


def last_batch_before(connection: Connection, stamp: str) -> int:
    """Return the number of the last batch this store wrote before a UTC stamp, 0 if there was none yet.

    The order of the log decides, not the clock: a clock set forward for a day does not hide that day.
    """
    return int(connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM batch WHERE at < ?", (stamp,)).scalar_one())


def last_batch(connection: Connection) -> int:
    """Return the number of the newest batch."""
    return int(connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM batch").scalar_one())


def records_at(connection: Connection, kind: str, *, batch: int) -> Iterator[tuple[str, dict[str, Value], bool]]:
    """Yield (id, values, deleted) of every record of one kind as it was after a batch.

    One record is held at a time: the index of the log by record gives its entries oldest first.
    """
    log = "change INDEXED BY change_record" if sight_on(connection).is_open else "change"  # a view has no index
    rows = connection.execution_options(stream_results=True).exec_driver_sql(
        f"SELECT {_COLUMNS} FROM {log} WHERE kind=? AND batch<=? ORDER BY record, n",  # noqa: S608
        (kind, batch),
    )
    for played in _play(rows):
        yield played.id, played.values, played.deleted


def _play(rows: Iterable[Any]) -> Iterator[_Played]:
    """Yield each record once its run of log rows is over; rows of one record lie together, oldest first."""
    current: _Played | None = None
    for kind, record, action, writer, counter, base, fields in rows:
        if current is None or current.id != record or current.kind != kind:
            if current is not None:
                yield current
            current = _Played(kind, record)
        _apply(current, action, (int(writer), int(counter)), base, fields)
    if current is not None:
        yield current


def _apply(played: _Played, action: str, dot: tuple[int, int], base: str, fields: str) -> None:
    """Play one log row; a deletion counts only where its author knew every write we had (as merge does)."""
    writer, counter = dot
    if action not in {PUT, DELETE}:
        return  # of a newer program: carried, not understood
    if action == DELETE:
        seen = read_vector(base)
        if all(seen.get(one, 0) >= newest for one, newest in played.vector.items() if one != writer):
            played.deleted = True
    else:
        played.deleted = False
        for key, pair in from_json(fields).items():
            if key.startswith(SET_ASIDE):
                continue
            if pair[1] is None:
                played.values.pop(key, None)
            else:
                played.values[key] = pair[1]
    played.vector[writer] = max(counter, played.vector.get(writer, 0))


def people_at(connection: Connection, *, batch: int) -> Iterator[PersonRow]:
    """Yield everyone who was in the register after a batch, with first phone and care tags of then."""
    phones: dict[str, str] = {}
    for _, values, deleted in records_at(connection, "phone", batch=batch):
        if not deleted:
            phones.setdefault(str(values.get("person")), str(values.get("number") or ""))
    tags: dict[str, set[str]] = {}
    for _, values, deleted in records_at(connection, "tag", batch=batch):
        if not deleted:
            tags.setdefault(str(values.get("person")), set()).add(str(values.get("code") or ""))
    for person, values, deleted in records_at(connection, "person", batch=batch):
        if not deleted:
            yield PersonRow(person, values, phones.get(person, ""), tuple(sorted(tags.get(person, ()))))


def standing(people: Iterable[PersonRow], *, community: str = "") -> list[PersonRow]:
    """Return who stood for himself: not joined to somebody kept here, not moved from `community` to another unit.

    The rule of `people.STANDING`, for rows of the past.
    """
    joined: dict[str, str] = {}
    known = {row.id: row for row in people}
    for row in known.values():
        other = known.get(row.text("joined_to"))
        if other is not None and not (other.text("joined_to") == row.id and row.id < other.id):
            joined[row.id] = other.id
    return [
        row
        for row in known.values()
        if row.id not in joined
        and not (community and row.values.get("owner_epoch") is not None and row.text("home_org") != community)
    ]


def person_at(connection: Connection, person: str, *, batch: int) -> PersonPage | None:
    """Return everything kept about a person after a batch, None if there was no such person then."""
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM change WHERE person=? AND batch<=? ORDER BY kind, record, n",  # noqa: S608 - ours
        (person, batch),
    )
    records = list(_play(rows))
    own = next((one for one in records if one.kind == "person"), None)
    if own is None or own.deleted:
        return None
    children = {
        kind: tuple(ChildRow(kind, one.id, one.values) for one in records if one.kind == kind and not one.deleted)
        for kind in CHILD_KINDS
    }
    return PersonPage(person, own.values, children)
