"""Who may write what: each incoming operation is checked against its sender (`sync.md` section 3.1)."""

from collections.abc import Mapping, Sequence

from desktop.domain.fields import Value
from desktop.domain.operations import PUT, Operation, RecordState
from desktop.domain.sharing import OFFERED_KINDS, OWN_KINDS, ROUTED_KINDS, SHARED_KINDS
from desktop.domain.transfers import objection_to_fields
from desktop.store.exchange import Peer
from desktop.sync import merge


def no_objection(operation: Operation) -> str | None:
    """Return no reason: the sender is the authority."""
    del operation
    return None


def objection_to(
    peer: Peer,
    states: Mapping[merge.Key, RecordState],
    homes: Mapping[str, str],
    operations: Sequence[Operation],
    units: frozenset[str] = frozenset(),
) -> merge.Objection:
    """Return the check of what a lower unit may do above it: its own people and what is theirs.

    `units` are the codes under the peer as known here; those that arrive in the package are added.
    """
    mine_too = _with_arriving(units | {peer.org}, operations)
    arriving = {one.record: str(one.fields.get("home_org") or peer.org) for one in operations if one.kind == "person"}

    def home(person: str) -> str | None:
        stored = states.get(("person", person))
        return str(stored.values.get("home_org") or "") if stored else homes.get(person) or arriving.get(person)

    def objection(operation: Operation) -> str | None:
        stored = states.get((operation.kind, operation.record))
        if operation.org not in mine_too:
            return "不是该单位或其下级单位写的"
        if operation.kind in ROUTED_KINDS:
            values = stored.values if stored else None
            return objection_to_transfer(operation, values)
        if operation.kind in SHARED_KINDS:
            return _objection_to_shared(operation, stored, mine_too)
        if operation.kind == "person":
            if home(operation.record) not in mine_too:
                return "这个人不归该社区管理"
            moved = operation.fields.get("home_org", peer.org)
            return None if moved in mine_too else "社区不能自行把人转到别处"
        person = str(operation.fields.get("person") or (stored.values.get("person") if stored else "") or "")
        return None if home(person) in mine_too else "所属的人不归该社区管理"

    return objection


def _objection_to_shared(operation: Operation, stored: RecordState | None, mine: frozenset[str]) -> str | None:
    """Return why a lower unit may not write something of the house, None if it may: only what is about itself."""
    if operation.kind in OFFERED_KINDS:
        return None
    if operation.kind not in OWN_KINDS:
        return "代码表、机构别名和高龄档次由街道维护"
    code = str(operation.fields.get("org") or operation.fields.get("code") or "")
    known = stored is None or not mine.isdisjoint({stored.values.get("org"), stored.values.get("code")})
    return None if known and code in mine | {""} else "不是该单位自己的机构信息"


def objection_to_transfer(operation: Operation, stored: Mapping[str, Value] | None) -> str | None:
    """Return why the author of an operation may not write these fields of a transfer, None if it may."""
    if operation.action != PUT:
        return "转移单不能删除，只能撤回"
    return objection_to_fields(operation.fields, stored, sender=operation.org)


def _with_arriving(units: frozenset[str], operations: Sequence[Operation]) -> frozenset[str]:
    """Return `units` with those that a package hangs under them."""
    known = set(units)
    fresh = [one.fields for one in operations if one.kind == "org" and one.fields.get("code")]
    for _ in range(len(fresh)):
        found = {str(one["code"]) for one in fresh if one.get("parent") in known} - known
        if not found:
            break
        known |= found
    return frozenset(known)
