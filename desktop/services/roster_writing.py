"""Writing planned rows of a roster inside one unit of work."""

from collections.abc import Mapping, Sequence
from typing import Any

from desktop.domain.dictionary import PERSON
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.roster import matching
from desktop.roster.matching import Planned
from desktop.services import register
from desktop.services.column_questions import ColumnQuestions
from desktop.services.roster_plan import Planner, RosterSource
from desktop.services.station import Station
from desktop.store import people, rosters
from desktop.store.roster_matches import contact_of
from desktop.store.unit_of_work import UnitOfWork

SOURCE = "名册"
_SETTLED = frozenset({matching.ADDED, matching.UPDATED, matching.UNCHANGED})


class RowWriter:
    """Writes what a row says of one person: the person, and what hangs on him."""

    def __init__(self, station: Station, unit: UnitOfWork) -> None:
        self._station = station
        self._unit = unit
        self._prefix = register.number_prefix(station)
        self._next = people.next_person_no(unit.connection, self._prefix)
        self._day = station.today().isoformat()
        self.phones: dict[str, str] = {}  # the phone records the last row made: number -> id

    def add(self, planned: Planned) -> str:
        """Make a new person and return his id."""
        values = register.complete_person(self._station, planned.changes)
        values.setdefault("person_no", f"{self._prefix}{self._next:05d}")
        self._next += 1
        former = register.take_former(values, source=SOURCE)
        person = new_id(self._station.ids)
        self._unit.add(PERSON.key, person, values)
        self._children(person, planned, former)
        return person

    def change(self, person: str, planned: Planned) -> None:
        """Change a person who is there."""
        changes = dict(planned.changes)
        former = register.take_former(changes, source=SOURCE)
        if changes:
            self._unit.put(PERSON.key, person, changes)
        self._children(person, planned, former)

    def _children(self, person: str, planned: Planned, former: Sequence[tuple[str, Mapping[str, Value]]]) -> None:
        for kind, one in former:
            self._unit.add(kind, new_id(self._station.ids), {**one, "person": person, "noted_on": self._day})
        self.phones = {}
        contacts = [planned.contact] if planned.contact and not self._changed_contact(person, planned) else []
        for kind, rows in (("phone", planned.phones), ("contact", contacts), ("tag", planned.tags)):
            for one in rows:
                values = {**one, "person": person, "noted_on": self._day, "source": SOURCE}
                record = new_id(self._station.ids)
                self._unit.add(kind, record, values)
                if kind == "phone":
                    self.phones[str(one["number"])] = record

    def _changed_contact(self, person: str, planned: Planned) -> bool:
        """Give a contact who is there the new phone; False if there is no contact of that name."""
        name = str(planned.contact["name"])
        if planned.outcome == matching.ADDED or planned.person is None or name not in planned.person.contacts:
            return False
        record = contact_of(self._unit.connection, person, name)
        if record is None:
            return False
        self._unit.put("contact", record, {"phone": planned.contact.get("phone"), "noted_on": self._day})
        return True


class Writer:
    """Writes planned rows, each with where it came from; what must be asked goes to the review list."""

    def __init__(self, station: Station, unit: UnitOfWork, planner: Planner) -> None:
        self._station = station
        self._unit = unit
        self._planner = planner
        self._rows = RowWriter(station, unit)
        self._waiting = rosters.waiting_sources(unit.connection)
        self._columns: ColumnQuestions | None = None

    def begin(self, source: RosterSource) -> None:
        """Note the file of the rows that follow, and the columns their fields come from."""
        self.end()
        self._columns = ColumnQuestions(source)
        rosters.note_file(self._unit, sha256=source.sha256, name=source.file)
        columns = {
            target: header
            for target, header in zip(source.targets[: source.width], source.table.headers, strict=False)
            if "." in target
        }
        rosters.note_columns(self._unit, file=source.file, sheet=source.table.sheet, columns=columns)

    def end(self) -> None:
        """Ask what remains to be asked about the table as a whole."""
        if self._columns is not None:
            self._columns.ask(self._station, self._unit, self._waiting)
        self._columns = None

    def write(self, source: RosterSource, planned: Planned, marker: tuple[str, int, str] | None) -> None:
        """Write one row: a new person, changes, a review, or nothing. `marker` names the returned row it answers."""
        draft = planned.draft
        self._unit.note_row(source.file, source.table.sheet, draft.row)
        if planned.outcome == matching.ADDED:
            person = self._rows.add(planned)
            met = self._planner.earlier.by_id.get(str(draft.values.get("id_no") or ""))
            if met is not None:
                met.person = person
        elif planned.outcome == matching.UPDATED:
            self._rows.change(
                planned.person.id if planned.person else planned.met.person if planned.met else "", planned
            )
        elif planned.outcome == matching.REVIEW:
            self._ask(source, planned)
        if self._columns is not None and planned.outcome in {matching.ADDED, matching.UPDATED}:
            self._columns.note(draft.cells, self._rows.phones)
        if planned.outcome in _SETTLED:
            self._answer(planned, marker)
        elif marker is not None and planned.outcome == matching.REVIEW:
            self._answer_returned(planned, marker)

    def _answer(self, planned: Planned, marker: tuple[str, int, str] | None) -> None:
        """Close what waited for a row that now went in: the same row, or the one it corrects."""
        if self._waiting and not planned.asks_no_more:
            key = rosters.source_key(planned.draft.cells)
            if key in self._waiting:
                rosters.close_source(self._unit, key=key)
                self._waiting.discard(key)
        if marker is not None:
            self._answer_returned(planned, marker)

    def _answer_returned(self, planned: Planned, marker: tuple[str, int, str]) -> None:
        file, row, key = marker
        if key != rosters.source_key(planned.draft.cells)[: len(key)]:
            rosters.close_row(self._unit, sha256=file, row=row, key=key)

    def _ask(self, source: RosterSource, planned: Planned) -> None:
        key = rosters.source_key(planned.draft.cells)
        if key not in self._waiting:
            self._waiting.add(key)
            rosters.keep_review(self._unit, record=new_id(self._station.ids), payload=review_payload(source, planned))


def review_payload(source: RosterSource, planned: Planned) -> dict[str, Any]:
    """Return what the review list keeps of a row: the cells, what was read and what is doubtful."""
    draft = planned.draft
    return {
        "kind": "archive" if source.is_archive else "roster",
        "file": source.file, "sha256": source.sha256, "sheet": source.table.sheet, "row": draft.row,
        "headers": list(source.table.headers[: source.width]), "cells": draft.cells,
        "values": planned.changes if source.is_archive else draft.values,
        "named": {key: draft.values.get(key) for key in ("name", "id_no")},
        "phones": draft.phones, "contact": draft.contact, "tags": draft.tags, "proposal": draft.proposal,
        "person": planned.person.id if planned.person else "",
        "problems": [
            [one.field, one.reason, one.suggestion, one.column, one.outcome, list(one.choices)]
            for one in draft.problems
        ],
        "decided": {},
    }  # fmt: skip
