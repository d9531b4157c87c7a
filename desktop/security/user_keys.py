"""The signing key of one user, and where the logs ended when that user last left (decision 0083).

The seed lies in the user's own slot under a key only their password gives, so no other holder of the data key
signs as them. Beside it lie the public half and the pin: the ends of both logs, signed with the same key. Who
holds the data key can take a pin away or put an older one back, and both show; nobody can write a new one.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop.domain.errors import DamagedStoreError
from desktop.security.signing import KEY_LENGTH, SigningKey, is_signed
from desktop.security.slot_text import bytes_of, text_of

_NONCE_LENGTH = 12
_HASH_LENGTH = 32
_PINNED_AS = b"yince pin/1\n"
_MOST = 1 << 53
PARTS = ("sign", "sign_nonce", "verify", "pin")
Slot = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pin:
    """The ends of both logs in one epoch: of the change log (`entry`) and of the audit chain (`batch`)."""

    epoch: int
    entry: int
    entry_hash: bytes
    batch: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """What the key file says in clear of one user's signing key, b'' for none; the pin is not proved yet."""

    user: str
    role: str
    public: bytes
    pin: Mapping[str, Any]


BEGINNING = Pin(0, 0, bytes(_HASH_LENGTH), 0, bytes(_HASH_LENGTH))


def new_seed() -> bytes:
    """Return a new seed of a signing key."""
    return secrets.token_bytes(KEY_LENGTH)


def public_of(seed: bytes) -> bytes:
    """Return the public key of a seed, b'' for none."""
    return SigningKey(seed).public if seed else b""


def signing_parts(
    slot: Slot, *, wrapping: bytes, bound: bytes, store_id: str, seed: bytes = b"", pin: Mapping[str, Any] | None = None
) -> Slot:
    """Return the parts of a slot that hold a user's signing key: `seed`, or a new one, and where the logs ended."""
    seed = seed or new_seed()
    nonce = secrets.token_bytes(_NONCE_LENGTH)
    hidden = AESGCM(_signing_wrap(wrapping)).encrypt(nonce, seed, bound + b"sign")
    key = SigningKey(seed)
    return {
        "sign": text_of(hidden), "sign_nonce": text_of(nonce), "verify": text_of(key.public),
        "pin": dict(pin or signed_pin(BEGINNING, key=key, store_id=store_id, user=slot["user"])),
    }  # fmt: skip


def seed_of(slot: Slot, *, wrapping: bytes, bound: bytes) -> bytes:
    """Return the seed of a slot's signing key; b'' if it has none, or another than its own was put there."""
    if "sign" not in slot:
        return b""
    try:
        nonce, hidden = bytes_of(slot["sign_nonce"]), bytes_of(slot["sign"])
        return AESGCM(_signing_wrap(wrapping)).decrypt(nonce, hidden, bound + b"sign")
    except (InvalidTag, KeyError, ValueError, DamagedStoreError):
        return b""


def holder_of(slot: Slot) -> KeyHolder:
    """Return what a slot says in clear of its user's signing key."""
    pin = slot.get("pin")
    public = bytes_of(slot["verify"]) if "verify" in slot else b""
    return KeyHolder(str(slot["user"]), str(slot["role"]), public, pin if isinstance(pin, Mapping) else {})


def signed_pin(pin: Pin, *, key: SigningKey, store_id: str, user: str) -> dict[str, Any]:
    """Return a pin as it lies in the slot of `user`, signed with the user's key."""
    body: dict[str, Any] = {
        "epoch": pin.epoch, "entry": pin.entry, "hash": pin.entry_hash.hex(), "batch": pin.batch,
        "seal": pin.seal.hex(),
    }  # fmt: skip
    return {**body, "signature": key.sign(_pin_message(body, store_id, user)).hex()}


def proved_pin(pin: Mapping[str, Any], *, public: bytes, store_id: str, user: str) -> Pin | None:
    """Return the pin of `user` if their key signed it, else None."""
    body = {name: pin.get(name) for name in ("epoch", "entry", "hash", "batch", "seal")}
    try:
        if not is_signed(public, _pin_message(body, store_id, user), bytes.fromhex(pin["signature"])):
            return None
        found = Pin(
            int(pin["epoch"]), int(pin["entry"]), bytes.fromhex(pin["hash"]), int(pin["batch"]),
            bytes.fromhex(pin["seal"]),
        )  # fmt: skip
    except (KeyError, ValueError, TypeError):
        return None
    return found if 0 <= found.entry < _MOST and 0 <= found.batch < _MOST else None


def _pin_message(body: Mapping[str, Any], store_id: str, user: str) -> bytes:
    text = [store_id, user, body["epoch"], body["entry"], body["hash"], body["batch"], body["seal"]]
    return _PINNED_AS + json.dumps(text, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _signing_wrap(wrapping: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=b"sign").derive(wrapping)
