"""What a newer program wrote: kept word for word, passed on, and taken up once this program understands it."""

from dataclasses import dataclass, field
from pathlib import Path

from desktop.domain.changes import Changes
from desktop.domain.dictionary import KINDS
from desktop.domain.errors import KnownError
from desktop.domain.operations import Operation, RecordState
from desktop.domain.permissions import READ_WHOLE
from desktop.domain.progress import Report, silent
from desktop.services.authority import no_objection
from desktop.services.merges import MergeResult, apply_merge, preview_sealed, write_plan
from desktop.services.station import Station
from desktop.store import carrying, holding, merging
from desktop.sync import merge


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was taken up after an update: operations understood by now, and whole packages."""

    operations: int
    packages: int
    changes: Changes = field(default_factory=Changes)


def take_up(station: Station) -> int:
    """Work in the operations that this program has come to understand; return how many.

    They were verified and allowed when they came; a field written since by somebody who knew it stays.
    """
    with station.vault.reading(READ_WHOLE) as connection:
        listed = carrying.carried(connection)
        log = merging.logged_of_records(connection, sorted({one.record for one in listed}), org=station.org)
    wanted = {(one.kind, one.record, one.writer, one.counter) for one in listed}
    due = [one.operation for one in log if _key(one.operation) in wanted and merge.is_understood(one.operation)]
    if not due:
        return 0
    with station.vault.unit("package.merge", why="采用升级之前收下的内容") as unit:
        states: dict[merge.Key, RecordState] = {}
        for kind in {one.kind for one in due}:
            ids = [one.record for one in due if one.kind == kind]
            found = merging.states_of(unit.connection, kind, ids)
            states.update({(kind, record): state for record, state in found.items()})
        plan = merge.plan_merge(due, states, objection=no_objection, sender_rules=False)
        write_plan(unit, station, plan)
        carrying.let_go(unit, [_key(one) for one in due])
        unit.commit()
    return len(due)


def _key(one: Operation) -> tuple[str, str, str, int]:
    return one.kind, one.record, one.dot.writer, one.dot.counter


def retry_newer(station: Station) -> list[MergeResult]:
    """Try the packages again that waited for a newer program; those that still cannot be read wait on."""
    with station.vault.reading(READ_WHOLE) as connection:
        waiting = [one for one in holding.held(connection) if one.why == holding.NEWER]
    done = []
    for one in waiting:
        with station.vault.reading(READ_WHOLE) as connection:
            sealed = holding.sealed_of(connection, one.id)
        try:
            preview = preview_sealed(station, sealed=sealed or b"", path=Path(one.file))
            done.append(apply_merge(station, preview=preview))
        except KnownError:
            continue
        with station.vault.unit("package.hold", why="等待升级的数据包已导入") as unit:
            holding.let_go(unit, one.id)
            unit.commit()
    return done


def is_waiting(station: Station) -> bool:
    """Return True if anything came from a newer program and may be understood by now; reads little."""
    with station.vault.reading(READ_WHOLE) as connection:
        listed = carrying.carried(connection)
        packages = any(one.why == holding.NEWER for one in holding.held(connection))
    return packages or any(one.kind in KINDS for one in listed)


def catch_up(station: Station, report: Report = silent) -> CaughtUp:
    """Take up all that waited for an update of the program; what still cannot be read waits on."""
    report(0, 0, "采用升级之前收下的内容")
    taken = take_up(station)
    merged = retry_newer(station)
    taken += take_up(station) if merged else 0
    changed = Changes(topics=frozenset({"package", "person", "conflict"})) if taken or merged else Changes()
    for one in merged:
        changed |= one.changes
    return CaughtUp(taken, len(merged), changed)
