"""Rosters in: read, preview, import in one unit, review what was doubtful."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.domain.changes import Changes
from desktop.domain.clock import local_text
from desktop.domain.dictionary import PERSON, kind_of
from desktop.domain.errors import NotFoundError, RosterError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.domain.progress import Report, silent
from desktop.roster import error_workbook, matching
from desktop.roster.ditto import copied_down
from desktop.roster.grid import plain
from desktop.roster.headers import FoundTable, find_table
from desktop.roster.mapping import ColumnMapping, propose, without_uncollected
from desktop.roster.mapping import targets as mapping_targets
from desktop.roster.matching import Known, Planned, RegisterIndex
from desktop.roster.reader import read_roster
from desktop.roster.rowread import FIX, RowDraft, read_row
from desktop.services import register
from desktop.services.backups import back_up_before
from desktop.services.station import Station
from desktop.store import people, rosters
from desktop.store.records import load_records
from desktop.store.unit_of_work import UnitOfWork

OUTCOMES = (matching.ADDED, matching.UPDATED, matching.UNCHANGED, matching.REVIEW, matching.REJECTED)
_REPORT_EVERY = 500


@dataclass(frozen=True, slots=True)
class RosterTable:
    """A table found in a file, with where its columns go and what its rows will do."""

    file: str
    sha256: str
    table: FoundTable
    mapping: tuple[ColumnMapping, ...]
    planned: tuple[Planned, ...]
    seen_at: str = ""  # when the same file came in before, local time


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """Everything an import will do, before it does it."""

    tables: tuple[RosterTable, ...]
    skipped: tuple[str, ...] = ()  # sheets without a table, in Chinese

    @property
    def counts(self) -> dict[str, int]:
        """Rows, and how many of each outcome; rows is always their sum."""
        counts = dict.fromkeys(OUTCOMES, 0)
        for table in self.tables:
            for planned in table.planned:
                counts[planned.outcome] += 1
        return {"rows": sum(counts.values()), **counts}


@dataclass(frozen=True, slots=True)
class RosterResult:
    """What an import did."""

    counts: Mapping[str, int]
    problems: Sequence[Mapping[str, Any]]
    changes: Changes = field(default_factory=Changes)


def preview_roster(
    station: Station,
    *,
    paths: Sequence[Path],
    mapping: Mapping[str, str] | None = None,
    report: Report = silent,
) -> RosterPreview:
    """Read files and return what importing them would do; writes nothing.

    `mapping` (header → target) overrides what the headers suggest. Raises RosterError, Cancelled.
    """
    index = _index(station)
    orgs = register.org_words(station)
    seen: dict[str, RowDraft] = {}
    tables: list[RosterTable] = []
    skipped: list[str] = []
    for number, path in enumerate(paths):
        report(number, len(paths), f"读取 {path.name}")
        file = read_roster(path)
        with station.vault.reading() as connection:
            at = rosters.file_seen(connection, file.sha256)
        for sheet in file.sheets:
            table = find_table(sheet)
            if table is None:
                skipped.append(f"{file.name} 的“{sheet.name}”没有找到表头")
                continue
            switched_on = station.vault.switched_on
            columns, off = without_uncollected(propose(table.headers, remembered=mapping), switched_on)
            skipped += [f"{file.name} 的“{header}”这一项未启用采集，没有读入" for header in off]
            planned = _plan(table, columns, index, seen, orgs, report)
            tables.append(RosterTable(file.name, file.sha256, table, tuple(columns), planned, local_text(at or "")))
    if not tables:
        raise RosterError("没有找到花名册的表头", "请检查表里是否有“姓名”“身份证号”这样的列名")
    return RosterPreview(tuple(tables), tuple(skipped))


def _plan(
    table: FoundTable,
    columns: Sequence[ColumnMapping],
    index: RegisterIndex,
    seen: dict[str, RowDraft],
    orgs: Mapping[str, str],
    report: Report,
) -> tuple[Planned, ...]:
    targets = [column.target for column in columns]
    found: list[Planned] = []
    above: list[str] = []
    for number, (row, cells) in enumerate(table.rows):
        if number % _REPORT_EVERY == 0:
            report(number, len(table.rows), f"核对“{table.sheet}”")
        whole, copied = copied_down(cells, above, targets)
        above = whole
        draft = read_row(row, whole, targets=targets, headers=table.headers)
        for column in copied:
            draft.say(column, targets[column].rpartition(".")[2], FIX, f"“{plain(cells[column])}”按上一行填写")
        _place(draft.values, orgs)
        found.append(matching.plan_row(draft, index, seen))
    return tuple(found)


def _place(values: dict[str, Value], orgs: Mapping[str, str]) -> None:
    """Turn a community's name into its code; one this store does not know is kept as it was written."""
    name = str(values.pop("home_org", "") or "")
    if name:
        values["roster_org"] = name
        if name in orgs:
            values["home_org"] = orgs[name]


