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
from desktop.store.people import PeopleFilter
from tests.conftest import CHEAP, COMMUNITY, PASSWORD

ROOT = Path(__file__).resolve().parents[2]
PER_ACK = {"add": 1, "edit": 1, "roster": 30, "backup": 1}


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


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """One loaded process for a module."""
    made = Zygote()
    yield made
    made.close()


def new_store(folder: Path) -> Path:
    """Return the folder of a new closed store."""
    access.create_store(folder, draft=COMMUNITY, password=PASSWORD, clock=SystemClock(), cost=CHEAP).close()
    return folder


def open_again(folder: Path) -> Station:
    """Open a store as the next start of the program does."""
    return access.open_store(folder, password=PASSWORD, clock=SystemClock(), ids=RandomIds())


def people_in(station: Station) -> int:
    """Return how many people the register holds."""
    return len(register.people_ids(station, wanted=PeopleFilter()))


def acked(acks: Path) -> int:
    """Return the highest number a worker said was committed, 0 for none."""
    text = acks.read_text(encoding="ascii") if acks.exists() else ""
    numbers = [int(line) for line in text.splitlines() if line.isdigit()]
    return numbers[-1] if numbers else 0


def kill_at_random(zygote: Zygote, *, job: str, store: Path, acks: Path, chance: random.Random) -> None:
    """Start a worker, let it work for a random while, and kill it where it stands."""
    worker = zygote.start(job=job, store=store, acks=acks, start=acked(acks))
    before = acks.stat().st_size if acks.exists() else 0
    deadline = time.monotonic() + 30
    while (not acks.exists() or acks.stat().st_size <= before) and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(chance.random() * (0.25 if job != "roster" else 1.2))
    os.kill(worker, signal.SIGKILL)
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        time.sleep(0.002)


def nothing_lost(folder: Path, *, at_least: int, per_ack: int = 1) -> int:
    """Open a store after a fault: all acknowledged is there, at most one unit more, all sound. Return the acks."""
    station = open_again(folder)
    try:
        found = backups.check_store(station)
        assert found.is_sound, found.problems
        people = people_in(station)
        assert people % per_ack == 0, "a unit was written by halves"
        assert at_least <= people // per_ack <= at_least + 1
        left = [path for path in folder.rglob("*.part") if not path.name.startswith("store.")]
        assert not left
        return people // per_ack
    finally:
        station.close()


def copy_of(folder: Path, target: Path) -> Path:
    """Return a copy of a store folder as it lies on disk, without its backups."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("backups", "*.lock", "*-shm"))
    return target
