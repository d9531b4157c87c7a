"""A line at the foot of every page that says who took it out, when, and for whom."""

import io

import pypdfium2
from reportlab.pdfgen.canvas import Canvas

from desktop.printing.fonts import REGULAR, draw, register_fonts, width_of, wrapped

_SIZE = 6.5
_MARGIN = 14.0
_GREY = 0.35


def marked_pdf(pdf: bytes, text: str) -> bytes:
    """Return `pdf` with `text` in small grey letters at the foot of each page; the page itself is not changed."""
    register_fonts()
    document = pypdfium2.PdfDocument(pdf)
    feet: dict[tuple[int, int], pypdfium2.PdfXObject] = {}
    opened = []
    try:
        for page in document:
            size = page.get_size()
            key = (round(size[0]), round(size[1]))
            if key not in feet:
                source = pypdfium2.PdfDocument(_foot(size, text))
                opened.append(source)
                feet[key] = source.page_as_xobject(0, document)
            page.insert_obj(feet[key].as_pageobject())
            page.gen_content()
        out = io.BytesIO()
        document.save(out)
    finally:
        for foot in feet.values():
            foot.close()
        for source in opened:
            source.close()
        document.close()
    return out.getvalue()


def _foot(size: tuple[float, float], text: str) -> bytes:
    """Return a page of `size` that holds nothing but the line."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    canvas.setFillGray(_GREY)
    line = wrapped(text, REGULAR, width=size[0] - 2 * _MARGIN, size=_SIZE, lines=1)[0]
    draw(canvas, (size[0] - width_of(line, REGULAR, _SIZE)) / 2, _MARGIN / 2, line, size=_SIZE)
    canvas.showPage()
    canvas.save()
    return out.getvalue()
