"""The survey of an xlsb: its records are walked once for claims no honest workbook makes, and for hidden rows."""

import struct
from collections.abc import Iterator

from desktop.roster.precheck import MOST_COLUMNS, RefusedFile
from desktop.roster.survey import SheetFacts

_ROW, _BLANK, _LAST_CELL, _BEGIN_TEXTS = 0, 1, 11, 159
_MOST_ROW = 1 << 20


def survey_xlsb(small: dict[str, bytes]) -> None:
    """Check every sheet of an xlsb; raises RefusedFile."""
    for name, part in small.items():
        if name.endswith("sharedStrings.bin"):
            _check_texts(part)
        elif "worksheets/" in name and name.endswith(".bin"):
            facts = _survey(part)
            if facts.refused:
                raise RefusedFile(f"有一张表{facts.refused}")


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (type, body) of each record."""
    place, end = 0, len(part)
    while place < end:
        kind = part[place]
        place += 1
        if kind & 0x80 and place < end:
            kind = (kind & 0x7F) | (part[place] & 0x7F) << 7
            place += 1
        size = shift = 0
        while place < end:
            byte = part[place]
            place += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        if size > end - place:
            raise RefusedFile("文件已损坏，打不开")
        yield kind, part[place : place + size]
        place += size


def _check_texts(part: bytes) -> None:
    for kind, body in _records(part):
        if kind == _BEGIN_TEXTS and len(body) >= 8 and max(struct.unpack_from("<II", body)) > len(part) * 4 + 4096:
            raise RefusedFile("文件里的文字表说的条数不可能")
        return


def _survey(part: bytes) -> SheetFacts:
    facts = SheetFacts()
    for kind, body in _records(part):
        if kind == _ROW and len(body) >= 12:
            row = int.from_bytes(body[:4], "little")
            if row >= _MOST_ROW:
                raise RefusedFile("文件已损坏，打不开")
        elif _BLANK < kind <= _LAST_CELL and len(body) >= 4 and int.from_bytes(body[:4], "little") >= MOST_COLUMNS:
            facts.refused = f"超过 {MOST_COLUMNS} 列，请删去右边的空列再导入"
            break
    return facts
