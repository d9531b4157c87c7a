"""Peers, streams and packages: what exchange keeps in the vault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Stream:
    """One direction of exchange with one station."""

    name: str
    direction: str
    org: str
    epoch: int = 0
    last_seq: int = 0
    last_manifest: str = ""
    cursor: int = 0
    acked_seq: int = 0


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
    sql = "SELECT org, name, kind, install, sign_key, recipient, fingerprint, state, enrolled_at FROM peer ORDER BY org"
    return [Peer(*row) for row in connection.exec_driver_sql(sql)]


def keep_peer(unit: UnitOfWork, peer: Peer, *, card: bytes) -> None:
    """Enrol a station inside `unit`, replacing an earlier card of the same organisation."""
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO peer (org, name, kind, install, sign_key, recipient, fingerprint, state, "
        "enrolled_at, enrolled_by, card) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            peer.org, peer.name, peer.kind, peer.install, peer.sign_key, peer.recipient, peer.fingerprint,
            peer.state, peer.enrolled_at, unit.header.user, card,
        ),
    )  # fmt: skip
    unit.touch("peer")


def stream(connection: Connection, *, direction: str, org: str) -> Stream:
    """Return the stream to or from an organisation; a fresh one if nothing was exchanged yet."""
    name = f"{direction}:{org}"
    row = connection.exec_driver_sql(
        "SELECT name, direction, org, epoch, last_seq, last_manifest, cursor, acked_seq FROM stream WHERE name=?",
        (name,),
    ).first()
    return Stream(*row) if row else Stream(name, direction, org)


def keep_stream(unit: UnitOfWork, one: Stream) -> None:
    """Write a stream's position inside `unit`."""
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO stream (name, direction, org, epoch, last_seq, last_manifest, cursor, acked_seq) "
        "VALUES (?,?,?,?,?,?,?,?)",
        (one.name, one.direction, one.org, one.epoch, one.last_seq, one.last_manifest, one.cursor, one.acked_seq),
    )
    unit.touch("package")


def keep_package(unit: UnitOfWork, one: PackageLine) -> None:
    """Write a package's line inside `unit`."""
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO package (id, direction, stream, seq, manifest, org, at, state, file, counts, batch) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            one.id, one.direction, one.stream, one.seq, one.manifest, one.org, one.at, one.state, one.file,
            to_json(dict(one.counts)), one.batch,
        ),
    )  # fmt: skip
    unit.touch("package")


def packages(connection: Connection, *, stream_name: str = "", limit: int = 200) -> list[PackageLine]:
    """Return packages, newest first, of one stream if named."""
    rows = connection.exec_driver_sql(
        "SELECT id, direction, stream, seq, manifest, org, at, state, file, counts, batch FROM package "
        "WHERE ?='' OR stream=? ORDER BY at DESC, rowid DESC LIMIT ?",
        (stream_name, stream_name, limit),
    )
    return [replace(PackageLine(*row), counts=from_json(row[9])) for row in rows]


def manifests_of(connection: Connection, stream_name: str) -> dict[int, str]:
    """Return the manifest hash of every sequence imported from a stream."""
    rows = connection.exec_driver_sql(
        "SELECT seq, manifest FROM package WHERE stream=? AND state='imported'", (stream_name,)
    )
    return {int(row[0]): str(row[1]) for row in rows}


def imported_at(connection: Connection, stream_name: str, seq: int) -> str:
    """Return when a sequence of a stream was imported (UTC stamp), '' if it was not."""
    found = connection.exec_driver_sql(
        "SELECT at FROM package WHERE stream=? AND seq=? AND state='imported'", (stream_name, seq)
    ).scalar()
    return str(found or "")


def put_aside(unit: UnitOfWork, *, record: str, package: str, operation: Operation, reason: str) -> None:
    """Keep a refused operation with its reason."""
    text = to_json(
        {
            "kind": operation.kind, "record": operation.record, "action": operation.action,
            "dot": [operation.dot.writer, operation.dot.counter], "base": dict(operation.base),
            "fields": dict(operation.fields), "org": operation.org, "user": operation.user, "at": operation.at,
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


def close_overtaken(unit: UnitOfWork, fields: Sequence[tuple[str, str]]) -> None:
    """Close open conflicts on (record, field) pairs that a newer, knowing write has settled."""
    waiting = {(one.record, one.field): one.id for one in open_conflicts(unit.connection)}
    for pair in fields:
        if pair in waiting:
            close_conflict(unit, conflict=waiting[pair], decision="由对方裁定")


def setting(connection: Connection, key: str) -> Any:
    """Return a setting of this store, None if it was never set."""
    return from_json(connection.exec_driver_sql("SELECT value FROM setting WHERE key=?", (key,)).scalar())
