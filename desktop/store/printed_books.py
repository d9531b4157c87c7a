"""What was printed of the book, so that only its changed pages need printing again. No record: never logged or sent."""

from sqlalchemy import Connection


def keep(connection: Connection, key: str, *, body: str, at: str) -> None:
    """Remember a book over the one with its key."""
    connection.exec_driver_sql(
        "INSERT INTO printed_book (key, body, at) VALUES (?,?,?) ON CONFLICT (key) DO UPDATE SET "
        "body=excluded.body, at=excluded.at",
        (key, body, at),
    )


def kept(connection: Connection, key: str) -> str | None:
    """Return what was remembered under a key, None if no book was printed."""
    row = connection.exec_driver_sql("SELECT body FROM printed_book WHERE key=?", (key,)).first()
    return None if row is None else str(row[0])
