"""Who signed which units: the newest seal of every block of one user's units bears that user's signature (0083).

Each commit signs its seal in the same transaction, and the signature moves along: that on the seal before goes, if
it is the same user's. So there is one signature a block, none of its units can be cut off, and at any cut of the
power the last unit is signed. Users' public keys stand in the sealed `source` of the unit that let the user in, so
they lie in the very chain they sign. Who has no signing key (a recovery code, the street) is signed for by the device.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.domain.errors import DamagedStoreError, KeyCardError
from desktop.domain.permissions import SUPERVISOR
from desktop.security.signing import KEY_LENGTH, SigningKey, is_signed, screen_public_key
from desktop.security.user_keys import Pin, signed_pin
from desktop.store.encoding import joined

CREATED, REMOVED, INTRODUCED = "store.create", "user.remove", "user.key"
_SIGNED_AS = b"yince seal/1\n"
# The condition is that of the index `batch_signer`, word for word.
_WHERE = "WHERE action IN ('store.create', 'user.add', 'user.renew', 'user.remove', 'user.key')"
_NAMING = f"SELECT n, user, action, source FROM batch {_WHERE} ORDER BY n"  # noqa: S608 - our names
_NEWEST = f"SELECT n FROM batch {_WHERE} ORDER BY n DESC LIMIT 1"  # noqa: S608 - our names


@dataclass(frozen=True, slots=True)
class Named:
    """A signing key as a unit names it: whose it is from that unit on; no key: the user signs no more."""

    batch: int
    by: str
    action: str
    user: str
    role: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """One unit as it is signed: its number, who did it, its seal."""

    batch: int
    user: str
    seal: bytes


def naming(user: str, role: str, key: bytes) -> str:
    """Return the `source` of a unit that names the signing key of `user` from there on; b'' ends it."""
    return json.dumps({"signer": {"user": user, "role": role, "key": key.hex()}}, ensure_ascii=False, sort_keys=True)


class Signers:
    """Whose signature belongs under a unit, as the chain itself names it."""

    def __init__(self, connection: Connection) -> None:
        meta = connection.exec_driver_sql("SELECT value FROM meta WHERE key='store_id'").scalar()
        self.store_id = str(meta or "")
        self.named = list(_named(connection))
        self.begins = self.named[0].batch if self.named else 0
        self.device_keys = _device_keys(connection)
        self.newest = int(connection.exec_driver_sql(_NEWEST).scalar() or 0)
        self._of: dict[str, list[tuple[int, frozenset[bytes]]]] = {}
        for one in reversed(self.named):
            self._of.setdefault(one.user, []).append((one.batch, frozenset({one.key} - {b""})))

    def key_of(self, user: str, batch: int) -> bytes:
        """Return the public key of a user at a unit, b'' if none was named or the user was removed."""
        keys = self.may_sign(user, batch) if self.is_named(user, batch) else frozenset()
        return next(iter(keys), b"")

    def is_named(self, user: str, batch: int) -> bool:
        """Return True if a key of the user was named up to a unit, be it in use or not."""
        return any(since <= batch for since, _ in self._of.get(user, ()))

    def may_sign(self, user: str, batch: int) -> frozenset[bytes]:
        """Return the keys a unit of `user` may be signed with: theirs, or the device's for who never had one."""
        for since, keys in self._of.get(user, ()):
            if since <= batch:
                return keys
        return self.device_keys

    def is_signed(self, one: Seal, key: bytes, value: bytes) -> bool:
        """Return True if the signature under a unit is one that belongs there."""
        return key in self.may_sign(one.user, one.batch) and is_signed(key, message_of(self.store_id, one), value)

    def users(self) -> list[str]:
        """Return everyone who signs or once did, in the order they came."""
        return list(dict.fromkeys(one.user for one in self.named))

    def problems(self) -> Iterator[str]:
        """Yield every naming of a key that the program would not have written."""
        for one in self.named:
            before = [other for other in self.named if other.batch < one.batch]
            if not (_is_good(one.key) and _may_name(one, before)):
                yield f"签名：第 {one.batch} 次操作登记的“{one.user}”的公钥不合规矩"


def message_of(store_id: str, one: Seal) -> bytes:
    """Return what is signed under a unit. The seal covers the epoch too: it stands in `meta`."""
    return _SIGNED_AS + joined((store_id, one.batch, one.seal, one.user))


