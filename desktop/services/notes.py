"""Notes of use: who looked, what was given away, who consented; ids and counts, never values."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.clock import stamp
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.services.station import Station
from desktop.store.unit_of_work import UnitOfWork

_MOST_DETAIL = 200
_MOST_FIELDS = 400


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to remember: the action, the record it was about, which fields, how many, who else consented."""

    action: str
    about: str = ""
    fields: Sequence[str] = ()
    count: int = 0
    second: str = ""
    detail: str = ""


def put_note(station: Station, unit: UnitOfWork, note: Note) -> None:
    """Write a note inside an open unit, so that it is there if and only if the deed is."""
    values: dict[str, Value] = {
        "at": stamp(station.clock), "user": station.user, "role": station.role, "action": note.action,
        "about": note.about, "fields": " ".join(note.fields)[:_MOST_FIELDS], "count": note.count,
        "second": note.second, "detail": note.detail[:_MOST_DETAIL],
    }  # fmt: skip
    unit.add("access_note", new_id(station.ids), {key: value for key, value in values.items() if value != ""})


def write_note(station: Station, note: Note) -> None:
    """Write a note in a unit of its own."""
    with station.vault.unit("access.note") as unit:
        put_note(station, unit, note)
        unit.commit()
