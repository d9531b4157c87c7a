"""The keys units have had, the directories that say so, and this device's own secrets."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.store.unit_of_work import UnitOfWork

ACTIVE, REPLACED, REVOKED = "active", "replaced", "revoked"
Place = tuple[int, int]  # epoch, sequence


@dataclass(frozen=True, slots=True)
class PeerKey:
    """One key of a unit and which of its packages it may sign."""

    org: str
    install: str
    sign_key: bytes
    recipient: str
    status: str
    since: Place
    until: Place | None
    source: str  # digits, directory, rotation, own
    at: str

    def signs(self, epoch: int, seq: int) -> bool:
        """Return True if a package of this place counts under this key."""
        return self.since <= (epoch, seq) and (self.until is None or (epoch, seq) <= self.until)


@dataclass(frozen=True, slots=True)
class KeptDirectory:
    """The newest directory of a street that was read here, or that this street issued."""

    org: str
    version: int
    digest: str
    expires: str
    raw: bytes
    at: str


def keys(connection: Connection, *, org: str = "") -> list[PeerKey]:
    """Return the keys known of every unit, or of one, oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT org, install, sign_key, recipient, status, since, until, source, at FROM peer_key "
        "WHERE ?='' OR org=? ORDER BY org, rowid",
        (org, org),
    )
    return [
        PeerKey(row[0], row[1], bytes(row[2]), row[3], row[4], _place(row[5]) or (0, 0), _place(row[6]), row[7], row[8])
        for row in rows
    ]


def keep_key(unit: UnitOfWork, one: PeerKey, *, kid: str) -> None:
    """Write a key inside `unit`, replacing what was known of it."""
    unit.connection.exec_driver_sql(
        "INSERT INTO peer_key (kid, org, install, sign_key, recipient, status, since, until, source, at) "
        "VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (kid, org, install) DO UPDATE SET recipient=excluded.recipient, "
        "status=excluded.status, since=excluded.since, until=excluded.until, source=excluded.source, at=excluded.at",
        (
            kid, one.org, one.install, one.sign_key, one.recipient, one.status, json.dumps(one.since),
            json.dumps(one.until) if one.until else "", one.source, one.at,
        ),
    )  # fmt: skip
    unit.touch("peer")


def set_peer(unit: UnitOfWork, org: str, *, sign_key: bytes, state: str) -> None:
    """Set the present key and the state of an enrolled unit."""
    unit.connection.exec_driver_sql("UPDATE peer SET sign_key=?, state=? WHERE org=?", (sign_key, state, org))
    unit.touch("peer")


def directory_of(connection: Connection, org: str) -> KeptDirectory | None:
    """Return the newest directory of a street that is here."""
    row = connection.exec_driver_sql(
        "SELECT org, version, digest, expires, raw, at FROM directory WHERE org=?", (org,)
    ).first()
    return None if row is None else KeptDirectory(row[0], row[1], row[2], row[3], bytes(row[4]), row[5])


def directories(connection: Connection) -> list[KeptDirectory]:
    """Return the newest directory of every street that is here."""
    rows = connection.exec_driver_sql("SELECT org, version, digest, expires, raw, at FROM directory ORDER BY org")
    return [KeptDirectory(row[0], row[1], row[2], row[3], bytes(row[4]), row[5]) for row in rows]


def keep_directory(unit: UnitOfWork, one: KeptDirectory) -> None:
    """Write a street's newest directory inside `unit`."""
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO directory (org, version, digest, expires, raw, at) VALUES (?,?,?,?,?,?)",
        (one.org, one.version, one.digest, one.expires, one.raw, one.at),
    )
    unit.touch("peer")


def put_secret(unit: UnitOfWork, name: str, value: bytes) -> None:
    """Keep or replace a device secret: never logged, never sent."""
    unit.connection.exec_driver_sql("INSERT OR REPLACE INTO secret (name, value) VALUES (?,?)", (name, value))


def drop_secret(unit: UnitOfWork, name: str) -> None:
    """Destroy a device secret (pages are overwritten: `secure_delete`)."""
    unit.connection.exec_driver_sql("DELETE FROM secret WHERE name=?", (name,))


def _place(text: str) -> Place | None:
    if not text:
        return None
    epoch, seq = json.loads(text)
    return int(epoch), int(seq)
