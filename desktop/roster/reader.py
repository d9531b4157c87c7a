"""Reading a spreadsheet through the limited child process."""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.errors import RosterError
from desktop.domain.progress import Report, silent
from desktop.domain.resources import child_environment
from desktop.roster import read_child
from desktop.roster.grid import Sheet

_TIMEOUT = 90


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A file that was read: its name, SHA-256 and sheets."""

    name: str
    sha256: str
    sheets: tuple[Sheet, ...]


def read_roster(path: Path, *, report: Report = silent) -> RosterFile:
    """Return the sheets of a spreadsheet of any kind; raises RosterError naming the file, Cancelled.

    `report` is called a few times a second while the file is read, and may raise Cancelled.

    The file is copied first, so that one still open in Excel or on a stick is read in one state.
    """
    if not path.is_file():
        raise RosterError(f"找不到文件“{path.name}”", "请检查路径")
    with tempfile.TemporaryDirectory(prefix="yince-") as folder:
        copy = Path(folder) / "roster"
        try:
            shutil.copyfile(path, copy)
        except OSError as error:
            raise RosterError(f"读不了“{path.name}”", "请关闭正在打开它的程序，或检查存储盘") from error
        with copy.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        report(0, 0, f"读取 {path.name}")
        output = _in_child(copy, path.name)
    sheets = [json.loads(line) for line in output.splitlines()]
    if not sheets or sheets[-1] != {"end": True}:
        raise RosterError(f"“{path.name}”没有读完整", "请另存为 xlsx 再导入")
    named = tuple(Sheet(one["name"] or path.stem, one["rows"], one["notes"]) for one in sheets[:-1])
    return RosterFile(path.name, digest, named)


def _in_child(copy: Path, name: str) -> str:
    """Return what the child wrote; one Chinese sentence for each way it can fail."""
    command = [sys.executable, "-m", "desktop.roster.read_child", str(copy)]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, timeout=_TIMEOUT, check=False, env=child_environment()
        )
    except subprocess.TimeoutExpired as error:
        raise RosterError(f"“{name}”读得太久，已停下", "请删去空行空列，另存为 xlsx 再导入") from error
    if done.returncode == read_child.REFUSED:
        reason = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        raise RosterError(f"“{name}”不能导入：{reason[-1] if reason else '文件打不开'}", "改好后再试")
    if done.returncode != 0:
        raise RosterError(f"“{name}”的内容让读表程序出错", "请在表格软件里另存为 xlsx 再导入")
    return done.stdout.decode("utf-8", errors="surrogatepass")
