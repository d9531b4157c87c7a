"""People as rows of texts under chosen columns: what lists on paper, in files and in the book share."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, PHONE, Field, Kind, masked
from desktop.domain.errors import InvalidValueError
from desktop.services.catalogue import seen_fields
from desktop.services.register import org_names
from desktop.services.station import Station
from desktop.services.wording import text_of
from desktop.store.people import PersonRow

SEQUENCE = ("序号", 5)
PHONE_KEY, TAGS_KEY = "phone", "tags"
_CHILD_TITLES = {PHONE_KEY: ("电话", 13), TAGS_KEY: ("关爱类别", 14)}


@dataclass(frozen=True, slots=True)
class PaperWish:
    """How the clerk wants it: columns and order as the list stands, ids hidden, changed pages only, two cards up."""

    columns: tuple[str, ...] = ()  # keys of person fields, `phone`, `tags`; () for the usual ones
    sort: str = "name"
    descending: bool = False
    title: str = ""
    masked: bool = False
    changed: bool = False
    two_up: bool = False


def column_keys(text: str) -> tuple[str, ...]:
    """Return the columns named by labels or keys, joined by commas; raises InvalidValueError."""
    words = {one.label: one.key for one in PERSON.fields} | {
        "电话": PHONE_KEY,
        "联系电话": PHONE_KEY,
        "关爱类别": TAGS_KEY,
    }
    for one in PERSON.fields:
        for word in one.synonyms:
            words.setdefault(word, one.key)
    known = {one.key for one in PERSON.fields} | set(_CHILD_TITLES)
    found = []
    for part in filter(None, (one.strip() for one in text.replace("，", ",").split(","))):
        key = part if part in known else words.get(part, "")
        if not key:
            raise InvalidValueError("columns", f"没有“{part}”这一列", "请用字段名称，用逗号分开")
        found.append(key)
    return tuple(found)


class CellReader:
    """Turns people into cells; columns that are not collected here are left out."""

    def __init__(self, station: Station, columns: Sequence[str], *, masked: bool = False) -> None:
        collected = seen_fields(station)
        self._keys = [key for key in columns if key in _CHILD_TITLES or key in collected]
        self._fields = {key: PERSON.field(key) for key in self._keys if key not in _CHILD_TITLES}
        self._orgs = org_names(station)
        self._masked = masked

    @property
    def titles(self) -> list[tuple[str, int]]:
        """The columns' titles and widths in characters."""
        return [_CHILD_TITLES.get(key) or _head(self._fields[key]) for key in self._keys]

    def cells(self, row: PersonRow) -> list[str]:
        """Return a person's texts."""
        return [self._cell(key, row) for key in self._keys]

    def _cell(self, key: str, row: PersonRow) -> str:
        if key == PHONE_KEY:
            return masked(PHONE.field("number"), row.phone) if self._masked else row.phone
        if key == TAGS_KEY:
            return "、".join(code_list("care_tag").label_of(tag) for tag in row.tags)
        field = self._fields[key]
        text = text_of(field, row.values.get(key), orgs=self._orgs)
        return masked(field, text) if self._masked and field.kind in {Kind.ID_NUMBER, Kind.PHONE} else text


def _head(field: Field) -> tuple[str, int]:
    label = short_label(field)
    return label, max(field.width, min(len(label) + 1, 10))


def short_label(field: Field) -> str:
    """Return a field's name without what stands in brackets behind it: headings on paper are narrow."""
    return field.label.partition("（")[0]
