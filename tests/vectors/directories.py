"""Key directories, good and bad (`docs/formats/key-directory.md`)."""

import struct
from collections.abc import Iterator
from itertools import chain
from typing import Any

from tests.vectors.cbor_forms import envelope_forms
from tests.vectors.vector import Vector, filed, refused
from tests.vectors.world import CREATED, OTHER, STRANGER, STREET, Party, canonical, flipped, sign1

MAGIC = b"YCD1\n"
CONTENT_TYPE = "application/vnd.yince.key-directory; v=1"
EXPIRES = "2027-12-29T01:02:03Z"
_DAMAGED = refused("KeyCardError", "damaged")
_FORGED = refused("KeyCardError", "bad-signature")
_UNKNOWN = refused("KeyCardError", "unknown-root")
_NOT = refused("KeyCardError", "not-directory")
_TWO = {"version": 1, "keys": 2}


def vectors() -> Iterator[Vector]:
    """Yield every directory; the reader is the community, which enrolled the street."""
    return filed(
        chain(_good(), _files(), _signatures(), _heads(), _entries(), _keys()), folder="directories", ending=".ycd"
    )


def entry(party: Party, changed: dict[int, Any] | None = None) -> dict[int, Any]:
    """Return a party's entry, with members replaced; None drops one."""
    whole: dict[int, Any] = {
        1: party.org, 2: party.name, 3: party.kind, 4: bytes.fromhex(party.install), 5: party.public,
        6: party.recipient, 7: "active", 8: [0, 0], **(changed or {}),
    }  # fmt: skip
    return {key: value for key, value in whole.items() if value is not None}


def payload(entries: list[Any] | None = None, **head: Any) -> bytes:
    """Return what is signed; `head` replaces members by name."""
    listed = [entry(STREET), entry(OTHER)] if entries is None else entries
    whole = {
        1: head.get("org", STREET.org), 2: head.get("version", 1), 3: head.get("issued", CREATED),
        4: head.get("expires", EXPIRES), 5: listed, **head.get("more", {}),
    }  # fmt: skip
    return canonical(whole)


def signed(body: bytes, by: Party = STREET, **wrong: Any) -> bytes:
    """Return one signed part with its length."""
    part = sign1(body, by=by, **{"content_type": CONTENT_TYPE, **wrong})
    return struct.pack(">I", len(part)) + part


def directory(body: bytes | None = None, **wrong: Any) -> bytes:
    """Return a directory file."""
    return MAGIC + signed(payload() if body is None else body, **wrong)


def _good() -> Iterator[Vector]:
    yield Vector("good", "A street and another community.", _TWO, directory())
    second = directory(payload(version=2))
    yield Vector("good-second", "Its next version.", {"version": 2, "keys": 2}, second)
    yield Vector(
        "good",
        "The first version after the second.",
        refused("KeyCardError", "older-directory"),
        after=("good-second",),
    )
    yield Vector("good", "The same again.", _TWO, after=("good",))
    other = directory(payload([entry(STREET)]))
    yield Vector("fork", "Another first version.", refused("KeyCardError", "directory-fork"), other, after=("good",))
    expired = directory(payload(expires="2026-01-01T00:00:00Z"))
    yield Vector("good-expired", "Expired long ago: it counts, with a warning.", _TWO, expired)
    ended = [
        entry(STREET),
        entry(OTHER, {7: "revoked", 9: [1, 5]}),
        entry(OTHER, {5: STRANGER.public, 7: "replaced", 9: [1, 2]}),
    ]
    yield Vector("good-ended", "A revoked and a replaced key.", {"version": 1, "keys": 3}, directory(payload(ended)))
    yield Vector("good-empty", "No entry at all.", {"version": 1, "keys": 0}, directory(payload([])))
    both = payload([entry(STREET), entry(STREET, {5: STRANGER.public})])
    yield Vector(
        "good-two-signatures",
        "Signed by the street's new key too.",
        _TWO,
        MAGIC + signed(both) + signed(both, STRANGER),
    )


def _files() -> Iterator[Vector]:
    good = directory()
    wrong = {
        "empty": b"", "key-card": b"YCK1\n" + good[5:], "version-2": b"YCD2\n" + good[5:], "zip": b"PK\x03\x04" + bytes(60),
    }  # fmt: skip
    for name, content in wrong.items():
        yield Vector(f"file-{name}", "Not a directory.", _NOT, content)
    yield Vector("file-magic-only", "Nothing after the magic.", _DAMAGED, MAGIC)
    yield Vector("file-truncated", "The last byte missing.", _DAMAGED, good[:-1])
    yield Vector("file-trailing-byte", "A byte after the end.", _DAMAGED, good + b"\x00")
    yield Vector("file-length-zero", "A part of no length.", _DAMAGED, MAGIC + bytes(4) + good[9:])
    yield Vector("file-length-of-4-gib", "A length of 2^32 - 1.", _DAMAGED, MAGIC + b"\xff" * 4 + good[9:])
    yield Vector("file-three-signatures", "Three signatures.", _DAMAGED, good + good[5:] + good[5:])


