"""Backups: one file a backup, verified by reading it back (`docs/formats/backup.md`).

A backup is `YBK1` and a line feed, a length-prefixed JSON header, then the key file and the store, both as they
lie on disk: encrypted as they always are. The header holds nothing personal, the hash of both
parts and the end of the change log, signed by the device; SQLCipher authenticates every page of
the store under the data key.
"""

import hashlib
import hmac
import json
import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3

from desktop.domain.clock import stamp
from desktop.domain.durable import forget_cached, sync_file, sync_folder, write_synced
from desktop.domain.errors import DamagedStoreError, DiskFullError, NotFoundError
from desktop.domain.file_names import is_plain_file
from desktop.security import key_copies
from desktop.security.signing import SigningKey, is_signed
from desktop.store import migrations
from desktop.store.engine import look_at
from desktop.store.places import DATABASE
from desktop.store.vault import Vault

MAGIC = b"YBK1\n"
SUFFIX = ".ybk"
TRIALS = "演练-"  # how the folders begin in which a backup is tried out beside the store
KEY_FILE = key_copies.NAME
_LENGTH = struct.Struct(">I")
_MOST_HEADER = 1 << 20
_SEALED_SINCE = 11  # the schema with the audit chain
_FORMAT = 2  # 1 had neither signature nor head; such backups still restore
_SIGNED_AS = b"yince backup/2\n"
_FIELDS = {  # what every header has had from the first format on
    "format": int, "store_id": str, "epoch": int, "created": str, "people": int, "log": int,
    "keys_size": int, "keys_sha256": str, "store_size": int, "store_sha256": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """A verified backup."""

    path: Path
    people: int
    log_entries: int
    created: str
    size: int


def write_backup(vault: Vault, *, target: Path, label: str = "") -> BackupInfo:
    """Write a backup of an open store into the folder `target`, read it back, and return it.

    Raises DiskFullError, DamagedStoreError when the copy does not verify.
    """
    created = stamp(vault.clock)
    name = f"备份-{vault.identity.org}-{created.replace(':', '').replace('-', '')}{label}{SUFFIX}"
    path = _free_name(target / name)
    copy = path.with_name(path.name + ".db.part")
    part = path.with_name(path.name + ".part")
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = _copy_store(vault, copy)
        _assemble(vault, copy, part, created=created, facts=facts)
        forget_cached(part)
        verify_container(part)
        size = part.stat().st_size
        os.replace(part, path)
        sync_folder(target)
    except (OSError, sqlcipher3.OperationalError) as error:
        raise DiskFullError("备份没有写成，可能是磁盘已满或存储盘被拔出", "请换一个位置再备份") from error
    except sqlcipher3.DatabaseError as error:
        raise DamagedStoreError(
            "备份写下的读不回来，没有保留", "请换一个存储盘；仍不行时请先运行“检查登记库”"
        ) from error
    finally:
        with suppress(OSError):  # the stick is gone: what is left there goes with the next backup
            copy.unlink(missing_ok=True)
            part.unlink(missing_ok=True)
    return BackupInfo(path, facts["people"], facts["log"], created, size)


def _free_name(path: Path) -> Path:
    """Return `path`, or the same with a number when it is taken."""
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _copy_store(vault: Vault, target: Path) -> dict[str, Any]:
    """Copy the store page by page under the same key and check the copy; return its counts, size and hash.

    The hash is taken before the check and looked for again in what was written from the copy: on a bad stick the
    two readings may differ, and what was checked must be what is kept.
    """
    target.unlink(missing_ok=True)
    source = vault.raw_copy_source()
    copy = vault.empty_copy(target)
    try:
        os.chmod(target, 0o600)
        source.backup(copy)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
    finally:
        copy.close()
        source.close()
    sync_file(target)
    forget_cached(target)
    facts = {"store_size": target.stat().st_size, "store_sha256": _file_hash(target)}
    check = vault.look_at_copy(target)
    try:
        return {**facts, **sound_counts(check)}
    finally:
        check.close()


def sound_counts(connection: Any) -> dict[str, Any]:
    """Return the counts of a copy at rest that passes its checks; DamagedStoreError if it does not."""
    cursor = connection.cursor()
    try:
        return _counts(cursor)
    except sqlcipher3.OperationalError:
        raise
    except sqlcipher3.DatabaseError as error:
        raise DamagedStoreError("备份核对不通过，没有保留", "请先运行“检查登记库”，再换一个存储盘") from error


def _counts(cursor: Any) -> dict[str, Any]:
    bad = cursor.execute("PRAGMA cipher_integrity_check").fetchall()
    if bad or cursor.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise DamagedStoreError("备份核对不通过，没有保留", "请先运行“检查登记库”，再换一个存储盘")
    people = cursor.execute("SELECT count(*) FROM person WHERE deleted=0").fetchone()[0]
    log = cursor.execute("SELECT n, hash FROM change ORDER BY n DESC LIMIT 1").fetchone() or (0, b"")
    audit = (0, b"")
    schema = migrations.version_of(cursor)
    if schema >= _SEALED_SINCE:
        audit = cursor.execute("SELECT batch, hash FROM seal ORDER BY batch DESC LIMIT 1").fetchone() or audit
    heads = {"head": bytes(log[1]).hex(), "batch": int(audit[0]), "audit": bytes(audit[1]).hex()}
    return {"people": int(people), "log": int(log[0]), "schema": schema, **heads}


def _assemble(vault: Vault, copy: Path, part: Path, *, created: str, facts: dict[str, Any]) -> None:
    """Write header, key file and store into one file, and sync it."""
    keys = key_copies.sound_bytes(vault.folder)  # of the two copies one that is whole
    header: dict[str, Any] = {
        "format": _FORMAT, "store_id": vault.identity.store_id, "org": vault.identity.org, "name": vault.identity.name,
        "kind": vault.identity.kind, "epoch": vault.identity.epoch, "created": created, **facts,
        "keys_size": len(keys), "keys_sha256": hashlib.sha256(keys).hexdigest(),
    }  # fmt: skip
    header["signature"] = SigningKey(vault.secret("sign_seed")).sign(_signed_text(header)).hex()
    text = json.dumps(header, ensure_ascii=False, sort_keys=True).encode("utf-8")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(MAGIC + _LENGTH.pack(len(text)) + text + keys)
        with copy.open("rb") as store:
            while block := store.read(1 << 20):
                file.write(block)
        file.flush()
        os.fsync(file.fileno())


def _signed_text(header: dict[str, Any]) -> bytes:
    """Return what the device signs: every field of the header but the signature and what a reader added."""
    body = {key: value for key, value in header.items() if key not in {"signature", "offset"}}
    return _SIGNED_AS + json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8")


def is_from(header: dict[str, Any], *, public: bytes) -> bool:
    """Return True if the device with this public key wrote the header as it stands."""
    try:
        signature = bytes.fromhex(str(header["signature"]))
    except (KeyError, ValueError):
        return False
    return is_signed(public, _signed_text(header), signature)


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_header(path: Path) -> dict[str, Any]:
    """Return the header of a backup file; raises NotFoundError, DamagedStoreError."""
    if not is_plain_file(path):
        raise NotFoundError("找不到这个备份文件", "请检查路径")
    with path.open("rb") as file:
        start = file.read(len(MAGIC) + _LENGTH.size)
        if not start.startswith(MAGIC) or len(start) < len(MAGIC) + _LENGTH.size:
            raise DamagedStoreError("这不是银册的备份文件", "请选择以 .ybk 结尾的文件")
        (length,) = _LENGTH.unpack(start[len(MAGIC) :])
        text = file.read(length) if length <= _MOST_HEADER else b""
    try:
        header = json.loads(text)
        if any(type(header[key]) is not kind for key, kind in _FIELDS.items()):
            raise ValueError
        sizes = (header["keys_size"], header["store_size"])
        if min(sizes) < 0:
            raise ValueError
        header["offset"] = len(MAGIC) + _LENGTH.size + length
        if path.stat().st_size != header["offset"] + sum(sizes):
            raise ValueError
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedStoreError("备份文件不完整或已损坏", "请换一份备份") from error
    return dict(header)


def verify_container(path: Path) -> None:
    """Read a backup back from its medium and compare both parts with the header."""
    header = read_header(path)
    with path.open("rb") as file:
        file.seek(header["offset"])
        keys = file.read(header["keys_size"])
        store = hashlib.file_digest(file, "sha256").hexdigest()
    same_keys = hmac.compare_digest(hashlib.sha256(keys).hexdigest(), str(header["keys_sha256"]))
    if not same_keys or not hmac.compare_digest(store, str(header["store_sha256"])):
        raise DamagedStoreError("备份文件读回来与写入的不一致", "请换一个存储盘或另一份备份")


def keys_in(path: Path) -> bytes:
    """Return the key file in a verified backup; raises DamagedStoreError, NotFoundError."""
    header = read_header(path)
    verify_container(path)
    with path.open("rb") as file:
        file.seek(header["offset"])
        return file.read(int(header["keys_size"]))


def unpack_backup(path: Path, *, folder: Path) -> dict[str, Any]:
    """Write the key file and the store of a verified backup into `folder`; return the header.

    The folder must hold no store. Raises DamagedStoreError, NotFoundError, DiskFullError.
    """
    header = read_header(path)
    verify_container(path)
    try:
        _unpack(path, folder, header)
    except OSError as error:
        raise DiskFullError("备份没有恢复，可能是磁盘已满", "请腾出空间后再试，现在的登记库没有动过") from error
    return header


def _unpack(path: Path, folder: Path, header: dict[str, Any]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("rb") as file:
        file.seek(header["offset"])
        write_synced(folder / KEY_FILE, file.read(header["keys_size"]))
        store_part = folder / (DATABASE + ".part")
        descriptor = os.open(store_part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as store:
            while block := file.read(1 << 20):
                store.write(block)
            store.flush()
            os.fsync(store.fileno())
    os.replace(store_part, folder / DATABASE)


def check_copy(path: Path, *, key: bytes) -> dict[str, Any]:
    """Return counts and log head of a store file at rest. DamagedStoreError if it is not sound."""
    connection = look_at(path, key=key)
    try:
        return sound_counts(connection)
    finally:
        connection.close()
