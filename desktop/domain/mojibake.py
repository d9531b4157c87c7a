"""Text that was decoded with the wrong table, read back (`domain.md` section 5, case 51).

GBK bytes read as Latin-1 give `ÕÅÈý`, UTF-8 bytes read as Latin-1 give `å¼ ä¸‰`, UTF-8 bytes read as GBK give
`寮犱笁`. Text that went through a replacement character and back (`锟斤拷`) or shows unset memory (`烫烫烫`) holds
nothing that could be got back.
"""

import re
from functools import lru_cache

_LATIN = re.compile("[\x20-\x7e\x80-\xffŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]+")
_HIGH = re.compile("[^\x00-\x7f]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PLAIN_GBK = re.compile("[^\x80-\xff€\ufffd]*")  # nothing in it stands for a byte of its own
_LOST = re.compile("锟斤|斤拷|烫烫烫|屯屯屯屯")
_LEAST_HIGH = 2  # bytes of one Chinese character in GBK
_COMMON_SHARE = 0.7  # of the characters that come out must be common ones
_BETTER = 0.3  # and so many more than of what went in
_LEAST_HAN = 2  # one character alone proves nothing
_FIRST_ROW, _LAST_ROW = 0xB0, 0xD7  # the rows of GB 2312 with its 3,755 common characters
_FIRST_CELL, _LAST_CELL = 0xA1, 0xFE
_COMMON = frozenset(
    bytes((row, cell)).decode("gb2312", errors="ignore")
    for row in range(_FIRST_ROW, _LAST_ROW + 1)
    for cell in range(_FIRST_CELL, _LAST_CELL + 1)
) - {""}  # fmt: skip
_ORDINARY = _COMMON | frozenset(map(chr, range(0x20, 0x7F))) | frozenset("，。、；：“”（）《》—…·－／　\n\r\t")


def is_lost(text: str) -> bool:
    """Return True for text whose bytes are gone: it can only be asked for again."""
    return not text.isascii() and _LOST.search(text) is not None


def unscrambled(text: str) -> str:
    """Return the text behind one decoded with the wrong table, '' if it was not or nothing sensible comes out."""
    if text.isascii() or _ORDINARY.issuperset(text):
        return ""
    return _unscrambled(text)


@lru_cache(maxsize=8192)  # enterprises and places repeat from row to row
def _unscrambled(text: str) -> str:
    found = _from_gbk(text) if _HAN.search(text) else ""
    if found or "\ufffd" in text:
        return found
    found = _LATIN.sub(lambda run: _from_latin(run.group(0)), text)
    return found if found != text else ""


def _from_gbk(text: str) -> str:
    """Return UTF-8 that was read as GBK; a last byte without a partner was lost, and its character is shown as □."""
    try:
        raw = text.encode("gb18030") if _PLAIN_GBK.fullmatch(text) else b"".join(map(_gbk_bytes, text))
    except UnicodeEncodeError:
        return ""
    found = raw.decode("utf-8", errors="replace")
    found = re.sub("\ufffd[?\ufffd]*", "□", found)
    bad = found.count("□")
    worth = len(_HAN.findall(found))
    if worth < _LEAST_HAN or bad * 2 > worth:
        return ""
    return found if _share(found) >= max(_COMMON_SHARE, _share(text) + _BETTER) else ""


def _gbk_bytes(character: str) -> bytes:
    if character == "€":  # the code page of Windows has it where GBK has nothing
        return b"\x80"
    raw = b"?" if character == "\ufffd" else character.encode("gb18030")
    is_bare = len(raw) > 2 and character <= "\xff"  # noqa: PLR2004 - a byte that made no pair, carried as it was
    return character.encode("latin-1") if is_bare else raw


def _from_latin(run: str) -> str:
    """Return UTF-8 or GBK that was read as Latin-1 or Windows-1252; the run itself if it is neither."""
    high = _HIGH.findall(run)
    if len(high) < _LEAST_HIGH or not any(one.isalpha() for one in high):
        return run
    raw = b"".join(_latin_byte(character) for character in run)
    for tried, encoding in ((raw, "utf-8"), (raw + b"\xa0", "utf-8"), (raw, "gb18030")):
        try:
            found = tried.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _HAN.search(found) and _share(found) >= _COMMON_SHARE:
            return found
    return run


def _latin_byte(character: str) -> bytes:
    return character.encode("latin-1") if ord(character) <= 0xFF else character.encode("cp1252")  # noqa: PLR2004


def _share(text: str) -> float:
    """Return which part of a text's Chinese characters are common ones."""
    han = _HAN.findall(text)
    return sum(one in _COMMON for one in han) / len(han) if han else 0.0
