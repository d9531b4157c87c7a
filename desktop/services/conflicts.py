"""Conflicts: two values for one field, until a person decides (`sync.md` section 3.6)."""

from desktop.domain.changes import Changes
from desktop.domain.dictionary import kind_of
from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.services.station import Station
from desktop.store import exchange
from desktop.store.exchange import Conflict
from desktop.sync import merge


def list_conflicts(station: Station) -> list[Conflict]:
    """Return the conflicts that wait for a decision, oldest first."""
    with station.vault.reading() as connection:
        return exchange.open_conflicts(connection)


def resolve_conflict(station: Station, *, conflict: str, keep: str) -> Changes:
    """Decide a conflict: `mine`, `theirs`, or a third value; the decision travels with the next package.

    Raises NotFoundError, InvalidValueError.
    """
    found = next((one for one in list_conflicts(station) if one.id == conflict), None)
    if found is None:
        raise NotFoundError("没有找到这条冲突，或已经处理过", "请刷新冲突列表")
    with station.vault.unit("conflict.resolve", why=f"裁定冲突：{_field_name(found)}") as unit:
        if found.field == merge.DELETION:
            if _keeps_deletion(found, keep):
                unit.delete(found.kind, found.record)
        else:
            value = _decided(found, keep)
            unit.put(found.kind, found.record, {found.field: value}, force=[found.field])
        exchange.close_conflict(unit, conflict=conflict, decision=keep)
        return unit.commit()


def _keeps_deletion(found: Conflict, keep: str) -> bool:
    side = found.ours if keep == "mine" else found.theirs
    return side == "已删除"


def _decided(found: Conflict, keep: str) -> Value:
    if keep in {"mine", "theirs"}:
        return found.ours if keep == "mine" else found.theirs
    one = kind_of(found.kind).field(found.field)
    return int(keep) if one.is_number and keep.lstrip("-").isdigit() else keep


def _field_name(found: Conflict) -> str:
    return kind_of(found.kind).field(found.field).label if found.field else "删除与修改"
