"""Each layout prints every card, its code readable, its back where the front will be when the sheet is turned."""

from dataclasses import replace

import pypdfium2
import pytest
from reportlab.lib.units import mm

from desktop.domain.errors import InvalidValueError, PrintError
from desktop.printing.card import CardPrint, cards_pdf
from desktop.printing.card_design import BLOCKS, SERVICES, CardDesign
from desktop.printing.card_face import CardFace
from desktop.printing.card_large import BIG_PHONE, large_of
from desktop.printing.card_sheets import RESOLUTIONS, CardJob, Drift, sheets
from desktop.printing.fonts import BOLD, fitted, width_of
from desktop.printing.qr_codes import QUIET, code_of
from desktop.printing.readback import check_codes, codes_on

DESIGN = CardDesign()


def face(number: int, name: str = "张秀英") -> CardFace:
    return CardFace(
        name, f"C{number:04d}", "青杨社区", "西咸新区沣西新城青杨路18号便民服务中心一层大厅东侧窗口",
        (("李敏", "029-33110001"), ("王建国", "029-33110002")), "上林街道", "029-33110000", "2026-11-24",
        f"EC1:TEST{number:04d}" + "A" * 256, "6",
    )  # fmt: skip


def printed(count: int, layout: str, **job: object) -> CardPrint:
    return cards_pdf([face(one) for one in range(count)], job=CardJob(sheets()[layout], **job), design=DESIGN)


def texts(made: CardPrint) -> list[str]:
    document = pypdfium2.PdfDocument(made.pdf)
    found = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return found


@pytest.mark.parametrize("layout", sorted(sheets()))
def test_every_code_reads_back_on_every_layout(layout: str) -> None:
    made = printed(3, layout, backs=True)
    check_codes(made)
    fronts = [code.text for code in made.codes if code.text.startswith("EC1:")]
    assert fronts == [face(one).token for one in range(3)]


@pytest.mark.parametrize(("layout", "pages"), [("a4-10", 4), ("cr80", 24), ("large", 12), ("large-a6", 12)])
def test_backs_follow_their_fronts(layout: str, pages: int) -> None:
    assert len(codes_on(printed(12, layout, backs=True).pdf)) == pages


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("layout", ["a4-10", "cr80", "large", "large-a6", "label-90x52"])
def test_a_square_of_a_code_is_a_whole_number_of_dots(layout: str, dpi: int) -> None:
    for code in printed(2, layout, backs=True, dpi=dpi).codes:
        squares = code_of(code.text).squares + 2 * QUIET
        dots = code.box.width * dpi / 72 / squares
        assert dots == pytest.approx(round(dots), abs=1e-6) and round(dots) >= 1
        for edge in (code.box.x, code.box.y):
            assert edge * dpi / 72 == pytest.approx(round(edge * dpi / 72), abs=1e-6)
        if code.text.startswith("EC1:"):
            assert code.box.width >= 25 * mm


def test_a_code_on_a_rendered_page_has_no_grey_square() -> None:
    made = printed(1, "a4-10", dpi=300)
    image = pypdfium2.PdfDocument(made.pdf)[0].render(scale=300 / 72 * (1 - 1e-6), grayscale=True).to_numpy()
    (code,) = made.codes
    height = image.shape[0]
    left, right = (round(edge * 300 / 72) for edge in (code.box.x, code.box.right))
    top, bottom = (height - round(edge * 300 / 72) for edge in (code.box.top, code.box.y))
    inside = image[top:bottom, left:right]
    assert set(inside.flatten().tolist()) <= {0, 254, 255}  # 254: a seam between two white rows


def test_a_back_is_mirrored_so_that_it_meets_its_front() -> None:
    """Turned over its long edge, what was on the left is on the right."""
    sheet = sheets()["a4-10"]
    for number in range(10):
        front, (back, on_head) = sheet.place(number), sheet.back_place(number, flip="long")
        assert back.x == pytest.approx(sheet.page[0] - front.right) and back.y == pytest.approx(front.y)
        assert not on_head


def test_turned_over_the_short_edge_rows_change_places_and_backs_stand_on_their_heads() -> None:
    sheet = sheets()["a4-10"]
    front, (back, on_head) = sheet.place(0), sheet.back_place(0, flip="short")
    assert back.x == pytest.approx(front.x) and back.y == pytest.approx(sheet.page[1] - front.top)
    assert on_head


def test_the_backs_codes_stand_where_the_fronts_cards_are() -> None:
    """Ink test of the same rule: each back lies within the mirror image of its card."""
    sheet = sheets()["label-85x54-10"]
    for flip in ("long", "short"):
        made = printed(3, "label-85x54-10", backs=True, flip=flip)
        for place, code in enumerate([one for one in made.codes if one.page == 1]):
            box, _ = sheet.back_place(place, flip=flip)
            assert box.x <= code.box.x and code.box.right <= box.right
            assert box.y - 1 <= code.box.y and code.box.top <= box.top + 1


