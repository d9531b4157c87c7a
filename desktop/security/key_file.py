"""The key file: slots that wrap the data key of a store under passwords (`docs/formats/key-file.md`).

Two copies, each with a generation and a SHA-256 over its body; a damaged one is mended from the
other. A slot is Argon2id over the NFKC password, HKDF, then AES-256-GCM whose associated data
binds store, slot, user, role and cost, so no slot can be moved, renamed or weakened.
"""

import base64
import binascii
import hashlib
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop.domain.errors import DamagedStoreError, InvalidValueError, NotFoundError, WrongPasswordError

NAME = "store.keys"
COPY = "store.keys.copy"
FORMAT = "yince-keys/1"
MOST_SLOTS = 32
_KEY_LENGTH = 32
_NONCE_LENGTH = 12
_SALT_LENGTH = 16
_MOST_FILE = 1 << 20
_SHORTEST_PASSWORD = 8
_FEWEST_CHARACTERS = 4
_MOST_MEMORY = 2 << 20
_MOST_PASSES = 64
_MOST_LANES = 16


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess costs: Argon2id memory in KiB, passes and lanes."""

    memory_kib: int
    passes: int
    lanes: int

    def is_reasonable(self) -> bool:
        """True within bounds that neither weaken a slot to nothing nor exhaust the computer."""
        return (
            8 * self.lanes <= self.memory_kib <= _MOST_MEMORY
            and 1 <= self.passes <= _MOST_PASSES
            and 1 <= self.lanes <= _MOST_LANES
        )


STANDARD = KdfCost(memory_kib=256 * 1024, passes=3, lanes=2)  # about half a second on an office PC


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """What a password opened."""

    data_key: bytes
    user: str
    role: str
    store_id: str


def check_passphrase(password: str) -> None:
    """Raise InvalidValueError unless `password` is long and varied enough to be worth having."""
    plain = _normal(password)
    if len(plain) < _SHORTEST_PASSWORD or len(set(plain)) < _FEWEST_CHARACTERS:
        raise InvalidValueError(
            "password", "密码太短或太简单", f"请至少用 {_SHORTEST_PASSWORD} 个字符，不要全是相同的字符"
        )


def create_key_file(
    folder: Path, *, password: str, user: str, role: str, store_id: str, cost: KdfCost = STANDARD
) -> bytes:
    """Make a key file with one slot in `folder` and return the new 32-byte data key."""
    data_key = secrets.token_bytes(_KEY_LENGTH)
    body = {"format": FORMAT, "store_id": store_id, "generation": 1, "slots": []}
    body["slots"] = [_make_slot(body, data_key, password=password, user=user, role=role, cost=cost)]
    _write_both(folder, body)
    return data_key


def open_key_file(folder: Path, *, password: str) -> OpenSlot:
    """Return what `password` opens; a damaged copy is mended on the way.

    Raises WrongPasswordError, DamagedStoreError when neither copy can be read.
    """
    body = _read(folder)
    for slot in body["slots"]:
        data_key = _open_slot(body, slot, password)
        if data_key is not None:
            return OpenSlot(data_key, slot["user"], slot["role"], body["store_id"])
    raise WrongPasswordError("密码不对", "请检查大小写和输入法后再试")


def users_of(folder: Path) -> list[tuple[str, str]]:
    """Return the name and role of every slot; raises DamagedStoreError."""
    return [(slot["user"], slot["role"]) for slot in _read(folder)["slots"]]


def add_slot(folder: Path, *, opened: OpenSlot, password: str, user: str, role: str, cost: KdfCost = STANDARD) -> None:
    """Give another user a slot; raises InvalidValueError when the name is taken or slots are full."""
    body = _read(folder)
    if any(slot["user"] == user for slot in body["slots"]):
        raise InvalidValueError("user", f"已经有名叫“{user}”的使用人", "请换一个名字")
    if len(body["slots"]) >= MOST_SLOTS:
        raise InvalidValueError("user", f"使用人已满 {MOST_SLOTS} 个", "请先删除不再使用的")
    slot = _make_slot(body, opened.data_key, password=password, user=user, role=role, cost=cost)
    _replace(folder, body, [*body["slots"], slot])


def remove_slot(folder: Path, *, user: str) -> None:
    """Take a user's slot away; raises NotFoundError, InvalidValueError for the last slot."""
    body = _read(folder)
    left = [slot for slot in body["slots"] if slot["user"] != user]
    if len(left) == len(body["slots"]):
        raise NotFoundError(f"没有名叫“{user}”的使用人", "请刷新后再看")
    if not left:
        raise InvalidValueError("user", "最后一个使用人不能删除", "请先添加另一个使用人")
    _replace(folder, body, left)


