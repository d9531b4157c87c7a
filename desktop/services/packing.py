"""Packages out: what a peer may see of what was written here, signed and sealed to it (`sync.md` section 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.domain.clock import stamp
from desktop.domain.errors import KeyCardError, NotFoundError
from desktop.domain.operations import Operation
from desktop.domain.permissions import READ_WHOLE
from desktop.domain.progress import Report, silent
from desktop.security import sealing
from desktop.services.acks import own_ack
from desktop.services.digests import own_digest
from desktop.services.directories import directory_for
from desktop.services.keyring import TRUSTED, Signer, note_carried, signer_for
from desktop.services.levels import is_superior
from desktop.services.log_heads import own_head
from desktop.services.outgoing import Extent, operations_for
from desktop.services.peers import peers_of, write_safely
from desktop.services.station import Station
from desktop.services.withholding import profile_of, without_withheld
from desktop.store import exchange, media, merging
from desktop.store.engine import Reading
from desktop.store.exchange import EVERYTHING, PackageLine, Peer, Stream
from desktop.sync import package
from desktop.sync.manifest import DELTA, SNAPSHOT, written_format


@dataclass(frozen=True, slots=True)
class PackResult:
    """A package that was written."""

    id: str
    stream: str
    seq: int
    counts: Mapping[str, int]
    path: Path
    kind: str = DELTA


@dataclass(frozen=True, slots=True)
class _Packing:
    """What goes into the next package for a peer, read in one consistent look at the vault."""

    out: Stream
    ack: package.Ack
    extent: Extent
    cursor: int
    operations: list[Operation]
    digest: Mapping[str, package.Digest]
    log: package.LogHead
    withheld: tuple[str, ...]
    max_reader: str  # the newest format the peer reads, '' until it said so

    @property
    def kind(self) -> str:
        """`snapshot` if it may stand for packages that never arrived."""
        return DELTA if self.extent.start == self.out.cursor and not self.extent.everything else SNAPSHOT


def pack_for(
    station: Station, *, to_org: str, path: Path, snapshot: bool = False, report: Report = silent
) -> PackResult:
    """Write the changes since the last package for a station; with `snapshot` everything it may know.

    The first package of an epoch and the one after a peer was restored hold everything by themselves.
    Raises NotFoundError, DiskFullError, KeyCardError for a unit whose key was revoked.
    """
    peer = next((one for one in peers_of(station) if one.org == to_org), None)
    if peer is None:
        raise NotFoundError(f"没有登记“{to_org}”的密钥卡", "请先导入对方的密钥卡并核对")
    if peer.state != TRUSTED:
        raise KeyCardError("revoked", f"{peer.name}的密钥已经停用", "请先登记对方的新密钥卡并核对")
    report(0, 0, "收集改动")
    with station.vault.reading(READ_WHOLE) as connection:
        packing = _gather(station, connection, peer, snapshot=snapshot)
    signer = signer_for(station, peer.org)
    draft = _draft(station, peer, packing, signer)
    sealed, manifest = package.build_package(
        draft, packing.operations, kid=signer.kid, sign=signer.key.sign,
        seal=lambda plain: sealing.seal(plain, recipients=[peer.recipient]),
    )  # fmt: skip
    report(0, 0, "写入文件")
    write_safely(path, sealed)
    return _note(station, peer, packing, draft, manifest, path)


def _gather(station: Station, connection: Reading, peer: Peer, *, snapshot: bool) -> _Packing:
    """Return what the next package for a peer holds."""
    me = station.vault.identity
    out = exchange.stream(connection, direction="out", org=peer.org)
    if out.writer != me.writer:  # a new epoch counts from 1 and says everything again
        began = bool(out.writer) or me.epoch > 1
        out = replace(
            out, writer=me.writer, epoch=me.epoch, last_seq=0, last_manifest="", acked_seq=0, alarm="", heard={},
            cursor=0, rebase=EVERYTHING if began else out.rebase,
        )  # fmt: skip
    extent = _extent(station, connection, out, snapshot=snapshot)
    operations = operations_for(station, connection, peer, extent)
    ack = own_ack(connection, org=me.org, peer=peer)
    up = is_superior(station, peer)
    withheld = profile_of(connection, peer.org).withheld
    digest = own_digest(connection, install=me.install) if up and not withheld else {}
    sent = without_withheld(operations, withheld)
    last = merging.last_number(connection)
    log = own_head(connection)
    return _Packing(out, ack, extent, last, sent, digest, log, tuple(sorted(withheld)), peer.max_reader)


def _extent(station: Station, connection: Reading, out: Stream, *, snapshot: bool) -> Extent:
    """Return how much of the log the next package holds."""
    if snapshot or out.rebase == EVERYTHING:
        return Extent(0, everything=True)
    if out.rebase:
        name = f"{station.org}>{out.org}"
        return Extent(exchange.position_of(connection, name, writer=out.writer, seq=out.acked_seq))
    return Extent(out.cursor)


def _draft(station: Station, peer: Peer, packing: _Packing, signer: Signer) -> package.Draft:
    me = station.vault.identity
    start = station.vault.epoch_start()
    return package.Draft(
        sender=package.Sender(me.org, me.install, me.epoch, signer.kid.hex()),
        to=package.Recipient(peer.org, peer.install),
        stream=f"{me.org}>{peer.org}",
        seq=packing.out.last_seq + 1,
        prev=packing.out.last_manifest,
        created=stamp(station.clock),
        kind=packing.kind,
        ack=[packing.ack],
        epoch_start=package.EpochStart(**start) if start else None,
        cursor=package.Cursor(packing.extent.start, packing.cursor),
        state_digest=packing.digest,
        redacted=packing.withheld,
        rotate=signer.statement,
        log=packing.log,
        format=written_format(packing.max_reader),
        directory=directory_for(station, peer),
    )


def _note(
    station: Station, peer: Peer, packing: _Packing, draft: package.Draft, manifest: str, path: Path
) -> PackResult:
    """Write down that a package went out."""
    counts = package.counts_of(packing.operations)
    line = PackageLine(
        manifest[:32], "out", draft.stream, draft.seq, manifest, peer.org, draft.created, "written", path.name,
        counts, writer=packing.out.writer, position=packing.cursor, kind=draft.kind,
    )  # fmt: skip
    with station.vault.unit("package.write", why=f"生成发给{peer.name}的数据包") as unit:
        done = replace(
            packing.out, last_seq=draft.seq, last_manifest=manifest, cursor=packing.cursor, rebase=0
        )  # fmt: skip
        exchange.keep_stream(unit, done)
        exchange.keep_package(unit, line)
        media.note(unit, peer.org, packing.ack.media, media.TOLD)
        if draft.rotate:
            note_carried(unit, peer.org, (draft.sender.epoch, draft.seq))
        unit.commit()
    return PackResult(line.id, line.stream, line.seq, counts, path, draft.kind)
