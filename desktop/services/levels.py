"""Who stands above whom: a street is to its 新城 what a community is to its street (`sync.md` section 3.1)."""

from desktop.domain.levels import COMMUNITY, rank_of
from desktop.services import orgs
from desktop.services.peers import peers_of
from desktop.services.station import Station
from desktop.store.exchange import Peer
from desktop.store.selection import Reach


def is_above(station: Station) -> bool:
    """Return True for a station that collects from others: a street, a 新城."""
    return rank_of(station.vault.identity.kind) > rank_of(COMMUNITY)


def is_superior(station: Station, peer: Peer) -> bool:
    """Return True if a peer stands above this station: it rules over codes, links, transfers."""
    return rank_of(peer.kind) > rank_of(station.vault.identity.kind)


def passes_on(peer: Peer) -> bool:
    """Return True for a station that passes on what others wrote: each but a community."""
    return rank_of(peer.kind) > rank_of(COMMUNITY)


def units_below(station: Station) -> frozenset[str]:
    """Return the codes of the units under this station: the tree's, and its peers' of a lower kind."""
    tree = orgs.org_tree(station)
    found = set(tree.below(station.org))
    for peer in peers_of(station):
        if rank_of(peer.kind) < rank_of(station.vault.identity.kind):
            found |= tree.below(peer.org)
    return frozenset(found - {station.org})


def units_of(station: Station, peer: Peer) -> frozenset[str]:
    """Return the codes of a lower peer and of everything under it, as our tree has it."""
    return frozenset(orgs.org_tree(station).below(peer.org) | {peer.org})


def reach_of(station: Station, peer: Peer) -> Reach:
    """Return between whom a package for a peer goes, for the choice of what is in it."""
    below = units_below(station) if is_above(station) else frozenset()
    return Reach(station.org, below, units_of(station, peer), is_superior(station, peer))
