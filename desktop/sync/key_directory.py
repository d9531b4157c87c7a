"""Key directories: which keys the units below a street have, signed by the street (`docs/formats/key-directory.md`).

`YCD1`, a line feed, then one or two length-prefixed COSE_Sign1 over the same payload: by the street's
key, and while that is being replaced by its new one too.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.domain.clock import is_stamp
from desktop.domain.errors import KeyCardError
from desktop.sync import cose
from desktop.sync.cose import IsSigned, NotCoseError, Sign, Signed
from desktop.sync.key_card import kid_of

MAGIC = b"YCD1\n"
CONTENT_TYPE = "application/vnd.yince.key-directory; v=1"
MOST_BYTES = 1 << 20
MOST_ENTRIES = 2000
ACTIVE, REPLACED, REVOKED = "active", "replaced", "revoked"
STATUSES = frozenset({ACTIVE, REPLACED, REVOKED})
_LENGTH = struct.Struct(">I")
_MOST_SIGNATURES = 2
_MOST_NUMBER = 2**53
Place = tuple[int, int]  # epoch, sequence


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of one unit, and which packages it may sign: from a place on, up to a place."""

    org: str
    name: str
    kind: str
    install: str  # 32 hex characters
    sign_key: bytes
    recipient: str
    status: str
    since: Place
    until: Place | None = None  # the last package that counts; None: no end

    @property
    def kid(self) -> bytes:
        """The short name of the key."""
        return kid_of(self.sign_key)


@dataclass(frozen=True, slots=True)
class Directory:
    """What a street says about keys; a higher version replaces a lower one, never the other way round."""

    org: str
    version: int
    issued: str  # UTC stamp
    expires: str  # UTC stamp: after it a warning, never a refusal
    entries: tuple[Entry, ...]


def build_directory(directory: Directory, *, signers: Sequence[tuple[bytes, Sign]]) -> bytes:
    """Return the bytes of a `.ycd` file, signed by each of `signers` (key id and signer)."""
    payload = payload_of(directory)
    signed = [cose.encode(payload, content_type=CONTENT_TYPE, kid=kid, sign=sign) for kid, sign in signers]
    return MAGIC + b"".join(_LENGTH.pack(len(one)) + one for one in signed)


def read_directory(
    raw: bytes, *, roots: Mapping[bytes, Sequence[bytes]], is_signed: IsSigned
) -> tuple[Directory, tuple[bytes, ...]]:
    """Return the directory in a `.ycd` file and the public keys that signed it.

    `roots` maps key ids to trusted keys. The first signature must be by one of them; a second one must be
    by a key the directory itself names as the street's, which is how the street's key is replaced.
    Raises KeyCardError: `not-directory`, `damaged`, `unknown-root`, `bad-signature`.
    """
    if not raw.startswith(MAGIC) or len(raw) > MOST_BYTES:
        raise KeyCardError("not-directory", "这不是银册的密钥名录", "请选择以 .ycd 结尾的文件")
    try:
        signed = [cose.decode(part) for part in _parts(raw[len(MAGIC) :])]
        payload = signed[0].payload
        if any(one.payload != payload or one.content_type != CONTENT_TYPE for one in signed):
            raise NotCoseError("not one payload")
        first = _signer(signed[0], roots, is_signed)
        directory = _directory(cose.load(payload))
    except NotCoseError as error:
        raise KeyCardError("damaged", "密钥名录已损坏或被改动过", "请让街道重新发一份") from error
    named: dict[bytes, list[bytes]] = {}
    for one in directory.entries:
        if one.org == directory.org and one.status == ACTIVE:
            named.setdefault(one.kid, []).append(one.sign_key)
    return directory, (first, *(_signer(one, named, is_signed) for one in signed[1:]))


def kept_directory(raw: bytes) -> Directory:
    """Return the directory in bytes this store verified before it kept them."""
    return _directory(cose.load(cose.decode(_parts(raw[len(MAGIC) :])[0]).payload))


def _parts(rest: bytes) -> list[bytes]:
    """Return the length-prefixed parts; NotCoseError unless there are one or two and nothing more."""
    found: list[bytes] = []
    while rest:
        if len(rest) < _LENGTH.size or len(found) == _MOST_SIGNATURES:
            raise NotCoseError("bad length")
        (length,) = _LENGTH.unpack(rest[: _LENGTH.size])
        part, rest = rest[_LENGTH.size : _LENGTH.size + length], rest[_LENGTH.size + length :]
        if len(part) != length:
            raise NotCoseError("cut short")
        found.append(part)
    if not found:
        raise NotCoseError("empty")
    return found


def _signer(signed: Signed, keys: Mapping[bytes, Sequence[bytes]], is_signed: IsSigned) -> bytes:
    """Return the key that signed; raises KeyCardError if it is not known or did not."""
    candidates = keys.get(signed.kid, ())
    if not candidates:
        raise KeyCardError("unknown-root", "不认识签发这份名录的街道", "请先登记街道的密钥卡并核对 60 位数字")
    for public in candidates:
        if signed.is_by(public, is_signed=is_signed):
            return public
    raise KeyCardError("bad-signature", "密钥名录的签名不对，可能被改动过", "请让街道重新发一份")


def payload_of(directory: Directory) -> bytes:
    """Return what is signed: canonical CBOR."""
    entries = [_entry_map(one) for one in directory.entries]
    return cose.canonical(
        {1: directory.org, 2: directory.version, 3: directory.issued, 4: directory.expires, 5: entries}
    )


def _entry_map(one: Entry) -> dict[int, Any]:
    values = {
        1: one.org, 2: one.name, 3: one.kind, 4: bytes.fromhex(one.install), 5: one.sign_key, 6: one.recipient,
        7: one.status, 8: list(one.since),
    }  # fmt: skip
    return values if one.until is None else {**values, 9: list(one.until)}


def _directory(value: Any) -> Directory:
    if not cose.is_numbered(value, {1, 2, 3, 4, 5}) or not isinstance(value[5], list | tuple):
        raise NotCoseError("not a directory")
    stamps = all(isinstance(value[key], str) and is_stamp(value[key]) for key in (3, 4))
    if not _is_text(value[1]) or not _is_number(value[2]) or value[2] < 1 or not stamps:
        raise NotCoseError("bad head")
    if len(value[5]) > MOST_ENTRIES:
        raise NotCoseError("too many entries")
    entries = tuple(_entry(one) for one in value[5])
    if len({(one.org, one.install, one.sign_key) for one in entries}) != len(entries):
        raise NotCoseError("an entry twice")
    return Directory(value[1], value[2], value[3], value[4], entries)


def _entry(value: Any) -> Entry:
    keys = set(value) if isinstance(value, dict) else set()
    if not cose.is_numbered(value, keys) or keys - {9} != set(range(1, 9)):
        raise NotCoseError("not an entry")
    if not all(_is_text(value[key]) for key in (1, 2, 3, 6, 7)) or value[7] not in STATUSES:
        raise NotCoseError("bad text")
    if not all(isinstance(value[key], bytes) for key in (4, 5)) or (len(value[4]), len(value[5])) != (16, 32):
        raise NotCoseError("bad key")
    until = _place(value[9]) if 9 in value else None
    if (until is None) != (value[7] == ACTIVE):
        raise NotCoseError("bad end")
    return Entry(value[1], value[2], value[3], value[4].hex(), value[5], value[6], value[7], _place(value[8]), until)


def _place(value: Any) -> Place:
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(_is_number(one) for one in value):
        raise NotCoseError("bad place")
    return int(value[0]), int(value[1])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MOST_NUMBER
