"""Where a file may be written: only under a name every office PC can read, and never among the program's own files."""

import os
import unicodedata
from pathlib import Path

from desktop.config import paths
from desktop.domain.errors import PlaceError

_RESERVED = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))}
_OWN = ("store.db", "store.keys")  # what makes a folder a register
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONGEST = 240  # bytes of a name; most systems take 255, and `.part` is added while it is written


def checked_target(path: Path) -> Path:
    """Return where `path` really lies, links of its folder followed; raises PlaceError where nothing may be written.

    A register's folder holds its own files only: an export that took the name of the database or of its key
    file would be the end of it. The name itself may be a link; what it points to is never written through.
    """
    _refuse_name(path.name)
    try:
        folder = path.parent.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise PlaceError(f"没有文件夹“{shown_name(path.parent)}”", "请先建好文件夹，或换一个位置") from error
    refuse_own_folder(folder)
    target = folder / path.name
    if target.is_dir():
        raise PlaceError(f"“{shown_name(path)}”是一个文件夹", "请另取一个文件名")
    return target


def refuse_own_folder(folder: Path) -> None:
    """Raise PlaceError if a folder belongs to a register or to what the program notes for itself."""
    for place in (folder, *folder.parents):
        if any((place / name).exists() for name in _OWN):
            raise PlaceError("登记库的文件夹里不能放别的文件", "请换一个文件夹，例如桌面或移动存储盘")
    own = paths.home().resolve()
    if folder == own or own in folder.parents:
        raise PlaceError("程序自己的文件夹里不能放别的文件", "请换一个文件夹，例如桌面或移动存储盘")


def shown_name(path: Path) -> str:
    """Return the last part of a path as a text that can be shown and stored, whatever bytes the stick has in it."""
    raw = os.fsencode(path.name)
    for encoding in ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.decode("utf-8", "replace")
    return "".join("�" if _is_odd(one) else one for one in text)


def _is_odd(one: str) -> bool:
    """Return True for what breaks a line, turns the direction of writing, or is half a character."""
    return unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} or one in _TURNS


def _refuse_name(name: str) -> None:
    """Raise PlaceError for a name another computer could not read, or that means something else there."""
    if not name or any(map(_is_odd, name)) or "\\" in name or (os.name == "nt" and ":" in name):
        raise PlaceError("文件名里有不能用的字符", "请另取一个文件名，用汉字、字母和数字")
    if name[-1] in ". " or name.split(".", 1)[0].strip().lower() in _RESERVED:
        raise PlaceError(f"“{name}”在 Windows 上不能当文件名", "请另取一个文件名")
    if len(os.fsencode(name)) > _LONGEST:
        raise PlaceError("文件名太长", "请取一个短一些的文件名，不超过 80 个汉字")
