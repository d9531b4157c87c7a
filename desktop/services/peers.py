"""Key cards: making one's own, reading and trusting others', and files that travel on sticks."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from desktop.config.out_path import checked_target
from desktop.domain.clock import stamp
from desktop.domain.durable import forget_cached, sync_folder, write_synced
from desktop.domain.errors import DiskFullError, KeyCardError, NotFoundError, PackageError
from desktop.domain.fields import Value
from desktop.domain.file_names import shown_name
from desktop.domain.ids import org_id
from desktop.domain.levels import LEVEL_CODES, rank_of
from desktop.domain.permissions import READ_HOUSE
from desktop.security import sealing, signing
from desktop.services.keyring import TRUSTED, note_enrolled
from desktop.services.second_person import need_second
from desktop.services.station import Station
from desktop.store import exchange
from desktop.store.exchange import Peer
from desktop.store.unit_of_work import UnitOfWork
from desktop.sync import key_card
from desktop.sync.key_card import KeyCard

_MOST_CARD = key_card.MOST_BYTES


def own_card(station: Station) -> KeyCard:
    """Return this station's key card."""
    signer = signing.SigningKey(station.vault.secret("sign_seed"))
    identity = station.vault.secret("age_identity").decode("ascii")
    me = station.vault.identity
    return KeyCard(
        me.org, me.name, me.kind, me.install, signer.public, sealing.recipient_of(identity), stamp(station.clock)
    )


def export_key_card(station: Station, *, path: Path) -> KeyCard:
    """Write this station's key card to a file and return it; raises DiskFullError."""
    card = own_card(station)
    signer = signing.SigningKey(station.vault.secret("sign_seed"))
    write_safely(path, key_card.build_key_card(card, sign=signer.sign))
    return card


def read_card(path: Path) -> KeyCard:
    """Return the key card in a file after screening its keys; raises KeyCardError, NotFoundError."""
    return _screened(_card_bytes(path))


def _screened(raw: bytes) -> KeyCard:
    card = key_card.read_key_card(raw, is_signed=signing.is_signed)
    signing.screen_public_key(card.sign_key)
    if not sealing.is_recipient(card.recipient):
        raise KeyCardError("bad-key", "密钥卡里的收件密钥不规范", "请让对方重新导出密钥卡")
    return card


def _card_bytes(path: Path) -> bytes:
    try:
        return read_file(path, most=_MOST_CARD)
    except PackageError as error:
        raise KeyCardError("not-key-card", "这不是银册的密钥卡", "请选择以 .yck 结尾的文件") from error


def enroll_peer(station: Station, *, path: Path, fingerprint: str) -> Peer:
    """Trust a station's keys after a person compared all sixty digits; raises KeyCardError.

    There is no way to trust a card without the digits, nor alone where there is a second supervisor
    (SecondPersonError).
    """
    station.allow("peer.enroll")
    raw = _card_bytes(path)
    card = _screened(raw)
    if card.org == station.org:
        raise KeyCardError("own-card", "这是本单位自己的密钥卡", "请选择对方的密钥卡")
    if not key_card.same_fingerprint(fingerprint, card):
        raise KeyCardError("fingerprint", "核对码不一致，没有登记", "请与对方逐组核对 60 位数字")
    need_second(station, "peer.enroll", about=card.org)
    peer = Peer(
        card.org, card.name, card.kind, card.install, card.sign_key, card.recipient, card.fingerprint, TRUSTED,
        stamp(station.clock),
    )  # fmt: skip
    with station.vault.unit("peer.enroll", why=f"登记 {card.name} 的密钥卡") as unit:
        note_enrolled(unit, card)
        exchange.keep_peer(unit, peer, card=raw)
        if not _has_org(unit, card.org):
            below = rank_of(card.kind) < rank_of(station.vault.identity.kind)
            values: dict[str, Value] = {"code": card.org, "name": card.name, "level": LEVEL_CODES[card.kind]}
            unit.add("org", org_id(card.org), {**values, **({"parent": station.org} if below else {})})
        unit.commit()
    return peer


def _has_org(unit: UnitOfWork, code: str) -> bool:
    sql = "SELECT 1 FROM org WHERE code=? AND deleted=0"
    return unit.connection.exec_driver_sql(sql, (code,)).first() is not None


def peers_of(station: Station) -> list[Peer]:
    """Return the stations whose keys are trusted."""
    with station.vault.reading(READ_HOUSE) as connection:
        return exchange.peers(connection)


def read_file(path: Path, *, most: int) -> bytes:
    """Return a whole file that is not larger than it may be; raises NotFoundError, PackageError.

    A pipe or a device is no file: reading it would never end.
    """
    name = shown_name(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise NotFoundError(f"“{name}”不是文件", "请重新选择")
            content = file.read(most + 1) if facts.st_size <= most else b"\0" * (most + 1)
    except (OSError, ValueError) as error:
        raise NotFoundError(f"读不到“{name}”", "请检查存储盘是否插好") from error
    if len(content) > most:
        raise PackageError("too-large", f"“{name}”太大", "请确认拿对了文件")
    return content


def write_safely(path: Path, content: bytes, *, noted: Callable[[], None] | None = None) -> None:
    """Write a file so that a pulled stick or a full disk leaves no half of it: part, sync, read back, rename.

    `noted` is called when the content lies on the medium and before it gets its name: whoever finds the file may
    rely on what was noted of it. Raises DiskFullError, PlaceError (`desktop/config/out_path.py`).
    """
    path = checked_target(path)
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)  # a link that lies there is not written through
        write_synced(part, content)
        forget_cached(part)
        if part.read_bytes() != content:
            raise OSError("read back differs")
        if noted is not None:
            noted()
        os.replace(part, path)
        sync_folder(path.parent)
    except OSError as error:
        raise DiskFullError(f"“{path.name}”没有写成，可能是存储盘已满或被拔出", "请换一个位置再试") from error
    finally:
        with suppress(OSError):  # the stick is gone, and the half file with it
            part.unlink(missing_ok=True)
