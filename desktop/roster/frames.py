"""How the reading child speaks: frames of a letter, a length and a body (see `read_child`)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

HEAD = struct.Struct("<cI")
SHEET, ROWS, SHEET_END, REFUSED, END = b"S", b"R", b"E", b"X", b"Z"
MOST_FRAME = 64 << 20
COUNT = struct.Struct("<H")  # a block of rows begins with how many there are


def write_frame(out: BinaryIO, kind: bytes, body: bytes) -> None:
    """Write one frame."""
    out.write(HEAD.pack(kind, len(body)))
    out.write(body)


def read_frames(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, body) until the stream ends; a frame cut short or too long ends it."""
    while len(head := source.read(HEAD.size)) == HEAD.size:
        kind, size = HEAD.unpack(head)
        if size > MOST_FRAME:
            return
        body = source.read(size)
        if len(body) != size:
            return
        yield kind, body
