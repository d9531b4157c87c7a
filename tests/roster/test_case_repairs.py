"""Cases 51, 52 and 66 of the catalogue (`domain.md` section 5) through the real import, each by its number."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop.domain.mojibake import unscrambled
from desktop.services import batches, orgs, register, reviews, rosters
from desktop.services.reviews import ACCEPT, EDIT, LEAVE, Decision
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from tests.conftest import STREET, Maker

FIRST, SECOND, THIRD = "610100195307063017", "610100195307063025", "610100194811090028"
HEAD = ["姓名", "身份证号", "原单位", "接收社区", "现住址", "备注"]
ENTERPRISE, ADDRESS, REMARK = "秦川集团有限公司", "西安市长安区王寺街道3号楼", "1993年退休，老伴住青杨社区"


def bring_in(station: Station, folder: Path, *rows: Sequence[str]) -> rosters.RosterResult:
    path = folder / "名册.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *[[*row, *[""] * (len(HEAD) - len(row))] for row in rows]])
    return rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[path]))


def values_of(station: Station, text: str) -> dict[str, object]:
    return dict(register.person_details(station, person=register.person_by_any(station, text=text)).values)


@pytest.fixture
def street(make_station: Maker) -> Station:
    made = make_station(STREET)
    orgs.load_towns(made)
    for code, name in (("C1", "青杨社区"), ("C2", "沣东社区")):
        orgs.put_org(made, values={"code": code, "name": name, "level": "4", "parent": made.org}, why="测试")
    return made


@pytest.mark.parametrize(
    ("written", "read"), [("gb18030", "latin-1"), ("utf-8", "latin-1"), ("gb18030", "cp1252"), ("utf-8", "gb18030")]
)
def test_case_51_garbled_text_of_every_column_comes_back_and_is_said(
    written: str, read: str, station: Station, tmp_path: Path
) -> None:
    wanted = [ENTERPRISE, "", ADDRESS, REMARK]
    garbled = [text.encode(written).decode(read, errors="surrogateescape") for text in wanted]
    garbled = ["".join(chr(ord(c) & 0xFF) if 0xDC80 <= ord(c) <= 0xDCFF else c for c in one) for one in garbled]
    assert garbled != wanted
    result = bring_in(station, tmp_path, ["张三", FIRST, *garbled])
    assert result.counts["added"] == 1
    held = values_of(station, FIRST)
    assert [held["ent_name"], held["live_addr"]] == [ENTERPRISE, ADDRESS]
    assert REMARK in str(held["remark"])
    said = {str(one["field"]) for one in result.problems if "乱码" in str(one["reason"])}
    assert said == {"ent_name", "live_addr", "remark"}


@pytest.mark.parametrize("place", range(2, 6))
def test_case_51_what_cannot_be_got_back_is_sent_back(place: int, station: Station, tmp_path: Path) -> None:
    row = ["张三", FIRST, "", "", "", ""]
    row[place] = "锟斤拷锟斤拷3号楼"
    result = bring_in(station, tmp_path, row, ["李四", SECOND])
    assert (result.counts["rejected"], result.counts["added"]) == (1, 1)


def test_case_51_a_character_cut_in_the_middle_is_shown_as_missing(station: Station, tmp_path: Path) -> None:
    garbled = "王寺街道青杨社区3号楼".encode().decode("gbk", errors="replace")
    bring_in(station, tmp_path, ["张三", FIRST, "", "", garbled])
    assert "青杨社区" in str(values_of(station, FIRST)["live_addr"])


@pytest.mark.parametrize(
    "text",
    ["鄠邑区沣东街办", "喆犇淼", "张××", "±0.5°", "Müller", "café", "—……——", "𠮷四䶮", "翟赟麴氏", "□□", "陕A·12345"],
)
def test_case_51_sound_text_is_left_alone(text: str) -> None:
    assert unscrambled(text) == ""


@pytest.mark.parametrize(
    "address",
    [
        "西安市长安区上林街道青杨社区3号楼",
        "咸阳市秦都区沣东街办青杨社区居委会3号楼",
        "西咸新区沣东新城上林街道青杨社区",
        "陕西省西咸新区沣东新城　青杨社区",
    ],
)
def test_case_66_three_styles_of_one_place_go_to_its_community(address: str, street: Station, tmp_path: Path) -> None:
    result = bring_in(street, tmp_path, ["张三", FIRST, "", "", address])
    held = values_of(street, FIRST)
    assert (held["home_org"], held["assign_basis"]) == ("C1", "1")
    assert held["live_addr"] == address
    assert any(one["field"] == "home_org" and "青杨社区" in str(one["reason"]) for one in result.problems)


def test_case_66_only_the_street_is_known_or_it_is_another_street(street: Station, tmp_path: Path) -> None:
    result = bring_in(
        street,
        tmp_path,
        ["张三", FIRST, "", "", "咸阳市秦都区沣东街办"],
        ["李四", SECOND, "", "", "西安市长安区王寺街道3号楼"],
    )
    assert [values_of(street, one)["home_org"] for one in (FIRST, SECOND)] == [street.org, street.org]
    said = [str(one["reason"]) for one in result.problems if one["field"] == "home_org"]
    assert "社区待定" in said[0]
    assert "不是本单位" in said[1]


def test_case_66_a_file_never_moves_somebody_who_is_there(street: Station, tmp_path: Path) -> None:
    bring_in(street, tmp_path, ["张三", FIRST, "", "沣东社区"])
    bring_in(street, tmp_path, ["张三", FIRST, "", "", "西安市长安区上林街道青杨社区3号楼"])
    held = values_of(street, FIRST)
    assert (held["home_org"], held["live_addr"]) == ("C2", "西安市长安区上林街道青杨社区3号楼")


def test_case_66_a_community_written_with_its_address_is_known(street: Station, tmp_path: Path) -> None:
    result = bring_in(street, tmp_path, ["张三", FIRST, "", "西咸新区沣东新城上林街道青杨社区"])
    assert values_of(street, FIRST)["home_org"] == "C1"
    batches.undo_batch(street, batch=result.changes.batch)


def test_case_66_a_doubtful_row_is_placed_when_it_goes_in(street: Station, tmp_path: Path) -> None:
    bring_in(street, tmp_path, ["张三", "", "", "", "咸阳市秦都区沣东街办青杨社区"])
    (item,) = reviews.review_items(street)
    reviews.decide(street, decisions=[Decision(item.review, item.number, ACCEPT)])
    (person,) = register.people_ids(street, wanted=PeopleFilter())
    assert register.person_details(street, person=person).values["home_org"] == "C1"


def test_case_66_a_community_only_says_what_the_street_must_decide(station: Station, tmp_path: Path) -> None:
    bring_in(station, tmp_path, ["张三", FIRST, "", "", "上海市浦东新区"])
    assert values_of(station, FIRST)["home_org"] == station.org


@pytest.mark.parametrize(
    ("written", "wanted"),
    [("张ya", "张亚"), ("张(左王右仓)", "张玱"), ("张（上吉下吉）", "张喆"), ("李【左火右华】明", "李烨明"),
     ("张左王右仓", "张玱"), ("张[王+仓]", "张玱"), ("张(ya)", "张娅")],
)  # fmt: skip
def test_case_52_a_reading_or_a_description_offers_candidates(
    written: str, wanted: str, station: Station, tmp_path: Path
) -> None:
    bring_in(station, tmp_path, [written, FIRST])
    (item,) = reviews.review_items(station)
    assert item.field == "name"
    assert wanted in item.choices
    assert item.proposed == item.choices[0]
    reviews.decide(station, decisions=[Decision(item.review, item.number, EDIT, wanted)])
    assert values_of(station, FIRST)["name"] == wanted


def test_case_52_accepting_takes_the_candidate_proposed(station: Station, tmp_path: Path) -> None:
    bring_in(station, tmp_path, ["张(左王右仓)", FIRST])
    (item,) = reviews.review_items(station)
    reviews.decide(station, decisions=[Decision(item.review, item.number, ACCEPT)])
    assert values_of(station, FIRST)["name"] == "张玱"


@pytest.mark.parametrize("written", ["张□", "张?", "张？", "张\ue999", "张ya", "张�"])
def test_case_52_the_register_knows_who_it_is(written: str, station: Station, tmp_path: Path) -> None:
    bring_in(station, tmp_path, ["张玡", FIRST])
    bring_in(station, tmp_path, [written, FIRST])
    items = reviews.review_items(station)
    rare = next(one for one in items if one.choices)
    assert rare.choices[0] == "张玡"
    reviews.decide(station, decisions=[Decision(one.review, one.number, ACCEPT) for one in items])
    assert reviews.review_items(station) == []
    assert values_of(station, FIRST)["name"] == "张玡"


@pytest.mark.parametrize("written", ["张□", "张?", "张ya", "张(左王右仓)", "张\ue999"])
def test_case_52_nobody_is_dropped_for_a_name(written: str, station: Station, tmp_path: Path) -> None:
    bring_in(station, tmp_path, [written, FIRST])
    (item,) = reviews.review_items(station)
    reviews.decide(station, decisions=[Decision(item.review, item.number, LEAVE)])
    assert values_of(station, FIRST)["name"] == written


def test_case_52_the_repair_table_comes_before_any_question(station: Station, tmp_path: Path) -> None:
    bring_in(station, tmp_path, ["张\ue863", FIRST])
    assert reviews.review_items(station) == []
    assert values_of(station, FIRST)["name"] == "张䶮"
