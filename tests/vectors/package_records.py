"""Packages that are signed and sealed as they should be, but whose records are not what they may be."""

import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import Any

from tests.vectors.manifests import FIELDS, GOOD, Draft, lines, operation
from tests.vectors.vector import Vector, refused
from tests.vectors.world import COMMUNITY, OTHER, STREET
from tests.vectors.zstd_frame import frame, sizeless, skippable, with_dictionary

_DAMAGED = refused("PackageError", "damaged")
_BAD_CONTENT = refused("PackageError", "bad-content")
_FOREIGN = refused("PackageError", "foreign-author")
_NO_HASH = "0" * 64


def record_vectors() -> Iterator[Vector]:
    """Yield them with bare names."""
    return chain(_hashes(), _sizes(), _frames(), _lines(), _members(), _texts(), _authors(), _set_aside())


def _hashes() -> Iterator[Vector]:
    yield Vector(
        "hash-of-part", "The wrong hash of the stored part.", _DAMAGED, Draft(part={"sha256": _NO_HASH}).file()
    )
    yield Vector(
        "hash-of-records",
        "The wrong hash of the unpacked records.",
        _DAMAGED,
        Draft(part={"raw_sha256": _NO_HASH}).file(),
    )
    upper = Draft(part={"sha256": "ABCDEF" + _NO_HASH[6:]})
    yield Vector("hash-upper-case", "A hash in upper case.", _DAMAGED, upper.file())


def _sizes() -> Iterator[Vector]:
    size = len(GOOD.raw)
    for name, what, part in (
        ("stored-too-small", "One byte less than is stored.", {"stored": len(GOOD.stored()) - 1}),
        ("stored-too-large", "One byte more than is stored.", {"stored": len(GOOD.stored()) + 1}),
        ("stored-negative", "A negative stored size.", {"stored": -1}),
    ):
        yield Vector(f"size-{name}", what, _DAMAGED, Draft(part=part).file())
    for name, what, part in (
        ("raw-too-small", "One byte less than the frame says.", {"raw": size - 1}),
        ("raw-too-large", "One byte more than the frame says.", {"raw": size + 1}),
        ("raw-negative", "A negative raw size.", {"raw": -1}),
        ("no-lines", "No lines are said, one is there.", {"lines": 0}),
        ("lines-too-many", "One line more than is there.", {"lines": 2}),
        ("lines-of-2-to-52", "2^52 lines.", {"lines": 2**52}),
        ("lines-negative", "A negative count of lines.", {"lines": -1}),
    ):
        yield Vector(f"size-{name}", what, _BAD_CONTENT, Draft(part=part).file())


def _frames() -> Iterator[Vector]:
    raw = GOOD.raw
    good = frame(raw)
    wrong = {
        "truncated": ("The last byte of the frame missing.", good[:-1]),
        "truncated-header": ("Five bytes of a frame.", good[:5]),
        "empty": ("No frame.", b""),
        "gzip": ("A gzip file.", b"\x1f\x8b\x08" + bytes(30)),
        "stored": ("The lines themselves, not packed.", raw),
        "two": ("Two frames.", good + good),
        "trailing-byte": ("A byte after the frame.", good + b"\x00"),
        "skippable-first": ("A skippable frame before it.", skippable(b"x") + good),
        "without-size": ("A frame that does not say its size.", sizeless(raw)),
        "with-dictionary": ("A frame that asks for a dictionary.", with_dictionary(raw)),
        "wrong-checksum": ("A frame with a wrong checksum.", frame(raw, descriptor=4) + bytes(4)),
        "window-of-16-mib": ("A window of 16 MiB.", frame(raw, window=16 << 20)),
        "says-too-little": ("More content than the frame says.", frame(raw, b"x", size=len(raw))),
        "says-too-much": ("Less content than the frame says.", frame(raw[:-1], size=len(raw))),
        "reserved-block": ("A block of the reserved type.", _reserved(good)),
    }
    for name, (what, packed) in wrong.items():
        yield Vector(f"frame-{name}", what, _BAD_CONTENT, Draft(packed=packed).file())
    before, after = lines(operation(zz="@")).split(b"@")
    bomb = Draft(raw=before + b"x" * (1 << 20) + after, packed=frame(before, (b"x", 1 << 20), after))
    yield Vector("frame-bomb", "A line of 1 MiB out of 300 bytes.", _BAD_CONTENT, bomb.file())
    huge = Draft(packed=frame(raw, size=1 << 40), part={"raw": 1 << 40})
    yield Vector("frame-of-1-tib", "Frame and manifest agree on 1 TiB.", _BAD_CONTENT, huge.file())


