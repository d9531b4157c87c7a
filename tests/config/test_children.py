"""Children are found from a checkout and from a frozen program, and nothing else can be run that way."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.domain import resources
from desktop.domain.resources import CHILD, CHILDREN, child_command, child_environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("module", CHILDREN)
def test_a_frozen_program_runs_its_children_itself(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = child_command(module, "x")
    assert plain == [sys.executable, "-m", module, "x"]
    monkeypatch.setattr(resources.sys, "frozen", True, raising=False)
    assert child_command(module, "x") == [sys.executable, CHILD, module, "x"]
    by_program = [sys.executable, "-m", "desktop", CHILD, module]
    ends = [
        subprocess.run(
            command, input=b"\x00garbage\n", capture_output=True, timeout=60, env=child_environment(), cwd=ROOT
        )
        for command in ([sys.executable, "-m", module], by_program)
    ]
    assert ends[0].returncode == ends[1].returncode
    assert ends[0].stdout == ends[1].stdout


def test_no_other_module_is_run_as_a_child() -> None:
    with pytest.raises(ValueError):
        child_command("os")
    done = subprocess.run(
        [sys.executable, "-m", "desktop", CHILD, "this"],
        capture_output=True,
        timeout=60,
        env=child_environment(),
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout) == (2, b"")
