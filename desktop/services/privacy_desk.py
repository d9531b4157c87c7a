"""个人信息保护 at one look: what waits for an answer, who consented, whose time is over, what was given away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from desktop.domain.permissions import READ_AUDIT
from desktop.services import giving, rights
from desktop.services.rights import GroupBasis
from desktop.services.station import Station
from desktop.store import privacy
from desktop.store.privacy import Consented, DuePerson, GivenLine, OpenRequest

_SOON = 3  # days before a request is due


@dataclass(frozen=True, slots=True)
class PrivacyDesk:
    """The registers and the legal bases; what was given away is empty for whom it is not open to."""

    requests: Sequence[OpenRequest]
    consents: Sequence[Consented]
    due: Sequence[DuePerson]
    given: Sequence[GivenLine]
    bases: Sequence[GroupBasis]
    late: int  # requests past their day
    keep_years: int  # the longest of the bases: after that somebody is due


def privacy_desk(station: Station) -> PrivacyDesk:
    """Return the registers; raises NotAllowedError for who may not see people."""
    requests = rights.open_requests(station)
    with station.vault.reading() as connection:
        consents = privacy.consents(connection)
    given = giving.given_out(station) if station.may(READ_AUDIT) else []
    bases = rights.group_bases(station)
    late = sum(1 for one in requests if date.fromisoformat(one.due_on) < station.today())
    years = rights.longest_kept(station)
    due = rights.retention_due(station, years=years)
    return PrivacyDesk(requests, consents, due, given, bases, late, years)


def due_text(due_on: str, today: date) -> str:
    """Return a day with what it means today: `2026-12-09，还有 15 天`."""
    left = (date.fromisoformat(due_on) - today).days
    if left < 0:
        return f"{due_on}，已超 {-left} 天"
    return f"{due_on}，今天到期" if left == 0 else f"{due_on}，还有 {left} 天" + ("，请尽快" if left <= _SOON else "")
