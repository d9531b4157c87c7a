"""What a package says of itself: the manifest, signed and parsed exactly as transmitted (`docs/formats/package.md`)."""

from typing import Any

import msgspec

from desktop.domain.errors import PackageError
from desktop.sync.lines import LineError, check_depth, is_writer

CONTENT_TYPE = "application/vnd.yince.sync-manifest+json; v=1"
FORMAT = "1.0"
SUITE = "age-x25519+ed25519+sha256+zstd"
RECORDS, RECORDS_TYPE = "records.jsonl.zst", "ops/1"
DIRECTORY, DIRECTORY_TYPE = "directory.ycd", "directory/1"
MEDIA_TYPE = "media/1"
CRITICAL = frozenset({"ops/1", "media/1"})
DELTA, SNAPSHOT, MEDIA = "delta", "snapshot", "media"
KINDS = frozenset({DELTA, SNAPSHOT, MEDIA})
MOST_MANIFEST = 1 << 20
MOST_PARTS = 2000
_MAJOR = "1"


class Sender(msgspec.Struct, forbid_unknown_fields=True):
    """The station a package is from."""

    org: str
    install: str
    epoch: int
    kid: str

    @property
    def writer(self) -> str:
        """The name the sender's present writes carry."""
        return f"{self.install}:{self.epoch}"


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


class LogHead(msgspec.Struct):
    """Where a station's change log and audit chain end: numbers and hashes (hex)."""

    entry: int
    hash: str
    batch: int
    seal: str


class Ack(msgspec.Struct):
    """How far the sender has come with what the recipient sent, and what it misses."""

    stream: str
    seq: int
    manifest: str
    epoch: int = 0  # of the recipient's packages it has come to
    state: str = "imported"  # imported, waiting (later ones came, earlier ones are missing), forked
    missing: list[int] = []
    held: list[int] = []
    media: list[str] = []  # pictures that came, by hash
    log: LogHead | None = None  # the newest head of the recipient's logs the sender holds
    aside: int = 0  # writes that lie in quarantine: refused, proposed or left out, so not imported


class EpochStart(msgspec.Struct):
    """Why the sender's installation began to count anew."""

    reason: str  # restored, copied, new-pc, fork
    at: str
    before: str = ""
    why: str = ""


class Cursor(msgspec.Struct, rename={"start": "from"}):
    """From where to where in the sender's change log a package reaches."""

    start: int = 0
    to: int = 0


class Caps(msgspec.Struct):
    """What the sender's program can read."""

    max_reader: str = FORMAT


class Digest(msgspec.Struct):
    """How many records of a kind the sender wrote to, and a hash over them with its last write to each."""

    n: int
    h: str


class _Version(msgspec.Struct):
    """What a manifest of any version says first: whether this program can take it."""

    format: str
    suite: str = ""  # without one it is some other version
    critical: list[str] = []
    kind: str = DELTA


class Manifest(msgspec.Struct, omit_defaults=True):
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
    epoch_start: EpochStart | None = None
    cursor: Cursor = msgspec.field(default_factory=Cursor)
    caps: Caps = msgspec.field(default_factory=Caps)
    state_digest: dict[str, Digest] = {}
    redacted: list[str] = []  # fields the recipient is not given: absent, never blank
    log: LogHead | None = None  # where the sender's logs ended when it wrote this
    rotate: str = ""  # hex of a COSE_Sign1 by the key before this one, over the new one

    def part_of(self, kind: str) -> Part | None:
        """Return the first part of a type, None if there is none."""
        return next((one for one in self.parts if one.type == kind), None)


def read_manifest(payload: bytes, content_type: str) -> Manifest:
    """Return the manifest of a verified payload; PackageError unless this version can take it."""
    try:
        check_depth(payload)
        head: Any = msgspec.json.decode(payload)
        version = msgspec.convert(head, _Version)
    except (msgspec.MsgspecError, LineError, UnicodeError, RecursionError) as error:
        raise damaged() from error
    is_ours = version.format.split(".")[0] == _MAJOR and version.suite == SUITE
    if not is_ours or set(version.critical) - CRITICAL or version.kind not in KINDS:
        raise PackageError("too-new", "数据包是更新版本的银册生成的", "请先升级本机的银册，再导入这个包")
    try:
        manifest = msgspec.convert(head, Manifest)
    except msgspec.ValidationError as error:
        raise damaged() from error
    if content_type != CONTENT_TYPE or not _is_sound(manifest):
        raise damaged()
    return manifest


def _is_sound(manifest: Manifest) -> bool:
    first = manifest.parts[0] if manifest.parts else None
    return (
        first is not None
        and (first.name, first.type) == (RECORDS, RECORDS_TYPE)
        and len(manifest.parts) <= MOST_PARTS
        and sum(one.type == RECORDS_TYPE for one in manifest.parts) == 1
        and all(one.stored >= 0 for one in manifest.parts)
        and 1 <= manifest.seq < 2**53
        and 0 <= manifest.cursor.start <= manifest.cursor.to < 2**53
        and is_writer(manifest.sender.writer)
    )


def written_format(max_reader: str, *, newest: str = FORMAT) -> str:
    """Return the format to write for a peer: the newest both know; ours until the peer said what it reads."""
    return min(newest, max_reader, key=_version_key) if max_reader and _is_version(max_reader) else newest


def _is_version(text: str) -> bool:
    major, _, minor = text.partition(".")
    return major.isascii() and major.isdigit() and minor.isascii() and minor.isdigit()


def _version_key(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def damaged() -> PackageError:
    """Return the error of a package that is not what was signed and sealed."""
    return PackageError("damaged", "数据包已损坏或被改动过", "请让对方重新拷贝一份")
