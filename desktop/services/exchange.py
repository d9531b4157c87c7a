"""Exchange: key cards, packages out, packages in, conflicts (`sync.md` section 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop.domain.changes import Changes
from desktop.domain.clock import local_text, stamp
from desktop.domain.dictionary import KINDS, kind_of
from desktop.domain.errors import NotFoundError, PackageError
from desktop.domain.fields import Value
from desktop.domain.house_records import HOUSE_RECORDS
from desktop.domain.ids import new_id, org_id
from desktop.domain.operations import MergePlan, Operation, RecordState
from desktop.domain.permissions import READ_HOUSE
from desktop.domain.progress import Report, silent
from desktop.security import sealing, signing
from desktop.services.backups import back_up_before
from desktop.services.doubtful import with_doubtful
from desktop.services.peers import peers_of, read_file, write_safely
from desktop.services.station import Station
from desktop.store import exchange, merging
from desktop.store.exchange import Conflict, PackageLine, Peer, Stream
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import key_card, merge, order, package
from desktop.sync.order import Arrival, StreamState

_TRUSTED = "trusted"
_SHARED_KINDS = frozenset(kind.key for kind in HOUSE_RECORDS if not kind.local)
_LOCAL_KINDS = frozenset(kind.key for kind in KINDS.values() if kind.local)
_OWN_KINDS = frozenset({"org", "staff"})  # what a community keeps of itself; the rest is its street's to say


@dataclass(frozen=True, slots=True)
class PackResult:
    """A package that was written."""

    id: str
    stream: str
    seq: int
    counts: Mapping[str, int]
    path: Path


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


def pack_for(station: Station, *, to_org: str, path: Path, report: Report = silent) -> PackResult:
    """Write the changes since the last package for a station; raises NotFoundError, DiskFullError."""
    peer = next((one for one in peers_of(station) if one.org == to_org), None)
    if peer is None:
        raise NotFoundError(f"没有登记“{to_org}”的密钥卡", "请先导入对方的密钥卡并核对")
    report(0, 0, "收集改动")
    with station.vault.reading() as connection:
        out = exchange.stream(connection, direction="out", org=to_org)
        incoming = exchange.stream(connection, direction="in", org=to_org)
        cursor = merging.last_number(connection)
        operations = _operations_for(station, connection, peer, out)
    me = station.vault.identity
    signer = signing.SigningKey(station.vault.secret("sign_seed"))
    kid = key_card.kid_of(signer.public)
    draft = package.Draft(
        sender=package.Sender(me.org, me.install, me.epoch, kid.hex()),
        to=package.Recipient(peer.org, peer.install),
        stream=f"{me.org}>{peer.org}",
        seq=out.last_seq + 1,
        prev=out.last_manifest,
        created=stamp(station.clock),
        ack=[package.Ack(f"{peer.org}>{me.org}", incoming.last_seq, incoming.last_manifest)],
    )
    sealed, manifest = package.build_package(
        draft, operations, kid=kid, sign=signer.sign,
        seal=lambda plain: sealing.seal(plain, recipients=[peer.recipient]),
    )  # fmt: skip
    report(0, 0, "写入文件")
    write_safely(path, sealed)
    counts = package.counts_of(operations)
    line = PackageLine(
        new_id(station.ids), "out", draft.stream, draft.seq, manifest, peer.org, draft.created, "written", path.name,
        counts,
    )  # fmt: skip
    with station.vault.unit("package.write", why=f"生成发给{peer.name}的数据包") as unit:
        exchange.keep_stream(
            unit, replace(out, epoch=me.epoch, last_seq=draft.seq, last_manifest=manifest, cursor=cursor)
        )
        exchange.keep_package(unit, line)
        unit.commit()
    return PackResult(line.id, line.stream, line.seq, counts, path)


def _operations_for(station: Station, connection: object, peer: Peer, out: Stream) -> list[Operation]:
    """Return our own writes the peer may see: a community sends all to its street, a street what is theirs."""
    found = [one for _, one in merging.operations_after(connection, out.cursor, org=station.org)]  # type: ignore[arg-type]
    found = [one for one in found if one.kind != "org" or station.is_street or one.record == org_id(station.org)]
    found = [one for one in found if one.kind not in _LOCAL_KINDS]
    if peer.kind == "street":
        return [one for one in found if one.kind not in _SHARED_KINDS - _OWN_KINDS]
    theirs = merging.people_of_org(connection, peer.org)  # type: ignore[arg-type]
    owners: dict[str, str] = {}
    for kind in {one.kind for one in found} - _SHARED_KINDS - {"person"}:
        ids = list({one.record for one in found if one.kind == kind})
        owners.update(merging.owners_of(connection, kind, ids))  # type: ignore[arg-type]
    return [one for one in found if one.kind in _SHARED_KINDS or owners.get(one.record, one.record) in theirs]


def preview_merge(station: Station, *, path: Path, report: Report = silent) -> MergePreview:
    """Verify a package and return what merging it would do; writes nothing.

    Raises PackageError (with its reason), NotFoundError.
    """
    report(0, 0, "解密并核对签名")
    sealed = read_file(path, most=package.MOST_SEALED)
    identity = station.vault.secret("age_identity").decode("ascii")
    plain = sealing.unseal(sealed, identity=identity)
    known = [one for one in peers_of(station) if one.state == _TRUSTED]
    keys: dict[bytes, list[bytes]] = {}
    for one in known:
        keys.setdefault(key_card.kid_of(one.sign_key), []).append(one.sign_key)
    opened = package.open_package(plain, keys=keys, is_signed=signing.is_signed)
    manifest = opened.manifest
    peer = _sender(known, manifest)
    _refuse_misdirected(station, manifest, peer)
    arrival, at = _arrival(station, manifest, opened.manifest_hash)
    if arrival is Arrival.ALREADY:
        return MergePreview(path, peer, manifest, opened.manifest_hash, MergePlan(), (), already=at)
    held = _held_reason(station, arrival, manifest)
    report(0, 0, "读取内容")
    operations = tuple(opened.operations())
    plan = _plan(station, peer, operations)
    is_new_epoch = arrival is Arrival.NEW_EPOCH
    return MergePreview(
        path, peer, manifest, opened.manifest_hash, plan, operations, held=held, is_new_epoch=is_new_epoch
    )


def _sender(known: Sequence[Peer], manifest: package.Manifest) -> Peer:
    for one in known:
        same = one.org == manifest.sender.org and one.install == manifest.sender.install
        if same and key_card.kid_of(one.sign_key).hex() == manifest.sender.kid:
            return one
    raise PackageError("unknown-sender", "发包单位与登记的密钥卡对不上", "请联系对方核实")


def _refuse_misdirected(station: Station, manifest: package.Manifest, peer: Peer) -> None:
    me = station.vault.identity
    if manifest.to.org != me.org or manifest.to.install != me.install:
        raise PackageError(
            "wrong-recipient", f"这个包是发给“{manifest.to.org}”的，不是发给本单位的", "请确认拿对了文件"
        )
    if manifest.stream != f"{peer.org}>{me.org}":
        raise PackageError("wrong-stream", "数据包的编号与发包单位对不上", "请联系对方核实")


def _arrival(station: Station, manifest: package.Manifest, manifest_hash: str) -> tuple[Arrival, str]:
    """Return what the package is to its stream, and when it came in if it already did."""
    with station.vault.reading() as connection:
        one = exchange.stream(connection, direction="in", org=manifest.sender.org)
        state = StreamState(
            one.epoch, one.last_seq, one.last_manifest, exchange.manifests_of(connection, manifest.stream)
        )
        at = exchange.imported_at(connection, manifest.stream, manifest.seq)
    arrival = order.arrival_of(
        state, epoch=manifest.sender.epoch, seq=manifest.seq, prev=manifest.prev, manifest=manifest_hash
    )
    return arrival, local_text(at)


_REFUSALS = {
    Arrival.FORK: ("fork", "同一编号来了两个不同的包，对方可能有两台电脑在用同一份库", "请联系对方核实，先不要导入"),
    Arrival.TOO_FAR: ("too-far", "数据包的编号跳得太远", "请联系对方核实"),
    Arrival.REWRITTEN: ("rewritten", "数据包与上一个接不上，对方的记录可能被改写过", "请联系对方核实"),
    Arrival.OLD_EPOCH: ("old-epoch", "这是对方恢复备份之前的旧包", "请让对方重新生成"),
}  # fmt: skip


def _held_reason(station: Station, arrival: Arrival, manifest: package.Manifest) -> str:
    """Return why a package must wait, '' if it need not; raises PackageError if it may never come in."""
    if arrival in _REFUSALS:
        raise PackageError(*_REFUSALS[arrival])
    if arrival is Arrival.GAP:
        with station.vault.reading() as connection:
            last = exchange.stream(connection, direction="in", org=manifest.sender.org).last_seq
        missing = "、".join(f"第 {number} 个" for number in range(last + 1, min(manifest.seq, last + 6)))
        return f"前面还缺{missing}数据包，请先导入"
    return ""


def _plan(station: Station, peer: Peer, operations: Sequence[Operation]) -> MergePlan:
    """Return the merge plan of operations from a peer."""
    states: dict[merge.Key, RecordState] = {}
    with station.vault.reading() as connection:
        for kind in {one.kind for one in operations}:
            if kind in _KNOWN_KINDS:
                ids = list({one.record for one in operations if one.kind == kind})
                states.update({(kind, record): one for record, one in merging.states_of(connection, kind, ids).items()})
        owners = {str(one.fields["person"]) for one in operations if one.fields.get("person")}
        owners |= {str(one.values.get("person") or "") for one in states.values()}
        homes = merging.home_orgs(connection, [one for one in owners if one])
    rules = peer.kind == "street" and not station.is_street
    objection = _objection(peer, states, homes, operations) if not rules else _no_objection
    plan = merge.plan_merge(operations, states, objection=objection, sender_rules=rules)
    return with_doubtful(plan, states, today=station.today())


_KNOWN_KINDS = frozenset(kind.key for kind in KINDS.values() if not kind.local)


def _no_objection(operation: Operation) -> str | None:
    del operation
    return None


def _objection(
    peer: Peer, states: Mapping[merge.Key, RecordState], homes: Mapping[str, str], operations: Sequence[Operation]
) -> merge.Objection:
    """Return the check of what a community may do at its street: its own people and what is theirs."""
    arriving = {one.record: str(one.fields.get("home_org") or peer.org) for one in operations if one.kind == "person"}

    def home(person: str) -> str | None:
        stored = states.get(("person", person))
        return str(stored.values.get("home_org") or "") if stored else homes.get(person) or arriving.get(person)

    def objection(operation: Operation) -> str | None:
        stored = states.get((operation.kind, operation.record))
        if operation.kind in _SHARED_KINDS - _OWN_KINDS:
            return "代码表、机构别名和高龄档次由街道维护"
        if operation.kind in _SHARED_KINDS:
            code = str(operation.fields.get("org") or operation.fields.get("code") or "")
            mine = stored is None or peer.org in {stored.values.get("org"), stored.values.get("code")}
            return None if mine and code in {"", peer.org} else "不是该单位自己的机构信息"
        if operation.kind == "person":
            if home(operation.record) != peer.org:
                return "这个人不归该社区管理"
            moved = operation.fields.get("home_org", peer.org)
            return None if moved == peer.org else "社区不能自行把人转到别处"
        person = str(operation.fields.get("person") or (stored.values.get("person") if stored else "") or "")
        return None if home(person) == peer.org else "所属的人不归该社区管理"

    return objection


def apply_merge(
    station: Station, *, preview: MergePreview, accept_epoch: bool = False, report: Report = silent
) -> MergeResult:
    """Apply what a preview showed, in one transaction with a backup before it.

    A package of a sender's new epoch needs `accept_epoch`: somebody asked the sender whether it
    restored a backup. The plan is made again inside the unit's view; if it differs from what was shown, nothing is
    written. Raises PackageError, DiskFullError.
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


