"""Making and opening a store file: the lock, the version, the copy before an upgrade, the epoch after a restore."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3
from sqlalchemy.exc import DatabaseError

from desktop.domain.clock import Clock, stamp
from desktop.domain.durable import sync_file, sync_folder
from desktop.domain.errors import DamagedStoreError, NewerStoreError, OlderStoreError, StorePlaceError
from desktop.domain.ids import IdMaker
from desktop.domain.permissions import SUPERVISOR
from desktop.security.key_file import OpenSlot
from desktop.store import migrations
from desktop.store.engine import damaged_pages, open_engine, raw_connection
from desktop.store.epochs import settle
from desktop.store.migrations.m0001_initial import APPLICATION_ID
from desktop.store.places import BACKUPS, DATABASE, StoreLock, refuse_network_place
from desktop.store.vault import StoreIdentity, Vault


def create_vault(
    folder: Path, *, key: bytes, identity: StoreIdentity, clock: Clock, ids: IdMaker, user: str,
    role: str = SUPERVISOR, seed: bytes = b"",
) -> Vault:  # fmt: skip
    """Make the store file in an existing folder that holds no store, and open it.

    Raises StorePlaceError, StoreInUseError.
    """
    refuse_network_place(folder)
    if (folder / DATABASE).exists():
        raise StorePlaceError("这个文件夹里已经有一个登记库", "请选择空文件夹，或直接打开它")
    lock = StoreLock(folder)
    lock.take()
    path = folder / DATABASE
    connection = raw_connection(path, key=key, create=True)
    os.chmod(path, 0o600)
    migrations.migrate(connection)
    values = {
        "store_id": identity.store_id, "install": identity.install, "epoch": str(identity.epoch),
        "kind": identity.kind, "org": identity.org, "name": identity.name,
        "practice": str(int(identity.practice)), "counter": "0", "created": stamp(clock),
    }  # fmt: skip
    connection.executemany("INSERT INTO meta (key, value) VALUES (?,?)", list(values.items()))
    connection.close()
    held = bytearray(key)
    vault = Vault(
        folder, engine=open_engine(path, key=held), key=held, clock=clock, ids=ids, user=user, role=role, seed=seed
    )
    vault.index_again_if_old()
    vault.hold(lock)
    settle(vault)
    return vault


def open_vault(lock: StoreLock, *, slot: OpenSlot, clock: Clock, ids: IdMaker, read_only: bool = False) -> Vault:
    """Open the store in the folder whose lock the caller took, with what a slot gave; migrate it if it is older.

    A copy is put aside before. The vault lets go of the lock when it is closed; on any error it is let go of here.

    A store that was restored by hand or copied opens in a new epoch, so that its counters are never used
    twice (`store.epochs`). A damaged one may be opened
    `read_only`: nothing of it is changed then, and every write raises ReadOnlyStoreError.
    Raises StorePlaceError, StoreInUseError, NewerStoreError, OlderStoreError, DamagedStoreError.
    """
    vault: Vault | None = None
    try:
        vault = _vault_over(lock.folder, slot, clock=clock, ids=ids, read_only=read_only)
        vault.hold(lock)
        vault.is_read_only = read_only
        if not read_only:
            vault.index_again_if_old()
        _take_up(vault, store_id=slot.store_id)
    except (DatabaseError, sqlcipher3.DatabaseError) as error:
        _let_go(vault, lock)
        places = damaged_pages(lock.folder / DATABASE, key=slot.data_key)
        raise DamagedStoreError("登记库的数据文件已损坏", "请从备份恢复", places) from error
    except BaseException:
        _let_go(vault, lock)
        raise
    return vault


@contextmanager
def telling_damage(vault: Vault) -> Iterator[None]:
    """Close the vault and raise DamagedStoreError if what is read of it meanwhile turns out to be damaged."""
    try:
        yield
    except (DatabaseError, sqlcipher3.DatabaseError) as error:
        places = damaged_pages(vault.folder / DATABASE, key=vault.slot_key())
        vault.is_read_only = True  # closing must not touch what is broken
        vault.close()
        raise DamagedStoreError("登记库的数据文件已损坏", "请从备份恢复", places) from error


def _let_go(vault: Vault | None, lock: StoreLock) -> None:
    """Close what was opened so far, without touching a file that may be broken."""
    if vault is None:
        lock.release()
        return
    vault.is_read_only = True
    vault.close()


def _take_up(vault: Vault, *, store_id: str) -> None:
    """See that the store is the key file's, and begin an epoch if it is behind the note beside it."""
    if vault.identity.store_id != store_id:
        raise DamagedStoreError("密钥文件不属于这个登记库", "请把同一份备份里的密钥文件放回来")
    if not vault.is_read_only:
        vault.scrub_if_asked()
        settle(vault)


def _vault_over(folder: Path, slot: OpenSlot, *, clock: Clock, ids: IdMaker, read_only: bool) -> Vault:
    """Return the vault over the store in `folder`, brought up to date."""
    refuse_network_place(folder)
    path = folder / DATABASE
    if not path.is_file():
        raise StorePlaceError("这个文件夹里没有登记库", "请检查选择的文件夹")
    _bring_up_to_date(folder, key=slot.data_key, clock=clock, read_only=read_only)
    held = bytearray(slot.data_key)  # one for the vault and all its engines, overwritten when it closes
    engine = open_engine(path, key=held, read_only=read_only)
    try:
        return Vault(
            folder, engine=engine, key=held, clock=clock, ids=ids, user=slot.user, role=slot.role,
            seed=slot.seed,
        )  # fmt: skip
    except BaseException:
        engine.dispose()
        raise


def _bring_up_to_date(folder: Path, *, key: bytes, clock: Clock, read_only: bool) -> None:
    """Check the file's version and run what is pending, with a copy of the old file kept."""
    path = folder / DATABASE
    connection = raw_connection(path, key=key)
    try:
        cursor = connection.cursor()
        if cursor.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise DamagedStoreError("这不是银册的登记库文件", "请检查选择的文件夹")
        version = migrations.version_of(cursor)
        if version > migrations.LATEST:
            raise NewerStoreError("这个登记库是更新版本的银册建立的", "请先升级本机的银册")
        if migrations.pending(version) and read_only:
            raise OlderStoreError("这个登记库是旧版本的银册建立的", "请先正常打开一次，程序会自动升级")
        if migrations.pending(version):
            _keep_copy(connection, folder, key=key, name=f"升级前-{version}-{stamp(clock).replace(':', '')}.db")
            migrations.migrate(connection)
    finally:
        connection.close()


def _keep_copy(connection: Any, folder: Path, *, key: bytes, name: str) -> None:
    """Copy the store under the same key into its backup folder."""
    target = folder / BACKUPS / name
    part = target.with_name(f"{name}.part")
    target.parent.mkdir(mode=0o700, exist_ok=True)
    part.unlink(missing_ok=True)
    copy = raw_connection(part, key=key, create=True)
    try:
        os.chmod(part, 0o600)
        connection.backup(copy)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
    finally:
        copy.close()
    sync_file(part)
    os.replace(part, target)
    sync_folder(target.parent)
    sync_folder(folder)
