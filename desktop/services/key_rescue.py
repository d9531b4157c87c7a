"""The way back when both copies of the key file are lost or damaged and the data file is whole.

Every backup holds the key file of its day. As long as the data key was not changed since, it opens the register as it
is now, and nothing registered since the backup is lost. A key that was changed since does not open it: then only the
whole backup helps (`backups.restore_backup`).
"""

import json
import tempfile
from pathlib import Path

from desktop.domain.clock import Clock
from desktop.domain.errors import DamagedStoreError
from desktop.domain.permissions import SUPERVISOR, require
from desktop.security import key_copies, key_file
from desktop.security.key_slots import PASSWORD
from desktop.services.access import hold, station_of
from desktop.store import backup, engine
from desktop.store.places import DATABASE


def keys_are_lost(folder: Path) -> bool:
    """Return True if the register in `folder` has no key file that can be read."""
    return not key_copies.is_readable(folder)


def rescue_keys(path: Path, *, folder: Path, password: str, clock: Clock, user: str = "") -> bool:
    """Put the key file of a backup back if it opens the register as it is; return False if that is no help.

    Only where the present one cannot be read. Who was let in or changed a password after the backup must be let in
    again; the start notes what differs. Raises NotFoundError, DamagedStoreError for a damaged backup,
    WrongPasswordError, NotAllowedError, StoreInUseError.
    """
    if not keys_are_lost(folder):
        return False
    lock = hold(folder)
    try:
        raw = backup.keys_in(path)
        opened = _opened_by(raw, folder, password, user)
        require(opened.role, "restore")
        if not _opens(folder, opened.data_key):
            return False
        key_copies.put_back(folder, raw)
        station_of(lock, opened, clock=clock, checked=False).close()
    finally:
        lock.release()
    return True


def _opened_by(raw: bytes, folder: Path, password: str, user: str) -> key_file.OpenSlot:
    """Return what a password opens in the bytes of a key file."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=backup.TRIALS) as place:
        key_copies.put_back(Path(place), raw)
        return key_file.open_key_file(Path(place), password=password, user=user)


def _opens(folder: Path, key: bytes) -> bool:
    try:
        return engine.opens(folder / DATABASE, key=key)
    except DamagedStoreError:
        return False


def second_people(path: Path, *, user: str) -> list[str]:
    """Return who could consent to restoring a backup: the other supervisors of its day. Raises DamagedStoreError."""
    body = json.loads(backup.keys_in(path).partition(b"\n")[2])
    slots = [slot for slot in body["slots"] if slot["kdf"] == PASSWORD and slot["role"] == SUPERVISOR]
    return [str(slot["user"]) for slot in slots if slot["user"] != user]
