"""A program that dies leaves no core, and no debugger of the same user reads it."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.config.own_process import collecting_seldom, wipe_freed
from desktop.domain.codes import shipped_list
from desktop.domain.names import match_key
from desktop.domain.resources import child_environment

_ROOT = Path(__file__).parents[2]
_SAYS = """
import ctypes, os, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
sys.argv = ["yince", "--help"]
if os.environ["ENTRY"] == "ours":
    from desktop.__main__ import main
    try:
        main()
    except SystemExit:
        pass
print("dumpable", ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE), flush=True)
os.abort()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
@pytest.mark.parametrize(("entry", "dumpable"), [("ours", "dumpable 0 (0, 0)"), ("plain", "dumpable 1")])
def test_whoever_starts_the_program_gets_no_core(tmp_path: Path, entry: str, dumpable: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SAYS], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, **child_environment(), "PYTHONPATH": str(_ROOT), "ENTRY": entry},
    )  # fmt: skip
    assert done.returncode < 0 and done.stdout.splitlines()[-1].startswith(dumpable), done.stderr
    assert entry == "plain" or not list(tmp_path.iterdir())


_FORGETS = """
import sys
from desktop.config.own_process import wipe_freed
mark = sys.argv[1][::-1]
rows, kept = [], []
for number in range(5000):  # what is kept lies between what is freed, so that no page goes back to the system
    rows.append(f"{number}号楼{mark}")
    kept.append(f"{number}号楼别的人家")
del mark
for act in (lambda: None, rows.clear, wipe_freed):
    act()
    print("done", flush=True)
    sys.stdin.readline()
"""


def copies(process: int, wanted: bytes) -> int:
    """Return how often `wanted` stands in the memory of a process."""
    found = 0
    with Path(f"/proc/{process}/maps").open() as maps, Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            first, last = (int(part, 16) for part in span.split("-"))
            if rights.startswith("rw") and first < 1 << 62:
                memory.seek(first)
                found += memory.read(last - first).count(wanted)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory by /proc")
def test_freed_rows_are_overwritten(tmp_path: Path) -> None:
    mark = "Q7ZKWJ4"
    with subprocess.Popen(
        [sys.executable, "-c", _FORGETS, mark[::-1]], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env={**os.environ, **child_environment(), "PYTHONPATH": str(_ROOT)},
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        seen = []
        for _ in range(3):
            assert child.stdout.readline() == "done\n"
            seen.append(copies(child.pid, mark.encode("utf-16-le")))
            child.stdin.write("\n")
            child.stdin.flush()
    held, freed, wiped = seen
    assert held >= 5000 and freed > 1000 and wiped <= 1


def test_names_that_were_looked_up_are_forgotten_with_the_rows() -> None:
    match_key("张卫民")
    shipped_list("sex")
    wipe_freed()
    assert match_key.cache_info().currsize == 0
    assert shipped_list.cache_info().currsize > 0  # what was shipped with the program says nothing about anybody


def test_after_bulk_work_cycles_are_looked_for_as_before() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with pytest.raises(ZeroDivisionError), collecting_seldom():
        assert gc.get_threshold()[0] > before[0]
        raise ZeroDivisionError
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, frozen)
    assert gc.isenabled()
