"""What the window's process still holds after it was locked (G21): no key, no seed, hardly a row. Linux, as root.

A process of its own unlocks by its dialog, shows every page and a person, and locks; its memory is read from outside.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.domain.clock import SystemClock
from desktop.domain.ids import RandomIds, new_id
from desktop.security import key_file
from desktop.services import access
from tests.conftest import PASSWORD
from tests.faults.conftest import ROOT, new_store

# In the middle of every address; in the process looked at it comes from the store only. The last characters of a text
# may outlive it in the rest of a block of memory that something shorter uses now.
MARK = "Q7Z" + "KW"
_WINDOW = """
import os, sys
from PySide6.QtTest import QTest
from desktop.app import Application, started
from desktop.config.own_process import leave_no_core
leave_no_core()
app = started("yince")
program = Application(app)
def settle():
    QTest.qWait(30)
    while not program.runner.is_idle:
        QTest.qWait(5)
program.begin(sys.argv[1])
program.unlock.password.setText(sys.stdin.readline().strip())
program.unlock.open_button.click()
while program.window is None:
    QTest.qWait(20)
settle()
for key in list(program.window.pages):
    program.window.show_page(key)
    settle()
program.window.show_page("people")
settle()
people = program.window.people_page
rows = people.model.rowCount()
for row in range(0, rows, 40):
    people.view.scrollTo(people.model.index(row, 0))
    settle()
program.window.context.person_wanted.emit(people.model.row_at(0).id)
settle()
print("open", flush=True)
sys.stdin.readline()
program.lock(sys.argv[1])
QTest.qWait(1500)
print("locked", flush=True)
sys.stdin.readline()
os._exit(0)
"""


def copies(process: int, wanted: bytes) -> int:
    """Return how often `wanted` stands in the writable memory of a process."""
    found = 0
    with Path(f"/proc/{process}/maps").open() as maps, Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            first, last = (int(part, 16) for part in span.split("-"))
            if not rights.startswith("rw"):
                continue
            try:
                memory.seek(first)
                found += memory.read(last - first).count(wanted)
            except (OSError, ValueError, OverflowError):  # pages of the kernel's own
                continue
    return found


def rows_in(process: int) -> int:
    """Return how many copies of a row's text there are, as Python, Qt and SQLite keep texts."""
    return sum(copies(process, MARK.encode(encoding)) for encoding in ("utf-8", "utf-16-le", "utf-32-le"))


def filled(folder: Path, people: int) -> tuple[bytes, bytes]:
    """Make a register of people with the mark; return its data key and its signing seed."""
    new_store(folder)
    station = access.open_store(folder, password=PASSWORD, clock=SystemClock())
    ids = RandomIds()
    rows = {
        new_id(ids): {"name": f"张{chr(0x5000 + at)}", "live_addr": f"{at}号楼{MARK}三单元五层东户"}
        for at in range(people)
    }
    with station.vault.unit("practice.fill", why="试") as unit:
        unit.put_many("person", rows)
        unit.commit()
    seed = station.vault.secret("sign_seed")
    station.close()
    return key_file.open_key_file(folder, password=PASSWORD).data_key, seed


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root reads another process's memory")
@pytest.mark.parametrize("people", [300, pytest.param(5000, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_a_locked_window_holds_no_key_and_hardly_a_row(tmp_path: Path, people: int) -> None:
    key, seed = filled(tmp_path / "store", people)
    with subprocess.Popen(
        [sys.executable, "-c", _WINDOW, str(tmp_path / "store")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None

        def tell(line: str) -> str:
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(f"{line}\n")
            child.stdin.flush()
            return child.stdout.readline().strip()

        assert tell(PASSWORD) == "open"
        assert copies(child.pid, key) >= 1 and rows_in(child.pid) > 20, "the scanner finds what is there"
        assert tell("lock") == "locked"
        left = {"key": copies(child.pid, key), "key in hex": copies(child.pid, key.hex().encode()),
                "seed": copies(child.pid, seed), "rows": rows_in(child.pid)}  # fmt: skip
        child.kill()
    print(f"{people} people, after locking: {left}")
    assert (left["key"], left["key in hex"], left["seed"]) == (0, 0, 0), left
    assert left["rows"] <= 10, left
