"""The dictionary's rules on what a package brings: doubts are counted and shown, never a reason to refuse."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from desktop.domain.fields import Value
from desktop.domain.operations import MergePlan, PlannedRecord, RecordState
from desktop.domain.validation import Finding, check_taken

States = Mapping[tuple[str, str], RecordState]


def with_doubtful(plan: MergePlan, states: States, *, today: date) -> MergePlan:
    """Return the plan with the number of arriving people about whom a rule asks for a look."""
    doubtful = sum(bool(doubts_about(one, states, today=today)) for one in plan.records if one.kind == "person")
    return replace(plan, counts={**plan.counts, "doubtful": doubtful}) if doubtful else plan


def doubts_about(planned: PlannedRecord, states: States, *, today: date) -> list[Finding]:
    """Return what the rules say of the fields a package would write of a person."""
    if planned.deleted:
        return []
    known = states.get((planned.kind, planned.record))
    values: dict[str, Value] = dict(known.values) if known else {}
    values.update({key: value for key, (value, _) in planned.take.items()})
    return check_taken(values, planned.take.keys(), today=today)
