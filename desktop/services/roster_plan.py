"""What rows of rosters will do, some hundred at a time: the same planning for a preview and for an import."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.domain.names import match_key, spellings
from desktop.roster import error_workbook, matching
from desktop.roster.archive_list import check_cells, is_archive_list, plan_archive_row
from desktop.roster.ditto import copied_down, has_sign
from desktop.roster.error_workbook import ADDED, Marker
from desktop.roster.grid import plain
from desktop.roster.mapping import NOTE, ColumnMapping
from desktop.roster.matching import Choice, Earlier, Known, Met, Planned, RegisterIndex
from desktop.roster.rowread import FIX, RowDraft, Settled, read_row
from desktop.roster.table import FoundTable
from desktop.services.name_candidates import offer_candidates
from desktop.services.roster_placing import Placer
from desktop.services.station import Station
from desktop.services.unit_memory import UnitNames
from desktop.store import roster_matches, rosters
from desktop.store.roster_matches import Match, Wanted

_PART = 1000  # rows planned together
_MOST_DITTO = 500  # rows a sign for `the same as above` may look back
_ID_LENGTHS = frozenset({15, 18})


@dataclass(frozen=True, slots=True)
class RosterSource:
    """A table of a file: where it lies, where its columns go, what its marks mean."""

    file: str
    path: Path
    sha256: str
    table: FoundTable
    mapping: tuple[ColumnMapping, ...]
    seen_at: str = ""  # when the same file came in before, local time
    meanings: Mapping[str, str] = field(default_factory=dict)
    is_returned: bool = False  # a workbook that was sent back for correction and came in again
    returned: Mapping[int, Marker] = field(default_factory=dict)  # its rows that were sent back

    @property
    def targets(self) -> list[str]:
        """Where each column goes."""
        return [column.target for column in self.mapping]

    @property
    def places(self) -> dict[str, int]:
        """The column of each field, as problems name fields."""
        found: dict[str, int] = {}
        for place, target in enumerate(self.targets):
            kind, _, key = target.partition(".")
            if kind in {"person", "phone"}:
                found.setdefault("phone" if kind == "phone" else key, place)
        return found

    @property
    def width(self) -> int:
        """The number of columns that are the sender's own: those we added to send it back are cut off."""
        headers = self.table.headers
        return headers.index(error_workbook.REASON) if headers[-len(ADDED) :] == ADDED else len(headers)

    @property
    def first_column(self) -> int:
        """The sheet's column (0-based) where the table begins."""
        return self.table.columns[0] if self.table.columns else 0

    @property
    def is_archive(self) -> bool:
        """True for a hand-over list of personnel archives."""
        return is_archive_list(self.table.headers, self.targets)