class Follower:
    """Walks along the units from one on and notes where a signature is missing or not whose it should be."""

    def __init__(self, signers: Signers) -> None:
        self.signers = signers
        self.found: list[str] = list(signers.problems())
        self.count = 0
        self._bare: Seal | None = None  # the last unit, if it has no signature of its own

    def take(self, one: Seal, key: bytes | None, value: bytes | None) -> None:
        """Look at the next unit and the signature under it."""
        if self._bare is not None and not self._goes_on(self._bare, one):
            self._miss(self._bare)
        self._bare = one if key is None or value is None else None
        if key is None or value is None:
            return
        self.count += 1
        if not self.signers.is_signed(one, key, value):
            self.found.append(f"签名：第 {one.batch} 次操作的签名不是“{one.user}”的，到这里为止的记录可能被改写过")

    def end(self) -> list[str]:
        """Return what was found once the last unit was taken."""
        if self._bare is not None:
            self._miss(self._bare)
            self._bare = None
        return self.found

    def _goes_on(self, bare: Seal, one: Seal) -> bool:
        """Return True if the signature that covers `bare` may stand further on, under `one` or later."""
        keys = self.signers.may_sign(one.user, one.batch)
        return bare.user == one.user and keys == self.signers.may_sign(bare.user, bare.batch)

    def _miss(self, bare: Seal) -> None:
        """Note a unit that should have been signed; before the first key was named none was."""
        if self.signers.begins and bare.batch >= self.signers.begins:
            self.found.append(f"签名：第 {bare.batch} 次操作没有“{bare.user}”的签名，它之后的记录可能被删减或替换过")


class SessionKey:
    """Signs the units of one open vault, with the user's key once the chain names it, else with the device's."""

    def __init__(self, user: str, *, seed: bytes = b"") -> None:
        self.user = user
        self.key = SigningKey(seed) if seed else None
        self._known: Seal | None = None
        self._entry = (0, b"")
        self._signers: Signers | None = None

    @property
    def public(self) -> bytes:
        """The user's public key, b'' for who has none."""
        return self.key.public if self.key is not None else b""

    def sign(self, connection: Connection, unit: Seal) -> None:
        """Sign the unit that is being committed; the signature before it goes if it is the same user's.

        Raises DamagedStoreError if the chain it is added to does not end as this session left it or, at the
        session's beginning, as somebody signed it: what was put there meanwhile must not be signed with it.
        """
        signers = self._signers_now(connection)
        before = _seal_before(connection, unit.batch)
        last = _signature_at(connection, before.batch) if before is not None else None
        if not self._follows(signers, before, last):
            raise DamagedStoreError("登记库末尾的操作记录没有应有的签名，可能被绕过程序改动过", "请先检查登记库")
        key = self._key_at(signers, unit.batch, connection)
        if key is None:
            return
        if before is not None and last is not None and before.user == self.user and last[0] == key.public:
            connection.exec_driver_sql("DELETE FROM signature WHERE batch=?", (before.batch,))
        value = key.sign(message_of(signers.store_id, unit))
        connection.exec_driver_sql(
            'INSERT INTO signature (batch, "key", value) VALUES (?,?,?)', (unit.batch, key.public, value)
        )

    def committed(self, unit: Seal, entry: tuple[int, bytes]) -> None:
        """Remember the ends of both logs as this session left them."""
        self._known, self._entry = unit, entry

    def pin(self, epoch: int, store_id: str) -> dict[str, Any] | None:
        """Return where this session left the logs, signed by its user; None if it wrote nothing as theirs."""
        if self.key is None or self._known is None or self._signers is None:
            return None
        if self.key.public not in self._signers.may_sign(self.user, self._known.batch):
            return None
        pin = Pin(epoch, *self._entry, self._known.batch, self._known.seal)
        return signed_pin(pin, key=self.key, store_id=store_id, user=self.user)

    def forget(self) -> None:
        """Let go of the user's key."""
        self.key = None

    def unsure(self) -> None:
        """Forget the end of the chain: a commit failed, and may or may not have been written."""
        self._known = self._signers = None

    def _signers_now(self, connection: Connection) -> Signers:
        """Return whose signature belongs where, read again only when the chain named another key since."""
        newest = int(connection.exec_driver_sql(_NEWEST).scalar() or 0)
        if self.key is None or self._signers is None or self._signers.newest != newest:
            self._signers = Signers(connection)
        return self._signers

    def _follows(self, signers: Signers, before: Seal | None, last: tuple[bytes, bytes] | None) -> bool:
        """Return True if the next unit may be added to the chain as it ends."""
        if self._known is not None:
            return before == self._known
        if before is None or not signers.begins or signers.begins > before.batch:
            return True
        return last is not None and signers.is_signed(before, *last)

    def _key_at(self, signers: Signers, batch: int, connection: Connection) -> SigningKey | None:
        """Return the key that belongs under the unit: the user's if the chain names it, else the device's."""
        keys = signers.may_sign(self.user, batch)
        if self.key is not None and self.key.public in keys:
            return self.key
        seed = connection.exec_driver_sql("SELECT value FROM secret WHERE name='sign_seed'").scalar()
        return SigningKey(bytes(seed)) if seed and len(seed) == KEY_LENGTH else None


