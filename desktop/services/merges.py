"""Merging a verified package: plan and preview first, then one transaction (`sync.md` section 3.5)."""

import gc
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop.config.own_process import age_unseen, collecting_seldom
from desktop.domain.changes import Changes
from desktop.domain.clock import stamp
from desktop.domain.errors import PackageError
from desktop.domain.file_names import shown_name
from desktop.domain.ids import new_id
from desktop.domain.operations import MergePlan, Operation
from desktop.domain.permissions import FEW_DELETED, READ_WHOLE
from desktop.domain.progress import Report, silent
from desktop.services.acks import hear
from desktop.services.arrivals import Arrived, open_arrival
from desktop.services.backups import back_up_before
from desktop.services.digests import compare
from desktop.services.directories import take_directory
from desktop.services.keyring import learn
from desktop.services.levels import passes_on
from desktop.services.log_heads import remember
from desktop.services.media import line_of, pictures_in, take_pictures
from desktop.services.peers import read_file
from desktop.services.planning import plan_for
from desktop.services.proposing import make_proposals
from desktop.services.second_person import eligible
from desktop.services.station import Station
from desktop.store import conflicts, epochs, erasing, exchange, holding, merging
from desktop.store.exchange import EVERYTHING, PackageLine, Peer
from desktop.store.holding import Held
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import merge, package
from desktop.sync.brakes import Brakes, brakes_for, people_removed
from desktop.sync.manifest import DIRECTORY, MEDIA
from desktop.sync.order import Arrival
from desktop.sync.plan_hash import plan_hash


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
    sealed: bytes = field(default=b"", repr=False)  # the file, for one that must wait
    beside: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # verified parts that are no records
    left_out: frozenset[merge.Key] = frozenset()  # records a person left out
    head: tuple[int, bytes] | None = None  # the end of the change log when the plan was made
    plan_hash: str = ""  # of the plan as it was shown: another one is not applied
    hashed: MergePlan | None = field(default=None, repr=False)  # the very plan the hash was taken of; it cannot change


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a merge did, and which packages that had waited came in behind it."""

    id: str
    stream: str
    seq: int
    state: str  # imported, already, held
    counts: Mapping[str, int]
    message: str
    changes: Changes = field(default_factory=Changes)
    taken_up: tuple["MergeResult", ...] = ()
    notices: tuple[str, ...] = ()  # what the clerk should know besides, in Chinese


def preview_merge(station: Station, *, path: Path, report: Report = silent) -> MergePreview:
    """Verify a package and return what merging it would do.

    Writes no record and nothing of the package, but see `open_arrival`.
    Raises PackageError (with its reason), NotFoundError.
    """
    sealed = read_file(path, most=package.MOST_SEALED)
    return preview_sealed(station, sealed=sealed, path=path, report=report)


def preview_sealed(station: Station, *, sealed: bytes, path: Path, report: Report = silent) -> MergePreview:
    """Do as `preview_merge` with the bytes of a package; `path` is where they came from."""
    report(0, 0, "解密并核对签名")
    arrived = open_arrival(station, sealed=sealed, name=shown_name(path))
    manifest, peer, digest = arrived.opened.manifest, arrived.peer, arrived.opened.manifest_hash
    if arrived.already:
        return MergePreview(path, peer, manifest, digest, MergePlan(), (), already=arrived.already)
    report(0, 0, "读取内容")
    if manifest.kind == MEDIA:
        beside = pictures_in(arrived.opened.beside)
        plan = MergePlan(counts={"media": len(beside)})
        return MergePreview(path, peer, manifest, digest, plan, (), beside=beside)
    head = station.vault.head()
    with _all_alive():
        operations = tuple(_operations_of(station, arrived))
        plan = plan_for(station, peer, operations)
    return MergePreview(
        path, peer, manifest, digest, plan, operations, held=arrived.held, head=head,
        is_new_epoch=arrived.arrival is Arrival.NEW_EPOCH, sealed=sealed if arrived.held else b"",
        beside=arrived.opened.beside, plan_hash=plan_hash(plan), hashed=plan,
    )  # fmt: skip


@contextmanager
def _all_alive() -> Iterator[None]:
    """Keep the collector of cycles away while a package is read and planned.

    All that is made stays alive until the merge is done, and the collector would look at each of it
    again and again: a third of the time of a large package.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        age_unseen()
        if was_on:
            gc.enable()


def _operations_of(station: Station, arrived: Arrived) -> list[Operation]:
    """Return the operations of a verified package; a community passes on nothing that others wrote."""
    with station.vault.reading(READ_WHOLE) as connection:
        installs = exchange.installs_of(connection, arrived.peer.org)
        erased = erasing.erased_people(connection)
    return list(without_erased(arrived.opened.operations(installs=installs, relays=passes_on(arrived.peer)), erased))


def without(station: Station, preview: MergePreview, *, left_out: Collection[merge.Key]) -> MergePreview:
    """Return the preview with some records left out: they go to quarantine, to be taken in or dropped later."""
    head = station.vault.head()
    plan = plan_for(station, preview.peer, preview.operations, left_out=left_out)
    return replace(preview, plan=plan, left_out=frozenset(left_out), head=head, plan_hash=plan_hash(plan), hashed=plan)


