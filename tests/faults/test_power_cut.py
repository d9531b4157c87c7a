"""A power cut after any system call: nothing acknowledged is lost, whatever of the un-synced writes was kept.

`./check --long` rebuilds 5,000 disks (`security.md` section 6, G2); `./check` some fifty.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import counting
from tests.faults.conftest import ROOT, nothing_lost
from tests.faults.disk import CALLS, MODES, Disk, Step, steps_of
from tests.faults.test_key_faults import judged
from tests.faults.zygote import ALL, JUDGED

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
_WORKER = """
import json, shutil, sys
import tests.faults.jobs as jobs
import tests.faults.jobs_vault as jobs_vault
from desktop.services import access
from tests.faults.zygote import work
shutil._USE_CP_SENDFILE = False  # strace shows what is written, not what the kernel copies by itself
access.end_with_the_job()
jobs.MANY = jobs_vault.MANY = int(sys.argv[2])
work(json.loads(sys.argv[1]))
"""


def traced(root: Path, acks: Path, name: str, many: int) -> tuple[Disk, list[Step]]:
    """Let a worker do a job under strace; return the disk as it was and what the worker asked of it."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and not path.name.endswith((".lock", "-shm"))]
    names = {str(path.relative_to(root)): number for number, path in enumerate(files, 1)}
    disk = Disk(names, {number: bytearray(path.read_bytes()) for number, path in enumerate(files, 1)})
    trace = root.parent / "trace"
    order = json.dumps({"job": name, "root": str(root), "acks": str(acks), "start": 0})
    subprocess.run(
        ["strace", "-qq", "-xx", "-s", "2000000", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(trace),
         sys.executable, "-c", _WORKER, order, str(many)],
        cwd=ROOT, check=True, capture_output=True, timeout=900, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    steps = steps_of(trace, folder=root, acks=acks, files=names)
    trace.unlink()
    assert sum(step.what == "ack" for step in steps) == many + 1, "the trace is whole"
    assert any(step.what == "sync" for step in steps)
    return disk, steps


def cut_often(
    tmp_path: Path,
    *,
    name: str,
    many: int,
    times: int,
    seed: int = 0,
    judge: Callable[[Path, int], object] | None = None,
) -> None:
    job, root, acks = ALL[name], tmp_path / "root", tmp_path / "acks"
    job.prepare(root)
    folders = [path.relative_to(root) for path in root.rglob("*") if path.is_dir()]
    disk, steps = traced(root, acks, name, 1 if job.is_fresh else many)
    chance = random.Random(seed or times)
    begun = next(place for place, step in enumerate(steps) if step.what == "ack")
    stops = sorted(chance.randrange(begun, len(steps)) for _ in range(times))
    done = 0
    for number, stop in enumerate(stops):
        for step in steps[done:stop]:
            disk.take(step)
        done = max(done, stop)
        mode = MODES[number % len(MODES)]
        _rebuild(disk.after_power_cut(chance, mode), folders, root)
        try:
            began = time.monotonic()
            if judge is not None:
                judge(root, disk.acked)
            seconds = (
                nothing_lost(name, job, root, at_least=disk.acked)[1] if judge is None else time.monotonic() - began
            )
        except BaseException as error:
            last = [f"{one.what} {one.name} {one.to}" for one in steps[max(0, stop - 6) : stop]]
            error.add_note(f"{name}: cut {number} at call {stop} of {len(steps)} ({mode}), after {last}")
            raise
        counting.add("power cuts", name, slowest=seconds)


def _rebuild(files: dict[str, bytes], folders: list[Path], root: Path) -> None:
    """Write the files of a disk where the worker had them; the folders of the beginning are there."""
    shutil.rmtree(root, ignore_errors=True)
    for folder in (Path(), *folders):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


SMALL = [("edit", 3, 12), ("rotate", 1, 18), ("restore", 1, 18), ("users", 4, 12), ("pack", 2, 6)]


@pytest.mark.parametrize(("name", "many", "times"), SMALL)
def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path, name: str, many: int, times: int) -> None:
    cut_often(tmp_path, name=name, many=many, times=times)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", JUDGED)
def test_thousands_of_power_cuts_lose_nothing_acknowledged(tmp_path: Path, name: str) -> None:
    cut_often(tmp_path, name=name, many=8, times=250)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10))
def test_power_cuts_in_sequences_of_users_and_keys(tmp_path: Path, seed: int) -> None:
    """What is there afterwards is one moment of the sequence, and nobody comes back (`test_key_faults.py`)."""
    cut_often(tmp_path, name="keys", many=8, times=50, seed=seed + 1, judge=lambda root, acked: judged(root, acked, 0))


def test_the_simulator_notices_a_store_that_does_not_sync(tmp_path: Path) -> None:
    """The control: with every sync taken out of the record, a cut must lose what was acknowledged."""
    root, acks = tmp_path / "root", tmp_path / "acks"
    ALL["add"].prepare(root)
    disk, steps = traced(root, acks, "add", 3)
    for step in steps:
        if step.what not in {"sync", "sync names"}:
            disk.take(step)
    _rebuild(disk.after_power_cut(random.Random(1), "none"), [], root)
    with pytest.raises(AssertionError):
        nothing_lost("add", ALL["add"], root, at_least=disk.acked)


@pytest.mark.parametrize(("is_synced", "mode", "left"), [
    (False, "names first", {"a": b""}),  # the classic: renamed without having been synced, empty afterwards
    (False, "names late", {"a": b"old", "a.part": b"new"}),
    (True, "none", {"a": b"new"}),
])  # fmt: skip
def test_the_simulator_knows_names_from_contents(is_synced: bool, mode: str, left: dict[str, bytes]) -> None:
    disk = Disk({"a": 1}, {1: bytearray(b"old")})
    steps = [Step("link", 2, name="a.part"), Step("write", 2, 0, b"new"), Step("rename", 2, name="a.part", to="a")]
    for step in [*steps, *([Step("sync", 2), Step("sync names")] if is_synced else [Step("sync", 9)])]:
        disk.take(step)
    if mode == "names late":
        disk.take(Step("sync names", name="elsewhere"))
        left = {"a": b"old"}
    assert disk.after_power_cut(random.Random(1), mode) == left
