"""The key file: slots that wrap the data key of a store under secrets (`docs/formats/key-file.md`).

Two copies, each with a generation and a SHA-256 over its body; a damaged one is mended from the
other. A slot is Argon2id over the NFKC password, HKDF, then AES-256-GCM whose associated data
binds store, slot, user, role and cost, so no slot can be moved, renamed or weakened
(`key_slots.py`); a seal under the data key keeps slots from being added from outside.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desktop.domain.errors import DamagedStoreError, InvalidValueError, NotFoundError, WrongPasswordError
from desktop.security.key_slots import (
    AGE,
    FORMAT,
    KEY_LENGTH,
    PASSWORD,
    RECOVERY,
    STANDARD,
    Body,
    Holder,
    KdfCost,
    Slot,
    SlotKeys,
    filled,
    is_filled,
    is_sealed,
    make_slot,
    open_slot,
    open_street_slot,
    seal_for,
    seal_of,
    seed_in,
    street_slot,
)
from desktop.security.passphrases import check_passphrase, clean_code
from desktop.security.user_keys import KeyHolder, holder_of

__all__ = ["STANDARD", "KdfCost", "check_passphrase"]

NAME = "store.keys"
COPY = "store.keys.copy"
MOST_SLOTS = 32
SUPERVISOR = "supervisor"
Opens = Callable[[bytes], bool]
_MOST_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """What a secret opened; `next_key` is there while the data key is being changed, `seed` where the user signs."""

    data_key: bytes = field(repr=False)
    user: str
    role: str
    store_id: str
    next_key: bytes | None = field(default=None, repr=False)
    seed: bytes = field(default=b"", repr=False)


def create_key_file(
    folder: Path, *, password: str, user: str, role: str, store_id: str, cost: KdfCost = STANDARD, seed: bytes = b""
) -> bytes:
    """Make a key file with one slot in `folder` and return the new 32-byte data key; `seed` is of the signing key."""
    data_key = secrets.token_bytes(KEY_LENGTH)
    body: Body = {"format": FORMAT, "store_id": store_id, "generation": 1, "slots": []}
    body["slots"] = [make_slot(body, data_key, holder=Holder(user, role, PASSWORD, cost), secret=password, seed=seed)]
    body["seal"] = seal_of(body, data_key)
    _write_both(folder, body)
    return data_key


def open_key_file(folder: Path, *, password: str, user: str = "") -> OpenSlot:
    """Return what `password` opens, in the slot of `user` if one is named; damage is mended on the way.

    Raises WrongPasswordError, DamagedStoreError when neither copy can be read.
    """
    body = _read(folder)
    for slot in body["slots"]:
        if slot["kdf"] != PASSWORD or (user and slot["user"] != user):
            continue
        keys = open_slot(body, slot, password)
        if keys is not None:
            seed = _renew(folder, body, slot, keys)
            return OpenSlot(keys.data_key, slot["user"], slot["role"], body["store_id"], keys.next_key, seed)
    raise WrongPasswordError("密码不对", "请检查大小写和输入法后再试")


def open_with_code(folder: Path, *, code: str) -> OpenSlot:
    """Return what the printed recovery code opens, as a supervisor; raises WrongPasswordError, InvalidValueError."""
    plain = clean_code(code)
    body = _read(folder)
    for slot in body["slots"]:
        keys = open_slot(body, slot, plain) if slot["kdf"] == RECOVERY else None
        if keys is not None:
            return OpenSlot(keys.data_key, slot["user"], SUPERVISOR, body["store_id"], keys.next_key)
    raise WrongPasswordError("恢复码不对", "请核对打印的那一页；换过恢复码的以最新一张为准")


def open_with_identity(folder: Path, *, identity: str) -> OpenSlot:
    """Return what the street's age identity opens; raises WrongPasswordError if it was given no slot."""
    body = _read(folder)
    for slot in body["slots"]:
        if slot["kdf"] == AGE:
            with suppress(DamagedStoreError):
                key, following = open_street_slot(body, slot, identity)
                return OpenSlot(key, slot["user"], SUPERVISOR, body["store_id"], following)
    raise WrongPasswordError("这个登记库没有给本街道留恢复钥匙", "请用恢复码或主管的密码")


def users_of(folder: Path) -> list[tuple[str, str]]:
    """Return the name and role of everyone with a password; raises DamagedStoreError."""
    return [(slot["user"], slot["role"]) for slot in _read(folder)["slots"] if slot["kdf"] == PASSWORD]


def other_ways(folder: Path) -> dict[str, list[str]]:
    """Return the recovery codes and street keys that open the store besides passwords, by kind."""
    slots = _read(folder)["slots"]
    return {kind: [slot["user"] for slot in slots if slot["kdf"] == kind] for kind in (RECOVERY, AGE)}


