"""Two columns named alike with nothing to tell them apart: one question a file, which holds no row back (case 38).

Such numbers go in as the person's own, so that they are found at once; the question keeps which records came from the
second column. Whatever is answered is remembered under the fingerprint of the headers, and not asked again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from desktop.domain.ids import new_id
from desktop.domain.phones import read_phones
from desktop.roster import mapping as mappings
from desktop.roster.grid import plain
from desktop.roster.mapping import ColumnMapping
from desktop.roster.rowread import ASK
from desktop.services.roster_plan import RosterSource
from desktop.services.roster_sources import enterprise_of, keep_mapping
from desktop.services.station import Station
from desktop.store import rosters
from desktop.store.records import load_records
from desktop.store.unit_of_work import UnitOfWork

KIND = "columns"
OWN, OTHERS, NOBODYS = "本人的另一个电话", "家庭联系人的电话", "不导入这一列"
CHOICES = (OWN, OTHERS, NOBODYS)
_TARGETS = {OWN: mappings.PHONE_TARGET, OTHERS: "contact.phone", NOBODYS: mappings.IGNORED}
_UNNAMED = "（未写姓名）"


def topic_of(payload: Mapping[str, Any]) -> str:
    """Return what is the same for the questions of files with the same headers."""
    return f"{KIND}|{payload['fingerprint']}"


class ColumnQuestions:
    """Collects during an import what came from columns that cannot be told apart, and asks once a table."""

    def __init__(self, source: RosterSource) -> None:
        self._source = source
        self._places = mappings.alike_columns(source.mapping[: source.width])
        self._found: dict[int, list[str]] = {place: [] for place in self._places}

    def note(self, cells: Sequence[str], made: Mapping[str, str]) -> None:
        """Note the phone records (number → id) that a row made, by the column they came from."""
        if not self._places or not made:
            return
        targets = self._source.targets
        for place in self._places:
            before = {
                number
                for column in range(place)
                if targets[column] == mappings.PHONE_TARGET
                for number in _numbers(cells, column)
            }
            self._found[place] += [made[one] for one in _numbers(cells, place) if one in made and one not in before]

    def ask(self, station: Station, unit: UnitOfWork, waiting: set[str]) -> None:
        """Put the question on the list, if any row had something in such a column and it does not wait already."""
        found = {place: ids for place, ids in self._found.items() if ids}
        if not found:
            return
        payload = self._payload(found)
        key = rosters.source_key(payload["cells"])
        if key not in waiting:
            waiting.add(key)
            rosters.keep_review(unit, record=new_id(station.ids), payload=payload)

    def _payload(self, found: Mapping[int, list[str]]) -> dict[str, Any]:
        source = self._source
        headers, table = list(source.table.headers[: source.width]), source.table
        keys = mappings.keys_of(headers)
        problems = [
            [
                "phone",
                f"第 {place + 1} 列和前面一列都叫“{headers[place]}”，分不清是谁的，先按本人电话收下了",
                OWN,
                place,
                ASK,
            ]
            for place in found
        ]
        return {
            "kind": KIND, "file": source.file, "sha256": source.sha256, "sheet": table.sheet, "row": table.header_row,
            "headers": headers, "cells": [*headers, source.sha256], "values": {}, "phones": [], "contact": {},
            "tags": [], "proposal": "", "person": "", "named": {"name": "（整列）"}, "decided": {},
            "problems": problems,
            "fingerprint": mappings.fingerprint(table.headers), "enterprise": enterprise_of(table, source.mapping),
            "mapping": {key: one.target for key, one in zip(keys, source.mapping, strict=False)},
            "made": {str(place): ids for place, ids in found.items()},
        }  # fmt: skip


def _numbers(cells: Sequence[str], column: int) -> list[str]:
    text = plain(cells[column]).strip() if column < len(cells) else ""
    return [one.number for one in read_phones(text) if not one.problem] if text else []


def settle_columns(station: Station, unit: UnitOfWork, payload: Mapping[str, Any]) -> str:
    """Do what was answered about a file's columns: move or take away what came from them, and remember it."""
    goes = dict(payload["mapping"])
    keys = mappings.keys_of(payload["headers"])
    for number, (verdict, value) in payload["decided"].items():
        place = int(payload["problems"][int(number)][3])
        answer = NOBODYS if verdict == "leave" else value if value in CHOICES else OWN
        goes[keys[place]] = _TARGETS[answer]
        if answer != OWN:
            _take_away(station, unit, payload["made"].get(str(place), ()), to_contacts=answer == OTHERS)
    keep_mapping(station, unit, mark=payload["fingerprint"], name=payload["enterprise"], goes=goes)
    return rosters.ACCEPTED


def _take_away(station: Station, unit: UnitOfWork, ids: Sequence[str], *, to_contacts: bool) -> None:
    """Take phone records off their people, or make them phones of a relative."""
    unit.flush()
    for record, stored in load_records(unit.connection, "phone", list(ids)).items():
        values = stored.values
        if not unit.delete("phone", record) or not to_contacts:
            continue
        contact = {"person": values.get("person"), "name": _UNNAMED, "phone": values.get("number")}
        more = {key: values[key] for key in ("source", "noted_on") if values.get(key)}
        unit.add("contact", new_id(station.ids), {**contact, **more})


def said_of_columns(columns: Sequence[ColumnMapping]) -> list[str]:
    """Return for the preview which columns cannot be told apart."""
    return [
        f"有两列都叫“{columns[place].header}”，分不清是谁的：先按本人电话导入，导入后在“待核实”里问一次；"
        "也可以现在在“对应的列”里改"
        for place in mappings.alike_columns(columns)
    ]
