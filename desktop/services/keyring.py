"""Whose key may sign what: enrolment, rotation, revocation (`sync.md` section 3.11). There is no "trust anyway"."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from desktop.domain.changes import Changes
from desktop.domain.clock import stamp
from desktop.domain.errors import InvalidValueError, KeyCardError, NotFoundError, PackageError
from desktop.domain.ids import RandomIds
from desktop.domain.permissions import READ_HOUSE, READ_WHOLE
from desktop.security import signing
from desktop.services.second_person import need_second
from desktop.services.station import Station
from desktop.store import exchange, keyring
from desktop.store.engine import Reading
from desktop.store.exchange import EVERYTHING, PackageLine, Peer, Stream
from desktop.store.keyring import ACTIVE, REPLACED, REVOKED, PeerKey, Place
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import rotation
from desktop.sync.key_card import KeyCard, kid_of
from desktop.sync.manifest import Manifest
from desktop.sync.rotation import Rotation

TRUSTED = "trusted"
_OLD_SEED, _ROTATION = "sign_seed_old", "rotation"


@dataclass(frozen=True, slots=True)
class Signer:
    """The key a package is signed with, and the announcement of the next one it carries."""

    kid: bytes
    key: signing.SigningKey
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Revoked:
    """What was revoked, and the packages that came under the key after the place somebody named."""

    org: str
    after: Place
    since: tuple[PackageLine, ...]
    changes: Changes = field(default_factory=Changes)


def keys_of(connection: Reading, peer: Peer) -> list[PeerKey]:
    """Return the keys of an enrolled unit's present installation."""
    found = [one for one in keyring.keys(connection, org=peer.org) if one.install == peer.install]
    if any(one.sign_key == peer.sign_key for one in found):
        return found
    card = PeerKey(
        peer.org, peer.install, peer.sign_key, peer.recipient, ACTIVE, (0, 0), None, "digits", peer.enrolled_at
    )
    return [*found, card]


def candidates(connection: Reading) -> dict[bytes, list[bytes]]:
    """Return every public key an enrolled unit has or had, by key id; what each may sign is checked later."""
    found: dict[bytes, list[bytes]] = {}
    for peer in exchange.peers(connection):
        for one in keys_of(connection, peer):
            found.setdefault(kid_of(one.sign_key), []).append(one.sign_key)
    return found


def sender_of(connection: Reading, manifest: Manifest) -> Peer:
    """Return the unit a verified package is from; raises PackageError unless its key may sign this very package."""
    sender = manifest.sender
    for peer in exchange.peers(connection):
        if (peer.org, peer.install) != (sender.org, sender.install):
            continue
        for key in keys_of(connection, peer):
            if kid_of(key.sign_key).hex() == sender.kid:
                _refuse_unless_signs(key, peer, manifest)
                return peer
    raise PackageError("unknown-sender", "发包单位与登记的密钥卡对不上", "请联系对方核实")


def _refuse_unless_signs(key: PeerKey, peer: Peer, manifest: Manifest) -> None:
    if key.signs(manifest.sender.epoch, manifest.seq):
        return
    if key.status == REVOKED:
        raise PackageError("revoked", f"{peer.name}的这把密钥已经停用", "请登记对方的新密钥卡，不要导入这个包")
    raise PackageError("key-replaced", f"{peer.name}已经更换密钥，这个包是用别的密钥签的", "请让对方重新生成")


def checked_rotation(manifest: Manifest) -> Rotation | None:
    """Return the new key a verified manifest announces, None if it announces none; raises PackageError."""
    if not manifest.rotate:
        return None
    try:
        raw = bytes.fromhex(manifest.rotate)
    except ValueError as error:
        raise PackageError("bad-rotation", "对方更换密钥的声明不对", "请让对方重新生成数据包") from error
    found = rotation.read_rotation(raw, is_signed=signing.is_signed)
    sender = manifest.sender
    if (found.org, found.install, found.old_kid.hex()) != (sender.org, sender.install, sender.kid):
        raise PackageError("bad-rotation", "对方更换密钥的声明不对", "请让对方重新生成数据包")
    try:
        signing.screen_public_key(found.new_key)
    except KeyCardError as error:
        raise PackageError("bad-rotation", "对方的新密钥不规范", "请让对方重新更换") from error
    return found


