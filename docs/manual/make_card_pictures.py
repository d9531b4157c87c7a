"""Makes the pictures of the cards in the manual: `python docs/manual/make_card_pictures.py`, no window needed.

The people are invented; the pages are the real PDF, rendered.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import pypdfium2  # noqa: E402

from desktop.printing.card import cards_pdf  # noqa: E402
from desktop.printing.card_design import CardDesign  # noqa: E402
from desktop.printing.card_face import CardFace  # noqa: E402
from desktop.printing.card_sheets import CardJob, sheets  # noqa: E402

IMAGES = Path(os.environ.get("YINCE_IMAGES", Path(__file__).parent / "images"))
_STAFF = (("李敏", "029-33110001"), ("王建国", "029-33110002"))
_WANTED = (
    ("single-90x54", True, 2.4), ("cr80", True, 2.4), ("large", False, 1.3), ("large-a6", False, 1.5),
    ("a4-10", True, 1.0),
)  # fmt: skip


def face(number: int) -> CardFace:
    """Return the card of somebody who does not exist; its code is no real one."""
    names = (
        "王小明",
        "阿不都热合曼·买买提",
        "张秀英",
        "欧阳国庆",
        "李建军",
        "赵玉珍",
        "孙德胜",
        "周慧兰",
        "吴永福",
        "郑芳",
    )
    return CardFace(
        names[number], f"7K3M-9QX{number}-5", "青杨社区", "西咸新区沣东新城上林街道青杨路18号便民服务中心", _STAFF,
        "上林街道", "029-33110000", "2026-11-24", "EC1:" + "SAMPLE2345" * 26, "6",
    )  # fmt: skip


def main() -> None:
    """Render each design."""
    IMAGES.mkdir(exist_ok=True)
    for layout, backs, scale in _WANTED:
        count = 10 if layout == "a4-10" else 1
        made = cards_pdf(
            [face(one) for one in range(count)], job=CardJob(sheets()[layout], backs=backs), design=CardDesign()
        )
        document = pypdfium2.PdfDocument(made.pdf)
        for number, page in enumerate(document):
            side = "back" if number else "front"
            image = page.render(scale=scale).to_pil().convert("L" if layout == "a4-10" else "P")
            image.save(IMAGES / f"card-{layout}-{side}.png", optimize=True)
        document.close()


if __name__ == "__main__":
    main()
