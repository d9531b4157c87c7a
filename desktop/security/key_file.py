"""The key file: slots that wrap the data key of a store under secrets (`docs/formats/key-file.md`).

Two copies, each with a generation and a SHA-256 over its body; a damaged one is mended from the
other. A slot is Argon2id over the NFKC password, HKDF, then AES-256-GCM whose associated data
binds store, slot, user, role and cost, so no slot can be moved, renamed or weakened
(`key_slots.py`); a seal under the data key keeps slots from being added from outside.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop.domain.errors import DamagedStoreError, InvalidValueError, NotFoundError, WrongPasswordError
from desktop.security.key_copies import COPY, NAME, read_and_mend
from desktop.security.key_copies import read as _read
from desktop.security.key_copies import replace_slots as _replace
from desktop.security.key_copies import write_both as _write_both
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
    seal_of,
    seed_in,
    street_slot,
)
from desktop.security.passphrases import check_passphrase, clean_code
from desktop.security.user_keys import holder_of

__all__ = ["COPY", "NAME", "STANDARD", "KdfCost", "check_passphrase"]

MOST_SLOTS = 32
SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """What a secret opened; `next_key` is there while the data key is being changed, `seed` where the user signs."""

    data_key: bytes = field(repr=False)
    user: str
    role: str
    store_id: str
    next_key: bytes | None = field(default=None, repr=False)
    mended: tuple[str, ...] = ()  # copies of the key file that were damaged, missing or older
    seed: bytes = field(default=b"", repr=False)
    slot: str = ""  # the id of the slot


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

    Raises WrongPasswordError, DamagedStoreError when neither copy can be read. The caller holds the store's lock.
    """
    body, mended = read_and_mend(folder)
    for slot in body["slots"]:
        if slot["kdf"] != PASSWORD or (user and slot["user"] != user):
            continue
        keys = open_slot(body, slot, password)
        if keys is not None:
            seed = _renew(folder, body, slot, keys)
            found = OpenSlot(keys.data_key, slot["user"], slot["role"], body["store_id"], keys.next_key, mended)
            return replace(found, seed=seed, slot=slot["id"])
    raise WrongPasswordError("密码不对", "请检查大小写和输入法后再试")


def open_with_code(folder: Path, *, code: str) -> OpenSlot:
    """Return what the printed recovery code opens, as a supervisor; raises WrongPasswordError, InvalidValueError."""
    plain = clean_code(code)
    body, mended = read_and_mend(folder)
    for slot in body["slots"]:
        keys = open_slot(body, slot, plain) if slot["kdf"] == RECOVERY else None
        if keys is not None:
            return OpenSlot(keys.data_key, slot["user"], SUPERVISOR, body["store_id"], keys.next_key, mended)
    raise WrongPasswordError("恢复码不对", "请核对打印的那一页；换过恢复码的以最新一张为准")


def open_with_identity(folder: Path, *, identity: str) -> OpenSlot:
    """Return what the street's age identity opens; raises WrongPasswordError if it was given no slot."""
    body, mended = read_and_mend(folder)
    for slot in body["slots"]:
        if slot["kdf"] == AGE:
            with suppress(DamagedStoreError):
                key, following = open_street_slot(body, slot, identity)
                return OpenSlot(key, slot["user"], SUPERVISOR, body["store_id"], following, mended)
    raise WrongPasswordError("这个登记库没有给本街道留恢复钥匙", "请用恢复码或主管的密码")


def users_of(folder: Path) -> list[tuple[str, str]]:
    """Return the name and role of everyone with a password; raises DamagedStoreError."""
    return [(slot["user"], slot["role"]) for slot in _read(folder)["slots"] if slot["kdf"] == PASSWORD]


def other_ways(folder: Path) -> dict[str, list[str]]:
    """Return the recovery codes and street keys that open the store besides passwords, by kind."""
    slots = _read(folder)["slots"]
    return {kind: [slot["user"] for slot in slots if slot["kdf"] == kind] for kind in (RECOVERY, AGE)}


def slot_marks(folder: Path, *, following: bool = False) -> list[list[str]]:
    """Return id, kind and name of every slot, in order: what the register notes to see what changed without it.

    While the data key is being changed, `following` gives those that stay.
    """
    slots = [slot for slot in _read(folder)["slots"] if "next" in slot or not following]
    return [[str(slot["id"]), str(slot["kdf"]), str(slot["user"])] for slot in slots]


def store_id_of(folder: Path) -> str:
    """Return the id of the store a key file belongs to; raises DamagedStoreError."""
    return str(_read(folder)["store_id"])


