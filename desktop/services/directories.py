"""Key directories: a street says which keys its units have; its communities believe it (`sync.md` section 3.11)."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from desktop.domain.clock import is_stamp, local_text, stamp
from desktop.domain.errors import KeyCardError, NotFoundError, PackageError
from desktop.domain.permissions import READ_WHOLE
from desktop.security import sealing, signing
from desktop.services.keyring import TRUSTED, keys_of, own_signers
from desktop.services.levels import is_above, is_superior
from desktop.services.peers import read_file, write_safely
from desktop.services.second_person import need_second
from desktop.services.station import Station
from desktop.store import exchange, keyring
from desktop.store.engine import Reading
from desktop.store.exchange import Peer
from desktop.store.keyring import ACTIVE, REPLACED, REVOKED, KeptDirectory, PeerKey
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import key_directory
from desktop.sync.key_card import kid_of
from desktop.sync.key_directory import Directory, Entry

VALID_DAYS = 400


@dataclass(frozen=True, slots=True)
class Published:
    """A directory that was read or issued."""

    org: str
    version: int
    expires: str
    entries: tuple[Entry, ...]
    notices: tuple[str, ...] = ()


def publish(station: Station, *, path: Path) -> Published:
    """Write the directory of this street to a file; a new version only if anything changed.

    Raises NotFoundError at a community, DiskFullError.
    """
    if not is_above(station):
        raise NotFoundError("只有街道才签发密钥名录", "请向街道索取")
    directory = _current(station)
    with station.vault.reading(READ_WHOLE) as connection:
        kept = keyring.directory_of(connection, station.org)
    write_safely(path, kept.raw if kept else b"")
    return Published(directory.org, directory.version, directory.expires, directory.entries)


def directory_for(station: Station, peer: Peer) -> bytes:
    """Return the directory a package to a peer carries: a street's to the units below it, else nothing."""
    if not is_above(station) or is_superior(station, peer):
        return b""
    _current(station)
    with station.vault.reading(READ_WHOLE) as connection:
        kept = keyring.directory_of(connection, station.org)
    return kept.raw if kept else b""


