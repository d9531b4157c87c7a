"""Where exchange stands: each stream's numbers, what waits, what is missing, and alarms (`sync.md` section 3.4)."""

from dataclasses import dataclass

from desktop.domain.permissions import READ_WHOLE
from desktop.services.acks import missing_numbers
from desktop.services.peers import peers_of
from desktop.services.station import Station
from desktop.store import exchange, holding
from desktop.store.exchange import Stream
from desktop.store.holding import Held


@dataclass(frozen=True, slots=True)
class Standing:
    """How exchange with one peer stands."""

    org: str
    name: str
    received: int  # number of its last package that came in
    waiting: tuple[int, ...]  # numbers of its packages that wait
    missing: tuple[int, ...]  # numbers that must come before those
    sent: int  # number of our last package to it
    arrived: int  # number of the last of ours that it says came in
    lost: tuple[int, ...]  # numbers of ours that it says are missing
    alarm: str  # `fork` if two packages of either side carried one number
    heard_at: str  # when it last acknowledged something (UTC stamp)
    next_kind: str  # `delta` or `snapshot`: what the next package to it will be


def standings(station: Station) -> list[Standing]:
    """Return how exchange with each enrolled peer stands."""
    with station.vault.reading(READ_WHOLE) as connection:
        held = holding.held(connection)
        found = {(one.direction, one.org): one for one in exchange.streams(connection)}
    lines = []
    for peer in peers_of(station):
        incoming = found.get(("in", peer.org), Stream("", "in", peer.org))
        out = found.get(("out", peer.org), Stream("", "out", peer.org))
        there = [one for one in held if one.org == peer.org]
        waiting = [one.seq for one in there if incoming.writer in {"", one.writer}]
        fresh = bool(out.writer) and out.writer != station.vault.identity.writer
        lines.append(
            Standing(
                peer.org, peer.name, incoming.last_seq, tuple(sorted({one.seq for one in there})),
                tuple(missing_numbers(incoming, sorted(waiting))), out.last_seq, out.acked_seq,
                tuple(out.heard.get("missing", ())), incoming.alarm or out.alarm, str(out.heard.get("at", "")),
                "snapshot" if out.rebase or fresh else "delta",
            )
        )  # fmt: skip
    return lines


def held_packages(station: Station) -> list[Held]:
    """Return the packages that wait in the vault."""
    with station.vault.reading(READ_WHOLE) as connection:
        return holding.held(connection)


def begin_anew(station: Station, *, why: str) -> int:
    """Begin a new epoch by hand, after a fork was cleared up; return its number."""
    station.allow("epoch.new")
    station.vault.begin_epoch(why, reason="fork")
    return station.vault.identity.epoch
