"""Mass changes stop before they are merged: a person types the number (`sync.md` section 3.5 step 7)."""

from dataclasses import dataclass

from desktop.domain.operations import DELETE, MergePlan, PlannedRecord

MOST_DELETED, MOST_DELETED_SHARE = 5, 0.02
MOST_MOVED = 10
MOST_CONFLICTS, MOST_CONFLICTS_SHARE = 5, 0.05


@dataclass(frozen=True, slots=True)
class Brakes:
    """What is too much of a merge, in Chinese, and the number a person must type."""

    text: str
    number: int


def brakes_for(plan: MergePlan, *, people: int) -> Brakes | None:
    """Return why a plan needs a second confirmation, None if it does not.

    More deletions than 5 and 2 % of the sender's people; more than 10 people who change hands; more conflicts
    than 5 and 5 % of the records. The number is all of these together.
    """
    deleted = sum(one.deleted and any(op.action == DELETE for op in one.operations) for one in plan.records)
    moved = sum(_moves(one) for one in plan.records)
    conflicts = len(plan.conflicts)
    found = []
    if deleted > max(MOST_DELETED, people * MOST_DELETED_SHARE):
        found.append((f"删除 {deleted} 条", deleted))
    if moved > MOST_MOVED:
        found.append((f"{moved} 人换了所属社区", moved))
    if conflicts > max(MOST_CONFLICTS, len(plan.records) * MOST_CONFLICTS_SHARE):
        found.append((f"冲突 {conflicts} 条", conflicts))
    if not found:
        return None
    return Brakes("，".join(text for text, _ in found), sum(number for _, number in found))


def people_removed(plan: MergePlan) -> int:
    """Return how many people we know a plan takes out of the register: deleted, or to be erased."""
    deleted = {
        one.record
        for one in plan.records
        if one.kind == "person" and one.deleted and not one.is_new
        if any(operation.action == DELETE for operation in one.operations)
    }
    erased = {str(one.take["person"][0]) for one in plan.records if one.kind == "erasure" and "person" in one.take}
    return len(deleted | erased)


def _moves(one: PlannedRecord) -> bool:
    """Return True for a person we know whose home changes."""
    if one.kind != "person" or one.is_new or "home_org" not in one.take:
        return False
    before = one.before.get("home_org")
    return bool(before) and one.take["home_org"][0] != before
