"""Text files as rows: which encoding, which separator, and quotes that were never closed (case 50)."""

import contextlib
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from desktop.roster.precheck import RefusedFile

_SAMPLE = 4096
_TRIED_LINES = 30
_LONGEST_QUOTED = 60  # lines: a quoted cell with more of them is a quote nobody closed
_MOST_FIELD = 1 << 20
_BAD_SHARE = 200  # one strange byte in so many is let through, marked, and said


def decoded(raw: bytes) -> tuple[str, list[str]]:
    """Return text and what is to be said of it: by its mark, by its zero bytes, as UTF-8, as GB18030.

    Raises RefusedFile for bytes no encoding we know explains.
    """
    if raw[:4] in {b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"}:
        return _strict(raw, "utf-32")
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _strict(raw[: len(raw) // 2 * 2], "utf-16")
    wide = _zero_side(raw[:_SAMPLE])
    if wide:
        return _strict(raw[: len(raw) // 2 * 2], wide)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding), []
        except UnicodeDecodeError:
            continue
    return _nearly(raw)


def _strict(raw: bytes, encoding: str) -> tuple[str, list[str]]:
    text = raw.decode(encoding, errors="replace")
    return text, [] if "\ufffd" not in text else ["文件里有几个字认不出来，已标成 \ufffd"]


def _zero_side(head: bytes) -> str:
    """Return the UTF-16 a text without a mark is in, told by which byte of each pair is zero; '' if none is."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd < max(len(head) // 50, 1):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _nearly(raw: bytes) -> tuple[str, list[str]]:
    """Return text with a few spoiled characters in it, in the encoding that spoils fewer; else Big5, if it is that."""
    tries = [raw.decode(encoding, errors="replace") for encoding in ("utf-8-sig", "gb18030")]
    best = min(tries, key=lambda text: text.count("\ufffd"))
    bad = best.count("\ufffd")
    if bad * _BAD_SHARE > len(best):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode("big5hkscs"), ["文件是繁体的 Big5 编码，请核对姓名"]
        raise RefusedFile("文字编码认不出来，请另存为 xlsx 再导入")
    return best, [f"文件里有 {bad} 个字认不出来，已标成 \ufffd"]


def text_rows(text: str) -> Iterator[list[str]]:
    """Yield the rows of a text table, whatever separates its columns and ends its lines."""
    text = text.lstrip("\ufeff").replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"sep=(.)", first.strip("\"'\n "))
    if named:
        text = rest
    delimiter = named.group(1) if named else _delimiter(text)
    csv.field_size_limit(_MOST_FIELD)
    if not _quotes_close(text, delimiter):
        return csv.reader(io.StringIO(text), delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(io.StringIO(text), delimiter=delimiter)


def _delimiter(text: str) -> str:
    """Return what splits most of the first lines into the same number of cells, two at least."""
    lines = [line for line in islice(io.StringIO(text), _TRIED_LINES) if line.strip()]
    best, score = ",", 0.0
    for one in ",\t;|，":
        counts = [line.count(one) for line in lines]
        most = max(counts, default=0)
        even = sum(1 for count in counts if count == most) / len(counts) if most else 0
        if most * (0.5 + even) > score:
            best, score = one, most * (0.5 + even)
    return best


def _quotes_close(text: str, delimiter: str) -> bool:
    """Return False if taking quotes as quotes would swallow lines or fail."""
    if '"' not in text:
        return True
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            if any(cell.count("\n") > _LONGEST_QUOTED for cell in row):
                return False
    except csv.Error:
        return False
    return True
