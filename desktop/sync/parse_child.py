"""The limited child process that unpacks and checks the record lines of a verified package.

`python -m desktop.sync.parse_child RAW LINES` reads one zstd frame on standard input and writes
the checked lines on standard output. Exit 3: the content breaks the format.
"""

import sys

import zstandard

from desktop.sync.lines import LineError, check_lines

REFUSED = 3
MOST_WINDOW = 8 << 20
MOST_RAW = 512 << 20
MOST_RATIO = 200
_MEMORY = 2 << 30
_SECONDS = 120


def main(arguments: list[str]) -> int:
    """Unpack and check; return the exit code."""
    _limit_self()
    raw_size, lines = int(arguments[0]), int(arguments[1])
    try:
        raw = unpack(sys.stdin.buffer.read(), raw_size=raw_size)
        check_lines(raw, count=lines)
    except (LineError, zstandard.ZstdError, MemoryError):
        return REFUSED
    sys.stdout.buffer.write(raw)
    return 0


def unpack(packed: bytes, *, raw_size: int) -> bytes:
    """Return the content of one zstd frame of known size, within window, size and ratio bounds."""
    parameters = zstandard.get_frame_parameters(packed)
    sizes_agree = parameters.content_size == raw_size <= min(MOST_RAW, max(len(packed), 64) * MOST_RATIO)
    if not sizes_agree or parameters.window_size > max(MOST_WINDOW, 1):
        raise LineError("bad frame")
    decompressor = zstandard.ZstdDecompressor(max_window_size=MOST_WINDOW)
    raw = decompressor.decompress(packed, max_output_size=raw_size, allow_extra_data=False)
    if len(raw) != raw_size:
        raise LineError("bad size")
    return raw


def _limit_self() -> None:
    """Bound memory and time where the system can."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