class Planner:
    """Plans the rows of tables in order against what one connection sees."""

    def __init__(self, station: Station, sources: Sequence[RosterSource], *, connection: Any, choice: Choice) -> None:
        self._sources = sources
        self._connection = connection
        self._choice = choice
        self.sight = station.vault.sight  # of whoever reads the plan
        self._placer = Placer(station)
        self._names = UnitNames(station, connection)
        self._until = roster_matches.last_person(connection)
        self._asked: set[str] = set()
        self._open: RosterSource | None = None
        self._goes: list[str] = []
        self._places: dict[str, int] = {}
        self._settled: Settled = {}
        self._is_archive = False
        self.earlier = Earlier(self._row_again)

    def plans(self, number: int) -> Iterator[Planned]:
        """Yield the plan of each row of a table; the next row is planned when the one before was dealt with."""
        source = self._sources[number]
        self.earlier.columns = source.places
        self._names.begin()
        above: list[str] = []
        for start in range(0, len(source.table.rows), _PART):
            drafts = []
            for row, cells in source.table.rows[start : start + _PART]:
                drafts.append(self._draft(source, row, cells, above))
                above = drafts[-1].cells
            index = self._index(source, drafts)
            for place, draft in enumerate(drafts, start=start):
                yield self._plan(source, number, place, draft, index)

    def _draft(self, source: RosterSource, row: int, cells: list[str], above: list[str]) -> RowDraft:
        """Return one row read, with signs for `the same as above` filled in."""
        table, targets = source.table, self._targets(source)
        whole, copied = copied_down(cells, above, targets)
        draft = read_row(
            row, whole, targets=targets, headers=table.headers, said=table.said(row), meanings=source.meanings,
            settled=self._settled,
        )  # fmt: skip
        for column in copied:
            draft.say(column, targets[column].rpartition(".")[2], FIX, f"“{plain(cells[column])}”按上一行填写")
        if NOTE in targets:
            _keep_notes(draft, source)
        self._names.place(draft, targets, asks=not self._is_archive)
        self._placer.name_community(draft, self._places)
        return draft

    def _targets(self, source: RosterSource) -> list[str]:
        """Return where the sender's columns go, made once a table."""
        if self._open is not source:
            self._open, self._goes, self._is_archive = source, source.targets[: source.width], source.is_archive
            self._places, self._settled = source.places, {}
        return self._goes

    def _row_again(self, met: Met) -> RowDraft:
        """Read an earlier row once more; what stood above it is looked for only if it has signs."""
        source = self._sources[met.table]
        rows = source.table.rows
        start = met.place
        while start > 0 and has_sign(rows[start][1]) and met.place - start < _MOST_DITTO:
            start -= 1
        draft = RowDraft(0, [])
        for row, cells in rows[start : met.place + 1]:
            draft = self._draft(source, row, cells, draft.cells)
        return draft

    def _plan(self, source: RosterSource, number: int, place: int, draft: RowDraft, index: RegisterIndex) -> Planned:
        width = len(self._targets(source))
        if len(draft.cells) > width:
            draft.cells = draft.cells[:width]  # of two people on one row each has his own cells
        if source.is_returned and draft.row not in source.returned:
            return Planned(RowDraft(draft.row, draft.cells, draft.values), matching.UNCHANGED)
        if self._is_archive:
            check_cells(draft, source.table.headers)
            planned = plan_archive_row(draft, index, self.earlier)
        else:
            offer_candidates(draft, index)
            planned = matching.plan_row(draft, index, self.earlier)
            if planned.outcome == matching.ADDED:
                self._placer.propose(draft, planned.changes, self._places)
        if planned.outcome == matching.REVIEW:
            self._not_twice(planned)
        elif planned.outcome == matching.UPDATED and planned.person is not None:
            self._drop_stale(source, planned)
            matching.chosen(planned, self._choice, (source.sha256, source.table.sheet))
        if planned.outcome in {matching.ADDED, matching.UPDATED, matching.UNCHANGED} and planned.met is None:
            self.earlier.meet(draft, number, place)
        return planned

    def _not_twice(self, planned: Planned) -> None:
        """Let a row that was decided about before, or stands here twice, ask nothing."""
        key = rosters.source_key(planned.draft.cells)
        state = rosters.states_of_sources(self._connection, [key]).get(key)
        if key in self._asked or state in {rosters.ACCEPTED, rosters.DISMISSED}:
            said = "这一行前面已有，内容完全相同" if key in self._asked else "这一行已经核实过，按当时的处理"
            planned.draft.problems = []
            planned.draft.say(0, "name", FIX, said)
            planned.outcome = matching.UNCHANGED
            planned.draft.proposal = ""
            planned.asks_no_more = True
        self._asked.add(key)

    def _drop_stale(self, source: RosterSource, planned: Planned) -> None:
        """Leave out of a file that came in before what the register held then and somebody changed since."""
        if not source.seen_at or planned.person is None:
            return
        held = roster_matches.earlier_values(self._connection, [planned.person.id])
        for key, value in list(planned.changes.items()):
            if key == "remark" or str(value) in held.get((planned.person.id, key), ()):
                del planned.changes[key]
        if planned.contact.get("name") in planned.person.contacts:
            planned.contact = {}
        planned.outcome = matching.UNCHANGED if planned.is_empty else matching.UPDATED

    def _index(self, source: RosterSource, drafts: Sequence[RowDraft]) -> RegisterIndex:
        """Return the people of the register whom these rows may mean."""
        index = RegisterIndex()
        if not self._until:
            return index  # nobody was there when this import began
        wanted, keys = _wanted(drafts)
        found = roster_matches.matches(
            self._connection, wanted, until=self._until, with_deleted=bool(source.seen_at),
            alike=lambda name, birth: (match_key(name), birth[:7]) in keys,
        )  # fmt: skip
        for match in found:
            index.add(known_of(match))
        return index


def _wanted(drafts: Sequence[RowDraft]) -> tuple[Wanted, set[tuple[str, str]]]:
    """Return what to look for, and the names with births that count as alike."""
    ids: set[str] = set()
    prefixes: set[str] = set()
    names: set[str] = set()
    keys: set[tuple[str, str]] = set()
    for draft in drafts:
        id_no = str(draft.values.get("id_no") or "")
        if id_no:
            ids.add(id_no)
            if len(id_no) in _ID_LENGTHS:
                ids.add(id_no[:6] + id_no[8:17])
            kept = matching.cut_id(id_no) if draft.problems else ""
            if kept:
                prefixes.add(kept)
        ids.update(one.suggestion for one in draft.problems if one.field == "id_no" and one.suggestion)
        key = matching.name_and_birth(draft.values)
        if key[0] and key[1]:
            keys.add(key)
            names |= spellings(str(draft.values["name"]))
    return Wanted(frozenset(ids), frozenset(prefixes), frozenset(names)), keys


def known_of(match: Match) -> Known:
    """Return a person of the register as matching compares him."""
    former = match.children["former_name"] | match.children["old_id"]
    numbers = frozenset(
        (name, number) for name, _, number in (one.partition("\x1f") for one in match.children["contact_phone"])
    )
    return Known(
        match.id, match.values, match.children["phone"], match.children["contact"], match.children["tag"], former,
        frozenset(match_key(one) for one in match.names), match.ids, numbers,
    )  # fmt: skip


def _keep_notes(draft: RowDraft, source: RosterSource) -> None:
    """Put the columns the user wants kept as notes behind the remark."""
    notes = [
        f"{column.header}：{plain(draft.cells[place]).strip()}"
        for place, column in enumerate(source.mapping)
        if column.target == NOTE and place < len(draft.cells) and plain(draft.cells[place]).strip()
    ]
    if notes:
        held = [str(draft.values["remark"])] if draft.values.get("remark") else []
        draft.values["remark"] = "；".join([*held, *notes])[:2000]
