"""One slot of the key file: how a secret opens it, and how it is given the next data key unasked.

A slot wraps the data key under a key derived from a password (Argon2id) or from the printed recovery
code (HKDF: the code is random enough by itself). Beside it lies an age identity of the slot, wrapped
the same way; so a data key can be sealed to a slot whose password nobody present knows, which is what
changing the data key needs. A slot of kind `age` belongs to the street and holds nothing else.
"""

import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop.domain.errors import DamagedStoreError, PackageError
from desktop.security import sealing, user_keys
from desktop.security.slot_text import bytes_of, text_of

FORMAT = "yince-keys/1"
PASSWORD, RECOVERY, AGE = "argon2id", "recovery", "age"
KEY_LENGTH = 32
_NONCE_LENGTH = 12
_SALT_LENGTH = 16
_MARK_LENGTH = 16
_MOST_MEMORY = 2 << 20
_MOST_PASSES = 64
_MOST_LANES = 16
Slot = dict[str, Any]
Body = dict[str, Any]


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
class Holder:
    """Whom a slot is for, and how their secret is stretched."""

    user: str
    role: str
    kind: str = PASSWORD
    cost: KdfCost = STANDARD


@dataclass(frozen=True, slots=True)
class SlotKeys:
    """What a secret found in a slot: the data key, the next one while it is being changed, the slot's wrapping key.

    `seed` is of the user's signing key, b'' where the slot has none.
    """

    data_key: bytes = field(repr=False)
    next_key: bytes | None = field(repr=False)
    wrapping: bytes = field(repr=False)
    seed: bytes = field(default=b"", repr=False)


def normal(secret: str) -> str:
    """Return a secret as it is stretched: full-width letters and composed ones are the same to the typist."""
    return unicodedata.normalize("NFKC", secret)


def make_slot(
    body: Body, data_key: bytes, *, holder: Holder, secret: str, seed: bytes = b"",
    pin: Mapping[str, Any] | None = None,
) -> Slot:  # fmt: skip
    """Return a new slot that wraps `data_key`, and a password's also the signing key of `seed` or a new one."""
    slot: Slot = {
        "id": secrets.token_hex(8), "user": holder.user, "role": holder.role, "kdf": holder.kind,
        "cost": [holder.cost.memory_kib, holder.cost.passes, holder.cost.lanes],
        "salt": text_of(secrets.token_bytes(_SALT_LENGTH)),
    }  # fmt: skip
    return filled(body, slot, data_key=data_key, wrapping=_wrapping_key(slot, secret), seed=seed, pin=pin)


def street_slot(body: Body, data_key: bytes, *, recipient: str, name: str) -> Slot:
    """Return a slot that only the holder of an age identity opens: the street's way to help."""
    slot: Slot = {"id": secrets.token_hex(8), "user": name, "role": "", "kdf": AGE, "cost": [0, 0, 0], "salt": ""}
    slot["recipient"] = recipient
    return {**slot, "sealed": seal_for(body, slot, data_key)}


def filled(
    body: Body, slot: Slot, *, data_key: bytes, wrapping: bytes, seed: bytes = b"",
    pin: Mapping[str, Any] | None = None,
) -> Slot:  # fmt: skip
    """Return `slot` with the data key wrapped for it, and with what it lacks: an identity, a user's signing key."""
    done = {key: value for key, value in slot.items() if key not in {"sealed", "next"}}
    done["nonce"] = text_of(secrets.token_bytes(_NONCE_LENGTH))
    bound = _bound(body, slot)
    done["wrapped"] = text_of(AESGCM(wrapping).encrypt(bytes_of(done["nonce"]), data_key, bound))
    identity = _identity(body, slot, wrapping) or sealing.new_identity()
    if slot["kdf"] == PASSWORD and "sign" not in done:
        store_id = str(body["store_id"])
        done |= user_keys.signing_parts(slot, wrapping=wrapping, bound=bound, store_id=store_id, seed=seed, pin=pin)
    if "identity" not in done or ("verify" in done) != ("verify" in slot):
        done["identity_nonce"] = text_of(secrets.token_bytes(_NONCE_LENGTH))
        nonce, about = bytes_of(done["identity_nonce"]), _identity_bound(body, done)
        done["identity"] = text_of(AESGCM(wrapping).encrypt(nonce, identity.encode(), about))
        done["recipient"] = sealing.recipient_of(identity)
    return done


def is_filled(slot: Slot) -> bool:
    """Return True if a slot of a password or a code lacks nothing."""
    return "wrapped" in slot and "identity" in slot and ("sign" in slot or slot["kdf"] != PASSWORD)


def seed_in(body: Body, slot: Slot, wrapping: bytes) -> bytes:
    """Return the seed of the signing key in a slot, b'' for none."""
    return user_keys.seed_of(slot, wrapping=wrapping, bound=_bound(body, slot))


