"""Packages, good and bad (`docs/formats/package.md`): the seal, the signature, the manifest, the order."""

import struct
from collections.abc import Iterator
from itertools import chain
from typing import Any

from tests.vectors import age_file
from tests.vectors.cbor_forms import envelope_forms, header_forms
from tests.vectors.manifests import CONTENT_TYPE, GOOD, MAGIC, SECOND, Draft, lines, operation, plain_of, sealed
from tests.vectors.package_manifests import manifest_vectors
from tests.vectors.package_parts import part_vectors
from tests.vectors.package_records import record_vectors
from tests.vectors.vector import Vector, filed, refused
from tests.vectors.world import (
    COMMUNITY,
    OTHER,
    STRANGER,
    STREET,
    flipped,
    plus_order,
    protected_header,
    sign,
    to_be_signed,
)

_DAMAGED = refused("PackageError", "damaged")
_FORGED = refused("PackageError", "bad-signature")
_WRONG_RECIPIENT = refused("PackageError", "wrong-recipient")
_NOT_AGE = refused("PackageError", "not-age")
_NEW_PERSON = {"state": "imported", "counts": {"person.new": 1}}


def vectors() -> Iterator[Vector]:
    """Yield every package."""
    parts = (
        _good(),
        _other_files(),
        _headers(),
        _payloads(),
        _containers(),
        _envelopes(),
        _signatures(),
        manifest_vectors(),
        record_vectors(),
        part_vectors(),
    )
    return filed(chain(*parts), folder="packages", ending=".ycp")


def _good() -> Iterator[Vector]:
    yield Vector("good", "A sound first package: one new person.", _NEW_PERSON, GOOD.file())
    yield Vector(
        "good-by-the-program",
        "A first package written by the program itself in format 1.0; made once and kept.",
        {"state": "imported", "counts": {"org.changed": 1, "person.new": 1}},
    )
    changed = {"state": "imported", "counts": {"person.changed": 1}}
    yield Vector("good-second", "The package after it: an address.", changed, SECOND.file(), after=("good",))
    yield Vector(
        "good-two-recipients",
        "Sealed to another station too, whose stanza stands first.",
        _NEW_PERSON,
        sealed(GOOD.plain(), to=[OTHER.age_public, STREET.age_public]),
    )
    yield Vector(
        "good-grease",
        "A -grease stanza before ours, as age tools add them.",
        _NEW_PERSON,
        sealed(GOOD.plain(), before=age_file.GREASE),
    )
    newer = Draft(raw=lines(operation(new_member=1)), manifest={"format": "1.7", "caps": {"max_reader": "1.7"}})
    yield Vector("good-newer-minor", "Format 1.7, with members nobody knows yet.", _NEW_PERSON, newer.file())
    empty = {"state": "imported", "counts": {}}
    yield Vector("good-no-lines", "No lines at all: only an acknowledgement.", empty, Draft(raw=b"").file())


def _other_files() -> Iterator[Vector]:
    good = GOOD.file()
    wrong = {
        "empty": ("An empty file.", b""),
        "zip": ("A ZIP file.", b"PK\x03\x04" + bytes(60)),
        "armor": (
            "An armored age file.",
            b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n",
        ),
        "age-v2": ("An age version that does not exist.", good.replace(b"org/v1", b"org/v2", 1)),
        "crlf": ("Line ends of Windows in the header.", good.replace(b"org/v1\n", b"org/v1\r\n", 1)),
        "plain": ("The inside, not sealed.", GOOD.plain()),
        "key-card": ("A key card by another name.", b"YCK1\n" + bytes(60)),
    }
    for name, (what, content) in wrong.items():
        yield Vector(f"file-{name}", what, _NOT_AGE, content)
    yield Vector("file-version-only", "Nothing after age's first line.", _DAMAGED, age_file.VERSION)


