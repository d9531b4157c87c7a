"""本人信息查询单 (PIPL 44-48; `domain.md` 6.1): what is kept about a person, why, from where, and who was given it."""

from collections.abc import Mapping, Sequence

from desktop.domain.clock import local_text
from desktop.domain.dictionary import KINDS, PERSON, Field, Kind, grouped, purpose_of
from desktop.domain.fields import Value
from desktop.domain.permissions import READ_REVEALED
from desktop.printing.access_sheet import AccessBlock, AccessSheet, access_sheet_pdf
from desktop.services.computed import computed_of
from desktop.services.looking import allow_print
from desktop.services.register import history_of, org_names, page_of
from desktop.services.station import Station
from desktop.services.wording import source_text, text_of
from desktop.store import exchange, joining, people
from desktop.store.history import HistoryLine
from desktop.store.people import ChildRow, PersonPage

_FIELDS = (("项目", 14), ("登记的内容", 30), ("来源", 22), ("登记日期", 10))
_RECORDS = (("登记日期", 10), ("登记的内容", 50), ("来源", 16))
_GIVEN = (("接收单位", 24), ("方式", 20), ("次数", 6), ("最近一次", 12))
_HIDDEN = frozenset({"person", "source", "noted_on"})  # the last two have columns of their own
_RIGHTS = (
    "依照《中华人民共和国个人信息保护法》第四十四条至第四十八条，您有权查阅、复制本人信息。",
    "认为不准确、不完整的，可以要求更正、补充；不再必要或撤回同意的，可以要求删除；也可以要求对处理规则作出说明。",
    "本单列出登记库中关于您的全部信息。家庭联系人等他人的信息，仅列出您提供或用于联系您的部分。",
)  # fmt: skip

Latest = Mapping[tuple[str, str], HistoryLine]  # by record and field


def access_sheet_pdf_of(station: Station, *, person: str) -> bytes:
    """Return one person's sheet as a PDF; raises NotFoundError, NotAllowedError, PrintError."""
    allow_print(station, 1)
    return access_sheet_pdf(access_sheet_of(station, person=person))


def access_sheet_of(station: Station, *, person: str) -> AccessSheet:
    """Return everything kept about a person; what is not collected any more is listed too, as it is still kept.

    Raises NotFoundError.
    """
    page = page_of(station, person=person, what=READ_REVEALED)
    latest = _latest(history_of(station, person=person, what=READ_REVEALED))
    orgs = org_names(station)
    name = str(page.values.get("name") or "")
    day = station.today()
    intro = [
        f"查询对象：{name}　人员编号：{page.values.get('person_no') or ''}　查询日期：{day.isoformat()}",
        f"处理者：{station.org_name}　处理目的：国有企业退休人员社会化管理服务（履行法定职责）", *_RIGHTS,
    ]  # fmt: skip
    blocks = [*_person_blocks(page, latest, orgs), *_record_blocks(page, latest, orgs)]
    worked_out = [[label, text, "由以上信息算出，不保存", day.isoformat()] for label, text in
                  computed_of(station, page.values, day).lines()]  # fmt: skip
    blocks.append(AccessBlock("算出来的信息", "只在使用时计算", _FIELDS, worked_out))
    blocks += [_joined_block(station, person), _given_block(station, page, orgs), _written_block(latest, station)]
    made = f"{station.org_name}　{station.user}　{day.isoformat()} 打印"
    return AccessSheet(name, intro, [block for block in blocks if block.rows], made)


def _latest(lines: Sequence[HistoryLine]) -> Latest:
    """Return the write that each present value comes from: the newest that counts."""
    found: dict[tuple[str, str], HistoryLine] = {}
    for line in lines:
        if not line.set_aside and not line.undone:
            found.setdefault((line.record, line.field), line)
    return found


