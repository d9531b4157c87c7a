"""Changing the data key, with whatever comes into force together with it (decisions 0081 and 0086).

The key file holds both keys while the store is encrypted anew; what goes with the change is committed in the store
before that. So a change that is cut short is either taken back or carried to its end, by whoever opens the store next.
"""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from desktop.domain.errors import DamagedStoreError, InvalidValueError, NotFoundError, WrongPasswordError
from desktop.security.key_copies import read, replace_slots
from desktop.security.key_file import SUPERVISOR, OpenSlot, require_supervisor, sealed_body
from desktop.security.key_slots import (
    AGE,
    KEY_LENGTH,
    PASSWORD,
    STANDARD,
    Body,
    Holder,
    KdfCost,
    Slot,
    make_slot,
    seal_for,
)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A user who gets another password or role; the role is bound into a slot, so either takes a new slot."""

    user: str
    password: str = field(repr=False)
    role: str
    cost: KdfCost = STANDARD
    seed: bytes = field(default=b"", repr=False)  # of a new signing key: nobody here can open the old one


@dataclass(frozen=True, slots=True)
class Change:
    """What else changes in the moment the data key does, all of it or nothing."""

    leaving: str = ""
    without_streets: bool = False
    renewed: Renewal | None = None


NOTHING_ELSE = Change()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a change of keys that was cut short ended: with the new key or the old one, and who lost their way in."""

    is_new: bool
    gone: tuple[str, ...] = ()


def begin_rotation(folder: Path, *, opened: OpenSlot, change: Change = NOTHING_ELSE) -> tuple[bytes, list[str]]:
    """Write a new data key beside the old one, sealed to every slot that stays; return it and who must be let in anew.

    What else `change` says comes into force with the new key and not before: who goes is not given it, a new slot
    of somebody counts once it is in force. Slots of the first kind have no identity to seal to: their users need a
    new slot. The store opens with the old key until it is changed, with the new one after; `open_key_file` gives both.
    Raises DamagedStoreError, NotFoundError, InvalidValueError for the last user and the last supervisor.
    """
    body = sealed_body(folder, opened)
    going = _going(body["slots"], change)
    new = secrets.token_bytes(KEY_LENGTH)
    slots = [_with_next(body, slot, new, going) for slot in body["slots"]]
    lost = [slot["user"] for slot in slots if "next" not in slot and slot["id"] not in going]
    if change.renewed is not None:
        one = change.renewed
        holder = Holder(one.user, one.role, PASSWORD, one.cost)
        fresh = make_slot(body, opened.data_key, holder=holder, secret=one.password, seed=one.seed)
        slots.append({**_with_next(body, fresh, new, set()), "fresh": True})
    if not any(slot["kdf"] == PASSWORD and slot["role"] == SUPERVISOR for slot in slots if "next" in slot):
        raise DamagedStoreError("密钥文件是旧版本建立的", "请主管锁定后重新登录一次，再更换数据密钥")
    replace_slots(folder, body, slots, opened.data_key)
    return new, lost


def _going(slots: list[Slot], change: Change) -> set[str]:
    """Return the ids of the slots that go with the old key; raises NotFoundError, InvalidValueError."""
    if change.leaving:
        _refuse_last(slots, change.leaving)
    gone = {slot["id"] for slot in slots if change.leaving and slot["user"] == change.leaving}
    gone |= {slot["id"] for slot in slots if change.without_streets and slot["kdf"] == AGE}
    if change.renewed is not None:
        mine = {one["id"] for one in slots if one["user"] == change.renewed.user and one["kdf"] == PASSWORD}
        if not mine:
            raise NotFoundError(f"没有名叫“{change.renewed.user}”的使用人", "请刷新后再看")
        require_supervisor([one for one in slots if one["id"] not in mine], change.renewed.role)
        gone |= mine
    return gone


def _with_next(body: Body, slot: Slot, new: bytes, going: set[str]) -> Slot:
    """Return a slot with the next data key sealed to it, as it is if it gets none."""
    kept = {key: value for key, value in slot.items() if key != "next"}
    if slot["id"] in going or "recipient" not in slot:
        return kept
    return {**kept, "next": seal_for(body, slot, new)}


