"""The package: signed manifest inside, age outside, everything named and hashed (`docs/formats/package.md`).

`YCP1`, a line feed, u32 length and COSE_Sign1 of the manifest, then the parts in manifest order
and nothing after. Verified from the outside in before a byte of content is parsed.
"""

import hashlib
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import zstandard

from desktop.domain.errors import PackageError
from desktop.domain.operations import Operation
from desktop.domain.resources import child_environment
from desktop.sync import cose, parse_child
from desktop.sync.cose import IsSigned, NotCoseError, Sign
from desktop.sync.lines import LineError, check_depth, is_writer, read_lines, write_lines

MAGIC = b"YCP1\n"
CONTENT_TYPE = "application/vnd.yince.sync-manifest+json; v=1"
FORMAT = "1.0"
SUITE = "age-x25519+ed25519+sha256+zstd"
RECORDS = "records.jsonl.zst"
MOST_SEALED = 600 << 20
_MOST_MANIFEST = 1 << 20
_LENGTH = struct.Struct(">I")
_TIMEOUT = 150
_MAJOR = "1"


class Sender(msgspec.Struct, forbid_unknown_fields=True):
    """The station a package is from."""

    org: str
    install: str
    epoch: int
    kid: str


class Recipient(msgspec.Struct, forbid_unknown_fields=True):
    """The station a package is for."""

    org: str
    install: str


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """One part: its name, sizes and hashes, stored and raw."""

    name: str
    type: str
    stored: int
    sha256: str
    raw: int
    raw_sha256: str
    lines: int


class Ack(msgspec.Struct, forbid_unknown_fields=True):
    """What the sender has imported from the recipient so far."""

    stream: str
    seq: int
    manifest: str


class _Version(msgspec.Struct):
    """What a manifest of any version says first: whether this program can take it."""

    format: str
    suite: str = ""  # without one it is some other version
    critical: list[str] = []


class Manifest(msgspec.Struct):
    """What a package says of itself; signed exactly as transmitted."""

    format: str
    suite: str
    sender: Sender
    to: Recipient
    stream: str
    kind: str
    seq: int
    prev: str
    created: str
    counts: dict[str, int]
    parts: list[Part]
    ack: list[Ack] = []
    critical: list[str] = []


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a package is made from, but its content."""

    sender: Sender
    to: Recipient
    stream: str
    seq: int
    prev: str
    created: str
    kind: str = "delta"
    ack: Sequence[Ack] = ()


@dataclass(frozen=True, slots=True)
class OpenPackage:
    """A verified package: its manifest, the manifest's hash, and the still packed content."""

    manifest: Manifest
    manifest_hash: str
    packed: bytes = field(repr=False)

    def operations(self) -> list[Operation]:
        """Return the operations, unpacked and checked in a limited child process; raises PackageError.

        What the sender wrote bears its own counters; what it passes on bears others'. Whether it may
        pass that on is asked of each operation when it is merged.
        """
        part = self.manifest.parts[0]
        raw = _in_child(self.packed, part)
        if hashlib.sha256(raw).hexdigest() != part.raw_sha256:
            raise _damaged()
        try:
            operations = read_lines(raw)
        except (LineError, msgspec.MsgspecError) as error:
            raise _damaged() from error
        sender = self.manifest.sender
        for one in operations:
            own = _is_own(one.dot.writer, sender)
            if own and one.org != sender.org:
                raise PackageError("foreign-author", "数据包里有冒用其他单位名义的记录", "请联系对方核实")
            if not own and (one.org == sender.org or _is_of(one.dot.writer, sender)):
                raise PackageError("foreign-author", "数据包里有不是对方电脑写的记录", "请联系对方核实")
        return operations


