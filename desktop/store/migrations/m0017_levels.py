"""Schema 17: how much each role sees, and counts of use. Frozen once released.

A register that is older than the table goes on as it was: its clerks see everything until a supervisor
says otherwise (`levels` in `setting`: `meta` is sealed with every unit and must not change beside one).
"""

from typing import Any

_SQL = """
CREATE TABLE sight_level ("row" INTEGER NOT NULL, id TEXT NOT NULL, field_group TEXT, role TEXT, level TEXT,
    vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE watch_limit ("row" INTEGER NOT NULL, id TEXT NOT NULL, what TEXT, value INTEGER,
    vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"), UNIQUE (id));

CREATE TABLE tally (day TEXT NOT NULL, user TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, user, what));

INSERT INTO setting (key, value) SELECT 'levels', 'before' WHERE EXISTS (SELECT 1 FROM meta WHERE key='store_id')
"""


def apply(cursor: Any) -> None:
    """Bring a store of an earlier schema to schema 17, inside the caller's transaction."""
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
