"""A write-ahead log with a flipped bit or without its end: SQLite drops what follows without a word, the check speaks.

`./check --long` harms it in 300 places; `./check` in a dozen.
"""

import random
import shutil
from pathlib import Path

import pytest

from desktop.domain.clock import SystemClock
from desktop.domain.errors import KnownError
from desktop.services import access, backups, register
from desktop.services.register import PersonDraft
from tests.conftest import PASSWORD
from tests.faults import counting
from tests.faults.conftest import new_store, open_again, people_in

PEOPLE = 30


@pytest.fixture(scope="module")
def hot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store as a killed program leaves it: its last units stand in the log only."""
    place = tmp_path_factory.mktemp("hot")
    station = open_again(new_store(place / "open"))
    for number in range(PEOPLE):
        register.register_person(station, draft=PersonDraft({"name": f"人{number:04d}"}))
    shutil.copytree(place / "open", place / "hot", ignore=shutil.ignore_patterns("*.lock", "*-shm"))
    station.close()
    return place / "hot"


def harmed(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return a log with a flipped bit, cut short anywhere or between two frames, with a frame twice or zeroed."""
    kind = chance.choice(
        ["flip", "flip", "flip", "cut", "cut between frames", "zeroed from a place on", "frame put back"]
    )
    frames = (len(content) - 32) // 4120
    at = chance.randrange(len(content))
    edge = 32 + 4120 * chance.randrange(frames)
    if kind == "flip":
        return kind, content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]
    if kind == "zeroed from a place on":
        return kind, content[:at] + bytes(len(content) - at)
    if kind == "frame put back":
        other = 32 + 4120 * chance.choice([one for one in range(frames) if one != (edge - 32) // 4120])
        return kind, content[:edge] + content[other : other + 4120] + content[edge + 4120 :]
    return kind, content[: at if kind == "cut" else edge]


def told_or_nothing_lost(hot: Path, folder: Path, chance: random.Random) -> None:
    """Harm the log: the check says so, or everything is there all the same; an ordinary start begins a new epoch."""
    shutil.copytree(hot, folder)
    wal = folder / "store.db-wal"
    kind, bad = harmed(wal.read_bytes(), chance)
    wal.write_bytes(bad)
    said, people = checked(folder)
    assert said or people == PEOPLE, f"{kind}: {people} of {PEOPLE} are left and nothing is said"
    started(folder, lost=bool(said))
    counting.add("write-ahead logs harmed", f"{kind}: {'reported' if said else 'nothing lost'}")


def checked(folder: Path) -> tuple[list[str], int]:
    """Return what `yince check` says of a store and how many people it shows."""
    try:
        station = access.open_to_check(folder, password=PASSWORD, clock=SystemClock())
    except KnownError as error:
        return [str(error)], 0
    try:
        return backups.check_store(station).problems, people_in(station)
    finally:
        station.close()


def started(folder: Path, *, lost: bool) -> None:
    """Start as on any day: a store that lost something counts anew from there, or does not open."""
    try:
        station = open_again(folder)
    except KnownError:
        assert lost
        return
    try:
        assert (station.vault.behind > 0 and station.vault.identity.epoch > 1) or people_in(station) == PEOPLE
    finally:
        station.close()


@pytest.mark.parametrize("seed", range(12))
def test_a_harmed_log_is_reported_or_lost_nothing(hot: Path, tmp_path: Path, seed: int) -> None:
    told_or_nothing_lost(hot, tmp_path / "s", random.Random(seed))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_logs_harmed_in_hundreds_of_places_are_reported(hot: Path, tmp_path: Path) -> None:
    chance = random.Random(23)
    for _ in range(300):
        told_or_nothing_lost(hot, tmp_path / "s", chance)
        shutil.rmtree(tmp_path / "s")
