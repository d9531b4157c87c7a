"""A book of N people: `python benchmarks/book.py 5000` prints seconds, peak MB and bytes beside plain lines of text.

The yardstick, measured in the same run: reportlab drawing every text of the book once, in the same font, as plain
lines on as many pages, without a grid, an index or anything else. Each job runs in a process of its own.
"""

import io
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import pypdfium2  # noqa: E402
from reportlab.lib.pagesizes import A4, landscape  # noqa: E402
from reportlab.pdfgen.canvas import Canvas  # noqa: E402

from desktop.domain.clock import SystemClock  # noqa: E402
from desktop.domain.ids import new_id  # noqa: E402
from desktop.printing.fonts import REGULAR, register_fonts  # noqa: E402
from desktop.services import access, register  # noqa: E402
from desktop.services.access import NewStore  # noqa: E402
from desktop.services.bound_book import export_book  # noqa: E402
from desktop.services.practice import invented_person  # noqa: E402
from desktop.services.table_cells import PaperWish  # noqa: E402
from desktop.store.people import PeopleFilter  # noqa: E402

PASSWORD = "benchmark-2026"
_ROWS_A_PAGE = 20


def fill(folder: Path, people: int) -> None:
    chance = random.Random(7)
    draft = NewStore("community", "610100001001", "青杨社区", "王敏")
    station = access.create_store(folder, draft=draft, password=PASSWORD, clock=SystemClock())
    with station.vault.unit("roster.import", why="benchmark") as unit:
        for number in range(people):
            one = invented_person(chance)
            values = {**one, "person_no": f"S1001-{number:05d}", "manage_state": "1", "home_org": station.org}
            values["live_addr"] = f"青杨小区{number % 40 + 1}号楼{number % 4 + 1}单元{number % 600 + 101}"
            known = {key: value for key, value in values.items() if isinstance(value, str | int)}
            unit.add("person", new_id(station.ids), known)
        unit.commit()
    station.close()


def whole(folder: Path, out: Path) -> None:
    station = access.open_store(folder, password=PASSWORD, clock=SystemClock())
    began = time.perf_counter()
    made = export_book(station, wanted=PeopleFilter())
    say(began, made, out)
    station.close()


def changed(folder: Path, out: Path) -> None:
    station = access.open_store(folder, password=PASSWORD, clock=SystemClock())
    ids = register.people_ids(station, wanted=PeopleFilter())
    for person in ids[:: max(len(ids) // 5, 1)][:5]:
        register.amend_person(station, person=person, values={"political": "01"})
    began = time.perf_counter()
    made = export_book(station, wanted=PeopleFilter(), wish=PaperWish(changed=True))
    say(began, made, out)
    station.close()


def plain(folder: Path, out: Path) -> None:
    """Draw what the whole book says (read back from it) as plain lines."""
    document = pypdfium2.PdfDocument(str(folder / "whole.pdf"))
    texts = [page.get_textpage().get_text_range().split("\r\n") for page in document]
    document.close()
    register_fonts()
    began = time.perf_counter()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=landscape(A4), invariant=1)
    for lines in texts:
        canvas.setFont(REGULAR, 8.5)
        for number, line in enumerate(lines):
            canvas.drawString(70, 560 - number * 12, line)
        canvas.showPage()
    canvas.save()
    say(began, buffer.getvalue(), out)


def peak_mb() -> float:
    """Return this process's peak; `getrusage` would give a child its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def say(began: float, made: bytes, out: Path) -> None:
    seconds = time.perf_counter() - began
    out.write_bytes(made)
    document = pypdfium2.PdfDocument(made)
    pages = len(document)
    document.close()
    peak = peak_mb()
    print(json.dumps({"seconds": seconds, "mb": peak, "bytes": len(made), "pages": pages}))


def measured(job: str, folder: Path, out: Path, people: int) -> dict[str, float]:
    command = [sys.executable, __file__, str(people), job, str(folder), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    if len(sys.argv) > 2:
        {"whole": whole, "changed": changed, "plain": plain}[sys.argv[2]](Path(sys.argv[3]), Path(sys.argv[4]))
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        fill(store, people)
        book = measured("whole", store, Path(folder) / "whole.pdf", people)
        some = measured("changed", store, Path(folder) / "changed.pdf", people)
        lines = measured("plain", Path(folder), Path(folder) / "plain.pdf", people)
        for name, one in (("book", book), ("its changed pages", some), ("the same texts as plain lines", lines)):
            size = f"{one['bytes'] / 1e6:.2f} MB, {one['pages']} pages"
            print(f"{name}: {one['seconds']:.1f} s, peak {one['mb']:.0f} MB, {size}")
        print(
            f"book / plain lines: time {book['seconds'] / lines['seconds']:.2f}, peak {book['mb'] / lines['mb']:.2f}, "
            f"bytes {book['bytes'] / lines['bytes']:.2f}; bytes a person {book['bytes'] / people:.0f}"
        )


if __name__ == "__main__":
    main()
