"""Key cards: how two stations come to know each other's keys (`docs/formats/key-card.md`).

`YCK1`, a line feed, and a COSE_Sign1 by the card's own signing key. What makes a card trusted is
a person comparing its 60-digit fingerprint, not the signature.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from desktop.domain.errors import KeyCardError
from desktop.sync import cose
from desktop.sync.cose import IsSigned, NotCoseError, Sign

MAGIC = b"YCK1\n"
CONTENT_TYPE = "application/vnd.yince.key-card; v=1"
MOST_BYTES = 4096
KINDS = ("community", "street", "district")
_DIGITS = 60
_GROUP = 5
_DOMAIN = b"yince key card fingerprint/v1\n"


@dataclass(frozen=True, slots=True)
class KeyCard:
    """Who a station is and with which keys it signs and receives."""

    org: str
    name: str
    kind: str
    install: str  # 32 hex characters
    sign_key: bytes
    recipient: str
    created: str  # UTC stamp

    @property
    def kid(self) -> bytes:
        """The short name of the signing key."""
        return kid_of(self.sign_key)

    @property
    def fingerprint(self) -> str:
        """Sixty digits in twelve groups of five, over everything the card says."""
        number = int.from_bytes(hashlib.sha256(_DOMAIN + _payload(self)).digest(), "big") % 10**_DIGITS
        digits = f"{number:0{_DIGITS}d}"
        return " ".join(digits[start : start + _GROUP] for start in range(0, _DIGITS, _GROUP))


def kid_of(sign_key: bytes) -> bytes:
    """Return the 8-byte name of a signing key: the head of its SHA-256."""
    return hashlib.sha256(sign_key).digest()[: cose.KID_LENGTH]


def build_key_card(card: KeyCard, *, sign: Sign) -> bytes:
    """Return the bytes of a `.yck` file."""
    return MAGIC + cose.encode(_payload(card), content_type=CONTENT_TYPE, kid=card.kid, sign=sign)


def read_key_card(raw: bytes, *, is_signed: IsSigned) -> KeyCard:
    """Return the card in a `.yck` file; raises KeyCardError unless it is whole, canonical and self-signed.

    The caller still screens the signing key and the recipient, and compares the fingerprint.
    """
    if not raw.startswith(MAGIC) or len(raw) > MOST_BYTES:
        raise KeyCardError("not-key-card", "这不是银册的密钥卡", "请选择以 .yck 结尾的文件")
    try:
        signed = cose.decode(raw.removeprefix(MAGIC))
        card = _card(cose.load(signed.payload))
    except NotCoseError as error:
        raise KeyCardError("damaged", "密钥卡已损坏或被改动过", "请让对方重新导出") from error
    if signed.content_type != CONTENT_TYPE or signed.kid != card.kid:
        raise KeyCardError("damaged", "密钥卡已损坏或被改动过", "请让对方重新导出")
    if not signed.is_by(card.sign_key, is_signed=is_signed):
        raise KeyCardError("bad-signature", "密钥卡的签名不对", "请让对方重新导出")
    return card


def same_fingerprint(typed: str, card: KeyCard) -> bool:
    """Return True if what a person typed or scanned is this card's fingerprint, spaces apart."""
    digits = typed.rpartition(":")[2]  # of a scanned code only the digits count; they name the unit by themselves
    return "".join(digits.split()).replace("-", "") == card.fingerprint.replace(" ", "")


def scanned_text(card: KeyCard) -> str:
    """Return what the code beside the digits says: `YCF1:`, the unit, the sixty digits."""
    return f"YCF1:{card.org}:{card.fingerprint.replace(' ', '')}"


def _payload(card: KeyCard) -> bytes:
    return cose.canonical(
        {
            1: card.org,
            2: card.name,
            3: card.kind,
            4: bytes.fromhex(card.install),
            5: card.sign_key,
            6: card.recipient,
            7: card.created,
        }
    )


def _card(value: Any) -> KeyCard:
    """Return the card in a decoded payload; NotCoseError unless every part is as it must be."""
    if not cose.is_numbered(value, set(range(1, 8))):
        raise NotCoseError("not a key card")
    texts = [value[key] for key in (1, 2, 3, 6, 7)]
    if not all(isinstance(text, str) and 0 < len(text) <= 200 and text.isprintable() for text in texts):
        raise NotCoseError("bad text")
    if not all(isinstance(value[key], bytes) for key in (4, 5)) or len(value[4]) != 16 or len(value[5]) != 32:
        raise NotCoseError("bad key")
    if value[3] not in KINDS:
        raise NotCoseError("bad kind")
    return KeyCard(value[1], value[2], value[3], value[4].hex(), value[5], value[6], value[7])
