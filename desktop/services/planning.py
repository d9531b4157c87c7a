"""The plan of a merge: a pure function of what is in the package and what is in the store (`sync.md` section 3.5)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from desktop.domain.operations import MergePlan, Operation, RecordState
from desktop.domain.permissions import READ_WHOLE
from desktop.domain.proposals import proposal_id
from desktop.domain.sharing import KNOWN_KINDS
from desktop.services.authority import PROPOSAL, no_objection, objection_to
from desktop.services.doubtful import with_doubtful
from desktop.services.levels import is_superior, units_of
from desktop.services.station import Station
from desktop.store import conflicts, merging, proposals
from desktop.store.exchange import Peer
from desktop.sync import merge
from desktop.sync.merge import Key

LEFT_OUT = "本次没有合并，先放在一边"
WAITS = "同一条登记前面的改动还放在一边"
LAID_ASIDE = (LEFT_OUT, WAITS)


def plan_for(
    station: Station, peer: Peer, operations: Sequence[Operation], *, left_out: Collection[Key] = ()
) -> MergePlan:
    """Return what merging operations of a peer does; those of the records `left_out` are put aside.

    What follows on something put aside waits with it: a later write must not stand for an earlier one
    that nobody has taken in. Reads the store, writes nothing.
    """
    rules = is_superior(station, peer)
    if not rules:
        operations = _without_proposed(station, operations)
    states, homes, waiting = _read(station, operations)
    objection = no_objection if rules else _objection(station, peer, states, homes, operations)
    chosen = _without(objection, states, left_out=frozenset(left_out), waiting=waiting)
    plan = merge.plan_merge(operations, states, objection=chosen, sender_rules=rules)
    return with_doubtful(_with_proposals(plan, states), states, today=station.today())


def plan_of_waiting(station: Station, peer: Peer, operations: Sequence[Operation]) -> MergePlan:
    """Return what taking in operations out of quarantine does: all the waiting ones of their records."""
    states, homes, _ = _read(station, operations)
    rules = is_superior(station, peer)
    objection = no_objection if rules else _objection(station, peer, states, homes, operations)
    return merge.plan_merge(operations, states, objection=objection, sender_rules=rules)


def _objection(
    station: Station,
    peer: Peer,
    states: merge.States,
    homes: Mapping[str, str],
    operations: Sequence[Operation],
) -> merge.Objection:
    """Return the check of a lower unit's writes, with the people it once had."""
    units = units_of(station, peer)
    others = {person for person, home in homes.items() if home not in units}
    with station.vault.reading(READ_WHOLE) as connection:
        formerly = frozenset(merging.former_people(connection, others, units)) if others else frozenset()
        epochs = merging.owner_epochs(connection)
    return objection_to(peer, states, homes, operations, units, formerly, epochs)


def _without_proposed(station: Station, operations: Sequence[Operation]) -> Sequence[Operation]:
    """Return operations without those that became proposals before: an answer is final, whoever says it again."""
    with station.vault.reading(READ_WHOLE) as connection:
        known = proposals.known_proposals(connection)
    return [one for one in operations if proposal_id(one.dot) not in known] if known else operations


def _with_proposals(plan: MergePlan, states: merge.States) -> MergePlan:
    """Return a plan whose counts tell proposals from what is refused; what was taken in while it might is neither."""
    refused = tuple(one for one in plan.refused if one.reason != PROPOSAL or not _is_known(one.operation, states))
    found = sum(one.reason == PROPOSAL for one in refused)
    rest = len(refused) - found
    counts = {key: number for key, number in plan.counts.items() if key != "rejected"}
    more = {key: number for key, number in (("proposals", found), ("rejected", rest)) if number}
    known = plan.known + len(plan.refused) - len(refused)
    return replace(plan, refused=refused, known=known, counts={**counts, **more})


def _is_known(operation: Operation, states: merge.States) -> bool:
    stored = states.get((operation.kind, operation.record))
    return stored is not None and stored.vector.get(operation.dot.writer, 0) >= operation.dot.counter


def _read(
    station: Station, operations: Sequence[Operation]
) -> tuple[dict[Key, RecordState], dict[str, str], frozenset[Key]]:
    """Return the states the operations touch, the homes of the people they name, and what waits in quarantine."""
    records: dict[str, dict[str, None]] = {}
    for one in operations:
        if one.kind in KNOWN_KINDS:
            records.setdefault(one.kind, {})[one.record] = None
    states: dict[Key, RecordState] = {}
    with station.vault.reading(READ_WHOLE) as connection:
        for kind, ids in records.items():
            facing = conflicts.siblings_of(connection, kind, ids)
            for record, state in merging.states_of(connection, kind, list(ids)).items():
                known = facing.get(record)
                states[kind, record] = replace(state, siblings=known) if known else state
        owners = {str(one.fields["person"]) for one in operations if one.fields.get("person")}
        owners |= {str(one.values.get("person") or "") for one in states.values()}
        homes = merging.home_orgs(connection, [one for one in owners if one])
        waiting = conflicts.laid_aside(connection, LAID_ASIDE)
    return states, homes, waiting


def _without(
    objection: merge.Objection,
    states: merge.States,
    *,
    left_out: frozenset[Key],
    waiting: frozenset[Key],
) -> merge.Objection:
    """Return an objection that also puts aside what a person left out, and what hangs on or follows it."""
    if not left_out and not waiting:
        return objection
    held = left_out | waiting
    absent = {record for kind, record in held if kind == "person" and (kind, record) not in states}

    def chosen(operation: Operation) -> str | None:
        key = (operation.kind, operation.record)
        if key in left_out:
            return LEFT_OUT
        return WAITS if key in waiting or operation.fields.get("person") in absent else objection(operation)

    return chosen
