"""Pictures on their way: which ones records name, which ones a unit is known to have."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection

from desktop.domain.dictionary import KINDS
from desktop.domain.fields import Kind
from desktop.store.records import chunks
from desktop.store.unit_of_work import UnitOfWork

ACKED, RECEIVED, TOLD = "acked", "received", "told"


def named(connection: Connection, *, people: Collection[str] | None) -> set[str]:
    """Return the hashes of the pictures that records name: of some people, or of all (None)."""
    found: set[str] = set()
    for kind in KINDS.values():
        keys = [one.key for one in kind.fields if one.kind is Kind.IMAGE]
        owner = "id" if kind.key == "person" else "person" if "person" in kind.keys else ""
        if kind.local or not keys or not owner:
            continue
        for key in keys:
            sql = f"SELECT {owner}, {key} FROM {kind.key} WHERE deleted=0 AND {key} IS NOT NULL"  # noqa: S608 - our names
            rows = connection.exec_driver_sql(sql)
            found.update(str(row[1]) for row in rows if people is None or row[0] in people)
    return found


def bodies(connection: Connection, hashes: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures of these hashes that are here, in the order of their hashes."""
    for part in chunks(sorted(hashes)):
        marks = ",".join("?" * len(part))
        sql = f"SELECT hash, body FROM attachment WHERE hash IN ({marks}) ORDER BY hash"  # noqa: S608 - marks only
        for digest, body in connection.exec_driver_sql(sql, tuple(part)):
            yield str(digest), bytes(body)


def known_to(connection: Connection, org: str) -> set[str]:
    """Return the hashes a unit is known to have: it said so, or it sent them."""
    return {str(row[0]) for row in connection.exec_driver_sql("SELECT hash FROM media_state WHERE org=?", (org,))}


def untold(connection: Connection, org: str, *, most: int) -> list[str]:
    """Return the hashes that came from a unit and of which it does not know yet that they came."""
    sql = "SELECT hash FROM media_state WHERE org=? AND state=? ORDER BY hash LIMIT ?"
    return [str(row[0]) for row in connection.exec_driver_sql(sql, (org, RECEIVED, most))]


def note(unit: UnitOfWork, org: str, hashes: Collection[str], state: str) -> None:
    """Note inside `unit` what a unit has, or knows that we have."""
    rows = [(org, one, state, unit.header.at) for one in sorted(hashes)]
    if rows:
        unit.connection.exec_driver_sql(
            "INSERT OR REPLACE INTO media_state (org, hash, state, at) VALUES (?,?,?,?)", rows
        )
