"""Schema 13: heads of the logs that stations remember of each other. Frozen once released: never edited."""

from typing import Any

_SQL = """
CREATE TABLE witness (org TEXT NOT NULL, writer TEXT NOT NULL, is_ours INTEGER NOT NULL, entry INTEGER NOT NULL,
    entry_hash BLOB NOT NULL, batch INTEGER NOT NULL, seal BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (org, writer, is_ours, entry))
"""


def apply(cursor: Any) -> None:
    """Make the table."""
    cursor.execute(_SQL)
