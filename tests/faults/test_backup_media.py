"""Backups on bad media (G17): what is called verified is whole, what is damaged is refused with the reason.

`./check --long` verifies 100 automatic backups, meets 60 bad media, and damages a backup in 300 places.
"""

import json
import os
import random
import resource
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop.config.station_notes import notes_of
from desktop.domain.clock import SystemClock
from desktop.domain.errors import DamagedStoreError, KnownError
from desktop.services import access, backup_watch, backups, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store import backup
from desktop.store.rotation import kept_backups
from tests.conftest import PASSWORD, reopen
from tests.faults import counting
from tests.faults.conftest import copy_of, open_again


def somebody(station: Station, number: int) -> None:
    register.register_person(station, draft=PersonDraft({"name": f"人{number:04d}"}))


# --- those made by itself ---


def verified(station: Station, place: Path, times: int) -> None:
    """Let the program back up by itself; each backup restores to exactly what was registered then."""
    for number in range(1, times + 1):
        somebody(station, number)
        info = backup_watch.back_up_if_changed(station, before="退出")
        assert info is not None and info.people == number
        folder = place / str(number)
        assert backups.restore_backup(info.path, folder=folder, password=PASSWORD, clock=station.clock).people == number
        again = open_again(folder)
        assert len(register.find(again, text="人").people) == min(number, 50) and backups.check_store(again).is_sound
        again.close()
        shutil.rmtree(folder)
        counting.add("automatic backups restored and checked", "before leaving")


def test_automatic_backups_are_whole(station: Station, tmp_path: Path) -> None:
    verified(station, tmp_path / "again", 2)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_hundred_automatic_backups_are_whole(station: Station, tmp_path: Path) -> None:
    verified(station, tmp_path / "again", 100)


# --- bad media ---

Harm = Callable[[Path, random.Random], bool]


def flip(stick: Path, chance: random.Random) -> bool:
    """Flip a bit of what is just being written."""
    for path in stick.glob("*.part"):
        size = path.stat().st_size
        if size > 40_000:
            with path.open("r+b") as file:
                file.seek(chance.randrange(size))
                old = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([old[0] ^ 1 << chance.randrange(8)]))
            return True
    return False


def cut(stick: Path, chance: random.Random) -> bool:
    """Lose the end of what is just being written, or all of it."""
    for path in stick.glob("*.part"):
        if path.stat().st_size > 40_000:
            os.truncate(path, chance.choice([0, chance.randrange(40_000)]))
            return True
    return False


def pull(stick: Path, chance: random.Random) -> bool:
    """Pull the stick while it is written to."""
    if any(stick.glob("*.part")):
        stick.rename(stick.with_name("pulled"))
        return True
    return False


def swap(stick: Path, chance: random.Random) -> bool:
    """Pull the stick and leave something that is no folder where it was."""
    if pull(stick, chance):
        stick.write_bytes(b"")
        return True
    return False


@contextmanager
def meanwhile(harm: Harm, stick: Path, chance: random.Random) -> Iterator[list[bool]]:
    """Do harm at a moment of its own in another thread; the list says whether it came to it."""
    done: list[bool] = []
    stop = threading.Event()

    def lurk() -> None:
        stop.wait(chance.random() * 0.03)
        while not stop.is_set() and not done:
            try:
                if harm(stick, chance):
                    done.append(True)
            except OSError:
                continue
            stop.wait(0.0005)

    thread = threading.Thread(target=lurk)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a medium that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def no_harm() -> Iterator[list[bool]]:
    yield []


def tried(station: Station, stick: Path, name: str, chance: random.Random) -> str:
    """Back up to a bad stick: either it is refused and not remembered, or what was reported is whole."""
    shutil.rmtree(stick, ignore_errors=True)
    stick.mkdir()
    store_id, before = station.vault.identity.store_id, notes_of(station.vault.identity.store_id)
    if name == "read-only":
        stick.rmdir()
        stick.symlink_to("/proc/self/fd")  # a place that takes no new file, whoever asks
    harm = meanwhile(HARMS[name], stick, chance) if name in HARMS else no_harm()
    said, info = "", None
    try:
        with harm as done, full_at(chance.randrange(4096, 600_000)) if name == "full" else no_harm():
            info = backup_watch.back_up_to(station, target=stick)
    except KnownError as error:
        said = str(error)
    finally:
        places = [stick, stick.with_name("pulled")]
        left = [one for place in places if place.is_dir() for one in place.glob("*.ybk")]
        for place in places:
            if place.is_symlink() or place.is_file():
                place.unlink()
            elif place.name == "pulled":
                shutil.rmtree(place, ignore_errors=True)
    if info is None:
        assert said.endswith("。") and notes_of(store_id) == before
        assert not left, "a file with the name of a backup was left"
        return "refused"
    assert name in HARMS and not done, f"{name}: reported as verified"
    backup.verify_container(info.path)
    return "too late to do harm"


HARMS: dict[str, Harm] = {"flip": flip, "cut": cut, "pulled": pull, "swapped for nothing": swap}
MEDIA = [*HARMS, "full", "read-only"]


@pytest.mark.parametrize("name", MEDIA)
def test_a_bad_stick_is_never_called_verified(station: Station, tmp_path: Path, name: str) -> None:
    somebody(station, 1)
    met = [tried(station, tmp_path / "stick", name, random.Random(number)) for number in range(2)]
    counting.add("bad media never called verified", name, times=met.count("refused"))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_sixty_bad_sticks_are_never_called_verified(station: Station, tmp_path: Path) -> None:
    chance = random.Random(17)
    for number in range(40):
        somebody(station, number)
    for name in MEDIA:
        met = [tried(station, tmp_path / "stick", name, chance) for _ in range(25)]
        assert met.count("refused") >= 10, f"{name}: {met}"
        counting.add("bad media never called verified", name, times=met.count("refused"))


