"""The key file through anything (G15): sequences of changes that are killed, damage to one copy, to both, its loss.

`./check --long` walks 200 random sequences and damages 600 pairs of copies; `./check` a few.
"""

import random
import shutil
from pathlib import Path

import pytest

from desktop import cli
from desktop.domain.clock import SystemClock
from desktop.domain.errors import DamagedStoreError, KnownError, WrongPasswordError
from desktop.security import key_copies, key_file
from desktop.services import access, backups, key_rescue, register, users
from desktop.services.register import PersonDraft
from desktop.store import engine
from tests.conftest import CHEAP, PASSWORD
from tests.faults import counting
from tests.faults.conftest import Zygote, acked, kill_at_random, new_store, open_again
from tests.faults.keys_job import KEYS, State, state_after
from tests.faults.zygote import ALL

COPIES = (key_copies.NAME, key_copies.COPY)


def opens(folder: Path, user: str, password: str, key: bytes) -> bool:
    """Return True if somebody opens the store that lies there now, not only the key file."""
    try:
        opened = key_file.open_key_file(folder, password=password, user=user)
    except WrongPasswordError:
        return False
    return opened.data_key == key


def is_state(folder: Path, root: Path, state: State, key: bytes) -> bool:
    """Return True if exactly the users of `state` open the store with their passwords, and only its code does."""
    names = {one.name for one in users.users_of(folder)}
    if names != set(state.passwords):
        return False
    if not all(opens(folder, user, password, key) for user, password in state.passwords.items()):
        return False
    for path in (root / "in").glob("code-*[0-9]"):
        try:
            found = key_file.open_with_code(folder, code=path.read_text(encoding="ascii")).data_key == key
        except KnownError:
            found = False
        if found != (path.name == f"code-{state.code}"):
            return False
    return True


def walked(zygote: Zygote, tmp_path: Path, seed: int) -> None:
    """Kill a random sequence of changes twice; after each kill its state is that of one moment, then go on to the end."""
    chance, root, acks = random.Random(seed), tmp_path / "root", tmp_path / "acks"
    KEYS.prepare(root)
    (root / "in" / "seed").write_text(str(seed), encoding="ascii")
    for _ in range(2):
        kill_at_random(zygote, "keys", ALL["keys"], root=root, acks=acks, chance=chance)
        done = judged(root, acked(acks), seed)
        acks.write_text(f"{done}\n", encoding="ascii")
    counting.add("sequences of users and keys, killed twice each", "add, remove, renew, rotate, password, code")


def judged(root: Path, at_least: int, seed: int) -> int:
    """Open the store as it was left; return after which change of the sequence it is."""
    folder = root / "store"
    try:
        station = open_again(folder, state_after(seed, at_least).passwords["王敏"])
    except WrongPasswordError:  # the change under way was of this very password, and was made
        station = open_again(folder, state_after(seed, at_least + 1).passwords["王敏"])
    try:
        key = station.vault.slot_key()
        now = next(
            (one for one in (at_least, at_least + 1) if is_state(folder, root, state_after(seed, one), key)), None
        )
        assert now is not None, f"the key file is of no moment between {at_least} and {at_least + 1}"
        assert backups.check_store(station).is_sound
    finally:
        station.close()
    _nobody_comes_back(root, state_after(seed, now))
    return now


def _nobody_comes_back(root: Path, state: State) -> None:
    """Put every older key file back: who was removed does not open the store as it is now."""
    folder = root / "store"
    kept = {name: (folder / name).read_bytes() for name in COPIES}
    for old in (root / "in").glob("keys-*[0-9]"):
        key_copies.put_back(folder, old.read_bytes())
        for user, password in state.past:
            try:
                found = key_file.open_key_file(folder, password=password, user=user)
            except WrongPasswordError:
                continue
            assert not engine.opens(folder / "store.db", key=found.data_key), f"{user} still opens the store"
    for name, content in kept.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_sequence_of_changes_leaves_one_moment(zygote: Zygote, tmp_path: Path, seed: int) -> None:
    walked(zygote, tmp_path, seed)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_two_hundred_killed_sequences_leave_one_moment_each(zygote: Zygote, tmp_path: Path) -> None:
    for seed in range(100, 300):
        walked(zygote, tmp_path / str(seed), seed)
        shutil.rmtree(tmp_path / str(seed))


# --- damage ---


def with_backup(folder: Path) -> Path:
    """Return a closed store with a backup and something registered since."""
    new_store(folder)
    station = open_again(folder)
    users.add_user(station, name="李静", role="clerk", password="clerks-secret-1", cost=CHEAP)
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    backups.back_up_before(station, what="试")
    register.register_person(station, draft=PersonDraft({"name": "李四"}))
    station.close()
    return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_backup(tmp_path_factory.mktemp("kept") / "store")


def harmed(content: bytes, chance: random.Random) -> bytes:
    """Return a copy with a flipped bit, cut short, emptied, or full of noise."""
    kind = chance.choice(["flip", "flip", "cut", "empty", "noise"])
    if kind == "flip":
        place = chance.randrange(len(content))
        return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]
    if kind == "cut":
        return content[: chance.randrange(len(content))]
    return b"" if kind == "empty" else chance.randbytes(len(content))


