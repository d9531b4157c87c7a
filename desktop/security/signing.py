"""Ed25519 signatures, and the screening of public keys before any is trusted."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from desktop.domain.errors import KeyCardError

KEY_LENGTH = 32
SIGNATURE_LENGTH = 64
_PRIME = 2**255 - 19
_D = -121665 * pow(121666, _PRIME - 2, _PRIME) % _PRIME
_COFACTOR_DOUBLINGS = 3


class SigningKey:
    """A private signing key made from a 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        """The 32-byte public key."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""
        return self._key.sign(message)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return True if `signature` is this key's over `message`."""
    if len(public) != KEY_LENGTH or len(signature) != SIGNATURE_LENGTH:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def screen_public_key(public: bytes) -> None:
    """Raise KeyCardError unless `public` is a canonical point that is not of low order.

    The library verifies signatures under low-order and non-canonical keys (208 of 914 public edge
    cases), under which one signature can fit several messages, so they are refused at enrolment.
    """
    point = _decode(public)
    if point is None:
        raise KeyCardError("bad-key", "密钥卡里的公钥不规范", "请让对方重新导出密钥卡")
    for _ in range(_COFACTOR_DOUBLINGS):
        point = _double(point)
    if point == (0, 1):
        raise KeyCardError("low-order-key", "密钥卡里的公钥不安全", "请让对方重新导出密钥卡")


def _decode(public: bytes) -> tuple[int, int] | None:
    """Return the affine point of a canonical encoding, None if it is not one (RFC 8032, 5.1.3)."""
    if len(public) != KEY_LENGTH:
        return None
    number = int.from_bytes(public, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _PRIME:
        return None
    u, v = (y * y - 1) % _PRIME, (_D * y * y + 1) % _PRIME
    x = u * pow(v, 3, _PRIME) * pow(u * pow(v, 7, _PRIME), (_PRIME - 5) // 8, _PRIME) % _PRIME
    if (v * x * x - u) % _PRIME:
        x = x * pow(2, (_PRIME - 1) // 4, _PRIME) % _PRIME
    if (v * x * x - u) % _PRIME or (x == 0 and sign):
        return None
    return (x if x & 1 == sign else _PRIME - x), y


def _double(point: tuple[int, int]) -> tuple[int, int]:
    """Return twice a point, by the complete affine addition law."""
    x, y = point
    xx, yy = x * x % _PRIME, y * y % _PRIME
    product = _D * xx * yy % _PRIME
    new_x = 2 * x * y * pow(1 + product, _PRIME - 2, _PRIME) % _PRIME
    new_y = (yy + xx) * pow(1 - product, _PRIME - 2, _PRIME) % _PRIME
    return new_x, new_y
