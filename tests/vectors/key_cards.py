"""Key cards, good and bad (`docs/formats/key-card.md`)."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

from tests.vectors import edwards
from tests.vectors.cbor_forms import envelope_forms, header_forms, map_forms
from tests.vectors.vector import Vector, filed, refused
from tests.vectors.world import (
    COMMUNITY,
    CREATED,
    OTHER,
    STRANGER,
    STREET,
    Party,
    canonical,
    flipped,
    plus_order,
    protected_header,
    sign,
    sign1,
    to_be_signed,
)

MAGIC = b"YCK1\n"
CONTENT_TYPE = "application/vnd.yince.key-card; v=1"
_DOMAIN = b"yince key card fingerprint/v1\n"
_DAMAGED = refused("KeyCardError", "damaged")
_FORGED = refused("KeyCardError", "bad-signature")
_BAD_KEY = refused("KeyCardError", "bad-key")
_LOW_ORDER = refused("KeyCardError", "low-order-key")
_NOT_CARD = refused("KeyCardError", "not-key-card")
_WRONG_DIGITS = refused("KeyCardError", "fingerprint")


def vectors() -> Iterator[Vector]:
    """Yield every key card."""
    parts = (_good(), _whole_files(), _signatures(), _cbor(), _contents(), _keys(), _recipients())
    return filed(chain(*parts), folder="key-cards", ending=".yck")


def body_of(party: Party, changed: dict[int, Any] | None = None) -> dict[int, Any]:
    """Return the map in a party's card, with some entries replaced."""
    body: dict[int, Any] = {
        1: party.org, 2: party.name, 3: party.kind, 4: bytes.fromhex(party.install), 5: party.public,
        6: party.recipient, 7: CREATED,
    }  # fmt: skip
    return {**body, **(changed or {})}


def card(party: Party, payload: bytes | None = None, **wrong: Any) -> bytes:
    """Return a key card file of a party; `wrong` goes to `sign1`."""
    return MAGIC + sign1(payload or canonical(body_of(party)), by=party, **{"content_type": CONTENT_TYPE, **wrong})


def fingerprint_of(party: Party) -> str:
    """Return the sixty digits of a party's card."""
    hashed = hashlib.sha256(_DOMAIN + canonical(body_of(party))).digest()
    digits = f"{int.from_bytes(hashed, 'big') % 10**60:060d}"
    return " ".join(digits[start : start + 5] for start in range(0, 60, 5))


def _trusted(party: Party) -> dict[str, str]:
    return {"org": party.org, "fingerprint": fingerprint_of(party)}


def _good() -> Iterator[Vector]:
    right = fingerprint_of(COMMUNITY)
    wrong = f"{right[:-1]}{(int(right[-1]) + 1) % 10}"
    yield Vector("good-community", "A sound card, the digits compared.", _trusted(COMMUNITY), card(COMMUNITY))
    yield Vector("good-other", "A sound card of a second community.", _trusted(OTHER), card(OTHER))
    yield Vector("good-street", "A sound card of a street.", _trusted(STRANGER), card(STRANGER))
    yield Vector("good-community", "Digits typed with dashes.", _trusted(COMMUNITY), typed=right.replace(" ", "-"))
    yield Vector("good-community", "The last of the sixty digits typed wrong.", _WRONG_DIGITS, typed=wrong)
    yield Vector("good-community", "The last digit not typed.", _WRONG_DIGITS, typed=right[:-1])
    yield Vector("good-community", "Another card's digits.", _WRONG_DIGITS, typed=fingerprint_of(OTHER))
    yield Vector("own", "The receiver's own card.", refused("KeyCardError", "own-card"), card(STREET))


