"""A disk rebuilt from what a process asked of it: every write since the last sync may be kept, lost or torn.

`strace` records the writes, syncs, truncations, renames and removals a worker makes below one folder; from the
record a `Disk` can be stopped after any call and turned into the files a power cut could leave. Contents and names
are two things: syncing a file saves its content, only syncing a folder saves the names in it. So a rename that was
not followed by a sync of the folder may be there or not, and a file that was renamed without having been synced
may be there with its name and without its content. Making and removing folders is taken to be kept.
"""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

CALLS = "openat,close,write,pwrite64,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,unlinkat,lseek,rmdir"
MODES = ("none", "all", "some", "torn", "names first", "names late")
_SECTOR = 512
_LINE = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)\)\s+= (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_IGNORED = ("-shm", ".lock")


@dataclass(frozen=True, slots=True)
class Step:
    """One call below the folder: what, which file (a number that outlives its names), and with what."""

    what: str  # write, cut, sync; link, rename, unlink, sync names; ack
    file: int = 0
    at: int = 0
    data: bytes = b""
    name: str = ""
    to: str = ""


def steps_of(trace: Path, *, folder: Path, acks: Path, files: dict[str, int]) -> list[Step]:
    """Return the calls of a trace (`strace -xx -s 1000000 -e trace=CALLS`) that touch `folder` or `acks`.

    `files` numbers the files that are there at the beginning.
    """
    reader = _Reader(folder, acks, dict(files))
    for line in trace.read_text(encoding="ascii", errors="replace").splitlines():
        match = _LINE.match(line)
        if match is not None and int(match[3]) >= 0:
            reader.read(match[1], match[2], int(match[3]))
    return reader.steps


class _Reader:
    """Follows open files, their places and their names through a trace."""

    def __init__(self, folder: Path, acks: Path, names: dict[str, int]) -> None:
        self.steps: list[Step] = []
        self._folder, self._acks = folder, acks
        self._names = names
        self._next = max(names.values(), default=0) + 1
        self._paths: dict[int, str] = {}  # of open handles, whole paths
        self._files: dict[int, int] = {}  # of open handles: the number of the file, if it lies in the folder
        self._places: dict[int, int] = {}

    def read(self, call: str, rest: str, result: int) -> None:
        """Take one call that succeeded."""
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(rest)]
        if call == "openat":
            self._open(self._path(rest, texts[0]), rest, result)
        elif call.startswith("rename"):
            self._rename(*(self._path("AT_FDCWD", text) for text in texts[:2]))
        elif call.startswith("unlink"):
            self._unlink(self._path(rest if call == "unlinkat" else "AT_FDCWD", texts[0]))
        elif call != "rmdir":
            self._on_handle(call, int(rest.split(",", maxsplit=1)[0]), rest, result, texts)

    def _path(self, rest: str, raw: bytes) -> str:
        path = raw.decode("utf-8", "surrogateescape")
        base = rest.split(",", maxsplit=1)[0].strip()
        return path if path.startswith("/") or not base.isdigit() else f"{self._paths.get(int(base), '')}/{path}"

    def _inside(self, path: str) -> str:
        inside = path.startswith(f"{self._folder}/") and not path.endswith(_IGNORED)
        return path[len(str(self._folder)) + 1 :] if inside else ""

    def _open(self, path: str, rest: str, result: int) -> None:
        self._paths[result], self._places[result] = path, 0
        self._files.pop(result, None)
        name = self._inside(path)
        if not name or "O_DIRECTORY" in rest:
            return
        if name not in self._names:
            if "O_CREAT" not in rest:
                return
            self._names[name], self._next = self._next, self._next + 1
            self.steps.append(Step("link", self._names[name], name=name))
        elif "O_TRUNC" in rest:
            self.steps.append(Step("cut", self._names[name]))
        self._files[result] = self._names[name]

    def _rename(self, old: str, new: str) -> None:
        name, to = self._inside(old), self._inside(new)
        if name in self._names:
            number = self._names.pop(name)
            self._names[to] = number
            self.steps.append(Step("rename", number, name=name, to=to))

    def _unlink(self, path: str) -> None:
        name = self._inside(path)
        if name in self._names:
            self.steps.append(Step("unlink", self._names.pop(name), name=name))

    def _on_handle(self, call: str, handle: int, rest: str, result: int, texts: list[bytes]) -> None:
        path = self._paths.get(handle, "")
        if call == "close":
            self._paths.pop(handle, None)
            self._files.pop(handle, None)
        elif call == "lseek":
            self._places[handle] = result
        elif call == "write" and path == str(self._acks):
            self.steps.append(Step("ack", data=texts[0][:result]))
        elif handle in self._files:
            self._on_file(call, handle, rest, result, texts)
        elif call in {"fsync", "fdatasync"} and path.startswith(str(self._folder)):
            self.steps.append(Step("sync names", name=path[len(str(self._folder)) + 1 :]))

    def _on_file(self, call: str, handle: int, rest: str, result: int, texts: list[bytes]) -> None:
        number, last = self._files[handle], rest.rsplit(",", 1)[-1]
        if call == "write":
            self.steps.append(Step("write", number, self._places[handle], texts[0][:result]))
            self._places[handle] += result
        elif call == "pwrite64":
            self.steps.append(Step("write", number, int(last), texts[0][:result]))
        elif call == "ftruncate":
            self.steps.append(Step("cut", number, int(last)))
        else:
            self.steps.append(Step("sync", number))


