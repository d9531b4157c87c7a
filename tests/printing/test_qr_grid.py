"""The quick codes are the library's own, square by square, at every size a card may need."""

import random

import numpy
import pytest

from desktop.printing.qr_grid import _by_library, squares_of

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@pytest.mark.parametrize("length", [1, 2, 7, 20, 61, 90, 154, 155, 200, 266, 267, 268, 269, 290, 350, 600])
def test_every_square_is_the_librarys(length: int) -> None:
    chance = random.Random(length)
    text = "A" + "".join(chance.choice(_ALPHABET) for _ in range(length - 1))
    assert numpy.array_equal(squares_of(text), _by_library(text))


@pytest.mark.parametrize("text", ["12345678", "BEGIN:VCARD\r\nN:青杨社区;;;;", "EC1:abc"])
def test_what_is_not_plain_capitals_is_the_librarys_work(text: str) -> None:
    assert numpy.array_equal(squares_of(text), _by_library(text))


@pytest.mark.long
def test_every_length_and_many_texts() -> None:
    chance = random.Random(0)
    for length in range(1, 601):
        text = "Z" + "".join(chance.choice(_ALPHABET) for _ in range(length - 1))
        assert numpy.array_equal(squares_of(text), _by_library(text)), length
