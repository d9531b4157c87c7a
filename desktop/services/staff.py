"""The community's own people: who they are and whose phone is printed on contact cards."""

from collections.abc import Mapping

from desktop.domain.changes import Changes
from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.domain.permissions import READ_HOUSE
from desktop.services.register import refuse_wrong
from desktop.services.station import Station
from desktop.store import people
from desktop.store.people import ChildRow


def own_staff(station: Station) -> list[ChildRow]:
    """Return this station's own staff, in the order they were entered."""
    with station.vault.reading(READ_HOUSE) as connection:
        return [one for one in people.records_of(connection, "staff") if one.values.get("org") == station.org]


def put_staff(station: Station, *, values: Mapping[str, Value], record: str = "") -> Changes:
    """Add or change a member of staff; raises InvalidValueError."""
    whole = {"org": station.org, **values}
    refuse_wrong("staff", whole, station)
    with station.vault.unit("staff.edit" if record else "staff.add", why="工作人员") as unit:
        if record:
            unit.put("staff", record, values)
        else:
            unit.add("staff", new_id(station.ids), {key: value for key, value in whole.items() if value is not None})
        return unit.commit()


def remove_staff(station: Station, *, record: str) -> Changes:
    """Take a member of staff off the list; raises NotFoundError."""
    with station.vault.unit("staff.remove", why="工作人员") as unit:
        if not unit.delete("staff", record):
            raise NotFoundError("没有找到这位工作人员", "请刷新后再看")
        return unit.commit()
