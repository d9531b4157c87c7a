"""More than sixty hostile workbooks, each made in code (`security.md` section 2f, threats 14 and 15)."""

import struct
import zipfile
from collections.abc import Callable

from tests.roster.make_books import (
    HEADER,
    PERSON,
    inline,
    ods,
    ods_cell,
    ods_row,
    parts,
    raw_zip,
    sheet,
    xls,
    xlsb,
    xlsx,
    zipped,
)

DTD = '<!DOCTYPE x [<!ENTITY a "b">]>'
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>'
OUTSIDE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'
_STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" {said}><si><t>a</t></si></sst>'


def _patched(raw: bytes, place: int, value: bytes) -> bytes:
    return raw[:place] + value + raw[place + len(value) :]


def _fat_sector(raw: bytes) -> int:
    """Return where the first sector of the allocation table begins."""
    return (struct.unpack_from("<I", raw, 76)[0] + 1) * 512


def _with_fat_loop() -> bytes:
    """Let the workbook's chain lead back to its first sector."""
    raw = xls([[str(n)] * 20 for n in range(100)])
    fat = _fat_sector(raw)
    return _patched(raw, fat + 4 * 3, struct.pack("<I", 0))


def _with_directory_loop() -> bytes:
    raw = xls()
    start = (struct.unpack_from("<I", raw, 48)[0] + 1) * 512
    return _patched(raw, start + 128 + 68, struct.pack("<III", 1, 1, 1))


