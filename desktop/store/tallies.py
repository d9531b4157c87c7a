"""How often who did what on a day: searches, people opened, people printed. Counts only, never about whom."""

from collections.abc import Mapping

from sqlalchemy import Connection


def add(connection: Connection, day: str, user: str, counts: Mapping[str, int]) -> None:
    """Add to the counts of a user on a day."""
    connection.exec_driver_sql(
        "INSERT INTO tally (day, user, what, count) VALUES (?,?,?,?) "
        "ON CONFLICT (day, user, what) DO UPDATE SET count=count+excluded.count",
        [(day, user, what, count) for what, count in counts.items()],
    )


def since(connection: Connection, day: str) -> list[tuple[str, str, str, int]]:
    """Return (day, user, what, count) from an ISO day on, oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT day, user, what, count FROM tally WHERE day >= ? ORDER BY day, user, what", (day,)
    )
    return [(str(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in rows]
