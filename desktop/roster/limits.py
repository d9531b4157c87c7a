"""What a process that reads an untrusted spreadsheet may use: memory, time, no network, no files, no programs.

Each system gives what it has: Linux resource limits and a seccomp filter, Windows a job object. All of it is
best effort on top of the child being thrown away; none of it may stop an honest file from being read.
"""

import ctypes
import platform
import struct
import sys

MEMORY = 1 << 30
SECONDS = 50
_OPEN_FILES = 64
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # run the call; fail it with EPERM
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_WRITES = 0o3 | 0o100 | 0o1000 | 0o2000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND
# Architecture mark of seccomp, openat, and calls that reach the network, other processes or the file tree.
_X86 = (0xC000003E, 257, (41, 42, 49, 50, 53, 56, 57, 58, 59, 82, 83, 84, 85, 86, 87, 88, 90, 92, 101, 165, 263, 76,
                          264, 265, 266, 258, 310, 311, 316, 322, 425, 435, 437), 2)  # fmt: skip
_ARM = (0xC00000B7, 56, (198, 199, 200, 201, 203, 220, 221, 33, 34, 35, 36, 37, 38, 52, 53, 54, 55, 117, 40, 270, 271,
                         276, 281, 45, 425, 435, 437), None)  # fmt: skip


def limit_self(*, memory: int = MEMORY, seconds: int = SECONDS) -> None:
    """Limit this process for the rest of its life; `memory` in bytes of address space, `seconds` of processor."""
    if sys.platform == "win32":
        _windows_job(memory, seconds)
        return
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        hard = resource.getrlimit(kind)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))
    if sys.platform == "linux":
        _no_calls()


def _no_calls() -> None:
    """Refuse, with EPERM, sockets, new programs and changes to the file tree; an old kernel refuses the filter."""
    machine = {"x86_64": _X86, "aarch64": _ARM}.get(platform.machine())
    if machine is None:
        return
    code = _filter(*machine)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    program = Program(len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    nothing = ctypes.c_ulong(0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), nothing, nothing, nothing)
    libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_FILTER), ctypes.byref(program), nothing, nothing)


def _filter(arch: int, open_at: int, refused: tuple[int, ...], plain_open: int | None) -> bytes:
    """Return the BPF program: other architectures' calls and the refused ones fail, and opening for writing."""
    opens = [(open_at, 32)] + ([(plain_open, 24)] if plain_open is not None else [])
    total = 4 + len(refused) + 4 * len(opens) + 2
    refuse = total - 1
    lines: list[tuple[int, int, int, int]] = []

    def add(code: int, value: int, yes: int | None = None, no: int | None = None) -> None:
        here = len(lines)
        lines.append((code, 0 if yes is None else yes - here - 1, 0 if no is None else no - here - 1, value))

    add(_LOAD, 4)
    add(_EQUAL, arch, 2, refuse)
    add(_LOAD, 0)
    add(_ANY_BIT, 0x40000000, refuse, 4)  # the x32 way round
    for number in refused:
        add(_EQUAL, number, refuse, len(lines) + 1)
    for number, offset in opens:
        add(_EQUAL, number, len(lines) + 1, len(lines) + 4)
        add(_LOAD, offset)
        add(_ANY_BIT, _WRITES, refuse, len(lines) + 1)
        add(_LOAD, 0)
    add(_RETURN, _ALLOW)
    add(_RETURN, _REFUSE)
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def _windows_job(memory: int, seconds: int) -> None:  # pragma: no cover - runs on Windows only
    """Put this process in a job that bounds its memory and time and lets it start no other."""
    if sys.platform != "win32":
        return
    from ctypes import wintypes

    class Basic(ctypes.Structure):
        _fields_ = (
            ("per_process_time", ctypes.c_int64), ("per_job_time", ctypes.c_int64), ("flags", wintypes.DWORD),
            ("least_set", ctypes.c_size_t), ("most_set", ctypes.c_size_t), ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t), ("priority", wintypes.DWORD), ("scheduling", wintypes.DWORD),
        )  # fmt: skip

    class Extended(ctypes.Structure):
        _fields_ = (
            ("basic", Basic), ("counters", ctypes.c_uint64 * 6), ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t), ("process_peak", ctypes.c_size_t), ("job_peak", ctypes.c_size_t),
        )  # fmt: skip

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    job = kernel.CreateJobObjectW(None, None)
    limits = Extended()
    limits.basic.per_process_time = seconds * 10_000_000
    limits.basic.processes = 1
    limits.basic.flags = 0x2 | 0x8 | 0x100 | 0x400  # process time, one process, process memory, die on a fault
    limits.process_memory = memory
    kernel.SetInformationJobObject(wintypes.HANDLE(job), 9, ctypes.byref(limits), ctypes.sizeof(limits))
    kernel.AssignProcessToJobObject(wintypes.HANDLE(job), wintypes.HANDLE(kernel.GetCurrentProcess()))
