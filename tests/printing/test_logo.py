"""Any picture becomes a logo that a design can hold, and keeps nothing of where it came from."""

import io
import random

import pytest
from PIL import Image, PngImagePlugin

from desktop.domain.errors import InvalidValueError
from desktop.printing.logo import logo_png
from desktop.services.card_designs import MOST_LOGO, logo_of


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def noise(mode: str, width: int, height: int) -> Image.Image:
    """The picture that packs worst: every dot its own colour."""
    return Image.frombytes(mode, (width, height), random.Random(5).randbytes(width * height * len(mode)))


@pytest.mark.parametrize(
    ("picture", "shape"),
    [
        (saved(noise("RGB", 1600, 1200), "JPEG"), 4 / 3),
        (saved(noise("RGBA", 400, 400), "PNG"), 1),
        (saved(noise("RGB", 900, 300), "BMP"), 3),
        (saved(noise("L", 300, 900), "TIFF"), 1 / 3),
        (saved(noise("RGB", 640, 480), "WEBP"), 4 / 3),
        (saved(Image.new("RGB", (900, 500), "#AA2200"), "PNG"), 9 / 5),
        (saved(Image.new("P", (3, 3)), "GIF"), 1),
    ],
)
def test_every_picture_becomes_a_small_png(picture: bytes, shape: float) -> None:
    made = logo_of(picture)
    with Image.open(io.BytesIO(made)) as opened:
        assert opened.format == "PNG" and len(made) <= MOST_LOGO
        assert opened.width / opened.height == pytest.approx(shape, rel=0.05)
        assert min(opened.size) >= 3


def test_even_in_the_least_room_the_worst_picture_fits() -> None:
    assert 0 < len(logo_png(saved(noise("RGBA", 500, 500), "PNG"), most=8000)) <= 8000


def test_nothing_of_the_file_is_kept_but_its_dots() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "某人")
    assert b"Author" not in logo_of(saved(Image.new("RGB", (40, 20)), "PNG", pnginfo=notes))
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "somebody"  # turned by the camera; artist
    made = logo_of(saved(Image.new("RGB", (40, 20)), "JPEG", exif=exif))
    with Image.open(io.BytesIO(made)) as opened:
        assert opened.size == (20, 40) and b"somebody" not in made


@pytest.mark.parametrize("junk", [b"", b"GIF89a", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n" * 99, b"\xff\xd8" + bytes(999)])
def test_what_is_no_picture_is_refused_in_one_sentence(junk: bytes) -> None:
    with pytest.raises(InvalidValueError, match="不是能用的图片"):
        logo_of(junk)
