"""A logo of whatever picture a clerk has: turned upright, made small, and nothing of the file kept but its dots."""

import io

from PIL import Image, ImageOps

_SIDES = (320, 240, 160, 120, 96, 80, 64)  # dots: the first at which the picture is small enough
_COLOURS = (0, 256, 64)  # 0 is all of them: photos take fewer, which a logo of a centimetre does not show
_MOST_PIXELS = 120_000_000


def logo_png(picture: bytes, *, most: int) -> bytes:
    """Return any picture as a PNG of at most `most` bytes; b'' for what is no picture or too large to open.

    `most` must be 8,000 or more: 64 by 64 dots of 64 colours always fit in that.
    """
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return b""
            whole = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b""
    for side in _SIDES:
        small = whole.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        for colours in _COLOURS:
            made = _png(small, colours)
            if len(made) <= most:
                return made
    return b""


def _png(image: Image.Image, colours: int) -> bytes:
    is_solid = image.getchannel("A").getextrema() == (255, 255)
    made = image.convert("RGB") if is_solid else image
    if colours:
        made = made.quantize(colours, method=Image.Quantize.FASTOCTREE)
    clean = made.copy()
    clean.info = {}  # texts, places and dates of the photo
    buffer = io.BytesIO()
    clean.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
