"""Peers, streams and packages: what exchange keeps in the vault."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from desktop.domain.fields import Value
from desktop.domain.operations import Operation
from desktop.store.encoding import from_json, to_json
from desktop.store.merging import read_value
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Peer:
    """A station whose key card was compared and trusted."""

    org: str
    name: str
    kind: str
    install: str
    sign_key: bytes
    recipient: str
    fingerprint: str
    state: str
    enrolled_at: str
    max_reader: str = ""  # the newest format its program reads, as its last package said


@dataclass(frozen=True, slots=True)
class Stream:
    """One direction of exchange with one station.

    `writer` is the installation and epoch the numbers count in, the peer's for what comes in and ours for
    what goes out. `cursor` is a position in the writer's change log. `alarm` is `fork` from the moment two
    packages with one number were seen until a new epoch; `heard` is what the peer last acknowledged.
    """

    name: str
    direction: str
    org: str
    epoch: int = 0
    last_seq: int = 0
    last_manifest: str = ""
    cursor: int = 0
    acked_seq: int = 0
    writer: str = ""
    alarm: str = ""
    heard: Mapping[str, Any] = field(default_factory=dict)
    rebase: int = 0  # what the next package holds: 0 what is new, SINCE_ACKED, EVERYTHING


SINCE_ACKED, EVERYTHING = 1, 2


@dataclass(frozen=True, slots=True)
class PackageLine:
    """One package that went out or came in."""

    id: str
    direction: str
    stream: str
    seq: int
    manifest: str
    org: str
    at: str
    state: str
    file: str
    counts: Mapping[str, int]
    batch: str | None = None
    writer: str = ""
    position: int = 0  # how far into the sender's change log it reaches
    kind: str = "delta"


_STREAM = "name, direction, org, epoch, last_seq, last_manifest, cursor, acked_seq, writer, alarm, heard, rebase"
_PACKAGE = "id, direction, stream, seq, manifest, org, at, state, file, counts, batch, writer, position, kind"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two values for one field, waiting for a decision."""

    id: str
    kind: str
    record: str
    person: str | None
    field: str
    ours: Value
    theirs: Value
    opened_at: str


def peers(connection: Connection) -> list[Peer]:
    """Return every station whose key card is enrolled."""
    sql = (
        "SELECT org, name, kind, install, sign_key, recipient, fingerprint, state, enrolled_at, max_reader "
        "FROM peer ORDER BY org"
    )
    return [Peer(*row) for row in connection.exec_driver_sql(sql)]


def keep_peer(unit: UnitOfWork, peer: Peer, *, card: bytes) -> None:
    """Enrol a station inside `unit`, replacing an earlier card of the same organisation."""
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO peer (org, name, kind, install, sign_key, recipient, fingerprint, state, "
        "enrolled_at, enrolled_by, card, max_reader) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            peer.org, peer.name, peer.kind, peer.install, peer.sign_key, peer.recipient, peer.fingerprint,
            peer.state, peer.enrolled_at, unit.header.user, card, peer.max_reader,
        ),
    )  # fmt: skip
    unit.touch("peer")


def note_reader(unit: UnitOfWork, org: str, max_reader: str) -> None:
    """Note the newest format a peer's program says it reads."""
    unit.connection.exec_driver_sql("UPDATE peer SET max_reader=? WHERE org=?", (max_reader, org))


def installs_of(connection: Connection, org: str) -> frozenset[str]:
    """Return every installation an organisation is known to have had keys for."""
    rows = connection.exec_driver_sql(
        "SELECT install FROM peer WHERE org=? UNION SELECT install FROM peer_key WHERE org=?", (org, org)
    )
    return frozenset(str(row[0]) for row in rows)


def stream(connection: Connection, *, direction: str, org: str) -> Stream:
    """Return the stream to or from an organisation; a fresh one if nothing was exchanged yet."""
    name = f"{direction}:{org}"
    row = connection.exec_driver_sql(f"SELECT {_STREAM} FROM stream WHERE name=?", (name,)).first()  # noqa: S608
    return _stream(row) if row else Stream(name, direction, org)


def streams(connection: Connection) -> list[Stream]:
    """Return every stream, what comes in before what goes out."""
    rows = connection.exec_driver_sql(f"SELECT {_STREAM} FROM stream ORDER BY direction, org")  # noqa: S608
    return [_stream(row) for row in rows]


def _stream(row: Any) -> Stream:
    return replace(Stream(*row), heard=from_json(row[10]) or {})