def _headers() -> Iterator[Vector]:
    plain = GOOD.plain()
    good = GOOD.file()
    scrypt = b"-> scrypt c2FsdHNhbHRzYWx0c2FsdA 23\n" + b"QUJD" * 10 + b"QUI\n"
    ssh = b"-> ssh-ed25519 AAAAAA " + b"QUJD" * 10 + b"QUI\n" + b"QUJD" * 10 + b"QUI\n"
    share = good.index(b"X25519 ") + len(b"X25519 ")
    zero = good[:share] + b"A" * 43 + good[share + 43 :]
    many = sealed(plain, before=age_file.GREASE * 32)
    yield Vector("header-scrypt", "A scrypt stanza with work factor 23.", _DAMAGED, sealed(plain, before=scrypt))
    yield Vector("header-ssh", "An SSH stanza.", _DAMAGED, sealed(plain, before=ssh))
    yield Vector("header-33-stanzas", "33 stanzas, the last one ours.", _DAMAGED, many)
    none = age_file.seal(plain, recipients=[])
    yield Vector("header-no-stanza", "No stanza at all.", _DAMAGED, none.raw)
    yield Vector("header-no-mac", "The header is not ended.", _DAMAGED, none.header.removesuffix(b"---") + b"\n")
    whole = age_file.seal(plain, recipients=[STREET.age_public])
    mac = age_file.AgeFile(whole.header, flipped(whole.mac, 3), whole.payload)
    yield Vector("header-flipped-mac", "One bit of the header's MAC turned.", _DAMAGED, mac.raw)
    other = age_file.AgeFile(whole.header.replace(b"---", age_file.GREASE + b"---"), whole.mac, whole.payload)
    yield Vector("header-added-stanza", "A stanza added after sealing.", _DAMAGED, other.raw)
    yield Vector("header-low-order-share", "An ephemeral share of low order.", _DAMAGED, zero)
    yield Vector(
        "wrong-recipient", "Sealed to another station.", _WRONG_RECIPIENT, sealed(plain, to=[OTHER.age_public])
    )
    yield Vector(
        "header-flipped-share", "One bit of the share: no stanza fits.", _WRONG_RECIPIENT, flipped(good, share)
    )


