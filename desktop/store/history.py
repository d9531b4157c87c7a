"""What happened: the change log read back for people, and what an undo may still take back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from desktop.domain.dictionary import KINDS
from desktop.domain.fields import Value
from desktop.domain.operations import DELETE
from desktop.store.change_log import SET_ASIDE
from desktop.store.encoding import from_json
from desktop.store.rosters import columns_of
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One field of one record changed once."""

    batch: str
    action: str  # of the batch: `person.edit`, `roster.import` ...
    kind: str
    record: str
    field: str  # '' for a deletion
    old: Value
    new: Value
    user: str
    org: str  # '' for this station
    at: str
    why: str
    source: Mapping[str, Any] | None = None
    set_aside: bool = False  # the other side's value, waiting or superseded
    undone: bool = False


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One unit of work, for lists."""

    id: str
    action: str
    why: str
    user: str
    at: str
    source: str
    changes: int
    undone_by: str | None
    undoes: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One logged write of a batch, newest first when undoing."""

    kind: str
    record: str
    action: str
    writer: int
    counter: int
    created: bool  # the first write of the record in this store: by itself, not by what its author had seen
    fields: Mapping[str, tuple[Value, Value]]


_LINES = (
    "SELECT b.id, b.action, c.kind, c.record, c.action, c.fields, c.author, c.source, b.user, b.at, b.why, "
    "b.undone_by FROM change c JOIN batch b ON b.n = c.batch "
)


# Somebody limited to some communities reads the log only of people they see (`store.scopes`).
_SEEN = "(c.person IS NULL OR EXISTS (SELECT 1 FROM person p WHERE p.id=c.person))"


def history_of_person(connection: Connection, person: str, *, limit: int = 2000) -> list[HistoryLine]:
    """Return every change of a person and what belongs to it, newest first."""
    rows = connection.exec_driver_sql(
        _LINES + f"WHERE c.person=? AND {_SEEN} ORDER BY c.n DESC LIMIT ?", (person, limit)
    ).all()
    return _with_columns(connection, [line for row in rows for line in _lines(row)])


def history_of_period(connection: Connection, *, since: str, until: str, limit: int = 100_000) -> list[HistoryLine]:
    """Return every change between two UTC stamps, newest first (the 异动台账 reads this)."""
    rows = connection.exec_driver_sql(
        _LINES + f"WHERE b.at >= ? AND b.at < ? AND {_SEEN} ORDER BY c.n DESC LIMIT ?", (since, until, limit)
    ).all()
    return _with_columns(connection, [line for row in rows for line in _lines(row)])


def _with_columns(connection: Connection, lines: list[HistoryLine]) -> list[HistoryLine]:
    """Add to the source of each value that came from a sheet the column it stood in."""
    columns = columns_of(connection, [line.batch for line in lines if line.source and line.source.get("row")])
    return [_with_column(line, columns) for line in lines] if columns else lines


def _with_column(line: HistoryLine, columns: Mapping[tuple[str, str, str], Mapping[str, str]]) -> HistoryLine:
    if not line.source:
        return line
    sheet = columns.get((line.batch, str(line.source.get("file")), str(line.source.get("sheet"))), {})
    column = sheet.get(f"{line.kind}.{line.field}")
    return replace(line, source={**line.source, "column": column}) if column else line


def _lines(row: Any) -> list[HistoryLine]:
    """Return one line a field of a log row."""
    batch, batch_action, kind, record, action, fields, author, source, user, at, why, undone = row
    if kind not in KINDS:
        return []  # of a newer program: carried, but nothing this one could show
    who = from_json(author) or {"user": user, "org": "", "at": at, "why": why}
    place = from_json(source)

    def line(key: str, old: Value, new: Value, *, aside: bool = False) -> HistoryLine:
        return HistoryLine(
            batch, batch_action, kind, record, key, old, new, who["user"], who["org"], who["at"], who["why"],
            place, aside, undone is not None,
        )  # fmt: skip

    if action == DELETE:
        return [line("", None, None)]
    found = []
    keys = KINDS[kind].keys
    for key, value in from_json(fields).items():
        if key.removeprefix(SET_ASIDE) not in keys:
            continue
        if key.startswith(SET_ASIDE):
            found.append(line(key.removeprefix(SET_ASIDE), None, value, aside=True))
        else:
            found.append(line(key, value[0], value[1]))
    return found


