"""Schema 16: signatures of the people who acted over the seals of their units. Frozen once released: never edited."""

from typing import Any

_SQL = (
    'CREATE TABLE signature (batch INTEGER NOT NULL, "key" BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (batch))',
    """CREATE TABLE countersignature (batch INTEGER NOT NULL, "key" BLOB NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (batch))""",
    """CREATE INDEX batch_signer ON batch (n)
    WHERE action IN ('store.create', 'user.add', 'user.renew', 'user.remove', 'user.key')""",
)


def apply(cursor: Any) -> None:
    """Make the tables, and the index that finds the units which name a signing key."""
    for statement in _SQL:
        cursor.execute(statement)
