"""kill -9 at a random point of every writing job: nothing acknowledged is lost, nothing is written by halves.

`./check --long` kills 2,000 times (`security.md` section 6, G1); `./check` once or twice each job.
"""

import random
from pathlib import Path

import pytest

from tests.faults import counting, jobs_vault
from tests.faults.conftest import Zygote, acked, kill_at_random, nothing_lost
from tests.faults.jobs import copied
from tests.faults.zygote import JUDGED as ALL

TWICE = {"add", "rotate", "restore", "create", "pack"}  # in `./check`; the others once


def killed_often(zygote: Zygote, tmp_path: Path, name: str, times: int, seed: int) -> None:
    job, chance = ALL[name], random.Random(seed)
    template, root, acks = tmp_path / "template", tmp_path / "root", tmp_path / "acks"
    job.prepare(template if job.is_fresh else root)
    for _ in range(times):
        if job.is_fresh:
            copied(template, root)
            acks.unlink(missing_ok=True)
        kill_at_random(zygote, name, job, root=root, acks=acks, chance=chance)
        done, seconds = nothing_lost(name, job, root, at_least=0 if job.is_fresh else acked(acks))
        counting.add("kill -9", name, slowest=seconds)
        acks.write_text(f"{done}\n", encoding="ascii")


@pytest.mark.parametrize("name", ALL)
def test_a_killed_job_loses_nothing_acknowledged(
    zygote: Zygote, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_vault, "PACKAGES", 5)
    killed_often(zygote, tmp_path, name, 2 if name in TWICE else 1, seed=len(name))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("seed", range(2))
def test_two_thousand_kills_lose_nothing_acknowledged(zygote: Zygote, tmp_path: Path, name: str, seed: int) -> None:
    killed_often(zygote, tmp_path, name, 50, seed=1000 + seed)