def batches(connection: Connection, *, action: str = "", limit: int = 200) -> list[BatchLine]:
    """Return units of work, newest first, of one action if given."""
    rows = connection.exec_driver_sql(
        "SELECT b.id, b.action, b.why, b.user, b.at, b.source, "
        "(SELECT count(*) FROM change c WHERE c.batch = b.n), b.undone_by, b.undoes "
        "FROM batch b WHERE ?='' OR b.action=? ORDER BY b.n DESC LIMIT ?",
        (action, action, limit),
    )
    return [BatchLine(*row) for row in rows]


def newest_at(connection: Connection) -> str:
    """Return when the newest unit of work was done (UTC stamp), '' in an empty register."""
    return str(connection.exec_driver_sql("SELECT at FROM batch ORDER BY n DESC LIMIT 1").scalar() or "")


def people_removed(connection: Connection, *, since: str, but: str, without: Sequence[str]) -> int:
    """Return how many people units since a UTC stamp deleted that are not taken back.

    Neither the unit `but` nor those with an action among `without` count.
    """
    marks = ",".join("?" * len(without))
    sql = (
        "SELECT count(DISTINCT c.record) FROM batch b JOIN change c ON c.batch=b.n "  # noqa: S608 - marks only
        "WHERE b.at >= ? AND b.id <> ? AND b.undone_by IS NULL AND c.kind='person' AND c.action=? "
        f"AND b.action NOT IN ({marks})"
    )
    return int(connection.exec_driver_sql(sql, (since, but, DELETE, *without)).scalar_one())


def batch_line(connection: Connection, batch: str) -> BatchLine | None:
    """Return one unit of work, None if there is none."""
    row = connection.exec_driver_sql(
        "SELECT b.id, b.action, b.why, b.user, b.at, b.source, "
        "(SELECT count(*) FROM change c WHERE c.batch = b.n), b.undone_by, b.undoes FROM batch b WHERE b.id=?",
        (batch,),
    ).first()
    return BatchLine(*row) if row else None


def steps_of(connection: Connection, batch: str) -> list[Step]:
    """Return what a batch wrote, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT c.kind, c.record, c.action, c.writer, c.counter, c.fields, NOT EXISTS (SELECT 1 FROM change e "
        "WHERE e.record=c.record AND e.kind=c.kind AND e.n<c.n) FROM change c "
        "JOIN batch b ON b.n = c.batch WHERE b.id=? ORDER BY c.n DESC",
        (batch,),
    )
    return [_step(row) for row in rows if row[0] in KINDS]


def _step(row: Any) -> Step:
    kind, record, action, writer, counter, fields, is_first = row
    pairs = {key: (pair[0], pair[1]) for key, pair in from_json(fields).items() if not key.startswith(SET_ASIDE)}
    return Step(kind, record, action, writer, counter, bool(is_first), pairs)


def mark_undone(unit: UnitOfWork, batch: str) -> None:
    """Note inside `unit` that it takes `batch` back: its open reviews and its file notes go too."""
    run = unit.connection.exec_driver_sql
    run("UPDATE batch SET undone_by=? WHERE id=?", (unit.header.batch, batch))
    run("UPDATE review SET state='undone', decided=? WHERE batch=? AND state='open'", (unit.header.at, batch))
    run("UPDATE review SET state='open', decided=NULL, decided_by=NULL WHERE decided_by=?", (batch,))
    run("DELETE FROM roster_file WHERE batch=?", (batch,))
    unit.touch("review")
