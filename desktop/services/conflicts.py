"""Conflicts: several values for one field, until a person decides (`sync.md` section 3.6)."""

from collections.abc import Sequence
from datetime import timedelta

from desktop.domain.changes import Changes
from desktop.domain.clock import stamp_of
from desktop.domain.dictionary import kind_of
from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.domain.permissions import READ_WHOLE
from desktop.services.looking import refuse_hidden_field
from desktop.services.register import refuse_wrong
from desktop.services.station import Station
from desktop.store import conflicts, exchange
from desktop.store.conflicts import ConflictDetail, SoftLine
from desktop.store.exchange import Conflict
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import merge

SOFT_DAYS = 30  # how long a merge that went by itself is listed
_DELETED = "已删除"


def list_conflicts(station: Station) -> list[Conflict]:
    """Return the conflicts that wait for a decision, oldest first."""
    with station.vault.reading() as connection:
        return exchange.open_conflicts(connection)


def _waiting(station: Station) -> list[Conflict]:
    """Return the conflicts that wait, whole: what deciding writes."""
    with station.vault.reading(READ_WHOLE) as connection:
        return exchange.open_conflicts(connection)


def conflict_details(station: Station) -> list[ConflictDetail]:
    """Return the conflicts that wait with what both sides started from, who wrote what and when."""
    with station.vault.reading() as connection:
        return conflicts.details(connection)


def soft_conflicts(station: Station) -> list[SoftLine]:
    """Return what was merged by itself in the last 30 days, newest first."""
    since = stamp_of(station.clock.now() - timedelta(days=SOFT_DAYS))
    with station.vault.reading() as connection:
        return conflicts.soft_lines(connection, since=since)


def resolve_conflict(station: Station, *, conflict: str, keep: str) -> Changes:
    """Decide a conflict: `mine`, `theirs`, or a third value; the decision travels with the next package.

    Raises NotFoundError, InvalidValueError.
    """
    found = next((one for one in _waiting(station) if one.id == conflict), None)
    if found is None:
        raise NotFoundError("没有找到这条冲突，或已经处理过", "请刷新冲突列表")
    refuse_hidden_field(station, found.kind, found.field)
    with station.vault.unit("conflict.resolve", why=f"裁定冲突：{field_name(found)}") as unit:
        _decide(station, unit, found, keep)
        return unit.commit()


def resolve_alike(station: Station, *, conflicts_of: Sequence[str], keep: str) -> tuple[int, Changes]:
    """Decide many conflicts one way, `mine` or `theirs`, in one unit that can be undone; return how many.

    Raises NotFoundError when none of them waits any more.
    """
    wanted = set(conflicts_of)
    found = [one for one in _waiting(station) if one.id in wanted]
    if not found or keep not in {"mine", "theirs"}:
        raise NotFoundError("没有找到这些冲突，或已经处理过", "请刷新冲突列表")
    for one in found:
        refuse_hidden_field(station, one.kind, one.field)
    with station.vault.unit("conflicts.resolve", why=f"成批裁定 {len(found)} 条冲突") as unit:
        for one in found:
            _decide(station, unit, one, keep)
        return len(found), unit.commit()


def alike(details: Sequence[ConflictDetail], one: ConflictDetail) -> list[ConflictDetail]:
    """Return the conflicts like one: the same field, sent by the same unit."""
    return [
        other
        for other in details
        if (other.kind, other.field, other.theirs.org) == (one.kind, one.field, one.theirs.org)
    ]


def _decide(station: Station, unit: UnitOfWork, found: Conflict, keep: str) -> None:
    """Write a decision: a write that knows all values, so that it is final wherever it arrives."""
    if found.field == merge.DELETION:
        if _keeps_deletion(found, keep):
            unit.delete(found.kind, found.record)
        else:
            unit.put_again(found.kind, found.record)
    else:
        unit.put(found.kind, found.record, {found.field: _decided(station, found, keep)}, force=[found.field])
    conflicts.close_field(unit, record=found.record, field=found.field, decision=keep)


def _keeps_deletion(found: Conflict, keep: str) -> bool:
    side = found.ours if keep == "mine" else found.theirs
    return side == _DELETED


def _decided(station: Station, found: Conflict, keep: str) -> Value:
    if keep in {"mine", "theirs"}:
        return found.ours if keep == "mine" else found.theirs
    one = kind_of(found.kind).field(found.field)
    value: Value = int(keep) if one.is_number and keep.lstrip("-").isdigit() else keep
    refuse_wrong(found.kind, {found.field: value}, station, only=[found.field])
    return value


def field_name(found: Conflict) -> str:
    """Return what a conflict is about, in Chinese."""
    return kind_of(found.kind).field(found.field).label if found.field else "删除与修改"
