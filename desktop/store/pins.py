"""What the key file knows of its users' signatures: their keys, and where the logs ended when each last left.

A pin is signed by the user it speaks of, so it is a witness nobody else can make; one of an earlier epoch says
nothing of the log that was begun since.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from desktop.domain.errors import DamagedStoreError
from desktop.security.slot_pins import key_holders
from desktop.security.user_keys import KeyHolder, Pin, proved_pin
from desktop.store.audit_chain import Witness, seal_at
from desktop.store.signatures import Signers

_EVER = 1 << 53


@dataclass(frozen=True, slots=True)
class Opener:
    """Who opened the store, with the public key their own slot gave; b'' for who has none."""

    user: str
    public: bytes


@dataclass(slots=True)
class SlotWords:
    """What the slots say: where they contradict the chain, and the heads their users remember."""

    problems: list[str] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    users: set[str] = field(default_factory=set)  # whose the witnesses are


def slot_words(folder: Path, signers: Signers, *, epoch: int, opener: Opener) -> SlotWords:
    """Compare the signing keys in the key file with those the chain names, and return what its users remember."""
    words = SlotWords()
    try:
        holders: Sequence[KeyHolder] = key_holders(folder)
    except DamagedStoreError:
        words.problems.append("密钥文件：不见了或已损坏")
        return words
    for one in _counting(holders, signers):
        _compare(one, signers, words)
        _remember(one, signers, words, epoch=epoch)
    named = signers.key_of(opener.user, _EVER)
    if named and named != opener.public:
        words.problems.append(f"签名：“{opener.user}”自己的签名密钥与登记库里登记的公钥不符，公钥可能被人换过")
    return words


def _counting(holders: Sequence[KeyHolder], signers: Signers) -> list[KeyHolder]:
    """Return the slots that count: of several of one user (a password set anew by halves) those the chain means."""
    good = {one.user for one in holders if one.public == signers.key_of(one.user, _EVER)}
    return [one for one in holders if one.user not in good or one.public == signers.key_of(one.user, _EVER)]


def own_pin_holds(connection: Connection, folder: Path, opener: Opener) -> bool:
    """Return False if what whoever opened the store left in their slot, in whatever epoch, is not in the chain."""
    signers = Signers(connection)
    with suppress(DamagedStoreError):
        mine = next((one for one in key_holders(folder) if one.user == opener.user and opener.public), None)
        pin = proved_pin(mine.pin, public=opener.public, store_id=signers.store_id, user=mine.user) if mine else None
        if pin is not None and pin.batch:
            return seal_at(connection, pin.batch) == pin.seal
    return True


def _compare(one: KeyHolder, signers: Signers, words: SlotWords) -> None:
    """Note a user whose public key is another in the key file than in the chain."""
    if signers.is_named(one.user, _EVER) and signers.key_of(one.user, _EVER) != one.public:
        words.problems.append(f"签名：密钥文件里“{one.user}”的公钥与登记库里登记的不一样")


def _remember(one: KeyHolder, signers: Signers, words: SlotWords, *, epoch: int) -> None:
    """Note what a user remembers, or that it was taken away."""
    public = signers.key_of(one.user, _EVER) or one.public
    if not public:
        return  # a slot of a program that did not sign yet
    pin = proved_pin(one.pin, public=public, store_id=signers.store_id, user=one.user)
    if pin is None:
        words.problems.append(f"签名：密钥文件里“{one.user}”上次退出时的记录不见了或被改动过")
    elif pin.epoch == epoch:
        words.witnesses.append(_witness(one.user, pin))
        words.users.add(one.user)
        if not signers.is_named(one.user, _EVER):
            words.problems.append(f"签名：“{one.user}”的公钥从登记库里不见了")


def _witness(user: str, pin: Pin) -> Witness:
    return Witness(f"“{user}”上次退出时留下的记录", pin.entry, pin.entry_hash, pin.batch, pin.seal)
