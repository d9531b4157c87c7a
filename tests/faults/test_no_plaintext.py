"""No name, number or pinyin of a marked person lies in the clear anywhere but in files the user owns (G4, G20, G24).

Scanned every 50 ms during a whole day in the real window, unlinked files too, and after it: stores, home, temporary
folder, stick and all that was said. The day is watched by `strace`: no socket but local ones, in any process. The
control, the roster itself, must hit.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import ROOT
from tests.faults.day import NAME, PHONE, PINYIN, marked, roster_file

LOOKED_AT = ("stores", "stick", "home", "temp")
_SOCKET = re.compile(r"socket\((AF_\w+)")


def markers() -> dict[str, bytes]:
    """Return what must not be found: names, ids and phone, in every encoding a program writes."""
    texts = {"name": NAME[:2], "another name": marked(7)[0], "id": marked(3)[1], "phone": PHONE, "pinyin": PINYIN[:6]}
    found: dict[str, bytes] = {}
    for what, text in texts.items():
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            found[f"{what} in {encoding}"] = text.encode(encoding)
    found["name in JSON"] = NAME[:2].encode("unicode_escape")
    return found


MARKERS = markers()


def hits_in(path: Path, name: str) -> list[str]:
    """Return the markers in one file; a file that went away meanwhile holds none."""
    try:
        content = path.read_bytes() if path.is_file() else b""
    except OSError:
        return []
    return [f"{name}: {what}" for what, marker in MARKERS.items() if marker in content]


def hits(*folders: Path) -> list[str]:
    """Return every marker found below the folders, in what lies there or how it is called, with the file."""
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            found += hits_in(path, path.name)
            found += [f"called {path.name}: {what}" for what, one in MARKERS.items() if one in os.fsencode(path.name)]
    return found


class Watch:
    """Looks every 50 ms at small and fresh files and at the unlinked ones a process and its children hold open."""

    def __init__(self, process: int, folders: list[Path]) -> None:
        self.found: set[str] = set()
        self.looks = 0
        self._process, self._folders = process, folders
        self._sizes: dict[Path, tuple[int, int]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.05):
            self.looks += 1
            for path in self._open_files():
                self.found.update(hits_in(path, "an unlinked file"))
            for path in self._changed():
                self.found.update(hits_in(path, path.name))

    def _open_files(self) -> Iterator[Path]:
        for process in _family(self._process):
            for one in _entries(Path(f"/proc/{process}/fd")):
                try:
                    target = os.readlink(one)  # noqa: PTH115 - it is no path: it says "(deleted)"
                except OSError:
                    continue
                if target.endswith("(deleted)") and not target.startswith("/dev/"):
                    yield one

    def _changed(self) -> Iterator[Path]:
        for folder in self._folders:
            for path in folder.rglob("*"):
                try:
                    facts = path.stat()
                except OSError:
                    continue
                seen = (facts.st_size, facts.st_mtime_ns)
                if path.suffix != ".db" and self._sizes.get(path) != seen:
                    self._sizes[path] = seen
                    yield path


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _family(process: int) -> Iterator[int]:
    """Yield a process and its children."""
    yield process
    for task in _entries(Path(f"/proc/{process}/task")):
        try:
            children = (task / "children").read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in map(int, children):
            yield from _family(child)


def start(places: dict[str, Path], module: str, *, ends: str, trace: Path | None = None) -> "subprocess.Popen[bytes]":
    """Start a day in a process of its own, in these places and no others, watched for sockets if asked."""
    environment = {
        **os.environ, "HOME": str(places["home"]), "DAY_HOME": str(places["home"] / "yince"),
        "TMPDIR": str(places["temp"]), "XDG_CONFIG_HOME": str(places["home"] / "config"), "PYTHONPATH": str(ROOT),
        "XDG_DATA_HOME": str(places["home"] / "data"), "XDG_CACHE_HOME": str(places["home"] / "cache"),
        "XDG_STATE_HOME": str(places["home"] / "state"), "DAY_ENDS": ends, "QT_QPA_PLATFORM": "offscreen",
    }  # fmt: skip
    watched = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(trace)] if trace is not None else []
    names = ("inbox", "stores", "stick", "out") if module.endswith("window_day") else ("inbox", "stores", "stick")
    return subprocess.Popen(
        [*watched, sys.executable, "-m", module, *(str(places[name]) for name in names)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Everything the program may write to, and what the user owns (inbox, out)."""
    found = {name: tmp_path / name for name in ("inbox", "out", *LOOKED_AT)}
    for place in found.values():
        place.mkdir()
    return found


