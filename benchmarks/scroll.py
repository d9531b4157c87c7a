"""The list of people, opened and scrolled: `python benchmarks/scroll.py FOLDER 10000 1000000`.

The real window in a process of its own, offscreen, on a store of so many people (made once in FOLDER).
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
JUMPS = 20


def window_on(folder: Path, total: int) -> None:
    """Open the window on a store, scroll, sort and narrow, and print what each took."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from benchmarks.crowd import crowd
    from desktop.views.context import AppContext
    from desktop.views.main_window import MainWindow
    from desktop.views.messages import Messages
    from desktop.views.runner import Runner
    from desktop.views.theme import dress

    app = QApplication([])
    dress(app)
    bare = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    station = crowd(folder, total)
    runner = Runner(on_bug=(messages := Messages()).show_error)

    def until(ready: Callable[[], bool]) -> float:
        began = time.perf_counter()
        tick = QTimer()
        tick.start(1)
        while not ready():
            app.processEvents()
            time.sleep(0.001)
        return (time.perf_counter() - began) * 1000

    began = time.perf_counter()
    window = MainWindow(AppContext(station, runner=runner, messages=messages))
    window.resize(1366, 728)
    window.show()
    page = window.people_page
    until(lambda: page.model.rowCount() > 0)
    first = (time.perf_counter() - began) * 1000
    until(lambda: runner.is_idle)
    bar = page.view.verticalScrollBar()
    times = []
    for jump in range(1, JUMPS + 1):
        bar.setValue(bar.maximum() * jump // JUMPS)
        times.append(until(page.is_all_shown))
    later = sorted(times[1:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{total} people: first rows {first:.0f} ms, first jump {times[0]:.0f} ms,", end=" ")
    print(f"then p50 {later[len(later) // 2]:.0f} ms, worst {later[-1]:.0f} ms;", end=" ")
    print(f"peak {peak:.0f} MB (an application without a page {bare:.0f} MB)")
    place = [column.key for column in page.model.columns].index("ent_name")
    page.sort_by(place)
    took = until(lambda: runner.is_idle and page.is_all_shown())
    page.filters.show_expression("年龄>=80;原单位~轴承")
    page.refresh()
    narrowed = until(lambda: runner.is_idle and page.is_all_shown())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  sorted by enterprise {took:.0f} ms;", end=" ")
    print(f"年龄>=80;原单位~轴承 {narrowed:.0f} ms ({page.model.rowCount()} people); peak {peak:.0f} MB")
    runner.close()
    station.close()
    os._exit(0)


def main() -> None:
    folder = Path(sys.argv[1])
    if sys.argv[2] == "--window":
        window_on(folder, int(sys.argv[3]))
    from benchmarks.crowd import crowd

    for total in map(int, sys.argv[2:]):
        crowd(folder, total).close()
        subprocess.run(
            [sys.executable, __file__, str(folder), "--window", str(total)], check=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "YINCE_HOME": str(folder / "home")},
        )  # fmt: skip


if __name__ == "__main__":
    main()
