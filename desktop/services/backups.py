"""Backups, restoring one, and the check of the whole store."""

import os
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.clock import Clock, stamp
from desktop.domain.errors import KnownError
from desktop.domain.ids import IdMaker, RandomIds
from desktop.domain.progress import Report, silent
from desktop.services.access import is_store, open_store
from desktop.services.station import Station
from desktop.store import backup
from desktop.store.backup import BackupInfo
from desktop.store.integrity import CheckReport, check_vault
from desktop.store.places import DATABASE, HEAD, StoreLock, refuse_network_place

_STORE_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", HEAD, backup.KEY_FILE, f"{backup.KEY_FILE}.copy")


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored register: what it holds, and where the one it replaced was put."""

    people: int
    created: str
    aside: Path | None


def back_up(station: Station, *, target: Path) -> BackupInfo:
    """Write a verified backup into the folder `target`; raises DiskFullError, DamagedStoreError."""
    station.allow("backup")
    return backup.write_backup(station.vault, target=target)


def back_up_before(station: Station, *, what: str) -> BackupInfo:
    """Write an automatic backup beside the store before something large."""
    station.allow("backup.auto")
    return backup.automatic_backup(station.vault, before=what)


def check_store(station: Station, *, report: Report = silent) -> CheckReport:
    """Check pages, log chain, records and index of the open store."""
    station.allow("check")
    return check_vault(station.vault, report=report)


def restore_backup(path: Path, *, folder: Path, password: str, clock: Clock, ids: IdMaker | None = None) -> Restored:
    """Restore a backup into `folder` and begin a new epoch there.

    A store already in the folder is moved aside, never deleted; it is put back if the backup does
    not open. Raises NotFoundError, DamagedStoreError, WrongPasswordError, StoreInUseError.
    """
    header = backup.read_header(path)
    refuse_network_place(folder)
    aside = _move_aside(folder, clock) if is_store(folder) else None
    try:
        backup.unpack_backup(path, folder=folder)
        station = open_store(folder, password=password, clock=clock, ids=ids or RandomIds())
    except (KnownError, OSError):
        _put_back(folder, aside)
        raise
    try:
        station.allow("restore")
    except KnownError:
        station.close()
        _put_back(folder, aside)
        raise
    try:
        station.vault.begin_epoch(f"从备份恢复（{header['created']}）")
        people = int(header["people"])
    finally:
        station.close()
    return Restored(people, str(header["created"]), aside)


def _move_aside(folder: Path, clock: Clock) -> Path:
    """Move the store in `folder` into a dated folder inside it; raises StoreInUseError."""
    lock = StoreLock(folder)
    lock.take()
    try:
        aside = folder / f"恢复前-{stamp(clock).replace(':', '')}"
        number = 1
        while aside.exists():
            number += 1
            aside = folder / f"恢复前-{stamp(clock).replace(':', '')}-{number}"
        aside.mkdir(mode=0o700)
        for name in _STORE_FILES:
            if (folder / name).exists():
                os.replace(folder / name, aside / name)
    finally:
        lock.release()
    return aside


def _put_back(folder: Path, aside: Path | None) -> None:
    """Undo `_move_aside`: the files of a failed restore go, the old ones return."""
    for name in _STORE_FILES:
        (folder / name).unlink(missing_ok=True)
    if aside is None:
        return
    for name in _STORE_FILES:
        if (aside / name).exists():
            os.replace(aside / name, folder / name)
    aside.rmdir()
