"""A line at the foot of every printed sheet of a workbook that says who took it out, when, and for whom."""

import io
import re
import zipfile
from xml.sax.saxutils import escape

_SHEET = re.compile(r"^xl/worksheets/sheet[0-9]+\.xml$")
_OLD = re.compile(rb"<headerFooter\b.*?</headerFooter>|<headerFooter\b[^>]*/>", re.DOTALL)
_BEFORE = re.compile(rb"<pageSetup\b[^>]*/>|<pageMargins\b[^>]*/>")
_MOST = 255  # what a footer may hold


def marked_workbook(content: bytes, text: str) -> bytes:
    """Return the workbook with `text` as the footer of each sheet; nothing in the cells is changed.

    In a footer `&` begins a command, so it is doubled.
    """
    shown = "&C&8" + text.replace("&", "&&")
    foot = f"<headerFooter><oddFooter>{escape(shown[:_MOST])}</oddFooter></headerFooter>".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in book.infolist():
            part = book.read(entry)
            made.writestr(entry, _footed(part, foot) if _SHEET.match(entry.filename) else part)
    return out.getvalue()


def _footed(sheet: bytes, foot: bytes) -> bytes:
    """Return a sheet with the footer in the place the format gives it: after margins and page setup."""
    sheet = _OLD.sub(b"", sheet)
    places = list(_BEFORE.finditer(sheet))
    if not places:
        margins = b'<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        place = re.search(rb"<(drawing|legacyDrawing|tableParts|extLst)\b|</worksheet>", sheet)
        at = place.start() if place else len(sheet)
        return sheet[:at] + margins + foot + sheet[at:]
    at = places[-1].end()
    return sheet[:at] + foot + sheet[at:]