def _index(station: Station) -> RegisterIndex:
    """Return the register as matching needs it."""
    index = RegisterIndex()
    with station.vault.reading() as connection:
        ids = people.ids_matching(connection, people.PeopleFilter(), sort="id_no")
        stored = load_records(connection, PERSON.key, ids)
        children: dict[str, dict[str, set[str]]] = {}
        for kind, key in _CHILD_KEYS:
            children[kind] = {}
            for person, value in rosters.child_keys(connection, kind, key):
                children[kind].setdefault(person, set()).add(value)
    for person in ids:
        sets = [frozenset(children[kind].get(person, ())) for kind in ("phone", "contact", "tag")]
        sets.append(frozenset(children["former_name"].get(person, set()) | children["old_id"].get(person, set())))
        index.add(Known(person, stored[person].values, *sets))
    return index


def apply_roster(station: Station, *, preview: RosterPreview, report: Report = silent) -> RosterResult:
    """Import what a preview planned, in one unit that can be undone; a backup is made before.

    Cancelled or failed, the store is as it was. Raises Cancelled, DiskFullError.
    """
    back_up_before(station, what="导入")
    names = "、".join(dict.fromkeys(table.file for table in preview.tables))
    total = preview.counts["rows"]
    with station.vault.unit("roster.import", why=f"导入 {names}", source=names) as unit:
        writer = _Writer(station, unit)
        done = 0
        for table in preview.tables:
            rosters.note_file(unit, sha256=table.sha256, name=table.file)
            for planned in table.planned:
                if done % _REPORT_EVERY == 0:
                    report(done, total, "写入登记库")
                writer.write(table, planned)
                done += 1
        report(total, total, "保存")
        changes = unit.commit()
    return RosterResult(preview.counts, problems_of(preview), changes)


_CHILD_KEYS = (
    ("phone", "number"), ("contact", "name"), ("tag", "code"), ("former_name", "name"), ("old_id", "number"),
)  # fmt: skip


class _Writer:
    """Writes planned rows inside one unit."""

    def __init__(self, station: Station, unit: UnitOfWork) -> None:
        self._station = station
        self._unit = unit
        self._prefix = register.number_prefix(station)
        self._next = people.next_person_no(unit.connection, self._prefix)
        self._waiting = rosters.waiting_sources(unit.connection)

    def write(self, table: RosterTable, planned: Planned) -> None:
        """Write one row: a new person, changes, a review, or nothing."""
        draft = planned.draft
        self._unit.note_source({"file": table.file, "sheet": table.table.sheet, "row": draft.row})
        if planned.outcome == matching.ADDED:
            self.add(planned)
        elif planned.outcome == matching.UPDATED and planned.person is not None:
            changes = dict(planned.changes)
            former = register.take_former(changes, source="名册")
            if changes:
                self._unit.put(PERSON.key, planned.person.id, changes)
            self.children(planned.person.id, planned, former)
        elif planned.outcome == matching.REVIEW and "\x1f".join(draft.cells) not in self._waiting:
            rosters.keep_review(self._unit, record=new_id(self._station.ids), payload=review_payload(table, planned))

    def add(self, planned: Planned) -> None:
        values = register.complete_person(self._station, planned.changes)
        values.setdefault("person_no", f"{self._prefix}{self._next:05d}")
        self._next += 1
        former = register.take_former(values, source="名册")
        person = new_id(self._station.ids)
        self._unit.add(PERSON.key, person, values)
        self.children(person, planned, former)

    def children(self, person: str, planned: Planned, former: Sequence[tuple[str, Mapping[str, Value]]] = ()) -> None:
        day = self._station.today().isoformat()
        for kind, one in former:
            self._unit.add(kind, new_id(self._station.ids), {**one, "person": person, "noted_on": day})
        for one in planned.phones:
            self._unit.add(
                "phone", new_id(self._station.ids), {**one, "person": person, "noted_on": day, "source": "名册"}
            )
        if planned.contact:
            self._unit.add(
                "contact", new_id(self._station.ids),
                {**planned.contact, "person": person, "noted_on": day, "source": "名册"},
            )  # fmt: skip
        for one in planned.tags:
            self._unit.add(
                "tag", new_id(self._station.ids), {**one, "person": person, "noted_on": day, "source": "名册"}
            )


