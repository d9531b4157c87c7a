"""The list of people as a window shows it: how many there are, the first of them, and any others when scrolled to."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.services.looking import note_asked
from desktop.services.station import Station
from desktop.store import listing, people
from desktop.store.people import PeopleFilter, PersonRow

WINDOW = 100  # people read at once

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list shows: whom, and in which order."""

    wanted: PeopleFilter
    sort: str = "name"
    descending: bool = False
    fields: tuple[str, ...] = ("name",)  # what is read of each person


@dataclass(frozen=True, slots=True)
class OpenedList:
    """How many people are listed, and the first window of them.

    `order` has everybody's row number if finding them took a walk through all anyway, else None:
    then `order_of` is asked once somebody scrolls on.
    """

    total: int
    first: tuple[PersonRow, ...]
    order: "array[int] | None" = None


def open_list(station: Station, *, query: ListQuery, stop: Stop | None = None) -> OpenedList:
    """Return the beginning of a list; raises Cancelled once `stop` says it is not wanted any more."""
    note_asked(station, query.wanted)
    with station.vault.reading(stop=stop) as connection:
        if people.is_everyone(query.wanted) and query.sort == "name":
            keys = listing.rows_in_order(connection, query.wanted, descending=query.descending, limit=WINDOW)
            total = people.count_matching(connection, query.wanted) if len(keys) == WINDOW else len(keys)
            first = tuple(listing.people_at(connection, keys, fields=query.fields))
            return OpenedList(total, first, keys if total == len(keys) else None)
        keys = listing.rows_in_order(connection, query.wanted, sort=query.sort, descending=query.descending)
        first = tuple(listing.people_at(connection, keys[:WINDOW], fields=query.fields))
        return OpenedList(len(keys), first, keys)


def order_of(station: Station, *, query: ListQuery, stop: Stop | None = None) -> "array[int]":
    """Return the row numbers of everybody on a list, in order; raises Cancelled."""
    with station.vault.reading(stop=stop) as connection:
        return listing.rows_in_order(connection, query.wanted, sort=query.sort, descending=query.descending)


def window_of(station: Station, *, keys: Sequence[int], fields: Sequence[str]) -> list[PersonRow]:
    """Return these fields of the people of row numbers, in their order; people removed since are left out."""
    with station.vault.reading() as connection:
        return listing.people_at(connection, keys, fields=fields)


def ids_of(station: Station, *, keys: Sequence[int]) -> list[str]:
    """Return the ids of the people of row numbers, in their order; people removed since are left out."""
    with station.vault.reading() as connection:
        return listing.ids_at(connection, keys)
