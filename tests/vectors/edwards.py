"""Points of Ed25519 that no honest station has, and signatures that fit them all the same."""

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PRIME = 2**255 - 19
_SIGN = 1 << 255
_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)  # y of two points of order 8
_NEUTRAL = (1).to_bytes(32, "little")


def _encoded(number: int) -> bytes:
    return number.to_bytes(32, "little")


LOW_ORDER = {
    "order 1": _encoded(1),
    "order 2": _encoded(PRIME - 1),
    "order 4": _encoded(0),
    "order 4, odd x": _encoded(_SIGN),
    "order 8": _encoded(_ORDER_8),
    "order 8, odd x": _encoded(_ORDER_8 | _SIGN),
    "order 8, negative y": _encoded(PRIME - _ORDER_8),
    "order 8, negative y, odd x": _encoded((PRIME - _ORDER_8) | _SIGN),
}
NON_CANONICAL = {
    "y = p": _encoded(PRIME),
    "y = p + 1": _encoded(PRIME + 1),
    "y = 1 with odd x = 0": _encoded(1 | _SIGN),
    "y = -1 with odd x = 0": _encoded((PRIME - 1) | _SIGN),
    "y = p + 1 with odd x = 0": _encoded((PRIME + 1) | _SIGN),
}
NON_CANONICAL_FULL_ORDER = _encoded(PRIME + 3)
OFF_CURVE = _encoded(2)
FORGERY = _NEUTRAL + bytes(32)  # R the neutral point, S zero: fits any message whose hash the key's order divides


def until_forged(message_of: Callable[[int], tuple[bytes, bytes]], public: bytes, *, tries: int = 200) -> bytes:
    """Return the first message body whose forgery verifies; `message_of(n)` gives (body, bytes to sign).

    Where no forgery verifies at all the last body is returned: a verifier may refuse such keys by itself.
    """
    body = b""
    for number in range(tries):
        body, message = message_of(number)
        if _verifies(public, message):
            return body
    return body


def _verifies(public: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(FORGERY, message)
    except (InvalidSignature, ValueError):
        return False
    return True
