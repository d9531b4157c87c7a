"""Who may write what: each incoming operation is checked against its sender (`sync.md` section 3.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.domain.dictionary import KINDS
from desktop.domain.fields import Value
from desktop.domain.levels import COMMUNITY, rank_of
from desktop.domain.operations import PUT, Operation, RecordState
from desktop.domain.proposals import objection_to_answer
from desktop.domain.sharing import OFFERED_KINDS, OWN_KINDS, OWNERSHIP, ROUTED_KINDS, SHARED_KINDS
from desktop.domain.transfers import objection_to_fields
from desktop.store.exchange import Peer
from desktop.sync import merge

PROPOSAL = "提议：这个人不归发来的单位管理，转给管理他的单位决定是否采纳"
NOT_TO_ERASE = "彻底清除只能由管理这个人的单位或上级决定"
_OWNERSHIP = frozenset({"home_org", "owner_epoch", "joined_to"})


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
    formerly: frozenset[str] = frozenset(),
    epochs: Mapping[str, int] | None = None,
) -> merge.Objection:
    """Return the check of what a lower unit may do above it: its own people and what is theirs.

    `units` are the codes under the peer as known here; those that arrive in the package are added. `formerly`
    are people who were theirs once: visits and the like made then may still arrive; `epochs` says how often people
    moved. A write about somebody else's person that is known here, or from before the person moved, is a
    proposal: it goes to the owner, who accepts or rejects it.
    """
    arriving = {one.record: str(one.fields.get("home_org") or peer.org) for one in operations if one.kind == "person"}
    mine = _with_arriving(units | {peer.org}, operations)
    owners = {one.record: str(one.fields["person"]) for one in operations if one.fields.get("person")}
    maker = peer.org if rank_of(peer.kind) > rank_of(COMMUNITY) else ""
    return _Below(mine, formerly, states, homes, arriving, owners, epochs or {}, maker).objection


@dataclass(frozen=True, slots=True)
class _Below:
    """A lower unit, what it has under it, and the people it has to do with."""

    mine: frozenset[str]
    formerly: frozenset[str]
    states: Mapping[merge.Key, RecordState]
    homes: Mapping[str, str]
    arriving: Mapping[str, str]
    owners: Mapping[str, str]  # of records that arrive: whose they are, for one that is made and deleted in one package
    epochs: Mapping[str, int]  # of people who moved: the ownership epoch known here
    maker: str  # the peer, if it merges what others write and so says whose a person is; else ''

    def objection(self, operation: Operation) -> str | None:
        """Return in Chinese why the unit may not do this, None if it may."""
        stored = self.states.get((operation.kind, operation.record))
        if operation.org not in self.mine:
            return "不是该单位或其下级单位写的"
        if operation.kind == "proposal":
            known = stored.values if stored else None
            return objection_to_answer(operation.fields, known, mine=self.mine, may_make=operation.org == self.maker)
        if operation.kind in ROUTED_KINDS:
            return objection_to_transfer(operation, stored.values if stored else None)
        if operation.kind in SHARED_KINDS:
            return _objection_to_shared(operation, stored, self.mine)
        if operation.kind == "person":
            return self._objection_to_person(operation, stored)
        if operation.kind not in KINDS and not operation.fields.get("person"):
            return None  # of a newer program and about nobody: carried, never applied
        return self._objection_to_child(operation, stored)

    def _home(self, person: str) -> str | None:
        stored = self.states.get(("person", person))
        return (
            str(stored.values.get("home_org") or "") if stored else self.homes.get(person) or self.arriving.get(person)
        )

    def _objection_to_person(self, operation: Operation, stored: RecordState | None) -> str | None:
        if "owner_epoch" in operation.fields and operation.org != self.maker:
            return "人员归属由街道在办结转移时写"
        reason = _objection_to_person(operation, stored, self._home(operation.record), self.mine)
        if reason is None and stored is not None and self._is_of_before(operation, operation.record):
            claims = operation.action != PUT or not _OWNERSHIP.isdisjoint(operation.fields)
            return "这项改动是人员转移之前写的" if claims else PROPOSAL
        return reason

    def _is_of_before(self, operation: Operation, person: str) -> bool:
        """Return True for a write under an earlier ownership than the one known here: since then the person moved."""
        known = self.epochs.get(person, 0)
        carried = operation.more.get(OWNERSHIP, 0)
        return known > (carried if isinstance(carried, int) else 0) and operation.org != self.maker

    def _objection_to_child(self, operation: Operation, stored: RecordState | None) -> str | None:
        known = stored.values.get("person") if stored else self.owners.get(operation.record)
        person = str(operation.fields.get("person") or known or "")
        home = self._home(person)
        if operation.kind == "erasure":
            may = home in self.mine and not self._is_of_before(operation, person)
            return None if may or home is None else NOT_TO_ERASE
        lasting = stored is None and _is_lasting(operation)
        if home in self.mine:
            return (
                PROPOSAL if operation.kind in KINDS and not lasting and self._is_of_before(operation, person) else None
            )
        if lasting and person in self.formerly:
            return None
        return PROPOSAL if home and operation.kind in KINDS else "所属的人不归该社区管理"


def _is_lasting(operation: Operation) -> bool:
    """Return True for what happened once and stays true whoever owns the person: a visit, a change of state."""
    kind = KINDS.get(operation.kind)
    return kind is not None and kind.append_only and operation.action == PUT


def _objection_to_person(
    operation: Operation, stored: RecordState | None, home: str | None, mine: frozenset[str]
) -> str | None:
    if home not in mine:
        claims = operation.action != PUT or not _OWNERSHIP.isdisjoint(operation.fields)
        return "这个人不归该社区管理" if stored is None or claims else PROPOSAL
    moved = operation.fields.get("home_org", home)
    return None if moved in mine else "社区不能自行把人转到别处"


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
