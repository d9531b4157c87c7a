"""Backups, restoring one, and the check of the whole store."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.config.station_notes import notes_of
from desktop.domain.clock import Clock, stamp
from desktop.domain.durable import write_durably
from desktop.domain.errors import DamagedStoreError, DiskFullError
from desktop.domain.ids import IdMaker, RandomIds
from desktop.domain.permissions import READ_SEALED
from desktop.domain.progress import Report, silent
from desktop.services.access import open_store
from desktop.services.backup_watch import automatic_backup, back_up_to, refuse_without_room
from desktop.services.keyring import own_publics
from desktop.services.second_person import need_second
from desktop.services.station import Second, Station
from desktop.store import backup, swapping, witnesses
from desktop.store.audit_chain import Witness
from desktop.store.backup import BackupInfo
from desktop.store.epochs import epoch_of_copy
from desktop.store.integrity import CheckReport, check_vault
from desktop.store.places import BACKUPS, DATABASE, HEAD, LOCK, StoreLock, refuse_network_place
from desktop.store.rotation import KeptBackup, kept_backups


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
    return check_vault(station.vault, witnesses=lambda: witnesses_of(station), report=report)


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

    It is made ready in a folder of its own, and takes the place of a store that is there in one go, also when the
    program dies meanwhile (`store.swapping`). That store is moved aside, never deleted; it is not touched if the
    backup does not open, or if a second supervisor is needed and did not consent. Raises NotFoundError,
    DamagedStoreError, WrongPasswordError, StoreInUseError, NotAllowedError, SecondPersonError.
    """
    header = backup.read_header(path)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_network_place(folder)
    lock = StoreLock(folder)
    lock.take()
    try:
        swapping.settle_exchange(folder)
        swapping.sweep_unfinished(folder)
        stage = swapping.stage_of(folder)
        try:
            backup.unpack_backup(path, folder=stage)
            station = open_store(stage, password=password, clock=clock, ids=ids or RandomIds(), user=user)
            try:
                _accept(station, header, second)
                _count_anew(station, header, folder)
            finally:
                station.close()
        except BaseException:
            swapping.drop_stage(folder)
            raise
        (stage / LOCK).unlink(missing_ok=True)
        aside = swapping.exchange(folder, aside=_free_aside(folder, clock))
    finally:
        lock.release()
    return Restored(int(header["people"]), str(header["created"]), aside, _lost(aside, header))


def _accept(station: Station, header: Mapping[str, Any], second: Second | None) -> None:
    """Raise unless the user may restore, the second supervisor consents, and the backup is what its device wrote."""
    station.allow("restore")
    is_signed = header["format"] > 1 or "signature" in header
    if is_signed and not any(backup.is_from(dict(header), public=one) for one in own_publics(station)):
        raise DamagedStoreError("备份的说明与登记库写下的不一致，已损坏或被改动过", "请换一份备份")
    station.second = second
    need_second(station, "restore")


def _count_anew(station: Station, header: Mapping[str, Any], folder: Path) -> None:
    """Begin an epoch above every one the register is known to have counted in."""
    why = f"从备份恢复（{header['created']}）"
    used = _epochs_used(station, folder, int(header["epoch"]))
    if station.vault.identity.epoch <= used:
        station.vault.begin_epoch(why, above=used)
    else:  # opening it noticed already that it lies elsewhere
        station.vault.explain_epoch(why)


def _epochs_used(station: Station, folder: Path, present: int) -> int:
    """Return the highest epoch the register is known to have counted in: after its backup it may have begun others.

    An epoch used twice would make its counters lie: what was written in one of them would count as known.
    """
    store_id = station.vault.identity.store_id
    found = [present, epoch_of_copy(station.vault, folder / DATABASE, store_id=store_id)]
    for kept in kept_backups(folder / BACKUPS, store_id=store_id):
        found.append(int(backup.read_header(kept.path).get("epoch", 0)))
    return max(found)


def _free_aside(folder: Path, clock: Clock) -> str:
    """Return the name of a new dated folder for the store that is replaced."""
    first = f"恢复前-{stamp(clock).replace(':', '')}"
    number, free = 1, first
    while (folder / free).exists():
        number += 1
        free = f"{first}-{number}"
    return free


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
        write_durably(path, "\n".join(lines).encode("utf-8"))
    except OSError as error:
        raise DiskFullError("诊断没有写成", "请换一个位置再保存") from error
