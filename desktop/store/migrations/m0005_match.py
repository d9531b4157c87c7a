"""Schema 5: what a waiting row came from and who decided it; old id numbers are looked up by number.

Frozen once released: never edited.
"""

from typing import Any

_SQL = """
ALTER TABLE review ADD COLUMN source_key TEXT;

ALTER TABLE review ADD COLUMN file TEXT;

ALTER TABLE review ADD COLUMN sheet TEXT;

ALTER TABLE review ADD COLUMN "row" INTEGER;

ALTER TABLE review ADD COLUMN decided_by TEXT;

CREATE INDEX review_source_key ON review (source_key);

CREATE INDEX review_place ON review (file, "row");

CREATE INDEX review_decided_by ON review (decided_by);

CREATE TABLE roster_source (batch TEXT NOT NULL, file TEXT NOT NULL, sheet TEXT NOT NULL, columns TEXT NOT NULL,
    PRIMARY KEY (batch, file, sheet));

CREATE INDEX IF NOT EXISTS old_id_number ON old_id (number)
"""


def apply(cursor: Any) -> None:
    """Add the columns, table and indexes of schema 5."""
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
