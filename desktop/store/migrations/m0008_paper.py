"""Schema 8: what was printed of the book. Frozen once released."""

from typing import Any

_SQL = "CREATE TABLE printed_book (key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (key))"


def apply(cursor: Any) -> None:
    """Make the table."""
    cursor.execute(_SQL)