def without_erased(operations: Sequence[Operation], erased: frozenset[str]) -> tuple[Operation, ...]:
    """Return the operations that say nothing about people erased here: late ones must not bring them back."""
    children = {one.record for one in operations if one.fields.get("person") in erased}
    return tuple(
        one for one in operations
        if one.kind == "erasure" or not (one.record in erased or one.record in children)
    )  # fmt: skip


def _erase_ordered(station: Station, unit: UnitOfWork, plan: MergePlan) -> None:
    """Erase whom the package says to erase."""
    for one in plan.records:
        person = str(one.take["person"][0] or "") if one.kind == "erasure" and "person" in one.take else ""
        if person:
            erasing.erase(unit, person, proof=new_id(station.ids))


def apply_merge(
    station: Station,
    *,
    preview: MergePreview,
    accept_epoch: bool = False,
    confirmed: int | None = None,
    is_backed_up: bool = False,
    report: Report = silent,
) -> MergeResult:
    """Apply what a preview showed, in one transaction with a backup before it.

    A package of a sender's new epoch needs `accept_epoch`: somebody asked the sender whether it
    restored a backup. One that must wait is kept in the vault and comes in by itself once the ones before
    it did. Mass changes need `confirmed`, the number `brakes_of` gives, typed by a person. `is_backed_up` says
    that whoever merges many made one backup before all. The plan is made again; if it differs from what was
    shown, nothing is written. Raises PackageError, DiskFullError, SecondPersonError for many people removed.
    """
    if preview.already:
        return _result(preview, "already", preview.already, counts={})
    if preview.held:
        _hold(station, preview)
        return _result(preview, "held", preview.held)
    if preview.manifest.kind == MEDIA:
        return _keep_pictures(station, preview)
    if preview.is_new_epoch and not accept_epoch:
        name = preview.peer.name
        raise PackageError("new-epoch", f"{name}的登记库恢复过备份或换了电脑", "请打电话核实，确认后再合并这个包")
    brakes = brakes_of(station, preview)
    if brakes and confirmed != brakes.number:
        raise PackageError(
            "mass-change", f"这个包的改动异常多：{brakes.text}", f"核实后请输入数字 {brakes.number} 再合并"
        )
    if not is_backed_up:
        back_up_before(station, what="合并")
    with collecting_seldom():
        done = _write(station, preview, report)
    return replace(done, taken_up=tuple(_take_up(station, preview.peer, preview.manifest.stream, report)))


def _keep_pictures(station: Station, preview: MergePreview) -> MergeResult:
    """Keep the pictures of a package that holds nothing else."""
    peer, manifest = preview.peer, preview.manifest
    line = line_of(
        station, manifest_hash=preview.manifest_hash, peer=peer, manifest=manifest, file=shown_name(preview.path)
    )
    with station.vault.unit("package.merge", why=f"收下{peer.name}的 {len(preview.beside)} 张照片") as unit:
        take_pictures(unit, peer, preview.beside, replace(line, batch=unit.header.batch))
        changes = unit.commit()
    return replace(_result(preview, "imported", f"收下 {len(preview.beside)} 张照片"), changes=changes)


def brakes_of(station: Station, preview: MergePreview) -> Brakes | None:
    """Return why merging needs a second confirmation, None if it does not."""
    with station.vault.reading(READ_WHOLE) as connection:
        people = merging.count_of_org(connection, preview.peer.org)
    return brakes_for(preview.plan, people=people)


def asks_a_person(station: Station, preview: MergePreview) -> bool:
    """Return True if merging wants somebody there: a number to type, or a second supervisor for whom it removes."""
    if brakes_of(station, preview):
        return True
    others = eligible(station.vault.folder, user=station.user)
    return bool(others) and people_removed(preview.plan) > FEW_DELETED


def _result(preview: MergePreview, state: str, message: str, *, counts: Mapping[str, int] | None = None) -> MergeResult:
    manifest = preview.manifest
    found = dict(preview.plan.counts) if counts is None else counts
    return MergeResult(preview.manifest_hash[:32], manifest.stream, manifest.seq, state, found, message)


def _hold(station: Station, preview: MergePreview) -> None:
    """Keep a package that came before its turn."""
    manifest = preview.manifest
    one = Held(
        preview.manifest_hash, manifest.stream, preview.peer.org, manifest.sender.writer, manifest.seq, holding.GAP,
        shown_name(preview.path), stamp(station.clock),
    )  # fmt: skip
    with station.vault.unit("package.hold", why=f"{preview.peer.name}第 {manifest.seq} 个数据包等前面的") as unit:
        holding.hold(unit, one, sealed=preview.sealed)
        unit.commit()


