"""Each field's values over time, and taking back one change of them."""

from dataclasses import dataclass, field, replace

from desktop.domain.changes import Changes
from desktop.domain.dictionary import kind_of
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.operations import DELETE, WHOLE
from desktop.domain.permissions import READ_WHOLE
from desktop.services.register import org_names, refuse_wrong
from desktop.services.station import Station
from desktop.services.wording import source_text, text_of
from desktop.store import history
from desktop.store.history import HistoryLine
from desktop.store.records import StoredRecord, load_records
from desktop.store.unit_of_work import UnitOfWork

_BY_STATE_MACHINE = frozenset({"manage_state", "alive_state"})


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value a field has held: since when, who wrote it, why and from where."""

    value: Value
    text: str
    since: str  # UTC stamp of the change
    user: str
    org: str  # name of the station that wrote it; '' for this one
    why: str
    source: str
    batch: str
    undone: bool
    set_aside: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class OneUndo:
    """What taking one change back would do."""

    label: str
    old: Value
    now: Value
    is_changed_since: bool
    old_text: str = ""
    now_text: str = ""


@dataclass(frozen=True, slots=True)
class OneUndone:
    """One change taken back."""

    label: str
    changes: Changes = field(default_factory=Changes)


def values_over_time(
    station: Station, *, person: str, key: str, kind: str = "person", record: str = ""
) -> list[FieldValue]:
    """Return the values a field of a person (or of a record of theirs) has held, newest first; NotFoundError."""
    one = next((one for one in kind_of(kind).fields if one.key == key), None)
    if one is None:
        raise NotFoundError(f"没有“{key}”这一项", "请用字段名称")
    orgs = org_names(station)
    with station.vault.reading() as connection:
        lines = history.history_of_person(connection, person, limit=1_000_000)
    wanted = [line for line in lines if line.kind == kind and line.field == key and record in ("", line.record)]
    current: set[str] = set()
    found = []
    for line in wanted:
        is_current = not line.set_aside and line.record not in current
        if is_current:
            current.add(line.record)
        found.append(
            FieldValue(
                line.new, text_of(one, line.new, orgs=orgs), line.at, line.user, orgs.get(line.org, line.org),
                line.why, source_text(line.source), line.batch, line.undone, line.set_aside, is_current,
            )
        )  # fmt: skip
    return found


def preview_undo_one(station: Station, *, line: HistoryLine) -> OneUndo:
    """Return what taking back one line of history would do; raises NotFoundError, InvalidValueError."""
    found = _undo_of(station, line)
    one = kind_of(line.kind).by_key.get(line.field)
    if one is None:
        return found
    orgs, sight = org_names(station), station.vault.sight
    old, now = (sight.veil(line.kind, one.key, value) for value in (found.old, found.now))
    return replace(
        found, old=old, now=now, old_text=text_of(one, old, orgs=orgs), now_text=text_of(one, now, orgs=orgs)
    )  # fmt: skip


def _undo_of(station: Station, line: HistoryLine) -> OneUndo:
    """Return what taking back one line of history would do, whole: what undoing writes."""
    orgs = org_names(station)
    with station.vault.reading(READ_WHOLE) as connection:
        stored = load_records(connection, line.kind, [line.record]).get(line.record)
        steps = [one for one in history.steps_of(connection, line.batch) if one.record == line.record]
    step = next((one for one in steps if line.field in one.fields or (not line.field and one.action == DELETE)), None)
    if stored is None or step is None or line.set_aside:
        raise NotFoundError("这一项改动没有被采用，或已经找不到", "请刷新后再看")
    kind = kind_of(line.kind)
    if not line.field:
        return OneUndo(f"{kind.label}：删除", None, None, is_changed_since=not stored.deleted)
    if line.field in _BY_STATE_MACHINE:
        raise InvalidValueError(line.field, "状态变动不能只撤销一项", "请撤销整批改动，或再登记一次状态变动")
    one = kind.field(line.field)
    first = next(pair for key, pair in reversed([*_pairs(steps, line.field)]) if key == line.field)
    newest = next(own for own in steps if line.field in own.fields)
    wrote = stored.dots.get(line.field) or stored.dots.get(WHOLE)
    now = stored.values.get(line.field)
    since = stored.deleted or wrote != (newest.writer, newest.counter)
    return OneUndo(
        one.label, first[0], now, since, text_of(one, first[0], orgs=orgs), text_of(one, now, orgs=orgs)
    )  # fmt: skip


def _pairs(steps: list[history.Step], key: str) -> list[tuple[str, tuple[Value, Value]]]:
    return [(key, step.fields[key]) for step in steps if key in step.fields]


def undo_one(station: Station, *, line: HistoryLine, why: str = "撤销一项", anyway: bool = False) -> OneUndone:
    """Put back what one field of one record held before one batch; the rest of the batch stays.

    Raises InvalidValueError if it was changed since (unless `anyway`, which needs a reason of its
    own), or if the old value breaks a rule; NotFoundError if there is nothing to take back.
    """
    found = _undo_of(station, line)
    if found.is_changed_since and not anyway:
        shown = preview_undo_one(station, line=line).now_text
        now = f"，现在是“{shown}”" if shown else ""
        raise InvalidValueError(line.field, f"“{found.label}”之后又改过{now}", "仍要改回旧值的，请写明原因后再撤销")
    if anyway and not why.strip():
        raise InvalidValueError("why", "改回旧值必须写明原因", "请填写原因")
    with station.vault.unit("undo.one", why=why) as unit:
        unit.note_source({"undoes": line.batch})
        stored = load_records(unit.connection, line.kind, [line.record])[line.record]
        _put_back(station, unit, stored, line.field, found.old)
        changes = unit.commit()
    return OneUndone(found.label, changes)


def _put_back(station: Station, unit: UnitOfWork, stored: StoredRecord, key: str, old: Value) -> None:
    if not key:
        unit.put(stored.kind, stored.id, {})
        return
    if stored.deleted:
        raise InvalidValueError(key, "这条记录已被删除", "请先撤销删除")
    refuse_wrong(stored.kind, {**stored.values, key: old}, station, only=[key])
    if not unit.put(stored.kind, stored.id, {key: old}):
        raise InvalidValueError(key, "现在的值已经和改动前一样", "不用再撤销")
