"""Packages whose manifest is signed and sealed as it should be, but does not say what it may."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from tests.vectors.manifests import GOOD, SECOND, Draft, lines, operation
from tests.vectors.vector import Vector, refused
from tests.vectors.world import COMMUNITY, CREATED, OTHER, STREET

_DAMAGED = refused("PackageError", "damaged")
_WRONG_RECIPIENT = refused("PackageError", "wrong-recipient")
_UNKNOWN_SENDER = refused("PackageError", "unknown-sender")
_TOO_NEW = refused("PackageError", "too-new")


EPOCH_START = {"at": CREATED, "before": COMMUNITY.writer, "reason": "restored", "why": "从备份恢复"}


def manifest_vectors() -> Iterator[Vector]:
    """Yield them with bare names."""
    return chain(_addresses(), _versions(), _shapes(), _numbers(), _not_json(), _order())


def _addresses() -> Iterator[Vector]:
    to_other = Draft(to={"org": OTHER.org, "install": OTHER.install})
    yield Vector(
        "to-another",
        "The manifest names another recipient: somebody sealed it again.",
        _WRONG_RECIPIENT,
        to_other.file(),
    )
    reinstalled = Draft(to={"install": "9" * 32})
    yield Vector(
        "to-another-install",
        "For an installation this organisation no longer has.",
        _WRONG_RECIPIENT,
        reinstalled.file(),
    )
    stream = Draft(manifest={"stream": f"{OTHER.org}>{STREET.org}"})
    yield Vector(
        "stream-of-another", "The stream of another sender.", refused("PackageError", "wrong-stream"), stream.file()
    )
    back = Draft(manifest={"stream": f"{STREET.org}>{COMMUNITY.org}"})
    yield Vector(
        "stream-reversed", "The stream of the other direction.", refused("PackageError", "wrong-stream"), back.file()
    )
    yield Vector(
        "sender-kid-of-another",
        "The manifest names another kid than the signature.",
        _DAMAGED,
        Draft(sender={"kid": OTHER.kid.hex()}).file(),
    )
    naming = Draft(sender={"org": OTHER.org})
    yield Vector("sender-names-another", "A trusted station names another trusted one.", _UNKNOWN_SENDER, naming.file())
    posing = Draft(by=OTHER, sender={"kid": OTHER.kid.hex()})
    yield Vector(
        "sender-poses-as-another",
        "A trusted station signs under another's organisation.",
        _UNKNOWN_SENDER,
        posing.file(),
    )
    yield Vector(
        "sender-other-install",
        "The sender's installation is not the enrolled one.",
        _UNKNOWN_SENDER,
        Draft(sender={"install": "9" * 32}).file(),
    )


def _versions() -> Iterator[Vector]:
    newer: dict[str, tuple[str, Mapping[str, Any]]] = {
        "format-2": ("Format 2.0.", {"format": "2.0"}),
        "format-10": ("Format 10.0: not 1.", {"format": "10.0"}),
        "suite": ("A suite of other algorithms.", {"suite": "age-x25519+sm2+sm3+zstd"}),
        "no-suite": ("No suite.", {"suite": None}),
        "critical": ("Something critical nobody knows yet.", {"critical": ["ops/1", "ops/2"]}),
    }
    for name, (what, changed) in newer.items():
        yield Vector(f"too-new-{name}", what, _TOO_NEW, Draft(manifest=changed).file())


def _shapes() -> Iterator[Vector]:
    wrong: dict[str, tuple[str, Mapping[str, Any]]] = {
        "no-format": ("No format.", {"format": None}),
        "no-parts": ("No list of parts.", {"parts": None}),
        "empty-parts": ("An empty list of parts.", {"parts": []}),
        "no-to": ("No recipient.", {"to": None}),
        "to-text": ("The recipient as text.", {"to": STREET.org}),
        "seq-text": ("The number as text.", {"seq": "1"}),
        "counts-text": ("Counts as text.", {"counts": {"person.put": "1"}}),
        "ack-object": ("One acknowledgement, not a list.", {"ack": {}}),
    }
    for name, (what, changed) in wrong.items():
        yield Vector(f"manifest-{name}", what, _DAMAGED, Draft(manifest=changed).file())
    yield Vector(
        "manifest-part-name",
        "The part has another name.",
        _DAMAGED,
        Draft(part={"name": "../records.jsonl.zst"}).file(),
    )
    yield Vector(
        "manifest-part-more",
        "The part has a member nobody knows.",
        _DAMAGED,
        Draft(part={"path": "/etc/passwd"}).file(),
    )
    yield Vector(
        "manifest-sender-more", "The sender has a member nobody knows.", _DAMAGED, Draft(sender={"name": "x"}).file()
    )
    yield Vector(
        "manifest-content-type",
        "Signed as a key card.",
        _DAMAGED,
        Draft(signed_as={"content_type": "application/vnd.yince.key-card; v=1"}).file(),
    )
    number = Draft(manifest={"critical": 5})
    yield Vector(
        "manifest-critical-number",
        "A number for the list of critical things.",
        _DAMAGED,
        number.file(),
    )
    nested = Draft(manifest={"critical": [["ops/1"]]})
    yield Vector(
        "manifest-critical-nested",
        "A list in the list of critical things.",
        _DAMAGED,
        nested.file(),
    )


def _numbers() -> Iterator[Vector]:
    for name, what, seq in (
        ("zero", "Number 0.", 0),
        ("negative", "Number -1.", -1),
        ("of-2-to-53", "Number 2^53.", 2**53),
        ("of-2-to-64", "Number 2^64.", 2**64),
        ("float", "Number 1.0.", 1.0),
        ("true", "true for a number.", True),
    ):
        yield Vector(f"seq-{name}", what, _DAMAGED, Draft(manifest={"seq": seq}).file())
    for name, what, epoch in (
        ("zero", "Epoch 0.", 0),
        ("negative", "Epoch -1.", -1),
        ("of-ten-digits", "Epoch 1,000,000,000.", 10**9),
    ):
        yield Vector(f"epoch-{name}", what, _DAMAGED, Draft(sender={"epoch": epoch}).file())


def _not_json() -> Iterator[Vector]:
    good = GOOD.manifest_bytes()
    wrong = {
        "not-json": ("CBOR for JSON.", b"\xa1\x01\x02"),
        "empty": ("No bytes.", b""),
        "list": ("A list.", b"[1]"),
        "text": ("A text.", b'"format"'),
        "byte-order-mark": ("A byte order mark.", b"\xef\xbb\xbf" + good),
        "utf-16": ("UTF-16.", good.decode().encode("utf-16-le")),
        "surrogate": ("Half a surrogate pair.", good.replace(b'"delta"', b'"\\ud800"')),
        "nan": ("NaN.", good.replace(b'"seq":1', b'"seq":NaN')),
        "trailing-comma": ("A comma after the last member.", good[:-1] + b",}"),
    }
    for name, (what, payload) in wrong.items():
        yield Vector(f"manifest-{name}", what, _DAMAGED, Draft(payload=payload).file())
    latin = Draft(payload=good.replace(b'"delta"', b'"d\xe9lta"'))
    yield Vector(
        "manifest-not-utf-8",
        "A byte that is not UTF-8.",
        _DAMAGED,
        latin.file(),
    )


def _order() -> Iterator[Vector]:
    second = SECOND.manifest
    restored = Draft(
        raw=lines(
            operation(dot=[f"{COMMUNITY.install}:2", 1], base={COMMUNITY.writer: 1}, f={"live_addr": "三桥街道2号"})
        ),
        manifest={"epoch_start": EPOCH_START, "kind": "snapshot"},
        sender={"epoch": 2},
    )
    other_name = Draft(raw=lines(operation(f={"name": "李四"})))
    follows_nothing = Draft(manifest={"prev": "0" * 64})
    rewritten = Draft(raw=SECOND.raw, manifest={**second, "prev": "0" * 64})
    already = {"state": "already", "counts": {}}
    held = {"state": "held", "counts": {"person.changed": 1}}
    early = {"state": "held", "counts": {"person.new": 1}}
    new_epoch = refused("PackageError", "new-epoch")
    yield Vector("good", "The same package again.", already, after=("good",))
    yield Vector("good", "The same package again, after the next one.", already, after=("good", "good-second"))
    yield Vector("good-second", "The second package before the first.", early)
    yield Vector(
        "order-third",
        "The third package before the second.",
        held,
        Draft(raw=SECOND.raw, manifest={"seq": 3, "prev": SECOND.manifest_hash()}).file(),
        after=("good",),
    )
    yield Vector(
        "order-fork",
        "Another first package: two computers with one store, or a restored one.",
        refused("PackageError", "fork"),
        other_name.file(),
        after=("good",),
    )
    yield Vector(
        "order-fork",
        "The same package, on a receiver that has none: nothing wrong.",
        {"state": "imported", "counts": {"person.new": 1}},
    )
    yield Vector(
        "order-rewritten",
        "The second package does not follow the first one we have.",
        refused("PackageError", "rewritten"),
        rewritten.file(),
        after=("good",),
    )
    yield Vector(
        "order-first-follows",
        "A first package that says it follows another.",
        refused("PackageError", "rewritten"),
        follows_nothing.file(),
    )
    yield Vector(
        "order-too-far",
        "Number 1,001 as the first one.",
        refused("PackageError", "too-far"),
        Draft(manifest={"seq": 1001}).file(),
    )
    yield Vector(
        "order-just-near-enough",
        "Number 1,000 as the first one: it waits.",
        early,
        Draft(manifest={"seq": 1000}).file(),
    )
    yield Vector(
        "order-new-epoch",
        "The sender restored a backup: a person must say yes.",
        new_epoch,
        restored.file(),
        after=("good",),
    )
    yield Vector(
        "good-second",
        "A package from before the sender's restore.",
        refused("PackageError", "old-epoch"),
        after=("good", "order-new-epoch"),
    )
    yield Vector(
        "good", "The first package again after the sender's restore.", already, after=("good", "order-new-epoch")
    )
