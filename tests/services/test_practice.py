"""The practice register: made whole or not at all, also in the program's own folder."""

from pathlib import Path

import pytest

from desktop.config import out_path, paths
from desktop.domain.errors import DiskFullError, PlaceError
from desktop.services import peers, practice
from tests.conftest import the_clock


def test_it_is_made_in_the_programs_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINCE_HOME", str(tmp_path / "own"))
    made = practice.make_practice(paths.practice_folder(), people=6, seed=1, clock=the_clock())
    assert made["street_people"] == 6
    with pytest.raises(PlaceError):  # the rest of that folder stays closed, and so do the registers in it
        out_path.checked_target(paths.home() / "a.pdf")
    with pytest.raises(PlaceError):
        out_path.checked_target(paths.practice_folder() / "community-1" / "a.pdf")


def test_one_that_could_not_be_finished_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first dialog would open half of it the next time."""
    real, written = peers.write_safely, []

    def full(path: Path, content: bytes, **more: object) -> None:
        written.append(path)
        if path.suffix == ".pdf":
            raise DiskFullError("磁盘已满", "请腾出空间")
        real(path, content)

    monkeypatch.setattr(peers, "write_safely", full)
    with pytest.raises(DiskFullError):
        practice.make_practice(tmp_path / "p", people=6, seed=1, clock=the_clock())
    assert len(written) > 1
    assert list((tmp_path / "p").iterdir()) == []
    monkeypatch.setattr(peers, "write_safely", real)
    assert practice.make_practice(tmp_path / "p", people=6, seed=1, clock=the_clock())["people"] == 6
