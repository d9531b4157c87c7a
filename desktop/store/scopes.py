"""Communities a clerk is limited to (录入员只管几个社区): kept in the store, and laid over every read (decision 0087).

A read of somebody limited sees tables of the same names that hold only the people of their communities: views in
the temporary schema, which come before the store's own tables, so no query has to know and none can forget. Queries
that compare whole values name the table behind (`main.person`, see `store/veils.py`): on these connections that name
stands for the same people. What such a person writes is looked at in `unit_of_work`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, event

from desktop.store.unit_of_work import UnitOfWork

_KEY = "scopes"
_LOG = "change"  # queries name its index; who reads it by person asks for the person first
_OWNERS = ("person", "subject")
# People, but for those places that must know of everybody which records stand for themselves (`people.STANDING`).
_WHOLE = re.compile(r"\bmain\.person\b(?! +(?:AS )?[a-z]\b)")


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


def is_narrowed(connection: Connection) -> bool:
    """Return True if this read sees the people of some communities only."""
    return connection.exec_driver_sql("SELECT 1 FROM temp.sqlite_master WHERE name='find_row'").first() is not None


def narrowed_views(cursor: Any, views: Mapping[str, str], scope: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the name and SELECT of every view for a limited user; `views` are those there would be without a limit."""
    mine = _mine(scope)
    visible = f"SELECT id FROM main.person WHERE {mine}"  # noqa: S608 - codes only
    shown = views.get("person", "SELECT rowid AS rowid, * FROM main.person")
    yield "person", f"SELECT * FROM ({shown}) WHERE id IN ({visible})"  # noqa: S608 - our names
    yield "find_row", f'SELECT * FROM main.find_row WHERE row IN (SELECT "row" FROM main.person WHERE {mine})'  # noqa: S608
    owners = _owners(cursor)
    for name in sorted({*views, *owners} - {"person"}):
        shown = views.get(name, f'SELECT rowid AS rowid, * FROM main."{name}"')  # noqa: S608 - our names
        owner = owners.get(name)
        if owner is None:
            yield name, shown
        else:
            yield name, f"SELECT * FROM ({shown}) WHERE {owner} IS NULL OR {owner} IN ({visible})"  # noqa: S608


def _owners(cursor: Any) -> dict[str, str]:
    """Return the tables whose rows belong to a person, each with the column that says whose."""
    rows = cursor.execute(
        "SELECT m.name, min(c.name) FROM main.sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type='table' "
        "AND c.name IN (?,?) AND m.name <> ? AND m.sql NOT LIKE '%WITHOUT ROWID%' GROUP BY m.name",
        (*_OWNERS, _LOG),
    ).fetchall()
    return {str(table): str(column) for table, column in rows}


def _mine(scope: Iterable[str]) -> str:
    codes = ",".join(f"'{code}'" for code in sorted(scope) if code.isalnum())
    return f"home_org IN ({codes})"


def narrow_whole(engine: Engine, scope: frozenset[str]) -> None:
    """Let `main.person` mean the people of these communities in every statement of an engine."""
    people = f"(SELECT * FROM main.person WHERE {_mine(scope)}) AS person"  # noqa: S608 - codes only

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _narrow(
        _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        return _WHOLE.sub(people, statement), parameters
