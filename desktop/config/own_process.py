"""What of this process others may read: no core file when it dies, no debugger, no rows after it was locked.

`security.md` section 2e and goal G21.
"""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

_Cache = type(lru_cache(len))
_PR_SET_DUMPABLE = 4
_FILLED = 4 << 20  # bytes of each size of block
_SMALLEST, _LARGEST, _STEP = 48, 512, 16  # sizes of the blocks small objects live in
_M_PERTURB, _FILL = -6, 0xA5
_HEAD = sys.getsizeof(b"")  # of a bytes object and its last zero: the block is filled to its end
_SELDOM = 100_000  # objects more than before at which cycles are looked for during bulk work; Python's own is 700
_SEM_NO_BOXES = 0x0001 | 0x0002 | 0x8000  # critical errors, faults, missing files: no dialog, no report of Windows'


def leave_no_core() -> None:
    """Keep names and keys out of core files and crash reports for the rest of this process's life; best effort.

    The limit alone does not stop a collector the kernel pipes cores to; not being dumpable does, and keeps
    debuggers of the same user out. A program started from here is on its own again, but inherits the limit.
    """
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(_SEM_NO_BOXES)
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        nothing = ctypes.c_ulong(0)
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, nothing, nothing, nothing, nothing)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let the collector of cycles look seldom, and never at what was there before: for work on many rows.

    Rows, their plans and their log entries have no cycles and go by themselves; looking at them and at all of the
    program again and again took a seventh of an import.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_SELDOM, *before[1:])
    try:
        yield
    finally:
        age_unseen()
        gc.set_threshold(*before)


def age_unseen() -> None:
    """Let everything there is count as old for the collector of cycles, which then need not look at it now."""
    gc.freeze()
    gc.unfreeze()


def _forget_answers() -> None:
    """Empty our caches of limited size; those without a limit hold what was shipped with the program."""
    for one in gc.get_objects():
        if isinstance(one, _Cache) and one.__module__.startswith("desktop.") and one.cache_info().maxsize is not None:
            one.cache_clear()


def wipe_as_freed() -> None:
    """Let the C library overwrite what is given back to it from now on (glibc): texts of Qt and larger ones of Python.

    The few pieces each thread keeps at hand go without; `wipe_freed` takes care of those of this one.
    """
    if sys.platform == "linux":
        choose = getattr(ctypes.CDLL(None), "mallopt", None)
        if choose is not None:
            choose(_M_PERTURB, _FILL)


def wipe_freed() -> None:
    """Overwrite what freed objects of up to 512 bytes left in Python's memory, and give free pages back. About 0.2 s.

    Python does not clear what it frees, so after locking the texts of rows stay readable until something else
    needs the place (measured: thousands of rows). Filling every size of block once needs the places: 120 MB for
    that moment. What larger texts left, and what other libraries hold, stays. Answers that were kept to be given
    again (names, ids and addresses are what was asked) are forgotten first.
    """
    _forget_answers()
    gc.collect()
    held = [[bytes(size - _HEAD) for _ in range(_FILLED // size)] for size in range(_SMALLEST, _LARGEST + 1, _STEP)]
    del held
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
        if trim is not None:
            trim(0)
