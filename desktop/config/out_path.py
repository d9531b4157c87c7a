"""Where a file may be written: only under a name every office PC can read, and never among the program's own files."""

import os
from pathlib import Path

from desktop.config import paths
from desktop.domain.errors import PlaceError
from desktop.domain.file_names import is_odd, shown_name

_RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))}
_OWN = ("store.db", "store.keys")  # what makes a folder a register
_KEPT = ("backups", "恢复前-", "恢复中", "演练-")  # folders a register makes within its own
_LONGEST = 240  # bytes of a name; most systems take 255, and `.part` is added while it is written


def checked_target(path: Path) -> Path:
    """Return where `path` really lies, links of its folder followed; raises PlaceError where nothing may be written.

    A register's folder holds its own files only: an export that took the name of the database or of its key
    file would be the end of it. The name itself may be a link; what it points to is never written through.
    """
    _refuse_name(path.name)
    try:
        folder = path.parent.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise PlaceError(
            f"没有文件夹“{shown_name(path.parent)}”", "移动存储盘可能被拔出了，请插好或先建好文件夹再试"
        ) from error
    refuse_own_folder(folder)
    target = folder / path.name
    if target.is_dir():
        raise PlaceError(f"“{shown_name(path)}”是一个文件夹", "请另取一个文件名")
    return target


def refuse_own_folder(folder: Path) -> None:
    """Raise PlaceError if a folder is a register's, one a register keeps for itself, or the program's own."""
    folder = _real(folder)
    if _is_register(folder) or (_is_kept_by_register(folder.name) and _is_register(folder.parent)):
        raise PlaceError("登记库的文件夹里不能放别的文件", "请换一个文件夹，例如桌面或移动存储盘")
    own, practice = _real(paths.home()), _real(paths.practice_folder())
    if (folder == own or own in folder.parents) and practice not in (folder, *folder.parents):
        raise PlaceError("程序自己的文件夹里不能放别的文件", "请换一个文件夹，例如桌面或移动存储盘")


def _real(folder: Path) -> Path:
    """Return where a folder lies, there or not, links followed; raises PlaceError for what can be no folder."""
    try:
        return folder.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise PlaceError(f"没有文件夹“{shown_name(folder)}”", "请换一个位置") from error


def _is_register(folder: Path) -> bool:
    return any((folder / name).exists() for name in _OWN)


def _is_kept_by_register(name: str) -> bool:
    return name.startswith(_KEPT)


def _refuse_name(name: str) -> None:
    """Raise PlaceError for a name another computer could not read, or that means something else there."""
    if not name or any(map(is_odd, name)) or "\\" in name or (os.name == "nt" and ":" in name):
        raise PlaceError("文件名里有不能用的字符", "请另取一个文件名，用汉字、字母和数字")
    if name[-1] in ". " or name.split(".", 1)[0].strip().lower() in _RESERVED:
        raise PlaceError(f"“{name}”在 Windows 上不能当文件名", "请另取一个文件名")
    if len(os.fsencode(name)) > _LONGEST:
        raise PlaceError("文件名太长", "请取一个短一些的文件名，不超过 80 个汉字")
