"""What a peer may see of the log: all of ours upwards, downwards what is about its own people (`sync.md` 3.1)."""

from dataclasses import dataclass

from desktop.domain.operations import Operation
from desktop.services.levels import reach_of
from desktop.services.station import Station
from desktop.store import selection
from desktop.store.engine import Reading
from desktop.store.exchange import Peer


@dataclass(frozen=True, slots=True)
class Extent:
    """Which part of the log goes out: what is new after `start`, or everything the peer may know."""

    start: int
    everything: bool = False


def operations_for(station: Station, connection: Reading, peer: Peer, extent: Extent) -> list[Operation]:
    """Return the operations a peer is sent, in the order they were written."""
    reach = reach_of(station, peer)
    return selection.operations_for(connection, reach, extent.start, everything=extent.everything)
