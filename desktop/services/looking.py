"""Who looked: the levels of a role kept by every service that shows or changes people, and notes of what was seen.

What leaves the vault is veiled below (`store/veils.py`); here is what may be written over a veil, and the notes:
each opening of a person whose sensitive groups are shown in full, and each paper that shows masked ones.
"""

from collections.abc import Mapping

from desktop.domain.dictionary import KINDS, PERSON
from desktop.domain.errors import InvalidValueError, NotAllowedError
from desktop.domain.fields import Value
from desktop.domain.sight import FULL, HIDDEN, MASK, MASKED, SENSITIVE, Sight, group_of, is_mask
from desktop.services.notes import Note, write_note
from desktop.services.station import Station
from desktop.store.people import PeopleFilter, PersonPage, asked_about

SEEN, PRINTED, ASKED = "view.sensitive", "print.masked", "filter.sensitive"
_AGAIN_AFTER_S = 600  # a page that refreshes by itself is not looked at again


def writable(station: Station, kind: str, values: Mapping[str, Value], stored: Mapping[str, Value]) -> dict[str, Value]:
    """Return the fields of a record this user may write: a mask that came back from a form is no value.

    Raises NotAllowedError for a field that is hidden, InvalidValueError for a mask somebody typed on.
    """
    sight = station.vault.sight
    refuse_hidden_kind(station, kind)
    found: dict[str, Value] = {}
    for key, value in values.items():
        level = sight.of_field(kind, key)
        if level == HIDDEN:
            if value not in (None, "") and value != stored.get(key):
                raise _hidden(kind, key)
        elif level == MASKED and isinstance(value, str) and MASK in value:
            if not is_mask(KINDS[kind].by_key[key], value, stored.get(key)):
                label = KINDS[kind].by_key[key].label
                raise InvalidValueError(key, f"“{label}”还遮着，不能在星号上改", "请先点“显示”，再改完整的内容")
        else:
            found[key] = value
    return found


def refuse_hidden_kind(station: Station, kind: str) -> None:
    """Raise NotAllowedError for a kind of record this user does not see at all."""
    if kind in KINDS and station.vault.sight.of_kind(kind) == HIDDEN:
        raise _hidden(kind, "")


def refuse_hidden_field(station: Station, kind: str, key: str) -> None:
    """Raise NotAllowedError for a field this user does not see at all: nobody decides about what they cannot see."""
    refuse_hidden_kind(station, kind)
    if kind in KINDS and key in KINDS[kind].by_key and station.vault.sight.of_field(kind, key) == HIDDEN:
        raise _hidden(kind, key)


def refuse_veiled(station: Station, kind: str, key: str) -> None:
    """Raise NotAllowedError for a field this user does not see in full: what is changed in bulk is looked through."""
    if station.vault.sight.of_field(kind, key) != FULL:
        raise _hidden(kind, key)


def note_asked(station: Station, wanted: PeopleFilter) -> None:
    """Note that a list was narrowed by sensitive fields that are masked from this user: it says who has them."""
    sight = station.vault.sight
    if sight.is_open or station.vault.is_read_only:
        return
    asked = sorted({
        f"{kind}.{key}" for kind, key in asked_about(wanted)
        if key in KINDS[kind].by_key and KINDS[kind].by_key[key].privacy >= SENSITIVE
        and sight.of_field(kind, key) == MASKED
    })  # fmt: skip
    if asked and station.looks_anew(" ".join(asked), _AGAIN_AFTER_S):
        write_note(station, Note(ASKED, fields=asked, count=1))


def _hidden(kind: str, key: str) -> NotAllowedError:
    label = KINDS[kind].by_key[key].label if key else KINDS[kind].label
    group = group_of(kind, key) or label
    return NotAllowedError(f"您看不到“{label}”，不能修改", f"请由看得到的人来改，或请主管在“可见范围”里调整“{group}”")


def note_opened(station: Station, page: PersonPage) -> None:
    """Count that somebody's page was opened, and note it where sensitive fields were shown in full."""
    if station.vault.is_read_only or not station.looks_anew(page.id, _AGAIN_AFTER_S):
        return
    station.count("open")
    shown = sensitive_of(station.vault.sight, page)
    if shown:
        write_note(station, Note(SEEN, page.id, fields=shown, count=1))


def sensitive_of(sight: Sight, page: PersonPage) -> list[str]:
    """Return the sensitive fields and kinds a page shows in full and that hold something."""
    found = [key for key in _sensitive_shown(sight, PERSON.key) if page.values.get(key) not in (None, "")]
    for kind, rows in page.children.items():
        keys = _sensitive_shown(sight, kind) if rows else []
        if any(row.values.get(key) for row in rows for key in keys):
            found.append(kind)
    return found


def _sensitive_shown(sight: Sight, kind: str) -> list[str]:
    fields = KINDS[kind].fields
    return [one.key for one in fields if one.privacy >= SENSITIVE and sight.of_field(kind, one.key) == FULL]


def allow_print(station: Station, people: int) -> None:
    """Raise NotAllowedError unless this user may print papers of so many people; count and note it.

    Papers show what is masked on screen, as one shown after the other would be: it is noted how many people's.
    What is hidden is not on paper either.
    """
    station.allow_print(people)
    station.count("print", people)
    if people and MASKED in station.vault.sight.levels.values() and not station.vault.is_read_only:
        write_note(station, Note(PRINTED, count=people))
