"""Where a store may lie and who may hold it: network shares and second programs are refused."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from desktop.domain.errors import DiskFullError, StoreInUseError, StorePlaceError

DATABASE = "store.db"
LOCK = "store.lock"
HEAD = "store.head"
BACKUPS = "backups"
KEYS = ("store.keys", "store.keys.copy")  # as `security/key_file.py` names them
STORE_FILES = (*KEYS, HEAD, f"{DATABASE}-wal", f"{DATABASE}-shm", DATABASE)  # the data file last: without it, no store

_NETWORK_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "fuse.sshfs", "fuse.gvfsd-fuse",
     "fuse.davfs2", "davfs", "fuse.rclone", "glusterfs", "fuse.glusterfs", "ceph", "lustre"}
)  # fmt: skip
_WINDOWS_REMOTE_DRIVE = 4


def refuse_network_place(folder: Path, *, mounts: str | None = None) -> None:
    """Raise StorePlaceError if `folder` lies on a network share.

    `mounts` is the text of /proc/mounts; tests give their own.
    """
    if sys.platform == "win32":
        remote = _is_remote_on_windows(folder)
    else:
        remote = _file_system_of(folder, mounts=mounts) in _NETWORK_SYSTEMS
    if remote:
        raise StorePlaceError("登记库不能放在网络共享文件夹里，多台电脑同时写入会损坏数据", "请放在本机硬盘上")


def _is_remote_on_windows(folder: Path) -> bool:
    """Return True for UNC paths and mapped network drives."""
    if sys.platform != "win32":
        return False
    import ctypes  # noqa: PLC0415 - only there on Windows

    resolved = folder.resolve()
    if str(resolved).startswith("\\\\"):
        return True
    return bool(ctypes.windll.kernel32.GetDriveTypeW(resolved.anchor) == _WINDOWS_REMOTE_DRIVE)


def _file_system_of(folder: Path, *, mounts: str | None) -> str:
    """Return the type of the file system that holds `folder`, '' if it cannot be told."""
    if mounts is None:
        table = Path("/proc/mounts")
        mounts = table.read_text(encoding="utf-8", errors="replace") if table.is_file() else ""
    target = folder.resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:  # noqa: PLR2004 - device, place, type
            continue
        place = Path(parts[1].replace("\\040", " "))
        if target.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), parts[2]
    return kind


def place_mark(folder: Path) -> str:
    """Return where a store lies, in a form that tells a moved store from a copied one.

    Machine, path and file number: a folder that was only moved keeps its file's number, a copy on the
    same computer has another number and another path, and a copy elsewhere another machine.
    """
    number = (folder / DATABASE).stat().st_ino
    return f"{_machine()}|{number}|{folder.resolve()}"


def is_copy(noted: str, found: str) -> bool:
    """Return True if a store noted at one place lies at another without having been moved there."""
    if not noted:
        return False
    (old_machine, old_number, old_path), (machine, number, path) = noted.split("|", 2), found.split("|", 2)
    return old_machine != machine or (old_number != number and old_path != path)


def is_other_machine(noted: str, found: str) -> bool:
    """Return True if a store was last opened on another computer."""
    return bool(noted) and noted.split("|", 1)[0] != found.split("|", 1)[0]


def _machine() -> str:
    """Return a text that stays the same on one computer, '' if the system has none: names are given anew too often."""
    if sys.platform == "win32":
        return _machine_on_windows()
    for name in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            return Path(name).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
    return ""


def _machine_on_windows() -> str:
    if sys.platform != "win32":
        return ""
    import winreg  # noqa: PLC0415 - only there on Windows

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    except OSError:
        return ""


class StoreLock:
    """An exclusive lock on a store folder, held by this process until it is released or dies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / LOCK
        self._file: IO[bytes] | None = None

    def take(self) -> None:
        """Take the lock; raises StoreInUseError if another program holds it, DiskFullError if it cannot be made."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DiskFullError("登记库的文件夹写不进去，可能是磁盘已满", "请腾出空间后再试") from error
        file = os.fdopen(descriptor, "r+b", buffering=0)
        try:
            _lock(file)
        except OSError as error:
            file.close()
            raise StoreInUseError("这个登记库正在被另一个银册程序使用", "请先关闭那个窗口再试") from error
        with suppress(OSError):  # whose it is only helps a person who looks; a full disk keeps nobody out
            file.truncate(0)
            file.write(str(os.getpid()).encode("ascii"))
        self._file = file

    def release(self) -> None:
        """Let go of the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[bytes]) -> None:
    """Lock an open file against other processes, at once or not at all; OSError if held."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - only there on Windows

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - only there on Unix

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