def keep_stream(unit: UnitOfWork, one: Stream) -> None:
    """Write a stream's position inside `unit`."""
    unit.connection.exec_driver_sql(
        f"INSERT OR REPLACE INTO stream ({_STREAM}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 - our names
        (
            one.name, one.direction, one.org, one.epoch, one.last_seq, one.last_manifest, one.cursor, one.acked_seq,
            one.writer, one.alarm, to_json(dict(one.heard)), one.rebase,
        ),
    )  # fmt: skip
    unit.touch("package")


def keep_package(unit: UnitOfWork, one: PackageLine) -> None:
    """Write a package's line inside `unit`."""
    unit.connection.exec_driver_sql(
        f"INSERT OR REPLACE INTO package ({_PACKAGE}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 - our names
        (
            one.id, one.direction, one.stream, one.seq, one.manifest, one.org, one.at, one.state, one.file,
            to_json(dict(one.counts)), one.batch, one.writer, one.position, one.kind,
        ),
    )  # fmt: skip
    unit.touch("package")


def packages(connection: Connection, *, stream_name: str = "", limit: int = 200) -> list[PackageLine]:
    """Return packages, newest first, of one stream if named."""
    rows = connection.exec_driver_sql(
        f"SELECT {_PACKAGE} FROM package WHERE ?='' OR stream=? ORDER BY at DESC, rowid DESC LIMIT ?",  # noqa: S608
        (stream_name, stream_name, limit),
    )
    return [replace(PackageLine(*row), counts=from_json(row[9])) for row in rows]


def manifests_of(connection: Connection, stream_name: str, *, writer: str) -> dict[int, str]:
    """Return the manifest hash of every sequence of a writer that went through a stream."""
    rows = connection.exec_driver_sql(
        "SELECT seq, manifest FROM package WHERE stream=? AND writer=? AND state IN ('imported', 'written')",
        (stream_name, writer),
    )
    return {int(row[0]): str(row[1]) for row in rows}


def older_manifests(connection: Connection, stream_name: str, *, writer: str) -> frozenset[str]:
    """Return the hashes of all packages of a stream that another writer than `writer` sent."""
    rows = connection.exec_driver_sql(
        "SELECT manifest FROM package WHERE stream=? AND writer<>?", (stream_name, writer)
    )
    return frozenset(str(row[0]) for row in rows)


def imported_at(connection: Connection, manifest: str) -> str:
    """Return when a package was imported (UTC stamp), '' if it was not."""
    sql = "SELECT at FROM package WHERE manifest=? AND state='imported'"
    return str(connection.exec_driver_sql(sql, (manifest,)).scalar() or "")


def position_of(connection: Connection, stream_name: str, *, writer: str, seq: int) -> int:
    """Return how far into our change log a package that we sent reached; 0 if we do not know it."""
    sql = "SELECT position FROM package WHERE stream=? AND writer=? AND seq=? AND direction='out'"
    return int(connection.exec_driver_sql(sql, (stream_name, writer, seq)).scalar() or 0)


def put_aside(unit: UnitOfWork, *, record: str, package: str, operation: Operation, reason: str) -> None:
    """Keep a refused operation with its reason."""
    text = to_json(
        {
            "kind": operation.kind, "record": operation.record, "action": operation.action,
            "dot": [operation.dot.writer, operation.dot.counter], "base": dict(operation.base),
            "fields": dict(operation.fields), "org": operation.org, "user": operation.user, "at": operation.at,
            "why": operation.why, "more": dict(operation.more),
        }
    )  # fmt: skip
    unit.connection.exec_driver_sql(
        "INSERT INTO quarantine (id, package, operation, reason, at) VALUES (?,?,?,?,?)",
        (record, package, text, reason, unit.header.at),
    )


def open_conflicts(connection: Connection) -> list[Conflict]:
    """Return the conflicts that wait, oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT id, kind, record, person, field, ours, theirs, opened_at FROM conflict WHERE state='open' "
        "ORDER BY opened_at, rowid"
    )
    return [replace(Conflict(*row), ours=read_value(row[5]), theirs=read_value(row[6])) for row in rows]


def close_conflict(unit: UnitOfWork, *, conflict: str, decision: Value) -> None:
    """Mark a conflict decided inside `unit`."""
    unit.connection.exec_driver_sql(
        "UPDATE conflict SET state='decided', decision=?, closed_at=? WHERE id=?",
        (to_json(decision), unit.header.at, conflict),
    )
    unit.touch("conflict")


def setting(connection: Connection, key: str) -> Any:
    """Return a setting of this store, None if it was never set."""
    return from_json(connection.exec_driver_sql("SELECT value FROM setting WHERE key=?", (key,)).scalar())
