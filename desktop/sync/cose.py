"""COSE_Sign1 (RFC 9052) with EdDSA: one canonical form, anything else refused."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import cbor2

Sign = Callable[[bytes], bytes]
IsSigned = Callable[[bytes, bytes, bytes], bool]  # public key, message, signature

_TAG = 18
_ALG, _CONTENT_TYPE, _KID = 1, 3, 4
_EDDSA = -8
KID_LENGTH = 8


class NotCoseError(ValueError):
    """The bytes are not a canonical COSE_Sign1 of ours."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A decoded, not yet verified COSE_Sign1."""

    content_type: str
    kid: bytes
    payload: bytes
    protected: bytes
    signature: bytes

    def is_by(self, public: bytes, *, is_signed: IsSigned) -> bool:
        """True if the signature is by `public`."""
        return is_signed(public, _to_be_signed(self.protected, self.payload), self.signature)


def encode(payload: bytes, *, content_type: str, kid: bytes, sign: Sign) -> bytes:
    """Return `payload` signed as COSE_Sign1 with algorithm, content type and key id protected."""
    protected = canonical({_ALG: _EDDSA, _CONTENT_TYPE: content_type, _KID: kid})
    signature = sign(_to_be_signed(protected, payload))
    return canonical(cbor2.CBORTag(_TAG, [protected, {}, payload, signature]))


def decode(raw: bytes) -> Signed:
    """Return the parts of a COSE_Sign1; raises NotCoseError for any but the canonical form."""
    outer = load(raw)
    if not isinstance(outer, cbor2.CBORTag) or outer.tag != _TAG:
        raise NotCoseError("not a COSE_Sign1")
    parts = list(outer.value) if isinstance(outer.value, list | tuple) else []
    if len(parts) != 4 or parts[1] != {} or not all(isinstance(parts[n], bytes) for n in (0, 2, 3)):
        raise NotCoseError("not four parts")
    header = load(parts[0])
    if not is_numbered(header, {_ALG, _CONTENT_TYPE, _KID}) or type(header[_ALG]) is not int or header[_ALG] != _EDDSA:
        raise NotCoseError("unknown header")
    if not isinstance(header[_CONTENT_TYPE], str) or not isinstance(header[_KID], bytes):
        raise NotCoseError("unknown header")
    return Signed(header[_CONTENT_TYPE], header[_KID], parts[2], parts[0], parts[3])


def is_numbered(value: Any, keys: set[int]) -> bool:
    """Return True for a map with just these integer keys; in Python `True` and `1.0` would pass for `1`."""
    return isinstance(value, dict) and set(value) == keys and all(type(key) is int for key in value)


def canonical(value: Any) -> bytes:
    """Return the canonical CBOR of `value`."""
    return cbor2.dumps(value, canonical=True)


def load(raw: bytes) -> Any:
    """Return the one CBOR item in `raw`; NotCoseError unless `raw` is its canonical form and no more."""
    try:
        stream = BytesIO(raw)
        value = cbor2.CBORDecoder(stream).decode()
        again = canonical(value)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise NotCoseError("not CBOR") from error
    if again != raw:
        raise NotCoseError("not canonical")
    return value


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return canonical(["Signature1", protected, b"", payload])
