"""The vault: one store folder, opened once, read and written through here only."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from desktop.domain.changes import Changes
from desktop.domain.clock import Clock, stamp
from desktop.domain.codes import lift_off
from desktop.domain.errors import DamagedStoreError, ReadOnlyStoreError
from desktop.domain.ids import IdMaker, new_id
from desktop.domain.permissions import READ_PEOPLE, READ_REVEALED, READ_SEALED, SUPERVISOR, require
from desktop.domain.sight import OPEN, Sight, sight_of
from desktop.security.slot_pins import keep_pin
from desktop.store import search
from desktop.store.audit_chain import AuditHead, Witness, head_of_chain
from desktop.store.change_log import head_of
from desktop.store.engine import (
    change_key,
    look_at,
    open_engine,
    open_writing_engine,
    opens,
    raw_connection,
    scrub,
    stoppable,
)
from desktop.store.head_note import read_head, write_head
from desktop.store.house_settings import load_levels, load_settings, touches_settings
from desktop.store.pins import Opener, own_pin_holds, slot_words
from desktop.store.places import DATABASE, StoreLock
from desktop.store.signatures import SessionKey, Signers
from desktop.store.unit_of_work import OWED_EPOCH, UnitHeader, UnitOfWork
from desktop.store.veils import VeiledEngine, with_sight
from desktop.store.writers import own_number

_STEP_BYTES = 3  # an epoch is at most 2**24 above the one before
Approval = Callable[[UnitOfWork], None]
SCRUB = "scrub"  # jotted while something erased is still to be scrubbed from the file
_META_KEYS = ("store_id", "install", "epoch", "kind", "org", "name", "practice")


@dataclass(frozen=True, slots=True)
class StoreIdentity:
    """Whose store this is, and which installation and epoch writes it."""

    store_id: str
    install: str
    epoch: int
    kind: str  # community or street
    org: str
    name: str
    practice: bool = False

    @property
    def writer(self) -> str:
        """The name of this installation in this epoch, as dots carry it."""
        return f"{self.install}:{self.epoch}"


class Vault:
    """An open store. Made by `create_vault` and `open_vault`; closed once by `close`."""

    def __init__(
        self, folder: Path, *, engine: Engine, key: bytes | bytearray, clock: Clock, ids: IdMaker, user: str,
        role: str = SUPERVISOR, seed: bytes = b"",
    ) -> None:  # fmt: skip
        self.folder = folder
        self.user = user
        self.role = role
        self.clock = clock
        self.ids = ids
        self._engine = engine
        self._key = key if isinstance(key, bytearray) else bytearray(key)
        self._writing_engine = open_writing_engine(folder / DATABASE, key=self._key)
        self.session = SessionKey(user, seed=seed)
        self._lock: StoreLock | None = None
        self.is_read_only = False  # a damaged store may be looked at, never written
        self.approve: Approval | None = None  # asked before people are taken out of the register
        self.is_replaced = False  # what the user left when they last closed it is not in it any more
        self.behind = 0  # steps the store was behind the note beside it when it was opened
        self.identity = _read_identity(engine)
        self._writer = own_number(engine, self.identity.writer, org=self.identity.org)
        self._veiled = VeiledEngine(folder / DATABASE)
        self.switched_on: frozenset[str] = frozenset()  # fields collected here although the dictionary has them off
        self.scope = frozenset[str]()  # communities the user is limited to, none: not limited (`store/scopes.py`)
        self._load_settings()

    @contextmanager
    def reading(self, what: str = READ_PEOPLE, *, stop: Callable[[], bool] | None = None) -> Iterator[Connection]:
        """Yield a connection inside one read transaction; raises NotAllowedError if the role may not read `what`.

        READ_PEOPLE sees what the role's levels allow (`store/veils.py`). Once `stop` says so, Cancelled is raised.
        """
        require(self.role, what)
        sight = {READ_PEOPLE: self.sight, READ_REVEALED: self.sight.revealed}.get(what, OPEN)
        scope = frozenset[str]() if what == READ_SEALED else self.scope
        with self._looking(sight, scope) as connection, nullcontext() if stop is None else stoppable(connection, stop):
            yield connection

    @property
    def sight(self) -> Sight:
        """What the role of whoever opened the vault may see of people."""
        return sight_of(self.role, self._levels, as_before=self._as_before)

    @contextmanager
    def _looking(self, sight: Sight = OPEN, scope: frozenset[str] = frozenset()) -> Iterator[Connection]:
        """Yield a connection for what the vault itself must know, whoever opened it; or for what `sight` allows."""
        engine = self._engine
        if scope or not sight.is_open:
            engine = self._veiled.engine_for(sight, key=self._key, scope=scope)
        with engine.connect().execution_options(yince_begin="DEFERRED") as connection:
            yield with_sight(connection, sight)
            connection.rollback()

    @contextmanager
    def jotting(self) -> Iterator[Connection]:
        """Yield a connection for what is no record and is never logged (drafts); committed at the end."""
        require(self.role, "draft")
        self._refuse_if_read_only()
        with self._engine.connect().execution_options(yince_begin="IMMEDIATE") as connection:
            yield connection
            connection.commit()

    def unit(self, action: str, *, why: str = "", source: str = "", undoes: str | None = None) -> UnitOfWork:
        """Begin a unit of work; use it in a `with` and call its `commit`.

        Raises NotAllowedError if the role may not, ReadOnlyStoreError.
        """
        require(self.role, action)
        self._refuse_if_read_only()
        connection = self._writing_engine.connect().execution_options(yince_begin="IMMEDIATE")
        counter = int(connection.exec_driver_sql("SELECT value FROM meta WHERE key='counter'").scalar_one())
        header = UnitHeader(new_id(self.ids), action, why, self.user, stamp(self.clock), source, undoes)
        return _NotedUnit(connection, header=header, writer=self._writer, counter=counter, vault=self, scope=self.scope)

    def _refuse_if_read_only(self) -> None:
        if self.is_read_only:
            raise ReadOnlyStoreError("登记库已损坏，现在是只读方式打开的，不能改动", "请从备份恢复后再登记")

    def index_again_if_old(self) -> None:
        """Make the search index anew if this program's tokens are others than those it was made with."""
        with self._writing_engine.begin() as connection:
            if not search.is_current(connection):
                search.rebuild(connection)

    def secret(self, name: str) -> bytes:
        """Return a secret kept in the vault; KeyError if there is none of that name."""
        with self._looking() as connection:
            row = connection.exec_driver_sql("SELECT value FROM secret WHERE name=?", (name,)).first()
        if row is None:
            raise KeyError(name)
        return bytes(row[0])

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the store file."""
        # Through the driver: SQLAlchemy would reset the isolation level our BEGIN relies on.
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()

    def scrub(self) -> None:
        """Leave nothing of what was deleted in the file: index segments merged, pages rewritten, log folded in."""
        self.renew()
        scrub(self.folder / DATABASE, key=bytes(self._key))
        self.jot(SCRUB, "")

    def scrub_if_asked(self) -> None:
        """Finish an erasure whose program died before the file was scrubbed."""
        if self.jotted(SCRUB):
            self.scrub()

    def renew(self) -> None:
        """Close idle connections: FTS5 keeps totals per connection, which a full check must not trust."""
        self._engine.dispose()
        self._writing_engine.dispose()
        self._veiled.dispose()

    def slot_key(self) -> bytes:
        """Return the data key, to wrap it for another slot of the key file."""
        return bytes(self._key)

    def change_key(self, new: bytes) -> None:
        """Encrypt the store under another data key; the caller keeps both in the key file meanwhile."""
        self.renew()
        path = self.folder / DATABASE
        change_key(path, old=bytes(self._key), new=new)
        self._key[:] = new
        self._engine = open_engine(path, key=self._key)
        self._writing_engine = open_writing_engine(path, key=self._key)
        self._note_head()

    def is_key(self, key: bytes) -> bool:
        """Return True if `key` opens the store file; raises DamagedStoreError when that cannot be told."""
        return opens(self.folder / DATABASE, key=key)

    def raw_copy_source(self) -> Any:
        """Return a fresh driver connection for the backup interface; the caller closes it."""
        return raw_connection(self.folder / DATABASE, key=bytes(self._key))

    def open_copy(self, path: Path) -> Any:
        """Return a driver connection to a copy of this store under the same key, for verifying backups."""
        return raw_connection(path, key=bytes(self._key))

    def look_at_copy(self, path: Path) -> Any:
        """Return a driver connection to a copy under the same key that changes nothing of it."""
        return look_at(path, key=bytes(self._key))

    def empty_copy(self, path: Path) -> Any:
        """Return a driver connection to a new, empty file under the same key, to back up into."""
        return raw_connection(path, key=bytes(self._key), create=True)

    def close(self) -> None:
        """Checkpoint, let go of the file and forget the key. Closing twice is harmless."""
        if self._lock is None:
            return
        lift_off(str(self.folder))
        if not self.is_read_only:
            self._keep_pin()
            self.checkpoint()
        self.session.forget()
        self.renew()
        self._key[:] = bytes(len(self._key))
        self._lock.release()
        self._lock = None

    def hold(self, lock: StoreLock) -> None:
        """Take over the lock of the folder until the vault is closed."""
        self._lock = lock

    def begin_epoch(self, why: str, *, reason: str = "restored", above: int = 0) -> None:
        """Start a new epoch of this installation: its counters may have been used elsewhere.

        The new one is above the present one and above `above`, the highest known to have been used elsewhere, by
        a random step: two copies of one store that know nothing of each other must not take the same (decision 0065).
        `reason` travels to every peer: `restored`, `copied`, `new-pc` or `fork` (`docs/formats/package.md`).
        """
        before = self.identity.writer
        step = 1 + int.from_bytes(self.ids.random_bytes(_STEP_BYTES), "big")
        identity = replace(self.identity, epoch=max(self.identity.epoch, above) + step)
        start = {"reason": reason, "why": why, "at": stamp(self.clock), "before": before}
        with self.unit("epoch.start", why=why) as unit:
            unit.connection.exec_driver_sql("UPDATE meta SET value=? WHERE key='epoch'", (str(identity.epoch),))
            unit.connection.exec_driver_sql("UPDATE meta SET value='0' WHERE key='counter'")
            _note_meta(unit.connection, "epoch_start", json.dumps(start, ensure_ascii=False, sort_keys=True))
            unit.connection.exec_driver_sql("DELETE FROM setting WHERE key=?", (OWED_EPOCH,))
            unit.commit()
        self.identity = identity
        self._writer = own_number(self._engine, identity.writer, org=identity.org)

    def explain_epoch(self, why: str, *, reason: str = "restored") -> None:
        """Say better why the present epoch began, before anybody heard of it."""
        start = {**(self.epoch_start() or {}), "reason": reason, "why": why}
        with self.unit("epoch.start", why=why) as unit:
            _note_meta(unit.connection, "epoch_start", json.dumps(start, ensure_ascii=False, sort_keys=True))
            unit.commit()

    def epoch_start(self) -> dict[str, str] | None:
        """Return why the present epoch began, None in the first one."""
        found = self.meta("epoch_start")
        return dict(json.loads(found)) if found and self.identity.epoch > 1 else None

    def meta(self, key: str) -> str:
        """Return what the store notes about itself under `key`, '' if nothing."""
        with self._looking() as connection:
            found = connection.exec_driver_sql("SELECT value FROM meta WHERE key=?", (key,)).scalar()
        return str(found or "")

    def jotted(self, key: str) -> str:
        """Return a note about where the store is used, '' if there is none; not sealed, see `jot`."""
        with self._looking() as connection:
            return str(connection.exec_driver_sql("SELECT value FROM setting WHERE key=?", (key,)).scalar() or "")

    def jot(self, key: str, value: str) -> None:
        """Note something that only concerns this computer: never logged, never sent, nothing rests on it."""
        with self._engine.connect().execution_options(yince_begin="IMMEDIATE") as connection:
            connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?,?)", (key, value))
            connection.commit()

    def head(self) -> tuple[int, bytes]:
        """Return the number and hash of the newest entry of the change log."""
        with self._looking() as connection:
            return head_of(connection)

    def audit_head(self) -> AuditHead:
        """Return the end of the audit chain."""
        with self._looking() as connection:
            return head_of_chain(connection)

    def noted_head(self) -> Witness | None:
        """Return the ends of the logs as noted outside the store, None if the note is missing or not ours."""
        return read_head(self.folder, store_id=self.identity.store_id, key=bytes(self._key))

    @property
    def opener(self) -> Opener:
        """Who opened the store, with the public half of the key they sign with."""
        return Opener(self.user, self.session.public)

    def named_keys(self) -> dict[str, bytes]:
        """Return the public signing key the chain names for each user; {} where that cannot be read."""
        with suppress(DatabaseError), self._looking() as connection:
            signers = Signers(connection)
            return {one: key for one in signers.users() if (key := signers.key_of(one, signers.newest))}
        return {}

    def lacks_its_name(self) -> bool:
        """Return True if the user has a signing key that the chain does not name yet."""
        if not self.session.public:
            return False
        with self._looking() as connection:
            return not Signers(connection).is_named(self.user, head_of_chain(connection).batch)

    def pinned(self) -> list[Witness]:
        """Return the ends of the logs as the users of the key file remember them in this epoch."""
        with self._looking() as connection:
            signers = Signers(connection)
        return slot_words(self.folder, signers, epoch=self.identity.epoch, opener=self.opener).witnesses

    def holds_own_pin(self) -> bool:
        """Return False if what the user left when they last closed the store is not in the chain."""
        with self._looking() as connection:
            return own_pin_holds(connection, self.folder, self.opener)

    def _keep_pin(self) -> None:
        """Leave in the user's slot where the logs ended, if this session wrote anything and signs as the user."""
        pin = self.session.pin(self.identity.epoch, self.identity.store_id)
        if pin is None:
            return
        with suppress(OSError, DamagedStoreError):  # the store itself is whole: closing must not fail
            keep_pin(self.folder, data_key=bytes(self._key), user=self.user, pin=pin)

    def _load_settings(self) -> None:
        with self._looking() as connection:
            self.switched_on = load_settings(connection, owner=str(self.folder))
            self._levels, self._as_before = load_levels(connection)

    def committed(self, changes: Changes) -> None:
        """Note the new head of the log, and read again what every reader has at hand if it changed."""
        self._note_head()
        if touches_settings(changes):
            self._load_settings()

    def _note_head(self) -> None:
        """Keep the ends of the logs outside the store, so that an older store is noticed."""
        with self._looking() as connection:
            entry, audit = head_of(connection), head_of_chain(connection)
        with suppress(OSError):  # what was committed is committed: an older note tells no lie
            write_head(self.folder, store_id=self.identity.store_id, key=bytes(self._key), entry=entry, audit=audit)


