"""A delivered program notices when its files are not as delivered; a checkout has nothing to compare."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.config import own_files

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with the manifest its own command wrote."""
    place = tmp_path_factory.mktemp("delivered")
    leave = shutil.ignore_patterns("__pycache__", "*.ttf")
    for folder in ("desktop", "resources"):
        shutil.copytree(ROOT / folder, place / folder, ignore=leave)
    subprocess.run(
        [sys.executable, "-m", "desktop.config.own_files"], cwd=place, check=True, env={"PYTHONPATH": str(place)}
    )
    return place


def test_the_program_as_delivered_is_itself(delivered: Path) -> None:
    assert (delivered / own_files.NAME).read_text(encoding="utf-8").count("\n") > 200
    assert own_files.changed_files(delivered) == []


def test_a_changed_an_added_and_a_missing_file_are_named(delivered: Path, tmp_path: Path) -> None:
    place = tmp_path / "program"
    shutil.copytree(delivered, place)
    target = place / "desktop" / "cli.py"
    content = bytearray(target.read_bytes())
    content[100] ^= 1
    target.write_bytes(content)
    (place / "desktop" / "extra.py").write_text("", encoding="utf-8")
    (place / "resources" / "codes" / "sex.json").unlink()
    assert own_files.changed_files(place) == ["desktop/cli.py", "desktop/extra.py", "resources/codes/sex.json"]


def test_a_checkout_is_not_compared(tmp_path: Path) -> None:
    assert own_files.changed_files(tmp_path) == []
