"""What tests of exchange do over and over: trust, register, send, look."""

from pathlib import Path

from desktop.services import exchange, peers, register
from desktop.services.exchange import MergeResult
from desktop.services.register import PersonDraft
from desktop.services.station import Station


def trust(first: Station, second: Station, folder: Path) -> None:
    """Let two stations enrol each other's key cards, digits compared."""
    for one, other in ((first, second), (second, first)):
        path = folder / f"{one.org}-{one.vault.identity.install[:6]}.yck"
        card = peers.export_key_card(one, path=path)
        peers.enroll_peer(other, path=path, fingerprint=card.fingerprint)


def person(station: Station, name: str, **values: str) -> str:
    """Register somebody and return the id."""
    return register.register_person(station, draft=PersonDraft({"name": name, **values})).person


def pack(sender: Station, receiver: Station, folder: Path, *, snapshot: bool = False) -> Path:
    """Write the next package and return its file."""
    path = folder / f"{sender.org}-{receiver.org}-{len(list(folder.iterdir()))}.ycp"
    exchange.pack_for(sender, to_org=receiver.org, path=path, snapshot=snapshot)
    return path


def merge(receiver: Station, path: Path, *, accept_epoch: bool = False) -> MergeResult:
    """Preview and merge a package."""
    preview = exchange.preview_merge(receiver, path=path)
    return exchange.apply_merge(receiver, preview=preview, accept_epoch=accept_epoch)


def send(sender: Station, receiver: Station, folder: Path, *, accept_epoch: bool = False) -> MergeResult:
    """Write a package and merge it."""
    return merge(receiver, pack(sender, receiver, folder), accept_epoch=accept_epoch)


def value_of(station: Station, record: str, key: str) -> object:
    """Return a field of a person."""
    return register.person_details(station, person=record).values.get(key)