def build_package(
    draft: Draft, operations: Sequence[Operation], *, kid: bytes, sign: Sign, seal: Callable[[bytes], bytes]
) -> tuple[bytes, str]:
    """Return the bytes of a `.ycp` file and the hash of its manifest."""
    raw = write_lines(operations)
    packed = zstandard.ZstdCompressor(level=9, write_content_size=True).compress(raw)
    part = Part(
        RECORDS, "ops/1", len(packed), hashlib.sha256(packed).hexdigest(), len(raw), hashlib.sha256(raw).hexdigest(),
        len(operations),
    )  # fmt: skip
    manifest = Manifest(
        FORMAT, SUITE, draft.sender, draft.to, draft.stream, draft.kind, draft.seq, draft.prev, draft.created,
        counts_of(operations), [part], list(draft.ack), ["ops/1"],
    )  # fmt: skip
    payload = msgspec.json.encode(manifest, order="deterministic")
    signed = cose.encode(payload, content_type=CONTENT_TYPE, kid=kid, sign=sign)
    plain = MAGIC + _LENGTH.pack(len(signed)) + signed + packed
    return seal(plain), hashlib.sha256(payload).hexdigest()


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
        raise _damaged() from error
    candidates = keys.get(signed.kid, ())
    if not candidates:
        raise PackageError("unknown-sender", "不认识发包的单位", "请先登记对方的密钥卡")
    if not any(signed.is_by(public, is_signed=is_signed) for public in candidates):
        raise PackageError("bad-signature", "数据包的签名不对，可能被改动过", "请让对方重新拷贝一份")
    manifest = _manifest(signed.payload, signed.content_type)
    if manifest.sender.kid != signed.kid.hex():
        raise _damaged()
    part = manifest.parts[0]
    if len(rest) != part.stored or hashlib.sha256(rest).hexdigest() != part.sha256:
        raise _damaged()
    return OpenPackage(manifest, hashlib.sha256(signed.payload).hexdigest(), rest)


def _is_own(writer: str, sender: Sender) -> bool:
    """Return True for the counters the sending installation has used, in this epoch or an earlier one."""
    install, _, epoch = writer.partition(":")
    return install == sender.install and int(epoch) <= sender.epoch


def _is_of(writer: str, sender: Sender) -> bool:
    """Return True for any counter of the sending installation, of a later epoch too."""
    return writer.partition(":")[0] == sender.install


def _split(plain: bytes) -> tuple[bytes, bytes]:
    """Return the signed manifest and what follows it."""
    start = len(MAGIC) + _LENGTH.size
    if not plain.startswith(MAGIC) or len(plain) < start:
        raise _damaged()
    (length,) = _LENGTH.unpack(plain[len(MAGIC) : start])
    if length > _MOST_MANIFEST or start + length > len(plain):
        raise _damaged()
    return plain[start : start + length], plain[start + length :]


def _manifest(payload: bytes, content_type: str) -> Manifest:
    """Return the manifest of a verified payload; PackageError unless this version can take it."""
    try:
        check_depth(payload)
        head: Any = msgspec.json.decode(payload)
        version = msgspec.convert(head, _Version)
    except (msgspec.MsgspecError, LineError, UnicodeError, RecursionError) as error:
        raise _damaged() from error
    is_ours = version.format.split(".")[0] == _MAJOR and version.suite == SUITE
    if not is_ours or set(version.critical) - {"ops/1"}:
        raise PackageError("too-new", "数据包是更新版本的银册生成的", "请先升级本机的银册，再导入这个包")
    try:
        manifest = msgspec.convert(head, Manifest)
    except msgspec.ValidationError as error:
        raise _damaged() from error
    writer = f"{manifest.sender.install}:{manifest.sender.epoch}"
    sound = (
        content_type == CONTENT_TYPE
        and len(manifest.parts) == 1
        and (manifest.parts[0].name, manifest.parts[0].type) == (RECORDS, "ops/1")
        and 1 <= manifest.seq < 2**53
        and is_writer(writer)
    )
    if not sound:
        raise _damaged()
    return manifest


def _in_child(packed: bytes, part: Part) -> bytes:
    """Return the checked lines of a packed part, from the limited child process."""
    command = [sys.executable, "-m", "desktop.sync.parse_child", str(part.raw), str(part.lines)]
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


def _damaged() -> PackageError:
    return PackageError("damaged", "数据包已损坏或被改动过", "请让对方重新拷贝一份")
