"""Sequence, gaps, forks and replays of one stream, as a pure decision (`sync.md` section 3.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

MOST_JUMP = 1000


class Arrival(Enum):
    """What an incoming package is to its stream."""

    NEXT = "next"
    ALREADY = "already"
    COVERED = "covered"  # a later snapshot held all of it
    FORK = "fork"
    GAP = "gap"
    TOO_FAR = "too-far"
    REWRITTEN = "rewritten"
    OLD_EPOCH = "old-epoch"
    NEW_EPOCH = "new-epoch"


@dataclass(frozen=True, slots=True)
class StreamState:
    """What the receiver knows of a stream.

    `cursor` is how far into the sender's log its packages have come; `manifests` maps the sequences
    imported in the present epoch to their hashes, `older` are the hashes of earlier epochs.
    """

    epoch: int = 0
    last_seq: int = 0
    last_manifest: str = ""
    cursor: int = 0
    manifests: Mapping[int, str] = field(default_factory=dict)
    older: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heading:
    """What a package says of its place; `covers` is where in the sender's log a snapshot begins, else None."""

    epoch: int
    seq: int
    prev: str
    manifest: str
    covers: int | None = None


def arrival_of(state: StreamState, one: Heading) -> Arrival:
    """Return what a package is to its stream. Clocks play no part.

    Each epoch counts from 1. A snapshot may jump over packages that never came, as far as it covers them.
    """
    if state.epoch and one.epoch < state.epoch:
        return Arrival.ALREADY if one.manifest in state.older else Arrival.OLD_EPOCH
    is_new = bool(state.epoch) and one.epoch > state.epoch
    last, manifest, cursor = (0, "", 0) if is_new else (state.last_seq, state.last_manifest, state.cursor)
    if one.seq <= last:
        known = state.manifests.get(one.seq)
        if known is None:
            return Arrival.COVERED
        return Arrival.ALREADY if known == one.manifest else Arrival.FORK
    if one.seq > last + MOST_JUMP:
        return Arrival.TOO_FAR
    if one.seq > last + 1 and not (one.covers is not None and one.covers <= cursor):
        return Arrival.GAP
    if one.seq == last + 1 and one.prev != manifest:
        return Arrival.REWRITTEN
    return Arrival.NEW_EPOCH if is_new else Arrival.NEXT