def store_id_of(folder: Path) -> str:
    """Return the id of the store a key file belongs to; raises DamagedStoreError."""
    return str(_read(folder)["store_id"])


def add_slot(
    folder: Path, *, opened: OpenSlot, password: str, user: str, role: str, cost: KdfCost = STANDARD, seed: bytes = b""
) -> None:
    """Give another user a slot, with the signing key of `seed`.

    Raises InvalidValueError when the name is taken or slots are full.
    """
    body = _sealed_body(folder, opened)
    if any(slot["user"] == user for slot in body["slots"]):
        raise InvalidValueError("user", f"已经有名叫“{user}”的使用人", "请换一个名字")
    slot = make_slot(body, opened.data_key, holder=Holder(user, role, PASSWORD, cost), secret=password, seed=seed)
    _append(folder, body, slot, opened.data_key)


def add_recovery_slot(folder: Path, *, opened: OpenSlot, code: str, name: str) -> None:
    """Let a new recovery code open the store and end every older one."""
    body = _sealed_body(folder, opened)
    body["slots"] = [slot for slot in body["slots"] if slot["kdf"] != RECOVERY]
    holder = Holder(name, SUPERVISOR, RECOVERY, KdfCost(0, 0, 0))
    _append(folder, body, make_slot(body, opened.data_key, holder=holder, secret=clean_code(code)), opened.data_key)


def add_street_slot(folder: Path, *, opened: OpenSlot, recipient: str, name: str) -> None:
    """Let the holder of an age identity open the store: a policy staff are told about."""
    body = _sealed_body(folder, opened)
    body["slots"] = [slot for slot in body["slots"] if slot["kdf"] != AGE]
    _append(folder, body, street_slot(body, opened.data_key, recipient=recipient, name=name), opened.data_key)


def remove_slot(folder: Path, *, opened: OpenSlot, user: str) -> None:
    """Take a slot away; raises NotFoundError, InvalidValueError for the last user and the last supervisor."""
    body = _sealed_body(folder, opened)
    left = [slot for slot in body["slots"] if slot["user"] != user]
    if len(left) == len(body["slots"]):
        raise NotFoundError(f"没有名叫“{user}”的使用人", "请刷新后再看")
    people = [slot for slot in left if slot["kdf"] == PASSWORD]
    if not people:
        raise InvalidValueError("user", "最后一个使用人不能删除", "请先添加另一个使用人")
    if not any(slot["role"] == SUPERVISOR for slot in people):
        raise InvalidValueError("user", "最后一位主管不能删除", "请先添加另一位主管")
    _replace(folder, body, left, opened.data_key)


def change_password(folder: Path, *, user: str, old: str, new: str, cost: KdfCost | None = None) -> None:
    """Replace a user's password: the new slot is written and opened before the old one goes.

    Raises WrongPasswordError when `old` does not open the user's slot, NotFoundError.
    """
    body = _read(folder)
    mine = next((slot for slot in body["slots"] if slot["user"] == user and slot["kdf"] == PASSWORD), None)
    if mine is None:
        raise NotFoundError(f"没有名叫“{user}”的使用人", "请刷新后再看")
    keys = open_slot(body, mine, old)
    if keys is None:
        raise WrongPasswordError("原密码不对", "请重新输入")
    holder = Holder(user, mine["role"], PASSWORD, cost or KdfCost(*mine["cost"]))
    slot = make_slot(body, keys.data_key, holder=holder, secret=new, seed=keys.seed, pin=mine.get("pin"))
    _require_seal(body, keys.data_key)
    _replace(folder, body, [*body["slots"], slot], keys.data_key)
    again = _read(folder)
    found = open_slot(again, again["slots"][-1], new)
    if found is None or found.data_key != keys.data_key:
        raise DamagedStoreError("新密码写入后打不开", "旧密码仍然有效，请重试")
    _replace(folder, again, [one for one in again["slots"] if one["id"] != mine["id"]], keys.data_key)


def begin_rotation(folder: Path, *, opened: OpenSlot) -> tuple[bytes, list[str]]:
    """Write a new data key beside the old one, sealed to every slot; return it and who must be let in anew.

    Slots of the first kind have no identity to seal to: their users need a new slot. The store opens
    with the old key until it is changed, with the new one after; `open_key_file` gives both.
    """
    body = _sealed_body(folder, opened)
    new = secrets.token_bytes(KEY_LENGTH)
    slots = [{**slot, "next": seal_for(body, slot, new)} for slot in body["slots"] if "recipient" in slot]
    if not any(slot["kdf"] == PASSWORD and slot["role"] == SUPERVISOR for slot in slots):
        raise DamagedStoreError("密钥文件是旧版本建立的", "请主管锁定后重新登录一次，再更换数据密钥")
    lost = [slot["user"] for slot in body["slots"] if "recipient" not in slot]
    _replace(folder, body, slots, opened.data_key)
    return new, lost


