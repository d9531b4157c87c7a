"""The two copies of the key file on disk: read, mended from each other, replaced (`docs/formats/key-file.md`)."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from desktop.domain.durable import replace_together, sync_folder, write_beside
from desktop.domain.errors import DamagedStoreError, DiskFullError
from desktop.security.key_slots import FORMAT, Body, Slot, seal_of

NAME = "store.keys"
COPY = "store.keys.copy"
_MOST_FILE = 1 << 20


def read(folder: Path) -> Body:
    """Return the newest sound copy; DamagedStoreError if there is none."""
    sound = [body for name in (NAME, COPY) if (body := _read_one(folder / name)) is not None]
    if not sound:
        raise DamagedStoreError("密钥文件不见了或已损坏", "请从备份恢复密钥文件")
    return max(sound, key=lambda body: int(body["generation"]))


def read_and_mend(folder: Path) -> tuple[Body, tuple[str, ...]]:
    """Return the newest sound copy and the names of those that were mended from it; raises DamagedStoreError.

    Only who holds the store's lock may mend: another program may be writing the two one after the other.
    """
    best = read(folder)
    mended = tuple(name for name in (NAME, COPY) if _read_one(folder / name) != best)
    with suppress(OSError):  # a medium that cannot be written opens all the same
        for name in mended:
            write_beside(folder / name, body_text(best))
        if mended:
            sync_folder(folder)
    return best, mended


def _read_one(path: Path) -> dict[str, Any] | None:
    """Return one copy's body if it is whole, else None."""
    try:
        if path.stat().st_size > _MOST_FILE:
            return None
        digest, _, text = path.read_bytes().partition(b"\n")
        if hashlib.sha256(text).hexdigest().encode("ascii") != digest:
            return None
        body = json.loads(text)
    except (OSError, ValueError):
        return None
    return body if isinstance(body, dict) and body.get("format") == FORMAT else None


def replace_slots(folder: Path, body: Body, slots: list[Slot], data_key: bytes) -> None:
    """Write the next generation with other slots, sealed under the data key."""
    following = {**body, "generation": body["generation"] + 1, "slots": slots}
    write_both(folder, {**following, "seal": seal_of(following, data_key)})


def write_both(folder: Path, body: Body) -> None:
    """Replace both copies and make that durable: what is encrypted next may need the key in them.

    Raises DiskFullError; then both are as they were.
    """
    text = body_text(body)
    try:
        replace_together({folder / name: text for name in (NAME, COPY)})
        sync_folder(folder)
    except OSError as error:
        raise DiskFullError("密钥文件没有写成，可能是磁盘已满", "请腾出空间后再试") from error


def body_text(body: Body) -> bytes:
    """Return a body as it lies in a file: its hash, a line feed, canonical JSON."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    return hashlib.sha256(text).hexdigest().encode("ascii") + b"\n" + text
