"""Files that are still there after a power cut: written beside, synced, renamed, and the folder synced as well.

A rename is only safe once its folder was synced; before that a power cut may leave either name, and without the
sync of the file an empty one. Where a system cannot sync folders (Windows) its journal keeps the order.
"""

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_CANNOT = (errno.EINVAL, errno.ENOTSUP)  # some file systems of sticks know no sync of a folder


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file whole, mode 0600: after any cut there is the old content or the new. Raises OSError."""
    write_beside(path, content)
    sync_folder(path.parent)


def write_beside(path: Path, content: bytes) -> None:
    """Replace a file whole as `write_durably` does, but leave it open which of the two a power cut leaves."""
    replace_together({path: content})


def replace_together(contents: Mapping[Path, bytes]) -> None:
    """Replace several files whole: all are on the medium before the first takes its name. Raises OSError.

    So a full disk leaves them all as they were, and nothing half beside them.
    """
    parts = {path: path.with_name(path.name + ".part") for path in contents}
    try:
        for path, content in contents.items():
            write_synced(parts[path], content)
        for path, part in parts.items():
            os.replace(part, path)
    except OSError:
        with suppress(OSError):
            for part in parts.values():
                part.unlink(missing_ok=True)
        raise


def write_synced(path: Path, content: bytes) -> None:
    """Write a file, mode 0600, and bring its content to the medium. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Bring what was written to a file to its medium. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    finally:
        os.close(descriptor)


def forget_cached(path: Path) -> None:
    """Ask the system to read a synced file from its medium the next time, not from memory, where it can."""
    if not hasattr(os, "posix_fadvise"):
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
