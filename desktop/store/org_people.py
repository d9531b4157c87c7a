"""People by where they belong: counted by grid, found for a move."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from desktop.store.records import chunks


def counts_by_grid(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many living people each grid of each community has, by (home_org, grid)."""
    sql = "SELECT coalesce(home_org,''), grid, count(*) FROM person WHERE deleted=0 AND grid IS NOT NULL GROUP BY 1, 2"
    return {(str(org), str(grid)): int(count) for org, grid, count in connection.exec_driver_sql(sql)}


def people_in(connection: Connection, orgs: Collection[str]) -> list[str]:
    """Return the ids of the living people whose home is one of `orgs`, in the order they were registered."""
    return _ids(connection, "home_org IN", sorted(orgs))


def people_homeless(connection: Connection, known: Collection[str]) -> list[str]:
    """Return the ids of the living people whose home is empty or none of `known`."""
    settled = set(_ids(connection, "home_org IN", sorted(known)))
    rows = connection.exec_driver_sql("SELECT id FROM person WHERE deleted=0 ORDER BY row")
    return [row[0] for row in rows if row[0] not in settled]


def _ids(connection: Connection, test: str, values: Sequence[str]) -> list[str]:
    found: list[str] = []
    for part in chunks(values):
        marks = ",".join("?" * len(part))
        sql = f"SELECT id FROM person WHERE deleted=0 AND {test} ({marks}) ORDER BY row"  # noqa: S608 - our names
        found += [row[0] for row in connection.exec_driver_sql(sql, tuple(part))]
    return found
