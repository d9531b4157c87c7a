"""The texts of contact cards' QR codes, good and bad (`sync.md` section 3.12)."""

import base64
from collections.abc import Iterator
from itertools import chain
from typing import Any

from tests.vectors.cbor_forms import envelope_forms, header_forms, map_forms
from tests.vectors.vector import Vector, filed
from tests.vectors.world import COMMUNITY, OTHER, STRANGER, STREET, Party, canonical, flipped, plus_order, sign1

CONTENT_TYPE = "application/vnd.yince.card; v=1"
PERSON = "d" * 32
# The cards in the receiver's store: state 1 valid, 2 replaced, 5 void.
CARDS = {
    "valid": {"id": "1" * 32, "card_no": "0000-0001-2", "state": "1", "issued_on": "2026-11-24", "expires_on": "2031-12-31"},
    "replaced": {"id": "2" * 32, "card_no": "0000-0002-4", "state": "2", "issued_on": "2026-11-24", "expires_on": "2031-12-31"},
    "revoked": {"id": "3" * 32, "card_no": "0000-0003-6", "state": "5", "issued_on": "2026-11-24", "expires_on": "2031-12-31"},
    "expired": {"id": "4" * 32, "card_no": "0000-0004-8", "state": "1", "issued_on": "2021-11-24", "expires_on": "2026-11-23"},
}  # fmt: skip
_ISSUED, _EXPIRES = 2519, 4382  # days after 2020-01-01: 2026-11-24 and 2031-12-31
_UNREADABLE = {"state": "unreadable"}
_FORGED = {"state": "forged"}
_NOT_OURS = {"state": "not-ours"}


def vectors() -> Iterator[Vector]:
    """Yield every token."""
    parts = (_known(), _foreign(), _texts(), _signatures(), _cbor(), _claims())
    return filed(chain(*parts), folder="tokens", ending=".txt")


def body_of(party: Party, card: str, changed: dict[int, Any] | None = None) -> dict[int, Any]:
    """Return the map in a card's code, with some entries replaced."""
    return {1: party.org, 2: bytes.fromhex(card), 4: _EXPIRES, 6: _ISSUED, **(changed or {})}


def signed(party: Party, payload: bytes, **wrong: Any) -> bytes:
    """Return the COSE_Sign1 in a token; `wrong` goes to `sign1`."""
    return sign1(payload, by=party, **{"content_type": CONTENT_TYPE, **wrong})


def text(raw: bytes) -> bytes:
    """Return the token of a COSE_Sign1."""
    return b"EC1:" + base64.b32encode(raw).rstrip(b"=")


def token(party: Party, card: str = "e" * 32, changed: dict[int, Any] | None = None, **wrong: Any) -> bytes:
    """Return a token of a party."""
    return text(signed(party, canonical(body_of(party, card, changed)), **wrong))


def _known() -> Iterator[Vector]:
    for state, card in CARDS.items():
        what = f"A card of the receiver's own whose record says: {state}."
        yield Vector(f"own-{state}", what, {"state": state}, token(STREET, card["id"]))
    good = token(STREET, CARDS["valid"]["id"])
    yield Vector("own-lower-case", "As some scanners send it.", {"state": "valid"}, good.lower())
    yield Vector("own-with-spaces", "Spaces before, a line end after.", {"state": "valid"}, b"  " + good + b"\r\n")


def _foreign() -> Iterator[Vector]:
    yield Vector("other-valid", "A card of a trusted community, not in this store.", _NOT_OURS, token(COMMUNITY))
    yield Vector(
        "other-expired", "The same, its last day yesterday.", {"state": "expired"}, token(COMMUNITY, changed={4: 2518})
    )
    yield Vector("other-last-day", "The same, its last day today.", _NOT_OURS, token(COMMUNITY, changed={4: 2519}))
    yield Vector("stranger", "Signed by a station nobody enrolled.", {"state": "unknown-issuer"}, token(STRANGER))
    yield Vector(
        "stranger-as-community",
        "A stranger names a trusted community.",
        {"state": "unknown-issuer"},
        token(STRANGER, changed={1: COMMUNITY.org}),
    )
    yield Vector(
        "other-as-community", "A trusted station names another.", _FORGED, token(OTHER, changed={1: COMMUNITY.org})
    )
    yield Vector(
        "other-with-our-card-id",
        "A trusted community signs, in its own name, the id of a card the receiver issued.",
        _FORGED,
        token(COMMUNITY, CARDS["valid"]["id"]),
    )


