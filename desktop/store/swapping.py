"""Stores that are made or replaced whole or not at all, also when the program dies in the middle.

A new store carries a marker until it has all it needs. A restore is made ready in a folder of its own; a note says
that it is, and from then on every start carries the exchange of the files to its end. Before that note nothing of
the present store was touched. Whoever calls this holds the store's lock.
"""

import os
import shutil
from pathlib import Path

from desktop.domain.durable import sync_folder, write_durably, write_synced
from desktop.domain.errors import DamagedStoreError
from desktop.security import key_copies
from desktop.store.backup import TRIALS
from desktop.store.places import BACKUPS, DATABASE, STORE_FILES

STAGE = "恢复中"  # a restore is made ready here
_MARKER = "store.new"
_MADE = b"made"
_READY = "ready"  # in the stage: the folder the present store goes to, and the files that come in its place


def note_unfinished(folder: Path, store_id: str) -> None:
    """Say that the store of this id is being made here; what is there from an earlier attempt is swept away first."""
    sweep_unfinished(folder)
    write_durably(folder / _MARKER, store_id.encode("ascii"))


def sweep_unfinished(folder: Path) -> None:
    """Take away what is left of a store whose making was cut short."""
    if is_unfinished(folder):
        for name in STORE_FILES:
            (folder / name).unlink(missing_ok=True)
        note_made(folder)


def note_made(folder: Path) -> None:
    """Say that the store is whole. What counts is what the marker says: its removal may be lost in a power cut."""
    sync_folder(folder)
    write_synced(folder / _MARKER, _MADE)
    (folder / _MARKER).unlink(missing_ok=True)
    sync_folder(folder)


def is_unfinished(folder: Path) -> bool:
    """Return True while a store is being made, and after that was cut short: nobody ever had anything in it.

    A store that somebody put there meanwhile by hand has a key file of its own, and is none of that.
    """
    try:
        noted = (folder / _MARKER).read_bytes()
    except OSError:
        return False
    if noted == _MADE:
        return False
    try:
        return str(key_copies.read(folder)["store_id"]).encode("utf-8") == noted
    except DamagedStoreError:
        return True


def is_store(folder: Path) -> bool:
    """Return True if `folder` holds a store, also one that a restore has not put in its place yet."""
    return ((folder / DATABASE).is_file() and not is_unfinished(folder)) or _is_ready(folder)


def stage_of(folder: Path) -> Path:
    """Return an empty folder to make a restore ready in; a half made one is swept away."""
    stage = folder / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700, parents=True)
    return stage


def drop_stage(folder: Path) -> None:
    """Forget a restore that is not wanted after all."""
    shutil.rmtree(folder / STAGE, ignore_errors=True)


def exchange(folder: Path, *, aside: str) -> Path | None:
    """Put the staged store in its place, the present one into the folder `aside`; return that if there was one.

    Once it is noted, this comes to its end: now or at the next start.
    """
    stage = folder / STAGE
    had = any((folder / name).exists() for name in STORE_FILES)
    sync_folder(stage)
    sync_folder(folder)
    staged = [name for name in STORE_FILES if (stage / name).exists()]
    write_durably(stage / _READY, "\n".join([aside, *staged]).encode("utf-8"))
    settle_exchange(folder)
    return folder / aside if had else None


def settle_exchange(folder: Path) -> bool:
    """Carry a noted exchange to its end and return True; sweep a stage away that never was made ready.

    The data file goes last, so whatever else lies in the folder while it is still in the stage is of the old store.
    """
    stage = folder / STAGE
    if not _is_ready(folder):
        drop_stage(folder)
        return False
    aside, *staged = (stage / _READY).read_text(encoding="utf-8").split("\n")
    if (stage / DATABASE).exists():
        in_place = {name for name in staged if not (stage / name).exists()}
        _put_aside(folder, folder / aside, in_place)
    for name in STORE_FILES:
        if (stage / name).exists():
            os.replace(stage / name, folder / name)
    sync_folder(folder)
    sync_folder(stage)
    (stage / _READY).unlink()
    sync_folder(stage)
    drop_stage(folder)
    return True


def _put_aside(folder: Path, aside: Path, in_place: set[str]) -> None:
    """Move what is left of the present store aside: all but the files that already are the new one's."""
    is_old = [name for name in STORE_FILES if (folder / name).exists() and name not in in_place]
    if not is_old:
        return
    aside.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder)
    for name in is_old:
        os.replace(folder / name, aside / name)
    sync_folder(aside)
    sync_folder(folder)


def _is_ready(folder: Path) -> bool:
    return (folder / STAGE / _READY).is_file()


def sweep(folder: Path) -> None:
    """Take away what a killed program left beside the store: half-written files and the folders of drills."""
    for path in [
        *folder.glob("store.*.part*"),
        *(folder / BACKUPS).glob("*.part*"),
    ]:  # and what SQLite keeps beside one
        path.unlink(missing_ok=True)
    if not is_unfinished(folder):
        (folder / _MARKER).unlink(missing_ok=True)
    for place in folder.glob(f"{TRIALS}*"):
        shutil.rmtree(place, ignore_errors=True)
