"""Schema 11: a seal for every unit of work, and one each for the units that were there before.

Frozen once released: never edited. The seals are computed as `store/audit_chain.py` did on the day.
"""

import hashlib
from typing import Any

_SQL = """
CREATE TABLE seal (batch INTEGER NOT NULL, entry INTEGER NOT NULL, entry_hash BLOB NOT NULL, trust BLOB NOT NULL,
    hash BLOB NOT NULL, PRIMARY KEY (batch));
"""
_TRUST = (
    "SELECT 'meta', key, value FROM meta WHERE key<>'counter' ORDER BY key",
    "SELECT 'peer', org, install, sign_key, recipient, fingerprint, state FROM peer ORDER BY org, install",
    "SELECT 'secret', name, value FROM secret ORDER BY name",
)


def apply(cursor: Any) -> None:
    """Make the table and seal what is there, so that the chain begins with the first unit."""
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
    trust = hashlib.sha256()
    for statement in _TRUST:
        for row in cursor.execute(statement).fetchall():
            trust.update(_joined(row))
    previous, entry, digest = b"\x00" * 32, 0, b"\x00" * 32
    batches = cursor.execute("SELECT n, id, action, why, user, at, source, undoes FROM batch ORDER BY n").fetchall()
    for batch in batches:
        last = cursor.execute(
            "SELECT n, hash FROM change WHERE batch=? ORDER BY n DESC LIMIT 1", (batch[0],)
        ).fetchone()
        if last is not None and last[0] > entry:
            entry, digest = last[0], bytes(last[1])
        previous = hashlib.sha256(previous + _joined((*batch, entry, digest, trust.digest()))).digest()
        cursor.execute(
            "INSERT INTO seal (batch, entry, entry_hash, trust, hash) VALUES (?,?,?,?,?)",
            (batch[0], entry, digest, trust.digest(), previous),
        )


def _joined(parts: Any) -> bytes:
    coded = [
        part if isinstance(part, bytes) else ("" if part is None else str(part)).encode("utf-8", "surrogatepass")
        for part in parts
    ]
    return b"".join(str(len(part)).encode("ascii") + b":" + part for part in coded)
