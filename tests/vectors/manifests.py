"""Record lines, manifests and the plain inside of packages, written from `docs/formats/package.md`."""

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.vectors import age_file
from tests.vectors.world import COMMUNITY, CREATED, STREET, Party, sign1
from tests.vectors.zstd_frame import frame

MAGIC = b"YCP1\n"
CONTENT_TYPE = "application/vnd.yince.sync-manifest+json; v=1"
PERSON = "0123456789abcdef" * 2
FIELDS = {"home_org": COMMUNITY.org, "id_no": "610100195307063017", "name": "张三", "person_no": "1001-00001"}


def to_json(value: Any) -> bytes:
    """Return canonical JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def operation(number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return the operation that adds the invented person, with members replaced."""
    return {
        "op": "person.put", "rec": PERSON, "author": {"org": COMMUNITY.org, "user": "王敏"},
        "dot": [COMMUNITY.writer, number], "base": {}, "f": FIELDS, "t": CREATED, "why": "", **changed,
    }  # fmt: skip


def lines(*operations: Mapping[str, Any]) -> bytes:
    """Return operations as record lines."""
    return b"".join(to_json(one) + b"\n" for one in operations)


@dataclass(frozen=True, slots=True)
class Draft:
    """A package in the making: what is given replaces what would be right, and is signed and sealed."""

    raw: bytes = field(default_factory=lambda: lines(operation()))
    packed: bytes | None = None
    count: int | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)  # members replaced; None drops one
    part: Mapping[str, Any] = field(default_factory=dict)  # the same in the only part
    sender: Mapping[str, Any] = field(default_factory=dict)
    to: Mapping[str, Any] = field(default_factory=dict)
    payload: bytes | None = None  # for the whole manifest
    signed_as: Mapping[str, Any] = field(default_factory=dict)  # for `sign1`
    by: Party = COMMUNITY
    beside: Sequence[tuple[str, str, bytes]] = ()  # name, type and content of further parts
    beside_as: Mapping[str, Any] = field(default_factory=dict)  # members replaced in the first further part

    def stored(self) -> bytes:
        """Return the records part as it is stored."""
        return frame(self.raw) if self.packed is None else self.packed

    def manifest_bytes(self) -> bytes:
        """Return the manifest as it is signed."""
        if self.payload is not None:
            return self.payload
        stored = self.stored()
        part = {
            "name": "records.jsonl.zst", "type": "ops/1", "stored": len(stored), "sha256": _hash(stored),
            "raw": len(self.raw), "raw_sha256": _hash(self.raw),
            "lines": self.raw.count(b"\n") if self.count is None else self.count,
        }  # fmt: skip
        whole = {
            "format": "1.0", "suite": "age-x25519+ed25519+sha256+zstd",
            "sender": {
                "org": COMMUNITY.org, "install": COMMUNITY.install, "epoch": 1, "kid": COMMUNITY.kid.hex(),
                **self.sender,
            },
            "to": {"org": STREET.org, "install": STREET.install, **self.to},
            "stream": f"{COMMUNITY.org}>{STREET.org}", "kind": "delta", "seq": 1, "prev": "", "created": CREATED,
            "counts": {}, "ack": [], "critical": ["ops/1"],
            "parts": [{**part, **self.part}, *self._further()],
        }  # fmt: skip
        return to_json({key: value for key, value in {**whole, **self.manifest}.items() if value is not None})

    def _further(self) -> list[dict[str, Any]]:
        found = [
            {
                "name": name, "type": kind, "stored": len(body), "sha256": _hash(body), "raw": len(body),
                "raw_sha256": _hash(body), "lines": 0,
            }
            for name, kind, body in self.beside
        ]  # fmt: skip
        return [{**one, **(self.beside_as if index == 0 else {})} for index, one in enumerate(found)]

    def manifest_hash(self) -> str:
        """Return what the next package of the stream names as `prev`."""
        return _hash(self.manifest_bytes())

    def signed(self) -> bytes:
        """Return the signed manifest."""
        return sign1(self.manifest_bytes(), by=self.by, **{"content_type": CONTENT_TYPE, **self.signed_as})

    def plain(self) -> bytes:
        """Return what age seals."""
        return plain_of(self.signed(), self.stored() + b"".join(body for _, _, body in self.beside))

    def file(self) -> bytes:
        """Return the package."""
        return sealed(self.plain())


def plain_of(signed: bytes, rest: bytes) -> bytes:
    """Return the inside of a package from its two pieces."""
    return MAGIC + struct.pack(">I", len(signed)) + signed + rest


def sealed(plain: bytes, *, to: Sequence[bytes] = (), before: bytes = b"") -> bytes:
    """Return `plain` sealed to the street, or to others."""
    return age_file.seal(plain, recipients=to or [STREET.age_public], before=before).raw


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


GOOD = Draft()
SECOND = Draft(
    raw=lines(operation(2, base={COMMUNITY.writer: 1}, f={"live_addr": "三桥街道1号"})),
    manifest={"seq": 2, "prev": GOOD.manifest_hash()},
)
