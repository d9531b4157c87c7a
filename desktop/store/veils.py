"""What a role may not see never leaves the vault: tables as that role's reads see them (`domain/sight.py`).

A read of people goes through a connection on which every table that holds veiled values is covered by a
temporary view of the same name: masked fields come out masked, hidden ones empty, hidden records not at
all, and the change log, conflicts and proposals likewise. So no query can forget. What must be compared
whole (whom a filter means, by what somebody is found) names the table behind: `main.person`; those places
ask `refuse_hidden` first. What the program does for itself reads with READ_WHOLE and shows nobody.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from desktop.domain.dictionary import KINDS, PERSON, PERSON_RECORDS
from desktop.domain.errors import NotAllowedError
from desktop.domain.fields import Value
from desktop.domain.sight import FULL, HIDDEN, OPEN, Sight, group_of, mask
from desktop.store.change_log import SET_ASIDE
from desktop.store.engine import engine_over, raw_connection
from desktop.store.scopes import narrow_whole, narrowed_views

_OPTION = "yince_sight"
_MOST_ENGINES = 4
_BASE = ("row", "id")
_SYNC = ("vector", "dots", "deleted")
# Tables beside the records that hold values of them, each with how its columns are veiled.
_BESIDE = {
    "change": "SELECT n, batch, kind, record, person, action, writer, counter, base, "
    "yince_veil_fields(kind, fields) AS fields, author, source, hash FROM main.change{where}",
    "conflict": "SELECT rowid AS rowid, id, kind, record, person, field, yince_veil_one(kind, field, base) AS base, "
    "yince_veil_one(kind, field, ours) AS ours, ours_dot, yince_veil_one(kind, field, theirs) AS theirs, theirs_dot, "
    "state, yince_veil_one(kind, field, decision) AS decision, opened_at, opened_by, closed_at "
    "FROM main.conflict{where}",
    "quarantine": "SELECT rowid AS rowid, id, package, yince_veil_operation(operation) AS operation, reason, at "
    "FROM main.quarantine",
    "draft": "SELECT key, title, yince_veil_draft(key, payload) AS payload, at FROM main.draft",
}
# Fields of records that hold values of other records, as JSON or one by one.
_WITHIN = {
    ("proposal", "base"): "yince_veil_fields(about_kind, base)",
    ("proposal", "proposed"): "yince_veil_fields(about_kind, proposed)",
    ("transfer", "summary"): "yince_veil_lines(summary)",
    ("verify_item", "given"): "yince_veil_item(field, given)",
    ("verify_item", "answer"): "yince_veil_item(field, answer)",
}


class VeiledEngine:
    """The engines of reads under a sight: as it is, and with what was revealed; made when first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engines: dict[tuple[tuple[tuple[str, str], ...], frozenset[str]], Engine] = {}

    def engine_for(self, sight: Sight, *, key: bytearray, scope: frozenset[str] = frozenset()) -> Engine:
        """Return the engine whose connections see what `sight` allows, of the people of `scope` if there is one."""
        name = (tuple(sorted(sight.levels.items())), scope)
        if name not in self._engines:
            if len(self._engines) >= _MOST_ENGINES:
                self.dispose()
            made = engine_over(lambda: _veiled(raw_connection(self._path, key=bytes(key)), sight, scope))
            if scope:
                narrow_whole(made, scope)
            self._engines[name] = made
        return self._engines[name]

    def dispose(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines = {}


def with_sight(connection: Connection, sight: Sight) -> Connection:
    """Note on a connection what it sees, for those who compare whole values."""
    return connection.execution_options(**{_OPTION: sight})


def sight_on(connection: Connection) -> Sight:
    """Return what a connection sees; everything if nothing was noted."""
    found = connection.get_execution_options().get(_OPTION, OPEN)
    return found if isinstance(found, Sight) else OPEN


def refuse_hidden(connection: Connection, fields: Iterable[tuple[str, str]]) -> None:
    """Raise NotAllowedError for the first (kind, field) this connection's user may not see at all."""
    sight = sight_on(connection)
    if sight.is_open:
        return
    for kind, key in fields:
        if sight.of_kind(kind) == HIDDEN or (key in KINDS[kind].by_key and sight.of_field(kind, key) == HIDDEN):
            label = KINDS[kind].by_key[key].label if key in KINDS[kind].by_key else KINDS[kind].label
            raise NotAllowedError(
                f"您看不到“{label}”，不能用它筛选、排序或查找",
                f"确需使用，请主管在“可见范围”里调整“{group_of(kind, key) or label}”",
            )


def hides(connection: Connection, kind: str, key: str = "") -> bool:
    """Return True if this connection's user may not see a kind of record, or a field, at all."""
    sight = sight_on(connection)
    return sight.of_kind(kind) == HIDDEN or (bool(key) and sight.of_field(kind, key) == HIDDEN)


def _veiled(connection: Any, sight: Sight, scope: frozenset[str]) -> Any:
    """Cover the tables of a driver connection by views that show what `sight` and `scope` allow."""
    for name, count, function in _functions(sight):
        connection.create_function(name, count, function, deterministic=True)
    cursor = connection.cursor()
    views = {} if sight.is_open else dict(views_of(sight))
    for name, select in narrowed_views(cursor, views, scope) if scope else views.items():
        cursor.execute(f"CREATE TEMP VIEW {name} AS {select}")
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()
    return connection


def views_of(sight: Sight) -> Iterator[tuple[str, str]]:
    """Yield the name and the SELECT of every view under a sight."""
    for kind in (PERSON.key, *(one.key for one in PERSON_RECORDS), "proposal", "transfer"):
        veiled = sight.veiled(kind)
        if sight.of_kind(kind) == HIDDEN:
            yield kind, f"SELECT * FROM main.{kind} WHERE 0"  # noqa: S608 - our names
        elif veiled or any(name == kind for name, _ in _WITHIN):
            yield kind, _record_view(kind, veiled)
    hidden = [one.key for one in PERSON_RECORDS if sight.of_kind(one.key) == HIDDEN]
    where = f" WHERE kind NOT IN ({', '.join(repr(key) for key in hidden)})" if hidden else ""
    for name, select in _BESIDE.items():
        yield name, select.format(where=where)


def _record_view(kind: str, veiled: dict[str, str]) -> str:
    columns = [*_BASE]
    for key in KINDS[kind].keys:
        within = _WITHIN.get((kind, key))
        if within is not None:
            columns.append(f"{within} AS {key}")
        elif veiled.get(key) == HIDDEN:
            columns.append(f"NULL AS {key}")
        else:
            columns.append(f"yince_veil('{kind}', '{key}', {key}) AS {key}" if key in veiled else key)
    extra = ["sort_name"] if kind == PERSON.key else []
    return f"SELECT {', '.join([*columns, *extra, *_SYNC])} FROM main.{kind}"  # noqa: S608 - our names


def _functions(sight: Sight) -> list[tuple[str, int, Any]]:
    def fields(kind: str, text: str | None) -> str | None:
        return _fields(sight, kind, text)

    def one(kind: str, key: str, text: str | None) -> str | None:
        return text if text is None or sight.of_field(kind, key) == FULL else _one(sight, kind, key, text)

    def item(key: str | None, text: Value) -> Value:
        kind, field = _item(str(key or ""))
        return sight.veil(kind, field, text)

    def lines(text: str | None) -> str | None:
        return None if text is None else "\n".join(_lines(sight, text))

    def operation(text: str) -> str:
        raw = json.loads(text)
        raw["fields"] = json.loads(_fields(sight, raw["kind"], json.dumps(raw["fields"])) or "{}")
        return json.dumps({**raw, "more": {}}, ensure_ascii=False)

    def draft(key: str, text: str) -> str:
        # What is half typed goes back to who typed it, but for what he could not have seen to type.
        kind, typed = _kind_of_draft(key), json.loads(text)
        kept = {name: value for name, value in typed.items() if sight.of_field(kind, name) != HIDDEN}
        return json.dumps(kept, ensure_ascii=False)

    known = {
        (kind.key, key): (level, kind.by_key[key])
        for kind in KINDS.values()
        for key, level in sight.veiled(kind.key).items()
    }

    def veil(kind: str, key: str, value: Value) -> Value:
        level, field = known[kind, key]
        return None if value is None or level == HIDDEN else mask(field, value)

    return [
        ("yince_veil", 3, veil), ("yince_veil_fields", 2, fields), ("yince_veil_one", 3, one),
        ("yince_veil_item", 2, item), ("yince_veil_lines", 1, lines), ("yince_veil_operation", 1, operation),
        ("yince_veil_draft", 2, draft),
    ]  # fmt: skip


def _fields(sight: Sight, kind: str, text: str | None) -> str | None:
    """Return logged fields (`{key: [old, new]}`, `{~key: value}`, or `{key: value}`) as they may be seen."""
    if not text or kind not in KINDS:
        return text
    if sight.of_kind(kind) == HIDDEN:
        return "{}"
    veiled = sight.veiled(kind)
    found = json.loads(text)
    if kind not in {"verify_item", "proposal", "transfer"} and veiled.keys().isdisjoint(
        key.removeprefix(SET_ASIDE) for key in found
    ):
        return text
    shown = {}
    for key, value in found.items():
        plain = key.removeprefix(SET_ASIDE)
        if veiled.get(plain) == HIDDEN or (kind, plain) in _WITHIN:
            continue
        parts = value if isinstance(value, list) else [value]
        parts = [sight.veil(kind, plain, part) for part in parts]
        shown[key] = parts if isinstance(value, list) else parts[0]
    return json.dumps(shown, ensure_ascii=False)


def _one(sight: Sight, kind: str, key: str, text: str) -> str | None:
    """Return one value that is written as JSON as it may be seen."""
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    return json.dumps(sight.veil(kind, key, value if isinstance(value, str | int) else str(value)), ensure_ascii=False)


def _lines(sight: Sight, text: str) -> Iterator[str]:
    """Yield the lines `label：value` that tell of a person on the way, and the line that counts what hangs on them."""
    for line in text.split("\n"):
        label, colon, value = line.partition("：")
        known = _LABELS.get(label)
        if known is None:
            if not colon:  # how many visits and contacts
                yield line
            continue
        kind, key = known
        shown = sight.veil(kind, key, value)
        if shown is not None:
            yield f"{label}：{shown}"


# How fields are called on a transfer (`services/transfers.py`).
_LABELS = {
    "姓名": ("person", "name"), "性别": ("person", "sex"), "出生日期": ("person", "birth_id"),
    "公民身份号码": ("person", "id_no"), "原企业": ("person", "ent_name"), "退休时间": ("person", "retire_date"),
    "现住址": ("person", "live_addr"), "管理状态": ("person", "manage_state"), "电话": ("phone", "number"),
}  # fmt: skip


def _item(key: str) -> tuple[str, str]:
    """Return the kind and field an item of a verification is about."""
    if key in PERSON.by_key:
        return PERSON.key, key
    kind, _, field = key.partition(".")
    if kind in KINDS:
        return kind, field or {"phone": "number", "contact": "name", "tag": "code"}.get(kind, "")
    return PERSON.key, key


def _kind_of_draft(key: str) -> str:
    """Return the kind of record a draft is of: `edit/ID`, `new/AT`, `visit/ID`, `child/ID/KIND/ID`."""
    form, _, rest = key.partition("/")
    if form == "child":
        return next((part for part in rest.split("/") if part in KINDS), PERSON.key)
    return form if form in KINDS else PERSON.key
