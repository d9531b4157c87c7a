"""Ways to write the same CBOR that a reader of one canonical form must refuse."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cbor2

from tests.vectors.world import canonical, wrapped


@dataclass(frozen=True, slots=True)
class Form:
    """One way: a short name, what it is and the bytes."""

    name: str
    what: str
    raw: bytes


def map_forms(body: dict[Any, Any]) -> Iterator[Form]:
    """Yield wrong ways to write a map whose first key is 1."""
    good = canonical(body)
    pairs = [canonical(key) + canonical(value) for key, value in sorted(body.items())]
    first = canonical(body[1])
    rest = b"".join(pairs[1:])
    head = bytes([0xA0 + len(pairs)])
    rest_of = {key: value for key, value in body.items() if key != 1}
    yield Form("unsorted", "the keys not in order", head + b"".join(reversed(pairs)))
    yield Form("duplicate-key", "key 1 twice with the same value", bytes([head[0] + 1]) + pairs[0] + good[1:])
    yield Form(
        "two-values-for-a-key", "key 1 twice, first with another value", bytes([head[0] + 1]) + b"\x01\x00" + good[1:]
    )
    yield Form("long-key", "key 1 in two bytes", head + b"\x18\x01" + first + rest)
    yield Form("long-count", "the count of entries in a byte of its own", b"\xb8" + bytes([len(pairs)]) + good[1:])
    yield Form("indefinite", "the map without a count, ended by a break", b"\xbf" + good[1:] + b"\xff")
    yield Form("trailing-byte", "a byte after the map", good + b"\x00")
    yield Form("truncated", "the last byte missing", good[:-1])
    yield Form("bignum-key", "key 1 as a bignum", head + b"\xc2\x41\x01" + first + rest)
    yield Form("text-key", 'key 1 as the text "1"', canonical({"1": body[1], **rest_of}))
    yield Form("true-key", "true for key 1, in canonical order", canonical({True: body[1], **rest_of}))
    yield Form("float-key", "1.0 for key 1, in canonical order", canonical({1.0: body[1], **rest_of}))
    yield Form("missing-key", "key 1 missing", canonical(rest_of))
    yield Form("unknown-key", "a key nobody defined", canonical({**body, 23: 0}))
    yield Form("self-described", "the map under tag 55799", b"\xd9\xd9\xf7" + good)
    yield Form("array", "an array for the map", canonical(list(body.values())))
    yield Form("deep", "arrays nested 500 deep", b"\x81" * 500 + b"\x00")
    yield Form("huge-count", "an array that claims 2^32 items", b"\x9a\xff\xff\xff\xff")


def header_forms(content_type: str, kid: bytes) -> Iterator[Form]:
    """Yield wrong protected headers: their content, then their form."""
    yield Form("es256", "algorithm ES256", canonical({1: -7, 3: content_type, 4: kid}))
    yield Form("float-algorithm", "algorithm -8.0", canonical({1: -8.0, 3: content_type, 4: kid}))
    yield Form("no-kid", "no kid", canonical({1: -8, 3: content_type}))
    yield Form("text-kid", "the kid as text", canonical({1: -8, 3: content_type, 4: kid.hex()}))
    yield Form("number-content-type", "the content type as a number", canonical({1: -8, 3: 50, 4: kid}))
    yield Form("critical", "a critical header", canonical({1: -8, 2: [3], 3: content_type, 4: kid}))
    yield Form("empty", "an empty string for the header", b"")
    yield from map_forms({1: -8, 3: content_type, 4: kid})


def envelope_forms(signed: bytes) -> Iterator[Form]:
    """Yield wrong ways to wrap the right four parts of a COSE_Sign1."""
    parts = list(cbor2.loads(signed).value)
    protected, _, payload, signature = parts
    inside = signed.removeprefix(b"\xd2\x84")
    yield Form("untagged", "no tag", b"\x84" + inside)
    yield Form("long-tag", "tag 18 in two bytes", b"\xd8\x12\x84" + inside)
    yield Form("tag-98", "the tag of COSE_Sign", wrapped(parts, tag=98))
    yield Form("tag-17", "the tag of COSE_Mac0", wrapped(parts, tag=17))
    yield Form("twice-tagged", "tag 18 twice", b"\xd2" + signed)
    yield Form("indefinite", "an array without a count, ended by a break", b"\xd2\x9f" + inside + b"\xff")
    yield Form("three-parts", "no signature part", wrapped(parts[:3]))
    yield Form("five-parts", "a part too many", wrapped([*parts, b""]))
    yield Form(
        "unprotected-kid", "a kid in the unprotected header", wrapped([protected, {4: b"x"}, payload, signature])
    )
    yield Form("unprotected-array", "an array for the unprotected header", wrapped([protected, [], payload, signature]))
    yield Form("detached", "nil for the payload", wrapped([protected, {}, None, signature]))
    yield Form(
        "bare-header", "the header not in a byte string", wrapped([cbor2.loads(protected), {}, payload, signature])
    )
    yield Form("text-payload", "the payload as text", wrapped([protected, {}, "text", signature]))
    yield Form("trailing-byte", "a byte after the message", signed + b"\x00")
    yield Form("truncated", "the last byte missing", signed[:-1])
    yield Form("nothing", "an empty string", b"")