def _signatures() -> Iterator[Vector]:
    good = directory()
    body = payload()
    yield Vector("signature-flipped", "One bit of the signature turned.", _FORGED, flipped(good, -5))
    yield Vector("signature-of-a-community", "Signed by a community.", _UNKNOWN, directory(by=OTHER))
    yield Vector("signature-of-a-stranger", "Signed by a stranger.", _UNKNOWN, directory(by=STRANGER))
    yield Vector(
        "signature-posing",
        "A stranger's signature under the street's kid.",
        _FORGED,
        directory(by=STRANGER, kid=STREET.kid),
    )
    card = directory(content_type="application/vnd.yince.key-card; v=1")
    yield Vector("signature-of-a-key-card", "Signed as a key card.", _DAMAGED, card)
    yield Vector(
        "second-not-named",
        "A second signature by a key the directory does not name.",
        _UNKNOWN,
        good + signed(body, STRANGER),
    )
    yield Vector(
        "second-of-a-community", "A second signature by a community it names.", _UNKNOWN, good + signed(body, OTHER)
    )
    yield Vector(
        "second-of-another-body", "A second signature over other entries.", _DAMAGED, good + signed(payload([]))
    )
    yield Vector(
        "org-of-another", "The street signs as another street.", _UNKNOWN, directory(payload(org=STRANGER.org))
    )
    for form in envelope_forms(good[9:]):
        content = MAGIC + struct.pack(">I", len(form.raw)) + form.raw
        yield Vector(f"envelope-{form.name}", f"The COSE_Sign1: {form.what}.", _DAMAGED, content)


def _heads() -> Iterator[Vector]:
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "version-zero": ("Version 0.", {"version": 0}),
        "version-text": ("A text for the version.", {"version": "1"}),
        "version-true": ("true for the version.", {"version": True}),
        "version-of-2-to-53": ("Version 2^53.", {"version": 2**53}),
        "issued-local": ("A local time.", {"issued": "2026-11-24 09:02"}),
        "expires-number": ("A number for the end.", {"expires": 20271229}),
        "org-empty": ("No street.", {"org": ""}),
        "member-more": ("A member nobody knows.", {"more": {6: "x"}}),
        "entries-map": ("A map for the list.", {"more": {5: {}}}),
    }
    for name, (what, head) in wrong.items():
        yield Vector(f"head-{name}", what, _DAMAGED, directory(payload(**head)))
    yield Vector("head-not-canonical", "Bytes that are not canonical CBOR.", _DAMAGED, directory(b"\xbf\xff"))


def _entries() -> Iterator[Vector]:
    wrong: dict[str, tuple[str, Any]] = {
        "list": ("An entry that is a list.", [1]),
        "no-key": ("No key.", entry(OTHER, {5: None})),
        "more": ("A member nobody knows.", entry(OTHER, {10: "x"})),
        "status": ("A status nobody knows.", entry(OTHER, {7: "lent"})),
        "install-short": ("An installation of 15 bytes.", entry(OTHER, {4: bytes(15)})),
        "key-short": ("A key of 31 bytes.", entry(OTHER, {5: bytes(31)})),
        "name-empty": ("No name.", entry(OTHER, {2: ""})),
        "name-with-line-feed": ("A line feed in a name.", entry(OTHER, {2: "a\nb"})),
        "since-one": ("A place of one number.", entry(OTHER, {8: [1]})),
        "since-negative": ("A negative number.", entry(OTHER, {8: [1, -1]})),
        "active-with-end": ("An active key with an end.", entry(OTHER, {9: [1, 5]})),
        "revoked-without-end": ("A revoked key without its end.", entry(OTHER, {7: "revoked"})),
    }
    for name, (what, one) in wrong.items():
        yield Vector(f"entry-{name}", what, _DAMAGED, directory(payload([entry(STREET), one])))
    twice = payload([entry(STREET), entry(OTHER), entry(OTHER)])
    yield Vector("entry-twice", "An entry twice.", _DAMAGED, directory(twice))


def _keys() -> Iterator[Vector]:
    low = payload([entry(STREET), entry(OTHER, {5: b"\x01" + bytes(31)})])
    yield Vector("key-low-order", "A key of low order.", refused("KeyCardError", "low-order-key"), directory(low))
    off = payload([entry(STREET), entry(OTHER, {5: b"\xff" * 32})])
    yield Vector(
        "key-not-canonical", "A key that is no canonical point.", refused("KeyCardError", "bad-key"), directory(off)
    )
    nobody = payload([entry(STREET), entry(OTHER, {6: "age1nobody"})])
    yield Vector("key-recipient", "A recipient that is none.", refused("KeyCardError", "bad-key"), directory(nobody))
