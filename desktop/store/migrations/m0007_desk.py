"""Schema 7: transfers between units, ownership epochs, merges that went by themselves, the desk's board.

Frozen once released: never edited, not even when the dictionary moves on.
"""

from typing import Any

_SQL = """
ALTER TABLE person ADD COLUMN owner_epoch INTEGER;

CREATE TABLE transfer ("row" INTEGER NOT NULL, id TEXT NOT NULL, number TEXT, subject TEXT, name TEXT,
    summary TEXT, digest TEXT, epoch INTEGER, source TEXT, wanted TEXT, reason TEXT, offered_on TEXT,
    offered_by TEXT, target TEXT, routed_on TEXT, routed_by TEXT, answer TEXT, answer_why TEXT,
    answered_on TEXT, answered_by TEXT, cancelled_on TEXT, cancelled_by TEXT, cancel_why TEXT, ended TEXT,
    ended_on TEXT, ended_by TEXT, end_why TEXT, new_epoch INTEGER, vector TEXT NOT NULL, dots TEXT NOT NULL,
    deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE INDEX transfer_subject ON transfer (subject);

CREATE TABLE soft_conflict (id TEXT NOT NULL, kind TEXT NOT NULL, record TEXT NOT NULL, person TEXT,
    ours TEXT NOT NULL, theirs TEXT NOT NULL, org TEXT NOT NULL, user TEXT NOT NULL, at TEXT NOT NULL,
    batch TEXT NOT NULL, PRIMARY KEY (id));

CREATE INDEX soft_conflict_at ON soft_conflict (at);

CREATE TABLE rhythm (org TEXT NOT NULL, days INTEGER NOT NULL, PRIMARY KEY (org));
"""


def apply(cursor: Any) -> None:
    """Bring a store of an earlier schema to schema 7, inside the caller's transaction."""
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