def _refuse_last(slots: list[Slot], leaving: str) -> None:
    """Raise NotFoundError, InvalidValueError unless somebody who may manage users is left without `leaving`."""
    left = [slot for slot in slots if slot["user"] != leaving]
    if len(left) == len(slots):
        raise NotFoundError(f"没有名叫“{leaving}”的使用人", "请刷新后再看")
    people = [slot for slot in left if slot["kdf"] == PASSWORD]
    if not people:
        raise InvalidValueError("user", "最后一个使用人不能删除", "请先添加另一个使用人")
    if not any(slot["role"] == SUPERVISOR for slot in people):
        raise InvalidValueError("user", "最后一位主管不能删除", "请先添加另一位主管")


def end_rotation(folder: Path, *, current: bytes, is_new: bool) -> Ended:
    """Leave only the data key that opens the store: the new one if it was changed, else the old.

    Slots that were not given the new key go with the old one. Raises DamagedStoreError when no slot has the new key.
    """
    body = read(folder)
    if not is_new:
        present = [slot for slot in body["slots"] if "fresh" not in slot]
        slots = [{key: value for key, value in slot.items() if key != "next"} for slot in present]
        replace_slots(folder, body, slots, current)
        return Ended(is_new=False)
    staying = [_settled(slot) for slot in body["slots"] if "next" in slot]
    if not staying:
        raise DamagedStoreError("密钥文件里没有新的数据密钥", "请不要关闭程序，马上把登记库备份到存储盘")
    names = {slot["user"] for slot in staying}
    gone = tuple(str(slot["user"]) for slot in body["slots"] if slot["user"] not in names)
    replace_slots(folder, body, staying, current)
    return Ended(is_new=True, gone=gone)


def _settled(slot: Slot) -> Slot:
    """Return a slot after the data key was changed: the new key is all it holds."""
    kept = {key: value for key, value in slot.items() if key not in {"next", "fresh", "wrapped", "nonce", "sealed"}}
    return {**kept, "sealed": slot["next"]}


class StoreFile(Protocol):
    """What settling needs of the data file."""

    def opens(self, key: bytes) -> bool:
        """Return True if `key` is its key; raises DamagedStoreError when that cannot be told."""
        ...

    def owes(self, key: bytes) -> str:
        """Return the mark of the key it must be changed to, by what was committed in it; '' for none."""
        ...

    def change(self, old: bytes, new: bytes) -> None:
        """Encrypt it under another key."""
        ...


def mark_of(key: bytes) -> str:
    """Return what a store notes of the key it is to be changed to, before it is."""
    return hashlib.sha256(b"yince key mark/v1" + key).hexdigest()


def settle_key(folder: Path, opened: OpenSlot, *, store: StoreFile) -> tuple[OpenSlot, Ended | None]:
    """Return the slot with the key that opens the store, and how a change of keys that was cut short ended.

    It is carried on if the store says that it must (what goes with it is committed there already), else taken back.
    The caller holds the store's lock: a program that is changing the key must not be taken for one that was killed.
    Raises DamagedStoreError when neither key opens it (both are kept then), WrongPasswordError for who was to
    leave with the old key.
    """
    if not any("next" in slot for slot in read(folder)["slots"]):
        return opened, None
    if store.opens(opened.data_key):
        owed = store.owes(opened.data_key)
        if owed in ("", mark_of(opened.data_key)):  # or it was carried out before
            ended = end_rotation(folder, current=opened.data_key, is_new=False)
            if opened.slot and opened.slot not in {str(slot["id"]) for slot in read(folder)["slots"]}:
                raise WrongPasswordError("密码不对", "新密码没有设成，请用原来的")
            return replace(opened, next_key=None), ended
        if opened.next_key is not None and owed == mark_of(opened.next_key):
            store.change(opened.data_key, opened.next_key)
    if opened.next_key is None:
        raise WrongPasswordError(f"“{opened.user}”已经不能打开这个登记库", "请找主管")
    if not store.opens(opened.next_key):
        raise DamagedStoreError("登记库的数据文件打不开，可能已损坏", "请从备份恢复")
    ended = end_rotation(folder, current=opened.next_key, is_new=True)
    return replace(opened, data_key=opened.next_key, next_key=None), ended
