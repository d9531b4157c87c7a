"""The cases of the catalogue (`domain.md` section 5) that show only against the register, each by its number."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop.services import register, rosters
from desktop.services.station import Station
from desktop.store.people import PeopleFilter

FIRST, SECOND = "610100195307063017", "610100195307063025"
HEAD = ["姓名", "身份证号", "联系电话", "原单位", "接收社区", "现住址"]


def bring_in(station: Station, folder: Path, *rows: Sequence[str]) -> rosters.RosterResult:
    path = folder / "名册.csv"
    lines = [HEAD, *[[*row, *[""] * (len(HEAD) - len(row))] for row in rows]]
    path.write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    return rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[path]))


def values_of(station: Station, text: str) -> dict[str, object]:
    return dict(register.person_details(station, person=register.person_by_any(station, text=text)).values)


def test_case_17_one_id_with_two_names_is_asked(station: Station, tmp_path: Path) -> None:
    result = bring_in(station, tmp_path, ["张三", FIRST], ["李四", FIRST])
    assert result.counts["needs_review"] >= 1
    assert any("姓名" in str(one["reason"]) for one in result.problems)


def test_case_18_ids_one_character_apart_with_one_name_are_asked(station: Station, tmp_path: Path) -> None:
    bring_in(station, tmp_path, ["张三", FIRST])
    result = bring_in(station, tmp_path, ["张三", "610100195307063033"])
    assert (result.counts["added"], result.counts["needs_review"]) == (0, 1)


def test_case_19_phones_of_two_rosters_are_both_kept(station: Station, tmp_path: Path) -> None:
    bring_in(station, tmp_path, ["张三", FIRST, "13991234567"])
    bring_in(station, tmp_path, ["张三", FIRST, "13991234568"])
    page = register.person_details(station, person=register.person_by_any(station, text=FIRST))
    assert {one.values["number"] for one in page.children["phone"]} == {"13991234567", "13991234568"}


@pytest.mark.parametrize("name", ["秦川集团有限公司(原秦川厂)", "秦川集团 有限公司（原秦川厂）"])
def test_case_64_brackets_and_spaces_of_an_enterprise_are_one_spelling(
    name: str, station: Station, tmp_path: Path
) -> None:
    bring_in(station, tmp_path, ["张三", FIRST, "", name])
    assert values_of(station, FIRST)["ent_name"] == "秦川集团有限公司（原秦川厂）"


@pytest.mark.parametrize("word", ["青杨社区", "青杨社区居委会", "青杨社区居民委员会", "青杨居委会"])
def test_case_65_a_community_by_its_other_endings(word: str, station: Station) -> None:
    words = register.org_words(station)
    assert words[word] == station.org
    assert "青杨" not in words


def test_case_66_an_address_is_kept_as_it_is_written(station: Station, tmp_path: Path) -> None:
    bring_in(
        station,
        tmp_path,
        ["张三", FIRST, "", "", "", "西安市长安区王寺街道3号楼"],
        ["李四", SECOND, "", "", "", "咸阳市秦都区沣东街办"],
    )
    assert values_of(station, FIRST)["live_addr"] == "西安市长安区王寺街道3号楼"
    assert len(register.people_ids(station, wanted=PeopleFilter())) == 2
