"""The package: signed manifest inside, age outside, everything named and hashed (`docs/formats/package.md`).

`YCP1`, a line feed, u32 length and COSE_Sign1 of the manifest, then the parts in manifest order
and nothing after. Verified from the outside in before a byte of content is parsed.
"""

import hashlib
import struct
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import zstandard

from desktop.domain.errors import PackageError
from desktop.domain.operations import Operation
from desktop.domain.resources import child_command, child_environment
from desktop.sync import cose, parse_child
from desktop.sync.cose import IsSigned, NotCoseError, Sign
from desktop.sync.lines import LineError, read_lines, write_lines
from desktop.sync.manifest import (
    CONTENT_TYPE,
    DELTA,
    DIRECTORY,
    DIRECTORY_TYPE,
    FORMAT,
    MEDIA_TYPE,
    MOST_MANIFEST,
    RECORDS,
    RECORDS_TYPE,
    SUITE,
    Ack,
    Caps,
    Cursor,
    Digest,
    EpochStart,
    LogHead,
    Manifest,
    Part,
    Recipient,
    Sender,
    damaged,
    read_manifest,
)

__all__ = [
    "FORMAT",
    "Ack",
    "Cursor",
    "Digest",
    "Draft",
    "EpochStart",
    "LogHead",
    "Manifest",
    "OpenPackage",
    "Recipient",
    "Sender",
    "build_package",
    "counts_of",
    "open_package",
]

MAGIC = b"YCP1\n"
MOST_SEALED = 600 << 20
_LENGTH = struct.Struct(">I")
_TIMEOUT = 150


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a package is made from, but its operations."""

    sender: Sender
    to: Recipient
    stream: str
    seq: int
    prev: str
    created: str
    kind: str = DELTA
    ack: Sequence[Ack] = ()
    epoch_start: EpochStart | None = None
    cursor: Cursor = field(default_factory=Cursor)
    state_digest: Mapping[str, Digest] = field(default_factory=dict)
    redacted: Sequence[str] = ()
    rotate: str = ""
    log: LogHead | None = None
    directory: bytes = b""
    media: Sequence[tuple[str, str, bytes]] = ()  # name, type, content: stored as they are
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class OpenPackage:
    """A verified package: its manifest, the manifest's hash, and the still packed content."""

    manifest: Manifest
    manifest_hash: str
    packed: bytes = field(repr=False)  # the record part
    beside: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # the other parts by their names

    def operations(self, *, installs: Collection[str] = (), relays: bool = False) -> list[Operation]:
        """Return the operations, unpacked and checked in a limited child process; raises PackageError.

        `installs` are installations the sender's organisation has had besides the one that sends.
        `relays` is True for a sender that passes on what others wrote: the station above.
        """
        part = self.manifest.parts[0]
        raw = _in_child(self.packed, part)
        if hashlib.sha256(raw).hexdigest() != part.raw_sha256:
            raise damaged()
        try:
            operations = read_lines(raw)
        except (LineError, msgspec.MsgspecError) as error:
            raise damaged() from error
        sender = self.manifest.sender
        if not relays and any(one.org != sender.org for one in operations):
            raise PackageError("foreign-author", "数据包里有冒用其他单位名义的记录", "请联系对方核实")
        own = (one for one in operations if one.org == sender.org)
        if not all(_is_own(one.dot.writer, sender, installs) for one in own):
            raise PackageError("foreign-author", "数据包里有不是对方电脑写的记录", "请联系对方核实")
        return operations


def build_package(
    draft: Draft, operations: Sequence[Operation], *, kid: bytes, sign: Sign, seal: Callable[[bytes], bytes]
) -> tuple[bytes, str]:
    """Return the bytes of a `.ycp` file and the hash of its manifest."""
    raw = write_lines(operations)
    packed = zstandard.ZstdCompressor(level=9, write_content_size=True).compress(raw)
    parts = [
        Part(
            RECORDS, RECORDS_TYPE, len(packed), _sha256(packed), len(raw), _sha256(raw), len(operations),
        )
    ]  # fmt: skip
    beside = [*draft.media]
    if draft.directory:
        beside.append((DIRECTORY, DIRECTORY_TYPE, draft.directory))
    for name, kind, body in beside:
        digest = _sha256(body)
        parts.append(Part(name, kind, len(body), digest, len(body), digest, 0))
    critical = [MEDIA_TYPE, RECORDS_TYPE] if draft.media else [RECORDS_TYPE]
    manifest = Manifest(
        draft.format, SUITE, draft.sender, draft.to, draft.stream, draft.kind, draft.seq, draft.prev, draft.created,
        counts_of(operations), parts, list(draft.ack), critical, draft.epoch_start,
        draft.cursor, Caps(), dict(draft.state_digest), list(draft.redacted), draft.log, draft.rotate,
    )  # fmt: skip
    payload = msgspec.json.encode(manifest, order="deterministic")
    signed = cose.encode(payload, content_type=CONTENT_TYPE, kid=kid, sign=sign)
    if len(signed) > MOST_MANIFEST:
        raise PackageError("too-large", "数据包的目录太大", "请分几次生成")
    plain = b"".join([MAGIC, _LENGTH.pack(len(signed)), signed, packed, *[body for _, _, body in beside]])
    return seal(plain), hashlib.sha256(payload).hexdigest()


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def counts_of(operations: Sequence[Operation]) -> dict[str, int]:
    """Return how many operations there are of each kind and action."""
    counts: dict[str, int] = {}
    for one in operations:
        name = f"{one.kind}.{one.action}"
        counts[name] = counts.get(name, 0) + 1
    return counts


