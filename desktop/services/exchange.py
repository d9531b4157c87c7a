"""Exchange as its callers see it: packages out, packages in, conflicts (`sync.md` section 3)."""

from desktop.domain.permissions import READ_WHOLE
from desktop.services.conflicts import list_conflicts, resolve_conflict
from desktop.services.merges import MergePreview, MergeResult, apply_merge, preview_merge
from desktop.services.packing import PackResult, pack_for
from desktop.services.station import Station
from desktop.store import exchange
from desktop.store.exchange import Conflict, PackageLine

__all__ = [
    "Conflict",
    "MergePreview",
    "MergeResult",
    "PackResult",
    "apply_merge",
    "list_conflicts",
    "pack_for",
    "packages_listed",
    "preview_merge",
    "resolve_conflict",
]


def packages_listed(station: Station) -> list[PackageLine]:
    """Return the packages that went out and came in, newest first."""
    with station.vault.reading(READ_WHOLE) as connection:
        return exchange.packages(connection)
