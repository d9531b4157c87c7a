"""Conflicts, merges that went by themselves, and operations put aside: what waits for a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.domain.fields import Value
from desktop.domain.ids import IdMaker, new_id
from desktop.domain.operations import Dot, MergePlan, Operation, Sibling
from desktop.store.change_log import SET_ASIDE
from desktop.store.encoding import from_json, read_vector, to_json
from desktop.store.merging import read_value, writer_names
from desktop.store.unit_of_work import UnitOfWork

Key = tuple[str, str]  # kind, record
_DELETION = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict: its value, who wrote it and when."""

    value: Value
    user: str = ""
    org: str = ""  # '' for this station
    at: str = ""  # UTC stamp


@dataclass(frozen=True, slots=True)
class ConflictDetail:
    """Everything a person needs to decide one conflict."""

    id: str
    kind: str
    record: str
    person: str | None
    name: str  # of the person it is about, '' if of none
    home_org: str
    field: str
    base: Value  # what both started from, None if it was empty or is not known
    ours: Side
    theirs: Side
    opened_at: str


@dataclass(frozen=True, slots=True)
class SoftLine:
    """A merge that went by itself, as lists show it."""

    id: str
    kind: str
    record: str
    person: str | None
    name: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    org: str
    user: str
    at: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """One operation in quarantine."""

    id: str
    package: str
    org: str  # of the unit that sent it
    operation: Operation
    reason: str
    at: str


def siblings_of(connection: Connection, kind: str, records: Iterable[str]) -> dict[str, dict[str, tuple[Sibling, ...]]]:
    """Return the values that face each other in open conflicts, by record and field."""
    wanted = set(records)
    rows = connection.exec_driver_sql(
        "SELECT record, field, ours, ours_dot, theirs, theirs_dot FROM conflict WHERE state='open' AND kind=? "
        "AND field<>'' ORDER BY rowid",
        (kind,),
    )
    found: dict[str, dict[str, dict[Dot, Sibling]]] = {}
    for record, field, ours, ours_dot, theirs, theirs_dot in rows:
        if record not in wanted:
            continue
        sides = found.setdefault(record, {}).setdefault(field, {})
        for text, dot in ((ours, _dot(ours_dot)), (theirs, _dot(theirs_dot))):
            if dot is not None:
                sides.setdefault(dot, Sibling(read_value(text), dot))
    return {
        record: {field: tuple(sides.values()) for field, sides in fields.items()} for record, fields in found.items()
    }


def _dot(text: str | None) -> Dot | None:
    writer, _, counter = str(text or "").rpartition("#")
    return Dot(writer, int(counter)) if writer else None


def close_settled(unit: UnitOfWork, plan: MergePlan) -> None:
    """Close the open conflicts that a plan decides or replaces; call before its own are opened."""
    rows = unit.connection.exec_driver_sql("SELECT id, record, field FROM conflict WHERE state='open'").all()
    if not rows:
        return
    settled = {(one.record, key) for one in plan.records for key in one.settled}
    fresh = {(one.record, one.field) for one in plan.conflicts}
    closing = [(row[0], (row[1], row[2]) in fresh) for row in rows if (row[1], row[2]) in settled | fresh]
    for conflict, is_replaced in closing:
        decision, state = ("有了更新的值", "replaced") if is_replaced else ("由对方裁定", "decided")
        _close(unit, conflict, decision, state)


def close_field(unit: UnitOfWork, *, record: str, field: str, decision: str) -> None:
    """Close every open conflict of one field: a decision is about all its values."""
    rows = unit.connection.exec_driver_sql(
        "SELECT id FROM conflict WHERE state='open' AND record=? AND field=?", (record, field)
    ).all()
    for (conflict,) in rows:
        _close(unit, conflict, decision, "decided")


def _close(unit: UnitOfWork, conflict: str, decision: str, state: str) -> None:
    unit.connection.exec_driver_sql(
        "UPDATE conflict SET state=?, decision=?, closed_at=? WHERE id=?",
        (state, to_json(decision), unit.header.at, conflict),
    )
    unit.touch("conflict")


def details(connection: Connection) -> list[ConflictDetail]:
    """Return the conflicts that wait with who wrote what, oldest first; those decided here since are left out."""
    rows = connection.exec_driver_sql(
        "SELECT c.id, c.kind, c.record, c.person, p.name, p.home_org, c.field, c.ours, c.ours_dot, c.theirs, "
        "c.theirs_dot, c.opened_at FROM conflict c LEFT JOIN person p ON p.id=c.person WHERE c.state='open' "
        "ORDER BY c.opened_at, c.rowid"
    ).all()
    names = writer_names(connection)
    return [_detail(connection, row, names) for row in rows]