def learn(unit: UnitOfWork, peer: Peer, manifest: Manifest) -> None:
    """Note inside `unit` what a package taught about its sender's keys: an announcement, or the first use of a key."""
    at = (manifest.sender.epoch, manifest.seq)
    new = checked_rotation(manifest)
    if new is not None:
        one = PeerKey(
            peer.org, peer.install, new.new_key, peer.recipient, ACTIVE, (at[0], at[1] + 1), None, "rotation",
            unit.header.at,
        )  # fmt: skip
        keyring.keep_key(unit, one, kid=kid_of(one.sign_key).hex())
    if manifest.sender.kid == kid_of(peer.sign_key).hex():
        return
    for key in keys_of(unit.connection, peer):
        if kid_of(key.sign_key).hex() == manifest.sender.kid:
            keyring.set_peer(unit, peer.org, sign_key=key.sign_key, state=peer.state)
        elif key.status == ACTIVE and key.since < at:
            _end(unit, key, REPLACED, (at[0], at[1] - 1))


def _end(unit: UnitOfWork, key: PeerKey, status: str, until: Place) -> None:
    kid = kid_of(key.sign_key).hex()
    keyring.keep_key(unit, replace(key, status=status, until=until), kid=kid)


def note_enrolled(unit: UnitOfWork, card: KeyCard) -> None:
    """Note inside `unit` the key of a card whose digits were compared, before the card itself is kept.

    A unit that comes with another installation begins anew both ways, and is sent everything it may know.
    Raises KeyCardError for a key that was revoked.
    """
    for key in keyring.keys(unit.connection, org=card.org):
        if key.sign_key == card.sign_key and key.status == REVOKED:
            raise KeyCardError("revoked-key", "这把密钥已经停用过", "请让对方换一把密钥，重新导出密钥卡")
    before = next((one for one in exchange.peers(unit.connection) if one.org == card.org), None)
    if before is not None and before.sign_key != card.sign_key:
        incoming = exchange.stream(unit.connection, direction="in", org=card.org)
        for key in keys_of(unit.connection, before):
            if key.status == ACTIVE:
                _end(unit, key, REPLACED, (incoming.epoch, incoming.last_seq))
    if before is not None and before.install != card.install:
        exchange.keep_stream(unit, Stream(f"in:{card.org}", "in", card.org))
        exchange.keep_stream(unit, Stream(f"out:{card.org}", "out", card.org, rebase=EVERYTHING))
    one = PeerKey(card.org, card.install, card.sign_key, card.recipient, ACTIVE, (0, 0), None, "digits", unit.header.at)
    keyring.keep_key(unit, one, kid=card.kid.hex())
    _mark_told(unit, card.org)


def revoke(station: Station, *, org: str, after: Place | None = None, why: str = "") -> Revoked:
    """Stop trusting a unit's key: packages up to `after` (default: the last that came in) still count, none later.

    Returns the packages that came in after that place, which `batches.undo_batch` takes back one by one.
    Raises NotAllowedError, SecondPersonError, NotFoundError, InvalidValueError.
    """
    station.allow("key.revoke")
    with station.vault.reading(READ_WHOLE) as connection:
        peer = next((one for one in exchange.peers(connection) if one.org == org), None)
        incoming = exchange.stream(connection, direction="in", org=org)
        lines = exchange.packages(connection, stream_name=f"{org}>{station.org}", limit=10_000)
    if peer is None:
        raise NotFoundError(f"没有登记“{org}”的密钥卡", "请检查编码")
    last = (incoming.epoch, incoming.last_seq)
    place = last if after is None else after
    if place > last:
        raise InvalidValueError("after", "还没有收到那个编号的数据包", "请写已经收到的编号")
    need_second(station, "key.revoke", about=org)
    with station.vault.unit("key.revoke", why=why or f"停用{peer.name}的密钥") as unit:
        for key in keys_of(unit.connection, peer):
            if key.until is None or key.until > place:
                _end(unit, key, REVOKED, place)
        keyring.set_peer(unit, org, sign_key=peer.sign_key, state=REVOKED)
        changes = unit.commit()
    since = tuple(one for one in lines if one.batch and _place_of(one) > place)
    return Revoked(org, place, since, changes)


def _place_of(line: PackageLine) -> Place:
    return int(line.writer.partition(":")[2] or 0), line.seq