def _whole_files() -> Iterator[Vector]:
    good = card(COMMUNITY)
    yield Vector("empty", "An empty file.", _NOT_CARD, b"")
    yield Vector("magic-of-version-2", "The magic of a version that does not exist.", _NOT_CARD, b"YCK2\n" + good[5:])
    yield Vector("magic-with-crlf", "A carriage return before the line feed.", _NOT_CARD, b"YCK1\r\n" + good[5:])
    yield Vector("trailing-line-feed", "A line feed at the end, as an editor adds it.", _DAMAGED, good + b"\n")
    yield Vector("two-cards", "Two cards in one file.", _DAMAGED, good + card(OTHER)[5:])
    yield Vector(
        "larger-than-4096-bytes",
        "A card padded to 4,097 bytes.",
        _NOT_CARD,
        good.ljust(4097, b"\x00"),
    )


def _signatures() -> Iterator[Vector]:
    good = card(COMMUNITY)
    payload = canonical(body_of(COMMUNITY))
    other_context = to_be_signed(protected_header(CONTENT_TYPE, COMMUNITY.kid), payload, context="Signature")
    made = {
        "flipped-bit-in-signature": ("One bit of R turned.", flipped(good, -40)),
        "flipped-bit-in-name": ("One bit of the name turned.", _turned(good, COMMUNITY.name.encode(), 2)),
        "flipped-bit-in-install": ("One bit of the installation turned.", _turned(good, b"\xaa" * 16, 3)),
        "flipped-bit-in-recipient": ("One bit of the age recipient turned.", _turned(good, b"age10gd", 4)),
        "signed-by-another": ("Signed by another key than the card's.", card(OTHER, payload, kid=COMMUNITY.kid)),
        "zero-signature": ("64 zero bytes for a signature.", card(COMMUNITY, signature=bytes(64))),
        "short-signature": ("A signature of 63 bytes.", card(COMMUNITY, signature=good[-64:-1])),
        "long-signature": ("A signature of 65 bytes.", card(COMMUNITY, signature=good[-64:] + b"\x00")),
        "signature-plus-order": ("S is not reduced: the group order was added.", plus_order(good)),
        "context-of-cose-sign": (
            "Signed in the context of COSE_Sign.",
            card(COMMUNITY, signature=sign(COMMUNITY.seed, other_context)),
        ),
        "payload-signed-bare": (
            "The payload itself signed, not the Sig_structure.",
            card(COMMUNITY, signature=sign(COMMUNITY.seed, payload)),
        ),
    }
    for name, (what, content) in made.items():
        yield Vector(name, what, _FORGED, content)
    yield Vector(
        "flipped-bit-in-key",
        "One bit of the key turned: the kid no longer fits.",
        _DAMAGED,
        _turned(good, COMMUNITY.public, 5),
    )
    whole = hashlib.sha256(COMMUNITY.public).digest()
    yield Vector("kid-of-another", "The kid of another key.", _DAMAGED, card(COMMUNITY, kid=OTHER.kid))
    yield Vector("long-kid", "The whole hash for a kid.", _DAMAGED, card(COMMUNITY, kid=whole))
    manifest = "application/vnd.yince.sync-manifest+json; v=1"
    yield Vector("content-type-of-a-package", "Signed as a manifest.", _DAMAGED, card(COMMUNITY, content_type=manifest))


def _turned(good: bytes, part: bytes, offset: int) -> bytes:
    return flipped(good, good.index(part) + offset)


def _cbor() -> Iterator[Vector]:
    for form in envelope_forms(card(COMMUNITY).removeprefix(MAGIC)):
        yield Vector(f"envelope-{form.name}", f"The COSE_Sign1: {form.what}.", _DAMAGED, MAGIC + form.raw)
    for form in header_forms(CONTENT_TYPE, COMMUNITY.kid):
        content = card(COMMUNITY, protected=form.raw)
        yield Vector(f"header-{form.name}", f"The header: {form.what}.", _DAMAGED, content)
    for form in map_forms(body_of(COMMUNITY)):
        content = card(COMMUNITY, form.raw)
        yield Vector(f"payload-{form.name}", f"The payload: {form.what}.", _DAMAGED, content)


