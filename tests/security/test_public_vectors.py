"""Signatures as the public vectors say (G13), and no key of low order or odd encoding ever trusted (G12).

`tests/data/wycheproof/ed25519.json` is trimmed from C2SP/wycheproof (Apache License 2.0; commit in the file).
"""

import json
from pathlib import Path

import pytest

from desktop.domain.errors import KeyCardError
from desktop.security.signing import SigningKey, is_signed, screen_public_key

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "wycheproof" / "ed25519.json").read_text(encoding="ascii"))
_P = 2**255 - 19
# Every encoding of a point of small order, canonical or not, and of y = p .. p + 18: none may be enrolled.
_SMALL = (
    0, 1, _P - 1,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    _P - 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
)  # fmt: skip


def encodings() -> list[bytes]:
    """Return the 10 encodings of points of small order with either sign, and those at or above the prime."""
    numbers = [*_SMALL, *range(_P, 2**255)]
    return [(number | sign << 255).to_bytes(32, "little") for number in numbers for sign in (0, 1)]


def test_wycheproof_agrees() -> None:
    wrong = [
        number
        for number, public, message, signature, result in VECTORS["vectors"]
        if is_signed(*map(bytes.fromhex, (public, message, signature))) != (result == "valid")
    ]
    assert len(VECTORS["vectors"]) == 151
    assert wrong == []


@pytest.mark.parametrize("public", encodings(), ids=lambda one: one.hex()[:8] + one.hex()[-4:])
def test_keys_of_low_order_and_odd_encodings_are_refused(public: bytes) -> None:
    with pytest.raises(KeyCardError):
        screen_public_key(public)


def test_honest_keys_pass() -> None:
    for number in range(20):
        screen_public_key(SigningKey(bytes([number]) * 32).public)