@dataclass
class Disk:
    """What lies safely on the disk, what was asked since, and how far the worker had said it was."""

    names: dict[str, int]
    contents: dict[int, bytearray]
    waiting: list[Step] = field(default_factory=list)
    acked: int = 0

    def take(self, step: Step) -> None:
        """Carry one call."""
        if step.what == "ack":
            text = step.data.strip()
            self.acked = int(text) if text.isdigit() else self.acked
        elif step.what in {"sync", "sync names"}:
            self._settle(step)
        else:
            self.waiting.append(step)

    def _settle(self, sync: Step) -> None:
        kept = []
        for one in self.waiting:
            if _is_saved_by(one, sync):
                _apply(self.names, self.contents, one)
            else:
                kept.append(one)
        self.waiting = kept

    def after_power_cut(self, chance: random.Random, mode: str) -> dict[str, bytes]:
        """Return the files a power cut now could leave, by one of `MODES`."""
        names, contents = dict(self.names), {number: bytearray(body) for number, body in self.contents.items()}
        for step in self.waiting:
            if not _is_kept(step, mode, chance):
                continue
            is_torn = mode == "torn" and step.what == "write" and chance.random() < 0.5
            _apply(names, contents, _torn(step, chance) if is_torn else step)
        return {name: bytes(contents.get(number, b"")) for name, number in names.items()}


def _is_name(step: Step) -> bool:
    return step.what in {"link", "rename", "unlink"}


def _is_saved_by(step: Step, sync: Step) -> bool:
    """Return True if a sync saves a call: of the file its content, of a folder the names in it."""
    if sync.what == "sync":
        return not _is_name(step) and step.file == sync.file
    folders = {_folder_of(name) for name in (step.name, step.to) if name}
    return _is_name(step) and (_folder_of(step.to) if step.to else next(iter(folders))) == sync.name


def _folder_of(name: str) -> str:
    parent = str(PurePosixPath(name).parent)
    return "" if parent == "." else parent


def _is_kept(step: Step, mode: str, chance: random.Random) -> bool:
    if mode == "names first":
        return _is_name(step)
    if mode == "names late":
        return not _is_name(step)
    return mode == "all" or (mode in {"some", "torn"} and chance.random() < 0.5)


def _torn(step: Step, chance: random.Random) -> Step:
    """Return a write of which only the first sectors arrived."""
    whole = len(step.data) // _SECTOR * _SECTOR
    return Step("write", step.file, step.at, step.data[: chance.randrange(0, whole + 1, _SECTOR)])


def _apply(names: dict[str, int], contents: dict[int, bytearray], step: Step) -> None:
    if step.what == "link":
        names[step.name] = step.file
    elif step.what == "rename":
        if names.get(step.name) == step.file:
            del names[step.name]
        names[step.to] = step.file
    elif step.what == "unlink":
        if names.get(step.name) == step.file:
            del names[step.name]
    else:
        _write(contents.setdefault(step.file, bytearray()), step)


def _write(content: bytearray, step: Step) -> None:
    if step.what == "cut":
        del content[step.at :]
        content.extend(bytes(step.at - len(content)))
        return
    if len(content) < step.at:
        content.extend(bytes(step.at - len(content)))
    content[step.at : step.at + len(step.data)] = step.data
