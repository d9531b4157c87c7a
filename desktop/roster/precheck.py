"""What must be refused before any spreadsheet reader sees it (`security.md` threats 14-16)."""

import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

MOST_BYTES = 200 << 20
MOST_ENTRIES = 2000
MOST_UNPACKED = 200 << 20
MOST_RATIO = 300
MOST_COLUMNS = 512
_SMALL = 1 << 20  # what unpacks to less than this is no bomb, whatever its ratio
_CHUNK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"<body", b"<style", b"<!--", b"<workbook",
           b"<div", b"<tr")  # fmt: skip
_OTHERS = (
    (b"%PDF", "这是 PDF 文件，不是表格"),
    (b"\x89PNG", "这是图片，不是表格"),
    (b"\xff\xd8\xff", "这是图片，不是表格"),
    (b"GIF8", "这是图片，不是表格"),
    (b"Rar!", "这是压缩包，请先解压再导入里面的表格"),
    (b"7z\xbc\xaf\x27\x1c", "这是压缩包，请先解压再导入里面的表格"),
    (b"\x1f\x8b", "这是压缩包，请先解压再导入里面的表格"),
    (b"MZ\x90\x00", "这是程序，不是表格"),
    (b"SQLite format 3", "这是数据库文件，不是表格"),
    (b"{\\rtf", "这是文档，不是表格，请把表格复制到表格软件里另存为 xlsx"),
    (b"ID;P", "这是很老的 SYLK 表格，请另存为 xlsx 再导入"),
    (b"\x09\x00\x04\x00", "这是很老的表格（Excel 2.0），请另存为 xlsx 再导入"),
    (b"\x09\x02\x06\x00", "这是很老的表格（Excel 3.0），请另存为 xlsx 再导入"),
    (b"\x09\x04\x06\x00", "这是很老的表格（Excel 4.0），请另存为 xlsx 再导入"),
)
_MACHINE = frozenset(range(9)) | frozenset(range(14, 27)) | frozenset({127})


PROTECTED = "文件有打开密码，请先在表格软件里去掉密码"
UNREADABLE = "文件不是能读的表格，或已损坏"


class RefusedFile(ValueError):  # noqa: N818 - it is an answer, not a failure of ours
    """The file must not be read; the text is a Chinese clause."""


def kind_of_bytes(raw: bytes) -> str:
    """Return zip, ole, markup, mime or text by a file's first bytes, never by its name; raises RefusedFile."""
    if not raw:
        raise RefusedFile("文件是空的")
    if len(raw) > MOST_BYTES:
        raise RefusedFile("文件太大")
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if raw.startswith(_OLE):
        return "ole"
    other = next((said for start, said in _OTHERS if raw.startswith(start)), "")
    if other:
        raise RefusedFile(other)
    return _kind_of_text(raw)


def _kind_of_text(raw: bytes) -> str:
    head = raw[:2048].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if head.startswith(_MARKUP):
        return "markup"
    if head.startswith((b"mime-version:", b"from: <saved by", b"from: <\xd3\xc9")) and b"content-type:" in head:
        return "mime"
    _refuse_machine_bytes(raw)
    return "text"


def _refuse_machine_bytes(raw: bytes) -> None:
    """Refuse bytes no text has; UTF-16 text is full of zero bytes, in every other place."""
    head = raw[:4096]
    if head[:4] in {b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"}:
        return
    if head.count(b"\x00") * 5 > len(head) or head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        even, odd = head[0::2].count(b"\x00"), head[1::2].count(b"\x00")
        if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or min(even, odd) * 4 < max(even, odd):
            return
    if sum(byte in _MACHINE for byte in head) * 20 > len(head) or head.count(b"\x00") * 10 > len(head):
        raise RefusedFile(UNREADABLE)


def checked_zip(raw: bytes) -> zipfile.ZipFile:
    """Return a zip whose directory is sound and whose parts are of a size that may be unpacked; raises RefusedFile."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        _check_entries(archive.infolist(), len(raw))
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, UnicodeError, OverflowError) as error:
        raise RefusedFile("文件已损坏，打不开") from error
    return archive


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    names = [entry.filename.casefold() for entry in entries]
    if len(names) > MOST_ENTRIES or len(set(names)) != len(names):
        raise RefusedFile("文件的内部结构不正常")
    for name in names:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[a-z]:", name):
            raise RefusedFile("文件里有越界的路径")
    if any(entry.flag_bits & 1 for entry in entries):
        raise RefusedFile(PROTECTED)
    if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
        raise RefusedFile("文件的压缩方式不是表格用的")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or (unpacked > _SMALL and unpacked > size * MOST_RATIO):
        raise RefusedFile("文件展开后大得不正常")
    spans = sorted((entry.header_offset, entry.header_offset + entry.compress_size) for entry in entries)
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(spans)) or (spans and spans[-1][1] > size):
        raise RefusedFile("文件的内部结构互相重叠")


def unpacked_part(raw: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in chunks; raises RefusedFile unless it holds exactly the bytes its directory entry declares.

    Rust's reader follows the compressed stream and not the declared size, so a part that says less than it is would
    pass for small.
    """
    packed = memoryview(raw)[_start_of(raw, entry) :][: entry.compress_size]
    chunks = _inflated(packed) if entry.compress_type == zipfile.ZIP_DEFLATED else iter([bytes(packed)])
    seen = check = 0
    try:
        for chunk in chunks:
            seen += len(chunk)
            check = zlib.crc32(chunk, check)
            if seen > entry.file_size:
                break
            yield chunk
    except zlib.error as error:
        raise RefusedFile("文件已损坏，打不开") from error
    if seen != entry.file_size or check != entry.CRC:
        raise RefusedFile("文件已损坏，打不开")


def _start_of(raw: bytes, entry: zipfile.ZipInfo) -> int:
    """Return where a part's bytes begin; its own header must name it as the directory does."""
    head = raw[entry.header_offset : entry.header_offset + 30]
    if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
        raise RefusedFile("文件已损坏，打不开")
    name, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
    if name != len(entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace")):
        raise RefusedFile("文件的内部结构不正常")
    return entry.header_offset + 30 + name + extra


def _inflated(packed: memoryview) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    for place in range(0, len(packed), _CHUNK >> 3):
        chunk = inflater.decompress(packed[place : place + (_CHUNK >> 3)], _CHUNK)
        while chunk:
            yield chunk
            chunk = inflater.decompress(inflater.unconsumed_tail, _CHUNK)
        if inflater.eof:
            return


def refuse_definitions(head: bytes) -> None:
    """Refuse XML that defines entities or a document type, in whatever encoding it says so."""
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise RefusedFile("文件里有外部定义，可能不安全")


def before_root(head: bytes) -> tuple[bytes, bool]:
    """Return what stands before the first element of XML, without UTF-16's zero bytes, and whether it is reached."""
    plain = head.replace(b"\x00", b"")
    root = re.search(rb"<[A-Za-z_]", plain)
    return (plain[: root.start()], True) if root else (plain, False)
