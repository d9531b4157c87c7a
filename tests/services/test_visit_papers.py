"""Paper for the round: filled, blank, in walking order."""

import pypdfium2
import pytest

from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.printing.readback import codes_on
from desktop.services import register, visit_papers, visits
from desktop.services.register import PersonDraft
from desktop.services.station import Station


def pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    found = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return found


@pytest.fixture
def round_of_three(station: Station) -> list[str]:
    return [
        register.register_person(station, draft=PersonDraft({"name": name, "live_addr": address})).person
        for name, address in (
            ("李四", "青杨路10号楼1单元101室"), ("张三", "青杨路2号楼1单元1201室"), ("王五", "青杨路2号楼1单元301室"),
        )
    ]  # fmt: skip


def test_filled_sheets_go_in_walking_order_with_a_code_that_finds_the_person(
    station: Station, round_of_three: list[str]
) -> None:
    visits.record_visit(
        station, person=round_of_three[1],
        values={"visited_on": "2026-10-01", "visitors": "王敏", "method": "1", "needs": "想办异地就医"},
    )  # fmt: skip
    pdf = visit_papers.visit_sheets(station, ids=round_of_three)
    said = pages(pdf)
    assert ["王五" in said[0], "张三" in said[1], "李四" in said[2]] == [True, True, True]
    assert "想办异地就医" in said[1] and "上次走访" not in said[0]
    ((number,), *_) = codes_on(pdf, dpi=300)
    assert register.person_by_any(station, text=number) == round_of_three[2]


def test_blank_sheets_have_lines_instead(station: Station) -> None:
    said = pages(visit_papers.blank_sheets(station, count=2))
    assert len(said) == 2
    for words in ("走访记录表", "身体状况", "诉求与承诺", "走访方式", "家庭联系人", "本人或家属签字"):
        assert words in said[0]
    with pytest.raises(InvalidValueError):
        visit_papers.blank_sheets(station, count=0)


def test_the_round_is_listed_as_one_walks_it(station: Station, round_of_three: list[str]) -> None:
    (said,) = pages(visit_papers.route_sheet(station, ids=round_of_three))
    assert said.index("王五") < said.index("张三") < said.index("李四")
    assert "走访路线单" in said and "共3户（人）" in said
    with pytest.raises(NotFoundError):
        visit_papers.visit_sheets(station, ids=[])
    assert "共0户（人）" in pages(visit_papers.route_sheet(station, ids=[]))[0]