def add_slot(
    folder: Path, *, opened: OpenSlot, password: str, user: str, role: str, cost: KdfCost = STANDARD, seed: bytes = b""
) -> None:
    """Give another user a slot, with the signing key of `seed`.

    Raises InvalidValueError when the name is taken or slots are full.
    """
    body = sealed_body(folder, opened)
    if any(slot["user"] == user for slot in body["slots"]):
        raise InvalidValueError("user", f"已经有名叫“{user}”的使用人", "请换一个名字")
    slot = make_slot(body, opened.data_key, holder=Holder(user, role, PASSWORD, cost), secret=password, seed=seed)
    _append(folder, body, slot, opened.data_key)


def add_recovery_slot(folder: Path, *, opened: OpenSlot, code: str, name: str) -> None:
    """Let a new recovery code open the store and end every older one."""
    body = sealed_body(folder, opened)
    body["slots"] = [slot for slot in body["slots"] if slot["kdf"] != RECOVERY]
    holder = Holder(name, SUPERVISOR, RECOVERY, KdfCost(0, 0, 0))
    _append(folder, body, make_slot(body, opened.data_key, holder=holder, secret=clean_code(code)), opened.data_key)


def add_street_slot(folder: Path, *, opened: OpenSlot, recipient: str, name: str) -> None:
    """Let the holder of an age identity open the store: a policy staff are told about."""
    body = sealed_body(folder, opened)
    body["slots"] = [slot for slot in body["slots"] if slot["kdf"] != AGE]
    _append(folder, body, street_slot(body, opened.data_key, recipient=recipient, name=name), opened.data_key)


def drop_void_slots(folder: Path, *, data_key: bytes, named: Mapping[str, bytes], opened: str = "") -> list[str]:
    """Let go of what a password changed or set anew by halves has left; return whose slots there were.

    Of several slots of one user those stay whose signing key the register names; of several of those the one
    with the id `opened`, if it is one of them: its password is the one in use.
    """
    body = _read(folder)
    people = [one for one in body["slots"] if one["kdf"] == PASSWORD]
    void: list[Slot] = []
    for user in {one["user"] for one in people}:
        mine = [one for one in people if one["user"] == user]
        good = [one for one in mine if holder_of(one).public == named.get(user, b"")]
        good = [one for one in good if one["id"] == opened] or good
        void += [one for one in mine if good and one not in good]
    if void and is_sealed(body, data_key):
        _replace(folder, body, [one for one in body["slots"] if one not in void], data_key)
        return sorted({str(one["user"]) for one in void})
    return []


def require_supervisor(others: list[Slot], role: str) -> None:
    """Raise InvalidValueError if nobody would be left who may manage the register."""
    if role != SUPERVISOR and not any(one["kdf"] == PASSWORD and one["role"] == SUPERVISOR for one in others):
        raise InvalidValueError("user", "最后一位主管不能改成别的角色", "请先添加另一位主管")


def _append_opened(folder: Path, body: Body, slot: Slot, key: bytes, password: str) -> Body:
    """Write a slot beside the others and open it; return what was read back."""
    _replace(folder, body, [*body["slots"], slot], key)
    again = _read(folder)
    found = open_slot(again, again["slots"][-1], password)
    if found is None or found.data_key != key:
        raise DamagedStoreError("新密码写入后打不开", "旧密码仍然有效，请重试")
    return again


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
    again = _append_opened(folder, body, slot, keys.data_key, new)
    _replace(folder, again, [one for one in again["slots"] if one["id"] != mine["id"]], keys.data_key)


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


def sealed_body(folder: Path, opened: OpenSlot) -> Body:
    """Return the body if its slots are as a holder of the data key left them; raises DamagedStoreError."""
    body = _read(folder)
    _require_seal(body, opened.data_key)
    return body


def _require_seal(body: Body, data_key: bytes) -> None:
    if any("next" in slot for slot in body["slots"]):
        raise DamagedStoreError("上次更换数据密钥还没有做完", "请退出程序再打开，打开时会自动做完")
    if not is_sealed(body, data_key):
        raise DamagedStoreError("密钥文件被程序以外的人改动过", "请从备份恢复密钥文件后再管理使用人")


def _append(folder: Path, body: Body, slot: Slot, data_key: bytes) -> None:
    if len(body["slots"]) >= MOST_SLOTS:
        raise InvalidValueError("user", f"使用人已满 {MOST_SLOTS} 个", "请先删除不再使用的")
    _replace(folder, body, [*body["slots"], slot], data_key)