def _write(station: Station, preview: MergePreview, report: Report) -> MergeResult:
    """Write a merge in one transaction."""
    manifest, peer = preview.manifest, preview.peer
    report(0, 0, "写入登记库")
    if _is_stale(station, preview):
        raise PackageError("changed", "预览之后登记库有了新的改动", "请重新预览再合并")
    why, note = f"合并{peer.name}第 {manifest.seq} 个数据包", json.dumps({"plan": preview.plan_hash})
    with station.vault.unit("package.merge", why=why, source=note) as unit:
        write_plan(unit, station, preview.plan)
        line = PackageLine(
            preview.manifest_hash[:32], "in", manifest.stream, manifest.seq, preview.manifest_hash, peer.org,
            stamp(station.clock), "imported", shown_name(preview.path), dict(preview.plan.counts), unit.header.batch,
            writer=manifest.sender.writer, position=manifest.cursor.to, kind=manifest.kind,
        )  # fmt: skip
        for refusal in make_proposals(unit, station, preview.plan.refused):
            exchange.put_aside(
                unit, record=new_id(station.ids), package=line.id, operation=refusal.operation, reason=refusal.reason
            )
        _note_arrival(unit, station, preview, line)
        heard = hear(unit, station, peer=peer, manifest=manifest)
        restored = f"{peer.name}收到过本库没有记录的数据包，视为从备份恢复"
        if heard.behind:
            epochs.owe(unit, restored, above=heard.behind)
        told = take_directory(unit, station, peer, preview.beside.get(DIRECTORY, b""))
        if not preview.is_new_epoch:  # the sender may have lost what we have: it gets it back first
            told += compare(unit, peer=peer, manifest=manifest)
        changes = unit.commit()
    if any(one.kind == "erasure" for one in preview.plan.records):
        station.vault.scrub()
    if heard.behind:
        station.vault.begin_epoch(restored, above=heard.behind)
    return replace(_result(preview, "imported", "合并完成"), changes=changes, notices=(*heard.notices, *told))


def _is_stale(station: Station, preview: MergePreview) -> bool:
    """Return True if merging would do something else than was shown.

    What is about to be written must have the hash that was kept with the preview. The plan is made again only if
    something was written since: from the same store and the same package comes the same plan.
    """
    plan = preview.plan
    if preview.head is None or station.vault.head() != preview.head:
        plan = plan_for(station, preview.peer, preview.operations, left_out=preview.left_out)
    return plan is not preview.hashed and plan_hash(plan) != preview.plan_hash


def write_plan(unit: UnitOfWork, station: Station, plan: MergePlan) -> None:
    """Write a plan inside `unit`, with the conflicts it opens and closes and what went by itself."""
    conflicts.close_settled(unit, plan)
    merging.apply_plan(unit, plan, clock=station.clock, ids=station.ids)
    conflicts.keep_soft(unit, plan, ids=station.ids)
    _erase_ordered(station, unit, plan)


def _note_arrival(unit: UnitOfWork, station: Station, preview: MergePreview, line: PackageLine) -> None:
    """Write the stream's new position and the package's line; a new epoch is answered with everything."""
    manifest, org = preview.manifest, preview.peer.org
    one = exchange.stream(unit.connection, direction="in", org=org)
    exchange.keep_stream(
        unit,
        replace(
            one, epoch=manifest.sender.epoch, last_seq=manifest.seq, last_manifest=preview.manifest_hash,
            writer=manifest.sender.writer, cursor=manifest.cursor.to, alarm="" if preview.is_new_epoch else one.alarm,
        ),
    )  # fmt: skip
    exchange.keep_package(unit, line)
    exchange.note_reader(unit, org, manifest.caps.max_reader)
    learn(unit, preview.peer, manifest)
    remember(unit, station, peer=preview.peer, manifest=manifest)
    holding.let_go_overtaken(unit, manifest.stream, writer=manifest.sender.writer, seq=manifest.seq)
    if preview.is_new_epoch:
        out = exchange.stream(unit.connection, direction="out", org=org)
        exchange.keep_stream(unit, replace(out, rebase=EVERYTHING))


def _take_up(station: Station, peer: Peer, stream: str, report: Report) -> Iterator[MergeResult]:
    """Bring in the packages of a stream that waited for the one that just came, one after the other.

    One that cannot come in after all is let go with the reason said; what came in before it stays.
    """
    while (due := _due(station, peer, stream)) is not None:
        held, sealed = due
        try:
            preview = preview_sealed(station, sealed=sealed, path=Path(held.file), report=report)
        except PackageError as error:
            with station.vault.unit("package.hold", why="等待的数据包不能导入") as unit:
                holding.let_go(unit, held.id)
                unit.commit()
            yield MergeResult(held.id[:32], stream, held.seq, "refused", {}, str(error))
            continue
        if preview.held or preview.already or preview.is_new_epoch or asks_a_person(station, preview):
            return
        yield _write(station, preview, report)


def _due(station: Station, peer: Peer, stream: str) -> tuple[Held, bytes] | None:
    """Return the waiting package whose turn it is, with its file."""
    with station.vault.reading(READ_WHOLE) as connection:
        one = exchange.stream(connection, direction="in", org=peer.org)
        for held in holding.held(connection, stream=stream):
            if held.writer == one.writer and held.seq == one.last_seq + 1:
                sealed = holding.sealed_of(connection, held.id)
                return None if sealed is None else (held, sealed)
    return None
