"""What safety costs: unlocking, the check at the start, the whole check, a backup and its drill; what locking leaves.

`python benchmarks/safety.py [PEOPLE]` (100,000 if not said). Times are of the processor, in seconds; the
ratio is to `PRAGMA cipher_integrity_check` and `PRAGMA integrity_check` of the same file in the same run. Unlocking
is `access.open_store` with Argon2id as in use (256 MiB), in a process of its own as the window has it, and so is what
is counted in that process's memory (Linux, as root) with 5,000 rows open and after the vault was closed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from desktop.domain.clock import SystemClock  # noqa: E402
from desktop.domain.ids import SeededIds, new_id  # noqa: E402
from desktop.security.key_file import STANDARD, KdfCost  # noqa: E402
from desktop.services import access, backup_watch, backups, users  # noqa: E402
from desktop.services.access import NewStore  # noqa: E402
from desktop.services.station import Station  # noqa: E402
from desktop.store.startup import start_problems  # noqa: E402

_PASSWORD = "practice-2026"  # noqa: S105 - of a store that is thrown away
_MARK = "Q7Z" + "KW"  # in every address; in the process looked at it comes from the store only
_OPEN = """
import sys, time
from pathlib import Path
from desktop.config import own_process
from desktop.domain.clock import SystemClock
from desktop.services import access, register
from desktop.store.people import PeopleFilter
wall, cpu = time.perf_counter(), time.process_time()
station = access.open_store(Path(sys.argv[1]), password=sys.argv[2], user="standard", clock=SystemClock())
print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
rows = register.people_rows(station, ids=register.people_ids(station, wanted=PeopleFilter())[:5000])
print(len(rows), flush=True)
sys.stdin.readline()
del rows
station.close()
own_process.wipe_freed()
print("locked", flush=True)
sys.stdin.readline()
"""


def timed(work: Callable[[], object]) -> float:
    """Return the processor time of `work`, in seconds."""
    began = time.process_time()
    work()
    return time.process_time() - began


def filled(folder: Path, people: int) -> Station:
    """Return a register of `people` invented people, each one log entry."""
    draft = NewStore("community", "610100001001", "青杨社区", "王敏")
    cost = KdfCost(64, 1, 1)
    station = access.create_store(folder, draft=draft, password=_PASSWORD, clock=SystemClock(), cost=cost)
    ids = SeededIds(7)
    rows = {
        new_id(ids): {"name": f"张{chr(0x5000 + number % 5000)}", "live_addr": f"{number % 90}号楼{_MARK}", "sex": "1",
                      "ent_name": "秦川轴承厂", "birth_id": f"19{30 + number % 40}-0{1 + number % 9}-11"}
        for number in range(people)
    }  # fmt: skip
    with station.vault.unit("practice.fill", why="测速") as unit:
        unit.put_many("person", rows)
        unit.commit()
    station.vault.checkpoint()
    return station


def sqlite_checks(station: Station) -> None:
    """Run the checks the libraries bring."""
    with station.vault.reading() as connection:
        assert not connection.exec_driver_sql("PRAGMA cipher_integrity_check").all()
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def copies(process: int, wanted: bytes) -> int:
    """Return how often `wanted` stands in the memory of a process."""
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


def look_from_outside(folder: Path, key: bytes) -> None:
    """Unlock in another process, and count what stands in its memory before and after it locks."""
    with subprocess.Popen(
        [sys.executable, "-c", _OPEN, str(folder), _PASSWORD], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        wall, cpu = child.stdout.readline().split()
        print(f"{'unlock':28} {float(wall):6.2f} s on the clock, {float(cpu):.2f} s of the processor (goal 1.5)")
        rows = child.stdout.readline().strip()
        for when in (f"{rows} rows open", "locked"):
            text = copies(child.pid, _MARK.encode()) + copies(child.pid, _MARK.encode("utf-16-le"))
            print(
                f"{'in memory, ' + when:28} {text:6} copies of a row's text, {copies(child.pid, key)} of the data key"
            )
            child.stdin.write("\n")
            child.stdin.flush()
            if when != "locked":
                child.stdout.readline()


def main() -> None:
    """Measure and print."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    access.end_with_the_job()
    with tempfile.TemporaryDirectory() as place:
        station = filled(Path(place) / "store", people)
        size = (station.vault.folder / "store.db").stat().st_size
        print(f"{people:,} people, store {size / (1 << 20):.0f} MB")
        base = timed(lambda: sqlite_checks(station))
        print(f"{'SQLCipher and SQLite':28} {base:6.2f} s")
        jobs: list[tuple[str, Callable[[], object]]] = [
            ("check at the start", lambda: start_problems(station.vault)),
            ("whole check", lambda: backups.check_store(station)),
            ("backup, read back", lambda: backups.back_up(station, target=Path(place) / "stick")),
            ("restore drill", lambda: backup_watch.drill_restore(station)),
        ]
        for what, work in jobs:
            took = timed(work)
            print(f"{what:28} {took:6.2f} s   {took / base:5.2f} x")
        users.add_user(station, name="standard", role="supervisor", password=_PASSWORD, cost=STANDARD)
        key = station.vault.slot_key()
        station.close()
        if sys.platform == "linux" and os.geteuid() == 0:
            look_from_outside(Path(place) / "store", key)


if __name__ == "__main__":
    main()
