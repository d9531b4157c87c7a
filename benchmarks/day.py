"""Import, merge and cards at a size: `python benchmarks/day.py 10000 1000` prints seconds and peak MB.

Each job runs in a process of its own, so that peaks do not add up. LibreOffice converts the same
xlsx to CSV in the same run, as the measure of import.
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from desktop.roster.table_workbook import table_workbook  # noqa: E402
from desktop.services.practice import invented_person  # noqa: E402

PASSWORD = "benchmark-2026"


def write_roster(path: Path, rows: int) -> None:
    chance = random.Random(7)
    columns = [("姓名", 8), ("身份证号", 20), ("原单位", 20), ("退休时间", 10), ("现住址", 30), ("联系电话", 12)]
    table = []
    for number in range(rows):
        one = invented_person(chance)
        cells = [str(one[key]) for key in ("name", "id_no", "ent_name", "retire_date", "live_addr")]
        table.append([*cells, f"199{number:08d}"])
    path.write_bytes(table_workbook(columns, table, name="花名册"))


def timed(command: list[str], cwd: Path) -> tuple[float, float, str]:
    began = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "YINCE_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    output, _ = child.communicate()
    if child.returncode:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, output


def main() -> None:
    rows, cards = int(sys.argv[1]), int(sys.argv[2])
    yince = [sys.executable, "-m", "desktop"]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_roster(place / "r.xlsx", rows)
        for store, kind, code in (("c", "community", "610100001001"), ("s", "street", "610100001")):
            timed([*yince, "init", store, "--kind", kind, "--code", code, "--name", store, "--user", "u"], place)
            _, _, card = timed([*yince, "key-card", store, f"{store}.yck", "--json"], place)
            (place / f"{store}.json").write_text(card)
        for store, other in (("c", "s"), ("s", "c")):
            digits = json.loads((place / f"{other}.json").read_text())["fingerprint"]
            timed([*yince, "enroll", store, f"{other}.yck", "--fingerprint", digits], place)
        import_s, import_mb, said = timed([*yince, "import", "c", "r.xlsx"], place)
        print(f"import {rows} rows: {import_s:.1f} s, peak {import_mb:.0f} MB ({said.strip()})")
        if shutil.which("soffice"):
            office_s, _, _ = timed(["soffice", "--headless", "--convert-to", "csv", "r.xlsx"], place)
            print(f"LibreOffice to CSV: {office_s:.1f} s; import / LibreOffice = {import_s / office_s:.2f}")
        pack_s, _, _ = timed([*yince, "pack", "c", "--to", "610100001", "p.ycp"], place)
        merge_s, merge_mb, _ = timed([*yince, "merge", "s", "p.ycp"], place)
        size = (place / "p.ycp").stat().st_size / rows
        print(f"pack: {pack_s:.1f} s, {size:.0f} bytes a person; merge: {merge_s:.1f} s, peak so far {merge_mb:.0f} MB")
        _, _, found = timed([*yince, "find", "c", "秦川", "--limit", str(cards), "--json"], place)
        people = [one["person_no"] for one in json.loads(found)["people"]][:cards]
        cards_s, cards_mb, _ = timed([*yince, "cards", "c", "cards.pdf", "--people", *people], place)
        print(f"{len(people)} cards: {cards_s:.1f} s, peak so far {cards_mb:.0f} MB")


if __name__ == "__main__":
    main()