def review_payload(table: RosterTable, planned: Planned) -> dict[str, Any]:
    """Return what the review list keeps of a row: the cells, what was read and what is doubtful."""
    draft = planned.draft
    return {
        "file": table.file, "sheet": table.table.sheet, "row": draft.row, "headers": list(table.table.headers),
        "cells": draft.cells, "values": draft.values, "phones": draft.phones, "contact": draft.contact,
        "tags": draft.tags, "proposal": draft.proposal, "person": planned.person.id if planned.person else "",
        "problems": [[one.field, one.reason, one.suggestion] for one in draft.problems],
    }  # fmt: skip


def reviews_waiting(station: Station) -> list[rosters.Review]:
    """Return the rows that wait for a decision, oldest first."""
    with station.vault.reading() as connection:
        return rosters.open_reviews(connection)


def accept_review(station: Station, *, review: str, values: Mapping[str, Value] | None = None) -> Changes:
    """Take a waiting row into the register, with the values a person corrected.

    Raises NotFoundError, InvalidValueError (nothing is lost: the row keeps waiting).
    """
    found = next((one for one in reviews_waiting(station) if one.id == review), None)
    if found is None:
        raise NotFoundError("这一行已经处理过了", "请刷新待核实列表")
    merged = {**found.payload["values"], **(values or {})}
    register.refuse_wrong(PERSON.key, merged, station)
    with station.vault.unit("review.accept", why=f"核实 {found.payload['file']} 第 {found.payload['row']} 行") as unit:
        writer = _Writer(station, unit)
        known = found.payload["person"]
        phones, contact, tags = (found.payload[key] for key in ("phones", "contact", "tags"))
        draft = RowDraft(found.payload["row"], found.payload["cells"], merged)
        if known:
            former = register.take_former(merged, source="名册")
            unit.put(PERSON.key, known, merged)
            writer.children(known, Planned(draft, matching.UPDATED, None, {}, phones, contact, tags), former)
        else:
            writer.add(Planned(draft, matching.ADDED, None, merged, phones, contact, tags))
        rosters.close_review(unit, record=review, state="accepted")
        return unit.commit()


def dismiss_review(station: Station, *, review: str, why: str = "") -> Changes:
    """Leave a waiting row out, with a reason; raises NotFoundError."""
    with station.vault.unit("review.dismiss", why=why) as unit:
        if not rosters.close_review(unit, record=review, state="dismissed"):
            raise NotFoundError("这一行已经处理过了", "请刷新待核实列表")
        return unit.commit()


def problems_of(preview: RosterPreview) -> list[dict[str, Any]]:
    """Return every problem as the command line gives it: file, sheet, row, column, field, outcome, reason."""
    found: list[dict[str, Any]] = []
    for table in preview.tables:
        for planned in table.planned:
            for one in planned.draft.problems:
                header = table.table.headers[one.column] if one.column < len(table.table.headers) else ""
                found.append(
                    {
                        "file": table.file, "sheet": table.table.sheet, "row": planned.draft.row, "column": header,
                        "field": one.field, "outcome": _outcome(planned, one.outcome), "reason": one.reason,
                    }
                )  # fmt: skip
    return found


def _outcome(planned: Planned, action: str) -> str:
    return {"reject": matching.REJECTED, "ask": matching.REVIEW}.get(action, planned.outcome)


def write_errors(preview: RosterPreview, *, path: Path) -> int:
    """Write the workbook to send back: the sender's rows that need a look; return how many there are."""
    sheets = [
        error_workbook.ErrorSheet(
            table.table.sheet,
            list(table.table.headers),
            [
                error_workbook.ErrorRow(
                    planned.draft.row,
                    [plain(cell) for cell in planned.draft.cells],
                    {one.column: (one.reason, one.suggestion) for one in planned.draft.problems},
                )
                for planned in table.planned
                if planned.draft.problems
            ],
        )
        for table in preview.tables
    ]
    return error_workbook.write(sheets, path=path)


def field_label(key: str) -> str:
    """Return the Chinese name of a field a problem names."""
    return "电话" if key == "phone" else kind_of(PERSON.key).field(key).label


def target_names(station: Station) -> list[tuple[str, str]]:
    """Return where a column may go, with its Chinese name."""
    return mapping_targets(station.vault.switched_on)
