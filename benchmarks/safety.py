"""What safety costs: the check at the start, the whole check, a backup and its drill, beside SQLCipher's own check.

`python benchmarks/safety.py [PEOPLE]` (100,000 if not said). Times are of the processor, in seconds; the
ratio is to `PRAGMA cipher_integrity_check` and `PRAGMA integrity_check` of the same file in the same run.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from desktop.domain.clock import SystemClock  # noqa: E402
from desktop.domain.ids import SeededIds, new_id  # noqa: E402
from desktop.security.key_file import KdfCost  # noqa: E402
from desktop.services import access, backup_watch, backups  # noqa: E402
from desktop.services.access import NewStore  # noqa: E402
from desktop.services.station import Station  # noqa: E402
from desktop.store.startup import start_problems  # noqa: E402

_PASSWORD = "practice-2026"  # noqa: S105 - of a store that is thrown away


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
        new_id(ids): {"name": f"张{chr(0x5000 + number % 5000)}", "live_addr": f"{number % 90}号楼", "sex": "1",
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
        station.close()


if __name__ == "__main__":
    main()
