"""Schema 9: the street's card designs, and what is kept of a card's printing and handing over.

Frozen once released: never edited, not even when the dictionary moves on.
"""

from typing import Any

_SQL = (
    """CREATE TABLE card_design ("row" INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT, title TEXT, back_title TEXT,
    services TEXT, hotlines TEXT, note TEXT, accent TEXT, ink TEXT, hidden TEXT, logo_1 TEXT, logo_2 TEXT, logo_3 TEXT,
    logo_4 TEXT, vector TEXT NOT NULL, dots TEXT NOT NULL, deleted INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY ("row"),
    UNIQUE (id))""",
    "ALTER TABLE card ADD COLUMN received_on TEXT",
    "ALTER TABLE card ADD COLUMN issued_by TEXT",
    "ALTER TABLE card ADD COLUMN printed_on TEXT",
    "ALTER TABLE card ADD COLUMN printed_for TEXT",
)


def apply(cursor: Any) -> None:
    """Add the table and columns of schema 9."""
    for statement in _SQL:
        cursor.execute(statement)
