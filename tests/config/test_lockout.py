"""Waits after wrong passwords hold whatever happens to the files, the clock and the processes that guess."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.config import lockout, paths
from desktop.config.lockout import BESIDE, Door

NAME = "a" * 32


@pytest.fixture
def door(tmp_path: Path) -> Door:
    folder = tmp_path / "store"
    folder.mkdir()
    return Door(NAME, folder)


def guess(door: Door, ticks: float) -> int:
    left = lockout.begin(door, ticks=ticks)
    return left or lockout.wrong(door, ticks=ticks)


def locked(door: Door, ticks: float = 100.0) -> None:
    for _ in range(6):
        now = ticks
        ticks += guess(door, now)
    assert guess(door, ticks - 1) == 1


def test_the_waits_are_those_that_were_promised(door: Door) -> None:
    now, waits = 100.0, []
    for _ in range(12):
        assert lockout.begin(door, ticks=now) == 0
        waits.append(lockout.wrong(door, ticks=now))
        now += waits[-1]
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]
    assert lockout.clear(door) == 12
    assert lockout.waiting(door, ticks=now) == 0


def test_each_place_alone_remembers_and_the_strictest_counts(door: Door) -> None:
    own, beside = paths.home() / "tries.json", door.folder / BESIDE
    for gone in (own, beside):
        locked(door)
        gone.unlink()
        assert lockout.waiting(door, ticks=101.0) > 0
        lockout.clear(door)
    assert not beside.exists()  # nothing is left beside a register that was opened


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"%s": 5}', '{"%s": {"wrong": "x", "at": 0, "wait": 0}}'])
def test_a_damaged_file_is_made_good_by_the_other(door: Door, text: str) -> None:
    locked(door)
    (paths.home() / "tries.json").write_text(text.replace("%s", NAME), encoding="utf-8")
    assert lockout.waiting(door, ticks=101.0) > 0


def test_numbers_nobody_can_have_written_neither_shut_for_ever_nor_open(door: Door) -> None:
    locked(door)
    for at in ("1e18", "NaN", "Infinity", "-5"):
        one = f'{{"{NAME}": {{"wrong": 99999999999999999999, "begun": -3, "at": {at}, "wait": 99999999999}}}}'
        for path in (paths.home() / "tries.json", door.folder / BESIDE):
            path.write_text(one, encoding="utf-8")
        left = lockout.waiting(door, ticks=50.0)
        assert 0 < left <= 900
        assert lockout.waiting(door, ticks=50.0 + 900) == 0


def test_where_nothing_can_be_written_the_process_remembers(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("YINCE_HOME", str(tmp_path / "file"))  # a file where the folder should be
    nowhere = Door("b" * 32, tmp_path / "file")
    locked(nowhere)
    assert lockout.waiting(nowhere, ticks=101.0) > 0
    lockout.clear(nowhere)
    assert lockout.waiting(nowhere, ticks=101.0) == 0


def test_a_restart_of_the_computer_begins_the_wait_again_once(door: Door) -> None:
    for now in (10_000.0, 10_001.0, 10_002.0, 10_003.0, 10_004.0):
        guess(door, now)
    assert lockout.waiting(door, ticks=10_004.0) == 30
    assert lockout.waiting(door, ticks=7.0) == 30
    assert lockout.waiting(door, ticks=27.0) == 10
    assert lockout.waiting(door, ticks=37.0) == 0


def test_a_try_that_was_cut_short_counts(door: Door) -> None:
    for _ in range(5):
        assert lockout.begin(door, ticks=100.0) == 0  # killed before it was known whether it was right
    assert lockout.begin(door, ticks=100.0) == 30


def test_the_right_password_ends_the_wait_and_what_was_wrong_is_still_told(door: Door) -> None:
    for now in (1.0, 2.0, 3.0):
        guess(door, now)
    assert lockout.begin(door, ticks=4.0) == 0
    lockout.right(door, ticks=4.0)
    assert lockout.clear(door) == 3


def test_another_register_is_another_door(door: Door, tmp_path: Path) -> None:
    locked(door)
    assert lockout.waiting(Door("c" * 32, tmp_path), ticks=101.0) == 0


def test_processes_that_guess_at_once_are_all_counted(door: Door) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom desktop.config import lockout\n"
        "door = lockout.Door(sys.argv[1], Path(sys.argv[2]))\n"
        "made = 0\n"
        "for _ in range(40):\n"
        "    if lockout.begin(door, ticks=100.0) == 0:\n"
        "        lockout.wrong(door, ticks=100.0)\n"
        "        made += 1\n"
        "print(made)\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, NAME, str(door.folder)], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "YINCE_HOME": str(paths.home())},
        )
        for _ in range(3)
    ]  # fmt: skip
    made = [int(one.communicate(timeout=60)[0]) for one in running]
    assert sum(made) == 5  # not five each
    assert json.loads((paths.home() / "tries.json").read_text())[NAME]["wrong"] == 5
