"""Filling the one-page 基本信息表 from the register, for a selection of people or blank."""

from collections.abc import Mapping, Sequence

from desktop.domain.codes import code_list
from desktop.domain.dates import age_on
from desktop.domain.dictionary import PERSON, Kind
from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.domain.permissions import READ_REVEALED
from desktop.domain.progress import Report, silent
from desktop.printing.info_form import InfoForm, Line, info_forms_pdf, tick
from desktop.services.register import org_names, page_of
from desktop.services.second_person import allow_papers
from desktop.services.station import Station
from desktop.store.people import ChildRow

_SPECIAL = ("T01", "T02", "T03", "T04", "T06", "T07", "T08", "T09", "T10", "T11", "T16")
_OLD = 80
_CONTACTS = 2
Texts = Mapping[str, str]


def info_forms(station: Station, *, ids: Sequence[str], report: Report = silent) -> bytes:
    """Return the forms of people in order; raises NotFoundError, PrintError, Cancelled."""
    if not ids:
        raise NotFoundError("没有选择人员", "请先选择要打印的人")
    allow_papers(station, len(ids))
    return info_forms_pdf([form_of(station, person=person) for person in ids], report=report)


def blank_form(station: Station) -> bytes:
    """Return an empty form to fill in by hand."""
    return info_forms_pdf([_form(station, {}, {}, tags=frozenset(), age=None)])


def form_of(station: Station, *, person: str) -> InfoForm:
    """Return one person's form; raises NotFoundError."""
    page = page_of(station, person=person, what=READ_REVEALED)
    orgs = org_names(station)
    texts = {one.key: _text(one.key, page.values.get(one.key), orgs) for one in PERSON.fields}
    texts["phones"] = "、".join(str(row.values.get("number") or "") for row in page.children["phone"])
    tags = frozenset(str(row.values.get("code") or "") for row in page.children["tag"])
    born = str(page.values.get("birth_id") or page.values.get("birth_file") or "")
    return _form(station, texts, page.children, tags=tags, age=age_on(born, station.today()))


def _text(key: str, value: Value, orgs: Mapping[str, str]) -> str:
    one = PERSON.field(key)
    if value is None:
        return ""
    if one.kind is Kind.CODE:
        return code_list(one.codes).label_of(str(value))
    return orgs.get(str(value), str(value)) if one.kind is Kind.ORG else str(value)


def _form(
    station: Station, texts: Texts, children: Mapping[str, Sequence[ChildRow]], *, tags: frozenset[str], age: int | None
) -> InfoForm:
    level = texts.get("ent_level", "")
    levels = "　".join(tick(text, level == text) for text in code_list("ent_level").labels.values())
    lines = [*_basics(texts), *_specials(texts, tags, age), *_places(texts), *_family(texts, children)]
    footer = f"{station.org_name}　{station.today().isoformat()} 打印"
    return InfoForm(texts.get("name", ""), f"（{levels}）　No：{texts.get('person_no', '')}", lines, footer)


def _basics(texts: Texts) -> list[Line]:
    def cell(key: str, share: float, label: str = "") -> tuple[str, str, float]:
        return label or PERSON.field(key).label, texts.get(key, ""), share

    return [
        [cell("name", 0.4), cell("sex", 0.2), cell("ethnic", 0.4)],
        [cell("id_no", 0.6), cell("birth_id", 0.4, "出生日期")],
        [cell("marital", 0.34), cell("education", 0.33), cell("political", 0.33)],
        [cell("ent_name", 1.0)],
        [cell("ent_sub", 0.5), cell("post", 0.5)],
        [cell("work_start", 0.34), cell("retire_date", 0.33), cell("retire_kind", 0.33)],
        [cell("si_agency", 0.5, "社保关系所在地：养老"), cell("mi_agency", 0.5, "医疗")],
    ]


def _specials(texts: Texts, tags: frozenset[str], age: int | None) -> list[Line]:
    names = code_list("care_tag")
    boxes = [tick(names.label_of(tag), _has(tag, tags, age)) for tag in _SPECIAL]
    poor = texts.get("dibao", "")
    allowance = f"{tick('是', poor == '1' or 'T05' in tags)}　{tick('否', poor == '0')}"
    return [
        [("特殊人员", "　".join(boxes[:6]), 1.0)],
        [("", "　".join(boxes[6:]), 1.0)],
        [("是否享受低保", allowance, 0.5), ("健康状况", texts.get("health", ""), 0.5)],
    ]


def _has(tag: str, tags: frozenset[str], age: int | None) -> bool:
    """Return True for a tag held; 高龄 follows from the age and never from a tag."""
    return (age or 0) >= _OLD if tag == "T01" else tag in tags


def _places(texts: Texts) -> list[Line]:
    return [
        [("户口所在地", texts.get("hukou_addr", "") or texts.get("hukou_area", ""), 1.0)],
        [("长期居住地", texts.get("live_addr", ""), 1.0)],
        [("联系电话", texts.get("phones", ""), 0.5), ("所属社区", texts.get("home_org", ""), 0.5)],
        [("异地居住地", texts.get("remote_addr", ""), 1.0)],
        [("档案存放地点", texts.get("file_keeper", ""), 0.6), ("档案编号", texts.get("file_no", ""), 0.4)],
        [("原党支部", texts.get("branch_from", ""), 0.5), ("接收党支部", texts.get("branch_to", ""), 0.5)],
    ]


def _family(texts: Texts, children: Mapping[str, Sequence[ChildRow]]) -> list[Line]:
    lines: list[Line] = [
        [("配偶姓名", texts.get("spouse_name", ""), 0.34), ("出生年月", texts.get("spouse_birth", ""), 0.33),
         ("电话", texts.get("spouse_phone", ""), 0.33)],
    ]  # fmt: skip
    rows = list(children.get("contact", ()))[:_CONTACTS]
    for number in range(_CONTACTS):
        said = {key: str(value) for key, value in rows[number].values.items()} if number < len(rows) else {}
        relation = code_list("relation").label_of(said.get("relation", ""))
        order = "第一" if number == 0 else "第二"
        lines.append(
            [
                (f"{order}联系人", said.get("name", ""), 0.34),
                ("关系", relation, 0.2),
                ("电话", said.get("phone", ""), 0.46),
            ]
        )
        lines.append([("工作单位", said.get("work_unit", ""), 0.4), ("地址", said.get("address", ""), 0.6)])
    return [*lines, [("备注", texts.get("remark", ""), 1.0)]]
