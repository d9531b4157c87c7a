"""What every test stands on: offscreen Qt, Hypothesis profiles, silent logs, real stations."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from desktop.domain.clock import FixedClock
from desktop.domain.ids import SeededIds
from desktop.security.key_file import KdfCost
from desktop.services.access import NewStore, create_store, end_with_the_job, open_store
from desktop.services.station import Station
from tests.faults import counting

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_HOME = tempfile.TemporaryDirectory(prefix="yince-home-")
os.environ["YINCE_HOME"] = _HOME.name  # children of module fixtures too keep their notes out of the user's folder
# Locking and wiping every allocation takes half of the processor (decision 0002); `store/test_memory.py`
# looks at both kinds of process from outside.
end_with_the_job()
settings.register_profile(
    "small", derandomize=True, max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))


def pytest_configure(config: pytest.Config) -> None:
    """Let the first process of a run name the file in which all count the faults they tried."""
    if not hasattr(config, "workerinput"):
        os.environ.setdefault(counting.TALLY, str(Path(_HOME.name) / "faults.jsonl"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many faults were tried: pytest swallows what passing tests print."""
    lines = counting.table(Path(os.environ[counting.TALLY]))
    if lines:
        terminalreporter.section("faults tried")
        for line in lines:
            terminalreporter.write_line(line)


PASSWORD = "practice-2026"
CHEAP = KdfCost(memory_kib=64, passes=1, lanes=1)
ROSTERS = Path(os.environ.get("YINCE_ROSTERS", Path(__file__).parent / "data" / "rosters"))
STREET = NewStore("street", "610100001", "上林街道", "李强")
COMMUNITY = NewStore("community", "610100001001", "青杨社区", "王敏")
OTHER = NewStore("community", "610100001002", "沣东社区", "赵静")


def the_clock() -> FixedClock:
    """Return a clock at a known moment."""
    return FixedClock(datetime(2026, 11, 24, 1, 2, 3, tzinfo=timezone.utc))


@pytest.fixture(autouse=True)
def no_stray_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs a warning or worse."""
    yield
    stray = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not stray, [record.getMessage() for record in stray]


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the workstation remembers inside the test."""
    monkeypatch.setenv("YINCE_HOME", str(tmp_path_factory.mktemp("home")))


Maker = Callable[..., Station]


@pytest.fixture
def make_station(tmp_path: Path) -> Iterator[Maker]:
    """Return a maker of real stations in temporary folders; all are closed afterwards."""
    made: list[Station] = []

    def make(draft: NewStore = COMMUNITY, *, seed: int = 1) -> Station:
        station = create_store(
            tmp_path / draft.code, draft=draft, password=PASSWORD, clock=the_clock(), ids=SeededIds(seed), cost=CHEAP
        )
        made.append(station)
        return station

    yield make
    for station in made:
        station.close()


@pytest.fixture
def station(make_station: Maker) -> Station:
    """A community's station."""
    return make_station()


def reopen(station: Station) -> Station:
    """Close a station and open its folder again."""
    station.close()
    return open_store(station.vault.folder, password=PASSWORD, clock=station.clock, ids=SeededIds(77))


def copy_store(station: Station, target: Path) -> None:
    """Copy a closed station's folder."""
    shutil.copytree(station.vault.folder, target)
