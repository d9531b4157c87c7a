"""What a peer gets of the log: its own people's writes down, everything below us up, and moves both ways.

Operations travel under their author's dot, so a station between two others passes on what it learned
without becoming its author (`sync.md` sections 3.1 and 3.8).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.domain.fields import Value
from desktop.domain.ids import org_id
from desktop.domain.operations import Dot, Operation
from desktop.domain.sharing import LOCAL_KINDS, OFFERED_KINDS, OWN_KINDS, ROUTED_KINDS, SHARED_KINDS
from desktop.store import merging, transfers

Numbered = tuple[int, Operation]


@dataclass(frozen=True, slots=True)
class Reach:
    """Between whom a package goes: this station, the units below it, and the peer with its own."""

    org: str
    below: frozenset[str]  # empty at a community
    peer: frozenset[str]  # a lower peer and everything under it
    is_up: bool  # the peer stands above this station


def operations_for(connection: Connection, reach: Reach, cursor: int) -> list[Operation]:
    """Return what a peer shall learn of the writes after `cursor`, oldest first, each once."""
    without = frozenset() if reach.is_up else reach.below
    log = transfers.log_after(connection, cursor, org=reach.org, without=without)
    found = [one for one in log if one[1].kind not in LOCAL_KINDS]
    chosen = _up(connection, reach, found) if reach.is_up else _down(connection, reach, cursor, found)
    whole: dict[Dot, Numbered] = {}
    for number, one in chosen:
        whole.setdefault(one.dot, (number, one))
    return [one for _, one in sorted(whole.values(), key=lambda pair: pair[0])]


def _up(connection: Connection, reach: Reach, found: list[Numbered]) -> list[Numbered]:
    """Return our own writes and, at a street, those of the units below: never what came from above."""
    ours = reach.below | {reach.org}
    own_orgs = {org_id(code) for code in ours}
    sent = [
        (number, one)
        for number, one in found
        if one.org in ours
        and one.kind not in SHARED_KINDS - OWN_KINDS - OFFERED_KINDS
        and one.kind not in ROUTED_KINDS
        and (one.kind != "org" or one.record in own_orgs)
    ]

    def leaves(values: dict[str, Value]) -> bool:
        """A transfer between two of our own units is ours to rule: the one above need not know."""
        ends = {str(values.get(key) or "") for key in ("source", "target", "wanted")} - {""}
        return not reach.below or not ends <= reach.below

    return sent + _transfers(connection, reach, found, leaves, lambda org: org in ours)


def _down(connection: Connection, reach: Reach, cursor: int, found: list[Numbered]) -> list[Numbered]:
    """Return what concerns a lower peer: shared things, its people, and who comes or goes."""
    units = reach.peer
    theirs = merging.people_of_orgs(connection, units)
    moves = transfers.moved_since(connection, cursor)
    coming = sorted({person for _, person, old, new in moves if new in units and old not in units and old})
    going = {number for number, _, old, new in moves if old in units and new not in units}
    from_elsewhere = [(number, one) for number, one in found if one.org not in units]
    owners = _owners(connection, from_elsewhere)

    def concerns(number: int, one: Operation) -> bool:
        if one.kind in ROUTED_KINDS:
            return False
        if one.kind in SHARED_KINDS:
            return one.org not in reach.below  # ours, or from above: another unit's own affairs stay with it
        return number in going or not theirs.isdisjoint(owners.get(one.record, {one.record}))

    sent = [(number, one) for number, one in from_elsewhere if concerns(number, one)]
    history = transfers.log_of_people(connection, coming, org=reach.org)
    sent += [(number, one) for number, one in history if one.org not in units and one.kind not in LOCAL_KINDS]

    def party(values: dict[str, Value]) -> bool:
        return bool({str(values.get("source") or ""), str(values.get("target") or "")} & units)

    return sent + _transfers(connection, reach, found, party, lambda org: org not in units)


def _owners(connection: Connection, found: Iterable[Numbered]) -> dict[str, set[str]]:
    """Return the people each child record concerns: its person, and for a pair both."""
    owners: dict[str, set[str]] = {}
    for kind in {one.kind for _, one in found} - SHARED_KINDS - ROUTED_KINDS - {"person"}:
        ids = list({one.record for _, one in found if one.kind == kind})
        for record, state in merging.states_of(connection, kind, ids).items():
            owners[record] = {str(state.values.get(key) or "") for key in ("person", "other")} - {""}
    return owners


def _transfers(
    connection: Connection,
    reach: Reach,
    found: Iterable[Numbered],
    concerns: Callable[[dict[str, Value]], bool],
    is_sent: Callable[[str], bool],
) -> list[Numbered]:
    """Return the whole log of the changed transfers that concern a peer, by the units whose words are sent."""
    changed = sorted({one.record for _, one in found if one.kind in ROUTED_KINDS})
    states = merging.states_of(connection, "transfer", changed)
    ids = [record for record, state in states.items() if concerns(dict(state.values))]
    log = transfers.log_of_records(connection, ids, org=reach.org)
    return [(number, one) for number, one in log if is_sent(one.org)]
