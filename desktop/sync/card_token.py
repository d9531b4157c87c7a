"""The signed text in a contact card's QR code: no personal data, checkable without a network.

`EC1:` and the base32 (RFC 4648, upper case, no padding) of a COSE_Sign1 over the CBOR map
{1: issuing org, 2: card id (16 bytes), 4: expiry day, 6: issue day} (`docs/formats/card.md`).
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from desktop.sync import cose
from desktop.sync.cose import NotCoseError, Sign, Signed

PREFIX = "EC1:"
CONTENT_TYPE = "application/vnd.yince.card; v=1"
_ORG, _CARD, _EXPIRY, _ISSUED = 1, 2, 4, 6
_EPOCH = date(2020, 1, 1)
_MOST_TEXT = 600
_MOST_DAYS = 100_000
_MOST_ORG = 40


@dataclass(frozen=True, slots=True)
class CardClaim:
    """What a card says of itself."""

    org: str
    card: str  # 32 hex characters
    issued_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class CardToken:
    """A decoded, not yet verified token."""

    claim: CardClaim
    signed: Signed


def encode_token(claim: CardClaim, *, kid: bytes, sign: Sign) -> str:
    """Return the text for the QR code."""
    payload = cose.canonical(
        {
            _ORG: claim.org,
            _CARD: bytes.fromhex(claim.card),
            _EXPIRY: (claim.expires_on - _EPOCH).days,
            _ISSUED: (claim.issued_on - _EPOCH).days,
        }
    )
    raw = cose.encode(payload, content_type=CONTENT_TYPE, kid=kid, sign=sign)
    return PREFIX + base64.b32encode(raw).decode("ascii").rstrip("=")


def looks_like_token(text: str) -> bool:
    """Return True if `text` begins as a card token does (scanners may send lower case)."""
    return text.strip().upper().startswith(PREFIX)


def decode_token(text: str) -> CardToken | None:
    """Return the token in `text`, None if it is not one in its only form (case apart)."""
    plain = text.strip()
    if not plain.isascii() or not looks_like_token(plain) or len(plain) > _MOST_TEXT:
        return None
    body = plain.upper().removeprefix(PREFIX)
    try:
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
        if base64.b32encode(raw).decode("ascii").rstrip("=") != body:
            return None
        signed = cose.decode(raw)
        claim = _claim(cose.load(signed.payload))
    except (binascii.Error, ValueError, NotCoseError):
        return None
    if claim is None or signed.content_type != CONTENT_TYPE:
        return None
    return CardToken(claim, signed)


def _claim(value: Any) -> CardClaim | None:
    """Return the claim of a decoded payload, None unless every part is as it must be."""
    if not cose.is_numbered(value, {_ORG, _CARD, _EXPIRY, _ISSUED}):
        return None
    org, card, expiry, issued = (value[key] for key in (_ORG, _CARD, _EXPIRY, _ISSUED))
    if not isinstance(org, str) or not 0 < len(org) <= _MOST_ORG:
        return None
    if not isinstance(card, bytes) or len(card) != 16:
        return None
    days = [day for day in (issued, expiry) if isinstance(day, int) and 0 <= day <= _MOST_DAYS]
    if len(days) != 2 or isinstance(issued, bool) or isinstance(expiry, bool):
        return None
    return CardClaim(org, card.hex(), _EPOCH + timedelta(days=issued), _EPOCH + timedelta(days=expiry))