class _NotedUnit(UnitOfWork):
    """A unit that tells its vault once it is committed: the new head is noted, settings are read again."""

    def __init__(self, connection: Connection, *, vault: Vault, **rest: Any) -> None:
        super().__init__(connection, session=vault.session, **rest)
        self._vault = vault

    def commit(self) -> Any:
        """Commit if it may take out of the register whom it takes out, then tell the vault."""
        if self.removed and self._vault.approve is not None:
            self._vault.approve(self)
        changes = super().commit()
        self.connection.close()
        self._vault.committed(changes)
        return changes


def _note_meta(connection: Connection, key: str, value: str) -> None:
    connection.exec_driver_sql("INSERT OR REPLACE INTO meta (key, value) VALUES (?,?)", (key, value))


def _read_identity(engine: Engine) -> StoreIdentity:
    """Return who this store belongs to."""
    with engine.connect().execution_options(yince_begin="DEFERRED") as connection:
        rows = connection.exec_driver_sql("SELECT key, value FROM meta").all()
        connection.rollback()
    meta = {str(key): str(value) for key, value in rows}
    missing = [key for key in _META_KEYS if key not in meta]
    if missing:
        raise DamagedStoreError("登记库缺少身份信息", "请从备份恢复")
    return StoreIdentity(
        meta["store_id"], meta["install"], int(meta["epoch"]), meta["kind"], meta["org"], meta["name"],
        meta["practice"] == "1",
    )  # fmt: skip
