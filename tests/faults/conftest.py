"""A store on disk that workers write and that are killed, and the one oracle of all faults."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.clock import SystemClock
from desktop.domain.ids import RandomIds
from desktop.services import access, backups, register
from desktop.services.station import Station
from desktop.store import swapping
from desktop.store.backup import TRIALS
from desktop.store.people import PeopleFilter
from tests.conftest import CHEAP, COMMUNITY, PASSWORD
from tests.faults.jobs import Job
from tests.faults.jobs_vault import password_after

ROOT = Path(__file__).resolve().parents[2]


class Zygote:
    """Starts workers by forking a loaded process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def start(self, **order: object) -> int:
        """Return the process id of a worker doing `order`."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({key: str(value) for key, value in order.items()}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the loaded process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """One loaded process for all."""
    made = Zygote()
    yield made
    made.close()


def new_store(folder: Path) -> Path:
    """Return the folder of a new closed store."""
    access.create_store(folder, draft=COMMUNITY, password=PASSWORD, clock=SystemClock(), cost=CHEAP).close()
    return folder


def open_again(folder: Path, password: str = PASSWORD) -> Station:
    """Open a store as the next start of the program does."""
    return access.open_store(folder, password=password, clock=SystemClock(), ids=RandomIds())


def people_in(station: Station) -> int:
    """Return how many people the register holds."""
    return len(register.people_ids(station, wanted=PeopleFilter()))


def acked(acks: Path) -> int:
    """Return the highest number a worker said was done, 0 for none."""
    text = acks.read_text(encoding="ascii") if acks.exists() else ""
    numbers = [int(line) for line in text.splitlines() if line.isdigit()]
    return numbers[-1] if numbers else 0


def kill_at_random(zygote: Zygote, name: str, job: Job, *, root: Path, acks: Path, chance: random.Random) -> None:
    """Start a worker, let it work for a random while, and kill it where it stands.

    Half of them are killed from their first breath on, which meets the opening; the others after their first deed.
    """
    worker = zygote.start(job=name, root=root, acks=acks, start=acked(acks))
    before = acks.stat().st_size if acks.exists() else 0
    deadline = time.monotonic() + 60
    more = len("begun\n") if job.is_fresh or chance.random() < 0.5 else len("begun\n") + 1
    while (not acks.exists() or acks.stat().st_size < before + more) and time.monotonic() < deadline:
        if not _is_alive(worker):
            break
        time.sleep(0.002)
    time.sleep(chance.random() * job.window)
    if _is_alive(worker):
        os.kill(worker, signal.SIGKILL)
    while _is_alive(worker) and time.monotonic() < deadline:
        time.sleep(0.002)


def _is_alive(worker: int) -> bool:
    return Path(f"/proc/{worker}").exists()


def nothing_lost(name: str, job: Job, root: Path, *, at_least: int) -> tuple[int, float]:
    """Open a store after a fault: all acknowledged is there, at most one deed more, all sound, nothing lies about.

    Return how many deeds there are, and the seconds the start took.
    """
    station, seconds = _started(name, job, root, at_least)
    try:
        found = backups.check_store(station)
        assert found.is_sound, found.problems
        done = job.done(station, root)
        assert at_least <= done <= at_least + 1, f"{done} done, {at_least} acknowledged"
        folder = root / "store"
        left = [*folder.rglob("*.part*"), *folder.glob(f"{TRIALS}*"), *folder.glob("store.new")]
        assert not left and not (folder / swapping.STAGE).exists(), f"left lying about: {left}"
        return done, seconds
    finally:
        station.close()


def _started(name: str, job: Job, root: Path, at_least: int) -> tuple[Station, float]:
    """Start as a person would: with the password of before or after, and once more if nothing was made yet."""
    folder, began = root / "store", time.monotonic()
    passwords = [PASSWORD] if name != "users" else [password_after(at_least), password_after(at_least + 1)]
    if name == "create" and not access.is_store(folder):
        assert not at_least, "a store that was made is not there"
        new_store(folder)
    for password in passwords[:-1]:
        try:
            return open_again(folder, password), time.monotonic() - began
        except access.WrongPasswordError:
            continue
    return open_again(folder, passwords[-1]), time.monotonic() - began


def copy_of(folder: Path, target: Path) -> Path:
    """Return a copy of a store folder as it lies on disk, without its backups."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("backups", "*.lock", "*-shm"))
    return target
