"""What the change log says of operations that were written elsewhere: what was taken of them, and by whom they are."""

from collections.abc import Mapping
from functools import lru_cache

from desktop.domain.operations import Operation, PlannedRecord
from desktop.store.change_log import SET_ASIDE, LogEntry
from desktop.store.encoding import new_fields_text, to_json, vector_text
from desktop.store.records import StoredRecord
from desktop.store.unit_of_work import person_of

_PLAIN = (str, int, type(None))  # not bool: the log of a new record has no word for it


def foreign_entry(
    operation: Operation, planned: PlannedRecord, record: StoredRecord, numbers: Mapping[str, int]
) -> LogEntry:
    """Return the log entry of a foreign operation: what was taken, and what was set aside."""
    return entry_of(operation, record, numbers, _logged_fields(operation, planned), "")


def entry_of(
    operation: Operation, record: StoredRecord, numbers: Mapping[str, int], fields: dict[str, object], text: str
) -> LogEntry:
    """Return the log entry of a foreign operation whose fields are known: as such, or as the text the log has."""
    base = vector_text({numbers[name]: counter for name, counter in operation.base.items()})
    return LogEntry(
        record.kind, record.id, person_of(record), operation.action, numbers[operation.dot.writer],
        operation.dot.counter, base, fields, author_of(operation), text=text,
    )  # fmt: skip


def text_of_new(operation: Operation, planned: PlannedRecord) -> str:
    """Return the logged fields of a record that comes with one write, all of it taken; '' for any other."""
    if not planned.is_new or len(planned.operations) != 1 or len(planned.take) != len(operation.fields):
        return ""
    for key, value in operation.fields.items():
        taken = planned.take.get(key)
        if taken is None or taken[0] is not value or type(value) not in _PLAIN:
            return ""
        if taken[1] is not operation.dot and taken[1] != operation.dot:
            return ""
    return new_fields_text(operation.fields)


def _logged_fields(operation: Operation, planned: PlannedRecord) -> dict[str, object]:
    """Return the fields of a foreign operation as the log has them: `[before, after]`, or the value set aside."""
    fields: dict[str, object] = {}
    dots = {one.dot for one in planned.operations}
    for key, value in operation.fields.items():
        taken = planned.take.get(key)
        # A value made of both sides under our dot belongs to the last operation that brought its part.
        joined = (
            taken is not None
            and taken[1] not in dots
            and taken[0] != planned.before.get(key)
            and operation is [one for one in planned.operations if key in one.fields][-1]
        )
        if taken is not None and (joined or taken[1] == operation.dot):
            fields[key] = [planned.before.get(key), taken[0]]
        else:
            fields[SET_ASIDE + key] = value
    return fields


def author_of(operation: Operation) -> str:
    """Return who wrote an operation, as the log has it."""
    if operation.more:
        who = {"org": operation.org, "user": operation.user, "at": operation.at, "why": operation.why}
        return to_json({**who, "more": dict(operation.more)})
    return _plain_author(operation.org, operation.user, operation.at, operation.why)


@lru_cache(maxsize=64)
def _plain_author(org: str, user: str, at: str, why: str) -> str:
    """Return who wrote, as the log has it; the writes of one sitting share it."""
    return to_json({"org": org, "user": user, "at": at, "why": why})
