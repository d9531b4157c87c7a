"""Communities a clerk is limited to (录入员只管几个社区): kept in the store, and laid over every read.

A read of somebody limited sees tables of the same names that hold only the people of their communities: views
in the temporary schema, which come before the store's own tables, so no query has to know and none can forget.
What such a person writes is looked at in `unit_of_work`. The log itself (`change`) is not laid over: who reads
it by person asks for the person first.
"""

import json
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from desktop.store.unit_of_work import UnitOfWork

_KEY = "scopes"
_LOG = "change"
Owned = tuple[str, str]  # a table, and its column that names the person


def scopes_of(connection: Connection) -> dict[str, frozenset[str]]:
    """Return the codes of the communities each limited user sees, by name."""
    found = connection.exec_driver_sql("SELECT value FROM meta WHERE key=?", (_KEY,)).scalar()
    kept = json.loads(str(found)) if found else {}
    return {str(user): frozenset(str(org) for org in orgs) for user, orgs in kept.items()}


def keep_scopes(unit: UnitOfWork, scopes: Mapping[str, Iterable[str]]) -> None:
    """Note inside `unit` who is limited to what; users without communities are not limited."""
    kept = {user: sorted(orgs) for user, orgs in sorted(scopes.items()) if orgs}
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?,?)", (_KEY, json.dumps(kept, ensure_ascii=False))
    )


def tables_of_people(connection: Connection) -> tuple[Owned, ...]:
    """Return the tables whose rows belong to a person, with the column that says whose, that of people left out."""
    rows = connection.exec_driver_sql(
        "SELECT m.name, min(c.name) FROM main.sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type='table' AND c.name IN ('person', 'subject') AND m.name <> ? "
        "AND m.sql NOT LIKE '%WITHOUT ROWID%' GROUP BY m.name ORDER BY m.name",
        (_LOG,),
    )
    return tuple((str(table), str(column)) for table, column in rows)


def is_narrowed(connection: Connection) -> bool:
    """Return True if this read sees the people of some communities only."""
    return connection.exec_driver_sql("SELECT 1 FROM temp.sqlite_master WHERE name='find_row'").first() is not None


def narrow(connection: Connection, orgs: Iterable[str], *, tables: Iterable[Owned]) -> None:
    """Let the rest of this read see only the people of some communities, and what belongs to them."""
    codes = ",".join(f"'{code}'" for code in sorted(orgs) if code.isalnum())
    mine = f"home_org IN ({codes})"
    connection.exec_driver_sql(
        f"CREATE TEMP VIEW person AS SELECT rowid AS rowid, * FROM main.person WHERE {mine}"  # noqa: S608 - codes only
    )
    connection.exec_driver_sql(  # what the search index keeps of each person
        "CREATE TEMP VIEW find_row AS SELECT * FROM main.find_row "  # noqa: S608 - codes only
        f'WHERE row IN (SELECT "row" FROM main.person WHERE {mine})'
    )
    for table, column in tables:
        connection.exec_driver_sql(
            f'CREATE TEMP VIEW "{table}" AS SELECT rowid AS rowid, * FROM main."{table}" '  # noqa: S608 - our names
            f"WHERE {column} IS NULL OR {column} IN (SELECT id FROM main.person WHERE {mine})"
        )
