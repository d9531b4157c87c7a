"""Workbooks made by hand, part by part: what no honest library writes must be written here."""

import io
import struct
import zipfile
import zlib

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK_RELS = (
    f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_REL}/sharedStrings" '
    f'Target="sharedStrings.xml"/><Relationship Id="rId3" Type="{_REL}/styles" Target="styles.xml"/></Relationships>'
)
_BOOK = f'<workbook xmlns="{MAIN}" xmlns:r="{_REL}"><sheets><sheet name="花名册" sheetId="1" r:id="rId1"/></sheets></workbook>'
HEADER = ("姓名", "身份证号", "联系电话")
PERSON = ("张三", "610100195307063017", "13991234567")


def inline(row: int, cells: tuple[str, ...] | list[str], *, attributes: str = "") -> str:
    """Return one row of inline strings."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    body = "".join(
        f'<c r="{letters[place]}{row}" t="inlineStr"><is><t>{text}</t></is></c>' for place, text in enumerate(cells)
    )
    return f'<row r="{row}"{attributes}>{body}</row>'


def sheet(rows: str = "", *, before: str = "", after: str = "", prolog: str = "") -> str:
    """Return a sheet part."""
    body = rows or inline(1, HEADER) + inline(2, PERSON)
    return f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<worksheet xmlns="{MAIN}">{before}<sheetData>{body}</sheetData>{after}</worksheet>'


def parts(**changed: str | bytes) -> dict[str, str | bytes]:
    """Return the parts of a small sound xlsx, some replaced: `sheet`, `book`, `strings`, `rels`, `types`, `styles`."""
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": changed.get("types", _TYPES),
        "_rels/.rels": changed.get("rels", _RELS),
        "xl/workbook.xml": changed.get("book", _BOOK),
        "xl/_rels/workbook.xml.rels": _BOOK_RELS,
        "xl/worksheets/sheet1.xml": changed.get("sheet", sheet()),
    }
    for key, name in (("strings", "xl/sharedStrings.xml"), ("styles", "xl/styles.xml")):
        if key in changed:
            found[name] = changed[key]
    return found


def zipped(content: dict[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return parts as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in content.items():
            archive.writestr(name, body)
    return out.getvalue()


def xlsx(**changed: str | bytes) -> bytes:
    """Return a small xlsx with parts replaced."""
    return zipped(parts(**changed))


def raw_zip(
    entries: list[tuple[bytes, bytes, int | None]], *, flags: int = 0, method: int = 8, shared: bool = False
) -> bytes:
    """Return a zip whose directory says what it is told: (name, content, claimed size or None).

    `shared` lets every directory entry point at the first local header.
    """
    body, directory = b"", b""
    first = None
    for name, content, claimed in entries:
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = deflater.compress(content) + deflater.flush()
        size = len(content) if claimed is None else claimed
        check = zlib.crc32(content)
        offset = len(body)
        fields = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 0, check, len(packed), size, len(name), 0)
        if first is None or not shared:
            body += b"PK\x03\x04" + fields + name + packed
            first = 0 if first is None else first
        where = 0 if shared else offset
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, where) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return body + directory + end


_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument'
    ':xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:'
    'opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet><table:table table:name="花名册">'
)
_ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"
_ODS_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)


def ods_cell(text: str, attributes: str = "") -> str:
    """Return one cell of text."""
    return f'<table:table-cell office:value-type="string"{attributes}><text:p>{text}</text:p></table:table-cell>'


def ods_row(cells: tuple[str, ...] | list[str], attributes: str = "") -> str:
    """Return one row."""
    return f"<table:table-row{attributes}>{''.join(ods_cell(one) for one in cells)}</table:table-row>"


def ods(rows: str = "", *, prolog: str = "") -> bytes:
    """Return an ods with these rows."""
    body = rows or ods_row(HEADER) + ods_row(PERSON)
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": _ODS_HEAD.format(prolog=prolog) + body + _ODS_TAIL,
            "META-INF/manifest.xml": _ODS_MANIFEST,
        }
    )


def xls(rows: list[list[str]] | None = None, *, corner: tuple[int, int] | None = None, sheets: int = 1) -> bytes:
    """Return an xls of the old format, with a cell in a far corner of each sheet if told."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for number in range(sheets):
        page = book.add_sheet(f"表{number + 1}")
        for place, row in enumerate(rows or [list(HEADER), list(PERSON)]):
            for column, text in enumerate(row):
                page.write(place, column, text)
        if corner:
            page.write(*corner, "角")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsb(sheet_records: bytes = b"", strings: bytes = b"") -> bytes:
    """Return the shell of an xlsb with these records in its sheet and shared strings."""
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "xl/workbook.bin": b"\x83\x01\x00",
            "xl/worksheets/sheet1.bin": sheet_records,
            "xl/sharedStrings.bin": strings,
        }
    )
