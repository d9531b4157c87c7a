"""Making proposals of the writes that a merge may not make its own: they go to who owns the person."""

import json
from collections.abc import Mapping, Sequence

from desktop.domain.fields import Value
from desktop.domain.operations import Operation, Refusal
from desktop.domain.proposals import dot_text, proposal_id
from desktop.services.authority import PROPOSAL
from desktop.services.station import Station
from desktop.store import proposals
from desktop.store.records import load_records
from desktop.store.unit_of_work import UnitOfWork

_MOST = 4000  # characters of a field


def make_proposals(unit: UnitOfWork, station: Station, refused: Sequence[Refusal]) -> list[Refusal]:
    """Make inside `unit` a proposal of every refused write that is one; return the others, for quarantine."""
    rest = []
    for one in refused:
        values = _values(unit, station, one.operation) if one.reason == PROPOSAL else None
        if values is None:
            rest.append(one)
        else:
            unit.put("proposal", proposal_id(one.operation.dot), values)
    return rest


def _values(unit: UnitOfWork, station: Station, operation: Operation) -> dict[str, Value] | None:
    """Return the fields of a proposal; None if it is too long to travel as one or its person is not here."""
    subject = _subject(unit, operation)
    known = load_records(unit.connection, "person", [subject]).get(subject)
    proposed = _text(operation.fields)
    base = _text(proposals.base_of(unit.connection, operation, org=station.org))
    if known is None or max(len(proposed), len(base)) > _MOST:
        return None
    values: dict[str, Value] = {
        "about_kind": operation.kind, "about": operation.record, "subject": subject,
        "name": known.values.get("name"), "home": known.values.get("home_org"), "by_org": operation.org,
        "by_user": operation.user, "made_at": operation.at, "made_why": operation.why[:200] or None,
        "action": operation.action, "base": base, "proposed": proposed, "dot": dot_text(operation.dot),
    }  # fmt: skip
    return {key: value for key, value in values.items() if value is not None}


def _subject(unit: UnitOfWork, operation: Operation) -> str:
    if operation.kind == "person":
        return operation.record
    stored = load_records(unit.connection, operation.kind, [operation.record]).get(operation.record)
    owner = operation.fields.get("person") or (stored.values.get("person") if stored else "")
    return str(owner or "")


def _text(values: Mapping[str, Value]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
