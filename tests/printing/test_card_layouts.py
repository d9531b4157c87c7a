"""Each layout prints every card, its code readable, its back where the front will be when the sheet is turned."""

import pypdfium2
import pytest

from desktop.domain.errors import PrintError
from desktop.printing.card import LAYOUTS, cards_pdf
from desktop.printing.card_face import SERVICES, CardFace
from desktop.printing.fonts import BOLD, fitted, width_of
from desktop.printing.readback import codes_on


def _face(number: int, name: str = "张秀英") -> CardFace:
    return CardFace(
        name, f"C{number:04d}", "青杨社区", "西咸新区沣西新城青杨路18号便民服务中心一层大厅东侧窗口",
        (("李敏", "029-33110001"), ("王建国", "029-33110002")), "上林街道", "029-33110000", "2026-11-24",
        f"EC1:TEST{number:04d}" + "A" * 180,
    )  # fmt: skip


def _print(count: int, layout: str, *, backs: bool) -> bytes:
    return cards_pdf([_face(one) for one in range(count)], layout=layout, backs=backs, report=lambda *_: None)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_every_code_reads_back_on_every_layout(layout: str) -> None:
    read = [text for page in codes_on(_print(12, layout, backs=False)) for text in page]
    assert sorted(read) == [_face(one).token for one in range(12)]


@pytest.mark.parametrize(("layout", "pages"), [("a4-10", 4), ("cr80", 24), ("large", 12)])
def test_backs_follow_their_fronts(layout: str, pages: int) -> None:
    assert len(codes_on(_print(12, layout, backs=True))) == pages


def test_a_back_is_mirrored_so_that_it_meets_its_front() -> None:
    document = pypdfium2.PdfDocument(_print(1, "a4-10", backs=True))
    front, back = (page.get_textpage() for page in document)
    middle = document[0].get_width() / 2
    assert front.get_text_bounded(right=middle).count("C0000") == 1
    assert back.get_text_bounded(right=middle).count("C0000") == 0
    assert back.get_text_bounded(left=middle).count("C0000") == 1
    document.close()


def test_a_character_without_a_font_is_named_with_its_person_before_anything_prints() -> None:
    with pytest.raises(PrintError, match="U\\+10FFFD"):
        cards_pdf([_face(1), _face(2, "张\U0010fffd")], layout="large", backs=False, report=lambda *_: None)


@pytest.mark.parametrize("length", [1, 3, 8, 20, 60])
def test_text_never_leaves_its_box(length: int) -> None:
    lines, size = fitted("长" * length, BOLD, width=140, largest=16, smallest=9)
    assert len(lines) <= 2
    assert all(width_of(line, BOLD, size) <= 140 for line in lines)


def test_no_service_is_cut_on_the_front() -> None:
    document = pypdfium2.PdfDocument(_print(1, "a4-10", backs=False))
    text = document[0].get_textpage().get_text_range().replace("\r\n", "")
    document.close()
    assert all(service in text for service in SERVICES)
    assert "…" not in text
