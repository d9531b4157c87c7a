"""Units of work as people see them: what was done when, and taking one back."""

from collections.abc import Callable
from dataclasses import dataclass, field

from desktop.domain.changes import Changes
from desktop.domain.errors import NotAllowedError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.operations import DELETE, WHOLE
from desktop.domain.permissions import NOTES, READ_WHOLE
from desktop.services.station import Station
from desktop.store import history
from desktop.store.history import BatchLine, Step
from desktop.store.records import CHUNK as _CHUNK
from desktop.store.records import StoredRecord, load_records
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo took back, and what it left because it was changed since."""

    restored: int
    kept: tuple[str, ...]  # record ids touched since, left as they are
    changes: Changes = field(default_factory=Changes)


def recent_batches(station: Station, *, action: str = "", limit: int = 200) -> list[BatchLine]:
    """Return units of work on the register, newest first, of one action if given; notes of use are not among them."""
    with station.vault.reading(READ_WHOLE) as connection:
        found = history.batches(connection, action=action, limit=limit)
    return [one for one in found if one.action not in NOTES]


def undo_batch(
    station: Station, *, batch: str, why: str = "撤销", also: Callable[[UnitOfWork], None] | None = None
) -> Undone:
    """Take a whole unit of work back by compensating writes; nothing is erased from the log.

    A field changed since keeps its newer value; a new person edited since stays. Both are listed
    in `kept`. `also` is done in the same unit, after it. Raises NotFoundError when the batch does not exist or was
    undone already, SecondPersonError when more than ten people would go with it.
    """
    with station.vault.reading(READ_WHOLE) as connection:
        line = history.batch_line(connection, batch)
    if line is None or line.undone_by is not None:
        raise NotFoundError("这一批改动找不到，或已经撤销过", "请刷新后再看")
    if line.action in NOTES:
        raise NotAllowedError("访问和对外提供的记录不能撤销", "记录有误时请另作说明")
    station.allow("undo")
    with station.vault.unit("undo", why=why, undoes=batch) as unit:
        steps = history.steps_of(unit.connection, batch)
        restored, kept = _take_back(unit, steps)
        unit.flush()
        if also is not None:
            also(unit)
        history.mark_undone(unit, batch)
        changes = unit.commit()
    return Undone(restored, tuple(kept), changes)


def _take_back(unit: UnitOfWork, steps: list[Step]) -> tuple[int, list[str]]:
    """Undo steps (newest first), children before people; return how many records, and which were kept."""
    grouped: dict[str, dict[str, list[Step]]] = {}
    for step in steps:
        grouped.setdefault(step.kind, {}).setdefault(step.record, []).append(step)
    restored = 0
    kept: list[str] = []
    for kind in sorted(grouped, key=lambda kind: kind == "person"):
        records = list(grouped[kind])
        for start in range(0, len(records), _CHUNK):
            part = records[start : start + _CHUNK]
            unit.flush()
            stored = load_records(unit.connection, kind, part)
            for record in part:
                if record in stored and not _take_back_one(unit, stored[record], grouped[kind][record]):
                    kept.append(record)
                else:
                    restored += 1
    return restored, kept


def _take_back_one(unit: UnitOfWork, now: StoredRecord, steps: list[Step]) -> bool:
    """Undo what a batch did to one record; False if part of it was changed since and stays."""
    newest, oldest = steps[0], steps[-1]
    if oldest.created and oldest.action != DELETE:
        if now.vector != {step.writer: step.counter for step in reversed(steps)}:
            return False
        if not now.deleted:
            unit.delete(now.kind, now.id)
        return True
    if newest.action == DELETE:
        unit.put(now.kind, now.id, {})
    old, whole = _older_values(now, steps)
    if old:
        unit.put(now.kind, now.id, old)
    return whole


def _older_values(now: StoredRecord, steps: list[Step]) -> tuple[dict[str, Value], bool]:
    """Return the values before `steps` of the fields not written since, and whether that is all of them."""
    old: dict[str, Value] = {}
    whole = True
    for step in steps:
        for key, (before, _) in step.fields.items():
            written_since = (now.dots.get(key) or now.dots.get(WHOLE)) != (step.writer, step.counter)
            if written_since and key not in old:
                whole = False
            else:
                old[key] = before
    return old, whole