def _detail(connection: Connection, row: Sequence[Any], names: Mapping[int, str]) -> ConflictDetail:
    conflict, kind, record, person, name, home, field, ours, ours_dot, theirs, theirs_dot, opened = row
    log = _log_of(connection, kind, record, names)
    left, right = (log.get(dot) for dot in (_dot(ours_dot), _dot(theirs_dot)))
    base = None if field == _DELETION else _base(log, field, left, right)
    return ConflictDetail(
        conflict, kind, record, person, str(name or ""), str(home or ""), field, base,
        _side(read_value(ours), left), _side(read_value(theirs), right), opened,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    n: int
    dot: Dot
    base: Mapping[str, int]
    fields: Mapping[str, Any]
    who: Mapping[str, str]


def _log_of(connection: Connection, kind: str, record: str, names: Mapping[int, str]) -> dict[Dot | None, _Entry]:
    rows = connection.exec_driver_sql(
        "SELECT c.n, c.writer, c.counter, c.base, c.fields, c.author, b.user, b.at FROM change c "
        "JOIN batch b ON b.n=c.batch WHERE c.record=? AND c.kind=? ORDER BY c.n",
        (record, kind),
    )
    found: dict[Dot | None, _Entry] = {}
    for n, writer, counter, base, fields, author, user, at in rows:
        dot = Dot(names[writer], counter)
        seen = {names[number]: value for number, value in read_vector(base).items()}
        who = from_json(author) or {"org": "", "user": user, "at": at}
        found.setdefault(dot, _Entry(n, dot, seen, from_json(fields), who))
    return found


def _side(value: Value, entry: _Entry | None) -> Side:
    if entry is None:
        return Side(value)
    return Side(value, entry.who["user"], entry.who["org"], entry.who["at"])


def _base(log: Mapping[Dot | None, _Entry], field: str, left: _Entry | None, right: _Entry | None) -> Value:
    """Return the last value of a field that both writers had seen."""
    if left is None or right is None:
        return None
    base: Value = None
    for entry in log.values():
        known = all(side.base.get(entry.dot.writer, 0) >= entry.dot.counter for side in (left, right))
        if known:
            for key in (field, SET_ASIDE + field):
                if key in entry.fields:
                    base = entry.fields[key] if key != field else entry.fields[key][1]
    return base


def keep_soft(unit: UnitOfWork, plan: MergePlan, *, ids: IdMaker) -> None:
    """Write down the merges of a plan that went by themselves."""
    owners = {one.record: one.record if one.kind == "person" else None for one in plan.records}
    rows = [
        (
            new_id(ids), one.kind, one.record, owners.get(one.record), " ".join(one.ours), " ".join(one.theirs),
            one.org, one.user, unit.header.at, unit.header.batch,
        )
        for one in plan.soft
    ]  # fmt: skip
    if rows:
        unit.connection.exec_driver_sql(
            "INSERT INTO soft_conflict (id, kind, record, person, ours, theirs, org, user, at, batch) "
            "VALUES (?,?,?,?,?,?,?,?,?,?)",
            rows,
        )
        unit.touch("conflict")


def soft_lines(connection: Connection, *, since: str) -> list[SoftLine]:
    """Return the merges that went by themselves since a UTC stamp, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT s.id, s.kind, s.record, s.person, coalesce(p.name, ''), s.ours, s.theirs, s.org, s.user, s.at "
        "FROM soft_conflict s LEFT JOIN person p ON p.id=s.person WHERE s.at >= ? ORDER BY s.at DESC, s.rowid DESC",
        (since,),
    )
    return [
        SoftLine(row[0], row[1], row[2], row[3], row[4], tuple(row[5].split()), tuple(row[6].split()), *row[7:])
        for row in rows
    ]


def set_aside(connection: Connection) -> list[SetAside]:
    """Return the operations in quarantine, oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT q.id, q.package, coalesce(k.org, ''), q.operation, q.reason, q.at FROM quarantine q "
        "LEFT JOIN package k ON k.id=q.package ORDER BY q.at, q.rowid"
    )
    return [SetAside(row[0], row[1], row[2], _operation(from_json(row[3])), row[4], row[5]) for row in rows]


def laid_aside(connection: Connection, reasons: Iterable[str]) -> frozenset[Key]:
    """Return the records of which something lies in quarantine for one of these reasons."""
    wanted = tuple(reasons)
    marks = ",".join("?" * len(wanted))
    rows = connection.exec_driver_sql(f"SELECT operation FROM quarantine WHERE reason IN ({marks})", wanted)  # noqa: S608
    return frozenset((raw["kind"], raw["record"]) for raw in (from_json(row[0]) for row in rows))


def _operation(raw: Mapping[str, Any]) -> Operation:
    writer, counter = raw["dot"]
    return Operation(
        raw["kind"], raw["record"], raw["action"], Dot(writer, counter), raw["base"], raw["fields"], raw["org"],
        raw["user"], raw["at"], raw.get("why", ""), raw.get("more") or {},
    )  # fmt: skip


def forget_set_aside(unit: UnitOfWork, ids: Iterable[str]) -> None:
    """Take operations out of quarantine inside `unit`: taken in, or not wanted."""
    for one in ids:
        unit.connection.exec_driver_sql("DELETE FROM quarantine WHERE id=?", (one,))
    unit.touch("package")
