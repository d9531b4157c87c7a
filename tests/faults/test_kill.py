"""kill -9 at a random point of every writing job: nothing acknowledged is lost, nothing is written by halves.

`./check --long` kills 2,000 times (`security.md` section 6, G1); `./check` a few of each job.
"""

import random
from pathlib import Path

import pytest

from tests.faults.conftest import PER_ACK, Zygote, acked, kill_at_random, new_store, nothing_lost


def killed_often(zygote: Zygote, tmp_path: Path, job: str, times: int, seed: int) -> None:
    store, acks = new_store(tmp_path / "store"), tmp_path / "acks"
    chance = random.Random(seed)
    for _ in range(times):
        kill_at_random(zygote, job=job, store=store, acks=acks, chance=chance)
        there = nothing_lost(store, at_least=acked(acks), per_ack=PER_ACK[job])
        acks.write_text(f"{there}\n", encoding="ascii")
    print(f"{job}: {times} kills, {acked(acks)} units acknowledged, none lost")


@pytest.mark.parametrize(("job", "times"), [("add", 5), ("edit", 3), ("roster", 2), ("backup", 3)])
def test_a_killed_job_loses_nothing_acknowledged(zygote: Zygote, tmp_path: Path, job: str, times: int) -> None:
    killed_often(zygote, tmp_path, job, times, seed=times)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("job", ["add", "edit", "roster", "backup"])
@pytest.mark.parametrize("seed", range(10))
def test_two_thousand_kills_lose_nothing_acknowledged(zygote: Zygote, tmp_path: Path, job: str, seed: int) -> None:
    killed_often(zygote, tmp_path, job, 50, seed=1000 + seed)
