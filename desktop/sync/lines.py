"""Record lines: one operation a line, canonical JSON, strictly checked (`docs/formats/package.md`)."""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from desktop.domain.clock import is_stamp
from desktop.domain.fields import Value
from desktop.domain.operations import Dot, Operation

MOST_TEXT = 4000
MOST_INTEGER = 2**53
MOST_FIELDS = 300
MOST_KIND = 40
MOST_ACTION = 20
MOST_DEPTH = 8
_BACKSLASH, _QUOTE = ord("\\"), ord('"')
_HEX = frozenset("0123456789abcdef")
_ALLOWED_CONTROLS = "\n\t"


class LineError(ValueError):
    """A record line breaks the format; the package is refused."""


class Author(msgspec.Struct):
    """Who wrote an operation."""

    org: str
    user: str


class Line(msgspec.Struct):
    """One operation as it travels; members only newer versions know are kept beside, not refused."""

    op: str
    rec: str
    author: Author
    dot: tuple[str, int]
    base: dict[str, int]
    f: dict[str, str | int | None]
    t: str
    why: str = ""


class _WholeLine(Line, forbid_unknown_fields=True):
    """A line of which this program knows every member: nearly all are."""


_MEMBERS = frozenset({"op", "rec", "author", "dot", "base", "f", "t", "why"})


def write_lines(operations: Iterable[Operation]) -> bytes:
    """Return operations as lines of canonical JSON: sorted keys, no spaces, UTF-8."""
    return b"".join(msgspec.json.encode(_outgoing(one), order="deterministic") + b"\n" for one in operations)


def _outgoing(one: Operation) -> dict[str, Any]:
    return {
        **one.more,
        "op": f"{one.kind}.{one.action}",
        "rec": one.record,
        "author": {"org": one.org, "user": one.user},
        "dot": [one.dot.writer, one.dot.counter],
        "base": dict(one.base),
        "f": dict(one.fields),
        "t": one.at,
        "why": one.why,
    }


def check_lines(raw: bytes, *, count: int) -> None:
    """Raise LineError unless `raw` is `count` well-formed canonical lines. Meant for the child process."""
    seen = 0
    for line in split_lines(raw):
        seen += 1
        _check_line(line)
    if seen != count:
        raise LineError("line count")


def split_lines(raw: bytes) -> Iterator[bytes]:
    """Yield the lines of `raw` without their line feeds; LineError unless the last one is ended."""
    if raw and not raw.endswith(b"\n"):
        raise LineError("unended line")
    yield from raw.split(b"\n")[:-1]


def _check_line(line: bytes) -> None:
    """Raise LineError unless one line is canonical and within bounds."""
    check_depth(line)
    try:
        value = msgspec.json.decode(line)
        again = msgspec.json.encode(value, order="deterministic")
        parsed = msgspec.convert(value, Line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise LineError("not an operation") from error
    if again != line:  # spaces, escapes, order, or a key that stands twice
        raise LineError("not canonical")
    _check_shape(parsed)
    if not is_stamp(parsed.t):
        raise LineError("bad stamp")
    for text in (parsed.author.org, parsed.author.user, parsed.why, *parsed.f, *parsed.f.values()):
        _check_scalar(text)


def _check_shape(line: Line) -> None:
    kind, _, action = line.op.partition(".")
    numbers = (line.dot[1], *line.base.values())
    if not _is_name(kind, MOST_KIND) or not _is_name(action, MOST_ACTION) or len(line.f) > MOST_FIELDS:
        raise LineError("unknown operation")
    if not all(_is_name(key, MOST_KIND) for key in line.f):
        raise LineError("bad field")
    if not is_record_id(line.rec) or not all(is_writer(name) for name in (line.dot[0], *line.base)):
        raise LineError("bad id")
    if any(number < 1 or number >= MOST_INTEGER for number in numbers):
        raise LineError("bad counter")


@lru_cache(maxsize=1024)
def _is_name(text: str, most: int) -> bool:
    """Return True for what can name a kind, an action or a field, of this program or a newer one."""
    return text.isidentifier() and text.isascii() and len(text) <= most


def _check_scalar(value: Value) -> None:
    if isinstance(value, int) and abs(value) >= MOST_INTEGER:
        raise LineError("number too large")
    if not isinstance(value, str):
        return
    if len(value) > MOST_TEXT or not unicodedata.is_normalized("NFC", value):
        raise LineError("bad text")
    if not value.isprintable() and any(_is_control(c) for c in value):
        raise LineError("control character")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in _ALLOWED_CONTROLS


def is_record_id(text: str) -> bool:
    """Return True for 32 lower-case hex characters."""
    return len(text) == 32 and _HEX.issuperset(text)


def check_depth(raw: bytes) -> None:
    """Raise LineError if JSON is nested deeper than `MOST_DEPTH`, whatever it means."""
    if raw.count(b"{") + raw.count(b"[") <= MOST_DEPTH:  # cannot be deeper, whatever is text and what is not
        return
    depth, is_text, is_escaped = 0, False, False
    for byte in raw:
        if is_escaped:
            is_escaped = False
        elif is_text:
            is_escaped, is_text = byte == _BACKSLASH, byte != _QUOTE
        elif byte == _QUOTE:
            is_text = True
        else:
            depth += (byte in b"[{") - (byte in b"]}")
            if depth > MOST_DEPTH:
                raise LineError("nested too deep")


@lru_cache(maxsize=1024)
def is_writer(text: str) -> bool:
    """Return True for `<32 hex>:<epoch>`."""
    install, _, epoch = text.partition(":")
    return is_record_id(install) and epoch.isdigit() and epoch.isascii() and len(epoch) < 10 and epoch[0] != "0"


def read_lines(raw: bytes) -> list[Operation]:
    """Return the operations of lines that `check_lines` has passed."""
    whole, decoder = msgspec.json.Decoder(_WholeLine), msgspec.json.Decoder(Line)
    members = msgspec.json.Decoder(dict[str, msgspec.Raw])
    found = []
    for line in split_lines(raw):
        try:
            found.append(_incoming(whole.decode(line), {}))
        except msgspec.ValidationError:
            found.append(_incoming(decoder.decode(line), members.decode(line)))
    return found


def _incoming(line: Line, members: dict[str, msgspec.Raw]) -> Operation:
    kind, _, action = line.op.partition(".")
    return Operation(
        kind=kind,
        record=line.rec,
        action=action,
        dot=Dot(*line.dot),
        base=line.base,
        fields=line.f,
        org=line.author.org,
        user=line.author.user,
        at=line.t,
        why=line.why,
        more={key: msgspec.json.decode(members[key]) for key in members.keys() - _MEMBERS},
    )
