"""Papers one behind the other in one file."""

import io
from collections.abc import Sequence

import pypdfium2


def joined(papers: Sequence[bytes]) -> bytes:
    """Return the pages of several PDFs in one, in order."""
    whole = pypdfium2.PdfDocument.new()
    try:
        for paper in papers:
            part = pypdfium2.PdfDocument(paper)
            try:
                whole.import_pages(part)
            finally:
                part.close()
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()
    finally:
        whole.close()
