"""Rosters in: read, preview, import in one unit that can be undone, send back what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from desktop.config.own_process import collecting_seldom
from desktop.domain.dictionary import PERSON
from desktop.domain.permissions import READ_WHOLE
from desktop.domain.progress import Report, silent
from desktop.domain.sight import Sight
from desktop.roster import mapping as mappings
from desktop.roster import matching
from desktop.roster.grid import plain
from desktop.roster.matching import Choice, Planned
from desktop.services.backups import back_up_before
from desktop.services.column_questions import said_of_columns
from desktop.services.reviews import accept_review, dismiss_review, reviews_waiting
from desktop.services.roster_labels import field_label
from desktop.services.roster_plan import Planner, RosterSource
from desktop.services.roster_preview import (
    FieldChange,
    RosterPreview,
    RosterResult,
    RosterTable,
    RowProblem,
    problems_of,
)
from desktop.services.roster_return import write_errors
from desktop.services.roster_sources import LOOKED_AT, read_sources, remember_mapping
from desktop.services.roster_writing import Writer
from desktop.services.station import Station

__all__ = [
    "Choice", "FieldChange", "RosterPreview", "RosterResult", "RosterTable", "accept_review", "dismiss_review",
    "field_label", "problems_of", "reviews_waiting", "write_errors",
]  # fmt: skip

OUTCOMES = matching.OUTCOMES
_REPORT_EVERY = 500
_MOST_CHANGES = 20_000  # changed fields listed before an import; more are counted only


def preview_roster(
    station: Station,
    *,
    paths: Sequence[Path],
    mapping: Mapping[str, str] | None = None,
    meanings: Mapping[str, Mapping[str, str]] | None = None,
    report: Report = silent,
) -> RosterPreview:
    """Read files and return what importing them would do; writes nothing.

    `mapping` (column key → target) overrides what headers and memory suggest; `meanings` says by a file's SHA-256
    what its marks mean. Raises RosterError, Cancelled.
    """
    sources, skipped = read_sources(station, paths=paths, mapping=mapping, meanings=meanings or {}, report=report)
    with collecting_seldom(), station.vault.reading(READ_WHOLE) as connection:
        planner = Planner(station, sources, connection=connection, choice=Choice())
        tables = _run(planner, sources, "核对", None, report)
    replayed = tuple(
        replace(table, replay=partial(_replay, station, sources, number)) for number, table in enumerate(tables)
    )
    return RosterPreview(replayed, tuple(skipped), dict(mapping or {}))


def import_rosters(
    station: Station,
    *,
    paths: Sequence[Path],
    mapping: Mapping[str, str] | None = None,
    choice: Choice | None = None,
    report: Report = silent,
) -> RosterResult:
    """Import files without a preview: each row is read and planned once. Raises RosterError, Cancelled."""
    sources, skipped = read_sources(station, paths=paths, mapping=mapping, meanings={}, report=report)
    return _import(station, sources, skipped, dict(mapping or {}), choice or Choice(), report)


def apply_roster(
    station: Station, *, preview: RosterPreview, choice: Choice | None = None, report: Report = silent
) -> RosterResult:
    """Import what a preview planned, in one unit that can be undone; a backup is made before.

    `choice` says what stays as the register has it. Rows are planned again against the register of now. Cancelled or
    failed, the store is as it was. Raises Cancelled, DiskFullError.
    """
    sources = [table.source for table in preview.tables]
    return _import(station, sources, preview.skipped, preview.chosen, choice or Choice(), report)


def _import(
    station: Station,
    sources: Sequence[RosterSource],
    skipped: Sequence[str],
    chosen: Mapping[str, str],
    choice: Choice,
    report: Report,
) -> RosterResult:
    """Plan and write every row of every table in one unit."""
    back_up_before(station, what="导入")
    names = "、".join(dict.fromkeys(source.file for source in sources))
    with collecting_seldom(), station.vault.unit("roster.import", why=f"导入 {names}", source=names) as unit:
        planner = Planner(station, sources, connection=unit.connection, choice=choice)
        writer = Writer(station, unit, planner)
        tables = _run(planner, sources, "写入登记库", writer, report)
        writer.end()
        if chosen:
            remember_mapping(station, unit, sources)
        report(0, 0, "保存")
        changes = unit.commit()
    preview = RosterPreview(tuple(tables), tuple(skipped), chosen)
    return RosterResult(preview.counts, problems_of(preview), changes, preview)


def _run(
    planner: Planner, sources: Sequence[RosterSource], what: str, writer: Writer | None, report: Report
) -> list[RosterTable]:
    """Plan all rows, write them if there is a writer, and count what they come to."""
    total = sum(len(source.table.rows) for source in sources)
    done = 0
    tables = []
    for number, source in enumerate(sources):
        if writer is not None:
            writer.begin(source)
        tally = _Tally(source, planner.sight)
        for planned in planner.plans(number):
            if done % _REPORT_EVERY == 0:
                report(done, total, what)
            done += 1
            if writer is not None:
                writer.write(source, planned, source.returned.get(planned.draft.row))
            tally.add(planned)
        tables.append(tally.table())
    return tables


def _replay(station: Station, sources: Sequence[RosterSource], number: int) -> Iterator[Planned]:
    """Plan the tables up to `number` again and yield the rows of that one."""
    with station.vault.reading(READ_WHOLE) as connection:
        planner = Planner(station, sources, connection=connection, choice=Choice())
        for earlier in range(number):
            for _ in planner.plans(earlier):
                pass
        yield from planner.plans(number)


class _Tally:
    """Counts the rows of a table and keeps what somebody must see."""

    def __init__(self, source: RosterSource, sight: Sight) -> None:
        self._source, self._sight = source, sight
        self._counts = dict.fromkeys(OUTCOMES, 0)
        self._problems: list[RowProblem] = []
        self._changes: list[FieldChange] = []
        self._is_archive = source.is_archive
        self._pages = 0

    def add(self, planned: Planned) -> None:
        """Count one row."""
        self._counts[planned.outcome] += 1
        for one in planned.draft.problems:
            outcome = {"reject": matching.REJECTED, "ask": matching.REVIEW}.get(one.outcome, planned.outcome)
            headers = self._source.table.headers
            header = headers[one.column] if one.column < len(headers) else ""
            self._problems.append(
                RowProblem(planned.draft.row, one.column, header, one.field, outcome, one.reason, one.suggestion)
            )
        if planned.outcome == matching.UPDATED and len(self._changes) < _MOST_CHANGES:
            self._changes += _field_changes(planned, self._sight)
        if self._is_archive:
            self._pages += int(planned.draft.values.get("file_pages") or 0)

    def table(self) -> RosterTable:
        """Return the table with what was counted."""
        notes = [*self._source.table.notes]
        if self._is_archive:
            met = self._counts[matching.UPDATED] + self._counts[matching.UNCHANGED]
            notes.append(
                f"档案移交案卷目录：共 {sum(self._counts.values())} 卷、{self._pages} 页，登记库里找到 {met} 人"
            )
        if self._source.is_returned:
            notes.append("这是退回更正的表：只处理退回的那些行，其余的行不动")
        notes += [*_unread(self._source), *_doubtful(self._source)]
        notes += said_of_columns(self._source.mapping[: self._source.width])
        return RosterTable(self._source, self._counts, self._problems, self._changes, tuple(notes))


def _field_changes(planned: Planned, sight: Sight) -> list[FieldChange]:
    """Return what a row changes, field by field; what stands here as the user may see it."""
    known = planned.person
    person, values = (known.id, known.values) if known else ("", {})
    row, name = planned.draft.row, str(planned.draft.values.get("name") or "")
    found = [
        FieldChange(row, person, name, key, sight.veil(PERSON.key, key, values.get(key)), value)
        for key, value in planned.changes.items()
    ]
    found += [FieldChange(row, person, name, "phone", None, one["number"]) for one in planned.phones]
    if planned.contact:
        said = f"{planned.contact.get('name')} {planned.contact.get('phone') or ''}".strip()
        found.append(FieldChange(row, person, name, "contact", None, said))
    return found + [FieldChange(row, person, name, "tag", None, one["code"]) for one in planned.tags]


def _unread(source: RosterSource) -> list[str]:
    """Return the columns that hold something and go nowhere, so that nothing is left out unseen."""
    rows = source.table.rows[:LOOKED_AT]
    found = [
        column.header
        for place, column in enumerate(source.mapping[: source.width])
        if column.target == mappings.IGNORED
        and column.header
        and any(place < len(cells) and plain(cells[place]).strip() for _, cells in rows)
    ]
    return [f"没有导入的列：{'、'.join(found)}"] if found else []


def _doubtful(source: RosterSource) -> list[str]:
    """Return the columns whose meaning was guessed from a likeness or the columns beside them."""
    names = dict(mappings.targets())
    columns = source.mapping[: source.width]
    found = [
        f"“{columns[place].header}”当作{names.get(columns[place].target, '')}" for place in mappings.doubts(columns)
    ]
    return [f"请看一看对应的列：{'，'.join(found)}"] if found else []


def target_names(station: Station) -> list[tuple[str, str]]:
    """Return where a column may go, with its Chinese name."""
    return mappings.targets(station.vault.switched_on)
