"""Merging a verified package: plan and preview first, then one transaction (`sync.md` section 3.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop.domain.changes import Changes
from desktop.domain.clock import stamp
from desktop.domain.errors import PackageError
from desktop.domain.ids import new_id
from desktop.domain.operations import MergePlan, Operation, RecordState
from desktop.domain.progress import Report, silent
from desktop.domain.sharing import KNOWN_KINDS
from desktop.services.arrivals import open_arrival
from desktop.services.authority import no_objection, objection_to
from desktop.services.backups import back_up_before
from desktop.services.doubtful import with_doubtful
from desktop.services.levels import is_superior, units_of
from desktop.services.station import Station
from desktop.store import exchange, merging
from desktop.store.exchange import PackageLine, Peer
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import merge, package
from desktop.sync.order import Arrival


@dataclass(frozen=True, slots=True)
class MergePreview:
    """A verified package and what merging it would do; `already` says when it came in before."""

    path: Path
    peer: Peer
    manifest: package.Manifest
    manifest_hash: str
    plan: MergePlan
    operations: tuple[Operation, ...]
    already: str = ""
    held: str = ""  # why it must wait, in Chinese
    is_new_epoch: bool = False  # the sender restored a backup or changed its computer: a person must confirm


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a merge did."""

    id: str
    stream: str
    seq: int
    state: str  # imported, already, held
    counts: Mapping[str, int]
    message: str
    changes: Changes = field(default_factory=Changes)


def preview_merge(station: Station, *, path: Path, report: Report = silent) -> MergePreview:
    """Verify a package and return what merging it would do; writes nothing.

    Raises PackageError (with its reason), NotFoundError.
    """
    report(0, 0, "解密并核对签名")
    arrived = open_arrival(station, path=path)
    manifest, peer, digest = arrived.opened.manifest, arrived.peer, arrived.opened.manifest_hash
    if arrived.already:
        return MergePreview(path, peer, manifest, digest, MergePlan(), (), already=arrived.already)
    report(0, 0, "读取内容")
    operations = tuple(arrived.opened.operations())
    plan = _plan(station, peer, operations)
    is_new_epoch = arrived.arrival is Arrival.NEW_EPOCH
    return MergePreview(path, peer, manifest, digest, plan, operations, held=arrived.held, is_new_epoch=is_new_epoch)


def _plan(station: Station, peer: Peer, operations: Sequence[Operation]) -> MergePlan:
    """Return the merge plan of operations from a peer."""
    states: dict[merge.Key, RecordState] = {}
    with station.vault.reading() as connection:
        for kind in {one.kind for one in operations}:
            if kind in KNOWN_KINDS:
                ids = list({one.record for one in operations if one.kind == kind})
                states.update({(kind, record): one for record, one in merging.states_of(connection, kind, ids).items()})
        owners = {str(one.fields["person"]) for one in operations if one.fields.get("person")}
        owners |= {str(one.values.get("person") or "") for one in states.values()}
        homes = merging.home_orgs(connection, [one for one in owners if one])
    rules = is_superior(station, peer)
    objection = no_objection if rules else objection_to(peer, states, homes, operations, units_of(station, peer))
    plan = merge.plan_merge(operations, states, objection=objection, sender_rules=rules)
    return with_doubtful(plan, states, today=station.today())


def apply_merge(
    station: Station,
    *,
    preview: MergePreview,
    accept_epoch: bool = False,
    is_backed_up: bool = False,
    report: Report = silent,
) -> MergeResult:
    """Apply what a preview showed, in one transaction with a backup before it.

    A package of a sender's new epoch needs `accept_epoch`: somebody asked the sender whether it
    restored a backup. `is_backed_up` says that whoever merges many made one backup before all. The
    plan is made again; if it differs from what was shown, nothing is written. Raises PackageError,
    DiskFullError.
    """
    manifest, peer = preview.manifest, preview.peer
    counts = dict(preview.plan.counts)
    if preview.already:
        message = f"这个包已在 {preview.already} 导入过，没有改动"
        return MergeResult(preview.manifest_hash[:32], manifest.stream, manifest.seq, "already", {}, message)
    if preview.held:
        return MergeResult(preview.manifest_hash[:32], manifest.stream, manifest.seq, "held", counts, preview.held)
    if preview.is_new_epoch and not accept_epoch:
        raise PackageError("new-epoch", f"{peer.name}的登记库恢复过备份或换了电脑", "请打电话核实，确认后再合并这个包")
    if not is_backed_up:
        back_up_before(station, what="合并")
    report(0, 0, "写入登记库")
    if _plan(station, peer, preview.operations) != preview.plan:
        raise PackageError("changed", "预览之后登记库有了新的改动", "请重新预览再合并")
    with station.vault.unit("package.merge", why=f"合并{peer.name}第 {manifest.seq} 个数据包") as unit:
        merging.apply_plan(unit, preview.plan, clock=station.clock, ids=station.ids)
        _close_settled(unit, preview.plan)
        line = PackageLine(
            preview.manifest_hash[:32], "in", manifest.stream, manifest.seq, preview.manifest_hash, peer.org,
            stamp(station.clock), "imported", preview.path.name, counts, unit.header.batch,
        )  # fmt: skip
        for refusal in preview.plan.refused:
            exchange.put_aside(
                unit, record=new_id(station.ids), package=line.id, operation=refusal.operation, reason=refusal.reason
            )
        _note_arrival(unit, preview, line)
        changes = unit.commit()
    return MergeResult(line.id, line.stream, line.seq, "imported", counts, "合并完成", changes)


def _close_settled(unit: UnitOfWork, plan: MergePlan) -> None:
    fresh = {(one.record, one.field) for one in plan.conflicts}
    settled = [(one.record, key) for one in plan.records for key in one.take if (one.record, key) not in fresh]
    exchange.close_overtaken(unit, settled)


def _note_arrival(unit: UnitOfWork, preview: MergePreview, line: PackageLine) -> None:
    """Write the stream's new position, the package's line and what the sender has received of ours."""
    manifest = preview.manifest
    one = exchange.stream(unit.connection, direction="in", org=preview.peer.org)
    exchange.keep_stream(
        unit,
        replace(one, epoch=manifest.sender.epoch, last_seq=manifest.seq, last_manifest=preview.manifest_hash),
    )
    exchange.keep_package(unit, line)
    out = exchange.stream(unit.connection, direction="out", org=preview.peer.org)
    acked = max((ack.seq for ack in manifest.ack), default=0)
    if out.last_seq and out.acked_seq < acked <= out.last_seq:
        exchange.keep_stream(unit, replace(out, acked_seq=acked))
