"""The check finds edits made behind the program's back and says where; a backup brings all back."""

import random
from pathlib import Path

import pytest

from desktop.domain.errors import DamagedStoreError
from desktop.security import key_file
from desktop.store import backup
from desktop.store.engine import raw_connection
from desktop.store.integrity import check_vault
from desktop.store.places import DATABASE
from desktop.store.vault import Vault
from tests.store.conftest import KEY, add_person


def tamper(vault: Vault, statement: str) -> list[str]:
    """Run raw SQL with the right key, and return what the check then says."""
    connection = raw_connection(vault.folder / DATABASE, key=KEY)
    connection.execute(statement)
    connection.close()
    return check_vault(vault).problems


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE person SET name='改了' WHERE row=2", "第 2 行的姓名与变更记录不一致"),
        ("DELETE FROM person WHERE row=2", "登记库里不见了"),
        ("UPDATE person SET deleted=1 WHERE row=2", "删除状态"),
        ("UPDATE change SET fields='{}' WHERE n=2", "第 2 条被改动过"),
        ("DELETE FROM change WHERE n=2", "第 2 条不见了"),
        ("DELETE FROM change WHERE n=3", "第 3 步"),
        ("INSERT INTO person (id, name, vector, dots) VALUES ('x', '假', '1:9', '*=1:9')", "没有变更记录"),
        ("DELETE FROM find WHERE rowid=1", "查找索引"),
    ],
)
def test_an_edit_by_raw_sql_is_found_and_placed(vault: Vault, statement: str, said: str) -> None:
    for name in ("甲", "乙", "丙"):
        add_person(vault, name)
    assert check_vault(vault).problems == []
    assert any(said in problem for problem in tamper(vault, statement)), check_vault(vault).problems


def test_flipped_bits_in_the_store_file_are_found(vault: Vault) -> None:
    for number in range(30):
        add_person(vault, f"人{number}")
    vault.checkpoint()
    path = vault.folder / DATABASE
    good = path.read_bytes()
    chance = random.Random(7)
    for _ in range(20):
        bad = bytearray(good)
        bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        copy = path.with_name("copy.db")
        copy.write_bytes(bad)
        with pytest.raises(DamagedStoreError):
            backup.check_copy(copy, key=KEY)
        copy.unlink()


def with_key_file(vault: Vault) -> None:
    key_file.create_key_file(
        vault.folder,
        password="first-secret",
        user="甲",
        role="supervisor",
        store_id="s",
        cost=key_file.KdfCost(64, 1, 1),
    )


@pytest.mark.parametrize("name", [key_file.NAME, key_file.COPY])
def test_a_backup_holds_the_copy_of_the_key_file_that_is_whole(vault: Vault, tmp_path: Path, name: str) -> None:
    with_key_file(vault)
    good = (vault.folder / key_file.NAME).read_bytes()
    (vault.folder / name).write_bytes(good[:-9])
    info = backup.write_backup(vault, target=tmp_path / "stick")
    backup.unpack_backup(info.path, folder=tmp_path / "again")
    assert (tmp_path / "again" / backup.KEY_FILE).read_bytes() == good


def test_a_backup_is_read_back_whole(vault: Vault, tmp_path: Path) -> None:
    add_person(vault, "张三")
    with_key_file(vault)
    info = backup.write_backup(vault, target=tmp_path / "stick")
    assert (info.people, info.log_entries) == (1, 1)
    assert [path.name for path in (tmp_path / "stick").iterdir()] == [info.path.name]
    backup.unpack_backup(info.path, folder=tmp_path / "again")
    assert backup.check_copy(tmp_path / "again" / DATABASE, key=KEY)["people"] == 1
    assert (tmp_path / "again" / backup.KEY_FILE).read_bytes() == (vault.folder / backup.KEY_FILE).read_bytes()


def test_a_damaged_backup_is_refused(vault: Vault, tmp_path: Path) -> None:
    with_key_file(vault)
    info = backup.write_backup(vault, target=tmp_path / "stick")
    good = info.path.read_bytes()
    chance = random.Random(3)
    for bad in (
        good[:-1],
        good + b"x",
        good[: len(good) // 2],
        b"",
        *(_flipped(good, chance.randrange(len(good))) for _ in range(25)),
    ):
        info.path.write_bytes(bad)
        with pytest.raises(DamagedStoreError):
            header = backup.read_header(info.path)
            backup.unpack_backup(info.path, folder=tmp_path / "again")
            pytest.fail(f"restored a damaged backup: {sorted(header)}")


def _flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 0x10
    return bytes(changed)
