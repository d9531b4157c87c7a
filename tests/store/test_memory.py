"""Freed memory is wiped in every process that lives on; only a process that ends with its job goes without."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.domain.resources import child_environment

_PROGRAM = """
import sys
from pathlib import Path
from desktop.services import access
from desktop.store.engine import raw_connection
if sys.argv[2] == "brief":
    access.end_with_the_job()
connection = raw_connection(Path(sys.argv[1]), key=bytes(range(32)), create=True)
print(connection.execute("PRAGMA cipher_memory_security").fetchone()[0])
"""


@pytest.mark.parametrize(("life", "wiped"), [("lasting", "1"), ("brief", "0")])
def test_memory_is_wiped_unless_the_process_is_brief(tmp_path: Path, life: str, wiped: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path / "store.db"), life],
        capture_output=True, text=True, check=True, env=child_environment(), cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout.strip() == wiped