def _current(station: Station) -> Directory:
    """Return the newest directory of this street, issuing the next version if what it says has changed."""
    signers = own_signers(station)
    with station.vault.reading(READ_WHOLE) as connection:
        kept = keyring.directory_of(connection, station.org)
        entries = tuple(_entries(station, connection))
    if kept is not None:
        roots = {one.kid: [one.key.public] for one in signers}
        try:
            last, by = key_directory.read_directory(kept.raw, roots=roots, is_signed=signing.is_signed)
        except KeyCardError:  # signed by a key that is no more: say it again under the present one
            last, by = None, ()
        if last is not None and last.entries == entries and len(by) == len(signers):
            return last
    issued = stamp(station.clock)
    until = (station.clock.now() + timedelta(days=VALID_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    version = kept.version + 1 if kept else 1
    made = Directory(station.org, version, issued, until if is_stamp(until) else issued, entries)
    raw = key_directory.build_directory(made, signers=[(one.kid, one.key.sign) for one in signers])
    with station.vault.unit("directory.publish", why=f"签发密钥名录第 {version} 版") as unit:
        _keep(unit, made, raw)
        unit.commit()
    return made


def _keep(unit: UnitOfWork, one: Directory, raw: bytes) -> None:
    digest = hashlib.sha256(key_directory.payload_of(one)).hexdigest()
    keyring.keep_directory(unit, KeptDirectory(one.org, one.version, digest, one.expires, raw, unit.header.at))


def _entries(station: Station, connection: Reading) -> list[Entry]:
    """Return our own keys, then those of every unit enrolled here, past ones with their end."""
    me = station.vault.identity
    recipient = sealing.recipient_of(station.vault.secret("age_identity").decode("ascii"))
    signing_now = [one.key.public for one in own_signers(station)]
    past = [one for one in keyring.keys(connection, org=me.org) if one.sign_key not in signing_now]
    found = [Entry(me.org, me.name, me.kind, me.install, key, recipient, ACTIVE, (0, 0)) for key in signing_now]
    found += [
        Entry(me.org, me.name, me.kind, one.install, one.sign_key, recipient, REPLACED, one.since, one.until or (0, 0))
        for one in past
    ]
    for peer in exchange.peers(connection):
        if is_superior(station, peer):
            continue
        found += [
            Entry(
                peer.org, peer.name, peer.kind, one.install, one.sign_key, one.recipient or peer.recipient, one.status,
                one.since, one.until,
            )
            for one in keyring.keys(connection, org=peer.org) or keys_of(connection, peer)
        ]  # fmt: skip
    return sorted(found, key=lambda one: (one.org, one.install, one.since, one.sign_key))


def read_in(station: Station, *, path: Path) -> Published:
    """Take over the directory in a file, which an enrolled street signed: by two supervisors where there are two.

    One that is here already is read again without asking. Raises KeyCardError: `not-directory`, `damaged`,
    `unknown-root`, `bad-signature`, `bad-key`, `older-directory`, `directory-fork`; NotFoundError, SecondPersonError.
    """
    station.allow("directory.read")
    try:
        raw = read_file(path, most=key_directory.MOST_BYTES)
    except PackageError as error:
        raise KeyCardError("not-directory", "这不是银册的密钥名录", "请选择以 .ycd 结尾的文件") from error
    with station.vault.unit("directory.read") as trial:  # given up: what is wrong is said before anybody is asked
        found = _take(trial, station, raw)
    with station.vault.reading() as connection:
        kept = keyring.directory_of(connection, found.org)
    if kept is not None and kept.version == found.version:
        return found
    need_second(station, "directory.read", about=found.org)
    with station.vault.unit("directory.read", why="读入街道的密钥名录") as unit:
        found = _take(unit, station, raw)
        unit.commit()
    return found


def take_directory(unit: UnitOfWork, station: Station, peer: Peer, raw: bytes) -> tuple[str, ...]:
    """Take over inside `unit` the directory a street's package carried; what is wrong with it is only said."""
    if not raw or not is_superior(station, peer):
        return ()
    try:
        return _take(unit, station, raw).notices
    except KeyCardError as error:
        return () if error.reason == "older-directory" else (f"没有采用随包的密钥名录：{error}",)


def _take(unit: UnitOfWork, station: Station, raw: bytes) -> Published:
    roots: dict[bytes, list[bytes]] = {}
    streets = [one for one in exchange.peers(unit.connection) if is_superior(station, one) and one.state == TRUSTED]
    for peer in streets:
        for key in keys_of(unit.connection, peer):
            if key.status == ACTIVE:
                roots.setdefault(kid_of(key.sign_key), []).append(key.sign_key)
    found, by = key_directory.read_directory(raw, roots=roots, is_signed=signing.is_signed)
    street = next((one for one in streets if one.org == found.org and _has(unit, one, by[0])), None)
    if street is None:
        raise KeyCardError("unknown-root", "签发名录的不是登记过的那个街道", "请先登记街道的密钥卡并核对 60 位数字")
    _screen(found)
    if _is_news(unit, found):
        _keep(unit, found, raw)
        for entry in found.entries:
            _believe(unit, station, street, entry, by)
    return Published(found.org, found.version, found.expires, found.entries, tuple(_notices(station, found)))


def _has(unit: UnitOfWork, peer: Peer, public: bytes) -> bool:
    return any(one.sign_key == public for one in keys_of(unit.connection, peer))


def _screen(found: Directory) -> None:
    """Raise KeyCardError for a directory that names a key nobody may have."""
    for entry in found.entries:
        signing.screen_public_key(entry.sign_key)
        if not sealing.is_recipient(entry.recipient):
            raise KeyCardError("bad-key", "名录里的收件密钥不规范", "请让街道重新签发")


def _is_news(unit: UnitOfWork, found: Directory) -> bool:
    """Return True for a version above the one here; raises KeyCardError for one below or another of the same number."""
    kept = keyring.directory_of(unit.connection, found.org)
    if kept is None or found.version > kept.version:
        return True
    if found.version < kept.version:
        raise KeyCardError(
            "older-directory", f"这份名录是第 {found.version} 版，本库已有第 {kept.version} 版", "不用旧的"
        )
    if hashlib.sha256(key_directory.payload_of(found)).hexdigest() != kept.digest:
        raise KeyCardError("directory-fork", f"来了两份内容不同的第 {found.version} 版名录", "请联系街道核实")
    return False


def _believe(unit: UnitOfWork, station: Station, street: Peer, entry: Entry, by: tuple[bytes, ...]) -> None:
    """Note inside `unit` what a verified directory says of one key.

    Of the street itself only a key that signed the directory beside the old one; of units enrolled here with
    their digits only what is revoked; of all others everything, so that their cards can be verified.
    """
    key = PeerKey(
        entry.org, entry.install, entry.sign_key, entry.recipient, entry.status, entry.since, entry.until, "directory",
        unit.header.at,
    )  # fmt: skip
    if entry.org == station.org:
        return
    if entry.org == street.org:
        if entry.sign_key in by and entry.install == street.install and not _has(unit, street, entry.sign_key):
            keyring.keep_key(unit, key, kid=entry.kid.hex())
        return
    enrolled = next((one for one in exchange.peers(unit.connection) if one.org == entry.org), None)
    if enrolled is None or entry.status == REVOKED:
        keyring.keep_key(unit, key, kid=entry.kid.hex())
    if enrolled is not None and entry.status == REVOKED and enrolled.sign_key == entry.sign_key:
        keyring.set_peer(unit, entry.org, sign_key=enrolled.sign_key, state=REVOKED)


def _notices(station: Station, found: Directory) -> list[str]:
    """Return what a clerk should know: an old directory still counts, an own key that was revoked does not."""
    said = []
    if found.expires < stamp(station.clock):
        said.append(f"街道的密钥名录已于 {local_text(found.expires)} 到期，仍可使用，请向街道要新的")
    own = {one.key.public for one in own_signers(station)}
    if any(one.sign_key in own and one.status == REVOKED for one in found.entries):
        said.append("街道已停用本单位的密钥，发出的数据包不会再被接收，请更换密钥后重新登记")
    return said


def named_in_directory(station: Station) -> dict[str, str]:
    """Return the names of the units that the directories read here tell of, by their codes."""
    names: dict[str, str] = {}
    with station.vault.reading(READ_WHOLE) as connection:
        raws = [one.raw for one in keyring.directories(connection)]
    for raw in raws:
        found = key_directory.kept_directory(raw)
        names.update({one.org: one.name for one in found.entries})
    return names
