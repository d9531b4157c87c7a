"""What each place of a form probably wants, from the words beside it: shown to the clerk, who decides."""

import re
from collections.abc import Sequence

from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, Kind
from desktop.roster import mapping
from desktop.roster.forms.shape import TICK, FormPlace, FormShape
from desktop.roster.headers import clean_header

NOTHING = ""
_HOUSE = {
    "填表日期": "today", "填报日期": "today", "制表日期": "today", "日期": "today", "填表时间": "today",
    "填报时间": "today", "填表人": "user", "填报人": "user", "经办人": "user", "制表人": "user",
    "填报单位": "org_name", "填表单位": "org_name", "制表单位": "org_name", "社区名称": "org_name",
    "年龄": "computed.age", "周岁": "computed.age", "党龄": "computed.party", "电话号码": "phone.number",
    "编号": "person.person_no", "序号": "seq", "关爱类别": "tag.all", "曾用名": "former.names",
}  # fmt: skip
_NEVER = frozenset({"备注", "说明", "其他", "附注", "照片", "相片"})
_KIN = {
    "姓名": "name", "称谓": "relation", "关系": "relation", "与本人关系": "relation", "电话": "phone",
    "联系电话": "phone", "手机": "phone", "工作单位": "work_unit", "单位": "work_unit",
    "工作单位及职务": "work_unit", "地址": "address", "住址": "address", "家庭住址": "address",
}  # fmt: skip
_LINE = re.compile(r"（第(\d)行）$")
_BOX = re.compile(r"第(\d{1,2})位$")
_SECOND = re.compile(r"第二|联系人2|联系人二|联系人②")
_DATE_PARTS = ("年", "月", "日")
_SURE = 88


def propose(shape: FormShape) -> tuple[dict[str, str], dict[str, str]]:
    """Return what goes where: source by place, and source by column of the list."""
    places: dict[str, str] = {}
    before = NOTHING  # the date whose year was just asked for
    for one in shape.places:
        source, before = _proposed(one, before)
        if source:
            places[one.id] = source
    columns = {}
    for letter, heading in shape.rows.columns if shape.rows else ():
        source = _by_words(heading)
        if source:
            columns[letter] = source
    return places, columns


def _proposed(place: FormPlace, before: str) -> tuple[str, str]:
    """Return a place's source, and the date that following blanks for month and day belong to."""
    line, box = _LINE.search(place.label), _BOX.search(place.label)
    if line:
        kin = {"关系", "称谓", "与本人关系"} & set(place.near.split())
        word = clean_header(_LINE.sub("", place.label))
        return (f"contact{line.group(1)}.{_KIN[word]}" if kin and word in _KIN and int(line.group(1)) < 4 else ""), ""
    if box:
        found = _by_words(_BOX.sub("", place.label))
        return (f"{found}|第{box.group(1)}位" if found == "person.id_no" else ""), ""
    if place.how == TICK:
        return _for_boxes(place), ""
    if place.near in _DATE_PARTS:
        found = _by_words(place.label).partition("|")[0]
        date = found if _is_date(found) else before if place.label in _DATE_PARTS else ""
        return (f"{date}|{place.near}" if date else ""), date
    return _by_words(place.label), ""


def _is_date(source: str) -> bool:
    kind, _, key = source.partition(".")
    return source == "today" or (kind == "person" and PERSON.field(key).kind is Kind.DATE)


def _by_words(label: str) -> str:
    """Return the source a label names, '' if none is likely."""
    section, _, word = label.rpartition("/")
    plain = clean_header(word)
    if plain in _NEVER:
        return NOTHING
    if "联系人" in section and plain in _KIN:
        return f"contact{2 if _SECOND.search(section) else 1}.{_KIN[plain]}"
    if not section and plain in _HOUSE:
        return _HOUSE[plain]
    (found,) = mapping.propose([f"{clean_header(section)}/{plain}" if section else plain])
    if found.confidence < _SURE or not found.target or "." not in found.target:
        return NOTHING
    return _source_of(found.target, plain, second=bool(_SECOND.search(label)))


def _source_of(target: str, word: str, *, second: bool) -> str:
    kind, _, key = target.partition(".")
    if kind == "contact":
        return f"contact{2 if second else 1}.{key}"
    if kind == "tag":
        return "tag.all" if key == "code" else NOTHING
    if kind == "phone":
        return "phone.number" if key == "number" else NOTHING
    if target in {"person.name_former", "person.id_no_old", "person.name_external"}:
        return "former.names" if key == "name_former" else NOTHING
    return f"{target}|年月" if _is_date(target) and "年月" in word and "日" not in word else target


def _for_boxes(place: FormPlace) -> str:
    """Return the source whose values are the words behind the boxes."""
    found = _by_words(place.label).partition("|")[0]
    if found.startswith("person."):
        field = PERSON.field(found.partition(".")[2])
        if field.kind is Kind.BOOL or (field.kind is Kind.CODE and _known(field.codes, place.options)):
            return found
    if found == "tag.all" or _known("care_tag", place.options) >= max(2, len(place.options) // 2):
        return "tag.all"
    codes = [(_known(one.codes, place.options), one.key) for one in PERSON.fields if one.kind is Kind.CODE]
    best, key = max(codes, default=(0, ""))
    return f"person.{key}" if best >= 2 and best == len(place.options) else NOTHING


def _known(codes: str, options: Sequence[str]) -> int:
    known = code_list(codes)
    return sum(known.code_of(one) is not None for one in options)
