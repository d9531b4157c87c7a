"""The invented stations of the vectors, and CBOR, COSE and Ed25519 to write with.

Nothing here comes from `desktop`: the vectors are written a second time, from the format pages.
All secrets are made up for the tests and guard nothing.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER = 2**252 + 27742317777372353535851937790883648493  # of the Ed25519 base point
CREATED = "2026-11-24T01:02:03Z"
_ALG, _CONTENT_TYPE, _KID = 1, 3, 4
_EDDSA = -8


@dataclass(frozen=True, slots=True)
class Party:
    """A station with its secrets."""

    org: str
    name: str
    kind: str
    install: str
    seed: bytes
    age_secret: bytes
    recipient: str

    @property
    def public(self) -> bytes:
        """The Ed25519 public key."""
        return public_of(self.seed)

    @property
    def kid(self) -> bytes:
        """The short name of the public key."""
        return hashlib.sha256(self.public).digest()[:8]

    @property
    def writer(self) -> str:
        """The name of the station in its first epoch."""
        return f"{self.install}:1"

    @property
    def age_public(self) -> bytes:
        """The X25519 public key that `recipient` spells in Bech32."""
        secret = X25519PrivateKey.from_private_bytes(self.age_secret)
        return secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


STREET = Party(
    "610100001", "上林街道", "street", "5" * 32, b"\x15" * 32, b"\x40" * 32,
    "age16767s8fndetckyac6urwstgxrccr3jtteenvmn6s64ntjmwmhggqu6mc73",
)  # fmt: skip
STREET_IDENTITY = "AGE-SECRET-KEY-1GPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQQAAKQ6V"
COMMUNITY = Party(
    "610100001001", "青杨社区", "community", "a" * 32, b"\x0a" * 32, b"\x41" * 32,
    "age10gdyuuym7zz6cj22hgzxnwd3aks2k8mck942hdullmdfqc37s53qf5r2e0",
)  # fmt: skip
OTHER = Party(
    "610100001002", "沣东社区", "community", "b" * 32, b"\x0b" * 32, b"\x42" * 32,
    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
)  # fmt: skip
STRANGER = Party("610100009", "陌生街道", "street", "c" * 32, b"\x0c" * 32, b"\x42" * 32, OTHER.recipient)


@cache
def public_of(seed: bytes) -> bytes:
    """Return the Ed25519 public key of a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the Ed25519 signature of `message`."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def canonical(value: Any) -> bytes:
    """Return canonical CBOR."""
    return cbor2.dumps(value, canonical=True)


def to_be_signed(protected: bytes, payload: bytes, *, context: str = "Signature1") -> bytes:
    """Return the Sig_structure of RFC 9052, section 4.4."""
    return canonical([context, protected, b"", payload])


def protected_header(content_type: str, kid: bytes) -> bytes:
    """Return the protected header all three formats share."""
    return canonical({_ALG: _EDDSA, _CONTENT_TYPE: content_type, _KID: kid})


def sign1(
    payload: bytes,
    *,
    by: Party,
    content_type: str,
    kid: bytes | None = None,
    protected: bytes | None = None,
    signature: bytes | None = None,
) -> bytes:
    """Return a COSE_Sign1; what is given replaces what would be right, and is signed over."""
    if protected is None:
        protected = protected_header(content_type, by.kid if kid is None else kid)
    if signature is None:
        signature = sign(by.seed, to_be_signed(protected, payload))
    return wrapped([protected, {}, payload, signature])


def wrapped(parts: list[Any], *, tag: int = 18) -> bytes:
    """Return the parts of a COSE message under their tag."""
    return canonical(cbor2.CBORTag(tag, parts))


def signature_of(signed: bytes) -> bytes:
    """Return the signature a COSE_Sign1 of ours ends with."""
    return signed[-64:]


def plus_order(signed: bytes) -> bytes:
    """Return a COSE_Sign1 with the group order added to S: the same signature in a form RFC 8032 forbids."""
    s = int.from_bytes(signed[-32:], "little") + ORDER
    return signed[:-32] + s.to_bytes(32, "little")


def flipped(raw: bytes, place: int, *, bit: int = 0) -> bytes:
    """Return `raw` with one bit of one byte turned."""
    bad = bytearray(raw)
    bad[place] ^= 1 << bit
    return bytes(bad)


def swapped(raw: bytes, old: bytes, new: bytes) -> bytes:
    """Return `raw` with its only `old` replaced."""
    if raw.count(old) != 1:
        raise ValueError(f"{old!r} stands {raw.count(old)} times")
    return raw.replace(old, new)
