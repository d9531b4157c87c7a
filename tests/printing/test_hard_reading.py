"""A printed code is read although the copy is blurred, turned or pale, at each printer's resolution."""

import io

import pypdfium2
import pytest
from PIL import Image, ImageFilter

from desktop.printing.card_sheets import RESOLUTIONS
from desktop.printing.readback import codes_in_picture, read_image
from tests.printing.test_card_layouts import face, printed


def page_image(dpi: int, layout: str = "cr80") -> Image.Image:
    made = printed(1, layout, dpi=dpi, backs=True)
    return pypdfium2.PdfDocument(made.pdf)[0].render(scale=dpi / 72 * (1 - 1e-6), grayscale=True).to_pil().convert("L")


def paler(image: Image.Image) -> Image.Image:
    """Toner 30 % off: black comes out as grey."""
    return image.point(lambda value: value + round((255 - value) * 0.3))


def darker(image: Image.Image) -> Image.Image:
    """30 % darker toner: every dot spreads, as `MinFilter` does by a third of a square at the most, and paper greys."""
    spread = image.filter(ImageFilter.MinFilter(3))
    return spread.point(lambda value: round(value * 0.7))


HARM = {
    "blurred": lambda image, dpi: image.filter(ImageFilter.GaussianBlur(dpi / 203 * 1.2)),
    "turned 5": lambda image, dpi: image.rotate(5, fillcolor=255, expand=True, resample=Image.Resampling.BICUBIC),
    "turned 90": lambda image, dpi: image.rotate(90, expand=True),
    "turned 183": lambda image, dpi: image.rotate(183, fillcolor=255, expand=True, resample=Image.Resampling.BICUBIC),
    "darker": lambda image, dpi: darker(image),
    "paler": lambda image, dpi: paler(image),
    "all": lambda image, dpi: darker(image).rotate(4, fillcolor=255, expand=True, resample=Image.Resampling.BICUBIC)
    .filter(ImageFilter.GaussianBlur(dpi / 203)),
}  # fmt: skip


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("harm", sorted(HARM))
def test_a_harmed_copy_is_still_read(harm: str, dpi: int) -> None:
    image = HARM[harm](page_image(dpi), dpi)
    texts = [found.text for found in read_image(image)]
    assert face(0).token in texts


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_a_photo_of_any_common_kind_is_read(form: str) -> None:
    buffer = io.BytesIO()
    page_image(300).save(buffer, form)
    assert codes_in_picture(buffer.getvalue()) == [face(0).token]


@pytest.mark.parametrize("rubbish", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"0" * 50, b"BM" + b"\xff" * 60])
def test_what_is_no_picture_has_no_code(rubbish: bytes) -> None:
    assert codes_in_picture(rubbish) == []
