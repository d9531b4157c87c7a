"""Lists of people one click away: the six category rosters, the special groups, and those a clerk saved."""

import json
from dataclasses import dataclass
from functools import cache

from desktop.domain.changes import Changes
from desktop.domain.errors import InvalidValueError, NotAllowedError, NotFoundError
from desktop.domain.ids import new_id
from desktop.domain.permissions import READ_HOUSE, READ_PEOPLE
from desktop.domain.resources import resource_path
from desktop.services.filters import parse_filter
from desktop.services.register import people_count, refuse_wrong
from desktop.services.station import Station
from desktop.store import people

SAVED = "常用名单"


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list by its name: its rule is the expression that finds its people; `record` is set for a saved one."""

    group: str
    name: str
    expression: str
    record: str = ""


@cache
def shipped_lists() -> tuple[NamedList, ...]:
    """Return the rosters and groups that come with the program: data in `resources/lists/`."""
    raw = json.loads(resource_path("lists", "special.json").read_text(encoding="utf-8"))
    return tuple(NamedList(one["group"], one["name"], one["expression"]) for one in raw["lists"])


def named_lists(station: Station) -> list[NamedList]:
    """Return every list there is, shipped ones first, saved ones in the order they were saved."""
    with station.vault.reading(READ_HOUSE) as connection:
        rows = people.records_of(connection, "saved_filter")
    saved = [NamedList(SAVED, str(row.values["name"]), str(row.values["expression"]), row.id) for row in rows]
    return [*shipped_lists(), *saved]


def save_list(station: Station, *, name: str, expression: str) -> Changes:
    """Save a filter under a name; raises InvalidValueError for a name taken or a filter that cannot be read."""
    title = name.strip()
    if any(one.name == title for one in named_lists(station)):
        raise InvalidValueError("name", f"已经有一份叫“{title}”的名单", "请换一个名称")
    if not expression.strip():
        raise InvalidValueError("expression", "现在没有筛选条件，列出的是全部人员", "请先筛选再保存")
    parse_filter(expression, station=station)
    values = {"name": title, "expression": expression}
    refuse_wrong("saved_filter", values, station)
    with station.vault.unit("list.save", why=f"保存名单“{title}”") as unit:
        unit.add("saved_filter", new_id(station.ids), dict(values))
        return unit.commit()


def drop_list(station: Station, *, record: str) -> Changes:
    """Take a saved list off; raises NotFoundError."""
    with station.vault.unit("list.drop", why="删除常用名单") as unit:
        if not unit.delete("saved_filter", record):
            raise NotFoundError("没有找到这份名单", "请刷新后再看")
        return unit.commit()


def counted_lists(station: Station) -> list[tuple[NamedList, int]]:
    """Return every list with how many people are on it now; those that ask for what the user may not see are left out.

    Raises NotAllowedError for who may not see people at all.
    """
    station.allow(READ_PEOPLE)
    found = []
    for one in named_lists(station):
        try:
            found.append((one, people_count(station, wanted=parse_filter(one.expression, station=station))))
        except NotAllowedError:
            continue
    return found


def list_named(station: Station, *, name: str) -> NamedList:
    """Return the list of a name; raises NotFoundError."""
    for one in named_lists(station):
        if one.name == name.strip():
            return one
    raise NotFoundError(f"没有叫“{name}”的名单", "不写名称可列出全部名单")
