"""Packages in, up to the merge: opened, verified, and placed in their stream (`sync.md` section 3.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.clock import local_text
from desktop.domain.errors import PackageError
from desktop.security import sealing, signing
from desktop.services.peers import peers_of, read_file
from desktop.services.station import Station
from desktop.store import exchange
from desktop.store.exchange import Peer
from desktop.sync import key_card, order, package
from desktop.sync.order import Arrival, StreamState

_TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A verified package and its place in its stream; `already` says when it came in before."""

    opened: package.OpenPackage
    peer: Peer
    arrival: Arrival
    already: str = ""
    held: str = ""  # why it must wait, in Chinese


def open_arrival(station: Station, *, path: Path) -> Arrived:
    """Return the verified package in a file and its place; writes nothing.

    Raises PackageError (with its reason), NotFoundError.
    """
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
        return Arrived(opened, peer, arrival, already=at)
    return Arrived(opened, peer, arrival, held=_held_reason(station, arrival, manifest))


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
