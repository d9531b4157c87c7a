"""What transfers and forwarding ask of the store."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection

from desktop.domain.operations import Dot, Operation
from desktop.store.change_log import SET_ASIDE
from desktop.store.encoding import from_json, read_vector
from desktop.store.merging import writer_names
from desktop.store.records import chunks

_WHOLE = (
    "SELECT c.n, c.kind, c.record, c.action, c.writer, c.counter, c.base, c.fields, c.author, b.user, b.at, b.why "
    "FROM change c JOIN batch b ON b.n = c.batch "
)


def moved_since(connection: Connection, cursor: int) -> list[tuple[int, str, str, str]]:
    """Return (log number, person, old home, new home) for every change of a home after `cursor`."""
    rows = connection.exec_driver_sql(
        "SELECT n, record, fields FROM change WHERE n > ? AND kind='person' AND fields LIKE '%\"home_org\"%' "
        "ORDER BY n",
        (cursor,),
    )
    found = []
    for number, record, fields in rows:
        pair = from_json(fields).get("home_org")
        if pair is not None:
            found.append((int(number), str(record), str(pair[0] or ""), str(pair[1] or "")))
    return found


def changed_since(connection: Connection, cursor: int, kind: str) -> set[str]:
    """Return the ids of the records of a kind written after `cursor`, here or by others."""
    rows = connection.exec_driver_sql("SELECT DISTINCT record FROM change WHERE n > ? AND kind=?", (cursor, kind))
    return {str(row[0]) for row in rows}


def log_of_people(connection: Connection, people: Sequence[str], *, org: str) -> Iterator[tuple[int, Operation]]:
    """Yield (log number, operation) of all that was ever written of people, by whomever, oldest first.

    `org` is the code of this station's own organisation.
    """
    yield from _log(connection, "c.person", people, org)


def log_of_records(connection: Connection, records: Sequence[str], *, org: str) -> Iterator[tuple[int, Operation]]:
    """Yield (log number, operation) of all that was ever written of records, by whomever, oldest first."""
    yield from _log(connection, "c.record", records, org)


def log_after(
    connection: Connection, cursor: int, *, org: str, without: Collection[str] = ()
) -> Iterator[tuple[int, Operation]]:
    """Yield (log number, operation) of everything after `cursor`, ours and what was merged in, oldest first.

    Of the units `without` only transfers are read: what thirty communities wrote is not unpacked
    again for each of them.
    """
    names = writer_names(connection)
    writers = connection.exec_driver_sql("SELECT id, org FROM writer").all()
    left_out = ",".join(str(int(number)) for number, one in writers if one in without)
    sql = f"{_WHOLE} WHERE c.n > ? AND (c.kind='transfer' OR c.writer NOT IN ({left_out})) ORDER BY c.n"
    for row in connection.exec_driver_sql(sql, (cursor,)):
        yield int(row[0]), _operation(row, names, org)


def _log(connection: Connection, column: str, ids: Sequence[str], org: str) -> Iterator[tuple[int, Operation]]:
    names = writer_names(connection)
    for part in chunks(list(ids)):
        marks = ",".join("?" * len(part))
        sql = f"{_WHOLE} WHERE {column} IN ({marks}) ORDER BY c.n"
        for row in connection.exec_driver_sql(sql, tuple(part)):
            yield int(row[0]), _operation(row, names, org)


def _operation(row: Sequence[object], names: dict[int, str], org: str) -> Operation:
    """Return a log row as it travels: values taken and values set aside alike, under their author's dot."""
    _, kind, record, action, writer, counter, base, fields, author, user, at, why = row
    who = from_json(str(author)) if author else {"org": org, "user": user, "at": at, "why": why}
    values = {}
    for key, value in from_json(str(fields)).items():
        values[key.removeprefix(SET_ASIDE)] = value if key.startswith(SET_ASIDE) else value[1]
    return Operation(
        str(kind), str(record), str(action), Dot(names[int(str(writer))], int(str(counter))),
        {names[key]: value for key, value in read_vector(str(base)).items()}, values,
        str(who["org"]), str(who["user"]), str(who["at"]), str(who["why"]),
    )  # fmt: skip
