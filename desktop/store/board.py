"""What the board asks of the store: per unit the last package, people, conflicts, expected rhythm."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.store.people import STANDING
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class LastPackage:
    """The newest package of one direction with one unit."""

    seq: int
    at: str  # UTC stamp
    counts: Mapping[str, int]


def last_packages(connection: Connection, *, direction: str) -> dict[str, tuple[int, str]]:
    """Return (sequence, UTC stamp) of the newest imported or written package of each unit."""
    rows = connection.exec_driver_sql(
        "SELECT org, seq, at FROM package WHERE direction=? AND state IN ('imported', 'written') ORDER BY at, rowid",
        (direction,),
    )
    return {str(org): (int(seq), str(at)) for org, seq, at in rows}


def people_by_home(connection: Connection) -> dict[str, int]:
    """Return how many people each home has."""
    sql = f"SELECT coalesce(home_org, ''), count(*) FROM person WHERE deleted=0 AND {STANDING} GROUP BY 1"  # noqa: S608
    return {str(org): int(count) for org, count in connection.exec_driver_sql(sql)}


def conflicts_by_home(connection: Connection) -> dict[str, int]:
    """Return how many open conflicts concern the people of each home; '' for those about no person."""
    rows = connection.exec_driver_sql(
        "SELECT coalesce(p.home_org, ''), count(*) FROM conflict c LEFT JOIN person p ON p.id=c.person "
        "WHERE c.state='open' GROUP BY 1"
    )
    return {str(org): int(count) for org, count in rows}


def set_aside_by_sender(connection: Connection) -> dict[str, int]:
    """Return how many operations of each unit lie in quarantine."""
    rows = connection.exec_driver_sql(
        "SELECT k.org, count(*) FROM quarantine q JOIN package k ON k.id=q.package GROUP BY 1"
    )
    return {str(org): int(count) for org, count in rows}


def rhythms(connection: Connection) -> dict[str, int]:
    """Return the days expected between two packages, of the units for which somebody set them."""
    return {str(org): int(days) for org, days in connection.exec_driver_sql("SELECT org, days FROM rhythm")}


def keep_rhythm(unit: UnitOfWork, *, org: str, days: int) -> None:
    """Write the days expected between two packages of a unit."""
    unit.connection.exec_driver_sql("INSERT OR REPLACE INTO rhythm (org, days) VALUES (?,?)", (org, days))
    unit.touch("package")
