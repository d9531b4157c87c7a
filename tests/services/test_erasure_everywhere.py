"""Erasure finds a person in every table there is: the rows are made from the schema, so that a new one cannot be forgotten."""

import json

from desktop.domain.dictionary import PERSON, PERSON_RECORDS
from desktop.domain.fields import Kind, RecordKind, Value
from desktop.domain.id_numbers import check_digit
from desktop.domain.ids import new_id
from desktop.services import drafts, erasure, register, unfinished_prints
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.engine import raw_connection
from desktop.store.places import DATABASE

MARK = "龘靐齉"
FRONT = "61010019410706005"
ID = FRONT + check_digit(FRONT)
_TEXT = (Kind.TEXT, Kind.NOTE)
# What says that somebody was erased, and on what ground: it stays, and holds nothing about him.
_STAYS = {"erasure"}


def marked(kind: RecordKind) -> dict[str, Value]:
    """Return a mark in every field of a kind that takes any text, numbers where it takes numbers."""
    values: dict[str, Value] = {one.key: f"{MARK}{one.key}" for one in kind.fields if one.kind in _TEXT}
    return values | {one.key: ID for one in kind.fields if one.kind is Kind.ID_NUMBER}


def everywhere(station: Station) -> str:
    """Put a marked person, and what hangs on one, into every kind of record and the tables beside them."""
    person = register.register_person(station, draft=PersonDraft({"name": MARK, "id_no": ID})).person
    with station.vault.unit("person.edit", why="试") as unit:
        unit.put(
            "person", person, {key: value for key, value in marked(PERSON).items() if key not in {"name", "id_no"}}
        )
        for kind in PERSON_RECORDS:
            if kind.key not in _STAYS:
                unit.add(kind.key, new_id(station.ids), {**marked(kind), "person": person})
        other = {"subject": person, "name": MARK, "summary": f"姓名：{MARK}"}
        unit.add("transfer", new_id(station.ids), {**other, "number": "x"})
        unit.commit()
    drafts.keep_draft(station, key=f"edit/{person}", title=MARK, payload={"name": MARK})
    drafts.keep_draft(station, key="new/1", title=MARK, payload={"name": MARK, "id_no": ID})
    drafts.keep_draft(station, key=unfinished_prints.KEY, title=MARK, payload={"ids": person, "names": MARK})
    with station.vault.unit("roster.import", why="试") as unit:
        run = unit.connection.exec_driver_sql
        for table, column, text in (
            ("review", "payload", json.dumps({"person": person, "name": MARK}, ensure_ascii=False)),
            ("review", "payload", json.dumps({"name": MARK, "id_no": ID}, ensure_ascii=False)),
            (
                "quarantine",
                "operation",
                json.dumps({"record": "x", "values": {"name": MARK, "id_no": ID}}, ensure_ascii=False),
            ),
        ):
            run(*_row(unit.connection, table, {column: text}))
        run("INSERT OR REPLACE INTO printed_book (key, body, at) VALUES ('k', ?, '')", (f'["{person}","{MARK}"]',))
        unit.add("saved_filter", new_id(station.ids), {"name": f"{MARK}的名单", "expression": f"证号={ID}"})
        unit.commit()
    return person


def _row(connection: object, table: str, given: dict[str, str]) -> tuple[str, tuple[object, ...]]:
    """Return the statement and values of a row of any table, with something in every column that needs it."""
    columns = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()  # type: ignore[attr-defined]
    values: dict[str, object] = {}
    for _, name, kind, is_needed, default, place in columns:
        if name in given:
            values[name] = given[name]
        elif (is_needed and default is None) or (place and "INT" not in kind):
            values[name] = 0 if "INT" in kind else b"" if kind == "BLOB" else f"{table}{hash(given.get('payload', ''))}"
    marks = ",".join("?" * len(values))
    return f"INSERT INTO {table} ({','.join(values)}) VALUES ({marks})", tuple(values.values())


def tables_with(station: Station, *marks: str) -> set[str]:
    """Return the tables in which a mark stands, by the schema as it is."""
    connection = raw_connection(station.vault.folder / DATABASE, key=station.vault.slot_key())
    found = set()
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
        for row in connection.execute(f"SELECT * FROM {table}"):
            text = " ".join(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in row)
            found |= {table for mark in marks if mark in text}
    connection.close()
    return found


def test_no_table_remembers_who_was_erased(station: Station) -> None:
    person = everywhere(station)
    kinds = {kind.key for kind in PERSON_RECORDS if kind.key not in _STAYS and marked(kind)}
    before = tables_with(station, MARK, ID)
    wanted = {"person", "change", "draft", "review", "quarantine", "printed_book", "saved_filter", "transfer", *kinds}
    assert wanted <= before, wanted - before
    erasure.erase_person(station, person=person, why="本人书面请求")
    assert tables_with(station, MARK, ID) == set()
