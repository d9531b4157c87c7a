"""What is half typed, kept against a power cut and offered again."""

from collections.abc import Mapping

from desktop.domain.clock import stamp
from desktop.domain.fields import Value
from desktop.services.station import Station
from desktop.store import drafts
from desktop.store.drafts import Draft


def keep_draft(station: Station, *, key: str, title: str, payload: Mapping[str, Value]) -> None:
    """Keep what a form holds now, over what was kept of it before."""
    with station.vault.jotting() as connection:
        drafts.keep(connection, Draft(key, title, payload, stamp(station.clock)))


def drop_draft(station: Station, *, key: str) -> None:
    """Throw a draft away: it was saved, or nobody wants it."""
    with station.vault.jotting() as connection:
        drafts.drop(connection, key)


def kept_drafts(station: Station) -> list[Draft]:
    """Return what was never saved, newest first."""
    with station.vault.reading() as connection:
        return drafts.all_kept(connection)
