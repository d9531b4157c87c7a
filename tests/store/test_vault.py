"""The vault opens with its key only, in its place only, and refuses what it must."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.domain.errors import DamagedStoreError, NewerStoreError, StoreInUseError, StorePlaceError
from desktop.domain.ids import SeededIds
from desktop.models.tables import METADATA
from desktop.security.key_file import OpenSlot
from desktop.store import migrations
from desktop.store.engine import raw_connection
from desktop.store.opening import open_vault
from desktop.store.places import DATABASE, HEAD, StoreLock, refuse_network_place
from desktop.store.vault import Vault
from tests.store.conftest import KEY, add_person, make_vault


def reopen(vault: Vault, *, key: bytes = KEY) -> Vault:
    """Open the folder of a closed vault again."""
    lock = StoreLock(vault.folder)
    lock.take()
    slot = OpenSlot(key, "王敏", "supervisor", vault.identity.store_id)
    return open_vault(lock, slot=slot, clock=vault.clock, ids=SeededIds(9))


def test_a_store_holds_no_plaintext(vault: Vault) -> None:
    add_person(vault, "独一无二的标记名", id_no="610100195307063017")
    vault.close()
    found = b"".join(path.read_bytes() for path in vault.folder.iterdir() if path.is_file())
    assert len(found) > 100_000
    for marker in ("独一无二", "610100195307063017"):
        assert marker.encode("utf-8") not in found
        assert marker.encode("utf-16-le") not in found


def test_a_wrong_key_is_refused_and_changes_nothing(vault: Vault) -> None:
    add_person(vault)
    vault.close()
    before = (vault.folder / DATABASE).read_bytes()
    with pytest.raises(DamagedStoreError):
        reopen(vault, key=bytes(32))
    assert (vault.folder / DATABASE).read_bytes() == before
    reopen(vault).close()


def test_an_empty_file_is_refused_with_any_key(vault: Vault) -> None:
    vault.close()
    (vault.folder / DATABASE).write_bytes(b"")
    with pytest.raises(DamagedStoreError, match="空的"):
        reopen(vault)


def test_two_programs_cannot_open_one_store(vault: Vault) -> None:
    script = (
        "import sys; from pathlib import Path; from desktop.store.places import StoreLock\n"
        "from desktop.domain.errors import StoreInUseError\n"
        "try:\n    StoreLock(Path(sys.argv[1])).take()\nexcept StoreInUseError as e:\n    print(e); sys.exit(7)\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script, str(vault.folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr
    assert "正在被另一个银册程序使用" in done.stdout
    with pytest.raises(StoreInUseError):
        reopen(vault)


def test_a_network_share_is_refused(tmp_path: Path) -> None:
    mounts = f"server:/export {tmp_path} nfs4 rw 0 0\nrootfs / ext4 rw 0 0\n"
    with pytest.raises(StorePlaceError, match="网络共享"):
        refuse_network_place(tmp_path / "deep", mounts=mounts)
    refuse_network_place(tmp_path, mounts="rootfs / ext4 rw 0 0\n")


def test_a_newer_store_is_refused_and_left_alone(vault: Vault) -> None:
    vault.close()
    connection = raw_connection(vault.folder / DATABASE, key=KEY)
    connection.execute(f"PRAGMA user_version={migrations.LATEST + 1}")
    connection.close()
    before = (vault.folder / DATABASE).read_bytes()
    with pytest.raises(NewerStoreError, match="升级"):
        reopen(vault)
    assert (vault.folder / DATABASE).read_bytes() == before


def test_an_old_store_file_put_back_opens_in_a_new_epoch(vault: Vault) -> None:
    add_person(vault, "甲")
    vault.close()
    old = (vault.folder / DATABASE).read_bytes()
    again = reopen(vault)
    add_person(again, "乙")
    again.close()
    (vault.folder / DATABASE).write_bytes(old)
    rolled_back = reopen(vault)
    assert rolled_back.identity.epoch > 1
    assert rolled_back.identity.writer == f"{vault.identity.install}:{rolled_back.identity.epoch}"
    rolled_back.close()


def test_a_forged_note_beside_the_store_is_ignored(vault: Vault) -> None:
    add_person(vault)
    note = (vault.folder / HEAD).read_text(encoding="utf-8")
    (vault.folder / HEAD).write_text(note.replace('"n": 1', '"n": 9'), encoding="utf-8")
    assert vault.noted_head() is None


def test_the_schema_of_the_migrations_is_the_schema_of_the_tables(vault: Vault) -> None:
    with vault.reading() as connection:
        for table in METADATA.sorted_tables:
            columns = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info('{table.name}')")]
            assert sorted(columns) == sorted(column.name for column in table.columns)
            indexes = {
                row[1] for row in connection.exec_driver_sql(f"PRAGMA index_list('{table.name}')") if row[3] == "c"
            }
            assert indexes == {index.name for index in table.indexes}


def test_a_failed_migration_step_leaves_the_store_as_it_was(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    add_person(vault)
    vault.close()

    def broken(cursor: object) -> None:
        cursor.execute("CREATE TABLE half_made (x)")  # type: ignore[attr-defined]
        raise RuntimeError("power cut")

    newer = migrations.LATEST + 1
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, (newer, broken)))
    monkeypatch.setattr(migrations, "LATEST", newer)
    with pytest.raises(RuntimeError):
        reopen(vault)
    monkeypatch.undo()
    again = reopen(vault)
    with again.reading() as connection:
        names = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master")}
    assert "half_made" not in names
    assert list((vault.folder / "backups").glob("升级前-*.db")), "the copy before a migration is kept"
    again.close()


def test_the_recipe_is_what_the_connection_really_has(vault: Vault) -> None:
    with vault.reading() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("temp_store", "journal_mode", "synchronous", "foreign_keys", "trusted_schema", "secure_delete")
        }
    assert values == {
        "temp_store": 2, "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0,
        "secure_delete": 1,
    }  # fmt: skip


def test_files_are_private(vault: Vault) -> None:
    add_person(vault)
    modes = {path.name: path.stat().st_mode & 0o077 for path in vault.folder.iterdir() if path.name != "store.lock"}
    assert os.name != "posix" or not any(mode for name, mode in modes.items() if not name.endswith("-shm"))


def test_make_vault_refuses_a_folder_with_a_store(vault: Vault) -> None:
    with pytest.raises(StorePlaceError, match="已经有"):
        make_vault(vault.folder)