def talks_to(trace: str) -> set[str]:
    """Return whom a traced process could have talked to beyond local sockets: one word for each kind and address."""
    found = {f"a socket of {kind}" for kind in _SOCKET.findall(trace) if kind not in {"AF_UNIX", "AF_INET", "AF_INET6"}}
    for line in trace.splitlines():
        if re.search(r"(connect|bind|sendto|sendmsg)\(.*AF_INET", line):
            is_printer = "htons(631)" in line and re.search(r'"127\.0\.0\.1"|"::1"', line)
            found.add("this computer's printers" if is_printer else line)
    return found


def looked(places: dict[str, Path]) -> list[Path]:
    return [places[name] for name in LOOKED_AT]


def test_a_day_of_services_leaves_nothing_in_the_clear(places: dict[str, Path]) -> None:
    process = start(places, "tests.faults.day", ends="well")
    said, _ = process.communicate(timeout=170)
    assert process.returncode == 0, said.decode()[-2000:]
    assert (places["stores"] / "street" / "store.db").stat().st_size > 100_000
    assert (places["stick"] / "one.ycp").stat().st_size > 1000
    (places["temp"] / "said").write_bytes(said)
    assert hits(*looked(places)) == []


def test_a_day_in_the_window_that_ends_badly_leaves_nothing_and_talks_to_nobody(
    places: dict[str, Path], tmp_path: Path
) -> None:
    trace = tmp_path / "trace" if shutil.which("strace") else None
    process = start(places, "tests.faults.window_day", ends="badly", trace=trace)
    watch = Watch(process.pid, looked(places))
    try:
        said, _ = process.communicate(timeout=170)
    finally:
        watch.end()
    assert process.returncode not in {0, 3}, said.decode()[-2000:]  # it aborts itself when the day is done
    assert b"Traceback" not in said, said.decode()[-2000:]
    assert max(one.name for one in places["out"].iterdir()) == NAME, "the day came to its end"
    (places["temp"] / "said").write_bytes(said)
    assert hits(*looked(places)) == []
    assert watch.found == set() and watch.looks > 20
    assert [one for one in ROOT.glob("core*") if one.is_file()] == []
    assert not list(places["home"].rglob("QtProject.conf")) and not list(places["home"].rglob("*.xbel"))
    if trace is not None:
        assert talks_to(trace.read_text(encoding="utf-8", errors="replace")) <= {"this computer's printers"}


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_fifty_killed_days_leave_nothing_in_the_clear(places: dict[str, Path], tmp_path: Path) -> None:
    chance, looks = random.Random(4), 0
    for _ in range(50):
        for place in places.values():
            shutil.rmtree(place)
            place.mkdir()
        process = start(places, "tests.faults.window_day", ends="well")
        watch = Watch(process.pid, looked(places))
        time.sleep(2 + chance.random() * 14)
        process.kill()
        process.communicate()
        watch.end()
        looks += watch.looks
        assert watch.found == set()
        assert hits(*looked(places)) == []
    print(f"50 days killed, looked {looks} times while they ran: nothing in the clear")


def test_the_scanner_finds_what_lies_in_the_clear(tmp_path: Path) -> None:
    roster_file(tmp_path)
    found = " ".join(hits(tmp_path))
    assert all(what in found for what in ("name in utf-8", "another name in utf-8", "id in utf-8", "phone in utf-8"))
    (tmp_path / "page").write_text(f"{NAME}{PINYIN}", encoding="utf-16-le")
    assert "pinyin in utf-16-le" in " ".join(hits(tmp_path))


def test_the_list_of_connections_knows_a_stranger() -> None:
    trace = """1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 24
1 connect(24, {sa_family=AF_INET, sin_port=htons(631), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
"""
    assert talks_to(trace) == {"this computer's printers"}
    stranger = trace.replace("127.0.0.1", "203.0.113.9")
    assert any("203.0.113.9" in one for one in talks_to(stranger))
    assert talks_to("1 socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3") == {"a socket of AF_NETLINK"}
