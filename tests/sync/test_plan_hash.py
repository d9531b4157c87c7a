"""The hash of a merge plan: one for one plan in whatever order it was made, another for any other plan."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.domain.operations import (
    PUT,
    Dot,
    FieldConflict,
    MergePlan,
    Operation,
    PlannedRecord,
    Refusal,
    SoftConflict,
)
from desktop.sync.plan_hash import _sections, plan_hash

WRITER = "ab" * 16 + ":1"
DOT = Dot(WRITER, 7)
WRITE = Operation("person", "p1", PUT, DOT, {}, {"name": "张三", "live_addr": "一号楼"}, "610100001001", "王敏", "t")
RECORD = PlannedRecord(
    "person", "p1", True, (WRITE,), {}, {"name": ("张三", DOT), "live_addr": ("一号楼", DOT)}, {WRITER: 7},
    settled=frozenset({"a", "b", "c"}),
)  # fmt: skip
OTHER = replace(RECORD, record="p2")
CONFLICT = FieldConflict("person", "p1", "name", None, "甲", None, "乙", DOT, "乙")
SOFT = SoftConflict("person", "p1", ("name",), ("live_addr",), "610100001001", "王敏", "t")
PLAN = MergePlan(
    (RECORD, OTHER), (CONFLICT,), (Refusal(WRITE, "不归该社区管理"),), 3, (WRITE,), (SOFT,), {"person.new": 2}
)


def test_the_order_in_which_a_plan_was_made_plays_no_part() -> None:
    turned = replace(
        PLAN, records=(OTHER, replace(RECORD, take=dict(reversed(list(RECORD.take.items()))),
                                      settled=frozenset({"c", "b", "a"}))),
    )  # fmt: skip
    assert plan_hash(turned) == plan_hash(PLAN)


AWKWARD = "".join(map(chr, range(0x250))) + "\u2028\ufeff\ue863\U00020bb7<>&/"


@pytest.mark.parametrize("more", [{}, {"half": 0.5, "big": 1e16, "deep": {"b": [1, None, True], "a": AWKWARD}}])
def test_the_hash_is_of_the_lines_python_writes_whatever_stands_in_them(more: dict[str, object]) -> None:
    write = replace(WRITE, fields={"remark": AWKWARD, "pension_amt": 2**52, "name": None}, why=AWKWARD, more=more)
    plan = replace(PLAN, records=(replace(RECORD, operations=(write,)), OTHER), carried=(write,))
    digest = hashlib.sha256(b"yince merge plan/v1\n")
    for name, found in _sections(plan):
        lines = sorted(json.dumps(one, ensure_ascii=False, separators=(",", ":"), sort_keys=True) for one in found)
        digest.update(f"{name} {len(lines)}\n{''.join(line + chr(10) for line in lines)}".encode())
    assert plan_hash(plan) == digest.hexdigest()


def test_an_empty_plan_has_the_hash_a_stranger_computes() -> None:
    lines = "records 0\nconflicts 0\nrefused 0\ncarried 0\nsoft 0\nknown 1\n0\ncounts 1\n{}\n"
    assert plan_hash(MergePlan()) == hashlib.sha256(b"yince merge plan/v1\n" + lines.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, records=one.records[:1]),
        lambda one: replace(one, records=(OTHER, replace(RECORD, take={**RECORD.take, "name": ("李四", DOT)}))),
        lambda one: replace(one, records=(OTHER, replace(RECORD, before={"name": "李四"}))),
        lambda one: replace(one, records=(OTHER, replace(RECORD, vector={WRITER: 8}))),
        lambda one: replace(one, records=(OTHER, replace(RECORD, deleted=True))),
        lambda one: replace(one, records=(OTHER, replace(RECORD, settled=frozenset({"a", "b"})))),
        lambda one: replace(one, records=(OTHER, replace(RECORD, operations=(replace(WRITE, user="别人"),)))),
        lambda one: replace(one, conflicts=(replace(CONFLICT, provisional="甲"),)),
        lambda one: replace(one, refused=(Refusal(WRITE, "别的原因"),)),
        lambda one: replace(one, carried=()),
        lambda one: replace(one, soft=(replace(SOFT, ours=("sex",)),)),
        lambda one: replace(one, known=4),
        lambda one: replace(one, counts={"person.new": 3}),
    ],
)
def test_whatever_differs_changes_the_hash(change: Callable[[MergePlan], MergePlan]) -> None:
    assert plan_hash(change(PLAN)) != plan_hash(PLAN)
