"""Reading the notes of use: who looked, what was given away, what is due."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection


def last_note(connection: Connection, *, actions: Sequence[str]) -> str:
    """Return when one of `actions` was last noted (UTC stamp), '' if never."""
    marks = ",".join("?" * len(actions))
    sql = f"SELECT max(at) FROM access_note WHERE deleted=0 AND action IN ({marks})"  # noqa: S608 - marks only
    return str(connection.exec_driver_sql(sql, tuple(actions)).scalar() or "")


@dataclass(frozen=True, slots=True)
class GivenLine:
    """One line of the export register."""

    at: str
    user: str
    what: str
    people: int
    recipient: str
    purpose: str
    basis: str
    second: str
    digest: str


def given(connection: Connection, *, since: str, limit: int) -> list[GivenLine]:
    """Return what was given away since a UTC stamp, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT at, user, what, people, recipient, purpose, basis, coalesce(second, ''), coalesce(digest, '') "
        'FROM export_note WHERE deleted=0 AND at >= ? ORDER BY at DESC, "row" DESC LIMIT ?',
        (since, limit),
    )
    return [GivenLine(*row) for row in rows]
