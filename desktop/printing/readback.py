"""Printed codes are read back from the rendered page before the page is handed out."""

import io
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image, ImageOps

from desktop.domain.errors import PrintError
from desktop.printing.card import CardPrint, PrintedCode, Report
from desktop.printing.text_boxes import Box

_DPI = 203  # the coarsest printer there is
_FINEST = 300  # a finer page is rendered at half its dots: its squares stay whole, and it is four times quicker
_POINTS = 72
_MOST_PIXELS = 120_000_000
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def codes_on(pdf: bytes, *, dpi: int = _DPI) -> list[list[str]]:
    """Return the texts of the codes on each page, rendered at `dpi`."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [[found.text for found in read_image(_render(page, dpi))] for page in document]
    finally:
        document.close()


def read_image(image: Any) -> list[zxingcpp.Barcode]:
    """Return the QR codes in a picture, grey or RGB."""
    return list(zxingcpp.read_barcodes(image, formats=_QR))


def codes_in_picture(picture: bytes) -> list[str]:
    """Return the texts of the QR codes in a photo or scan (PNG, JPEG, BMP, TIFF, WebP), [] for what is no picture.

    A large photo is also tried at half and at a quarter of its size: noise goes, squares stay.
    """
    import numpy  # only here: it takes a fifth of the time every command needs to start

    try:
        with Image.open(io.BytesIO(picture)) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return []
            grey = ImageOps.exif_transpose(opened).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []
    for shrink in (1, 2, 4):
        small = grey if shrink == 1 else grey.reduce(shrink)
        texts = [found.text for found in read_image(numpy.asarray(small))]
        if texts:
            return texts
    return []


def check_codes(made: CardPrint, *, report: Report = lambda *_: None) -> None:
    """Render every sheet and read every code where it stands; raises PrintError naming the first card that fails."""
    dpi = made.dpi if made.dpi <= _FINEST else made.dpi // 2
    document = pypdfium2.PdfDocument(made.pdf)
    by_page: dict[int, list[PrintedCode]] = {}
    for code in made.codes:
        by_page.setdefault(code.page, []).append(code)
    try:
        for number, page in enumerate(document):
            report(number, len(made.pages), "读回二维码")
            image = _render(page, dpi)
            for code in by_page.get(number, ()):
                if not _says(image, code.text, _pixels(code.box, page.get_height(), dpi)):
                    raise PrintError(f"“{code.whose}”的二维码印出来读不回来，没有打印", "请重试，仍不行请联系技术员")
    finally:
        document.close()


def _render(page: pypdfium2.PdfPage, dpi: int) -> Any:
    # A page is a whole number of dots: the hair less keeps rounding from adding a dot and bending every square.
    return page.render(scale=dpi / _POINTS * (1 - 1e-6), grayscale=True).to_numpy()


def _pixels(box: Box, height: float, dpi: int) -> tuple[slice, slice]:
    scale = dpi / _POINTS
    rows = slice(round((height - box.top) * scale), round((height - box.y) * scale))
    return rows, slice(round(box.x * scale), round(box.right * scale))


def _says(image: Any, text: str, where: tuple[slice, slice]) -> bool:
    return [found.text for found in read_image(image[where])] == [text]
