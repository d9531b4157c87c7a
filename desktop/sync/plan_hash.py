"""One hash for one merge plan: what a person saw is what is applied, or nothing is (`sync.md` section 3.5 step 8)."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import msgspec

from desktop.domain.operations import Dot, FieldConflict, MergePlan, Operation, PlannedRecord, SoftConflict

_DOMAIN = b"yince merge plan/v1\n"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_encode_fast = msgspec.json.Encoder(order="sorted").encode  # the same bytes, but for numbers with a point


def plan_hash(plan: MergePlan) -> str:
    """Return the SHA-256 (hex) of everything a plan would do, the same in every process and at every station.

    One canonical JSON line a record, conflict or refusal, in the order of their keys: the order in which the
    store happened to return things plays no part.
    """
    digest = hashlib.sha256(_DOMAIN)
    encode = _encode_any if _says_more(plan) else _encode_fast
    for name, lines in _sections(plan):
        texts = sorted(map(encode, lines))
        digest.update(f"{name} {len(texts)}\n".encode())
        for text in texts:
            digest.update(text + b"\n")
    return digest.hexdigest()


def _encode_any(line: Any) -> bytes:
    return _encode(line).encode("utf-8")


def _says_more(plan: MergePlan) -> bool:
    """Return True if a newer program said something besides: only there two encoders may write numbers apart."""
    planned = (operation for one in plan.records for operation in one.operations)
    return any(one.more for one in chain(plan.carried, (one.operation for one in plan.refused), planned))


def _sections(plan: MergePlan) -> Iterator[tuple[str, Iterable[Any]]]:
    yield "records", map(_record, plan.records)
    yield "conflicts", map(_conflict, plan.conflicts)
    yield "refused", ([*_operation(one.operation), one.reason] for one in plan.refused)
    yield "carried", map(_operation, plan.carried)
    yield "soft", map(_soft, plan.soft)
    yield "known", [plan.known]
    yield "counts", [dict(plan.counts)]


def _record(one: PlannedRecord) -> list[Any]:
    """Return a record; what is taken as the only operation of a record wrote it is 0, any other in full."""
    only = one.operations[0] if len(one.operations) == 1 else None
    take: dict[str, Any] = {}
    for key, (value, dot) in one.take.items():
        is_of_it = (
            only is not None
            and (dot is only.dot or dot == only.dot)
            and key in only.fields
            and (only.fields[key] is value or only.fields[key] == value)
        )
        take[key] = 0 if is_of_it else [value, *_dot(dot)]
    return [
        one.kind, one.record, one.is_new, [_operation(each) for each in one.operations], dict(one.before), take,
        dict(one.vector), one.deleted, sorted(one.settled),
    ]  # fmt: skip


def _operation(one: Operation) -> list[Any]:
    return [
        one.kind, one.record, one.action, *_dot(one.dot), dict(one.base), dict(one.fields), one.org, one.user, one.at,
        one.why, dict(one.more),
    ]  # fmt: skip


def _conflict(one: FieldConflict) -> list[Any]:
    return [
        one.kind, one.record, one.field, one.base, one.ours, _dot(one.ours_dot), one.theirs, _dot(one.theirs_dot),
        one.provisional,
    ]  # fmt: skip


def _soft(one: SoftConflict) -> list[Any]:
    return [one.kind, one.record, sorted(one.ours), sorted(one.theirs), one.org, one.user, one.at]


def _dot(one: Dot | None) -> list[Any]:
    return [one.writer, one.counter] if one else ["", 0]
