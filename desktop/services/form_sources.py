"""What of the register may go into a place of somebody's form, and the text it gives for one person."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from desktop.domain.codes import code_list
from desktop.domain.dictionary import CONTACT, PERSON, Field, Kind, masked
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Value
from desktop.domain.permissions import READ_REVEALED
from desktop.services.catalogue import seen_fields
from desktop.services.computed import Computed, computed_of
from desktop.services.register import org_names, page_of
from desktop.services.station import Station
from desktop.services.wording import text_of
from desktop.store.people import PersonPage

SEQUENCE = "seq"
_CONTACTS = 3
_KIN = ("name", "relation", "phone", "work_unit", "address")
_UNPRINTED = frozenset({Kind.RECORD, Kind.IMAGE})
_BOX = re.compile(r"^第(\d{1,2})位$")
DATE_STYLES = ("年月日", "年月", "8位", "年", "月", "日")
MASKED = "遮盖"


@dataclass(frozen=True, slots=True)
class FormSource:
    """One thing that can go into a form: its key, its group and its name; `dated` may be written as a date may."""

    key: str
    group: str
    label: str
    dated: bool = False


def form_sources(station: Station) -> list[FormSource]:
    """Return everything that may go into a form, the house first, then a person in dictionary order."""
    collected = seen_fields(station)
    found = [
        FormSource(SEQUENCE, "本次", "序号"), FormSource("today", "本次", "今天的日期", dated=True),
        FormSource("org_name", "本次", "本单位名称"), FormSource("user", "本次", "经办人（我）"),
        FormSource("computed.age", "算出来的", "年龄"), FormSource("computed.band", "算出来的", "高龄档次"),
        FormSource("computed.party", "算出来的", "党龄"),
        FormSource("computed.due", "算出来的", "认证到期日", dated=True),
        FormSource("phone.number", "电话", "联系电话"), FormSource("phone.all", "电话", "全部电话"),
        FormSource("tag.all", "健康与关爱", "关爱类别"), FormSource("former.names", "身份", "曾用名"),
    ]  # fmt: skip
    found += [
        FormSource(f"person.{one.key}", one.group, one.label, dated=one.kind is Kind.DATE)
        for one in PERSON.fields
        if one.key in collected and one.kind not in _UNPRINTED and not one.retired
    ]
    for number in range(1, _CONTACTS + 1):
        found += [
            FormSource(
                f"contact{number}.{key}",
                "家庭联系人",
                f"联系人{number}{CONTACT.field(key).label.removeprefix('联系人')}",
            )
            for key in _KIN
        ]
    return found


def source_named(sources: Mapping[str, FormSource], words: Mapping[str, str], text: str) -> str:
    """Return the source a key or label means, with its style (`出生日期（证件）|年月`); raises InvalidValueError."""
    name, bar, style = text.strip().partition("|")
    key = name if name in sources else words.get(name.strip(), "")
    if not key:
        raise InvalidValueError("map", f"没有“{name}”这一项", "请用字段名称，例如 姓名、公民身份号码")
    if bar and not (style in (*DATE_STYLES, MASKED) or _BOX.match(style)):
        raise InvalidValueError("map", f"不认识写法“{style}”", "可用：" + "、".join((*DATE_STYLES, MASKED, "第1位")))
    return f"{key}{bar}{style}"


@dataclass(slots=True, eq=False)
class PersonTexts:
    """One person's texts, read once; what is computed is worked out only if a form asks for it."""

    station: Station
    page: PersonPage
    orgs: Mapping[str, str]
    collected: frozenset[str]
    sequence: int = 1
    _computed: Computed | None = None

    def text(self, source: str) -> str:
        """Return what a source with its style says of this person."""
        key, _, style = source.partition("|")
        return _styled(key, self._plain(key), style)

    def ticked(self, source: str, options: Sequence[str]) -> list[str]:
        """Return which of the words behind boxes hold for this person."""
        key = source.partition("|")[0]
        if key == "tag.all":
            mine = {str(row.values.get("code") or "") for row in self.page.children.get("tag", ())}
            return [one for one in options if code_list("care_tag").code_of(one) in mine]
        if not key.startswith("person."):
            return [one for one in options if one == self._plain(key)]
        field = PERSON.field(key.partition(".")[2])
        value = self.page.values.get(field.key) if field.key in self.collected else None
        return [] if value is None else [one for one in options if _means(field, one, value)]

    def _plain(self, key: str) -> str:
        kind, _, name = key.partition(".")
        if kind == "person":
            value = self.page.values.get(name) if name in self.collected else None
            return text_of(PERSON.field(name), value, orgs=self.orgs)
        if kind == "computed":
            return self._computed_text(name)
        if kind.startswith("contact"):
            return self._kin(int(kind.removeprefix("contact")) - 1, name)
        return _HOUSE_TEXTS[key](self)

    def _kin(self, place: int, name: str) -> str:
        rows = self.page.children.get("contact", ())
        return text_of(CONTACT.field(name), rows[place].values.get(name)) if place < len(rows) else ""

    def _computed_text(self, name: str) -> str:
        if self._computed is None:
            values = {key: value for key, value in self.page.values.items() if key in self.collected}
            self._computed = computed_of(self.station, values, self.station.today())
        found = {"age": self._computed.age, "band": self._computed.band, "party": self._computed.party,
                 "due": self._computed.due and self._computed.due.isoformat()}[name]  # fmt: skip
        return "" if found is None else str(found)

    def children(self, kind: str, name: str) -> list[str]:
        """Return a field of everything of one kind that hangs on the person."""
        rows = self.page.children.get(kind, ())
        return [str(row.values[name]) for row in rows if row.values.get(name)]


