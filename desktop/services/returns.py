"""Return packages for all units below, written in one step with their receipts."""

from dataclasses import dataclass, field
from pathlib import Path

from desktop.domain.changes import Changes
from desktop.domain.errors import DiskFullError, KnownError
from desktop.domain.progress import Report, silent
from desktop.services import board, sending, slips
from desktop.services.peers import write_safely
from desktop.services.station import Station

RECEIPTS = "回执.pdf"


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One return package: written, or why it was not."""

    org: str
    name: str
    path: Path | None = None
    seq: int = 0
    problem: str = ""
    pictures: tuple[Path, ...] = ()  # picture packages written beside it


@dataclass(frozen=True, slots=True)
class Returns:
    """What was written."""

    lines: tuple[ReturnLine, ...]
    receipts: Path | None
    changes: Changes = field(default_factory=Changes)

    @property
    def written(self) -> int:
        """How many packages lie in the folder."""
        return sum(one.path is not None for one in self.lines)

    @property
    def pictures(self) -> int:
        """How many picture packages lie beside them."""
        return sum(len(one.pictures) for one in self.lines)


def write_returns(station: Station, *, folder: Path, report: Report = silent) -> Returns:
    """Write for every unit on the board its package and pictures, and one paper of receipts, into a folder or stick.

    A package that cannot be written is not counted as sent: the next one holds it. A full or pulled
    stick stops the rest, which is said line by line. May be Cancelled between two packages.
    """
    units = board.board_lines(station)
    lines: list[ReturnLine] = []
    stopped = ""
    for number, one in enumerate(units):
        if stopped:
            lines.append(ReturnLine(one.org, one.name, problem=stopped))
            continue
        report(number, len(units), f"写给 {one.name}")
        try:
            lines.append(_write_one(station, one.org, one.name, folder))
        except DiskFullError as error:
            stopped = str(error)
            lines.append(ReturnLine(one.org, one.name, problem=stopped))
        except KnownError as error:
            lines.append(ReturnLine(one.org, one.name, problem=str(error)))
    receipts = None if stopped or not lines else folder / RECEIPTS
    if receipts is not None:
        write_safely(receipts, slips.receipts_pdf(station, orgs=[one.org for one in lines if one.path]))
    return Returns(tuple(lines), receipts, Changes(topics=frozenset({"package"})))


def _write_one(station: Station, org: str, name: str, folder: Path) -> ReturnLine:
    number = board.next_number(station, org=org)
    path = folder / f"{station.org}_{org}_{number:04d}.ycp"
    done = sending.write_due(station, to_org=org, path=path)
    return ReturnLine(org, name, done.data.path, done.data.seq, done.problem, done.pictures.paths)
