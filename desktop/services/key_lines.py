"""The keys of this station and its peers as a person looks at them: the list, the digits, the code to scan."""

from dataclasses import dataclass

from desktop.domain.clock import local_text
from desktop.domain.permissions import READ_WHOLE
from desktop.printing.qr_codes import QUIET, code_of
from desktop.services.keyring import keys_of
from desktop.services.levels import is_above
from desktop.services.peers import own_card
from desktop.services.station import Station
from desktop.store import exchange, keyring
from desktop.store.keyring import Place
from desktop.sync.key_card import KeyCard, scanned_text

_STATES = {"active": "使用中", "replaced": "已更换", "revoked": "已停用"}
_SOURCES = {"digits": "核对过 60 位数字", "directory": "街道名录", "rotation": "对方用旧密钥通知", "own": "本单位"}


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key of one unit."""

    org: str
    name: str
    state: str
    since: str  # the first package it may sign
    until: str  # the last one that counts, '' while it is in use
    source: str
    at: str
    may_revoke: bool


@dataclass(frozen=True, slots=True)
class KeyDesk:
    """What the key dialog shows."""

    card: KeyCard
    lines: tuple[KeyLine, ...]
    issues_directory: bool
    directory: str  # the newest directory here, in a few words


@dataclass(frozen=True, slots=True)
class Squares:
    """A code to scan: runs of dark squares (column, row from the top, length) on a white square of `side`."""

    side: int
    runs: tuple[tuple[int, int, int], ...]


def key_desk(station: Station) -> KeyDesk:
    """Return the keys of every enrolled unit, past ones too, and the newest directory."""
    lines = []
    with station.vault.reading(READ_WHOLE) as connection:
        for peer in exchange.peers(connection):
            for key in keys_of(connection, peer):
                in_use = key.status == keyring.ACTIVE
                lines.append(
                    KeyLine(
                        peer.org, peer.name, _STATES[key.status], _words(key.since), _words(key.until),
                        _SOURCES[key.source], local_text(key.at), in_use and key.sign_key == peer.sign_key,
                    )
                )  # fmt: skip
        kept = keyring.directories(connection)
    told = "；".join(f"{one.org} 第 {one.version} 版，{local_text(one.expires)} 到期" for one in kept)
    return KeyDesk(own_card(station), tuple(lines), is_above(station), told)


def _words(place: Place | None) -> str:
    if place is None or place == (0, 0):
        return ""
    epoch, seq = place
    return f"第 {seq} 个包" if epoch == 1 else f"第 {epoch} 期第 {seq} 个包"


def squares_of(card: KeyCard) -> Squares:
    """Return the code of a card's digits: scanned where they would be typed."""
    code = code_of(scanned_text(card))
    runs = []
    for line in code.path.splitlines()[:-1]:
        column, row, length = (int(part) for part in line.split()[:3])
        runs.append((column + QUIET, code.squares - 1 - row + QUIET, length))
    return Squares(code.side, tuple(runs))
