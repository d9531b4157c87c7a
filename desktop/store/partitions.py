"""What one sender has written here, as one hash a kind: how two stores find out that they drifted apart."""

import hashlib
import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.domain.dictionary import KINDS
from desktop.store.encoding import read_vector
from desktop.store.proposals import proposed_writes


@dataclass(frozen=True, slots=True)
class Partition:
    """How many records of a kind a writer wrote to, and the hash over each with the writer's last write to it."""

    n: int
    h: str


def partitions(connection: Connection, kinds: Iterable[str], *, install: str) -> dict[str, Partition]:
    """Return the partition of an installation, kind by kind; kinds it never wrote to are left out.

    One line a record, in the order of ids: id, a space, the counters of the installation's epochs
    (`epoch#counter`, ascending, joined by commas), a line feed. Values are not in it: packages are signed,
    and what a receiver made of a value may differ until a person decided; a write that went missing shows.
    """
    names: Mapping[int, int] = {
        int(number): int(name.partition(":")[2])
        for number, name in connection.exec_driver_sql(
            "SELECT id, name FROM writer WHERE name LIKE ?", (f"{install}:%",)
        )
    }
    found = {}
    proposed = proposed_writes(connection, install=install)
    for kind in sorted(kinds):
        one = _partition(connection, kind, names, proposed.get(kind, {}))
        if one.n:
            found[kind] = one
    return found


def _partition(
    connection: Connection, kind: str, names: Mapping[int, int], proposed: Mapping[str, Mapping[int, int]]
) -> Partition:
    digest, count = hashlib.sha256(), 0
    rows = connection.exec_driver_sql(f"SELECT id, vector FROM {kind} {_not_erased(kind)} ORDER BY id")  # noqa: S608
    for record, vector in heapq.merge(rows, sorted((one, "") for one in proposed), key=lambda row: str(row[0])):
        epochs = {names[number]: counter for number, counter in read_vector(vector).items() if number in names}
        if record in proposed:
            if not vector and has_row(connection, kind, record):
                continue  # once is enough
            epochs = {
                key: max(epochs.get(key, 0), proposed[record].get(key, 0)) for key in {*epochs, *proposed[record]}
            }
        seen = sorted(epochs.items())
        if seen:
            count += 1
            digest.update(f"{record} {','.join(f'{epoch}#{counter}' for epoch, counter in seen)}\n".encode("ascii"))
    return Partition(count, digest.hexdigest() if count else "")


def _not_erased(kind: str) -> str:
    """Return the condition that leaves out who was erased: each side wipes by itself, nothing of it is sent."""
    if kind == "erasure" or (kind != "person" and "person" not in KINDS[kind].keys):
        return ""
    columns = ("id",) if kind == "person" else ("person", "other") if kind == "pair" else ("person",)
    erased = "(SELECT person FROM erasure WHERE deleted=0 AND person IS NOT NULL)"
    return "WHERE " + " AND ".join(f"coalesce({one}, '') NOT IN {erased}" for one in columns)


def has_row(connection: Connection, kind: str, record: str) -> bool:
    """Return True if a record of a kind exists here, a deleted one too."""
    sql = f"SELECT 1 FROM {kind} WHERE id=?"  # noqa: S608 - our names
    return connection.exec_driver_sql(sql, (record,)).first() is not None


def has_aside(connection: Connection, stream: str) -> bool:
    """Return True if operations of a stream lie in quarantine: its partition cannot be whole then."""
    sql = "SELECT 1 FROM quarantine q JOIN package p ON p.id=q.package WHERE p.stream=? LIMIT 1"
    return connection.exec_driver_sql(sql, (stream,)).first() is not None


def has_unheard_erasure(connection: Connection, stream: str) -> bool:
    """Return True if somebody was erased here and the other end of an outgoing stream may not know it yet."""
    sql = (
        "SELECT 1 FROM change WHERE kind='erasure' AND n > coalesce((SELECT p.position FROM package p "
        "JOIN stream s ON s.direction='out' AND s.writer=p.writer AND s.acked_seq=p.seq "
        "WHERE p.stream=? AND p.direction='out' AND s.name='out:' || p.org), 0) LIMIT 1"
    )
    return connection.exec_driver_sql(sql, (stream,)).first() is not None


def was_carried(connection: Connection) -> frozenset[str]:
    """Return the kinds of which operations of a newer program wait to be understood."""
    return frozenset(str(row[0]) for row in connection.exec_driver_sql("SELECT DISTINCT kind FROM carried"))
