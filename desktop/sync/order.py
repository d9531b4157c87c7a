"""Sequence, gaps, forks and replays of one stream, as a pure decision (`sync.md` section 3.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

MOST_JUMP = 1000


class Arrival(Enum):
    """What an incoming package is to its stream."""

    NEXT = "next"
    ALREADY = "already"
    FORK = "fork"
    GAP = "gap"
    TOO_FAR = "too-far"
    REWRITTEN = "rewritten"
    OLD_EPOCH = "old-epoch"
    NEW_EPOCH = "new-epoch"


@dataclass(frozen=True, slots=True)
class StreamState:
    """What the receiver knows of a stream; `manifests` maps the sequences imported to their hashes."""

    epoch: int = 0
    last_seq: int = 0
    last_manifest: str = ""
    manifests: Mapping[int, str] = field(default_factory=dict)


def arrival_of(state: StreamState, *, epoch: int, seq: int, prev: str, manifest: str) -> Arrival:
    """Return what a package is to its stream. Clocks play no part."""
    if state.epoch and epoch < state.epoch:
        return Arrival.ALREADY if state.manifests.get(seq) == manifest else Arrival.OLD_EPOCH
    if state.epoch and epoch > state.epoch:
        return Arrival.NEW_EPOCH
    if seq <= state.last_seq:
        return Arrival.ALREADY if state.manifests.get(seq) == manifest else Arrival.FORK
    if seq > state.last_seq + MOST_JUMP:
        return Arrival.TOO_FAR
    if seq > state.last_seq + 1:
        return Arrival.GAP
    return Arrival.NEXT if prev == state.last_manifest else Arrival.REWRITTEN
