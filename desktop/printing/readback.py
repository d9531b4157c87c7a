"""Printed codes are read back from the rendered page before the page is handed out."""

from collections.abc import Sequence

import pypdfium2
import zxingcpp

from desktop.domain.errors import PrintError

_DPI = 203  # the coarsest printer there is: what reads here reads everywhere
_POINTS = 72
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def codes_on(pdf: bytes, *, dpi: int = _DPI) -> list[list[str]]:
    """Return the texts of the codes on each page, rendered at `dpi`."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for page in document:
            image = page.render(scale=dpi / _POINTS, grayscale=True).to_numpy()
            pages.append([found.text for found in zxingcpp.read_barcodes(image, formats=_QR)])
        return pages
    finally:
        document.close()


def check_codes(pdf: bytes, tokens: Sequence[tuple[str, str]]) -> None:
    """Raise PrintError naming the first (name, token) whose code cannot be read back from the PDF."""
    read = {text for page in codes_on(pdf) for text in page}
    for name, token in tokens:
        if token not in read:
            raise PrintError(f"“{name}”的二维码印出来读不回来，没有打印", "请重试，仍不行请联系技术员")
