"""The digest of what a station wrote, signed in its manifest and compared after the merge (`sync.md` 3.5 step 9)."""

from dataclasses import replace

from desktop.domain.sharing import KNOWN_KINDS, ROUTED_KINDS, SHARED_KINDS
from desktop.store import exchange, partitions
from desktop.store.engine import Reading
from desktop.store.exchange import Peer
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import package
from desktop.sync.manifest import Manifest

DIVERGED = "diverged"
# Upwards everything of these kinds is sent; of the others only a part, which the receiver could not tell.
COMPARED = KNOWN_KINDS - SHARED_KINDS - ROUTED_KINDS


def own_digest(connection: Reading, *, install: str) -> dict[str, package.Digest]:
    """Return what this installation has written, for the manifest of a package to the station above."""
    found = partitions.partitions(connection, COMPARED, install=install)
    return {kind: package.Digest(one.n, one.h) for kind, one in found.items()}


def compare(unit: UnitOfWork, *, peer: Peer, manifest: Manifest) -> tuple[str, ...]:
    """Compare inside `unit`, after the merge, what the sender says it wrote with what is here of it.

    Not compared while operations of it are in quarantine or are of a newer program, or while it may not yet know
    of somebody who was erased here. What differs is an alarm:
    the acknowledgement tells the sender, whose next package then holds everything.
    """
    if not manifest.state_digest or partitions.has_aside(unit.connection, manifest.stream):
        return ()
    if partitions.has_unheard_erasure(unit.connection, f"{manifest.to.org}>{peer.org}"):
        return ()
    unit.flush()
    kinds = (COMPARED & set(manifest.state_digest)) - partitions.was_carried(unit.connection)
    here = partitions.partitions(unit.connection, kinds, install=manifest.sender.install)
    same = (
        all(
            (one.n, one.h) == (manifest.state_digest[kind].n, manifest.state_digest[kind].h)
            for kind, one in here.items()
        )
        and set(here) == kinds
    )
    incoming = exchange.stream(unit.connection, direction="in", org=peer.org)
    if same and incoming.alarm == DIVERGED:
        exchange.keep_stream(unit, replace(incoming, alarm=""))
    if same:
        return ()
    if not incoming.alarm:
        exchange.keep_stream(unit, replace(incoming, alarm=DIVERGED))
    return (f"合并之后与{peer.name}的登记仍不一致，请向对方索取全量包（对方收到回执后会自动带上）",)