# --- a backup that was damaged later ---


@pytest.fixture
def backed_up(station: Station, tmp_path: Path) -> tuple[Path, Path]:
    """A closed store with two people and its backup."""
    for number in range(2):
        somebody(station, number)
    info = backups.back_up(station, target=tmp_path / "stick")
    station.close()
    return station.vault.folder, info.path


def damaged(content: bytes, chance: random.Random, header: int) -> tuple[str, bytes]:
    """Return a backup with one bit flipped, in its header every other time, or cut, or longer than it was."""
    kind = chance.choice(["flip", "flip in the header", "cut", "longer"])
    if kind == "cut":
        return kind, content[: chance.randrange(len(content))]
    if kind == "longer":
        return kind, content + chance.randbytes(chance.randrange(1, 50))
    place = chance.randrange(header if kind == "flip in the header" else len(content))
    return kind, content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


def refused_everywhere(backed_up: tuple[Path, Path], place: Path, times: int, seed: int) -> None:
    """Restore damaged copies of a backup: each is refused in one sentence, the register that is there untouched."""
    folder, path = backed_up
    good, chance = path.read_bytes(), random.Random(seed)
    header = backup.read_header(path)["offset"]
    target = copy_of(folder, place / "store")
    before = {one.name: one.read_bytes() for one in target.iterdir() if one.is_file() and one.suffix != ".lock"}
    for _ in range(times):
        kind, bad = damaged(good, chance, header)
        (place / "bad.ybk").write_bytes(bad)
        with pytest.raises(DamagedStoreError, match="。"):
            backups.restore_backup(place / "bad.ybk", folder=target, password=PASSWORD, clock=SystemClock())
            pytest.fail(f"restored a backup with a {kind}")
        now = {one.name: one.read_bytes() for one in target.iterdir() if one.is_file() and one.suffix != ".lock"}
        assert now == before and not list(target.glob("恢复*"))
        counting.add("damaged backups refused at restore", kind)


def test_a_damaged_backup_is_refused_and_touches_nothing(backed_up: tuple[Path, Path], tmp_path: Path) -> None:
    refused_everywhere(backed_up, tmp_path / "place", 12, 3)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_backup_damaged_anywhere_is_refused(backed_up: tuple[Path, Path], tmp_path: Path) -> None:
    refused_everywhere(backed_up, tmp_path / "place", 300, 4)


def test_a_header_whose_parts_lost_their_names_or_kinds_is_refused(
    backed_up: tuple[Path, Path], tmp_path: Path
) -> None:
    """Hit by a flipped bit in the name `keys_sha256`: it ended in a report of a bug."""
    _, path = backed_up
    good = path.read_bytes()
    start = len(backup.MAGIC) + 4
    header = json.loads(good[start : backup.read_header(path)["offset"]])
    for key in header:
        other = {**header, f"{key}x": header[key]}
        del other[key]
        for bad in (other, {**header, key: None}, {**header, key: [header[key]]}, {**header, key: "x" if key else 0}):
            text = json.dumps(bad, ensure_ascii=False, sort_keys=True).encode("utf-8")
            rest = good[backup.read_header(path)["offset"] :]
            (tmp_path / "bad.ybk").write_bytes(backup.MAGIC + len(text).to_bytes(4, "big") + text + rest)
            with pytest.raises(DamagedStoreError):
                backups.restore_backup(
                    tmp_path / "bad.ybk", folder=tmp_path / "new", password=PASSWORD, clock=SystemClock()
                )


# --- somebody encrypts or empties the register ---


def test_after_noise_over_the_store_older_backups_still_restore(station: Station, tmp_path: Path) -> None:
    for number in range(1, 6):
        somebody(station, number)
        backup_watch.automatic_backup(station, before="试")
    station.close()
    folder = station.vault.folder
    noise = random.Random(1)
    for name in ("store.db", "store.head", "store.keys", "store.keys.copy"):
        (folder / name).write_bytes(noise.randbytes((folder / name).stat().st_size))
    with pytest.raises(KnownError):
        open_again(folder)
    kept = kept_backups(folder / "backups")
    assert [one.people for one in kept] == [5, 4, 3, 2, 1], "nothing was dropped for a store nobody can read"
    for one in kept[:4]:
        backups.restore_backup(one.path, folder=tmp_path / one.path.name, password=PASSWORD, clock=station.clock)
        again = open_again(tmp_path / one.path.name)
        assert again.vault.identity.store_id == one.store_id and backups.check_store(again).is_sound
        again.close()
        counting.add("restores after noise over the store", "older backups")


def test_an_emptied_register_lets_no_older_backup_go(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a fifth fewer people than an older backup holds: that may be somebody's doing, and all are kept."""
    people = [register.register_person(station, draft=PersonDraft({"name": f"人{n}"})).person for n in range(10)]
    backup_watch.automatic_backup(station, before="满")
    for person in people[:3]:
        register.remove_person(station, person=person, why="试")
    for number in range(14):
        backup_watch.automatic_backup(station, before=f"空{number}")
    kept = kept_backups(station.vault.folder / "backups")
    assert len(kept) == 15 and max(one.people for one in kept) == 10
    again = reopen(station)
    again.close()
    assert len(kept_backups(station.vault.folder / "backups")) == 15
    access.open_store(station.vault.folder, password=PASSWORD, clock=station.clock).close()