def _reserved(good: bytes) -> bytes:
    """Return a frame whose block type is 3."""
    start = len(good) - len(GOOD.raw) - 3
    return good[:start] + bytes([good[start] | 6]) + good[start + 1 :]


def _lines() -> Iterator[Vector]:
    good = GOOD.raw
    wrong = {
        "unended": ("The last line is not ended.", good[:-1], 1),
        "unended-and-not-counted": ("A second line, neither ended nor counted.", good + good[:-1], 1),
        "crlf": ("Line ends of Windows.", good[:-1] + b"\r\n", 1),
        "blank": ("A blank line after it.", good + b"\n", 2),
        "byte-order-mark": ("A byte order mark.", b"\xef\xbb\xbf" + good, 1),
        "spaces": ("A space after a colon.", good.replace(b'"op":', b'"op": '), 1),
        "unsorted": ("Members not in order.", _unsorted(), 1),
        "duplicate-member": ("A member twice.", good.replace(b'"why":""', b'"why":"","why":""'), 1),
        "duplicate-field": ("A field twice.", good.replace(b'"name":', b'"name":"x","name":'), 1),
        "escaped": ("A letter written as an escape.", good.replace(b'"person.put"', b'"\\u0070erson.put"'), 1),
        "surrogate": ("Half a surrogate pair.", good.replace("张三".encode(), b"\\ud800"), 1),
        "not-utf-8": ("A byte that is not UTF-8.", good.replace("张三".encode(), b"\xff"), 1),
        "two-in-one": ("Two operations in one line.", good[:-1] + good, 1),
        "list": ("A list.", b"[]\n", 1),
    }
    for name, (what, raw, count) in wrong.items():
        yield Vector(f"line-{name}", what, _BAD_CONTENT, Draft(raw=raw, count=count).file())
    nested: Any = 0
    for _ in range(8):
        nested = [nested]
    yield Vector(
        "line-of-depth-9",
        "Nested nine deep, in a member nobody knows.",
        _BAD_CONTENT,
        Draft(raw=lines(operation(zz=nested))).file(),
    )
    yield Vector(
        "line-of-depth-8",
        "Nested eight deep, in a member nobody knows.",
        {"state": "imported", "counts": {"person.new": 1}},
        Draft(raw=lines(operation(zz=nested[0]))).file(),
    )


def _unsorted() -> bytes:
    body = GOOD.raw.removeprefix(b"{").removesuffix(b',"why":""}\n')
    return b'{"why":"",' + body + b"}\n"


def _members() -> Iterator[Vector]:
    dot = COMMUNITY.writer
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "action-with-dash": ("An action that is no name.", {"op": "person.dr-op"}),
        "no-action": ("No action.", {"op": "person"}),
        "kind-with-space": ("A kind with a space.", {"op": "per son.put"}),
        "record-upper-case": ("A record id in upper case.", {"rec": "ABCDEF" * 5 + "AB"}),
        "record-short": ("A record id of 31 characters.", {"rec": "0" * 31}),
        "writer-without-epoch": ("A writer without its epoch.", {"dot": [COMMUNITY.install, 1]}),
        "writer-epoch-zero": ("A writer of epoch 0.", {"dot": [f"{COMMUNITY.install}:0", 1]}),
        "writer-epoch-01": ("A writer of epoch 01.", {"dot": [f"{COMMUNITY.install}:01", 1]}),
        "counter-zero": ("Counter 0.", {"dot": [dot, 0]}),
        "counter-of-2-to-53": ("Counter 2^53.", {"dot": [dot, 2**53]}),
        "counter-float": ("Counter 1.0.", {"dot": [dot, 1.0]}),
        "dot-of-three": ("A dot of three.", {"dot": [dot, 1, 1]}),
        "base-counter-zero": ("A base counter of 0.", {"base": {dot: 0}}),
        "base-writer": ("A base of no writer.", {"base": {"x": 1}}),
        "value-true": ("true for a value.", {"f": {"name": True}}),
        "value-float": ("A value with a fraction.", {"f": {"pay_months": 1.5}}),
        "value-list": ("A list for a value.", {"f": {"name": ["张三"]}}),
        "value-of-2-to-53": ("A value of 2^53.", {"f": {"pay_months": 2**53}}),
        "301-fields": ("301 fields.", {"f": {f"{number:x}": 0 for number in range(301)}}),
        "author-text": ("The author as text.", {"author": "王敏"}),
    }
    for name, (what, changed) in wrong.items():
        yield Vector(f"member-{name}", what, _BAD_CONTENT, Draft(raw=lines(operation(**changed))).file())
    missing = {key: value for key, value in operation().items() if key != "t"}
    yield Vector("member-missing", "No time.", _BAD_CONTENT, Draft(raw=lines(missing)).file())


