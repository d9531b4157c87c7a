"""Long lists of people: the order as row numbers, the people themselves a window at a time."""

from array import array
from collections.abc import Sequence

from sqlalchemy import Connection

from desktop.domain.dictionary import PERSON
from desktop.store.people import PeopleFilter, PersonRow, conditions_of, order_of
from desktop.store.records import chunks


def rows_in_order(
    connection: Connection, wanted: PeopleFilter, *, sort: str = "name", descending: bool = False, limit: int = -1
) -> "array[int]":
    """Return the row numbers of the people that pass a filter, in order: eight bytes a person."""
    where, bound = conditions_of(connection, wanted)
    order = order_of(connection, wanted, sort, descending)
    sql = f"SELECT row FROM main.person WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608
    return array("q", (row[0] for row in connection.exec_driver_sql(sql, (*bound, limit))))


def ids_at(connection: Connection, keys: Sequence[int]) -> list[str]:
    """Return the ids of row numbers in their order; those that are gone are left out."""
    ids: dict[int, str] = {}
    for part in chunks([str(key) for key in keys]):
        sql = f"SELECT row, id FROM person WHERE deleted=0 AND row IN ({','.join(part)})"  # noqa: S608 - numbers
        ids.update({row[0]: row[1] for row in connection.exec_driver_sql(sql)})
    return [ids[key] for key in keys if key in ids]


def people_at(connection: Connection, keys: Sequence[int], *, fields: Sequence[str]) -> list[PersonRow]:
    """Return the people of row numbers in their order, with these fields only; those who are gone are left out.

    A person has over a hundred columns and a long history of dots: what a window does not show is not read.
    """
    columns = [PERSON.field(key).key for key in dict.fromkeys(fields)]
    found: dict[int, PersonRow] = {}
    for part in chunks([str(key) for key in keys]):
        sql = f"SELECT {', '.join(['row', 'id', *columns])} FROM person WHERE deleted=0 AND row IN ({','.join(part)})"  # noqa: S608
        for row in connection.exec_driver_sql(sql):
            values = {key: value for key, value in zip(columns, row[2:], strict=True) if value is not None}
            found[row[0]] = PersonRow(row[1], values)
    return [found[key] for key in keys if key in found]