def _with_difat_loop() -> bytes:
    raw = xls()
    raw = raw + struct.pack("<I", 0xFFFFFFFF) * 127 + struct.pack("<I", (len(raw) - 512) // 512)
    return _patched(raw, 68, struct.pack("<II", (len(raw) - 512) // 512 - 1, 5000))


def _with_password() -> bytes:
    """Put a FILEPASS record where the CODEPAGE record stands."""
    raw = xls()
    place = raw.index(struct.pack("<HHH", 0x42, 2, 1200))
    return _patched(raw, place, struct.pack("<H", 0x2F))


def _encrypted_xlsx() -> bytes:
    """Rename the stream of an xls to what an encrypted xlsx holds."""
    raw = xls()
    old, new = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    place = raw.index(old)
    return _patched(_patched(raw, place, new), place + 64, struct.pack("<H", len(new) + 2))


def _record(kind: int, body: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    said = b""
    while True:
        said += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + said + body


def _repeated(times: int) -> str:
    return ods_cell("x", f' table:number-columns-repeated="{times}"')


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip bomb": lambda: zipped({**parts(), "xl/media/zeros.xml": b" " * (60 << 20)}),
    "zip that claims 3 GB": lambda: raw_zip([(b"xl/workbook.xml", b"<x/>", 3 << 30)]),
    "zip part that is more than it says": lambda: raw_zip([(b"xl/workbook.xml", b"<x>" + b" " * (5 << 20), 64)]),
    "zip part that is less than it says": lambda: raw_zip([(b"xl/workbook.xml", b"<x/>", 4000)]),
    "2,001 entries": lambda: zipped({**parts(), **{f"xl/{n}.xml": b"" for n in range(2000)}}),
    "duplicate entries": lambda: raw_zip([(b"xl/workbook.xml", b"<x/>", None), (b"xl/workbook.xml", b"<y/>", None)]),
    "entries that differ by case": lambda: raw_zip([(b"xl/workbook.xml", b"<x/>", None), (b"XL/workbook.xml", b"<y/>", None)]),
    "traversal": lambda: zipped({**parts(), "../../etc/cron.d/x": b"x"}),
    "traversal with backslashes": lambda: zipped({**parts(), "..\\..\\x": b"x"}),
    "absolute name": lambda: zipped({**parts(), "/etc/x": b"x"}),
    "drive letter": lambda: zipped({**parts(), "C:/x": b"x"}),
    "overlapped entries": lambda: raw_zip([(b"xl/workbook.xml", b"<x/>" * 99, None), (b"xl/workbook.yml", b"<x/>" * 99, None)], shared=True),
    "zip with a password": lambda: raw_zip([(b"xl/workbook.xml", b"<x/>", None)], flags=1),
    "unknown compression": lambda: zipped(parts(), method=zipfile.ZIP_LZMA),
    "cut zip": lambda: xlsx()[:-40],
    "zip without directory": lambda: b"PK\x03\x04" + b"broken" * 50,
    "wrong checksum": lambda: _patched(xlsx(), xlsx().index(b"[Content_Types].xml") + 40, b"\x00\xff\x00"),
    "DTD in the sheet": lambda: xlsx(sheet=sheet(prolog=DTD)),
    "billion laughs in the sheet": lambda: xlsx(sheet=sheet(inline(1, ("&l9;",)), prolog=BILLION)),
    "DTD from outside in the workbook": lambda: xlsx(book=OUTSIDE + "<workbook/>"),
    "DTD in the shared strings": lambda: xlsx(strings=DTD + _STRINGS.format(said="")),
    "DTD behind a long comment": lambda: xlsx(strings=f"<!--{'x' * 100_000}-->" + DTD + _STRINGS.format(said="")),
    "DTD in the styles": lambda: xlsx(styles=DTD + "<styleSheet/>"),
    "DTD in the relations": lambda: xlsx(rels=DTD + "<Relationships/>"),
    "DTD in UTF-16": lambda: xlsx(strings=("\ufeff" + DTD + _STRINGS.format(said="")).encode("utf-16-le")),
    "DTD in a part that is named a picture": lambda: zipped({**parts(), "xl/media/image1.png": DTD + "<x/>"}),
    "endless prolog": lambda: xlsx(sheet="<!--" + "x" * (5 << 20)),
    "claims 16,384 columns": lambda: xlsx(sheet=sheet(before='<dimension ref="A1:XFD1048576"/>')),
    "a value in the last column": lambda: xlsx(sheet=sheet(inline(1, HEADER) + '<row r="2"><c r="XFD2"><v>1</v></c></row>')),
    "16,384 columns": lambda: xlsx(
        sheet=sheet('<row r="1">' + "".join(f'<c r="{a}{b}{c}1"><v>1</v></c>' for a in "ABC" for b in "ABCDEFGHIJ" for c in "AB") + "</row>")
    ),
    "a row of twenty megabytes": lambda: xlsx(sheet=sheet(f'<row r="1"><c r="A1" t="str"><v>{"<!-- -->" * (20 << 17)}</v></c></row>')),
    "shared strings count lie": lambda: xlsx(strings=_STRINGS.format(said='count="1" uniqueCount="4000000000"')),
    "shared strings total lie": lambda: xlsx(strings=_STRINGS.format(said='count="99999999999999"')),
    "document in place of a workbook": lambda: zipped({"word/document.xml": "<x/>", "[Content_Types].xml": "<x/>"}),
    "archive of workbooks": lambda: zipped({"花名册.xlsx": xlsx()}),
    "OLE chain in a circle": _with_fat_loop,
    "OLE directory in a circle": _with_directory_loop,
    "OLE table of tables in a circle": _with_difat_loop,
    "OLE with sectors of 2 GB": lambda: _patched(xls(), 30, struct.pack("<H", 31)),
    "OLE cut behind its head": lambda: xls()[:600],
    "OLE head and noise": lambda: xls()[:512] + bytes(range(256)) * 40,
    "OLE that claims a million tables": lambda: _patched(xls(), 44, struct.pack("<I", 1 << 30))[:1024],
    "encrypted xlsx": _encrypted_xlsx,
    "xls with a password": _with_password,
    "xls with far corners": lambda: xls(corner=(65535, 255)),
    "xls with far corners in four sheets": lambda: xls(corner=(30000, 255), sheets=4),
    "ods columns repeated": lambda: ods(ods_row(HEADER) + f'<table:table-row>{_repeated(2000000000)}</table:table-row>'),
    "ods 16,384 columns": lambda: ods(ods_row(HEADER) + f'<table:table-row>{_repeated(16384)}</table:table-row>'),
    "ods rows repeated": lambda: ods(ods_row(HEADER) + ods_row(PERSON, ' table:number-rows-repeated="900000000"')),
    "ods a million rows repeated, wide": lambda: ods(
        f'<table:table-row table:number-rows-repeated="1048576">{_repeated(500)}</table:table-row>'
    ),
    "ods repeated by a word": lambda: ods(ods_row(PERSON, ' table:number-rows-repeated="-5"')),
    "DTD in the ods": lambda: ods(prolog=BILLION),
    "ods tag without end": lambda: ods("<table:table-row " + "x" * (9 << 20)),
    "xlsb texts count lie": lambda: xlsb(strings=_record(159, struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0))),
    "xlsb record longer than its part": lambda: xlsb(b"\x00\xff\xff\xff\x7f"),
    "xlsb row beyond the last": lambda: xlsb(_record(0, struct.pack("<III", 1 << 30, 0, 0))),
    "xlsb far column": lambda: xlsb(_record(0, struct.pack("<III", 1, 0, 0)) + _record(7, struct.pack("<III", 16383, 0, 0))),
    "html with a cell across a billion columns": lambda: b"<html><table>" + b"<tr><td colspan=999999999>a</td><td colspan=999999>b</td><td colspan=999>c</td></tr>" * 3,
    "html tables in tables": lambda: b"<html>" + b"<table><tr><td>" * 100_000,
    "html with entities": lambda: b'<!DOCTYPE html [<!ENTITY a "b">]><html><table><tr><td>&a;</td></tr></table>',
    "xml 2003 with entities": (BILLION + '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>').encode,
    "xml 2003 with far rows": lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table>'
    + b'<Row ss:Index="999999999"><Cell><Data>a</Data></Cell></Row>' * 3,
    "nothing": bytes,
    "noise": lambda: bytes((n * 7919 + n // 7) % 256 for n in range(5000)),
    "zero bytes": lambda: b"\x00" * 5000,
    "pdf": lambda: b"%PDF-1.7\n" + b"x" * 500,
    "picture": lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 500,
    "program": lambda: b"MZ\x90\x00" + b"\x00" * 500,
    "rar": lambda: b"Rar!\x1a\x07\x00" + b"x" * 500,
    "database": lambda: b"SQLite format 3\x00" + b"x" * 500,
    "old Excel 4": lambda: b"\x09\x04\x06\x00\x00\x00\x10\x00" + b"x" * 100,
}  # fmt: skip

# These pass the survey: a reader that aborts or a sentence, never a hang, is what must come of them.
TOLERATED: dict[str, Callable[[], bytes]] = {
    "corner cells": lambda: xlsx(sheet=sheet(inline(1, HEADER) + inline(2, PERSON) + '<row r="1048576"><c r="SA1048576"><v>1</v></c></row>')),
    "deep nesting": lambda: xlsx(sheet=sheet("<a>" * 200_000)),
    "a hundred thousand attributes": lambda: xlsx(sheet=sheet("<row " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>" + inline(1, HEADER))),
    "not a number for a date": lambda: xlsx(sheet=sheet(inline(1, HEADER) + '<row r="2"><c r="A2" t="d"><v>NaN</v></c><c r="B2"><v>NaN</v></c><c r="C2"><v>1E400</v></c></row>')),
    "cells that name no cell": lambda: xlsx(sheet=sheet('<row r="1"><c r="ZZZZZZ99999999999"><v>1</v></c><c r=""><v>2</v></c></row>')),
    "shared string that is not there": lambda: xlsx(sheet=sheet('<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>')),
    "sheet that is not there": lambda: zipped({k: v for k, v in parts().items() if "sheet1" not in k}),
    "workbook that is a picture": lambda: xlsx(book=b"\x89PNG\r\n"),
    "html without an end": lambda: b"<html><table><tr><td>" + "张三".encode() + b"<b>" * 50_000,
    "text with one endless quote": lambda: '姓名,身份证号\n"张三,610100195307063017\n'.encode() + "李四,610100195307063025\n".encode() * 200,
}  # fmt: skip
