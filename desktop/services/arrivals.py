"""Packages in, up to the merge: opened, verified, and placed in their stream (`sync.md` section 3.4)."""

import hashlib
from dataclasses import dataclass, replace

from desktop.domain.clock import local_text, stamp
from desktop.domain.errors import PackageError
from desktop.domain.permissions import READ_WHOLE
from desktop.security import sealing, signing
from desktop.services.acks import FORK
from desktop.services.keyring import candidates, checked_rotation, sender_of
from desktop.services.log_heads import refuse_rewritten
from desktop.services.station import Station
from desktop.store import exchange, holding
from desktop.store.engine import Reading
from desktop.store.exchange import Peer
from desktop.store.holding import Held
from desktop.sync import order, package
from desktop.sync.manifest import MEDIA, SNAPSHOT
from desktop.sync.order import Arrival, Heading, StreamState

_MOST_NEWER = 20  # what a sender whose packages nobody can read may leave in the vault


@dataclass(frozen=True, slots=True)
class Arrived:
    """A verified package and its place in its stream; `already` says when it came in before."""

    opened: package.OpenPackage
    peer: Peer
    arrival: Arrival
    already: str = ""  # the whole sentence, in Chinese
    held: str = ""  # why it must wait, in Chinese


def open_arrival(station: Station, *, sealed: bytes, name: str) -> Arrived:
    """Return the verified package in the bytes of a file and its place.

    Writes nothing but what must not be forgotten about a package that cannot come in: the alarm of a
    fork, and a package of a newer program, which waits until this one is updated.
    Raises PackageError (with its reason).
    """
    identity = station.vault.secret("age_identity").decode("ascii")
    plain = sealing.unseal(sealed, identity=identity)
    with station.vault.reading(READ_WHOLE) as connection:
        keys = candidates(connection)
    try:
        opened = package.open_package(plain, keys=keys, is_signed=signing.is_signed)
    except PackageError as error:
        if error.reason == "too-new":
            _keep_newer(station, sealed, name)
        raise
    manifest = opened.manifest
    with station.vault.reading(READ_WHOLE) as connection:
        peer = sender_of(connection, manifest)
    checked_rotation(manifest)
    _refuse_misdirected(station, manifest, peer)
    return _placed(station, opened, peer)


def _keep_newer(station: Station, sealed: bytes, name: str) -> None:
    """Keep a verified package this program cannot read: it waits for the update."""
    digest = hashlib.sha256(sealed).hexdigest()
    with station.vault.reading(READ_WHOLE) as connection:
        waiting = [one for one in holding.held(connection) if one.why == holding.NEWER]
        if len(waiting) >= _MOST_NEWER or any(one.id == digest for one in waiting):
            return
    with station.vault.unit("package.hold", why="数据包要等程序升级") as unit:
        one = Held(digest, "", "", "", 0, holding.NEWER, name, stamp(station.clock))
        holding.hold(unit, one, sealed=sealed)
        unit.commit()


def _placed(station: Station, opened: package.OpenPackage, peer: Peer) -> Arrived:
    """Return a verified package with its place; raises PackageError if it may never come in."""
    manifest = opened.manifest
    with station.vault.reading(READ_WHOLE) as connection:
        state = _state(connection, manifest)
        at = exchange.imported_at(connection, opened.manifest_hash)
    if manifest.kind == MEDIA:  # pictures have no place in the order
        return Arrived(opened, peer, Arrival.NEXT, already=_already_text(at) if at else "")
    covers = manifest.cursor.start if manifest.kind == SNAPSHOT else None
    arrival = order.arrival_of(
        state, Heading(manifest.sender.epoch, manifest.seq, manifest.prev, opened.manifest_hash, covers)
    )
    if arrival is Arrival.ALREADY:
        return Arrived(opened, peer, arrival, already=_already_text(at))
    if arrival is Arrival.COVERED:
        return Arrived(opened, peer, arrival, already="这个包的内容已包含在后来导入的全量包里，没有改动")
    if arrival is Arrival.GAP and _is_other_waiting(station, manifest, opened.manifest_hash):
        arrival = Arrival.FORK
    if arrival is Arrival.FORK:
        _raise_alarm(station, peer)
    if arrival in _REFUSALS:
        raise PackageError(*_REFUSALS[arrival])
    starts_anew = manifest.sender.epoch > state.epoch > 0
    if starts_anew and manifest.epoch_start is None:
        raise PackageError("no-epoch-start", "对方换了记录编号却没有说明原因", "请联系对方核实")
    with station.vault.reading(READ_WHOLE) as connection:
        refuse_rewritten(connection, manifest)
    last = 0 if starts_anew else state.last_seq
    return Arrived(opened, peer, arrival, held=_held_reason(arrival, manifest, last))


