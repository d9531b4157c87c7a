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


def test_all_files_of_a_frozen_folder_are_compared(tmp_path: Path) -> None:
    """Its modules lie in the executable itself, so that is looked at as well."""
    (tmp_path / "_internal" / "resources").mkdir(parents=True)
    for name in ("yince", "_internal/libQt6Core.so.6", "_internal/resources/sex.json", "sbom.json"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / own_files.NAME).write_text(own_files.manifest_text(tmp_path), encoding="utf-8")
    assert own_files.changed_files(tmp_path) == []
    (tmp_path / "yince").write_bytes(b"yincf")
    (tmp_path / "_internal" / "evil.so").write_bytes(b"")
    assert own_files.changed_files(tmp_path) == ["_internal/evil.so", "yince"]


def test_a_checkout_is_not_compared(tmp_path: Path) -> None:
    assert own_files.changed_files(tmp_path) == []
