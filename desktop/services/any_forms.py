"""Somebody else's form (xlsx or docx): its cells are mapped once, then it is filled for any selection of people."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.domain.changes import Changes
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.ids import form_map_id
from desktop.domain.progress import Report, silent
from desktop.roster.forms import filling, proposal
from desktop.roster.forms.filling import MOST_TOGETHER
from desktop.roster.forms.shape import TICK, Filling, FormShape
from desktop.services.form_sources import FormSource, SourceReader, form_sources, source_named
from desktop.services.looking import allow_print
from desktop.services.register import refuse_wrong
from desktop.services.station import Station
from desktop.store import people

__all__ = ["MOST_TOGETHER", "FilledForm", "FormMapping", "OpenForm", "fill", "known_forms", "map_of_json", "open_form"]
_PLACE = re.compile(r"^(?:(.+)!)?([A-Z]{1,3}[1-9]\d{0,5}(?:#[1-9]\d?)?)$")


@dataclass(frozen=True, slots=True)
class FormMapping:
    """What goes where: a source for each place, and for each column of the form's list."""

    places: Mapping[str, str]
    columns: Mapping[str, str]

    def to_json(self) -> str:
        """Return the mapping as it is remembered."""
        return json.dumps({"places": dict(self.places), "columns": dict(self.columns)}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form that was read, with the mapping remembered for it, else the one proposed."""

    path: Path
    shape: FormShape
    mapping: FormMapping
    remembered: str = ""  # under which name it was mapped before

    @property
    def is_list(self) -> bool:
        """True if the form has a row for each person."""
        return self.shape.rows is not None

    def label_of(self, place: str) -> str:
        """Return the words beside a place, '' for a cell that has none."""
        return next((one.label for one in self.shape.places if one.id == place), "")


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One filled document and the name a file of it should have."""

    name: str
    content: bytes
    people: int


def open_form(station: Station, *, path: Path) -> OpenForm:
    """Read a form; raises RosterError. Known by its fingerprint, it comes with its mapping."""
    shape = filling.read_form(path)
    known = {one.values.get("fingerprint"): one for one in known_forms(station)}
    found = known.get(shape.fingerprint)
    if found is not None:
        stored = map_of_json(station, shape, str(found.values.get("mapping") or ""), strict=False)
        return OpenForm(path, shape, stored, str(found.values.get("name") or ""))
    places, columns = proposal.propose(shape)
    offered = {one.key for one in form_sources(station)}
    return OpenForm(path, shape, FormMapping(_offered(places, offered), _offered(columns, offered)))


def _offered(found: Mapping[str, str], offered: set[str]) -> dict[str, str]:
    return {place: source for place, source in found.items() if source.partition("|")[0] in offered}


def known_forms(station: Station) -> tuple[people.ChildRow, ...]:
    """Return the forms mapped before."""
    with station.vault.reading() as connection:
        return people.records_of(connection, "form_map")


def map_of_json(station: Station, shape: FormShape, text: str, *, strict: bool = True) -> FormMapping:
    """Return a mapping from JSON: `{"places": {"Sheet1!B3": "姓名"}, "columns": {"A": "序号"}}`.

    Places are named by cell (`B3` on the first sheet, `Sheet1!B3`, `2!B3`, `表格1!B3`; `#2` for the second blank
    of a text) and sources by key or label. Raises InvalidValueError; without `strict` what is not known any more
    is left out.
    """
    raw = _object(text, strict=strict)
    sources = {one.key: one for one in form_sources(station)}
    words = _words(sources)
    places: dict[str, str] = {}
    columns: dict[str, str] = {}
    for part, made in (("places", places), ("columns", columns)):
        for name, source in _object(raw.get(part, {}), strict=strict).items():
            try:
                where = _place(shape, name) if part == "places" else _column(shape, name)
                made[where] = source_named(sources, words, str(source))
            except InvalidValueError:
                if strict:
                    raise
    return FormMapping(places, columns)


def _object(text: Any, *, strict: bool) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        found = None
    if not strict and not isinstance(found, dict):
        return {}
    if not isinstance(found, dict):
        raise InvalidValueError("map", "对应关系不是一个 JSON 对象", '请写成 {"places":{"B3":"姓名"}}')
    return found


def _words(sources: Mapping[str, FormSource]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in sources.values():
        found.setdefault(one.label, one.key)
    for key, source in (("联系电话", "phone.number"), ("电话", "phone.number"), ("身份证号", "person.id_no"),
                        ("出生日期", "person.birth_id"), ("住址", "person.live_addr")):  # fmt: skip
        found.setdefault(key, source)
    return found


def _place(shape: FormShape, name: str) -> str:
    """Return a place's id from the way it was named."""
    match = _PLACE.match(name.strip())
    block = match.group(1) if match else None
    numbers = {one.name: number for number, one in enumerate(shape.blocks, start=1)}
    number = 1 if block is None else numbers.get(block, int(block) if block.isdigit() else 0)
    if match is None or not 1 <= number <= len(shape.blocks):
        raise InvalidValueError("map", f"表里没有“{name}”这个位置", "请写成 B3 或 Sheet1!B3")
    return f"{number}!{match.group(2)}"


def _column(shape: FormShape, name: str) -> str:
    if shape.rows is None or name not in dict(shape.rows.columns):
        raise InvalidValueError("map", f"表里没有“{name}”这一列可逐人填写", "请用列的字母，例如 A")
    return name


def remember(station: Station, *, form: OpenForm, mapping: FormMapping, name: str = "") -> Changes:
    """Remember a mapping under the form's fingerprint; raises InvalidValueError."""
    title = (name or form.remembered or form.path.stem).strip()[:100]
    values = {"name": title, "fingerprint": form.shape.fingerprint, "file_kind": form.shape.kind,
              "mapping": mapping.to_json()}  # fmt: skip
    refuse_wrong("form_map", values, station)
    with station.vault.unit("form.map", why=f"记住表格“{title}”的填法") as unit:
        unit.put("form_map", record_of(form), dict(values))
        return unit.commit()


def record_of(form: OpenForm) -> str:
    """Return the id of the record under which a form's mapping is kept."""
    return form_map_id(form.shape.fingerprint)


def forget(station: Station, *, record: str) -> Changes:
    """Forget a mapping; raises NotFoundError."""
    with station.vault.unit("form.forget", why="不再使用这张表") as unit:
        if not unit.delete("form_map", record):
            raise NotFoundError("没有找到这张表", "请刷新后再看")
        return unit.commit()


def fill(
    station: Station, *, form: OpenForm, ids: Sequence[str], together: bool, report: Report = silent
) -> Iterator[FilledForm]:
    """Yield the form filled for people: a list once, else one document each, or one `together`.

    Raises NotFoundError, RosterError, InvalidValueError, NotAllowedError, Cancelled.
    """
    if not ids:
        raise NotFoundError("没有要填的人", "请先选择人员或放宽筛选条件")
    if not form.mapping.places and not form.mapping.columns:
        raise InvalidValueError("map", "还没有一个格子对应到登记项目", "请先对应再填")
    allow_print(station, len(ids))
    whole = form.is_list or together or len(ids) == 1
    made = _fillings(station, form, ids, report)
    documents = filling.fill_form(form.path, made, together=whole and not form.is_list)
    stem = form.path.stem
    for number, content in enumerate(documents):
        report(number + 1, len(made), "填表")
        name = f"{stem}-{len(ids)}人" if whole and len(ids) > 1 else f"{stem}-{made[number].name}"
        yield FilledForm(f"{_plain(name)}.{form.shape.kind}", content, len(ids) if whole else 1)


def _plain(name: str) -> str:
    """Return a name every file system takes."""
    return "".join(c for c in name if c not in '<>:"/\\|?*' and c.isprintable()).strip(" .")[:100]


def _fillings(station: Station, form: OpenForm, ids: Sequence[str], report: Report) -> list[Filling]:
    """Return what goes into each copy of the form."""
    reader = SourceReader(station)
    options = {one.id: one.options for one in form.shape.places if one.how == TICK}
    made: list[Filling] = []
    rows: list[dict[str, str]] = []
    for number, person in enumerate(ids, start=1):
        report(number, len(ids), "读取登记")
        texts = reader.texts_of(person, sequence=number)
        if form.is_list:
            rows.append({letter: texts.text(source) for letter, source in form.mapping.columns.items()})
            continue
        values = {
            place: texts.ticked(source, options[place]) if place in options else texts.text(source)
            for place, source in form.mapping.places.items()
        }
        made.append(Filling(f"{texts.text('person.person_no')}-{texts.text('person.name')}", values))
    if not form.is_list:
        return made
    house = reader.house_texts()
    values = {
        place: house.text(source)
        for place, source in form.mapping.places.items()
        if not source.startswith(("person.", "contact", "phone.", "tag.", "computed.", "former."))
    }
    return [Filling("名单", values, rows)]


def with_mapping(form: OpenForm, mapping: FormMapping) -> OpenForm:
    """Return a form with another mapping."""
    return replace(form, mapping=mapping)
