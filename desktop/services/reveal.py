"""Showing what is masked: one person at a time, with a note of who looked at what, without the values."""

from collections.abc import Mapping, Sequence

from desktop.domain.dictionary import PERSON
from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.services.notes import Note, write_note
from desktop.services.station import Station
from desktop.store import people

MASKED = tuple(field.key for field in PERSON.fields if field.privacy >= 3)


def reveal_person(station: Station, *, person: str, fields: Sequence[str] = MASKED) -> Mapping[str, Value]:
    """Return masked fields of one person in full and note it; raises NotAllowedError, NotFoundError."""
    station.allow("reveal")
    with station.vault.reading() as connection:
        page = people.person_page(connection, person)
    if page is None:
        raise NotFoundError("没有找到这个人", "可能已被删除，请刷新列表")
    shown = {key: page.values[key] for key in fields if page.values.get(key) not in (None, "")}
    write_note(station, Note("reveal", person, fields=tuple(shown), count=1))
    return shown
