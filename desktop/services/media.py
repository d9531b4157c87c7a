"""Pictures travel by the hash of their content in packages of their own, beside the data (`sync.md` 3.13).

They have no place in the order of packages: one that is lost or late never holds data up, and the same one
twice is one. What the peer said it has is not sent again.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.clock import stamp
from desktop.domain.errors import KeyCardError, NotFoundError, PackageError
from desktop.domain.ids import new_id
from desktop.domain.permissions import READ_WHOLE
from desktop.domain.progress import Report, silent
from desktop.security import sealing
from desktop.services.keyring import TRUSTED, Signer, signer_for
from desktop.services.levels import reach_of
from desktop.services.peers import peers_of, write_safely
from desktop.services.station import Station
from desktop.services.withholding import profile_of
from desktop.store import attachments, exchange, media, merging
from desktop.store.exchange import PackageLine, Peer, Stream
from desktop.store.media import RECEIVED
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import package
from desktop.sync.manifest import MEDIA, MEDIA_TYPE

MOST_FILE = 95_000_000  # bytes of a package: what mail and office chat take
MOST_PICTURE = 10 << 20
MOST_PICTURES = 1500  # a package
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_ROOM = 1 << 20  # for the manifest and the seal


@dataclass(frozen=True, slots=True)
class MediaPacked:
    """Picture packages that were written."""

    paths: tuple[Path, ...]
    pictures: int


def media_stream(sender: str, to: str) -> str:
    """Return the name of the stream of pictures between two units."""
    return f"{sender}>{to}/media"


def pack_media(
    station: Station, *, to_org: str, folder: Path, most: int = MOST_FILE, report: Report = silent
) -> MediaPacked:
    """Write the pictures a peer may see and is not known to have, in files of at most `most` bytes.

    Raises NotFoundError, KeyCardError, DiskFullError.
    """
    peer = next((one for one in peers_of(station) if one.org == to_org), None)
    if peer is None:
        raise NotFoundError(f"没有登记“{to_org}”的密钥卡", "请先导入对方的密钥卡并核对")
    if peer.state != TRUSTED:
        raise KeyCardError("revoked", f"{peer.name}的密钥已经停用", "请先登记对方的新密钥卡并核对")
    reach = reach_of(station, peer)
    signer = signer_for(station, peer.org)
    paths: list[Path] = []
    count = 0
    with station.vault.reading(READ_WHOLE) as connection:
        out = exchange.stream(connection, direction="out", org=peer.org)
        people = None if reach.is_up else merging.people_of_orgs(connection, reach.peer)
        withheld = profile_of(connection, peer.org).withheld
        wanted = set() if "person.photo" in withheld else media.named(connection, people=people)
        wanted -= media.known_to(connection, peer.org)
        for pictures in _batches(media.bodies(connection, wanted), most - _ROOM):
            report(count, len(wanted), "写入图片包")
            path = folder / f"{station.org}_{peer.org}_图片_{len(paths) + 1:03d}.ycp"
            _write(station, peer, signer, out, pictures, path)
            paths.append(path)
            count += len(pictures)
    return MediaPacked(tuple(paths), count)


def _batches(bodies: Iterator[tuple[str, bytes]], most: int) -> Iterator[list[tuple[str, bytes]]]:
    """Yield pictures in runs of at most `most` bytes and MOST_PICTURES."""
    run: list[tuple[str, bytes]] = []
    size = 0
    for digest, body in bodies:
        if run and (size + len(body) > most or len(run) == MOST_PICTURES):
            yield run
            run, size = [], 0
        run.append((digest, body))
        size += len(body)
    if run:
        yield run


def _write(
    station: Station, peer: Peer, signer: Signer, out: Stream, pictures: list[tuple[str, bytes]], path: Path
) -> None:
    me = station.vault.identity
    draft = package.Draft(
        sender=package.Sender(me.org, me.install, me.epoch, signer.kid.hex()),
        to=package.Recipient(peer.org, peer.install),
        stream=media_stream(me.org, peer.org),
        seq=max(out.last_seq, 1),
        prev=out.last_manifest,
        created=stamp(station.clock),
        kind=MEDIA,
        media=[(digest, MEDIA_TYPE, body) for digest, body in pictures],
    )
    sealed, _ = package.build_package(
        draft,
        [],
        kid=signer.kid,
        sign=signer.key.sign,
        seal=lambda plain: sealing.seal(plain, recipients=[peer.recipient]),
    )
    write_safely(path, sealed)


def pictures_in(beside: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the pictures of a verified package by their hashes; raises PackageError for what is none of ours."""
    for name, body in beside.items():
        known = any(body.startswith(magic) for magic in _KINDS)
        if hashlib.sha256(body).hexdigest() != name or not known or len(body) > MOST_PICTURE:
            raise PackageError("bad-content", "图片包里有不是照片的内容", "请让对方用最新的银册重新生成")
    return dict(beside)


def take_pictures(unit: UnitOfWork, peer: Peer, pictures: Mapping[str, bytes], line: PackageLine) -> None:
    """Keep inside `unit` the pictures of a package, and note that its sender has them."""
    for body in pictures.values():
        kind = next(kind for magic, kind in _KINDS.items() if body.startswith(magic))
        attachments.keep(unit.connection, body, media=kind, at=unit.header.at)
    media.note(unit, peer.org, pictures.keys(), RECEIVED)
    exchange.keep_package(unit, line)
    unit.touch("person")


def line_of(station: Station, *, manifest_hash: str, peer: Peer, manifest: package.Manifest, file: str) -> PackageLine:
    """Return the line of a picture package that came in."""
    return PackageLine(
        new_id(station.ids), "in", manifest.stream, manifest.seq, manifest_hash, peer.org, stamp(station.clock),
        "imported", file, {"media": len(manifest.parts) - 1}, writer=manifest.sender.writer, kind=MEDIA,
    )  # fmt: skip