def _contents() -> Iterator[Vector]:
    wrong: dict[str, tuple[str, dict[int, Any]]] = {
        "org-empty": ("An empty organisation code.", {1: ""}),
        "org-number": ("The organisation code as a number.", {1: 610100001001}),
        "name-of-201-characters": ("A name of 201 characters.", {2: "长" * 201}),
        "name-with-line-feed": ("A line feed in the name.", {2: "青杨\n社区"}),
        "name-with-direction-override": ("U+202E in the name: it would show backwards.", {2: "青杨\u202e社区"}),
        "name-bytes": ("The name as bytes.", {2: b"x"}),
        "kind-province": ("A kind this version does not know.", {3: "province"}),
        "install-of-15-bytes": ("An installation of 15 bytes.", {4: b"\xaa" * 15}),
        "install-text": ("The installation as hex text.", {4: "aa" * 16}),
        "created-number": ("The time as a number.", {7: 1795482123}),
    }
    for name, (what, changed) in wrong.items():
        yield Vector(name, what, _DAMAGED, card(COMMUNITY, canonical(body_of(COMMUNITY, changed))))
    bad_text = canonical(body_of(COMMUNITY)).replace(COMMUNITY.name.encode(), b"\xff" * 12)
    yield Vector("name-not-utf-8", "The name is not UTF-8.", _DAMAGED, card(COMMUNITY, bad_text))


def _keys() -> Iterator[Vector]:
    """Yield cards whose key nobody should trust, with a signature that fits where one can."""
    for what, key in edwards.LOW_ORDER.items():
        yield Vector(f"low-order-{key.hex()[:4]}{key.hex()[-2:]}", f"A key of {what}.", _LOW_ORDER, _forged(key))
    for what, key in edwards.NON_CANONICAL.items():
        found = _forged(key)
        yield Vector(f"non-canonical-{key.hex()[:4]}{key.hex()[-2:]}", f"A key with {what}.", _BAD_KEY, found)
    full = _forged(edwards.NON_CANONICAL_FULL_ORDER)
    yield Vector("non-canonical-full-order", "A key with y = p + 3, for which nothing can be forged.", _FORGED, full)
    yield Vector("off-curve-key", "A key that is no point.", _FORGED, _forged(edwards.OFF_CURVE))
    short = canonical(body_of(COMMUNITY, {5: COMMUNITY.public[:31]}))
    yield Vector("key-of-31-bytes", "A key of 31 bytes.", _DAMAGED, card(COMMUNITY, short))


def _forged(key: bytes) -> bytes:
    """Return a card of a key without a secret, its time turned on until the forgery fits."""
    kid = hashlib.sha256(key).digest()[:8]

    def message_of(number: int) -> tuple[bytes, bytes]:
        payload = canonical(body_of(COMMUNITY, {5: key, 7: f"2026-11-24T01:{number // 60:02d}:{number % 60:02d}Z"}))
        return payload, to_be_signed(protected_header(CONTENT_TYPE, kid), payload)

    payload = edwards.until_forged(message_of, key)
    return card(COMMUNITY, payload, kid=kid, signature=edwards.FORGERY)


def _recipients() -> Iterator[Vector]:
    good = COMMUNITY.recipient
    wrong = {
        "upper-case": ("An age recipient in upper case.", good.upper()),
        "bad-checksum": ("The last letter changed.", good[:-1] + "q"),
        "ssh-key": ("An SSH key.", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKrD5zB0Wk2pbjXr0DYvBi8sgCV9aVf0OgtYyHbhYH"),
        "plugin": (
            "The recipient of an age plugin.",
            "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
        ),
        "secret": (
            "A secret identity by mistake.",
            "AGE-SECRET-KEY-1GPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQQAAKQ6V",
        ),
        "with-space": ("A space after the recipient.", good + " "),
    }
    for name, (what, recipient) in wrong.items():
        content = card(COMMUNITY, canonical(body_of(COMMUNITY, {6: recipient})))
        yield Vector(f"recipient-{name}", what, _BAD_KEY, content)
    low = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"
    yield Vector(
        "recipient-of-low-order",
        "The X25519 point zero: every secret shared with it is zero.",
        _BAD_KEY,
        card(COMMUNITY, canonical(body_of(COMMUNITY, {6: low}))),
    )
