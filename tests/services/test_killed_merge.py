"""kill -9 at any moment of a merge: the store is as before or as after, never between."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.domain.ids import SeededIds
from desktop.services import exchange, register
from desktop.services.access import open_store
from desktop.services.backups import check_store
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from tests.conftest import COMMUNITY, PASSWORD, STREET, Maker
from tests.services.test_exchange import trust

PEOPLE = 400


def killed_after(station: Station, path: Path, delay: float) -> int:
    """Merge in a process of its own, killed after `delay` seconds; return how many people there are then."""
    folder = station.vault.folder
    child = subprocess.Popen(
        [sys.executable, "-m", "desktop", "merge", str(folder), str(path)],
        env={**os.environ, "YINCE_PASSWORD": PASSWORD}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        child.wait(delay)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()
    again = open_store(folder, password=PASSWORD, clock=station.clock, ids=SeededIds(9))
    try:
        assert check_store(again).problems == []
        return len(register.people_ids(again, wanted=PeopleFilter()))
    finally:
        again.close()


def prepared(make_station: Maker, folder: Path) -> tuple[Station, Path]:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, folder)
    with community.vault.unit("practice.fill") as unit:
        for number in range(PEOPLE):
            values = register.complete_person(community, {"name": f"人{number}"})
            unit.add("person", f"{number:032x}", values)
        unit.commit()
    path = folder / "many.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    street.close()
    return street, path


@pytest.mark.parametrize("delay", [1.5])
def test_a_killed_merge_leaves_before_or_after(make_station: Maker, tmp_path: Path, delay: float) -> None:
    street, path = prepared(make_station, tmp_path)
    assert killed_after(street, path, delay) in {0, PEOPLE}
    assert killed_after(street, path, 120) == PEOPLE


@pytest.mark.long
def test_killed_at_many_moments(make_station: Maker, tmp_path: Path) -> None:
    street, path = prepared(make_station, tmp_path)
    began = time.monotonic()
    seen = [killed_after(street, path, 0.4 + 0.15 * step) for step in range(20)]
    assert set(seen) <= {0, PEOPLE}, time.monotonic() - began
    assert seen == sorted(seen)