def _texts() -> Iterator[Vector]:
    whole = lines(operation(why="@"))
    before, after = whole.split(b"@")
    long = Draft(raw=before + b"x" * 4001 + after, packed=frame(before, (b"x", 4001), after))
    yield Vector("text-of-4001", "A text of 4,001 characters.", _BAD_CONTENT, long.file())
    most = Draft(raw=before + b"x" * 4000 + after, packed=frame(before, (b"x", 4000), after))
    yield Vector(
        "text-of-4000", "A text of 4,000 characters.", {"state": "imported", "counts": {"person.new": 1}}, most.file()
    )
    decomposed = unicodedata.normalize("NFD", "é")
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "decomposed": ("A text that is not NFC.", {"f": {**FIELDS, "name": decomposed}}),
        "decomposed-key": ("A field name that is not NFC.", {"f": {decomposed: "x"}}),
        "control": ("A control character in a value.", {"f": {**FIELDS, "name": "张\x07三"}}),
        "null": ("A null character in the reason.", {"why": "\x00"}),
        "next-line": ("U+0085, a control character above ASCII.", {"why": "\x85"}),
        "user-control": (
            "An escape character in the user's name.",
            {"author": {"org": COMMUNITY.org, "user": "\x1b[2J"}},
        ),
        "time-control": ("An escape character in the time.", {"t": "\x1b[2J"}),
        "time-no-stamp": ("A time that is no UTC stamp.", {"t": "yesterday"}),
    }
    for name, (what, changed) in wrong.items():
        yield Vector(f"text-{name}", what, _BAD_CONTENT, Draft(raw=lines(operation(**changed))).file())


def _authors() -> Iterator[Vector]:
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "org": ("An operation in another organisation's name.", {"author": {"org": OTHER.org, "user": "赵静"}}),
        "receiver": ("An operation in the receiver's name.", {"author": {"org": STREET.org, "user": "李强"}}),
        "writer": ("A dot of another installation.", {"dot": [OTHER.writer, 1]}),
        "epoch": ("A dot of an epoch the sender has not begun.", {"dot": [f"{COMMUNITY.install}:2", 1]}),
    }
    for name, (what, changed) in wrong.items():
        yield Vector(f"foreign-{name}", what, _FOREIGN, Draft(raw=lines(operation(**changed))).file())
    for name, what, writer in (
        ("writer-in-epoch-2", "A dot of another installation, from a sender in its second epoch.", OTHER.writer),
        ("receiver-in-epoch-2", "A dot of the receiver itself, from a sender in its second epoch.", STREET.writer),
    ):
        forged = Draft(raw=lines(operation(dot=[writer, 2**52])), sender={"epoch": 2})
        yield Vector(f"foreign-{name}", what, _FOREIGN, forged.file())
    earlier = Draft(sender={"epoch": 2})
    yield Vector(
        "own-earlier-epoch",
        "A dot of the sender's first epoch, sent in its second.",
        {"state": "imported", "counts": {"person.new": 1}},
        earlier.file(),
    )


def _set_aside() -> Iterator[Vector]:
    """Yield packages that come in, but for single operations."""
    aside = {"state": "imported", "counts": {"rejected": 1}}
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "wrong-type": ("A number for a name.", {"f": {**FIELDS, "name": 5}}),
        "person-of-another": ("A person of another community.", {"f": {**FIELDS, "home_org": OTHER.org}}),
        "phone-of-nobody": (
            "A phone of a person nobody knows.",
            {"op": "phone.put", "f": {"number": "1", "person": "f" * 32}},
        ),
        "org-of-another": ("Another organisation's data.", {"op": "org.put", "f": {"code": OTHER.org, "name": "x"}}),
    }
    for name, (what, changed) in wrong.items():
        yield Vector(f"aside-{name}", what, aside, Draft(raw=lines(operation(**changed))).file())
    carried = {"state": "imported", "counts": {"carried": 1}}
    kind = operation(op="gizmo.put", f={"a": 1})
    yield Vector("carried-kind", "A kind of record this version does not know.", carried, Draft(raw=lines(kind)).file())
    action = operation(op="person.drop")
    yield Vector("carried-action", "An action this version does not know.", carried, Draft(raw=lines(action)).file())
    field = operation(f={**FIELDS, "new_in_2030": "x"})
    both = {"state": "imported", "counts": {"person.new": 1, "carried": 1}}
    yield Vector("carried-field", "A field this version does not know.", both, Draft(raw=lines(field)).file())
