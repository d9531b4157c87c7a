"""Visits: recorded on a person, listed for all (`domain.md` F31, F32)."""

from collections.abc import Mapping

from desktop.domain.changes import Changes
from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.domain.permissions import READ_WHOLE
from desktop.services.looking import refuse_hidden_kind, writable
from desktop.services.register import refuse_wrong, whole_person
from desktop.services.station import Station
from desktop.store import visits
from desktop.store.records import load_records
from desktop.store.visits import VisitFilter, VisitLine


def record_visit(station: Station, *, person: str, values: Mapping[str, Value]) -> Changes:
    """Record a visit to a person; raises NotFoundError, InvalidValueError."""
    whole_person(station, person=person)
    refuse_hidden_kind(station, "visit")
    refuse_wrong("visit", {**values, "person": person}, station)
    with station.vault.unit("visit.add") as unit:
        unit.add("visit", new_id(station.ids), {**values, "person": person})
        return unit.commit()


def amend_visit(station: Station, *, visit: str, values: Mapping[str, Value], why: str = "") -> Changes:
    """Correct a visit; the old values stay in the history. Raises NotFoundError, InvalidValueError."""
    refuse_hidden_kind(station, "visit")
    with station.vault.reading(READ_WHOLE) as connection:
        person = visits.owner_of_visit(connection, visit)
        stored = load_records(connection, "visit", [visit]).get(visit)
    if person is None or stored is None:
        raise NotFoundError("没有找到这次走访", "可能已被删除，请刷新")
    values = writable(station, "visit", values, stored.values)
    refuse_wrong("visit", {**values, "person": person}, station, only=values)
    with station.vault.unit("visit.edit", why=why) as unit:
        unit.put("visit", visit, values)
        return unit.commit()


def visits_listed(station: Station, *, wanted: VisitFilter, limit: int = 2000) -> list[VisitLine]:
    """Return visits with their people, newest first (planned ones: soonest first)."""
    with station.vault.reading() as connection:
        return visits.visits_matching(connection, wanted, limit=limit)


def visitors_last_used(station: Station) -> str:
    """Return the visitors of the newest visit recorded here, '' if there is none."""
    with station.vault.reading() as connection:
        return visits.visitors_last_used(connection)
