"""Reading a spreadsheet through the limited child process."""

import contextlib
import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from desktop.domain.errors import RosterError
from desktop.domain.file_names import is_plain_file, shown_name
from desktop.domain.progress import Report, silent
from desktop.domain.resources import child_command, child_environment
from desktop.roster.frames import COUNT, END, REFUSED, ROWS, SHEET, SHEET_END, read_frames
from desktop.roster.grid import Rows, Sheet
from desktop.roster.limits import SECONDS

_TICK = 0.1  # seconds between two chances to cancel
_WALL = SECONDS + 5
_FRAMES_AHEAD = 16
_TOO_LONG = "读得太久，已停下", "请删去空行空列，另存为 xlsx 再导入"


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A file that was read: its name, SHA-256 and sheets."""

    name: str
    sha256: str
    sheets: tuple[Sheet, ...]


def read_roster(path: Path, *, report: Report = silent) -> RosterFile:
    """Return the sheets of a spreadsheet of any kind; raises RosterError naming the file, Cancelled.

    The child takes the file's bytes in one go, so that one still open in Excel or on a stick is read in one state and
    no copy lies on the disk. `report` is called ten times a second and may raise Cancelled: the child is then killed.
    """
    if not is_plain_file(path):
        raise RosterError(f"找不到文件“{shown_name(path)}”", "请检查路径")
    reading = _Reading(path, report)
    try:
        return reading.run()
    except _ChildDiedError as died:
        if not died.again:
            raise
        return _Reading(path, report, slow=True).run()


class _ChildDiedError(RosterError):
    """The reader crashed; `again` if another reader may still manage."""

    def __init__(self, message: str, advice: str, *, again: bool) -> None:
        super().__init__(message, advice)
        self.again = again


@dataclass(slots=True)
class _Open:
    """A sheet whose rows are coming in."""

    name: str
    hidden: bool
    rows: Rows = field(default_factory=Rows)


class _Reading:
    """One run of the child over one file."""

    def __init__(self, path: Path, report: Report, *, slow: bool = False) -> None:
        self._path = path
        self._name = shown_name(path)
        self._report = report
        self._slow = slow
        self._sheets: list[Sheet] = []
        self._open: _Open | None = None
        self._read = 0

    def run(self) -> RosterFile:
        """Start the child, take what it says, and end it whatever happens."""
        command = child_command("desktop.roster.read_child", *(["slow"] if self._slow else []))
        try:
            source = self._path.open("rb")
        except OSError as error:
            raise RosterError(f"读不了“{self._name}”", "请关闭正在打开它的程序，或检查存储盘") from error
        with source:
            child = subprocess.Popen(  # noqa: S603
                command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=child_environment()
            )
            try:
                digest = self._take(child)
                code = child.wait(timeout=_WALL)
            except subprocess.TimeoutExpired as error:
                raise RosterError(f"“{self._name}”{_TOO_LONG[0]}", _TOO_LONG[1]) from error
            finally:
                child.kill()
                child.wait()
                if child.stdout is not None:
                    child.stdout.close()
        if digest is None or code != 0:
            raise self._failure(code)
        return RosterFile(self._name, digest, tuple(self._sheets))

    def _take(self, child: "subprocess.Popen[bytes]") -> str | None:
        """Take frames until the child ends; return the digest it gave, None if it never came to its end."""
        if child.stdout is None:
            return None
        ends = time.monotonic() + _WALL
        digest = None
        for frame in _frames(cast("BinaryIO", child.stdout)):
            self._report(self._read, 0, f"读取 {self._name}")
            if time.monotonic() > ends:
                raise RosterError(f"“{self._name}”{_TOO_LONG[0]}", _TOO_LONG[1])
            if frame is not None:
                digest = self._frame(*frame) or digest
        return digest

    def _frame(self, kind: bytes, body: bytes) -> str | None:
        """Take one frame; what does not belong where it stands is our own fault or a hijacked child: refuse."""
        if kind == REFUSED:
            raise RosterError(f"“{self._name}”不能导入：{body.decode('utf-8', 'replace')}", "改好后再试")
        if kind == SHEET:
            said = json.loads(body)
            self._open = _Open(str(said["name"]) or Path(self._name).stem, bool(said["hidden"]))
        elif kind == ROWS and self._open is not None:
            count = COUNT.unpack_from(body)[0]
            self._open.rows.add_block(body[COUNT.size :], count)
            self._read += count
        elif kind == SHEET_END and self._open is not None:
            self._sheets.append(_sheet(self._open, json.loads(body)))
            self._open = None
        elif kind == END:
            return str(json.loads(body)["sha256"])
        return None

    def _failure(self, code: int) -> RosterError:
        again = not self._slow and code not in {0, -9, -24}
        if code in {-9, -24, 137, 152}:
            return RosterError(f"“{self._name}”{_TOO_LONG[0]}", _TOO_LONG[1])
        return _ChildDiedError(f"“{self._name}”的内容让读表程序出错", "请在表格软件里另存为 xlsx 再导入", again=again)


class _Pump:
    """A thread that takes frames off the pipe, so that somebody may cancel while none comes."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.waiting: queue.Queue[tuple[bytes, bytes] | None] = queue.Queue(_FRAMES_AHEAD)
        self.stopped = threading.Event()
        threading.Thread(target=self._run, name="roster-reader", daemon=True).start()

    def _run(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the pipe was closed under us: the child was killed
            for frame in read_frames(self._source):
                self._put(frame)
        self._put(None)

    def _put(self, frame: tuple[bytes, bytes] | None) -> None:
        while not self.stopped.is_set():
            with contextlib.suppress(queue.Full):
                self.waiting.put(frame, timeout=_TICK)
                return


def _frames(source: BinaryIO) -> Iterator[tuple[bytes, bytes] | None]:
    """Yield frames as they come, and None whenever a tick passes without one."""
    pump = _Pump(source)
    try:
        while True:
            try:
                frame = pump.waiting.get(timeout=_TICK)
            except queue.Empty:
                yield None
                continue
            if frame is None:
                return
            yield frame
    finally:
        pump.stopped.set()


def _sheet(opened: _Open, said: dict[str, Any]) -> Sheet:
    marks: dict[int, dict[str, frozenset[int]]] = {}
    for row, mark, columns in said["marks"]:
        marks.setdefault(row, {})[mark] = frozenset(columns)
    return Sheet(
        opened.name,
        opened.rows,
        tuple(said["notes"]),
        hidden=opened.hidden,
        hidden_rows=frozenset(said["hidden_rows"]),
        hidden_columns=frozenset(said["hidden_columns"]),
        merged=tuple((top, left, bottom, right) for top, left, bottom, right in said["merged"]),
        comments={(row, column): text for row, column, text in said["comments"]},
        marks=marks,
        date1904=bool(said["date1904"]),
    )
