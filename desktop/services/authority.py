"""Who may write what: each incoming operation is checked against its sender (`sync.md` section 3.1)."""

from collections.abc import Mapping, Sequence

from desktop.domain.dictionary import KINDS
from desktop.domain.house_records import HOUSE_RECORDS
from desktop.domain.operations import Operation, RecordState
from desktop.store.exchange import Peer
from desktop.sync import merge

SHARED_KINDS = frozenset(kind.key for kind in HOUSE_RECORDS if not kind.local)
LOCAL_KINDS = frozenset(kind.key for kind in KINDS.values() if kind.local)
OWN_KINDS = frozenset({"org", "staff"})  # what a community keeps of itself; the rest is its street's to say
KNOWN_KINDS = frozenset(kind.key for kind in KINDS.values() if not kind.local)


def no_objection(operation: Operation) -> str | None:
    """Return no reason: the sender is the authority."""
    del operation
    return None


def objection_to(
    peer: Peer, states: Mapping[merge.Key, RecordState], homes: Mapping[str, str], operations: Sequence[Operation]
) -> merge.Objection:
    """Return the check of what a community may do at its street: its own people and what is theirs."""
    arriving = {one.record: str(one.fields.get("home_org") or peer.org) for one in operations if one.kind == "person"}

    def home(person: str) -> str | None:
        stored = states.get(("person", person))
        return str(stored.values.get("home_org") or "") if stored else homes.get(person) or arriving.get(person)

    def objection(operation: Operation) -> str | None:
        stored = states.get((operation.kind, operation.record))
        if operation.kind in SHARED_KINDS - OWN_KINDS:
            return "代码表、机构别名和高龄档次由街道维护"
        if operation.kind in SHARED_KINDS:
            code = str(operation.fields.get("org") or operation.fields.get("code") or "")
            mine = stored is None or peer.org in {stored.values.get("org"), stored.values.get("code")}
            return None if mine and code in {"", peer.org} else "不是该单位自己的机构信息"
        if operation.kind == "person":
            if home(operation.record) != peer.org:
                return "这个人不归该社区管理"
            moved = operation.fields.get("home_org", peer.org)
            return None if moved == peer.org else "社区不能自行把人转到别处"
        person = str(operation.fields.get("person") or (stored.values.get("person") if stored else "") or "")
        return None if home(person) == peer.org else "所属的人不归该社区管理"

    return objection
