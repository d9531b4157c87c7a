"""Waiting after wrong passwords: counted outside the store, by a clock nobody sets.

After five wrong tries 30 seconds, then doubling to 15 minutes. Elapsed time is read from the computer's
time since it was started, which follows neither the date nor a restart of the program; after a restart of
the computer the wait begins again. This stops people at the desk. Whoever copies the files is stopped by
what one guess costs (`security.md` section 4).

The count lies in the program's own folder and beside the register, so that neither another account of the
computer nor one file deleted begins it anew; where nothing can be written it lives as long as the process. A try
counts from its beginning until it turns out right: of many processes that guess at once each sees the others.
"""

import json
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from desktop.config import paths

FREE_TRIES = 5
BESIDE = "store.tries"
_FIRST_WAIT = 30
_LONGEST_WAIT = 15 * 60
_FILE = "tries.json"
_LOCK = "tries.lock"
_MOST_COUNTED = 1_000_000


@dataclass(frozen=True, slots=True)
class Door:
    """What is guessed at: the name it is counted under, and the folder of the register it belongs to."""

    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Tries:
    """Tries at one door: wrong ones, those begun and not ended, when the last was (seconds since start), the wait."""

    wrong: int = 0
    begun: int = 0
    at: float = 0.0
    wait: int = 0

    @property
    def counted(self) -> int:
        """How many tries count against whoever is at the door."""
        return self.wrong + self.begun

    def left(self, ticks: float) -> float:
        """Return the seconds still to wait; all of them if the computer was started since."""
        return self.wait if ticks < self.at else max(self.wait - (ticks - self.at), 0.0)


_unwritten: dict[str, Tries] = {}  # where no file can be written


def wait_after(wrong: int) -> int:
    """Return how many seconds to wait after so many wrong tries in a row."""
    if wrong < FREE_TRIES:
        return 0
    return int(min(_FIRST_WAIT * 2 ** min(wrong - FREE_TRIES, 10), _LONGEST_WAIT))


def waiting(door: Door, *, ticks: float) -> int:
    """Return the whole seconds still to wait, 0 if none; `ticks` are seconds since the computer started."""
    with _alone():
        return _waiting(door, ticks)


def begin(door: Door, *, ticks: float) -> int:
    """Begin a try and return 0, or return the seconds it must wait. End it with `wrong` or `right`."""
    with _alone():
        left = _waiting(door, ticks)
        if not left:
            tries = _tries(door, ticks)
            _keep(door, _next(tries.wrong, tries.begun + 1, ticks), beside=False)
        return left


def wrong(door: Door, *, ticks: float) -> int:
    """Say that a try begun was wrong; return the seconds to wait before the next."""
    with _alone():
        tries = _tries(door, ticks)
        after = _next(tries.wrong + 1, max(tries.begun - 1, 0), ticks)
        _keep(door, after, beside=True)
        return after.wait


def right(door: Door, *, ticks: float) -> None:
    """Say that a try begun was right, though the register is not open yet: no wait, the wrong ones still counted."""
    with _alone():
        tries = _tries(door, ticks)
        _keep(door, Tries(tries.wrong, max(tries.begun - 1, 0), ticks, 0), beside=bool(tries.wrong))


def clear(door: Door) -> int:
    """Forget the tries at a door that was opened; return how many were wrong."""
    with _alone():
        tries = _tries(door, 0.0)
        _unwritten.pop(door.name, None)
        for path in _places(door):
            kept = _read(path)
            if door.name in kept:
                _write(path, {key: one for key, one in kept.items() if key != door.name})
        return tries.wrong


def _next(wrong_ones: int, begun: int, ticks: float) -> Tries:
    return Tries(wrong_ones, begun, ticks, wait_after(wrong_ones + begun))


def _waiting(door: Door, ticks: float) -> int:
    tries = _tries(door, ticks)
    if ticks < tries.at and tries.wait:  # the computer was restarted: nobody knows how long it was off
        _keep(door, Tries(tries.wrong, tries.begun, ticks, tries.wait), beside=True)
    left = tries.left(ticks)
    return int(left) + (left % 1 > 0)


def _tries(door: Door, ticks: float) -> Tries:
    """Return the tries as the strictest of the places knows them."""
    found = [_read(path).get(door.name) for path in _places(door)] + [_unwritten.get(door.name)]
    known = [one for one in found if one is not None]
    return max(known, key=lambda one: (one.counted, one.left(ticks)), default=Tries())


def _places(door: Door) -> tuple[Path, Path]:
    return paths.home() / _FILE, door.folder / BESIDE


def _keep(door: Door, tries: Tries, *, beside: bool) -> None:
    """Write the tries; what cannot be written anywhere is remembered by this process."""
    own, other = _places(door)
    was_kept = _write(own, {**_read(own), door.name: tries})
    if beside or not was_kept:
        was_kept = _write(other, {**_read(other), door.name: tries}) or was_kept
    if was_kept:
        _unwritten.pop(door.name, None)
    else:
        _unwritten[door.name] = tries


def _read(path: Path) -> dict[str, Tries]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): _sane(one) for key, one in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return {}


def _sane(one: dict[str, object]) -> Tries:
    """Return tries as read from a file, within what this program can have written."""
    at = float(str(one["at"]))
    numbers = [min(max(int(str(one.get(key, 0))), 0), _MOST_COUNTED) for key in ("wrong", "begun", "wait")]
    return Tries(numbers[0], numbers[1], max(at, 0.0) if math.isfinite(at) else 0.0, min(numbers[2], _LONGEST_WAIT))


def _write(path: Path, tries: dict[str, Tries]) -> bool:
    """Replace a file of tries, take it away when there are none; False if the place cannot be written."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        if not tries:
            path.unlink(missing_ok=True)
            return True
        if path.parent == paths.home():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps({key: asdict(one) for key, one in tries.items()})
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return False
    return True


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other processes of this account from counting at the same moment; without a place for the lock, go on."""
    try:
        paths.home().mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(paths.home() / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield
        return
    try:
        with suppress(OSError):
            _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Wait for the lock; closing the file lets go of it."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - only there on Windows

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        return
    import fcntl  # noqa: PLC0415 - only there on Unix

    fcntl.flock(descriptor, fcntl.LOCK_EX)
