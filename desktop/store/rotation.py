"""Which backups may go: the newest ten, seven days, four weeks and twelve months stay (`security.md` section 5.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from desktop.domain.errors import DamagedStoreError, NotFoundError
from desktop.store.backup import SUFFIX, read_header

NEWEST, DAYS, WEEKS, MONTHS = 10, 7, 4, 12
_SHRUNK = 0.8  # fewer people than this part of the fullest kept backup: nothing is dropped
_Slot = Callable[[date], object]


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """A backup file as its header tells it; `created` is a UTC stamp."""

    path: Path
    created: str
    people: int
    log_entries: int
    head: str = ""
    store_id: str = ""

    @property
    def day(self) -> date:
        """The day (UTC) it was made."""
        return date.fromisoformat(self.created[:10])


def kept_backups(folder: Path, *, store_id: str = "") -> list[KeptBackup]:
    """Return the whole backups in a folder, newest first; other stores' and broken files are left out."""
    found: list[KeptBackup] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
        try:
            header = read_header(path)
            one = KeptBackup(
                path, str(header["created"]), int(header["people"]), int(header["log"]), str(header.get("head", "")),
                str(header["store_id"]),
            )  # fmt: skip
            date.fromisoformat(one.created[:10])
        except (DamagedStoreError, NotFoundError, KeyError, ValueError, TypeError, OSError):
            continue
        if not store_id or one.store_id == store_id:
            found.append(one)
    return sorted(found, key=lambda one: (one.log_entries, one.created, one.path.name), reverse=True)


def to_drop(kept: Sequence[KeptBackup], *, today: date) -> list[KeptBackup]:
    """Return the backups that may be deleted. `kept` is newest first.

    Nothing is dropped when the newest holds over a fifth fewer people than an older one: the
    register may have been emptied or encrypted by somebody, and then the old copies are all there is.
    """
    if not kept or kept[0].people < _SHRUNK * max(one.people for one in kept):
        return []
    stays = {one.path for one in kept[:NEWEST]}
    _keep_one_each(kept, stays, since=today - timedelta(days=DAYS), slot=lambda day: day)
    _keep_one_each(kept, stays, since=today - timedelta(weeks=WEEKS), slot=lambda day: day.isocalendar()[:2])
    _keep_one_each(kept, stays, since=_months_before(today, MONTHS), slot=lambda day: (day.year, day.month))
    return [one for one in kept if one.path not in stays]


def _keep_one_each(kept: Sequence[KeptBackup], stays: set[Path], *, since: date, slot: _Slot) -> None:
    """Keep the newest backup of every day, week or month since a day."""
    taken: set[object] = set()
    for one in kept:
        if one.day >= since and slot(one.day) not in taken:
            taken.add(slot(one.day))
            stays.add(one.path)


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def rotate(folder: Path, *, store_id: str, today: date) -> list[Path]:
    """Delete the backups of a store in `folder` that may go; return what was deleted."""
    gone = [one.path for one in to_drop(kept_backups(folder, store_id=store_id), today=today)]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def sweep_parts(folder: Path) -> list[Path]:
    """Delete half-written backups left by a crash or a pulled stick; return what was deleted."""
    gone = sorted(folder.glob(f"*{SUFFIX}*.part*")) if folder.is_dir() else []
    for path in gone:
        path.unlink(missing_ok=True)
    return gone