def test_printing_starts_at_the_label_asked_for() -> None:
    made = printed(3, "label-90x52", start=9)
    sheet = sheets()["label-90x52"]
    assert made.pages == ((0, 1), (2,))
    assert [sheet.place(8).x, sheet.place(9).x, sheet.place(0).x] == pytest.approx(
        [code.box.right + 1 * mm - 90 * mm for code in made.codes], abs=1
    )


def test_copies_stand_side_by_side() -> None:
    assert printed(2, "a4-10", copies=3).pages == ((0, 0, 0, 1, 1, 1),)


@pytest.mark.parametrize("wrong", [{"start": 11}, {"start": 0}, {"copies": 0}, {"copies": 51}, {"dpi": 72}])
def test_an_impossible_job_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidValueError):
        printed(1, "a4-10", **wrong)


def test_a_printers_drift_is_taken_back() -> None:
    """What is drawn, put through the printer's drift, lands where it was meant."""
    drift = Drift(left=3.0, top=-2.0, across=1.01, down=0.99)
    sheet = sheets()["a4-10"]
    meant = sheet.place(4)
    drawn = drift.corrected(meant, sheet.page)
    assert drift.left + drift.across * drawn.x == pytest.approx(meant.x)
    assert drift.top + drift.down * (sheet.page[1] - drawn.top) == pytest.approx(sheet.page[1] - meant.top)
    check_codes(printed(10, "a4-10", drift=drift))


def test_a_character_without_a_font_is_named_with_its_person_before_anything_prints() -> None:
    with pytest.raises(PrintError, match=r"“张\U0010fffd”的.*U\+10FFFD"):
        cards_pdf([face(1), face(2, "张\U0010fffd")], job=CardJob(sheets()["large"]), design=DESIGN)


@pytest.mark.parametrize("length", [1, 3, 8, 20, 60])
def test_text_never_leaves_its_box(length: int) -> None:
    lines, size = fitted("长" * length, BOLD, width=140, largest=16, smallest=9)
    assert len(lines) <= 2
    assert all(width_of(line, BOLD, size) <= 140 for line in lines)


def test_a_card_printed_on_one_side_names_every_service() -> None:
    (text,) = texts(printed(1, "a4-10"))
    assert all(service in text for service in SERVICES)
    assert "…" not in text


def test_a_two_sided_card_says_what_the_issue_lists() -> None:
    front, back = texts(printed(1, "cr80", backs=True))
    for words in (
        DESIGN.title, "张秀英", "卡号C0000", "青杨社区", "便民服务中心一层大厅东侧窗口", "李敏029-33110001",
        "王建国029-33110002", "上林街道029-33110000",
    ):  # fmt: skip
        assert words in front
    for words in (*SERVICES, "12333", "12345", "120", "每年6月", "2026-11-24"):
        assert words in back


def test_the_code_on_the_back_saves_the_phones() -> None:
    made = printed(1, "cr80", backs=True)
    ((_,), (said,)) = codes_on(made.pdf, dpi=300)
    lines = said.split("\r\n")
    assert lines[0] == "BEGIN:VCARD" and lines[-1] == "END:VCARD"
    assert [line for line in lines if line.startswith("TEL")] == [
        "TEL:029-33110001", "TEL:029-33110002", "TEL:029-33110000",
    ]  # fmt: skip


def test_phones_on_the_large_card_are_large() -> None:
    sheet = sheets()["large-a6"]
    side = large_of(face(1), DESIGN, width=sheet.width, height=sheet.height, dpi=300)
    for phone in ("029-33110001", "029-33110002", "029-33110000", "12333", "12345", "120"):
        (line,) = [one for one in side.texts if one.text == phone]
        assert line.size >= BIG_PHONE


def test_more_phones_than_the_large_card_holds_are_said_and_not_dropped() -> None:
    many = replace(face(1), staff=tuple((f"工作人员{one}", f"029-3311{one:04d}") for one in range(9)))
    with pytest.raises(PrintError, match="10 个电话"):
        cards_pdf([many], job=CardJob(sheets()["large-a6"]), design=DESIGN)
    side = large_of(many, DESIGN, width=210 * mm, height=148 * mm, dpi=300)
    assert sum("029-" in one.text for one in side.texts) == 10


@pytest.mark.parametrize("block", [one for one in BLOCKS if one not in {"logo", "code", "contact_code"}])
def test_a_block_that_is_switched_off_is_not_printed(block: str) -> None:
    says = {
        "number": "卡号C0000", "address": "便民服务中心", "staff": "李敏", "street": "上林街道", "services": SERVICES[0],
        "hotlines": "12333", "month": "每年6月", "issued": "2026-11-24", "note": "拾到本卡",
    }[block]  # fmt: skip
    job = CardJob(sheets()["cr80"], backs=True)
    plain = "".join(texts(cards_pdf([face(0)], job=job, design=DESIGN)))
    without = replace(DESIGN, blocks=DESIGN.blocks - {block})
    assert says in plain
    assert says not in "".join(texts(cards_pdf([face(0)], job=job, design=without)))
