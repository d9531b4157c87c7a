"""Backups that make themselves, how safe the register is at the moment, and the restore drill."""

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from desktop.config.out_path import refuse_own_folder
from desktop.config.station_notes import StationNotes, keep_notes, notes_of, with_place
from desktop.domain.durable import forget_cached, sync_file, sync_folder
from desktop.domain.errors import DamagedStoreError, DiskFullError, NotFoundError, StoreError
from desktop.services.keyring import own_publics
from desktop.services.station import Station
from desktop.store import backup
from desktop.store.backup import BackupInfo
from desktop.store.places import BACKUPS, DATABASE
from desktop.store.rotation import KeptBackup, kept_backups, rotate, sweep_parts

YELLOW_DAYS, RED_DAYS, DRILL_DAYS = 7, 14, 90  # `security.md` section 5.3 and 5.6
_LEAST_FREE = 1 << 30
_WARN_TIMES, _NEEDED_TIMES = 5, 3  # free space in store sizes: below it warn, below it refuse large jobs
FINE, YELLOW, RED = "fine", "yellow", "red"


@dataclass(frozen=True, slots=True)
class Safety:
    """How safe the register is: `level` fine, yellow or red, and one sentence for the user."""

    level: str
    said: str
    newest: KeptBackup | None
    off_machine_on: str
    drilled_on: str
    is_drill_due: bool
    places: tuple[str, ...]
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Drill:
    """A restore that was rehearsed: nothing of the register was touched."""

    path: Path
    people: int
    log_entries: int
    seconds: float
    is_off_machine: bool


def automatic_backup(station: Station, *, before: str) -> BackupInfo:
    """Write a verified backup beside the store, then let the oldest go by the rule of `store.rotation`.

    Raises DiskFullError, DamagedStoreError.
    """
    station.allow("backup.auto")
    folder = station.vault.folder / BACKUPS
    info = backup.write_backup(station.vault, target=folder, label=f"-{before}")
    rotate(folder, store_id=station.vault.identity.store_id, today=station.today())
    return info


def back_up_if_changed(station: Station, *, before: str) -> BackupInfo | None:
    """Write an automatic backup if anything was logged since the newest one; also to a place that is plugged in.

    Raises DiskFullError, DamagedStoreError.
    """
    station.allow("backup.auto")
    kept = kept_backups(station.vault.folder / BACKUPS, store_id=station.vault.identity.store_id)
    number, digest = station.vault.head()
    if kept and (kept[0].log_entries, kept[0].head) == (number, digest.hex()):
        return None
    info = automatic_backup(station, before=before)
    _copy_off(station, info)
    return info


def _copy_off(station: Station, info: BackupInfo) -> None:
    """Carry a fresh backup to the first remembered place that is there; a stick that is not in is no error."""
    notes = notes_of(station.vault.identity.store_id)
    place = next((Path(one) for one in notes.places if Path(one).is_dir()), None)
    if place is None:
        return
    target, part = place / info.path.name, place / f"{info.path.name}.part"
    try:
        sweep_parts(place)
        shutil.copyfile(info.path, part)
        sync_file(part)
        forget_cached(part)
        backup.verify_container(part)
        part.replace(target)
        sync_folder(place)
    except (OSError, StoreError):
        part.unlink(missing_ok=True)
        return
    _note_off_machine(station, notes, target)
    rotate(place, store_id=station.vault.identity.store_id, today=station.today())


def back_up_to(station: Station, *, target: Path) -> BackupInfo:
    """Write a verified backup into a folder the user chose, and remember the folder.

    Raises DiskFullError, DamagedStoreError, PlaceError (a folder of a register).
    """
    station.allow("backup.auto")
    refuse_own_folder(target)
    info = backup.write_backup(station.vault, target=target)
    notes = with_place(notes_of(station.vault.identity.store_id), target.resolve())
    if is_off_machine(station, target):
        _note_off_machine(station, notes, info.path)
    else:
        keep_notes(station.vault.identity.store_id, notes)
    return info


def is_off_machine(station: Station, place: Path) -> bool:
    """Return True if a folder lies on another medium than the register."""
    try:
        return place.stat().st_dev != station.vault.folder.stat().st_dev
    except OSError:
        return False


def _note_off_machine(station: Station, notes: StationNotes, path: Path) -> None:
    noted = replace(notes, off_machine_on=station.today().isoformat(), off_machine_at=str(path))
    keep_notes(station.vault.identity.store_id, noted)