def _is_other_waiting(station: Station, manifest: package.Manifest, manifest_hash: str) -> bool:
    """Return True if another package with this number waits already."""
    with station.vault.reading(READ_WHOLE) as connection:
        waiting = holding.held(connection, stream=manifest.stream)
    place = (manifest.sender.writer, manifest.seq)
    return any((one.writer, one.seq) == place and one.id != manifest_hash for one in waiting)


def _already_text(at: str) -> str:
    return f"这个包已在 {local_text(at)} 导入过，没有改动"


def _state(connection: Reading, manifest: package.Manifest) -> StreamState:
    """Return what we know of the stream a package belongs to."""
    one = exchange.stream(connection, direction="in", org=manifest.sender.org)
    return StreamState(
        one.epoch, one.last_seq, one.last_manifest, one.cursor,
        exchange.manifests_of(connection, manifest.stream, writer=one.writer),
        exchange.older_manifests(connection, manifest.stream, writer=one.writer),
    )  # fmt: skip


def _raise_alarm(station: Station, peer: Peer) -> None:
    """Remember that two packages carry one number, so that the sender hears of it with our next package."""
    with station.vault.reading(READ_WHOLE) as connection:
        one = exchange.stream(connection, direction="in", org=peer.org)
    if not one.alarm:
        with station.vault.unit("package.alarm", why=f"{peer.name}的数据包编号分叉") as unit:
            exchange.keep_stream(unit, replace(one, alarm=FORK))
            unit.commit()


def _refuse_misdirected(station: Station, manifest: package.Manifest, peer: Peer) -> None:
    me = station.vault.identity
    if manifest.to.org != me.org or manifest.to.install != me.install:
        raise PackageError(
            "wrong-recipient", f"这个包是发给“{manifest.to.org}”的，不是发给本单位的", "请确认拿对了文件"
        )
    name = f"{peer.org}>{me.org}"
    if manifest.stream != (f"{name}/media" if manifest.kind == MEDIA else name):
        raise PackageError("wrong-stream", "数据包的编号与发包单位对不上", "请联系对方核实")


_REFUSALS = {
    Arrival.FORK: ("fork", "同一编号来了两个不同的包，对方可能有两台电脑在用同一份库", "请联系对方核实，先不要导入"),
    Arrival.TOO_FAR: ("too-far", "数据包的编号跳得太远", "请联系对方核实"),
    Arrival.REWRITTEN: ("rewritten", "数据包与上一个接不上，对方的记录可能被改写过", "请联系对方核实"),
    Arrival.OLD_EPOCH: ("old-epoch", "这是对方恢复备份之前的旧包", "请让对方重新生成"),
}  # fmt: skip


def _held_reason(arrival: Arrival, manifest: package.Manifest, last: int) -> str:
    """Return why a package must wait, '' if it need not."""
    if arrival is not Arrival.GAP:
        return ""
    missing = "、".join(f"第 {number} 个" for number in range(last + 1, min(manifest.seq, last + 6)))
    return f"前面还缺{missing}数据包，先收在登记库里，补齐后自动导入"
