"""The squares of a QR code quickly: what is the same for every code of a size is taken from `qrcode` once.

A sheet of cards has ten codes of one version, level and mask that differ only in their data. `qrcode` draws the
finders, timing, format and version marks of a size (and any code that is not plain capitals and digits); here only
the data is laid into them: eleven bits for two characters, Reed-Solomon over GF(256), zigzag (ISO/IEC 18004 sections
7.4.4, 7.5, 7.7.3). The tests hold every square against `qrcode`'s own.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy
import qrcode
from numpy.typing import NDArray
from qrcode import base, util
from qrcode.constants import ERROR_CORRECT_M

MASK = 2  # every third column of dark and light changes places: `column % 3 == 0`
_ALPHABET = {character: place for place, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_PAIRS = {one + two: format(45 * a + b, "011b") for one, a in _ALPHABET.items() for two, b in _ALPHABET.items()}
_CAPITALS: Literal[2] = 2  # `qrcode.util.MODE_ALPHA_NUM`
_PAD = (0b11101100, 0b00010001)
_TIMING_COLUMN = 6

Squares = NDArray[numpy.uint8]


@dataclass(frozen=True, slots=True)
class _Size:
    """What every code of one version has in common."""

    squares: Squares  # the marks, 0 where data goes
    rows: NDArray[numpy.intp]
    columns: NDArray[numpy.intp]
    mask: Squares  # along the zigzag
    blocks: tuple[tuple[int, int], ...]  # data and check bytes of each block
    capacity: int  # bits


def squares_of(text: str) -> Squares:
    """Return a code's squares, 1 for dark, without the white; error correction M."""
    if not set(text) <= _ALPHABET.keys() or text.isdigit():
        return _by_library(text)
    size = _size(_version_for(len(text)))
    bits = numpy.unpackbits(_with_checks(size, _data(text, size)))
    squares = size.squares.copy()
    along = numpy.zeros(len(size.rows), dtype=numpy.uint8)
    along[: len(bits)] = bits
    squares[size.rows, size.columns] = along ^ size.mask
    return squares


def _by_library(text: str) -> Squares:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    return numpy.array(code.get_matrix(), dtype=numpy.uint8)


@cache
def _version_for(length: int) -> int:
    """Return the smallest version that holds so many characters; raises ValueError if none does."""
    for version in range(1, 41):
        bits = 4 + util.length_in_bits(_CAPITALS, version) + 11 * (length // 2) + 6 * (length % 2)
        if bits <= util.BIT_LIMIT_TABLE[ERROR_CORRECT_M][version]:
            return version
    raise ValueError(f"{length} characters are more than a code holds")


@cache
def _size(version: int) -> _Size:
    """Return the marks of a version and the way through what they leave free."""
    code: Any = qrcode.QRCode(version=version, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    count = code.modules_count = version * 4 + 17
    code.modules = [[None] * count for _ in range(count)]
    for row, column in ((0, 0), (count - 7, 0), (0, count - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(test=False, mask_pattern=MASK)
    if version >= 7:
        code.setup_type_number(test=False)
    way = [spot for spot in _zigzag(count) if code.modules[spot[0]][spot[1]] is None]
    rows, columns = (numpy.array(part, dtype=numpy.intp) for part in zip(*way, strict=True))
    marks = numpy.array([[bool(one) for one in line] for line in code.modules], dtype=numpy.uint8)
    blocks = tuple(
        (block.data_count, block.total_count - block.data_count) for block in base.rs_blocks(version, ERROR_CORRECT_M)
    )
    mask = (columns % 3 == 0).astype(numpy.uint8)
    return _Size(marks, rows, columns, mask, blocks, util.BIT_LIMIT_TABLE[ERROR_CORRECT_M][version])


def _zigzag(count: int) -> list[tuple[int, int]]:
    """Return every square in the order data is laid: two columns at a time from the right, up and down in turn."""
    way = []
    upwards = True
    right = count - 1
    while right > 0:
        if right == _TIMING_COLUMN:
            right -= 1
        for row in range(count - 1, -1, -1) if upwards else range(count):
            way += [(row, right), (row, right - 1)]
        upwards = not upwards
        right -= 2
    return way


def _data(text: str, size: _Size) -> Squares:
    """Return the data bytes: mode, length, characters, end, padding."""
    width = util.length_in_bits(_CAPITALS, _version_for(len(text)))
    parts = ["0010", format(len(text), f"0{width}b")]
    parts += [_PAIRS[text[at : at + 2]] for at in range(0, len(text) - 1, 2)]
    if len(text) % 2:
        parts.append(format(_ALPHABET[text[-1]], "06b"))
    bits = "".join(parts)
    bits += "0" * min(4, size.capacity - len(bits))
    bits += "0" * (-len(bits) % 8)
    made = bytearray(int(bits, 2).to_bytes(len(bits) // 8, "big"))
    missing = size.capacity // 8 - len(made)
    made += bytes(_PAD[place % 2] for place in range(missing))
    return numpy.frombuffer(bytes(made), dtype=numpy.uint8)


def _with_checks(size: _Size, data: Squares) -> Squares:
    """Return data and check bytes of all blocks, laid between each other as they are printed."""
    parts, checks = [], []
    start = 0
    for count, extra in size.blocks:
        part = data[start : start + count]
        start += count
        parts.append(part)
        checks.append(numpy.bitwise_xor.reduce(_times()[part[:, None], _generator(count, extra)], axis=0))
    return numpy.concatenate([_between(parts), _between(checks)])


def _between(parts: list[Squares]) -> Squares:
    """Return the first bytes of all parts, then the second ones; longer parts have the last word."""
    longest = max(len(part) for part in parts)
    return numpy.array([part[at] for at in range(longest) for part in parts if at < len(part)], dtype=numpy.uint8)


@cache
def _times() -> Squares:
    """Return the multiplication table of GF(256) as QR codes use it."""
    table = numpy.zeros((256, 256), dtype=numpy.uint8)
    logs = [0, *(base.glog(value) for value in range(1, 256))]
    for one in range(1, 256):
        for two in range(1, 256):
            table[one, two] = base.gexp(logs[one] + logs[two])
    return table


@cache
def _generator(count: int, extra: int) -> Squares:
    """Return the check bytes of each unit of a block: what a data byte adds is a multiple of them."""
    poly = base.Polynomial([1], 0)
    for power in range(extra):
        poly = poly * base.Polynomial([1, base.gexp(power)], 0)
    rows = []
    for place in range(count):
        rest: Any = base.Polynomial([0] * place + [1] + [0] * (count - place - 1), extra) % poly
        values = [rest[at] for at in range(len(rest))]
        rows.append([0] * (extra - len(values)) + values)
    return numpy.array(rows, dtype=numpy.uint8)
