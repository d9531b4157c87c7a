"""The two copies of the key file: which is sound, mending one from the other, replacing both.

Each is a SHA-256 over its body, a line feed and the body. Written one after the other, each renamed whole, then the
folder is synced: what is encrypted next may need the key in them (`docs/formats/key-file.md`).
"""

import hashlib
import itertools
import json
from contextlib import suppress
from pathlib import Path

from desktop.domain.durable import replace_together, sync_folder, write_beside
from desktop.domain.errors import DamagedStoreError, DiskFullError
from desktop.security.key_slots import FORMAT, Body, Slot, seal_of

NAME = "store.keys"
COPY = "store.keys.copy"
_MOST_FILE = 1 << 20
_MOST_PIECES = 12  # places in which two damaged copies may differ: 4,096 hashes, a tenth of a second


def read(folder: Path) -> Body:
    """Return the newest sound copy, else the whole of which both have parts; DamagedStoreError if there is none."""
    raws = [_raw(folder / name) for name in (NAME, COPY)]
    sound = [body for raw in raws if (body := _body_of(raw)) is not None] or _pieced_together(*raws)
    if not sound:
        raise DamagedStoreError("密钥文件不见了或已损坏", "请从备份恢复，登记的内容不会丢")
    return max(sound, key=lambda body: int(body["generation"]))


def _pieced_together(one: bytes, other: bytes) -> list[Body]:
    """Return the body of two copies that are damaged in a few different places: the hash tells which is which."""
    places = [place for place, (left, right) in enumerate(zip(one, other, strict=False)) if left != right]
    if not one or len(one) != len(other) or len(places) > _MOST_PIECES:
        return []
    for chosen in itertools.product((one, other), repeat=len(places)):
        tried = bytearray(one)
        for place, source in zip(places, chosen, strict=True):
            tried[place] = source[place]
        body = _body_of(bytes(tried))
        if body is not None:
            return [body]
    return []


def read_and_mend(folder: Path) -> tuple[Body, tuple[str, ...]]:
    """Return the newest sound copy and the names of those that were mended from it; raises DamagedStoreError.

    Only who holds the store's lock may mend: another program may be writing the two one after the other.
    """
    best = read(folder)
    mended = tuple(name for name in (NAME, COPY) if _body_of(_raw(folder / name)) != best)
    with suppress(OSError):  # a medium that cannot be written opens all the same
        for name in mended:
            write_beside(folder / name, body_text(best))
        if mended:
            sync_folder(folder)
    return best, mended


def _raw(path: Path) -> bytes:
    """Return what lies in one copy, b'' if that cannot be read or is no key file by its size."""
    try:
        return path.read_bytes() if path.stat().st_size <= _MOST_FILE else b""
    except OSError:
        return b""


def _body_of(raw: bytes) -> Body | None:
    """Return the body in the bytes of a copy if they are whole, else None."""
    digest, _, text = raw.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode("ascii") != digest:
        return None
    try:
        body = json.loads(text)
    except ValueError:
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


def is_readable(folder: Path) -> bool:
    """Return True unless both copies are damaged beyond each other's help."""
    try:
        read(folder)
    except DamagedStoreError:
        return False
    return True


def put_back(folder: Path, raw: bytes) -> None:
    """Replace both copies by the bytes of a sound key file, as a backup holds them. Raises DamagedStoreError."""
    body = _body_of(raw)
    if body is None:
        raise DamagedStoreError("备份里的密钥文件已损坏", "请换一份备份")
    write_both(folder, body)


def sound_bytes(folder: Path) -> bytes:
    """Return the key file as a sound copy has it, for a backup; raises DamagedStoreError."""
    return body_text(read(folder))
