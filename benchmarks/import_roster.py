"""Importing a roster beside LibreOffice converting it: `python benchmarks/import_roster.py 10000 100000`.

For each size a roster of invented people is written with the columns of a hand-over roster, LibreOffice converts it to
CSV, and a fresh register imports it, in the same run. Printed are wall and processor seconds of both, their ratio, the
import's stages (processor seconds), and its peak memory. The reach is a ratio of at most 1.
"""

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PASSWORD = "benchmark-2026"
COLUMNS = (
    ("序号", 5), ("姓名", 8), ("性别", 4), ("身份证号码", 20), ("出生日期", 12), ("民族", 6), ("政治面貌", 8),
    ("原工作单位", 20), ("参加工作时间", 10), ("退休时间", 10), ("户籍地址", 30), ("现住址", 30), ("联系电话", 12),
    ("健康状况", 8), ("家庭联系人", 8), ("与本人关系", 8), ("联系人电话", 12), ("档案编号", 10),
)  # fmt: skip


def write_roster(path: Path, rows: int) -> None:
    """Write a roster of invented people with the eighteen columns of a hand-over roster."""
    from desktop.domain.id_numbers import birth_of, sex_of
    from desktop.roster.table_workbook import table_workbook
    from desktop.services.practice import invented_person

    chance = random.Random(7)
    table = []
    for number in range(rows):
        one = {key: str(value or "") for key, value in invented_person(chance).items()}
        sex = "男" if sex_of(one["id_no"]) == "1" else "女"
        table.append([
            str(number + 1), one["name"], sex, one["id_no"], birth_of(one["id_no"]), "汉族", "群众", one["ent_name"],
            "1974.09", one["retire_date"], f"陕西省西安市上林街道{number % 400}号", one["live_addr"],
            f"199{number:08d}", "健康", "黎丽", "女儿", f"198{number:08d}", f"D{number:06d}",
        ])  # fmt: skip
    path.write_bytes(table_workbook(list(COLUMNS), table, name="花名册"))


def run(command: list[str], place: Path) -> dict[str, float]:
    """Run a command and return its wall and processor seconds and peak memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    env = {**os.environ, "YINCE_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT), "YINCE_HOME": str(place / "home")}
    done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command} failed: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": time.perf_counter() - began, "cpu": cpu, "said": done.stdout}  # type: ignore[dict-item]


def stages(store: Path, roster: Path) -> None:
    """Import inside this process with its stages timed, and print them as JSON."""
    from desktop.domain.clock import SystemClock
    from desktop.roster import reader
    from desktop.services import access, roster_plan, roster_sources, roster_writing, rosters
    from desktop.store import change_log, engine, records, search, unit_of_work

    seconds: dict[str, float] = {}

    def timed(owner: Any, name: str, stage: str) -> None:
        plain: Callable[..., Any] = getattr(owner, name)

        def measured(*given: Any, **named: Any) -> Any:
            began = time.process_time()
            try:
                return plain(*given, **named)
            finally:
                seconds[stage] = seconds.get(stage, 0.0) + time.process_time() - began

        setattr(owner, name, measured)

    del reader
    timed(roster_sources, "read_roster", "take over what the child read")
    timed(roster_plan, "read_row", "read rows")
    timed(roster_plan.Planner, "_index", "look up the register")
    timed(roster_plan.Planner, "_plan", "match")
    timed(roster_writing.Writer, "write", "write rows and log (with the two below)")
    timed(records.Writing, "flush", "- SQL of rows")
    timed(change_log.ChangeLog, "flush", "- SQL of the log")
    timed(search, "index_people", "index")
    timed(unit_of_work.UnitOfWork, "commit", "commit (with index)")
    engine.end_with_the_job()
    station = access.open_store(store, password=PASSWORD, clock=SystemClock())
    began = time.process_time()
    result = rosters.import_rosters(station, paths=[roster])
    seconds["all in this process"] = time.process_time() - began
    station.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "counts": result.counts}))


def measure(rows: int) -> None:
    """Measure one size and print it."""
    yince = [sys.executable, "-m", "desktop"]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_roster(place / "r.xlsx", rows)
        for store in ("a", "b"):
            run(
                [
                    *yince,
                    "init",
                    store,
                    "--kind",
                    "community",
                    "--code",
                    "610100001001",
                    "--name",
                    store,
                    "--user",
                    "u",
                ],
                place,
            )
        imported = run([*yince, "import", "a", "r.xlsx"], place)
        print(f"{rows} rows: import {imported['wall']:.1f} s wall, {imported['cpu']:.1f} s processor")
        office = shutil.which("soffice.bin", path="/usr/lib/libreoffice/program") or shutil.which("soffice")
        if office:
            converted = run([office, "--headless", "--convert-to", "csv", "r.xlsx"], place)
            print(f"  LibreOffice to CSV {converted['wall']:.1f} s wall, {converted['cpu']:.1f} s processor")
            wall, cpu = imported["wall"] / converted["wall"], imported["cpu"] / converted["cpu"]
            print(f"  import / LibreOffice = {wall:.2f} (wall), {cpu:.2f} (processor)")
        split = json.loads(
            str(run([sys.executable, __file__, "--stages", "b", "r.xlsx"], place)["said"]).splitlines()[-1]
        )
        for stage, spent in split["seconds"].items():
            print(f"  {spent:7.2f} s  {stage}")
        print(f"  peak {split['peak_mb']:.0f} MB, {split['counts']}")


def main() -> None:
    """Measure every size asked for."""
    if sys.argv[1:2] == ["--stages"]:
        stages(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    for rows in [int(one) for one in sys.argv[1:]] or [10_000]:
        measure(rows)


if __name__ == "__main__":
    main()
