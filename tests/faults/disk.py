"""A disk rebuilt from what a process asked of it: every write since the last sync may be kept, lost or torn.

`strace` records the writes, syncs, truncations and renames a worker makes below one folder; from the
record a `Disk` can be stopped after any call and turned into the files a power cut could leave.
"""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "openat,close,write,pwrite64,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,unlinkat,lseek"
_SECTOR = 512
_LINE = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)\)\s+= (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Step:
    """One call on a file below the folder: what, which file, and with what."""

    what: str  # write, sync, cut, rename, unlink, ack
    name: str
    at: int = 0
    data: bytes = b""
    to: str = ""


def steps_of(trace: Path, *, folder: Path, acks: Path) -> list[Step]:
    """Return the calls of a trace (`strace -f -xx -s 1000000 -e trace=CALLS`) that touch `folder` or `acks`."""
    reader = _Reader(folder, acks)
    for line in trace.read_text(encoding="ascii", errors="replace").splitlines():
        match = _LINE.match(line)
        if match is not None and int(match[3]) >= 0:
            reader.read(match[1], match[2], int(match[3]))
    return reader.steps


class _Reader:
    """Follows open files and their places through a trace."""

    def __init__(self, folder: Path, acks: Path) -> None:
        self.steps: list[Step] = []
        self._where = (folder, acks)
        self._files: dict[int, str] = {}
        self._places: dict[int, int] = {}

    def read(self, call: str, rest: str, result: int) -> None:
        """Take one call that succeeded."""
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(rest)]
        if call == "openat":
            self._open(_inside(texts[0], *self._where), rest, result)
        elif call.startswith(("rename", "unlink")):
            names = [_inside(text, *self._where) for text in texts]
            if names[0]:
                self.steps.append(Step(call[:6], names[0], to=names[-1]))
        else:
            self._on_handle(call, int(rest.split(",", maxsplit=1)[0]), rest, result, texts)

    def _open(self, name: str, rest: str, result: int) -> None:
        self._files[result], self._places[result] = name, 0
        if name and "O_TRUNC" in rest:
            self.steps.append(Step("cut", name))

    def _on_handle(self, call: str, handle: int, rest: str, result: int, texts: list[bytes]) -> None:
        name = self._files.pop(handle, "") if call == "close" else self._files.get(handle, "")
        if call == "lseek":
            self._places[handle] = result
        if not name or call in {"close", "lseek"}:
            return
        last = rest.rsplit(",", 1)[-1]
        if call == "write":
            kind = "ack" if name == "ack" else "write"
            self.steps.append(Step(kind, name, at=self._places[handle], data=texts[0][:result]))
            self._places[handle] += result
        elif call == "pwrite64":
            self.steps.append(Step("write", name, at=int(last), data=texts[0][:result]))
        else:
            self.steps.append(Step("cut", name, at=int(last)) if call == "ftruncate" else Step("sync", name))


def _inside(raw: bytes, folder: Path, acks: Path) -> str:
    path = raw.decode("utf-8", "surrogateescape")
    if path == str(acks):
        return "ack"
    inside = path.startswith(f"{folder}/") and not path.endswith(("-shm", ".lock"))
    return path[len(str(folder)) + 1 :] if inside else ""


@dataclass
class Disk:
    """What lies safely on the disk, what was asked since, and how far the worker had said it was."""

    safe: dict[str, bytearray]
    waiting: list[Step] = field(default_factory=list)
    acked: int = 0

    def take(self, step: Step) -> None:
        """Carry one call."""
        if step.what == "ack":
            text = step.data.strip()
            self.acked = int(text) if text.isdigit() else self.acked
        elif step.what == "sync":
            kept = [one for one in self.waiting if step.name not in {one.name, one.to}]
            for one in self.waiting:
                if step.name in {one.name, one.to}:
                    _apply(self.safe, one)
            self.waiting = kept
        else:
            self.waiting.append(step)

    def after_power_cut(self, chance: random.Random, mode: str) -> dict[str, bytearray]:
        """Return the files a power cut now could leave: `mode` is none, all, some or torn."""
        left = {name: bytearray(content) for name, content in self.safe.items()}
        for step in self.waiting:
            if mode == "none" or (mode in {"some", "torn"} and chance.random() < 0.5):
                continue
            is_torn = mode == "torn" and step.what == "write" and chance.random() < 0.5
            _apply(left, _torn(step, chance) if is_torn else step)
        return left


def _torn(step: Step, chance: random.Random) -> Step:
    """Return a write of which only the first sectors arrived."""
    whole = len(step.data) // _SECTOR * _SECTOR
    return Step("write", step.name, step.at, step.data[: chance.randrange(0, whole + 1, _SECTOR)])


def _apply(files: dict[str, bytearray], step: Step) -> None:
    if step.what == "rename":
        if step.name in files:
            files[step.to] = files.pop(step.name)
        return
    if step.what == "unlink":
        files.pop(step.name, None)
        return
    content = files.setdefault(step.name, bytearray())
    if step.what == "cut":
        del content[step.at :]
        content.extend(bytes(step.at - len(content)))
        return
    if len(content) < step.at:
        content.extend(bytes(step.at - len(content)))
    content[step.at : step.at + len(step.data)] = step.data
