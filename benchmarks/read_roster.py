"""Reading a roster, stage by stage, beside LibreOffice converting it: `python benchmarks/read_roster.py 10000 100000`.

Only the reading: the file's bytes to rows of text in the parent and tables found in them (`import_roster.py` has the
whole import). Printed are processor seconds, since the machine is shared, the ratio, and peak memory of child and
parent.
"""

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]


@contextmanager
def stage(spent: dict[str, float], name: str) -> Iterator[None]:
    began = time.process_time()
    yield
    spent[name] = spent.get(name, 0.0) + time.process_time() - began


def stages(path: Path) -> None:
    """Do the child's work in this process, stage by stage, and print it as JSON."""
    spent: dict[str, float] = {}
    with stage(spent, "start: load the readers"):
        import python_calamine

        from desktop.roster import read_child
        from desktop.roster.render import Trimmer
        from desktop.roster.survey_xlsx import survey_zip
    with stage(spent, "read the bytes"):
        raw = path.read_bytes()
    with stage(spent, "survey: unpack, check, second reading"):
        book = survey_zip(raw)
    with stage(spent, "calamine: read the sheet"):
        opened = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheet = opened.get_sheet_by_index(0)
    with stage(spent, "cells as text"):
        rows = list(Trimmer(next(iter(book.sheets.values()))).rows(sheet.iter_rows()))
    with stage(spent, "frames"):
        out = io.BytesIO()
        for start in range(0, len(rows), 500):
            read_child._write_block(out, ["\x1f".join(row) for row in rows[start : start + 500]])  # noqa: SLF001
    print(json.dumps(spent))


def whole(path: Path) -> None:
    """Read through the child, as the program does, and print it as JSON."""
    from desktop.roster.headers import find_tables
    from desktop.roster.reader import read_roster

    spent: dict[str, float] = {}
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with stage(spent, "parent: take the frames"):
        file = read_roster(path)
    with stage(spent, "parent: find the tables"):
        tables = [table for one in file.sheets for table in find_tables(one)]
    with stage(spent, "parent: walk the rows"):
        rows = sum(1 for table in tables for _ in table.rows)
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
    said = {
        "spent": spent, "rows": rows, "wall": time.perf_counter() - began, "child_cpu": child.ru_utime + child.ru_stime,
        "child_mb": child.ru_maxrss / 1024, "parent_mb": grown / 1024,
    }  # fmt: skip
    print(json.dumps(said))


def _ours(what: str, path: Path) -> Any:
    done = subprocess.run([sys.executable, __file__, what, str(path)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(rows: int, write: Callable[[Path, int], None], run: Callable[..., dict[str, float]]) -> None:
    """Measure one size and print it."""
    import shutil

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write(place / "r.xlsx", rows)
        said = _ours("--whole", place / "r.xlsx")
        cpu = said["child_cpu"] + sum(said["spent"].values())
        print(f"{said['rows']} rows: read in {said['wall']:.1f} s wall, {cpu:.1f} s processor")
        print(f"  peak: child {said['child_mb']:.0f} MB, parent grew {said['parent_mb']:.0f} MB")
        office = shutil.which("soffice.bin", path="/usr/lib/libreoffice/program") or shutil.which("soffice")
        if office:
            other = run([office, "--headless", "--convert-to", "csv", "r.xlsx"], place)
            print(f"  LibreOffice to CSV {other['wall']:.1f} s wall, {other['cpu']:.1f} s processor")
            wall, processor = said["wall"] / other["wall"], cpu / other["cpu"]
            print(f"  read / LibreOffice = {wall:.2f} (wall), {processor:.2f} (processor)")
        for name, seconds in {**_ours("--stages", place / "r.xlsx"), **said["spent"]}.items():
            print(f"  {seconds:7.2f} s  {name}")


def main() -> None:
    """Measure every size asked for."""
    if sys.argv[1:2] in (["--stages"], ["--whole"]):
        (stages if sys.argv[1] == "--stages" else whole)(Path(sys.argv[2]))
        return
    from import_roster import run, write_roster

    for rows in [int(one) for one in sys.argv[1:]] or [10_000]:
        measure(rows, write_roster, run)


if __name__ == "__main__":
    main()
