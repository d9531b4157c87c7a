"""The audit chain: one seal a unit of work, over who did what when and where the change log then ended.

The change log proves its own rows; a unit that changed no record (an export, a reveal, a package
written) has none, and who, when and why stand in `batch`. So every commit seals its `batch` row,
the end of the change log and the tables trust rests on (keys, peers, identity), each seal to the
one before. Heads of this chain go into backups and notes; see `docs/formats/audit-chain.md`.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.store.consents import consent_problems
from desktop.store.encoding import joined
from desktop.store.signatures import Follower, Seal, Signers

GENESIS = b"\x00" * 32
_BATCH = ("n", "id", "action", "why", "user", "at", "source", "undoes")
_TRUST = (
    "SELECT 'meta', key, value FROM meta WHERE key<>'counter' ORDER BY key",
    "SELECT 'peer', org, install, sign_key, recipient, fingerprint, state FROM peer ORDER BY org, install",
    "SELECT 'key', kid, org, install, status, since, until FROM peer_key ORDER BY kid, org, install",
    "SELECT 'secret', name, value FROM secret ORDER BY name",
)


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The end of the audit chain: the number of the newest sealed unit and its seal."""

    batch: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class Witness:
    """What somebody outside the store remembers of the logs; `where` is said to the user.

    `entry` and `entry_hash` are of the change log, `batch` and `seal` of the audit chain; 0 and
    b'' where it remembers only one of them.
    """

    where: str
    entry: int
    entry_hash: bytes
    batch: int = 0
    seal: bytes = b""


def seal_of(previous: bytes, batch: Sequence[Any], entry: int, entry_hash: bytes, trust: bytes) -> bytes:
    """Return the seal of one unit after the seal before it. `batch` holds the columns of `_BATCH`."""
    return hashlib.sha256(previous + joined((*batch, entry, entry_hash, trust))).digest()


def trust_digest(connection: Connection) -> bytes:
    """Return the digest of what trust rests on: device keys, peers' keys, whose store this is."""
    digest = hashlib.sha256()
    for statement in _TRUST:
        for row in connection.exec_driver_sql(statement):
            digest.update(joined(tuple(row)))
    return digest.digest()


def head_of_chain(connection: Connection) -> AuditHead:
    """Return the newest seal."""
    row = connection.exec_driver_sql("SELECT batch, hash FROM seal ORDER BY batch DESC LIMIT 1").first()
    return AuditHead(int(row[0]), bytes(row[1])) if row else AuditHead(0, GENESIS)


def append_seal(connection: Connection, batch: Sequence[Any], *, entry: int, entry_hash: bytes) -> AuditHead:
    """Seal the unit whose `batch` row has the columns of `_BATCH`, inside its own transaction."""
    trust = trust_digest(connection)
    sealed = seal_of(head_of_chain(connection).seal, batch, entry, entry_hash, trust)
    connection.exec_driver_sql(
        "INSERT INTO seal (batch, entry, entry_hash, trust, hash) VALUES (?,?,?,?,?)",
        (batch[0], entry, entry_hash, trust, sealed),
    )
    return AuditHead(int(batch[0]), sealed)


def chain_problems(connection: Connection, *, witnesses: Sequence[Witness] = (), after: int = 0) -> list[str]:
    """Return what is wrong with the audit chain and its signatures from the unit `after` on, each with its place."""
    found: list[str] = []
    previous = seal_at(connection, after)
    remembered = by_number(witnesses, lambda one: one.batch)
    signers = Signers(connection)
    signed = Follower(signers)
    columns = ", ".join(f"batch.{name}" for name in _BATCH)
    rows = connection.exec_driver_sql(
        f'SELECT {columns}, seal.entry, seal.entry_hash, seal.trust, seal.hash, signature."key", signature.value '
        "FROM batch LEFT JOIN seal ON seal.batch=batch.n LEFT JOIN signature ON signature.batch=batch.n "
        "WHERE batch.n>? ORDER BY batch.n",
        (after,),
    )
    last: Any = None
    expected = after
    for row in rows:
        expected += 1
        number, sealed = int(row[0]), row[11]
        if number != expected:
            found.append(f"操作记录：第 {expected} 次操作不见了")
            expected = number
        if sealed is None:
            found.append(f"操作记录：第 {number} 次操作没有封印")
            continue
        if seal_of(previous, tuple(row[:8]), row[8], bytes(row[9]), bytes(row[10])) != bytes(sealed):
            found.append(f"操作记录：第 {number} 次操作被改动过")
        previous, last = bytes(sealed), row
        signed.take(Seal(number, str(row[4]), previous), row[12], row[13])
        found += [
            f"操作记录：到第 {number} 次为止的记录与{one.where}的不一致，被替换过"
            for one in remembered.pop(number, ())
            if one.seal != previous
        ]
    found += [
        f"操作记录：只到第 {expected} 次，{one.where}里是第 {one.batch} 次，被删减过"
        for number, several in remembered.items()
        for one in several
        if number > expected
    ]
    found += signed.end() + consent_problems(connection, signers, after=after)
    return found + _end_problems(connection, last)


def by_number(witnesses: Iterable[Witness], number: Callable[[Witness], int]) -> dict[int, list[Witness]]:
    """Return what is remembered by the number it is of; several may speak of one, and not say the same."""
    found: dict[int, list[Witness]] = {}
    for one in witnesses:
        if number(one):
            found.setdefault(number(one), []).append(one)
    return found


def seal_at(connection: Connection, batch: int) -> bytes:
    """Return the seal of a unit, zeros where there is none."""
    row = connection.exec_driver_sql("SELECT hash FROM seal WHERE batch=?", (batch,)).first()
    return bytes(row[0]) if row else GENESIS


def _end_problems(connection: Connection, last: Any) -> list[str]:
    """Compare the newest seal with where the change log ends and with the keys as they are now."""
    stray = connection.exec_driver_sql(
        "SELECT batch FROM seal WHERE batch NOT IN (SELECT n FROM batch) ORDER BY batch LIMIT 1"
    ).scalar()
    found = [] if stray is None else [f"操作记录：第 {stray} 次操作不见了"]
    stray = connection.exec_driver_sql(
        "SELECT batch FROM signature WHERE batch NOT IN (SELECT batch FROM seal) ORDER BY batch LIMIT 1"
    ).scalar()
    found += [] if stray is None else [f"签名：第 {stray} 次操作的签名还在，操作不见了"]
    if last is None:
        return found
    end = connection.exec_driver_sql("SELECT n, hash FROM change ORDER BY n DESC LIMIT 1").first()
    entry, digest = (int(end[0]), bytes(end[1])) if end else (0, GENESIS)
    if (entry, digest) != (last[8], bytes(last[9])):
        found.append(f"变更记录：到第 {entry} 条为止，封印时是第 {last[8]} 条，有一段被换过或删减过")
    if trust_digest(connection) != bytes(last[10]):
        found.append("信任：本机密钥、对方密钥或登记库身份被绕过程序改动过")
    return found
