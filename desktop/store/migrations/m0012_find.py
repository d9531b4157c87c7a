"""Schema 12: one search index for every kind of query, and what lists of a million people are read by.

Frozen once released. The index is filled by the program that opens the store, which notices that
`find_version` in `setting` is not its own (`desktop/store/search.py`).
"""

from typing import Any

# pgsz: SQLCipher keeps 80 bytes of each page, so FTS5's own 4050 would spill every leaf into a second page.
_SQL = """
DROP TABLE find_words;

DROP TABLE find_digits;

CREATE VIRTUAL TABLE find USING fts5(t, content='', contentless_delete=1, detail='none', tokenize='ascii');

INSERT INTO find(find, rank) VALUES ('pgsz', 3900);

INSERT INTO find(find, rank) VALUES ('hashsize', 8000000);

CREATE TABLE find_row ("row" INTEGER NOT NULL, names TEXT NOT NULL, numbers TEXT NOT NULL,
    digest BLOB NOT NULL, PRIMARY KEY ("row"));

DROP INDEX person_sort_name;

CREATE INDEX person_listed ON person (deleted, sort_name);

CREATE INDEX person_joined ON person (joined_to) WHERE joined_to IS NOT NULL;

CREATE INDEX person_owned ON person (owner_epoch) WHERE owner_epoch IS NOT NULL
"""


def apply(cursor: Any) -> None:
    """Replace the two search indexes by one, and add the indexes of the list of people."""
    for statement in _SQL.split(";"):
        if statement.strip():
            cursor.execute(statement)