def both_people(folder: Path) -> bool:
    station = open_again(folder)
    try:
        return register.find(station, text="张三").total == register.find(station, text="李四").total == 1
    finally:
        station.close()


def agree(folder: Path) -> bool:
    """Return True if both copies are whole and the same."""
    one, other = ((folder / name).read_bytes() for name in COPIES)
    return one == other and not key_rescue.keys_are_lost(folder)


def damaged_once(kept: Path, folder: Path, chance: random.Random) -> None:
    """Damage or lose one copy: the next start opens, and both are whole again."""
    shutil.copytree(kept, folder)
    name = chance.choice(COPIES)
    good = (folder / name).read_bytes()
    if chance.random() < 0.2:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(harmed(good, chance))
    assert both_people(folder)
    assert agree(folder)
    counting.add("key file damaged", "one copy: mended at the start")


def damaged_twice(kept: Path, folder: Path, chance: random.Random) -> None:
    """Damage or lose both: mended from each other, or from the backup beside the store; nothing is lost either way."""
    shutil.copytree(kept, folder)
    for name in COPIES:
        (folder / name).write_bytes(harmed((folder / name).read_bytes(), chance))
    if key_rescue.keys_are_lost(folder):
        with pytest.raises(DamagedStoreError, match="备份"):
            open_again(folder)
        newest = backups.newest_backup(folder)
        assert newest is not None
        assert key_rescue.rescue_keys(newest.path, folder=folder, password=PASSWORD, clock=SystemClock())
        counting.add("key file damaged", "both copies: put back from a backup")
    else:
        counting.add("key file damaged", "both copies: pieced together")
    assert both_people(folder)


@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_key_file_is_mended(kept: Path, tmp_path: Path, seed: int) -> None:
    damaged_once(kept, tmp_path / "once", random.Random(seed))
    damaged_twice(kept, tmp_path / "twice", random.Random(seed))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_key_files_damaged_hundreds_of_times_are_mended(kept: Path, tmp_path: Path) -> None:
    chance = random.Random(5)
    for _ in range(300):
        for damage in (damaged_once, damaged_twice):
            damage(kept, tmp_path / "s", chance)
            shutil.rmtree(tmp_path / "s")


def test_two_copies_flipped_in_different_places_mend_each_other(kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "s")
    good = (folder / COPIES[0]).read_bytes()
    for name, places in zip(COPIES, ([5, 100, 700], [70, 300]), strict=True):
        bad = bytearray(good)
        for place in places:
            bad[place] ^= 4
        (folder / name).write_bytes(bad)
    assert not key_rescue.keys_are_lost(folder)
    assert both_people(folder)
    assert agree(folder)


def test_a_key_file_of_before_a_change_of_keys_is_no_help(kept: Path, tmp_path: Path) -> None:
    """The whole backup is: that is what is left then."""
    folder = shutil.copytree(kept, tmp_path / "s")
    newest = backups.newest_backup(folder)
    station = open_again(folder)
    users.rotate_key(station, why="试")
    station.close()
    for name in COPIES:
        (folder / name).unlink()
    assert newest is not None
    assert not key_rescue.rescue_keys(newest.path, folder=folder, password=PASSWORD, clock=SystemClock())
    assert not [name for name in COPIES if (folder / name).exists()]
    latest = backups.newest_backup(folder)  # rotating made one after it
    assert latest is not None
    assert key_rescue.rescue_keys(latest.path, folder=folder, password=PASSWORD, clock=SystemClock())
    assert both_people(folder)


def test_a_sound_key_file_is_never_replaced(kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "s")
    newest = backups.newest_backup(folder)
    assert newest is not None
    assert not key_rescue.rescue_keys(newest.path, folder=folder, password=PASSWORD, clock=SystemClock())
    for name in COPIES:
        (folder / name).unlink()
    with pytest.raises(KnownError, match="录入员不能恢复"):
        key_rescue.rescue_keys(newest.path, folder=folder, password="clerks-secret-1", clock=SystemClock())
    with pytest.raises(DamagedStoreError):
        access.open_store(folder, password=PASSWORD, clock=SystemClock())


def test_street_it_puts_a_lost_key_file_back_by_command(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(kept, tmp_path / "s")
    newest = backups.newest_backup(folder)
    assert newest is not None
    monkeypatch.setenv("YINCE_PASSWORD", PASSWORD)
    command = ["rescue-keys", str(newest.path), str(folder)]
    assert cli.main(command) == 1 and "没有损坏" in capsys.readouterr().err
    for name in COPIES:
        (folder / name).write_bytes(b"noise")
    assert cli.main(["find", str(folder), "李四"]) == 1 and "从备份恢复" in capsys.readouterr().err
    assert cli.main(command) == 0 and "没有丢失" in capsys.readouterr().out
    assert both_people(folder)