def _seal_before(connection: Connection, batch: int) -> Seal | None:
    row = connection.exec_driver_sql(
        "SELECT seal.batch, coalesce(batch.user, ''), seal.hash FROM seal LEFT JOIN batch ON batch.n=seal.batch "
        "WHERE seal.batch<? ORDER BY seal.batch DESC LIMIT 1",
        (batch,),
    ).first()
    return Seal(int(row[0]), str(row[1]), bytes(row[2])) if row else None


def _signature_at(connection: Connection, batch: int) -> tuple[bytes, bytes] | None:
    row = connection.exec_driver_sql('SELECT "key", value FROM signature WHERE batch=?', (batch,)).first()
    return (bytes(row[0]), bytes(row[1])) if row else None


def _named(connection: Connection) -> Iterator[Named]:
    """Yield the keys the chain names, oldest first."""
    for number, by, action, source in connection.exec_driver_sql(_NAMING):
        try:
            told = json.loads(source)["signer"]
            yield Named(int(number), str(by), str(action), told["user"], told["role"], bytes.fromhex(told["key"]))
        except (ValueError, KeyError, TypeError):
            continue  # of a program that did not sign yet


def _device_keys(connection: Connection) -> frozenset[bytes]:
    """Return the public keys this device signs with and has signed with."""
    seeds = connection.exec_driver_sql("SELECT value FROM secret WHERE name IN ('sign_seed', 'sign_seed_old')")
    own = {SigningKey(bytes(row[0])).public for row in seeds if len(row[0]) == KEY_LENGTH}
    past = connection.exec_driver_sql(
        "SELECT sign_key FROM peer_key WHERE org=(SELECT value FROM meta WHERE key='org') "
        "AND install=(SELECT value FROM meta WHERE key='install')"
    )
    return frozenset(own | {bytes(row[0]) for row in past})


def _is_good(key: bytes) -> bool:
    """Return True for no key and for one that is neither of low order nor written in an unusual way."""
    try:
        if key:
            screen_public_key(key)
    except KeyCardError:
        return False
    return True


def _may_name(one: Named, before: Sequence[Named]) -> bool:
    """Return True if whoever did the unit may name this key: a supervisor another's, a user their own first one."""
    if one.action in {CREATED, INTRODUCED}:
        return one.by == one.user and bool(one.key) and not any(other.user == one.user for other in before)
    adder = [other for other in before if other.user == one.by]
    is_lead = not adder or (bool(adder[-1].key) and adder[-1].role == SUPERVISOR)
    return is_lead and one.by != one.user and bool(one.key) == (one.action != REMOVED)


@dataclass(frozen=True, slots=True)
class Signed:
    """How far the units are signed, and by whom."""

    units: int  # the newest unit
    until: int  # the newest unit up to which a signature vouches, 0 for none
    blocks: int  # signatures
    users: tuple[str, ...]  # under whose names they stand, who signed last first


def signed_of(connection: Connection) -> Signed:
    """Return how far the units are signed; the newest signature is proved, all of them by the check."""
    units = int(connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM batch").scalar_one())
    rows = connection.exec_driver_sql(
        "SELECT user, max(batch), count(*) FROM signature JOIN batch ON batch.n=signature.batch "
        "GROUP BY user ORDER BY max(batch) DESC"
    ).all()
    last = _seal_before(connection, int(rows[0][1]) + 1) if rows else None
    found = _signature_at(connection, last.batch) if last is not None else None
    until = 0
    if last is not None and found is not None and Signers(connection).is_signed(last, *found):
        until = last.batch
    return Signed(units, until, sum(int(row[2]) for row in rows), tuple(str(row[0]) for row in rows))