def _texts() -> Iterator[Vector]:
    good = token(COMMUNITY)
    body = good.removeprefix(b"EC1:")
    wrong = {
        "empty": ("Nothing.", b""),
        "prefix-only": ("Nothing after the prefix.", b"EC1:"),
        "other-prefix": ("A version that does not exist.", b"EC2:" + body),
        "no-prefix": ("The prefix missing.", body),
        "padded": ("With base32 padding.", good + b"=" * (-len(body) % 8)),
        "one-letter-short": ("The last letter missing.", good[:-1]),
        "one-letter-long": ("A letter too many.", good + b"A"),
        "space-inside": ("A space in the middle.", good[:40] + b" " + good[40:]),
        "digit-one": ("A digit base32 does not have.", good[:40] + b"1" + good[41:]),
        "full-width": ("Full-width letters, as an input method makes them.", "ＥＣ１：".encode() + body),
        "chinese-inside": ("A Chinese letter in the middle.", good[:40] + "码".encode() + good[41:]),
        "hex": ("Hex for base32.", b"EC1:" + base64.b32decode(_padded(body)).hex().encode()),
        "base64": ("Base64 for base32.", b"EC1:" + base64.b64encode(base64.b32decode(_padded(body)))),
        "too-long": ("More than 600 letters: a kid of 400 bytes.", token(COMMUNITY, kid=bytes(400))),
        "a-web-address": ("Somebody's advertisement.", b"https://example.com/"),
    }
    for name, (what, content) in wrong.items():
        yield Vector(f"text-{name}", what, _UNREADABLE, content)
    yield Vector("text-loose-bits", "Bits after the last byte are not zero.", _UNREADABLE, _loose(good))


def _padded(body: bytes) -> bytes:
    return body + b"=" * (-len(body) % 8)


def _loose(good: bytes) -> bytes:
    """Return the token with its last letter changed in bits no byte uses."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    changed = good[:-1] + bytes([alphabet[alphabet.index(good[-1]) | 1]])
    body, same = (base64.b32decode(_padded(one.removeprefix(b"EC1:"))) for one in (changed, good))
    if changed == good or body != same:
        raise ValueError("this token has no loose bits")
    return changed


def _signatures() -> Iterator[Vector]:
    payload = canonical(body_of(COMMUNITY, "e" * 32))
    good = signed(COMMUNITY, payload)
    later = canonical(body_of(COMMUNITY, "e" * 32, {4: _EXPIRES + 365}))
    wrong = {
        "flipped-bit": ("One bit of R turned.", flipped(good, -50)),
        "flipped-bit-in-card-id": ("One bit of the card's id turned.", flipped(good, good.index(b"\xee" * 16))),
        "a-year-later": ("The last day moved, the old signature kept.", signed(COMMUNITY, later, signature=good[-64:])),
        "by-another": ("Another trusted key under the issuer's kid.", signed(OTHER, payload, kid=COMMUNITY.kid)),
        "zero": ("64 zero bytes.", signed(COMMUNITY, payload, signature=bytes(64))),
        "short": ("63 bytes.", signed(COMMUNITY, payload, signature=good[-64:-1])),
        "plus-order": ("S is not reduced: the group order was added.", plus_order(good)),
    }
    for name, (what, content) in wrong.items():
        yield Vector(f"signature-{name}", what, _FORGED, text(content))
    kid = signed(COMMUNITY, payload, kid=b"\x00" * 8)
    yield Vector("signature-unknown-kid", "A kid nobody has.", {"state": "unknown-issuer"}, text(kid))
    manifest = signed(COMMUNITY, payload, content_type="application/vnd.yince.key-card; v=1")
    yield Vector("signature-of-a-key-card", "Signed as a key card.", _UNREADABLE, text(manifest))


def _cbor() -> Iterator[Vector]:
    body = body_of(COMMUNITY, "e" * 32)
    payload = canonical(body)
    for form in envelope_forms(signed(COMMUNITY, payload)):
        yield Vector(f"envelope-{form.name}", f"The COSE_Sign1: {form.what}.", _UNREADABLE, text(form.raw))
    for form in header_forms(CONTENT_TYPE, COMMUNITY.kid):
        content = text(signed(COMMUNITY, payload, protected=form.raw))
        yield Vector(f"header-{form.name}", f"The header: {form.what}.", _UNREADABLE, content)
    for form in map_forms(body):
        content = text(signed(COMMUNITY, form.raw))
        if len(content) <= 600:  # longer ones are refused for their length: another vector
            yield Vector(f"payload-{form.name}", f"The payload: {form.what}.", _UNREADABLE, content)


def _claims() -> Iterator[Vector]:
    wrong: dict[str, tuple[str, dict[int, Any]]] = {
        "org-empty": ("An empty organisation code.", {1: ""}),
        "org-of-41-characters": ("An organisation code of 41 characters.", {1: "6" * 41}),
        "org-number": ("The organisation code as a number.", {1: 610100001001}),
        "card-of-15-bytes": ("A card id of 15 bytes.", {2: b"\xee" * 15}),
        "card-text": ("The card id as hex text.", {2: "ee" * 16}),
        "day-negative": ("A day before 2020.", {6: -1}),
        "day-too-late": ("A day after the year 2293.", {4: 100_001}),
        "day-huge": ("A day that needs a bignum.", {4: 2**70}),
        "day-true": ("true for a day.", {6: True}),
        "day-float": ("A day and a half.", {6: 2519.5}),
        "day-text": ("The day as text.", {6: "2026-11-24"}),
    }
    for name, (what, changed) in wrong.items():
        yield Vector(f"claim-{name}", what, _UNREADABLE, token(COMMUNITY, changed=changed))
