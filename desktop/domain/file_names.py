"""Names of files as texts: a stick may hold any bytes, and a name is shown, printed and kept in the register."""

import os
import unicodedata
from contextlib import suppress
from pathlib import Path

_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shown_name(path: Path) -> str:
    """Return the last part of a path as a text that can be shown and kept: old systems wrote names in GBK."""
    raw = os.fsencode(path.name)
    text = raw.decode("utf-8", "replace")
    if "�" in text:
        with suppress(UnicodeDecodeError):
            text = raw.decode("gb18030")
    return "".join("�" if is_odd(one) else one for one in text)


def is_odd(one: str) -> bool:
    """Return True for a character that breaks a line, turns the direction of writing, or is half of one."""
    return unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} or one in _TURNS


def is_plain_file(path: Path) -> bool:
    """Return True for a file that can be read to its end: no folder, pipe, device, loop of links or impossible name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Return True for a folder; False for anything else, impossible names as well."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
