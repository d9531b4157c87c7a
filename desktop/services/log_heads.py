"""Heads of the logs in packages: said, compared, said back (`security.md` section 4, audit log)."""

from desktop.domain.clock import stamp
from desktop.domain.errors import PackageError
from desktop.services.station import Station
from desktop.store import witnesses
from desktop.store.audit_chain import Witness, head_of_chain
from desktop.store.change_log import head_of
from desktop.store.engine import Reading
from desktop.store.exchange import Peer
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync.manifest import LogHead, Manifest


def own_head(connection: Reading) -> LogHead:
    """Return where our logs end, as a package says it."""
    entry, digest = head_of(connection)
    audit = head_of_chain(connection)
    return LogHead(entry, digest.hex(), audit.batch, audit.seal.hex())


def refuse_rewritten(connection: Reading, manifest: Manifest) -> None:
    """Raise PackageError when the sender's logs are not the ones it spoke of before in this epoch.

    A log only grows; one that is shorter, or that says otherwise where it said something before, was
    put back or written anew by somebody who holds the key.
    """
    said = head_in(manifest.log)
    if said is None:
        return
    for known in witnesses.of_peer(connection, manifest.sender.org, manifest.sender.writer):
        went_back = known.entry > said.entry or known.batch > said.batch
        is_other = (known.entry == said.entry and known.entry_hash != said.entry_hash) or (
            known.batch == said.batch and known.seal != said.seal
        )
        if went_back or is_other:
            raise PackageError(
                "log-rewritten",
                "对方的操作记录与它以前报来的对不上，可能被人改写过",
                "请先不要合并，联系对方检查登记库",
            )


def head_in(log: LogHead | None) -> Witness | None:
    """Return the head a package carries; None without one or when it is not in form."""
    if log is None:
        return None
    try:
        digest, seal = bytes.fromhex(log.hash), bytes.fromhex(log.seal)
    except ValueError:
        return None
    fits = len(digest) == len(seal) == 32 and 0 <= log.entry < 1 << 53 and 0 <= log.batch < 1 << 53
    return Witness("", log.entry, digest, log.batch, seal) if fits else None


def remember(unit: UnitOfWork, station: Station, *, peer: Peer, manifest: Manifest) -> None:
    """Keep inside `unit` where the sender's logs ended, and what it says it holds of ours."""
    said = head_in(manifest.log)
    if said is not None:
        writer = manifest.sender.writer
        witnesses.keep(unit, org=peer.org, writer=writer, is_ours=False, head=said, at=stamp(station.clock))
    me = station.vault.identity
    for ack in manifest.ack:
        held = head_in(ack.log)
        if ack.stream == f"{me.org}>{peer.org}" and ack.epoch == me.epoch and held is not None:
            witnesses.keep(unit, org=peer.org, writer=me.writer, is_ours=True, head=held, at=stamp(station.clock))


def held_of(connection: Reading, peer: Peer, writer: str) -> LogHead | None:
    """Return the newest head we hold of a peer's logs, to be said back to it."""
    newest = next(iter(witnesses.of_peer(connection, peer.org, writer)), None)
    if newest is None:
        return None
    return LogHead(newest.entry, newest.entry_hash.hex(), newest.batch, newest.seal.hex())
