"""People whose records were joined: who stands for whom, and what was decided about pairs."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from desktop.domain.dictionary import KINDS
from desktop.store.people import STANDING, ChildRow
from desktop.store.records import AMONG, among, chunks

_MOST_STEPS = 20


def main_of(connection: Connection, person: str) -> str:
    """Return the id of the person who stands for `person`: itself if it is not joined."""
    return mains_of(connection, [person]).get(person, person)


def mains_of(connection: Connection, people: Sequence[str]) -> dict[str, str]:
    """Return who stands for each of `people` that is joined to somebody; the others are left out."""
    links = _links(connection, people)
    found: dict[str, str] = {}
    for person in links:
        seen, now = {person}, person
        while len(seen) < _MOST_STEPS:
            links.update(_links(connection, [now]) if now not in links else {})
            after = links.get(now)
            if after is None or after in seen:
                break
            seen.add(after)
            now = after
        found[person] = now
    return {person: main for person, main in found.items() if main != person}


def _links(connection: Connection, people: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(list(people)):
        sql = f"SELECT id, joined_to FROM person WHERE id IN {AMONG} AND NOT {STANDING}"  # noqa: S608 - our names
        found.update({row[0]: row[1] for row in connection.exec_driver_sql(sql, (among(part),))})
    return found


def joined_into(connection: Connection, main: str) -> list[str]:
    """Return the ids of the people joined to `main`."""
    sql = "SELECT id FROM person WHERE deleted=0 AND joined_to=? ORDER BY row"
    return [row[0] for row in connection.exec_driver_sql(sql, (main,))]


def decided(connection: Connection) -> list[ChildRow]:
    """Return every decision about a pair, the newest first."""
    keys = KINDS["pair"].keys
    sql = f"SELECT id, {', '.join(keys)} FROM pair WHERE deleted=0 ORDER BY done_on DESC, row DESC"  # noqa: S608
    return [
        ChildRow("pair", row[0], {key: value for key, value in zip(keys, row[1:], strict=True) if value is not None})
        for row in connection.exec_driver_sql(sql)
    ]


def batch_that_joined(connection: Connection, pair: str) -> str | None:
    """Return the newest unit of this station that joined a pair and was not taken back."""
    sql = (
        "SELECT b.id FROM change c JOIN batch b ON b.n=c.batch WHERE c.record=? AND b.action='person.join' "
        "AND b.undone_by IS NULL ORDER BY c.n DESC LIMIT 1"
    )
    row = connection.exec_driver_sql(sql, (pair,)).first()
    return None if row is None else str(row[0])
