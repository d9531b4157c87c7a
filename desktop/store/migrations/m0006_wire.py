"""Schema 6: exchange in full: epochs and alarms of streams, packages that wait, key history, directories.

Frozen once released: never edited, not even when the dictionary moves on.
"""

from typing import Any

_SQL = """
ALTER TABLE stream ADD COLUMN writer TEXT NOT NULL DEFAULT '';

ALTER TABLE stream ADD COLUMN alarm TEXT NOT NULL DEFAULT '';

ALTER TABLE stream ADD COLUMN heard TEXT NOT NULL DEFAULT '';

ALTER TABLE stream ADD COLUMN rebase INTEGER NOT NULL DEFAULT 0;

ALTER TABLE package ADD COLUMN writer TEXT NOT NULL DEFAULT '';

ALTER TABLE package ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

ALTER TABLE package ADD COLUMN kind TEXT NOT NULL DEFAULT 'delta';

ALTER TABLE peer ADD COLUMN max_reader TEXT NOT NULL DEFAULT '';

CREATE TABLE held (id TEXT NOT NULL, stream TEXT NOT NULL, org TEXT NOT NULL, writer TEXT NOT NULL, seq
    INTEGER NOT NULL, why TEXT NOT NULL, file TEXT NOT NULL, at TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY
    KEY (id));

CREATE INDEX held_stream ON held (stream, seq);

CREATE TABLE peer_key (kid TEXT NOT NULL, org TEXT NOT NULL, install TEXT NOT NULL, sign_key BLOB NOT NULL,
    recipient TEXT NOT NULL, status TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, source TEXT NOT
    NULL, at TEXT NOT NULL, PRIMARY KEY (kid, org, install));

CREATE INDEX peer_key_org ON peer_key (org);

CREATE TABLE directory (org TEXT NOT NULL, version INTEGER NOT NULL, digest TEXT NOT NULL, expires TEXT NOT
    NULL, raw BLOB NOT NULL, at TEXT NOT NULL, PRIMARY KEY (org));

CREATE TABLE carried (id TEXT NOT NULL, package TEXT NOT NULL, kind TEXT NOT NULL, record TEXT NOT NULL, person
    TEXT, writer TEXT NOT NULL, counter INTEGER NOT NULL, line TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (id));

CREATE INDEX carried_record ON carried (kind, record);

CREATE INDEX carried_dot ON carried (writer, counter);

CREATE TABLE media_state (org TEXT NOT NULL, hash TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL, PRIMARY
    KEY (org, hash));
"""


def apply(cursor: Any) -> None:
    """Bring a store to schema 6; no data is touched."""
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
