"""Waiting after wrong passwords: counted outside the store, by a clock nobody sets.

After five wrong tries 30 seconds, then doubling to 15 minutes. Elapsed time is read from the computer's
time since it was started, which follows neither the date nor a restart of the program; after a restart of
the computer the wait begins again. This stops people at the desk. Whoever copies the files is stopped by
what one guess costs (`security.md` section 4).
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from desktop.config import paths

FREE_TRIES = 5
_FIRST_WAIT = 30
_LONGEST_WAIT = 15 * 60
_FILE = "tries.json"


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries at one store: how many, when the last was (seconds since the computer started), the wait then."""

    wrong: int = 0
    at: float = 0.0
    wait: int = 0


def wait_after(wrong: int) -> int:
    """Return how many seconds to wait after so many wrong tries in a row."""
    if wrong < FREE_TRIES:
        return 0
    return int(min(_FIRST_WAIT * 2 ** min(wrong - FREE_TRIES, 10), _LONGEST_WAIT))


def waiting(store: str, *, ticks: float) -> int:
    """Return the whole seconds still to wait at a store, 0 if none; `ticks` are seconds since the computer started."""
    tries = _read().get(store, Tries())
    if not tries.wait:
        return 0
    if ticks < tries.at:  # the computer was restarted: nobody knows how long it was off
        _keep(store, Tries(tries.wrong, ticks, tries.wait))
        return tries.wait
    left = tries.wait - (ticks - tries.at)
    return max(int(left) + (left % 1 > 0), 0)


def note_wrong(store: str, *, ticks: float) -> int:
    """Count a wrong try and return the seconds to wait before the next."""
    wrong = _read().get(store, Tries()).wrong + 1
    wait = wait_after(wrong)
    _keep(store, Tries(wrong, ticks, wait))
    return wait


def clear(store: str) -> int:
    """Forget the tries at a store that was opened; return how many were wrong."""
    tries = _read().get(store)
    if tries is None:
        return 0
    _write({key: one for key, one in _read().items() if key != store})
    return tries.wrong


def _keep(store: str, tries: Tries) -> None:
    _write({**_read(), store: tries})


def _read() -> dict[str, Tries]:
    try:
        found = json.loads((paths.home() / _FILE).read_text(encoding="utf-8"))
        return {str(key): Tries(int(one["wrong"]), float(one["at"]), int(one["wait"])) for key, one in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(tries: dict[str, Tries]) -> None:
    """Keep the tries; a home that cannot be written must not keep people from their store."""
    path: Path = paths.home() / _FILE
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        text = json.dumps({key: asdict(one) for key, one in tries.items()})
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except OSError:
        return
