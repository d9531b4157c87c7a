"""What is delivered: the list of parts, and the folder `installer/build` makes, run as its users run it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.config import own_files

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "run.lock"


def test_the_list_of_parts_names_every_pinned_library_with_its_hashes() -> None:
    told = subprocess.run(
        [sys.executable, "installer/make_sbom.py"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    parts = json.loads(told)["components"]
    pinned = [line.split("==")[0] for line in LOCK.read_text(encoding="utf-8").splitlines() if line[:1].isalpha()]
    assert [one["name"] for one in parts] == pinned
    assert all(one["version"] and one["hashes"] for one in parts)
    assert sum(len(one["hashes"]) for one in parts) == LOCK.read_text(encoding="utf-8").count("--hash=sha256:")


@pytest.fixture(scope="module")
def delivered() -> Path:
    """The folder that is handed to a community, built anew."""
    subprocess.run([ROOT / "installer" / "build"], cwd=ROOT, check=True, capture_output=True, timeout=1800)
    return ROOT / "dist" / "yince"


def said(program: Path, home: Path, *arguments: str) -> str:
    """Run the delivered program where no Python and no sources of ours are, and return what it answered."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "YINCE_HOME": str(home / "yince"), "LANG": "C.UTF-8",
                   "YINCE_PASSWORD": "practice-2026-lang", "QT_QPA_PLATFORM": "offscreen"}  # fmt: skip
    done = subprocess.run(
        [program / "yince-cli", *arguments], cwd=home, env=environment, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_the_delivered_program_does_a_day_without_python(delivered: Path, tmp_path: Path) -> None:
    """Its child processes (rosters, packages, forms) are itself; nothing is read from the sources."""
    said(delivered, tmp_path, "init", "S", "--kind", "community", "--code", "610100001001", "--name", "青杨社区",
         "--user", "王敏")  # fmt: skip
    roster = ROOT / "tests" / "data" / "rosters" / "移交花名册.xlsx"
    counts = json.loads(said(delivered, tmp_path, "import", "S", str(roster), "--json"))
    assert counts["added"] > 100
    said(delivered, tmp_path, "cards", "S", "cards.pdf", "--all")
    said(delivered, tmp_path, "export", "S", "book", "book.pdf")
    said(delivered, tmp_path, "backup", "S", str(tmp_path))
    assert "完好" in said(delivered, tmp_path, "check", "S")
    said(delivered, tmp_path, "demo", "practice", "--people", "20")


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_a_flipped_byte_in_the_delivered_program_is_said_at_the_start(delivered: Path, tmp_path: Path) -> None:
    place = tmp_path / "yince"
    shutil.copytree(delivered, place, symlinks=True)
    assert own_files.changed_files(place) == []
    target = place / "yince"
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)
    os.utime(target)
    assert own_files.changed_files(place) == ["yince"]
