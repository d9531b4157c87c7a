"""Paper to take along: visit sheets filled or blank, and the round to walk (走访路线单)."""

import re
from collections.abc import Sequence

from desktop.domain.codes import code_list
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.permissions import READ_REVEALED
from desktop.domain.progress import Report, silent
from desktop.printing.table import TableSheet, table_pdf
from desktop.printing.visit_sheet import VisitSheet, visit_sheets_pdf
from desktop.services.looking import allow_print
from desktop.services.second_person import allow_papers
from desktop.services.station import Station
from desktop.store import people
from desktop.store.people import ChildRow, PersonRow

_MOST_BLANK = 200
_BLANK_LINES = 15
_ROUTE = (
    ("序号", 5), ("姓名", 9), ("人员编号", 13), ("住址", 34), ("电话", 14), ("关爱类别", 14), ("上次走访", 10),
    ("到访", 6), ("备注", 16),
)  # fmt: skip


def visit_sheets(station: Station, *, ids: Sequence[str], report: Report = silent) -> bytes:
    """Return a filled sheet for each person, in walking order; raises NotFoundError, PrintError, NotAllowedError."""
    allow_papers(station, len(ids))
    return _sheets(station, ids, report)


def _sheets(station: Station, ids: Sequence[str], report: Report) -> bytes:
    with station.vault.reading(READ_REVEALED) as connection:
        rows = sorted(people.rows_of(connection, ids), key=_walk)
        last = {row.id: people.children_of(connection, "visit", person=row.id)[:1] for row in rows}
        kin = {row.id: people.children_of(connection, "contact", person=row.id)[:1] for row in rows}
    if not rows:
        raise NotFoundError("没有选择要走访的人", "请先选择人员，或打印空白表")
    return visit_sheets_pdf([_sheet(station, row, kin[row.id], last[row.id]) for row in rows], report=report)


def blank_sheets(station: Station, *, count: int) -> bytes:
    """Return blank visit sheets; raises InvalidValueError."""
    if not 1 <= count <= _MOST_BLANK:
        raise InvalidValueError("count", f"份数要在 1 到 {_MOST_BLANK} 之间", "请改正份数")
    known = tuple((label, "") for label in ("性别", "出生日期", "电话", "住址", "家庭联系人", "关爱类别"))
    sheet = VisitSheet(station.org_name, station.today().isoformat(), _methods(), known=known)
    return visit_sheets_pdf([sheet] * count)


def sheets_or_blank(station: Station, *, ids: Sequence[str], report: Report = silent) -> bytes:
    """Return the sheets of people to be given out (which asks whom it must), a blank one if there is nobody.

    Raises PrintError, NotAllowedError.
    """
    allow_print(station, len(ids))
    return _sheets(station, ids, report) if ids else blank_sheets(station, count=1)


def _methods() -> list[str]:
    return list(code_list("visit_method").offered.values())


def _sheet(station: Station, row: PersonRow, kin: Sequence[ChildRow], last: Sequence[ChildRow]) -> VisitSheet:
    contact = " ".join(str(one.values[key]) for one in kin for key in ("name", "phone") if one.values.get(key))
    known = (
        ("性别", code_list("sex").label_of(row.text("sex"))), ("出生日期", row.text("birth_id")), ("电话", row.phone),
        ("住址", row.text("live_addr")), ("家庭联系人", contact),
        ("关爱类别", "、".join(code_list("care_tag").label_of(tag) for tag in row.tags)),
    )  # fmt: skip
    keys = ("visited_on", "visitors", "condition", "needs")
    said = "　".join(str(one.values[key]) for one in last for key in keys if one.values.get(key))
    return VisitSheet(
        station.org_name, station.today().isoformat(), _methods(), row.text("name"), row.text("person_no"), known, said
    )


def route_sheet(station: Station, *, ids: Sequence[str], title: str = "走访路线单") -> bytes:
    """Return the round as a list in walking order, with room to tick and note; blank lines if there is nobody.

    It is given out (`books.give`), which asks a second supervisor for many people.

    Raises PrintError, NotAllowedError.
    """
    allow_print(station, len(ids))
    with station.vault.reading(READ_REVEALED) as connection:
        rows = sorted(people.rows_of(connection, ids), key=_walk)
        last = {row.id: people.children_of(connection, "visit", person=row.id)[:1] for row in rows}
    lines = [
        [
            str(number), row.text("name"), row.text("person_no"), row.text("live_addr"), row.phone,
            "、".join(code_list("care_tag").label_of(tag) for tag in row.tags),
            str(last[row.id][0].values.get("visited_on") or "") if last[row.id] else "", "□", "",
        ]
        for number, row in enumerate(rows, start=1)
    ]  # fmt: skip
    footer = f"{station.org_name}　{station.today().isoformat()}　共 {len(lines)} 户（人）"
    lines = lines or [[""] * len(_ROUTE)] * _BLANK_LINES
    return table_pdf(TableSheet(title, _ROUTE, lines, footer))


def _walk(row: PersonRow) -> list[tuple[int, str]]:
    """Return a key that goes through a street as one walks it: 2号楼 before 10号楼, unit by unit, floor by floor."""
    address = row.text("live_estate") + row.text("live_building") + row.text("live_addr")
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", address)]