def open_package(plain: bytes, *, keys: Mapping[bytes, Sequence[bytes]], is_signed: IsSigned) -> OpenPackage:
    """Return the verified package in `plain` (what age released); parses nothing that is not verified.

    `keys` maps a key id to the trusted public keys of that id. Raises PackageError with reason
    `damaged`, `unknown-sender`, `bad-signature` or `too-new`.
    """
    signed_bytes, rest = _split(plain)
    try:
        signed = cose.decode(signed_bytes)
    except NotCoseError as error:
        raise damaged() from error
    candidates = keys.get(signed.kid, ())
    if not candidates:
        raise PackageError("unknown-sender", "不认识发包的单位", "请先登记对方的密钥卡")
    if not any(signed.is_by(public, is_signed=is_signed) for public in candidates):
        raise PackageError("bad-signature", "数据包的签名不对，可能被改动过", "请让对方重新拷贝一份")
    manifest = read_manifest(signed.payload, signed.content_type)
    if manifest.sender.kid != signed.kid.hex():
        raise damaged()
    bodies = _parts_in(rest, manifest.parts)
    beside = {part.name: body for part, body in zip(manifest.parts[1:], bodies[1:], strict=True)}
    if len(beside) != len(manifest.parts) - 1:
        raise damaged()
    return OpenPackage(manifest, hashlib.sha256(signed.payload).hexdigest(), bodies[0], beside)


def _parts_in(rest: bytes, parts: Sequence[Part]) -> list[bytes]:
    """Return the stored bytes of each part; PackageError unless they are just what the manifest says."""
    bodies, at = [], 0
    for part in parts:
        body = rest[at : at + part.stored] if len(parts) > 1 else rest
        at += part.stored
        if len(body) != part.stored or _sha256(body) != part.sha256:
            raise damaged()
        bodies.append(body)
    if at != len(rest):
        raise damaged()
    return bodies


def _is_own(writer: str, sender: Sender, installs: Collection[str]) -> bool:
    """Return True for the counters the sender has used: this epoch or an earlier one, or an older computer."""
    install, _, epoch = writer.partition(":")
    return install in installs if install != sender.install else int(epoch) <= sender.epoch


def _is_of(writer: str, sender: Sender) -> bool:
    """Return True for any counter of the sending installation, of a later epoch too."""
    return writer.partition(":")[0] == sender.install


def _split(plain: bytes) -> tuple[bytes, bytes]:
    """Return the signed manifest and what follows it."""
    start = len(MAGIC) + _LENGTH.size
    if not plain.startswith(MAGIC) or len(plain) < start:
        raise damaged()
    (length,) = _LENGTH.unpack(plain[len(MAGIC) : start])
    if length > MOST_MANIFEST or start + length > len(plain):
        raise damaged()
    return plain[start : start + length], plain[start + length :]


def _in_child(packed: bytes, part: Part) -> bytes:
    """Return the checked lines of a packed part, from the limited child process."""
    command = child_command("desktop.sync.parse_child", str(part.raw), str(part.lines))
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            command, input=packed, capture_output=True, timeout=_TIMEOUT, check=False, env=child_environment()
        )
    except subprocess.TimeoutExpired as error:
        raise PackageError("too-large", "数据包太大，处理超时", "请让对方分几次生成") from error
    if done.returncode == parse_child.REFUSED:
        raise PackageError("bad-content", "数据包的内容不符合格式", "请让对方用最新的银册重新生成")
    if done.returncode != 0:
        raise PackageError("too-large", "数据包的内容无法处理", "请让对方重新生成")
    return done.stdout
