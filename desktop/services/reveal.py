"""Showing what is masked: one person at a time, with a note of who looked at what, without the values."""

from collections.abc import Mapping, Sequence

from desktop.domain.dictionary import KINDS, PERSON
from desktop.domain.errors import NotAllowedError
from desktop.domain.fields import Value
from desktop.domain.permissions import READ_REVEALED
from desktop.domain.sight import FULL, HIDDEN
from desktop.services.notes import Note, write_note
from desktop.services.register import page_of
from desktop.services.station import Station
from desktop.store.people import ChildRow, PersonPage

MASKED = tuple(field.key for field in PERSON.fields if field.privacy >= 3)


def reveal_person(station: Station, *, person: str, fields: Sequence[str] = MASKED) -> Mapping[str, Value]:
    """Return masked fields of one person in full and note it; raises NotAllowedError, NotFoundError.

    A field that is hidden from the user is refused; among the usual ones it is left out.
    """
    station.allow("reveal")
    sight = station.vault.sight
    hidden = [key for key in fields if sight.of_field(PERSON.key, key) == HIDDEN]
    if hidden and fields is not MASKED:
        raise NotAllowedError(
            f"您看不到“{PERSON.by_key[hidden[0]].label}”", "确需查看，请由主管查看，或请主管调整“可见范围”"
        )
    page = page_of(station, person=person, what=READ_REVEALED)
    shown = {key: page.values[key] for key in fields if page.values.get(key) not in (None, "")}
    write_note(station, Note("reveal", person, fields=tuple(shown), count=1))
    return shown


def reveal_page(station: Station, *, person: str) -> PersonPage:
    """Return a person's page with all that is masked from this user, and note which fields and records those were.

    Raises NotAllowedError, NotFoundError.
    """
    station.allow("reveal")
    page = page_of(station, person=person, what=READ_REVEALED)
    sight = station.vault.sight
    shown = [kind for kind, rows in page.children.items() if rows and sight.veiled(kind)]
    shown += [key for key in page.values if sight.of_field(PERSON.key, key) != FULL or key in _VEILED_ON_SCREEN]
    write_note(station, Note("reveal", person, fields=tuple(shown), count=1))
    return page


def reveal_record(station: Station, *, person: str, record: str) -> ChildRow | None:
    """Return one record that hangs on a person in full (a phone, a contact), and note it; None if it is gone.

    Raises NotAllowedError, NotFoundError.
    """
    station.allow("reveal")
    page = page_of(station, person=person, what=READ_REVEALED)
    found = next((row for rows in page.children.values() for row in rows if row.id == record), None)
    if found is not None:
        fields = tuple(f"{found.kind}.{key}" for key in station.vault.sight.veiled(found.kind) if key in found.values)
        write_note(station, Note("reveal", person, fields=fields, count=1, detail=KINDS[found.kind].label))
    return found


_VEILED_ON_SCREEN = frozenset({"id_no"})  # from whoever looks over the shoulder, whatever the level
