"""Packages of more than one part, pictures, snapshots, epochs, announced keys, digests (`docs/formats/package.md`)."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

from tests.vectors.manifests import FIELDS, GOOD, PERSON, SECOND, Draft, lines, operation
from tests.vectors.vector import Vector, refused
from tests.vectors.world import COMMUNITY, CREATED, OTHER, STRANGER, STREET, Party, canonical, flipped, sign1

_DAMAGED = refused("PackageError", "damaged")
_TOO_NEW = refused("PackageError", "too-new")
_BAD_CONTENT = refused("PackageError", "bad-content")
_BAD_ROTATION = refused("PackageError", "bad-rotation")
_NEW = {"state": "imported", "counts": {"person.new": 1}}
_HELD_NEW = {"state": "held", "counts": {"person.new": 1}}
_PICTURE = b"\xff\xd8\xff\xe0 an invented picture"
_MEDIA = {"kind": "media", "stream": f"{COMMUNITY.org}>{STREET.org}/media", "critical": ["media/1", "ops/1"]}
_START = {"at": CREATED, "before": COMMUNITY.writer, "reason": "restored", "why": "从备份恢复"}
_ROTATE_TYPE = "application/vnd.yince.key-rotate; v=1"


def part_vectors() -> Iterator[Vector]:
    """Yield them with bare names."""
    return chain(_parts(), _pictures(), _snapshots(), _epochs(), _acks(), _keys(), _digests())


def _parts() -> Iterator[Vector]:
    extra = ("notes.txt", "notes/9", b"of a newer program")
    yield Vector("parts-unknown", "A second part of a type nobody knows yet.", _NEW, Draft(beside=[extra]).file())
    yield Vector(
        "parts-directory-of-a-community", "A key directory, which only the station above may send.", _NEW,
        Draft(beside=[("directory.ycd", "directory/1", b"YCD1\n")]).file(),
    )  # fmt: skip
    wrong: dict[str, tuple[str, Draft]] = {
        "records-twice": (
            "Two parts of records.", Draft(beside=[("more.zst", "ops/1", GOOD.stored())])
        ),
        "one-name-twice": ("Two parts of one name.", Draft(beside=[extra, extra])),
        "wrong-hash": ("The wrong hash of the second part.", Draft(beside=[extra], beside_as={"sha256": "0" * 64})),
        "too-small": ("One byte less than the second part has.", Draft(beside=[extra], beside_as={"stored": 17})),
        "negative": ("A negative size of the second part.", Draft(beside=[extra], beside_as={"stored": -1})),
        "records-second": (
            "The records are not the first part.",
            Draft(part={"name": "a", "type": "notes/9"}, beside=[("records.jsonl.zst", "ops/1", GOOD.stored())]),
        ),
    }  # fmt: skip
    for name, (what, draft) in wrong.items():
        yield Vector(f"parts-{name}", what, _DAMAGED, draft.file())


def _media(*pictures: bytes, **wrong: Any) -> Draft:
    beside = [(wrong.pop("name", hashlib.sha256(one).hexdigest()), "media/1", one) for one in pictures]
    return Draft(raw=b"", beside=beside, manifest={**_MEDIA, **wrong})


def _pictures() -> Iterator[Vector]:
    png = b"\x89PNG\r\n\x1a\n an invented picture"
    two = {"state": "imported", "counts": {"media": 2}}
    yield Vector("media-good", "Two pictures.", two, _media(_PICTURE, png).file())
    yield Vector("media-good", "The same two again.", {"state": "already", "counts": {}}, after=("media-good",))
    late = _media(_PICTURE, seq=900, prev="0" * 64)
    yield Vector(
        "media-any-number", "Pictures have no place in the order.", {"state": "imported", "counts": {"media": 1}},
        late.file(),
    )  # fmt: skip
    yield Vector("media-no-picture", "A program by the name of a picture.", _BAD_CONTENT, _media(b"MZ\x90").file())
    yield Vector("media-empty", "A picture without a byte.", _BAD_CONTENT, _media(b"").file())
    named = _media(_PICTURE, name="0" * 64)
    yield Vector("media-other-name", "A picture under another hash.", _BAD_CONTENT, named.file())
    stream = refused("PackageError", "wrong-stream")
    in_data = _media(_PICTURE, stream=f"{COMMUNITY.org}>{STREET.org}")
    yield Vector("media-in-the-data-stream", "Pictures in the stream of the data.", stream, in_data.file())
    data = Draft(manifest={"stream": f"{COMMUNITY.org}>{STREET.org}/media"})
    yield Vector("media-stream-of-data", "Data in the stream of the pictures.", stream, data.file())


def _snapshots() -> Iterator[Vector]:
    whole = Draft(
        raw=lines(operation(), operation(2, base={COMMUNITY.writer: 1}, f={"live_addr": "三桥街道1号"})),
        manifest={"seq": 3, "kind": "snapshot", "prev": "1" * 64, "cursor": {"from": 0, "to": 9}},
    )
    changed = {"state": "imported", "counts": {"person.changed": 1}}
    yield Vector(
        "snapshot-jumps", "A snapshot as number 3, the second never came.", changed, whole.file(), after=("good",)
    )
    yield Vector("snapshot-jumps", "The same as the first thing that comes.", _NEW)
    yield Vector(
        "good-second", "The second one, when the snapshot held all of it.", {"state": "already", "counts": {}},
        after=("good", "snapshot-jumps"),
    )  # fmt: skip
    short = Draft(
        raw=lines(operation(3, base={COMMUNITY.writer: 2}, f={"live_addr": "三桥街道3号"})),
        manifest={"seq": 3, "kind": "snapshot", "prev": "1" * 64, "cursor": {"from": 7, "to": 9}},
    )
    yield Vector(
        "snapshot-too-short", "A snapshot that begins after what is missing: it waits.",
        {"state": "held", "counts": {"person.changed": 1}}, short.file(), after=("good",),
    )  # fmt: skip
    early = Draft(
        raw=lines(operation(2, base={COMMUNITY.writer: 1}, f={"live_addr": "一处"})),
        manifest={"seq": 2, "prev": "2" * 64},
    )
    other = Draft(
        raw=lines(operation(2, base={COMMUNITY.writer: 1}, f={"live_addr": "另一处"})),
        manifest={"seq": 2, "prev": "2" * 64},
    )
    waits = {"state": "held", "counts": {"person.new": 1}}
    yield Vector("waits-first", "The second package before the first: it waits.", waits, early.file())
    fork = refused("PackageError", "fork")
    yield Vector(
        "waits-other", "Another second package, while the one waits.", fork, other.file(), after=("waits-first",)
    )
    yield Vector("waits-first", "The same one again: it waits once.", waits, after=("waits-first",))
    yield Vector(
        "good",
        "The first one, which the waiting one does not follow: that one is let go.",
        _NEW,
        after=("waits-first",),
    )
    yield Vector("kind-unknown", "A kind of package nobody knows.", _TOO_NEW, Draft(manifest={"kind": "erase"}).file())
    for name, what, cursor in (
        ("backwards", "A cursor that runs backwards.", {"from": 2, "to": 1}),
        ("negative", "A cursor below zero.", {"from": -1, "to": 1}),
        ("text", "A cursor of texts.", {"from": "0", "to": "1"}),
    ):
        yield Vector(f"cursor-{name}", what, _DAMAGED, Draft(manifest={"cursor": cursor}).file())


def _epoch(number: int, **manifest: Any) -> Draft:
    writer = f"{COMMUNITY.install}:2"
    return Draft(
        raw=lines(operation(dot=[writer, number], base={COMMUNITY.writer: 1}, f={"live_addr": f"{number}号"})),
        manifest={"epoch_start": _START, "kind": "snapshot", "seq": number, **manifest},
        sender={"epoch": 2},
    )


def _epochs() -> Iterator[Vector]:
    silent = refused("PackageError", "no-epoch-start")
    yield Vector(
        "epoch-unexplained", "A new epoch that does not say why.", silent, _epoch(1, epoch_start=None).file(),
        after=("good",),
    )  # fmt: skip
    first = _epoch(1)
    second = _epoch(2, kind="delta", prev=first.manifest_hash(), cursor={"from": 5, "to": 6})
    yield Vector(
        "epoch-second-before-first", "The second package of a new epoch, whose first never came: it waits.",
        {"state": "held", "counts": {"person.changed": 1}}, second.file(), after=("good",),
    )  # fmt: skip
    follows = _epoch(1, prev=GOOD.manifest_hash())
    yield Vector(
        "epoch-follows-the-old-one", "The first package of a new epoch names one of the old epoch before it.",
        refused("PackageError", "rewritten"), follows.file(), after=("good",),
    )  # fmt: skip
    yield Vector(
        "epoch-late-first-contact", "The third epoch as the first thing that ever comes: the card was just compared.",
        _NEW, Draft(sender={"epoch": 3}, manifest={"epoch_start": _START}).file(),
    )  # fmt: skip
    yield Vector("epoch-start-text", "A text for why the epoch began.", _DAMAGED, _epoch(1, epoch_start="x").file())


def _acks() -> Iterator[Vector]:
    ack = {"stream": f"{STREET.org}>{COMMUNITY.org}", "seq": 0, "manifest": ""}
    waits = {**ack, "epoch": 1, "state": "waiting", "missing": [1, 2], "held": [3], "media": ["0" * 64], "zz": 1}
    yield Vector(
        "ack-waiting", "An acknowledgement that misses packages.", _NEW, Draft(manifest={"ack": [waits]}).file()
    )
    foreign = {**ack, "stream": f"{OTHER.org}>{COMMUNITY.org}", "seq": 5, "manifest": "0" * 64}
    yield Vector(
        "ack-of-another", "An acknowledgement of another's packages.", _NEW, Draft(manifest={"ack": [foreign]}).file()
    )
    bad = {**ack, "missing": ["1"]}
    yield Vector("ack-missing-text", "Texts for missing numbers.", _DAMAGED, Draft(manifest={"ack": [bad]}).file())
    own = {**ack, "seq": 4, "manifest": "1" * 64, "epoch": 1, "state": "forked"}
    yield Vector(
        "ack-forked",
        "The sender saw two of our packages under one number.",
        _NEW,
        Draft(manifest={"ack": [own]}).file(),
    )


def _rotation(*, by: Party = OTHER, org: str = COMMUNITY.org, old: Party = COMMUNITY, new: bytes = b"") -> bytes:
    """Return the announcement of OTHER's key as the community's next one; it is used for nothing else here."""
    payload = {1: org, 2: bytes.fromhex(COMMUNITY.install), 3: old.kid, 4: new or by.public, 5: CREATED}
    return sign1(canonical(payload), by=by, content_type=_ROTATE_TYPE)


def _keys() -> Iterator[Vector]:
    def announcing(raw: bytes) -> bytes:
        return Draft(manifest={"rotate": raw.hex()}).file()

    yield Vector("rotate-good", "The sender announces its next key.", _NEW, announcing(_rotation()))
    new_key = Draft(
        raw=SECOND.raw, by=OTHER, sender={"kid": OTHER.kid.hex()},
        manifest={"seq": 2, "prev": Draft(manifest={"rotate": _rotation().hex()}).manifest_hash()},
    )  # fmt: skip
    changed = {"state": "imported", "counts": {"person.changed": 1}}
    yield Vector("rotate-used", "The next package under the new key.", changed, new_key.file(), after=("rotate-good",))
    yield Vector(
        "rotate-used",
        "The same where nobody announced the key.",
        refused("PackageError", "unknown-sender"),
        after=("good",),
    )
    third = Draft(
        raw=lines(operation(3, base={COMMUNITY.writer: 2}, f={"live_addr": "旧密钥"})),
        manifest={"seq": 3, "prev": new_key.manifest_hash()},
    )
    yield Vector(
        "rotate-old-key-again", "The old key after the new one was used.", refused("PackageError", "key-replaced"),
        third.file(), after=("rotate-good", "rotate-used"),
    )  # fmt: skip
    early = Draft(by=OTHER, raw=lines(operation(f={"name": "李四"})), sender={"kid": OTHER.kid.hex()})
    yield Vector(
        "rotate-new-key-too-early", "The new key on a number before it was announced.",
        refused("PackageError", "key-replaced"), early.file(), after=("rotate-good",),
    )  # fmt: skip
    wrong = {
        "flipped": ("One bit of the announcement turned.", flipped(_rotation(), -5)),
        "of-another": ("The announcement of another unit's key.", _rotation(org=OTHER.org)),
        "of-another-key": ("Another old key than the one that signs.", _rotation(old=STRANGER)),
        "not-by-the-new-key": ("Signed by a key it does not announce.", _rotation(new=STRANGER.public)),
        "low-order": ("A new key of low order, signed by another.", _rotation(new=b"\x01" + bytes(31))),
        "not-cose": ("Bytes that are no announcement.", b"\x00\x01"),
    }
    for name, (what, raw) in wrong.items():
        yield Vector(f"rotate-{name}", what, _BAD_ROTATION, announcing(raw))
    yield Vector("rotate-not-hex", "A text that is not hex.", _BAD_ROTATION, Draft(manifest={"rotate": "zz"}).file())


def _digest(counter: int) -> dict[str, Any]:
    line = f"{PERSON} 1#{counter}\n".encode()
    return {"person": {"n": 1, "h": hashlib.sha256(line).hexdigest()}}


def _digests() -> Iterator[Vector]:
    yield Vector("digest-good", "A digest that fits.", _NEW, Draft(manifest={"state_digest": _digest(1)}).file())
    yield Vector(
        "digest-other", "A digest of a write that is not in the package: it comes in, with an alarm.", _NEW,
        Draft(manifest={"state_digest": _digest(7)}).file(),
    )  # fmt: skip
    text = {"person": {"n": "1", "h": ""}}
    yield Vector("digest-count-text", "A text for a count.", _DAMAGED, Draft(manifest={"state_digest": text}).file())
    less = Draft(
        raw=lines(operation(f={key: value for key, value in FIELDS.items() if key != "id_no"})),
        manifest={"redacted": ["person.id_no"]},
    )
    yield Vector("redacted", "A field is withheld: absent, not blank.", _NEW, less.file())
    held = Draft(manifest={"seq": 2, "state_digest": _digest(7)})
    yield Vector(
        "digest-of-one-that-waits", "A digest in a package that waits: not compared yet.", _HELD_NEW, held.file()
    )
