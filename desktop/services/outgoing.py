"""What a peer may see of the log: all of ours upwards, downwards what is about its own people (`sync.md` 3.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop.domain.ids import org_id
from desktop.domain.operations import Operation
from desktop.services.authority import LOCAL_KINDS, OWN_KINDS, SHARED_KINDS
from desktop.services.station import Station
from desktop.store import merging
from desktop.store.engine import Reading
from desktop.store.exchange import Peer
from desktop.store.merging import Logged


@dataclass(frozen=True, slots=True)
class Extent:
    """Which part of the log goes out: what is new after `start`, or everything the peer may know."""

    start: int
    everything: bool = False


def operations_for(station: Station, connection: Reading, peer: Peer, extent: Extent) -> list[Operation]:
    """Return the operations a peer is sent, in the order they were written."""
    above = peer.kind == "street"
    found = list(_upwards(station, connection, extent) if above else _downwards(station, connection, peer, extent))
    return [one.operation for one in found if one.operation.kind not in LOCAL_KINDS]


def _upwards(station: Station, connection: Reading, extent: Extent) -> Iterator[Logged]:
    """Yield our own writes; codes and what else the station above says stay here."""
    for one in merging.logged_after(connection, extent.start, org=station.org, foreign=extent.everything):
        operation = one.operation
        is_ours = one.is_own or operation.org == station.org
        is_house = operation.kind in SHARED_KINDS - OWN_KINDS
        if is_ours and not is_house and (operation.kind != "org" or operation.record == org_id(station.org)):
            yield one


def _downwards(station: Station, connection: Reading, peer: Peer, extent: Extent) -> Iterator[Logged]:
    """Yield the house's records, and what is about the peer's people whoever wrote it.

    People who came to the peer are sent whole; of those who left it, all up to the write that took them away.
    """
    theirs = merging.people_of_org(connection, peer.org)
    found = list(merging.logged_after(connection, extent.start, org=station.org, foreign=True))
    last_of: dict[str, int] = {}
    came: set[str] = set()
    for one in found:
        if one.left == peer.org and one.person is not None:
            last_of[one.person] = one.n
        elif one.person in theirs and _brings(one, peer) and one.left:
            came.add(str(one.person))
    if not extent.everything and came:
        whole = merging.logged_of_people(connection, sorted(came), org=station.org)
        found = _joined(whole, found)
    for one in found:
        if _is_for(one, peer, theirs, last_of, everything=extent.everything, came=came):
            yield one


def _brings(one: Logged, peer: Peer) -> bool:
    return one.operation.kind == "person" and one.operation.fields.get("home_org") == peer.org


def _joined(first: Sequence[Logged], second: Sequence[Logged]) -> list[Logged]:
    """Return two runs of the log as one, each entry once, in order."""
    return [one for _, one in sorted({one.n: one for one in (*first, *second)}.items())]


def _is_for(
    one: Logged, peer: Peer, theirs: set[str], last_of: dict[str, int], *, everything: bool, came: set[str]
) -> bool:
    """Return True for an entry the peer is sent: its own writes come back only with what is sent whole."""
    operation = one.operation
    if one.person is None:
        return one.is_own and operation.kind in SHARED_KINDS
    if not everything and one.person not in came and operation.org == peer.org:
        return False
    return one.person in theirs or one.n <= last_of.get(one.person, 0)