def renew_own_key(station: Station) -> bytes:
    """Make a new signing key and announce it; return its public half.

    Each peer gets packages under the old key, with the announcement, until it acknowledged one; then under the
    new one. The old private key is destroyed once every peer did. Raises KeyCardError while that is under way.
    """
    if station.vault.meta(_ROTATION):
        raise KeyCardError("rotating", "上一次更换密钥还没有通知到所有单位", "请先把数据包发给它们，收到回执后再换")
    old = signing.SigningKey(station.vault.secret("sign_seed"))
    seed = RandomIds().random_bytes(signing.KEY_LENGTH)
    new = signing.SigningKey(seed)
    me = station.vault.identity
    told = Rotation(me.org, me.install, kid_of(old.public), new.public, stamp(station.clock))
    note = {"statement": rotation.build_rotation(told, sign=new.sign).hex(), "carried": {}, "told": []}
    with station.vault.unit("key.renew", why="更换本单位的签名密钥") as unit:
        if exchange.peers(unit.connection):
            keyring.put_secret(unit, _OLD_SEED, station.vault.secret("sign_seed"))
            unit.connection.exec_driver_sql(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?,?)", (_ROTATION, json.dumps(note, sort_keys=True))
            )
        keyring.put_secret(unit, "sign_seed", seed)
        for public, status, until in ((old.public, REPLACED, (me.epoch, 0)), (new.public, ACTIVE, None)):
            one = PeerKey(me.org, me.install, public, "", status, (0, 0), until, "own", unit.header.at)
            keyring.keep_key(unit, one, kid=kid_of(public).hex())
        unit.commit()
    return new.public


def signer_for(station: Station, org: str) -> Signer:
    """Return the key that signs the next package for a peer."""
    note = _rotation_note(station.vault.meta(_ROTATION))
    if note and org not in note["told"]:
        key = signing.SigningKey(station.vault.secret(_OLD_SEED))
        return Signer(kid_of(key.public), key, str(note["statement"]))
    key = signing.SigningKey(station.vault.secret("sign_seed"))
    return Signer(kid_of(key.public), key)


def own_signers(station: Station) -> list[Signer]:
    """Return the keys that sign the directory: while one is being replaced both, the old one first."""
    names = [_OLD_SEED, "sign_seed"] if station.vault.meta(_ROTATION) else ["sign_seed"]
    found = [signing.SigningKey(station.vault.secret(name)) for name in names]
    return [Signer(kid_of(one.public), one) for one in found]


def note_carried(unit: UnitOfWork, org: str, place: Place) -> None:
    """Note inside `unit` that a package of ours told a peer of our new key."""
    note = _rotation_note(_meta(unit))
    if note and org not in note["carried"]:
        note["carried"][org] = list(place)
        _keep_note(unit, note)


def note_told(unit: UnitOfWork, org: str, acked: Place) -> None:
    """Note inside `unit` what a peer acknowledged: once all know the new key, the old private one is destroyed."""
    note = _rotation_note(_meta(unit))
    if note and org in note["carried"] and tuple(note["carried"][org]) <= acked:
        _mark_told(unit, org)


def _mark_told(unit: UnitOfWork, org: str) -> None:
    note = _rotation_note(_meta(unit))
    if not note:
        return
    note["told"] = sorted({*note["told"], org})
    waiting = {one.org for one in exchange.peers(unit.connection) if one.state == TRUSTED} - set(note["told"])
    if waiting:
        _keep_note(unit, note)
        return
    keyring.drop_secret(unit, _OLD_SEED)
    unit.connection.exec_driver_sql("DELETE FROM meta WHERE key=?", (_ROTATION,))


def _meta(unit: UnitOfWork) -> str:
    return str(unit.connection.exec_driver_sql("SELECT value FROM meta WHERE key=?", (_ROTATION,)).scalar() or "")


def _keep_note(unit: UnitOfWork, note: Mapping[str, object]) -> None:
    unit.connection.exec_driver_sql(
        "UPDATE meta SET value=? WHERE key=?", (json.dumps(note, sort_keys=True), _ROTATION)
    )


def _rotation_note(text: str) -> dict[str, Any] | None:
    return dict(json.loads(text)) if text else None


def verifying_keys(station: Station) -> list[tuple[str, bytes]]:
    """Return (unit, public key) of every key a card or frozen numbers may be signed with: ours, peers', the past."""
    own = signing.SigningKey(station.vault.secret("sign_seed")).public
    with station.vault.reading(READ_HOUSE) as connection:
        known = [(one.org, one.sign_key) for one in keyring.keys(connection)]
        peers = [(one.org, one.sign_key) for one in exchange.peers(connection)]
    return list(dict.fromkeys([(station.org, own), *peers, *known]))


def own_publics(station: Station) -> list[bytes]:
    """Return the public keys this station signs and has signed with."""
    return [public for org, public in verifying_keys(station) if org == station.org]
