"""Packages out: what a peer may see of what was written here, signed and sealed to it (`sync.md` section 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.domain.clock import stamp
from desktop.domain.errors import NotFoundError
from desktop.domain.ids import new_id
from desktop.domain.progress import Report, silent
from desktop.security import sealing, signing
from desktop.services.levels import reach_of
from desktop.services.peers import peers_of, write_safely
from desktop.services.station import Station
from desktop.store import exchange, merging
from desktop.store.exchange import PackageLine
from desktop.store.selection import operations_for
from desktop.sync import key_card, package


@dataclass(frozen=True, slots=True)
class PackResult:
    """A package that was written."""

    id: str
    stream: str
    seq: int
    counts: Mapping[str, int]
    path: Path


def pack_for(station: Station, *, to_org: str, path: Path, report: Report = silent) -> PackResult:
    """Write the changes since the last package for a station; raises NotFoundError, DiskFullError."""
    peer = next((one for one in peers_of(station) if one.org == to_org), None)
    if peer is None:
        raise NotFoundError(f"没有登记“{to_org}”的密钥卡", "请先导入对方的密钥卡并核对")
    report(0, 0, "收集改动")
    reach = reach_of(station, peer)
    with station.vault.reading() as connection:
        out = exchange.stream(connection, direction="out", org=to_org)
        incoming = exchange.stream(connection, direction="in", org=to_org)
        cursor = merging.last_number(connection)
        operations = operations_for(connection, reach, out.cursor)
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
