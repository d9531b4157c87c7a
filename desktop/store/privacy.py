"""Reading the notes of use: who looked, what was given away, what is due."""

from collections.abc import Sequence

from sqlalchemy import Connection


def last_note(connection: Connection, *, actions: Sequence[str]) -> str:
    """Return when one of `actions` was last noted (UTC stamp), '' if never."""
    marks = ",".join("?" * len(actions))
    sql = f"SELECT max(at) FROM access_note WHERE deleted=0 AND action IN ({marks})"  # noqa: S608 - marks only
    return str(connection.exec_driver_sql(sql, tuple(actions)).scalar() or "")