def safety_of(station: Station) -> Safety:
    """Return how safe the register is today: last copy off this machine, last drill, free space."""
    notes = notes_of(station.vault.identity.store_id)
    kept = kept_backups(station.vault.folder / BACKUPS, store_id=station.vault.identity.store_id)
    free = shutil.disk_usage(station.vault.folder).free
    size = (station.vault.folder / DATABASE).stat().st_size
    level, said = _level(notes, station.today())
    if station.vault.head()[0] <= 1:  # nothing but the organisation itself: there is nothing to lose yet
        level, said = FINE, "登记库还是空的，登记了人以后再备份"
    if free < max(_LEAST_FREE, _WARN_TIMES * size):
        level, said = RED, f"磁盘只剩 {free // (1 << 20)} MB，请尽快清理，否则可能存不下新的登记"
    return Safety(
        level, said, kept[0] if kept else None, notes.off_machine_on, notes.drilled_on,
        _is_older(notes.drilled_on, station.today(), DRILL_DAYS), notes.places, free,
    )  # fmt: skip


def _level(notes: StationNotes, today: date) -> tuple[str, str]:
    if not notes.off_machine_on:
        return YELLOW, "还没有备份到移动存储盘，这台电脑坏了数据就没有了，请插上存储盘做一次备份"
    days = (today - date.fromisoformat(notes.off_machine_on)).days
    if days >= RED_DAYS:
        return RED, f"已经 {days} 天没有备份到移动存储盘，请今天就做一次"
    if days >= YELLOW_DAYS:
        return YELLOW, f"已经 {days} 天没有备份到移动存储盘，请做一次"
    return FINE, f"最近一次备份到移动存储盘是 {notes.off_machine_on}"


def _is_older(day: str, today: date, days: int) -> bool:
    return not day or (today - date.fromisoformat(day)).days >= days


def refuse_without_room(station: Station, *, what: str) -> None:
    """Raise DiskFullError before a large job that the disk has no room for: three times the store."""
    size = (station.vault.folder / DATABASE).stat().st_size
    free = shutil.disk_usage(station.vault.folder).free
    if free < _NEEDED_TIMES * size:
        need = (_NEEDED_TIMES * size - free) // (1 << 20) + 1
        raise DiskFullError(f"磁盘剩余空间不够，没有开始{what}", f"请再腾出约 {need} MB 后重试")


def drill_restore(station: Station, *, path: Path | None = None) -> Drill:
    """Restore the newest backup off this machine (else beside the store) into a folder of its own, check it, drop it.

    Raises NotFoundError when there is no backup, DamagedStoreError when it does not restore.
    """
    began = station.clock.now()
    chosen, is_off = (path, True) if path is not None else _drill_source(station)
    header = backup.read_header(chosen)
    if header["store_id"] != station.vault.identity.store_id:
        raise DamagedStoreError("这份备份是另一个登记库的", "请选择本登记库的备份")
    with tempfile.TemporaryDirectory(dir=station.vault.folder, prefix=backup.TRIALS) as place:
        backup.unpack_backup(chosen, folder=Path(place))
        counts = _counts_of(station, Path(place) / DATABASE)
    if (counts["people"], counts["log"]) != (header["people"], header["log"]):
        raise DamagedStoreError("演练没有通过：备份里的人数与记录的不一致", "请换一份备份，并尽快重新备份")
    if header["format"] > 1 and not any(backup.is_from(header, public=one) for one in own_publics(station)):
        raise DamagedStoreError("演练没有通过：备份的签名不是本机的", "请换一份备份，并尽快重新备份")
    seconds = (station.clock.now() - began).total_seconds()
    drill = Drill(chosen, counts["people"], counts["log"], seconds, is_off)
    _note_drill(station, drill)
    return drill


def _counts_of(station: Station, path: Path) -> dict[str, int]:
    """Open a restored copy under the register's own key and check it whole."""
    try:
        connection = station.vault.look_at_copy(path)
    except DamagedStoreError as error:
        raise DamagedStoreError("演练没有通过：这份备份用现在的密钥打不开", "更换过密钥的，请重新备份") from error
    try:
        return backup.sound_counts(connection)
    finally:
        connection.close()


def _drill_source(station: Station) -> tuple[Path, bool]:
    """Return the newest backup off this machine, else the newest of all, and whether it is off."""
    store_id = station.vault.identity.store_id
    folders = [*map(Path, notes_of(store_id).places), station.vault.folder / BACKUPS]
    found = [
        (is_off_machine(station, folder), one) for folder in folders for one in kept_backups(folder, store_id=store_id)
    ]
    if not found:
        raise NotFoundError("还没有可以演练的备份", "请先做一次备份")
    is_off, chosen = max(found, key=lambda pair: (pair[0], pair[1].log_entries, pair[1].created))
    return chosen.path, is_off


def _note_drill(station: Station, drill: Drill) -> None:
    said = f"演练成功：{drill.people:,} 人，变更记录 {drill.log_entries:,} 条，用时 {drill.seconds:.0f} 秒"
    notes = notes_of(station.vault.identity.store_id)
    noted = replace(notes, drilled_on=station.today().isoformat(), drill_said=said)
    keep_notes(station.vault.identity.store_id, noted)
