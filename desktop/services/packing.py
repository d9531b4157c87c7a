"""Packages out: what a peer may see of what was written here, signed and sealed to it (`sync.md` section 3.2)."""

from collections.abc import Mapping
from contextlib import suppress
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
from desktop.store.exchange import EVERYTHING, SINCE_ACKED, PackageLine, Peer, Stream
from desktop.sync import package
from desktop.sync.manifest import DELTA, SNAPSHOT, written_format

_UNSENT = "unsent:"  # jotted with the peer's code: the package that is just being written


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
        """`snapshot` if it may stand for packages that never arrived, also for one in which nothing was new."""
        is_next = self.extent.start == self.out.cursor and not self.extent.everything and not self.out.rebase
        return DELTA if is_next else SNAPSHOT


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
    unsent = _sweep_unsent(station, peer)
    with station.vault.reading(READ_WHOLE) as connection:
        packing = _gather(station, connection, peer, unsent, snapshot=snapshot)
    signer = signer_for(station, peer.org)
    draft = _draft(station, peer, packing, signer)
    sealed, manifest = package.build_package(
        draft, packing.operations, kid=signer.kid, sign=signer.key.sign,
        seal=lambda plain: sealing.seal(plain, recipients=[peer.recipient]),
    )  # fmt: skip
    report(0, 0, "写入文件")
    result = PackResult(manifest[:32], draft.stream, draft.seq, package.counts_of(packing.operations), path, draft.kind)
    # The number is taken before anybody can find the file: one that a killed program left behind must never meet
    # another with its number. Until it has its name it counts as never sent, and the next stands for it as well.
    station.vault.jot(_UNSENT + peer.org, f"{draft.seq} {path.absolute()}")
    write_safely(path, sealed, noted=lambda: _note(station, peer, packing, draft, manifest, result))
    station.vault.jot(_UNSENT + peer.org, "")
    return result


def _sweep_unsent(station: Station, peer: Peer) -> int:
    """Return the number of the package a killed program took for a peer and may not have written, 0 if none.

    What it left half written is taken away.
    """
    number, _, path = station.vault.jotted(_UNSENT + peer.org).partition(" ")
    if path:
        with suppress(OSError):
            Path(f"{path}.part").unlink(missing_ok=True)
    return int(number) if number.isdigit() else 0


def _gather(station: Station, connection: Reading, peer: Peer, unsent: int, *, snapshot: bool) -> _Packing:
    """Return what the next package for a peer holds."""
    me = station.vault.identity
    out = exchange.stream(connection, direction="out", org=peer.org)
    if out.writer != me.writer:  # a new epoch counts from 1 and says everything again
        began = bool(out.writer) or me.epoch > 1
        out = replace(
            out, writer=me.writer, epoch=me.epoch, last_seq=0, last_manifest="", acked_seq=0, alarm="", heard={},
            cursor=0, rebase=EVERYTHING if began else out.rebase,
        )  # fmt: skip
    elif unsent and unsent == out.last_seq:
        out = replace(out, rebase=out.rebase or SINCE_ACKED)
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
    station: Station, peer: Peer, packing: _Packing, draft: package.Draft, manifest: str, result: PackResult
) -> None:
    """Write down that a package goes out."""
    line = PackageLine(
        result.id, "out", draft.stream, draft.seq, manifest, peer.org, draft.created, "written", result.path.name,
        result.counts, writer=packing.out.writer, position=packing.cursor, kind=draft.kind,
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
