"""Zstandard frames (RFC 8878) put together by hand from raw and repeated blocks: they never change."""

import struct
from collections.abc import Sequence

_MAGIC = struct.pack("<I", 0xFD2FB528)
_SKIPPABLE = struct.pack("<I", 0x184D2A50)
_RAW, _REPEATED = 0, 1
_MOST_BLOCK = 128 * 1024

Segment = bytes | tuple[bytes, int]  # bytes as they are, or one byte repeated


def frame(*segments: Segment, size: int | None = None, window: int | None = None, descriptor: int = 0) -> bytes:
    """Return one frame that says its content size, or `size` in its place.

    `window` (a power of two from 1 KiB) writes a window where a single segment needs none;
    `descriptor` sets more bits of the frame header.
    """
    blocks = [one for segment in segments for one in _blocks(segment)] or [(_RAW, b"", 0)]
    length = sum(length for _, _, length in blocks) if size is None else size
    head = _MAGIC + (
        struct.pack("<BQ", 0xE0 | descriptor, length)
        if window is None
        else struct.pack("<BBQ", 0xC0 | descriptor, (window.bit_length() - 11) << 3, length)
    )
    return head + _body(blocks)


def sizeless(content: bytes) -> bytes:
    """Return a frame that does not say its content size (window 1 KiB)."""
    return _MAGIC + b"\x00\x00" + _body(_blocks(content))


def with_dictionary(content: bytes) -> bytes:
    """Return a frame that asks for dictionary 1."""
    return _MAGIC + b"\xe1\x01" + struct.pack("<Q", len(content)) + _body(_blocks(content))


def skippable(content: bytes) -> bytes:
    """Return a frame every reader skips."""
    return _SKIPPABLE + struct.pack("<I", len(content)) + content


def _blocks(segment: Segment) -> list[tuple[int, bytes, int]]:
    """Return a segment as (type, stored bytes, length) blocks."""
    if isinstance(segment, bytes):
        return [(_RAW, segment, len(segment))] if segment else []
    byte, count = segment
    whole = [(_REPEATED, byte, _MOST_BLOCK)] * (count // _MOST_BLOCK)
    return whole + ([(_REPEATED, byte, count % _MOST_BLOCK)] if count % _MOST_BLOCK else [])


def _body(blocks: Sequence[tuple[int, bytes, int]]) -> bytes:
    made = []
    for number, (kind, stored, length) in enumerate(blocks, start=1):
        head = length << 3 | kind << 1 | (number == len(blocks))
        made.append(struct.pack("<I", head)[:3] + stored)
    return b"".join(made)
