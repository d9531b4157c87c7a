"""Schema 15: proposals, the writes of who does not own a person on their way to who does.

Frozen once released: never edited, not even when the dictionary moves on.
"""

from typing import Any

_SQL = """
CREATE TABLE proposal ("row" INTEGER NOT NULL, id TEXT NOT NULL, about_kind TEXT, about TEXT, subject TEXT,
    name TEXT, home TEXT, by_org TEXT, by_user TEXT, made_at TEXT, made_why TEXT, action TEXT, base TEXT,
    proposed TEXT, dot TEXT, answer TEXT, answer_why TEXT, answered_on TEXT, answered_by TEXT, settled TEXT,
    vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"),
    UNIQUE (id));

CREATE INDEX proposal_subject ON proposal (subject);
"""


def apply(cursor: Any) -> None:
    """Bring a store of an earlier schema to schema 15, inside the caller's transaction."""
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
