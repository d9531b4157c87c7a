"""What was put aside: refused, or left out at a merge; taken in later, or dropped."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.dictionary import KINDS
from desktop.domain.errors import NotFoundError
from desktop.domain.operations import DELETE, Operation
from desktop.domain.permissions import READ_WHOLE
from desktop.services.authority import PROPOSAL
from desktop.services.merges import write_plan
from desktop.services.peers import peers_of
from desktop.services.planning import LAID_ASIDE, plan_of_waiting
from desktop.services.station import Station
from desktop.store import conflicts, people
from desktop.store.conflicts import SetAside
from desktop.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AsideLine:
    """One operation put aside, as lists show it."""

    id: str
    org: str
    name: str  # of the person it is about, '' if unknown
    what: str
    reason: str
    at: str
    may_take: bool  # left out by a person, or proposed: refused ones stay refused


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking in did: operations written, and those that are still refused."""

    taken: int
    refused: int
    changes: Changes


def put_aside_lines(station: Station) -> list[AsideLine]:
    """Return what lies in quarantine, oldest first."""
    with station.vault.reading() as connection:
        found = conflicts.set_aside(connection)
        ids = list({_person(one.operation) for one in found} - {""})
        names = {row.id: row.text("name") for row in people.rows_of(connection, ids)}
    return [
        AsideLine(
            one.id, one.org, names.get(_person(one.operation), "") or str(one.operation.fields.get("name") or ""),
            what_of(one.operation), one.reason, one.at, one.reason in (*LAID_ASIDE, PROPOSAL),
        )
        for one in found
    ]  # fmt: skip


def what_of(operation: Operation) -> str:
    """Return in Chinese what an operation would write: the kind and its fields."""
    kind = KINDS.get(operation.kind)
    if kind is None:
        return "新版本的内容"
    if operation.action == DELETE:
        return f"删除{kind.label}"
    labels = [kind.field(key).label for key in operation.fields if key in kind.keys and key != "person"]
    more = f"等 {len(labels)} 项" if len(labels) > 4 else ""
    return f"{kind.label}：{'、'.join(labels[:4])}{more}"


def take_in(station: Station, *, ids: Collection[str]) -> Taken:
    """Merge operations that were left out, with all that waits behind them, and accept proposals.

    A proposal becomes our own write: whoever proposed it hears of it as of any other. Raises NotFoundError.
    """
    with station.vault.reading(READ_WHOLE) as connection:
        found = conflicts.set_aside(connection)
    waiting = [one for one in found if one.reason in LAID_ASIDE]
    proposed = [one for one in found if one.reason == PROPOSAL and one.id in set(ids)]
    chosen = _with_their_records(waiting, ids)
    if not chosen and not proposed:
        raise NotFoundError("没有可以收进的条目", "被拒的条目要请对方更正后重发")
    peers = {one.org: one for one in peers_of(station)}
    taken = refused = 0
    with station.vault.unit("quarantine.take", why="收进先前放在一边的改动") as unit:
        for org in {one.org for one in chosen}:
            if org not in peers:
                raise NotFoundError("发来这些改动的单位已不在登记之列", "请先登记它的密钥卡")
            mine = [one for one in chosen if one.org == org]
            plan = plan_of_waiting(station, peers[org], [one.operation for one in mine])
            write_plan(unit, station, plan)
            kept = {one.operation.dot for one in plan.refused}
            done = [one.id for one in mine if one.operation.dot not in kept]
            conflicts.forget_set_aside(unit, done)
            taken, refused = taken + len(done), refused + len(kept)
        for proposal in proposed:
            _accept(unit, proposal.operation)
        conflicts.forget_set_aside(unit, [one.id for one in proposed])
        changes = unit.commit()
    return Taken(taken + len(proposed), refused, changes)


def _accept(unit: UnitOfWork, operation: Operation) -> None:
    """Write inside `unit` what another unit proposed, as our own decision."""
    if operation.action == DELETE:
        unit.delete(operation.kind, operation.record)
        return
    keys = KINDS[operation.kind].keys
    fields = {key: value for key, value in operation.fields.items() if key in keys}
    unit.put(operation.kind, operation.record, fields, force=fields)


def drop(station: Station, *, ids: Collection[str], why: str) -> Changes:
    """Throw operations put aside away, with the reason; what waited behind them may then come. Raises NotFoundError."""
    with station.vault.reading() as connection:
        known = {one.id for one in conflicts.set_aside(connection)}
    chosen = [one for one in ids if one in known]
    if not chosen:
        raise NotFoundError("没有找到这些条目，或已经处理过", "请刷新列表")
    with station.vault.unit("quarantine.drop", why=why) as unit:
        conflicts.forget_set_aside(unit, chosen)
        return unit.commit()


def _with_their_records(waiting: Sequence[SetAside], ids: Collection[str]) -> list[SetAside]:
    """Return the chosen operations with the others of the same records, and of people they bring, in order."""
    wanted = set(ids)
    keys = {(one.operation.kind, one.operation.record) for one in waiting if one.id in wanted}
    owners = {record for kind, record in keys if kind == "person"}
    owners |= {str(one.operation.fields.get("person") or "") for one in waiting if one.id in wanted}
    return [
        one
        for one in waiting
        if (one.operation.kind, one.operation.record) in keys
        or (one.operation.kind == "person" and one.operation.record in owners)
        or one.operation.fields.get("person") in owners
    ]


def _person(operation: Operation) -> str:
    return operation.record if operation.kind == "person" else str(operation.fields.get("person") or "")
