"""Reading and filling a form through the limited child process."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from desktop.domain.errors import RosterError
from desktop.domain.file_names import is_plain_file, shown_name
from desktop.domain.resources import child_command, child_environment
from desktop.roster.forms.shape import Filling, FormShape, shape_of_json

REFUSED = 3  # the child's exit code for a form that must not be used

MOST_TOGETHER = 500
AT_A_TIME = 100  # fillings for one child: bounds its time and memory
_TIMEOUT = 90


def read_form(path: Path) -> FormShape:
    """Return what a form holds; raises RosterError naming the file."""
    with _copied(path) as copy:
        output = _in_child(["read", str(copy)], b"", shown_name(path))
    return shape_of_json(output.partition(b"\n")[0].decode())


def fill_form(path: Path, fillings: Sequence[Filling], *, together: bool) -> Iterator[bytes]:
    """Yield the filled documents, one for each filling or one for all; raises RosterError.

    `together` takes at most `MOST_TOGETHER` fillings. Documents come a hundred at a time, so that a caller may
    report and stop.
    """
    if together and len(fillings) > MOST_TOGETHER:
        raise RosterError(f"一个文件里最多放 {MOST_TOGETHER} 人", "请改为每人一个文件，或先筛选再填")
    size = max(len(fillings), 1) if together else AT_A_TIME
    with _copied(path) as copy:
        for start in range(0, len(fillings), size):
            part = [asdict(one) for one in fillings[start : start + size]]
            asked = json.dumps({"together": together, "fillings": part}, ensure_ascii=False).encode()
            yield from _documents(_in_child(["fill", str(copy)], asked, shown_name(path)), shown_name(path))


def _documents(output: bytes, name: str) -> Iterator[bytes]:
    rest = output
    while rest != b"end\n":
        head, _, rest = rest.partition(b"\n")
        if not head.isdigit() or int(head) > len(rest):
            raise RosterError(f"“{name}”没有填完整", "请另存为 xlsx 或 docx 再试")
        yield rest[: int(head)]
        rest = rest[int(head) :]


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """Copy a form first: one still open in Excel or on a stick is read in one state. An empty form is no secret."""
    if not is_plain_file(path):
        raise RosterError(f"找不到文件“{shown_name(path)}”", "请检查路径")
    with tempfile.TemporaryDirectory(prefix="yince-") as folder:
        copy = Path(folder) / "form"
        try:
            shutil.copyfile(path, copy)
        except OSError as error:
            raise RosterError(f"读不了“{shown_name(path)}”", "请关闭正在打开它的程序，或检查存储盘") from error
        yield copy


def _in_child(arguments: list[str], asked: bytes, name: str) -> bytes:
    """Return what the child wrote; one Chinese sentence for each way it can fail."""
    command = child_command("desktop.roster.forms.child", *arguments)
    try:
        done = subprocess.run(  # noqa: S603
            command, input=asked, capture_output=True, timeout=_TIMEOUT, check=False, env=child_environment()
        )
    except subprocess.TimeoutExpired as error:
        raise RosterError(f"“{name}”处理得太久，已停下", "请删去空行空列，另存后再试") from error
    if done.returncode == REFUSED:
        reason = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        raise RosterError(f"“{name}”不能用：{reason[-1] if reason else '文件打不开'}", "改好后再试")
    if done.returncode != 0 or not done.stdout.endswith(b"end\n"):
        raise RosterError(f"“{name}”的内容让填表程序出错", "请在办公软件里另存为 xlsx 或 docx 再试")
    return done.stdout
