"""What must be refused before any spreadsheet reader sees it (`security.md` threats 14-16)."""

import itertools
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath

MOST_BYTES = 200 << 20
MOST_ENTRIES = 2000
MOST_UNPACKED = 400 << 20
MOST_PART = 300 << 20
MOST_RATIO = 300
MOST_COLUMNS = 512
_HEAD = 64 * 1024
_DIMENSION = re.compile(rb'<dimension[^>]*ref="([A-Z]+)\d+:([A-Z]+)\d+"')
_CELL = re.compile(rb'<c[^>]* r="([A-Z]{2,3})\d+"')
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class RefusedFile(ValueError):  # noqa: N818 - it is an answer, not a failure of ours
    """The file must not be read; the text is a Chinese clause."""


def kind_of_file(path: Path) -> str:
    """Return zip, ole, markup or text by the file's first bytes, never by its name."""
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(_OLE):
        return "ole"
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<head", b"<meta")):
        return "markup"
    return "text"


def check_file(path: Path) -> str:
    """Return the kind of a file that may be read; raises RefusedFile."""
    size = path.stat().st_size
    if size == 0:
        raise RefusedFile("文件是空的")
    if size > MOST_BYTES:
        raise RefusedFile("文件太大")
    kind = kind_of_file(path)
    if kind == "zip":
        _check_zip(path)
    elif kind == "ole":
        _check_ole(path)
    return kind


def _check_ole(path: Path) -> None:
    """Tell a password-protected xlsx, which is an OLE file with an encrypted package inside."""
    raw = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise RefusedFile("文件有打开密码，请先在表格软件里去掉密码")


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive.infolist(), path.stat().st_size)
            for entry in archive.infolist():
                if entry.filename.endswith((".xml", ".rels")):
                    _check_markup(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error) as error:
        if isinstance(error, RefusedFile):
            raise
        raise RefusedFile("文件已损坏，打不开") from error


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > MOST_ENTRIES or len(set(names)) != len(names):
        raise RefusedFile("文件的内部结构不正常")
    for name in names:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or name.startswith(("/", "\\")) or ":" in name:
            raise RefusedFile("文件里有越界的路径")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > max(size, 4096) * MOST_RATIO:
        raise RefusedFile("文件展开后大得不正常")
    if any(entry.file_size > MOST_PART for entry in entries):
        raise RefusedFile("文件里有一张表大得不正常")
    spans = sorted((entry.header_offset, entry.header_offset + entry.compress_size) for entry in entries)
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(spans)):
        raise RefusedFile("文件的内部结构互相重叠")


def _check_markup(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Look at the head of one XML part: no DTD, and no sheet that claims to be thousands of columns wide."""
    with archive.open(entry) as part:
        head = part.read(_HEAD)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise RefusedFile("文件里有外部定义，可能不安全")
    if "worksheets/" not in entry.filename:
        return
    claimed = [match for found in _DIMENSION.findall(head) for match in found] + _CELL.findall(head)
    if any(_column(letters) > MOST_COLUMNS for letters in claimed):
        raise RefusedFile(f"表格超过 {MOST_COLUMNS} 列，请删去右边的空列再导入")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
