"""Acknowledgements: what we tell a peer about its packages, and what it tells us about ours (`sync.md` 3.4)."""

from dataclasses import dataclass, replace

from desktop.domain.clock import stamp
from desktop.services.digests import DIVERGED
from desktop.services.keyring import note_told
from desktop.services.log_heads import held_of
from desktop.services.station import Station
from desktop.store import board, exchange, holding, media
from desktop.store.engine import Reading
from desktop.store.exchange import EVERYTHING, SINCE_ACKED, Peer, Stream
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import package
from desktop.sync.manifest import Manifest

FORK = "fork"
_MOST_MISSING = 200
_MOST_PICTURES = 5000
_ALARMS = {FORK: "forked", DIVERGED: DIVERGED}  # what a stream's alarm is called in an acknowledgement


@dataclass(frozen=True, slots=True)
class Heard:
    """What a peer's acknowledgement means for us; sentences in Chinese for the clerk."""

    notices: tuple[str, ...] = ()
    behind: int = 0  # the epoch in which it has packages of ours that this store does not know it sent, else 0


def own_ack(connection: Reading, *, org: str, peer: Peer) -> package.Ack:
    """Return how far we have come with a peer's packages."""
    one = exchange.stream(connection, direction="in", org=peer.org)
    name = f"{peer.org}>{org}"
    waiting = holding.waiting_numbers(connection, name, writer=one.writer, after=one.last_seq)
    state = _ALARMS.get(one.alarm) or ("waiting" if waiting else "imported")
    return package.Ack(
        name, one.last_seq, one.last_manifest, epoch=one.epoch, state=state,
        missing=missing_numbers(one, waiting), held=waiting[:_MOST_MISSING],
        media=media.untold(connection, peer.org, most=_MOST_PICTURES),
        aside=board.set_aside_by_sender(connection).get(peer.org, 0), log=held_of(connection, peer, one.writer),
    )  # fmt: skip


def _is_hash(text: str) -> bool:
    return len(text) == 64 and all(one in "0123456789abcdef" for one in text)


def missing_numbers(one: Stream, waiting: list[int]) -> list[int]:
    """Return the numbers that must come before the packages that wait."""
    last = max(waiting, default=one.last_seq)
    there = set(waiting)
    return [number for number in range(one.last_seq + 1, last) if number not in there][:_MOST_MISSING]


def hear(unit: UnitOfWork, station: Station, *, peer: Peer, manifest: Manifest) -> Heard:
    """Note inside `unit` what a peer says of our packages."""
    me = station.vault.identity
    name = f"{me.org}>{peer.org}"
    ack = next((one for one in manifest.ack if one.stream == name), None)
    out = exchange.stream(unit.connection, direction="out", org=peer.org)
    if ack is not None:
        media.note(unit, peer.org, [one for one in ack.media if _is_hash(one)], media.ACKED)
    if ack is None or (not ack.seq and ack.state != "waiting"):
        return Heard()
    if (ack.epoch or me.epoch) != me.epoch or out.writer != me.writer:
        return Heard(behind=ack.epoch if ack.epoch > me.epoch else 0)
    mine = exchange.manifests_of(unit.connection, name, writer=me.writer)
    if ack.seq > out.last_seq:
        return Heard((f"{peer.name}收到过本库没有记录的第 {ack.seq} 个包，本库可能恢复过备份",), behind=me.epoch)
    other = ack.seq in mine and mine[ack.seq] != ack.manifest
    forked = ack.state == "forked" or other
    heard = {
        "state": "forked" if forked else ack.state, "seq": ack.seq, "missing": ack.missing, "held": ack.held,
        "at": stamp(station.clock), "said": manifest.created,
    }  # fmt: skip
    behind = ack.seq < out.acked_seq or ack.state == DIVERGED
    rebase = EVERYTHING if behind else SINCE_ACKED if ack.missing else out.rebase
    acked = out.acked_seq if other else ack.seq
    exchange.keep_stream(
        unit, replace(out, acked_seq=acked, heard=heard, rebase=rebase, alarm=FORK if forked else out.alarm)
    )
    if not other:
        note_told(unit, peer.org, (me.epoch, ack.seq))
    return Heard(_notices(peer, ack, forked=forked, behind=behind))


def _notices(peer: Peer, ack: package.Ack, *, forked: bool, behind: bool) -> tuple[str, ...]:
    """Return what the clerk should know of an acknowledgement."""
    found = []
    if forked:
        found.append(f"{peer.name}收到过两个编号相同、内容不同的本单位数据包，可能有两台电脑在用同一份登记库，请先查清")
    if ack.missing:
        numbers = "、".join(str(number) for number in ack.missing[:5])
        found.append(f"{peer.name}没有收到第 {numbers} 个包，下一个包会补上")
    if ack.aside:
        found.append(f"{peer.name}有本单位的 {ack.aside} 项改动放在一边没有收，请打电话问明原因")
    if behind:
        found.append(f"{peer.name}的登记库恢复过，或与本库不一致，下一个包会带上全部内容")
    return tuple(found)