def end_rotation(folder: Path, *, current: bytes, is_new: bool) -> None:
    """Leave only the data key that opens the store: the new one if it was changed, else the old."""
    body = _read(folder)
    slots = [_settled(slot, is_new=is_new) for slot in body["slots"]]
    _replace(folder, body, slots, current)


def _settled(slot: Slot, *, is_new: bool) -> Slot:
    """Return a slot after the data key was changed, or after it was not."""
    if not is_new or "next" not in slot:
        return {key: value for key, value in slot.items() if key != "next"}
    kept = {key: value for key, value in slot.items() if key not in {"next", "wrapped", "nonce", "sealed"}}
    return {**kept, "sealed": slot["next"]}


def _renew(folder: Path, body: Body, slot: Slot, keys: SlotKeys) -> bytes:
    """After a password opened a slot: wrap a key that was only sealed to it, give an old slot what it lacks.

    Returns the seed of the user's signing key, b'' if there is none.
    """
    if keys.next_key is not None or is_filled(slot) or not is_sealed(body, keys.data_key):
        return keys.seed
    fresh = filled(body, slot, data_key=keys.data_key, wrapping=keys.wrapping)
    slots = [fresh if one["id"] == slot["id"] else one for one in body["slots"]]
    try:
        _replace(folder, body, slots, keys.data_key)
    except OSError:  # a medium that cannot be written opens all the same
        return keys.seed
    return seed_in(body, fresh, keys.wrapping)


def key_holders(folder: Path) -> list[KeyHolder]:
    """Return what the key file says of its users' signing keys, [] where there is no key file.

    Raises DamagedStoreError.
    """
    if not (folder / NAME).exists() and not (folder / COPY).exists():
        return []
    return [holder_of(slot) for slot in _read(folder)["slots"] if slot["kdf"] == PASSWORD]


def keep_pin(folder: Path, *, data_key: bytes, user: str, pin: Mapping[str, Any]) -> None:
    """Put where the logs ended into the slot of `user`, unless the slots are not as the program left them.

    Raises DamagedStoreError, OSError.
    """
    body = _read(folder)
    mine = next((one for one in body["slots"] if one["user"] == user and "sign" in one), None)
    if mine is None or mine.get("pin") == pin or not is_sealed(body, data_key):
        return
    slots = [{**one, "pin": dict(pin)} if one is mine else one for one in body["slots"]]
    _replace(folder, body, slots, data_key)


def _sealed_body(folder: Path, opened: OpenSlot) -> Body:
    """Return the body if its slots are as a holder of the data key left them; raises DamagedStoreError."""
    body = _read(folder)
    _require_seal(body, opened.data_key)
    return body


def _require_seal(body: Body, data_key: bytes) -> None:
    if not is_sealed(body, data_key):
        raise DamagedStoreError("密钥文件被程序以外的人改动过", "请从备份恢复密钥文件后再管理使用人")


def _append(folder: Path, body: Body, slot: Slot, data_key: bytes) -> None:
    if len(body["slots"]) >= MOST_SLOTS:
        raise InvalidValueError("user", f"使用人已满 {MOST_SLOTS} 个", "请先删除不再使用的")
    _replace(folder, body, [*body["slots"], slot], data_key)


def _read(folder: Path) -> Body:
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


def _replace(folder: Path, body: Body, slots: list[Slot], data_key: bytes) -> None:
    """Write the next generation with other slots, sealed under the data key."""
    following = {**body, "generation": body["generation"] + 1, "slots": slots}
    _write_both(folder, {**following, "seal": seal_of(following, data_key)})


def _write_both(folder: Path, body: Body) -> None:
    for name in (NAME, COPY):
        _write_one(folder / name, body)


def _write_one(path: Path, body: Body) -> None:
    """Replace one copy: temporary neighbour, mode 0600, synced, renamed."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(hashlib.sha256(text).hexdigest().encode("ascii") + b"\n" + text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def settle_key(folder: Path, opened: OpenSlot, *, opens: Opens) -> OpenSlot:
    """Return the slot with the key that opens the store, finishing a change of keys that was cut short."""
    if opened.next_key is None:
        return opened
    is_new = not opens(opened.data_key)
    current = opened.next_key if is_new else opened.data_key
    end_rotation(folder, current=current, is_new=is_new)
    return replace(opened, data_key=current, next_key=None)
