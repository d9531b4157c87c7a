"""What a peer gets of the log: its own people's writes down, everything below us up, and moves both ways.

Operations travel under their author's dot, so a station between two others passes on what it learned
without becoming its author (`sync.md` sections 3.1 and 3.8).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from desktop.domain.fields import Value
from desktop.domain.ids import org_id
from desktop.domain.operations import Dot, Operation
from desktop.domain.proposals import dot_text
from desktop.domain.sharing import LOCAL_KINDS, OFFERED_KINDS, OWN_KINDS, OWNERSHIP, ROUTED_KINDS, SHARED_KINDS
from desktop.store import merging
from desktop.store.erasing import wiped_entries
from desktop.store.merging import Logged
from desktop.store.proposals import settling_writes


@dataclass(frozen=True, slots=True)
class Reach:
    """Between whom a package goes: this station, the units below it, and the peer with its own."""

    org: str
    below: frozenset[str]  # empty at a community
    peer: frozenset[str]  # a lower peer and everything under it
    is_up: bool  # the peer stands above this station


def operations_for(connection: Connection, reach: Reach, cursor: int, *, everything: bool = False) -> list[Operation]:
    """Return what a peer shall learn of the writes after `cursor`, oldest first, each once.

    With `everything` also what the peer wrote itself: it may have lost it.
    """
    without = frozenset() if reach.is_up or everything else reach.below
    log = merging.logged_after(connection, cursor, org=reach.org, without=without)
    found = [one for one in log if one.operation.kind not in LOCAL_KINDS]
    chosen = _up(connection, reach, found) if reach.is_up else _down(connection, reach, found, everything=everything)
    whole: dict[Dot, Logged] = {}
    wiped = wiped_entries(connection)  # of people erased: the erasure itself is all that is said of them
    for one in sorted((one for one in chosen if one.n not in wiped), key=lambda one: one.n):
        first = whole.get(one.operation.dot)
        whole[one.operation.dot] = one if first is None else _as_one(first, one)
    return _with_ownership(connection, sorted(whole.values(), key=lambda one: one.n))


def _with_ownership(connection: Connection, chosen: Sequence[Logged]) -> list[Operation]:
    """Return operations in which our own writes say under which ownership of the person they were made."""
    moved = merging.owner_epochs(connection).keys() & {one.person for one in chosen if one.is_own}
    changes = merging.epoch_changes(connection, moved)
    found = []
    for one in chosen:
        epoch = max((to for n, to in changes.get(one.person or "", ()) if n < one.n), default=0) if one.is_own else 0
        more = {**one.operation.more, OWNERSHIP: epoch}
        found.append(replace(one.operation, more=more) if epoch else one.operation)
    return found


def _as_one(first: Logged, late: Logged) -> Logged:
    """Return one operation from two entries of it: fields that were understood or sent only later are logged apart."""
    fields = {**first.operation.fields, **late.operation.fields}
    return replace(first, operation=replace(first.operation, fields=fields))


def _up(connection: Connection, reach: Reach, found: list[Logged]) -> list[Logged]:
    """Return our own writes and, at a street, those of the units below: never what came from above."""
    ours = reach.below | {reach.org}
    own_orgs = {org_id(code) for code in ours}
    sent = [
        one
        for one in found
        if one.operation.org in ours
        and one.operation.kind not in SHARED_KINDS - OWN_KINDS - OFFERED_KINDS
        and one.operation.kind not in ROUTED_KINDS
        and (one.operation.kind != "org" or one.operation.record in own_orgs)
    ]

    def leaves(values: dict[str, Value]) -> bool:
        """What is between two of our own units is ours to rule: the one above need not know."""
        ends = {str(values.get(key) or "") for key in ("source", "target", "wanted", "by_org", "home")} - {""}
        return not reach.below or not ends <= reach.below

    return sent + _routed(connection, reach, found, leaves, lambda org: org in ours)


def _down(connection: Connection, reach: Reach, found: list[Logged], *, everything: bool) -> list[Logged]:
    """Return what concerns a lower peer: shared things, its people, and who comes or goes.

    People who came to the peer are sent whole; of those who left it, all up to the write that took them away.
    """
    units = reach.peer
    theirs = merging.people_of_orgs(connection, units)
    coming, last_of = _moves(found, units)
    elsewhere = [one for one in found if everything or one.operation.org not in units]
    owners = _owners(connection, elsewhere)

    def concerns(one: Logged) -> bool:
        kind = one.operation.kind
        if kind in ROUTED_KINDS:
            return False
        if kind in SHARED_KINDS or one.person is None:
            return one.operation.org not in reach.below  # another unit's own affairs stay with it
        about = owners.get(one.operation.record, {one.person})
        return not theirs.isdisjoint(about) or one.n <= last_of.get(one.person, 0)

    sent = [one for one in elsewhere if concerns(one)]
    if not everything:
        history = merging.logged_of_people(connection, coming, org=reach.org)
        sent += [one for one in history if one.operation.kind not in LOCAL_KINDS]

    def party(values: dict[str, Value]) -> bool:
        return bool({str(values.get(key) or "") for key in ("source", "target", "by_org", "home")} & units)

    sent += _settled(connection, reach, found)
    return sent + _routed(connection, reach, found, party, lambda org: everything or org not in units)


def _settled(connection: Connection, reach: Reach, found: Iterable[Logged]) -> list[Logged]:
    """Return the owners' writes that ended proposals of the peer's: it learns them though the person is not its own."""
    changed = sorted({one.operation.record for one in found if one.operation.kind == "proposal"})
    ends = settling_writes(connection, changed, reach.peer)
    log = merging.logged_of_records(connection, sorted(set(ends.values())), org=reach.org)
    return [one for one in log if dot_text(one.operation.dot) in ends]


def _moves(found: Iterable[Logged], units: frozenset[str]) -> tuple[list[str], dict[str, int]]:
    """Return the people who came to `units`, and of those who left the log number of the last leaving."""
    coming: set[str] = set()
    last_of: dict[str, int] = {}
    for one in found:
        if one.person is None or not one.left:
            continue
        goes_to = str(one.operation.fields.get("home_org") or "")
        if one.left in units and goes_to not in units:
            last_of[one.person] = one.n
        elif one.left not in units and goes_to in units:
            coming.add(one.person)
    return sorted(coming), last_of


def _owners(connection: Connection, found: Sequence[Logged]) -> dict[str, set[str]]:
    """Return the two people a pair concerns; other records concern the person they hang on."""
    ids = list({one.operation.record for one in found if one.operation.kind == "pair"})
    states = merging.states_of(connection, "pair", ids)
    return {
        record: {str(state.values.get(key) or "") for key in ("person", "other")} - {""}
        for record, state in states.items()
    }


def _routed(
    connection: Connection,
    reach: Reach,
    found: Iterable[Logged],
    concerns: Callable[[dict[str, Value]], bool],
    is_sent: Callable[[str], bool],
) -> list[Logged]:
    """Return the whole log of the changed transfers and proposals that concern a peer, by the units whose words go."""
    ids: list[str] = []
    for kind in sorted(ROUTED_KINDS):
        changed = sorted({one.operation.record for one in found if one.operation.kind == kind})
        states = merging.states_of(connection, kind, changed)
        ids += [record for record, state in states.items() if concerns(dict(state.values))]
    log = merging.logged_of_records(connection, ids, org=reach.org)
    return [one for one in log if is_sent(one.operation.org)]