def open_slot(body: Body, slot: Slot, secret: str) -> SlotKeys | None:
    """Return what `secret` opens in this slot, None if it does not; DamagedStoreError for a broken slot."""
    if slot["kdf"] not in {PASSWORD, RECOVERY}:
        return None
    wrapping = _wrapping_key(slot, secret)
    try:
        wrapped = _wrapped(body, slot, wrapping)
    except InvalidTag:
        return None
    try:
        identity = _identity(body, slot, wrapping)
    except (InvalidTag, KeyError):
        if wrapped is None and not seed_in(body, slot, wrapping):
            return None
        raise DamagedStoreError(f"密钥文件里“{slot['user']}”的那一份被改动过", "请从备份恢复密钥文件") from None
    key = wrapped if wrapped is not None else unseal_for(body, slot, slot["sealed"], identity)
    following = unseal_for(body, slot, slot["next"], identity) if "next" in slot else None
    return SlotKeys(key, following, wrapping, seed_in(body, slot, wrapping))


def _wrapped(body: Body, slot: Slot, wrapping: bytes) -> bytes | None:
    """Return the data key as a slot wraps it itself, None where it was only sealed to it; raises InvalidTag."""
    if "wrapped" not in slot:
        return None
    return AESGCM(wrapping).decrypt(bytes_of(slot["nonce"]), bytes_of(slot["wrapped"]), _bound(body, slot))


def open_street_slot(body: Body, slot: Slot, identity: str) -> tuple[bytes, bytes | None]:
    """Return the data key, and the next one if there is one, sealed to the street's identity."""
    following = unseal_for(body, slot, slot["next"], identity) if "next" in slot else None
    return unseal_for(body, slot, slot["sealed"], identity), following


def seal_for(body: Body, slot: Slot, data_key: bytes) -> str:
    """Return `data_key` sealed to a slot's recipient, marked with store and slot so that it fits no other."""
    return text_of(sealing.seal(_mark(body, slot) + data_key, recipients=[slot["recipient"]]))


def unseal_for(body: Body, slot: Slot, sealed: str, identity: str) -> bytes:
    """Return the data key sealed to a slot; DamagedStoreError if it is not for this slot."""
    try:
        plain = sealing.unseal(bytes_of(sealed), identity=identity)
    except PackageError as error:
        raise DamagedStoreError("密钥文件已损坏", "请从备份恢复密钥文件") from error
    if plain[:_MARK_LENGTH] != _mark(body, slot) or len(plain) != _MARK_LENGTH + KEY_LENGTH:
        raise DamagedStoreError("密钥文件已损坏", "请从备份恢复密钥文件")
    return plain[_MARK_LENGTH:]


def seal_of(body: Body, data_key: bytes) -> str:
    """Return the seal over all slots under the data key: nobody adds a recipient or a slot without it."""
    key = HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=b"yince slots/v1").derive(data_key)
    text = json.dumps([body["store_id"], body["slots"]], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()


def is_sealed(body: Body, data_key: bytes) -> bool:
    """Return True if the slots are as a holder of the data key left them; files of the first kind had no seal."""
    if "seal" not in body:
        return not any("recipient" in slot for slot in body["slots"])
    return hmac.compare_digest(str(body["seal"]), seal_of(body, data_key))


def _identity(body: Body, slot: Slot, wrapping: bytes) -> str:
    """Return the age identity of a slot, '' in a slot of the first kind."""
    if "identity" not in slot:
        return ""
    nonce, about = bytes_of(slot["identity_nonce"]), _identity_bound(body, slot)
    return AESGCM(wrapping).decrypt(nonce, bytes_of(slot["identity"]), about).decode("ascii")


def _identity_bound(body: Body, slot: Slot) -> bytes:
    """Return the associated data of a slot's identity: with its signing key, so that no slot can lose that unseen."""
    return _bound(body, slot) + b"identity" + (bytes_of(slot["verify"]) if "verify" in slot else b"")


def _wrapping_key(slot: Slot, secret: str) -> bytes:
    """Return the key that wraps in this slot."""
    if slot["kdf"] == RECOVERY:
        return _derived(secret.encode("utf-8"), salt=bytes_of(slot["salt"]), info=b"yince recovery/v1")
    cost = KdfCost(*slot["cost"])
    if slot["kdf"] != PASSWORD or not cost.is_reasonable():
        raise DamagedStoreError("密钥文件的参数不对", "请从备份恢复密钥文件")
    argon = Argon2id(
        salt=bytes_of(slot["salt"]), length=KEY_LENGTH, iterations=cost.passes, lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )  # fmt: skip
    return _derived(argon.derive(normal(secret).encode("utf-8")), salt=None, info=b"yince slot/v1")


def _derived(secret: bytes, *, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=salt, info=info).derive(secret)


def _bound(body: Body, slot: Slot) -> bytes:
    """Return the associated data of a slot: what it may not be moved to or changed in."""
    bound = [FORMAT, body["store_id"], slot["id"], slot["user"], slot["role"], slot["kdf"], slot["cost"], slot["salt"]]
    return json.dumps(bound, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _mark(body: Body, slot: Slot) -> bytes:
    return hashlib.sha256(f"{body['store_id']}|{slot['id']}".encode()).digest()[:_MARK_LENGTH]
