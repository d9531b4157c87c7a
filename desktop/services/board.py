"""The board: who has reported, who is overdue, what waits; at a community, what is to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from desktop.domain.changes import Changes
from desktop.domain.clock import local_day
from desktop.domain.errors import InvalidValueError
from desktop.domain.levels import rank_of
from desktop.domain.permissions import READ_WHOLE
from desktop.services.levels import is_superior, units_of
from desktop.services.outgoing import Extent, operations_for
from desktop.services.peers import peers_of
from desktop.services.station import Station
from desktop.store import board, exchange
from desktop.store.exchange import Peer
from desktop.sync import package

DEFAULT_DAYS = 35  # a package a month, and some days for holidays
_MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One unit on the board."""

    org: str
    name: str
    people: int
    last_seq: int  # of what it sent; 0 if nothing came yet
    last_on: date | None
    days: int | None  # since then
    rhythm: int  # days expected between two packages
    conflicts: int
    set_aside: int
    sent_seq: int  # the last package we wrote for it
    sent_on: date | None
    acked_seq: int  # the last of ours it says it has

    @property
    def is_overdue(self) -> bool:
        """True if nothing came for longer than expected, or nothing at all."""
        return self.days is None or self.days > self.rhythm

    @property
    def overdue_days(self) -> int:
        """Days beyond the expected rhythm; 0 if none or if nothing ever came."""
        return max((self.days or 0) - self.rhythm, 0)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What the next package for a unit would hold, and how far the last ones came."""

    peer: Peer
    counts: Mapping[str, int]
    line: BoardLine

    @property
    def total(self) -> int:
        """How many changes wait to be sent."""
        return sum(self.counts.values())


def board_lines(station: Station) -> list[BoardLine]:
    """Return the units below this station, the longest silent first; for a community its street."""
    known = [one for one in peers_of(station) if one.state == "trusted"]
    lower = [one for one in known if rank_of(one.kind) < rank_of(station.vault.identity.kind)]
    lines = _lines(station, lower or known)
    return sorted(lines, key=lambda one: (-(one.days if one.days is not None else 10_000), one.org))


def _lines(station: Station, wanted: list[Peer]) -> list[BoardLine]:
    with station.vault.reading(READ_WHOLE) as connection:
        came, went = (board.last_packages(connection, direction=one) for one in ("in", "out"))
        people, conflicts = board.people_by_home(connection), board.conflicts_by_home(connection)
        aside, days = board.set_aside_by_sender(connection), board.rhythms(connection)
        acked = {one.org: exchange.stream(connection, direction="out", org=one.org).acked_seq for one in wanted}
    today = station.today()
    lines = []
    for one in wanted:
        units = units_of(station, one)
        last, sent = came.get(one.org), went.get(one.org)
        last_on = local_day(last[1]) if last else None
        lines.append(
            BoardLine(
                one.org, one.name, sum(people.get(unit, 0) for unit in units), last[0] if last else 0, last_on,
                (today - last_on).days if last_on else None, days.get(one.org, DEFAULT_DAYS),
                sum(conflicts.get(unit, 0) for unit in units), aside.get(one.org, 0), sent[0] if sent else 0,
                local_day(sent[1]) if sent else None, acked[one.org],
            )
        )  # fmt: skip
    return lines


def set_rhythm(station: Station, *, org: str, days: int) -> Changes:
    """Set how many days may pass between two packages of a unit; raises InvalidValueError."""
    if not 1 <= days <= _MOST_DAYS:
        raise InvalidValueError("days", f"报送周期要在 1 到 {_MOST_DAYS} 天之间", "例如 35")
    with station.vault.unit("rhythm.set", why=f"报送周期 {days} 天") as unit:
        board.keep_rhythm(unit, org=org, days=days)
        return unit.commit()


def outgoing(station: Station, *, only_up: bool = False) -> list[Outgoing]:
    """Return what waits to be sent to each trusted unit, those above us first; with `only_up` to no others."""
    trusted = [one for one in peers_of(station) if one.state == "trusted"]
    known = [one for one in trusted if not only_up or is_superior(station, one)]
    lines = {line.org: line for line in _lines(station, known)}
    found = []
    with station.vault.reading(READ_WHOLE) as connection:
        for one in sorted(known, key=lambda peer: (not is_superior(station, peer), peer.org)):
            cursor = exchange.stream(connection, direction="out", org=one.org).cursor
            counts = package.counts_of(operations_for(station, connection, one, Extent(cursor)))
            found.append(Outgoing(one, counts, lines[one.org]))
    return found


def next_number(station: Station, *, org: str) -> int:
    """Return the number the next package for a unit will bear in this epoch."""
    with station.vault.reading(READ_WHOLE) as connection:
        out = exchange.stream(connection, direction="out", org=org)
    return out.last_seq + 1 if out.writer == station.vault.identity.writer else 1