def _payloads() -> Iterator[Vector]:
    whole = age_file.seal(GOOD.plain(), recipients=[STREET.age_public])
    start = len(whole.raw) - len(whole.payload)
    cut = whole.raw[: start + age_file.NONCE_LENGTH]
    nonce = whole.payload[: age_file.NONCE_LENGTH]
    endless = age_file.stream(GOOD.plain(), age_file.file_key_of(GOOD.plain()), nonce, ended=False)
    unmarked = age_file.AgeFile(whole.header, whole.mac, nonce + endless)
    wrong = {
        "flipped-bit": ("One bit of the sealed content turned.", flipped(whole.raw, start + 300, bit=5)),
        "flipped-nonce": ("One bit of the payload's nonce turned.", flipped(whole.raw, start)),
        "flipped-tag": ("The last bit of the file turned.", flipped(whole.raw, -1, bit=7)),
        "truncated": ("The last byte missing.", whole.raw[:-1]),
        "half": ("The second half missing.", whole.raw[: len(whole.raw) // 2]),
        "nonce-only": ("Nothing after the payload's nonce.", cut),
        "missing": ("Nothing after the header.", whole.raw[:start]),
        "trailing-byte": ("A byte after the last chunk.", whole.raw + b"\x00"),
        "last-not-marked": ("The only chunk is not marked as the last.", unmarked.raw),
    }
    for name, (what, content) in wrong.items():
        yield Vector(f"payload-{name}", what, _DAMAGED, content)


def _containers() -> Iterator[Vector]:
    signed, stored = GOOD.signed(), GOOD.stored()
    good = GOOD.plain()
    wrong = {
        "nothing": ("Nothing sealed.", b""),
        "magic-only": ("Nothing after the magic.", MAGIC),
        "magic-of-version-2": ("The magic of a version that does not exist.", b"YCP2\n" + good[5:]),
        "length-zero": ("A signed manifest of no length.", MAGIC + bytes(4) + stored),
        "length-beyond-the-end": ("A length one byte beyond the end.", MAGIC + struct.pack(">I", len(good)) + signed),
        "length-beyond-an-empty-part": ("The same, where nothing follows the manifest.", _overlong(Draft(packed=b""))),
        "length-of-4-gib": ("A length of 2^32 - 1.", MAGIC + b"\xff" * 4 + signed + stored),
        "length-little-endian": ("The length the other way round.", MAGIC + struct.pack("<I", len(signed)) + good[9:]),
        "trailing-byte": ("A byte after the only part.", good + b"\x00"),
        "short-part": ("The last byte of the part missing.", good[:-1]),
        "no-part": ("The part missing.", plain_of(signed, b"")),
        "part-twice": ("The part twice.", good + stored),
        "flipped-bit-in-part": ("One bit of the part turned before sealing.", flipped(good, -20)),
        "other-part": ("The part of another package of the same length.", plain_of(signed, flipped(stored, 40, bit=1))),
    }
    for name, (what, plain) in wrong.items():
        yield Vector(f"container-{name}", what, _DAMAGED, sealed(plain))


def _overlong(draft: Draft) -> bytes:
    """Return the inside of a package whose manifest claims a byte that is not there."""
    signed = draft.signed()
    return MAGIC + struct.pack(">I", len(signed) + 1) + signed + draft.stored()


def _envelopes() -> Iterator[Vector]:
    stored = GOOD.stored()
    for form in envelope_forms(GOOD.signed()):
        content = sealed(plain_of(form.raw, stored))
        yield Vector(f"envelope-{form.name}", f"The COSE_Sign1: {form.what}.", _DAMAGED, content)
    for form in header_forms(CONTENT_TYPE, COMMUNITY.kid):
        content = Draft(signed_as={"protected": form.raw}).file()
        yield Vector(f"header-of-manifest-{form.name}", f"The header: {form.what}.", _DAMAGED, content)


def _signatures() -> Iterator[Vector]:
    signed, stored = GOOD.signed(), GOOD.stored()
    payload = GOOD.manifest_bytes()
    other_context = to_be_signed(protected_header(CONTENT_TYPE, COMMUNITY.kid), payload, context="Signature")
    wrong = {
        "flipped-bit": ("One bit of R turned.", flipped(signed, -40)),
        "flipped-bit-in-s": ("One bit of S turned.", flipped(signed, -32)),
        "flipped-bit-in-manifest": ("One bit of the manifest turned.", flipped(signed, signed.index(b'"seq":1') + 6)),
        "plus-order": ("S is not reduced: the group order was added.", plus_order(signed)),
        "by-another": ("Another trusted key under the sender's kid.", _signed(by=OTHER, kid=COMMUNITY.kid)),
        "by-a-stranger": ("A stranger's key under the sender's kid.", _signed(by=STRANGER, kid=COMMUNITY.kid)),
        "zero": ("64 zero bytes.", _signed(signature=bytes(64))),
        "short": ("63 bytes.", _signed(signature=signed[-64:-1])),
        "none": ("No bytes.", _signed(signature=b"")),
        "context-of-cose-sign": (
            "In the context of COSE_Sign.",
            _signed(signature=sign(COMMUNITY.seed, other_context)),
        ),
        "bare": ("Over the manifest, not the Sig_structure.", _signed(signature=sign(COMMUNITY.seed, payload))),
        "of-another-package": (
            "The signature of the sender's second package.",
            _signed(signature=SECOND.signed()[-64:]),
        ),
    }
    for name, (what, content) in wrong.items():
        yield Vector(f"signature-{name}", what, _FORGED, sealed(plain_of(content, stored)))
    unknown = refused("PackageError", "unknown-sender")
    yield Vector("unknown-sender", "Signed by a station nobody enrolled.", unknown, Draft(by=STRANGER).file())
    short = Draft(signed_as={"kid": COMMUNITY.kid[:7]}).file()
    yield Vector("signature-short-kid", "Seven bytes of the kid.", unknown, short)
    yield Vector("signature-own-kid", "Signed by the receiver's own key.", unknown, Draft(by=STREET).file())


def _signed(**wrong: Any) -> bytes:
    return Draft(by=wrong.pop("by", COMMUNITY), signed_as=wrong).signed()
