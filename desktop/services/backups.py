"""Backups, restoring one, and the check of the whole store."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.config.station_notes import notes_of
from desktop.domain.clock import Clock, stamp
from desktop.domain.errors import DiskFullError, KnownError
from desktop.domain.ids import IdMaker, RandomIds
from desktop.domain.permissions import READ_SEALED
from desktop.domain.progress import Report, silent
from desktop.services.access import is_store, open_store
from desktop.services.backup_watch import automatic_backup, back_up_to, refuse_without_room
from desktop.services.keyring import own_publics
from desktop.services.second_person import need_second
from desktop.services.station import Second, Station
from desktop.store import backup, witnesses
from desktop.store.audit_chain import Witness
from desktop.store.backup import BackupInfo
from desktop.store.epochs import epoch_of_copy
from desktop.store.integrity import CheckReport, check_vault
from desktop.store.places import BACKUPS, DATABASE, HEAD, StoreLock, refuse_network_place, write_atomically
from desktop.store.rotation import KeptBackup, kept_backups

_STORE_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", HEAD, backup.KEY_FILE, f"{backup.KEY_FILE}.copy")


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored register: what it holds, and where the one it replaced was put."""

    people: int
    created: str
    aside: Path | None
    lost: int = 0  # entries of the change log the replaced store had beyond the backup, as far as it can be told


def back_up(station: Station, *, target: Path) -> BackupInfo:
    """Write a verified backup into the folder `target`; raises DiskFullError, DamagedStoreError."""
    station.allow("backup")
    return back_up_to(station, target=target)


def back_up_before(station: Station, *, what: str) -> BackupInfo:
    """Write an automatic backup beside the store before something large that the disk has room for.

    Raises DiskFullError, DamagedStoreError.
    """
    station.allow("backup.auto")
    refuse_without_room(station, what=what)
    return automatic_backup(station, before=what)


def check_store(station: Station, *, report: Report = silent) -> CheckReport:
    """Check pages, logs, records and index of the open store, also against the heads its backups carry."""
    station.allow("check")
    return check_vault(station.vault, witnesses=witnesses_of(station), report=report)


def witnesses_of(station: Station) -> list[Witness]:
    """Return what others remember of the logs in this epoch: backups signed by this device, and peers."""
    own = own_publics(station)
    folders = [station.vault.folder / BACKUPS, *map(Path, notes_of(station.vault.identity.store_id).places)]
    found: list[Witness] = []
    for folder in folders:
        for kept in kept_backups(folder, store_id=station.vault.identity.store_id):
            header = backup.read_header(kept.path)
            is_of_now = header["epoch"] == station.vault.identity.epoch  # a restore began another log
            if kept.head and is_of_now and any(backup.is_from(header, public=one) for one in own):
                found.append(
                    Witness(
                        f"备份“{kept.path.name}”", kept.log_entries, bytes.fromhex(kept.head),
                        int(header.get("batch", 0)), bytes.fromhex(str(header.get("audit", ""))),
                    )
                )  # fmt: skip
    with station.vault.reading(READ_SEALED) as connection:
        held = witnesses.of_ours(connection, station.vault.identity.writer)
    return found + [replace(one, where=f"{org} 留存的记录") for org, one in held]


def restore_backup(
    path: Path, *, folder: Path, password: str, clock: Clock, ids: IdMaker | None = None, user: str = "",
    second: Second | None = None,
) -> Restored:  # fmt: skip
    """Restore a backup into `folder` and begin a new epoch there.

    A store already in the folder is moved aside, never deleted; it is put back if the backup does
    not open, or if a second supervisor is needed and did not consent. Raises NotFoundError,
    DamagedStoreError, WrongPasswordError, StoreInUseError, NotAllowedError, SecondPersonError.
    """
    header = backup.read_header(path)
    refuse_network_place(folder)
    aside = _move_aside(folder, clock) if is_store(folder) else None
    try:
        backup.unpack_backup(path, folder=folder)
        station = open_store(folder, password=password, clock=clock, ids=ids or RandomIds(), user=user)
    except (KnownError, OSError):
        _put_back(folder, aside)
        raise
    try:
        station.allow("restore")
        station.second = second
        need_second(station, "restore")
    except KnownError:
        station.close()
        _put_back(folder, aside)
        raise
    try:
        why = f"从备份恢复（{header['created']}）"
        used = _epochs_used(station, folder, aside, int(header["epoch"]))
        if station.vault.identity.epoch <= used:
            station.vault.begin_epoch(why, above=used)
        else:  # opening it noticed already that it lies elsewhere
            station.vault.explain_epoch(why)
        people = int(header["people"])
    finally:
        station.close()
    return Restored(people, str(header["created"]), aside, _lost(aside, header))


def _epochs_used(station: Station, folder: Path, aside: Path | None, present: int) -> int:
    """Return the highest epoch the register is known to have counted in: after its backup it may have begun others.

    An epoch used twice would make its counters lie: what was written in one of them would count as known.
    """
    store_id = station.vault.identity.store_id
    found = [present]
    for kept in kept_backups(folder / BACKUPS, store_id=store_id):
        found.append(int(backup.read_header(kept.path).get("epoch", 0)))
    if aside is not None:
        found.append(epoch_of_copy(station.vault, aside / DATABASE, store_id=store_id))
    return max(found)


def _lost(aside: Path | None, header: Mapping[str, Any]) -> int:
    """Return how far the replaced store had gone beyond the backup, by the note beside it."""
    try:
        note = json.loads(((aside or Path()) / HEAD).read_text(encoding="utf-8"))
        return max(0, int(note["n"]) - int(header["log"])) if note["store_id"] == header["store_id"] else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def newest_backup(folder: Path) -> KeptBackup | None:
    """Return the newest whole backup of the register in `folder`: beside it, or where backups went before."""
    found = kept_backups(folder / BACKUPS)
    if found:
        for place in notes_of(found[0].store_id).places:
            found += kept_backups(Path(place), store_id=found[0].store_id)
    return max(found, key=lambda one: (one.log_entries, one.created), default=None)


def save_diagnosis(path: Path, *, places: Sequence[str], folder: Path, clock: Clock) -> None:
    """Write what street IT needs to know of a damaged register, without any personal data.

    Raises DiskFullError.
    """
    lines = [f"银册登记库诊断　{stamp(clock)}", f"文件夹：{folder}", *places]
    lines += [f"{one.name}　{one.stat().st_size} 字节" for one in sorted(folder.iterdir()) if one.is_file()]
    lines += [f"备份：{one.path.name}　{one.log_entries} 步" for one in kept_backups(folder / BACKUPS)]
    try:
        write_atomically(path, "\n".join(lines).encode("utf-8"))
    except OSError as error:
        raise DiskFullError("诊断没有写成", "请换一个位置再保存") from error


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