def list_conflicts(station: Station) -> list[Conflict]:
    """Return the conflicts that wait for a decision, oldest first."""
    with station.vault.reading() as connection:
        return exchange.open_conflicts(connection)


def resolve_conflict(station: Station, *, conflict: str, keep: str) -> Changes:
    """Decide a conflict: `mine`, `theirs`, or a third value; the decision travels with the next package.

    Raises NotFoundError, InvalidValueError.
    """
    found = next((one for one in list_conflicts(station) if one.id == conflict), None)
    if found is None:
        raise NotFoundError("没有找到这条冲突，或已经处理过", "请刷新冲突列表")
    with station.vault.unit("conflict.resolve", why=f"裁定冲突：{_field_name(found)}") as unit:
        if found.field == merge.DELETION:
            if _keeps_deletion(found, keep):
                unit.delete(found.kind, found.record)
        else:
            value = _decided(found, keep)
            unit.put(found.kind, found.record, {found.field: value}, force=[found.field])
        exchange.close_conflict(unit, conflict=conflict, decision=keep)
        return unit.commit()


def _keeps_deletion(found: Conflict, keep: str) -> bool:
    side = found.ours if keep == "mine" else found.theirs
    return side == "已删除"


def _decided(found: Conflict, keep: str) -> Value:
    if keep in {"mine", "theirs"}:
        return found.ours if keep == "mine" else found.theirs
    one = kind_of(found.kind).field(found.field)
    return int(keep) if one.is_number and keep.lstrip("-").isdigit() else keep


def _field_name(found: Conflict) -> str:
    return kind_of(found.kind).field(found.field).label if found.field else "删除与修改"


def packages_listed(station: Station) -> list[PackageLine]:
    """Return the packages that went out and came in, newest first."""
    with station.vault.reading(READ_HOUSE) as connection:
        return exchange.packages(connection)
