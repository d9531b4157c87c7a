"""Which building a person lives in: as the clerk filed it, else as the address says."""

import re

from desktop.store.people import PersonRow

NO_BUILDING = "未写楼栋"
_BUILDING = re.compile(r"^(.*?[0-9一二三四五六七八九十甲乙丙丁A-Za-z]+(?:号楼|栋|幢|座|号院))")


def building_of(address: str) -> str:
    """Return the building an address begins with (`青杨路1号院`, `3号楼`), or that none is written."""
    found = _BUILDING.match(address.replace(" ", ""))
    return found.group(1) if found else NO_BUILDING


def building_of_person(row: PersonRow) -> str:
    """Return a person's building as the clerk filed it, or as the address says it."""
    filed = row.text("live_building")
    if not filed:
        return building_of(row.text("live_addr"))
    return row.text("live_estate") + (f"{filed}号楼" if filed.isdigit() else filed)


def natural(text: str) -> list[tuple[int, str]]:
    """Return a key that puts 2号楼 before 10号楼."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", text)]
