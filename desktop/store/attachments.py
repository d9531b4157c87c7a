"""Pictures by the SHA-256 of their bytes: the same picture is kept once."""

import hashlib

from sqlalchemy import Connection


def keep(connection: Connection, body: bytes, *, media: str, at: str) -> str:
    """Keep bytes and return their hash in hex."""
    digest = hashlib.sha256(body).hexdigest()
    connection.exec_driver_sql(
        "INSERT INTO attachment (hash, media, body, at) VALUES (?,?,?,?) ON CONFLICT (hash) DO NOTHING",
        (digest, media, body, at),
    )
    return digest


def body_of(connection: Connection, digest: str) -> bytes | None:
    """Return the bytes kept under a hash, None if they are not here yet: pictures travel in packages of their own."""
    row = connection.exec_driver_sql("SELECT body FROM attachment WHERE hash=?", (digest,)).first()
    return None if row is None else bytes(row[0])