_HOUSE_TEXTS: Mapping[str, Callable[[PersonTexts], str]] = {
    SEQUENCE: lambda one: str(one.sequence),
    "today": lambda one: one.station.today().isoformat(),
    "org_name": lambda one: one.station.org_name,
    "user": lambda one: one.station.user,
    "phone.number": lambda one: next(iter(one.children("phone", "number")), ""),
    "phone.all": lambda one: "、".join(one.children("phone", "number")),
    "tag.all": lambda one: "、".join(code_list("care_tag").label_of(code) for code in one.children("tag", "code")),
    "former.names": lambda one: "、".join(one.children("former_name", "name")),
}


def _means(field: Field, option: str, value: Value) -> bool:
    """Return True if the word behind a box says a field's value."""
    if field.kind is Kind.BOOL:
        return option in ({"是", "有", "已"} if value else {"否", "无", "未", "没有"})
    if field.kind is Kind.CODES:
        return code_list(field.codes).code_of(option) in str(value).split()
    if field.kind is Kind.CODE:
        return code_list(field.codes).code_of(option) == str(value)
    return option == str(value)


def _styled(key: str, text: str, style: str) -> str:
    """Return a text as its place wants it: parts of a date, one character, or with its middle hidden."""
    box = _BOX.match(style)
    if box:
        return text[int(box.group(1)) - 1 : int(box.group(1))]
    if style == MASKED:
        kind, _, name = key.partition(".")
        return masked(PERSON.field(name), text) if kind == "person" else masked(CONTACT.field("phone"), text)
    return _as_date(text, style) if style and text else text


def _as_date(text: str, style: str) -> str:
    """Return `1953-07-06` as a form writes it; what is unknown is left out."""
    year, month, day = (*(part.lstrip("0") for part in text.split("-")), "", "")[:3]
    if style in DATE_STYLES[3:]:
        return {"年": year, "月": month, "日": day}[style]
    if style == "8位":
        return "".join(part.zfill(2) for part in (year, month, day) if part)
    parts = [year + "年", month and month + "月", day and style == "年月日" and day + "日"]
    return "".join(part for part in parts if part)


class SourceReader:
    """Reads people's texts for forms; organisations and the catalogue are read once."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._collected = seen_fields(station)

    @cached_property
    def _orgs(self) -> dict[str, str]:
        return org_names(self._station)

    def texts_of(self, person: str, *, sequence: int) -> PersonTexts:
        """Return one person's texts; raises NotFoundError."""
        page = page_of(self._station, person=person, what=READ_REVEALED)
        return PersonTexts(self._station, page, self._orgs, self._collected, sequence)

    def house_texts(self) -> PersonTexts:
        """Return the texts of the house alone, for the head and foot of a list."""
        return PersonTexts(self._station, PersonPage("", {}, {}), self._orgs, self._collected, 1)
