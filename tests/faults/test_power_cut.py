"""A power cut after any system call: nothing acknowledged is lost, whatever of the un-synced writes was kept.

`./check --long` rebuilds 5,000 disks (`security.md` section 6, G2); `./check` some sixty.
"""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import ROOT, new_store, nothing_lost
from tests.faults.disk import CALLS, Disk, Step, steps_of

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
_WORKER = """
import json, sys
from tests.faults.zygote import JOBS, work
import tests.faults.zygote as zygote
zygote.MANY = int(sys.argv[2])
work(json.loads(sys.argv[1]))
"""


def traced(store: Path, acks: Path, job: str, many: int) -> list[Step]:
    """Let a worker do a job under strace and return what it asked of the disk."""
    trace = store.parent / "trace"
    order = f'{{"job": "{job}", "store": "{store}", "acks": "{acks}", "start": 0}}'
    subprocess.run(
        ["strace", "-f", "-qq", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(trace),
         sys.executable, "-c", _WORKER, order, str(many)],
        cwd=ROOT, check=True, capture_output=True, timeout=500, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    steps = steps_of(trace, folder=store, acks=acks)
    assert sum(step.what == "ack" for step in steps) == many + 1, "the trace is whole"
    assert any(step.what == "sync" for step in steps)
    return steps


def cut_often(tmp_path: Path, *, job: str, many: int, times: int) -> None:
    store, acks = new_store(tmp_path / "store"), tmp_path / "acks"
    before = {str(path.relative_to(store)): bytearray(path.read_bytes()) for path in store.rglob("*") if path.is_file()}
    steps = traced(store, acks, job, many)
    chance = random.Random(times)
    opened = next(place for place, step in enumerate(steps) if step.what == "ack")
    stops = sorted(chance.randrange(opened, len(steps)) for _ in range(times))
    disk, done = Disk({name: bytearray(content) for name, content in before.items()}), 0
    for number, stop in enumerate(stops):
        for step in steps[done:stop]:
            disk.take(step)
        done = max(done, stop)
        mode = ("none", "all", "some", "torn")[number % 4]
        folder = tmp_path / f"after-{number}"
        for name, content in disk.after_power_cut(chance, mode).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        nothing_lost(folder, at_least=disk.acked)
        shutil.rmtree(folder)
    print(f"{job}: {times} power cuts over {len(steps)} calls, none lost")


@pytest.mark.parametrize(("job", "many", "times"), [("edit", 4, 24), ("backup", 2, 12)])
def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path, job: str, many: int, times: int) -> None:
    cut_often(tmp_path, job=job, many=many, times=times)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("job", ["add", "edit", "backup"])
def test_thousands_of_power_cuts_lose_nothing_acknowledged(tmp_path: Path, job: str) -> None:
    cut_often(tmp_path, job=job, many=30, times=1700)


def test_the_simulator_notices_a_store_that_does_not_sync(tmp_path: Path) -> None:
    """The control: with every sync taken out of the record, a cut must lose what was acknowledged."""
    store, acks = new_store(tmp_path / "store"), tmp_path / "acks"
    before = {str(path.relative_to(store)): bytearray(path.read_bytes()) for path in store.rglob("*") if path.is_file()}
    steps = [step for step in traced(store, acks, "add", 3) if step.what != "sync"]
    disk = Disk(before)
    for step in steps:
        disk.take(step)
    folder = tmp_path / "after"
    for name, content in disk.after_power_cut(random.Random(1), "none").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    with pytest.raises(AssertionError):
        nothing_lost(folder, at_least=disk.acked)
