"""Rendered pages beside stored ones: the picture within a tolerance, the text layer exactly.

`YINCE_NEW_PAGES=1 python -m pytest tests/printing/test_pages_as_before.py` stores them anew; look at them before committing.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy
import pypdfium2
import pytest
from PIL import Image

from desktop.printing.card_papers import Receipt, receipts_pdf, ruler_pdf
from desktop.printing.card_sheets import STRAIGHT
from desktop.printing.check_form import CheckForm, check_forms_pdf
from desktop.printing.visit_sheet import VisitSheet, visit_sheets_pdf
from tests.printing.test_card_layouts import printed

STORED = Path(__file__).resolve().parents[1] / "data" / "pages"
_DPI = 72
_TOLERANCE = 1.0  # mean difference of a dot, of 255
_PATCH, _PATCH_TOLERANCE = 16, 40.0  # and of no patch of 16 x 16 dots more than this: a line gone or moved shows

_KNOWN = (("性别", "女"), ("出生日期", "1948-05-01"), ("电话", "19900000001"), ("住址", "青杨路2号楼1单元201室"))
MADE: dict[str, Callable[[], bytes]] = {
    "card-single": lambda: printed(1, "single-90x54", backs=True).pdf,
    "card-cr80": lambda: printed(1, "cr80", backs=True).pdf,
    "card-large": lambda: printed(1, "large").pdf,
    "card-large-a6": lambda: printed(1, "large-a6").pdf,
    "card-a4-10": lambda: printed(10, "a4-10").pdf,
    "receipts": lambda: receipts_pdf(
        [Receipt("张秀英", "Q1001-00001", "7K3M-9QX2-5", "2026-11-24", 7, "青杨社区", "王敏")]
    ),
    "ruler": lambda: ruler_pdf(printer="甲", drift=STRAIGHT),
    "check-form": lambda: check_forms_pdf(
        [CheckForm("张秀英", "Q1001-00001", "青杨社区", "2026-11-24", [("性别", "女"), ("现住址", "青杨路2号楼")])]
    ),
    "visit-sheet": lambda: visit_sheets_pdf(
        [VisitSheet("青杨社区", "2026-11-24", ("上门", "电话"), "张秀英", "Q1001-00001", _KNOWN, "2026-10-01 王敏")]
    ),
}


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_page_looks_as_it_did(name: str) -> None:
    document = pypdfium2.PdfDocument(MADE[name]())
    for number, page in enumerate(document):
        image = page.render(scale=_DPI / 72, grayscale=True).to_pil().convert("L")
        text = page.get_textpage().get_text_range().replace("\r\n", "\n")
        picture, words = STORED / f"{name}-{number}.png", STORED / f"{name}-{number}.txt"
        if os.environ.get("YINCE_NEW_PAGES"):
            image.save(picture, optimize=True)
            words.write_text(text, encoding="utf-8")
        assert text == words.read_text(encoding="utf-8")
        with Image.open(picture) as before:
            old = numpy.asarray(before, dtype=float)
        new = numpy.asarray(image, dtype=float)
        assert new.shape == old.shape
        apart = numpy.abs(new - old)
        assert apart.mean() <= _TOLERANCE
        high, wide = (side // _PATCH * _PATCH for side in apart.shape)
        patches = apart[:high, :wide].reshape(high // _PATCH, _PATCH, wide // _PATCH, _PATCH).mean(axis=(1, 3))
        assert patches.max() <= _PATCH_TOLERANCE
    document.close()


def test_a_line_that_moved_is_noticed() -> None:
    """The comparison can fail: the same page moved by two millimetres is another page."""
    with Image.open(STORED / "card-cr80-0.png") as before:
        old = numpy.asarray(before, dtype=float)
    moved = numpy.roll(old, 6, axis=0)
    assert numpy.abs(moved - old).mean() > _TOLERANCE