def _person_blocks(page: PersonPage, latest: Latest, orgs: Mapping[str, str]) -> list[AccessBlock]:
    """Return a part for each group of the dictionary that holds anything, with why it is kept."""
    blocks = []
    for group, fields in grouped(PERSON.fields).items():
        rows = [
            [one.label, _said(one, page.values[one.key], orgs), *_origin(latest.get((page.id, one.key)))]
            for one in fields
            if one.key in page.values and one.kind is not Kind.RECORD
        ]
        blocks.append(AccessBlock(group, f"用途：{purpose_of(fields[0])}", _FIELDS, rows))
    return blocks


def _said(field: Field, value: Value, orgs: Mapping[str, str]) -> str:
    return "有照片一张" if field.kind is Kind.IMAGE else text_of(field, value, orgs=orgs)


def _origin(line: HistoryLine | None) -> list[str]:
    """Return where a value came from and since when it stands."""
    if line is None:
        return ["", ""]
    where = source_text(line.source) or f"{line.org or '本单位'} {line.user} 登记"
    return [where, local_text(line.at)[:10]]


def _record_blocks(page: PersonPage, latest: Latest, orgs: Mapping[str, str]) -> list[AccessBlock]:
    """Return a part for each kind of record that hangs on the person."""
    blocks = []
    for kind, rows in page.children.items():
        found = [_record_row(row, latest, orgs) for row in rows]
        blocks.append(AccessBlock(KINDS[kind].label, "", _RECORDS, found))
    return blocks


def _record_row(row: ChildRow, latest: Latest, orgs: Mapping[str, str]) -> list[str]:
    fields = [one for one in KINDS[row.kind].fields if one.key not in _HIDDEN and one.kind is not Kind.RECORD]
    said = "；".join(
        f"{one.label}：{text_of(one, row.values[one.key], orgs=orgs)}" for one in fields if one.key in row.values
    )
    first = next((line for (record, _), line in latest.items() if record == row.id), None)
    where, when = _origin(first)
    return [str(row.values.get("noted_on") or when), said, str(row.values.get("source") or where)]


def _joined_block(station: Station, person: str) -> AccessBlock:
    """Return the records that were found to be the same person's, and what they are kept as."""
    with station.vault.reading() as connection:
        rows = people.rows_of(connection, joining.joined_into(connection, person))
    found = [["", f"并入的登记：{row.text('name')}　人员编号 {row.text('person_no')}", ""] for row in rows]
    return AccessBlock("并入本人的重复登记", "合并可以撤回，原登记保留", _RECORDS, found)


def _given_block(station: Station, page: PersonPage, orgs: Mapping[str, str]) -> AccessBlock:
    """Return who was sent packages that hold this person: the street gets all, a community its own people."""
    home = str(page.values.get("home_org") or "")
    with station.vault.reading() as connection:
        sent = [one for one in exchange.packages(connection, limit=-1) if one.direction == "out"]
    found: dict[str, list[str]] = {}
    for one in sent:
        if not station.is_street or one.org == home:
            found.setdefault(one.org, []).append(one.at)
    rows = [
        [orgs.get(org, org), "加密数据包（社会化管理服务上下级之间）", str(len(times)), local_text(max(times))[:10]]
        for org, times in found.items()
    ]
    rows = rows or [["没有对外提供过", "", "", ""]]
    return AccessBlock("提供给谁", "用于上下级之间汇总和办理服务，收件单位用本单位密钥才能打开", _GIVEN, rows)


def _written_block(latest: Latest, station: Station) -> AccessBlock:
    """Return by whom the present values were written, and how many each."""
    by: dict[str, list[str]] = {}
    for line in latest.values():
        by.setdefault(f"{line.org or station.org_name} {line.user}", []).append(line.at)
    rows = [[who, f"{len(times)} 项", "", local_text(max(times))[:10]] for who, times in sorted(by.items())]
    return AccessBlock("由谁登记", "现有内容的登记人", (("登记人", 30), ("登记", 14), ("", 4), ("最近一次", 12)), rows)