def change_password(folder: Path, *, user: str, old: str, new: str, cost: KdfCost | None = None) -> None:
    """Replace a user's password: the new slot is written and opened before the old one goes.

    Raises WrongPasswordError when `old` does not open the user's slot, NotFoundError.
    """
    body = _read(folder)
    mine = next((slot for slot in body["slots"] if slot["user"] == user), None)
    if mine is None:
        raise NotFoundError(f"没有名叫“{user}”的使用人", "请刷新后再看")
    data_key = _open_slot(body, mine, old)
    if data_key is None:
        raise WrongPasswordError("原密码不对", "请重新输入")
    slot = _make_slot(body, data_key, password=new, user=user, role=mine["role"], cost=cost or KdfCost(*mine["cost"]))
    _replace(folder, body, [*body["slots"], slot])
    if open_key_file(folder, password=new).data_key != data_key:
        raise DamagedStoreError("新密码写入后打不开", "旧密码仍然有效，请重试")
    again = _read(folder)
    _replace(folder, again, [one for one in again["slots"] if one["id"] != mine["id"]])


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _make_slot(
    body: dict[str, Any], data_key: bytes, *, password: str, user: str, role: str, cost: KdfCost
) -> dict[str, Any]:
    """Return a new slot that wraps `data_key`."""
    slot: dict[str, Any] = {
        "id": secrets.token_hex(8),
        "user": user,
        "role": role,
        "kdf": "argon2id",
        "cost": [cost.memory_kib, cost.passes, cost.lanes],
        "salt": _text(secrets.token_bytes(_SALT_LENGTH)),
        "nonce": _text(secrets.token_bytes(_NONCE_LENGTH)),
    }
    wrapped = AESGCM(_wrapping_key(slot, password)).encrypt(_bytes(slot["nonce"]), data_key, _bound(body, slot))
    slot["wrapped"] = _text(wrapped)
    return slot


def _open_slot(body: dict[str, Any], slot: dict[str, Any], password: str) -> bytes | None:
    """Return the data key if `password` opens this slot, else None."""
    try:
        key = _wrapping_key(slot, password)
        return AESGCM(key).decrypt(_bytes(slot["nonce"]), _bytes(slot["wrapped"]), _bound(body, slot))
    except InvalidTag:
        return None


def _wrapping_key(slot: dict[str, Any], password: str) -> bytes:
    """Return the key that wraps the data key in this slot."""
    cost = KdfCost(*slot["cost"])
    if slot["kdf"] != "argon2id" or not cost.is_reasonable():
        raise DamagedStoreError("密钥文件的参数不对", "请从备份恢复密钥文件")
    argon = Argon2id(
        salt=_bytes(slot["salt"]), length=_KEY_LENGTH, iterations=cost.passes, lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )  # fmt: skip
    stretched = argon.derive(_normal(password).encode("utf-8"))
    return HKDF(algorithm=SHA256(), length=_KEY_LENGTH, salt=None, info=b"yince slot/v1").derive(stretched)


def _bound(body: dict[str, Any], slot: dict[str, Any]) -> bytes:
    """Return the associated data of a slot: what it may not be moved to or changed in."""
    bound = [FORMAT, body["store_id"], slot["id"], slot["user"], slot["role"], slot["kdf"], slot["cost"], slot["salt"]]
    return json.dumps(bound, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DamagedStoreError("密钥文件已损坏", "请从备份恢复密钥文件") from error


def _read(folder: Path) -> dict[str, Any]:
    """Return the newest sound copy, and mend the other from it; DamagedStoreError if there is none."""
    copies = {name: _read_one(folder / name) for name in (NAME, COPY)}
    sound = [body for body in copies.values() if body is not None]
    if not sound:
        raise DamagedStoreError("密钥文件不见了或已损坏", "请从备份恢复密钥文件")
    best = max(sound, key=lambda body: int(body["generation"]))
    for name, body in copies.items():
        if body != best:
            _write_one(folder / name, best)
    return best


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


def _replace(folder: Path, body: dict[str, Any], slots: list[dict[str, Any]]) -> None:
    """Write the next generation with other slots."""
    _write_both(folder, {**body, "generation": body["generation"] + 1, "slots": slots})


def _write_both(folder: Path, body: dict[str, Any]) -> None:
    for name in (NAME, COPY):
        _write_one(folder / name, body)


def _write_one(path: Path, body: dict[str, Any]) -> None:
    """Replace one copy: temporary neighbour, mode 0600, synced, renamed."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(hashlib.sha256(text).hexdigest().encode("ascii") + b"\n" + text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
