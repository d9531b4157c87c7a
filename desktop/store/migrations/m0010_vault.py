"""Schema 10: what the vault remembers about its own use, rights of the people in it, and erasure.

Frozen once released: never edited, not even when the dictionary moves on.
"""

from typing import Any

_SQL = """
CREATE TABLE access_note ("row" INTEGER NOT NULL, id TEXT NOT NULL, at TEXT, user TEXT, role TEXT, action
    TEXT, about TEXT, fields TEXT, count INTEGER, second TEXT, detail TEXT, vector TEXT NOT NULL, dots TEXT
    NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE archive_lock ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, since TEXT, keep_until TEXT,
    why TEXT, done_by TEXT, until TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0'
    NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE INDEX archive_lock_person ON archive_lock (person);

CREATE TABLE erasure ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, done_on TEXT, done_by TEXT, why
    TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"),
    UNIQUE (id));

CREATE INDEX erasure_person ON erasure (person);

CREATE TABLE erasure_proof ("row" INTEGER NOT NULL, id TEXT NOT NULL, about TEXT, entries TEXT, digest TEXT,
    vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE
    (id));

CREATE TABLE export_note ("row" INTEGER NOT NULL, id TEXT NOT NULL, at TEXT, user TEXT, what TEXT, people
    INTEGER, recipient TEXT, purpose TEXT, basis TEXT, second TEXT, digest TEXT, vector TEXT NOT NULL, dots
    TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE legal_basis ("row" INTEGER NOT NULL, id TEXT NOT NULL, field_group TEXT, basis TEXT, purpose TEXT,
    keep_years INTEGER, note TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT
    NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE rights_request ("row" INTEGER NOT NULL, id TEXT NOT NULL, person TEXT, kind TEXT, asked_on TEXT,
    due_on TEXT, asked_by TEXT, relation TEXT, what TEXT, done_on TEXT, outcome TEXT, done_by TEXT, vector
    TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE
    (id));

CREATE INDEX rights_request_person ON rights_request (person)
"""


def apply(cursor: Any) -> None:
    """Add the tables of schema 10."""
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
