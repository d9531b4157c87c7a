"""The tree and the receiving rule: the most specific unit the address names, in the fixed order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.areas import former_prefixes, story_of
from desktop.domain.id_numbers import check_digit, check_id
from desktop.domain.org_tree import OrgAlias, OrgTree, OrgUnit
from desktop.domain.receiving import Matcher, Places, Verdict, lives_apart, place_names, receive

DAY = date(2026, 11, 24)
AROUND = ("陕西省", "西安市", "咸阳市", "长安区", "秦都区", "西咸新区")
TREE = OrgTree(
    [
        OrgUnit("XX", "西咸新区", 1),
        OrgUnit("FD", "沣东新城", 2, "XX"),
        OrgUnit("S1", "上林街道", 3, "FD", aliases=(OrgAlias("沣东街道", until="2020-01-01"),)),
        OrgUnit("S2", "王寺街道", 3, "FD"),
        OrgUnit("C1", "青杨社区", 4, "S1", aliases=(OrgAlias("轴承厂家属院"),)),
        OrgUnit("C2", "幸福社区", 4, "S1"),
        OrgUnit("C3", "幸福社区", 4, "S2"),
        OrgUnit("C4", "北青杨社区", 4, "S2"),
        OrgUnit("G1", "青杨一网格", 5, "C1"),
        OrgUnit("C9", "老社区", 4, "S1", until="2024-01-01", became="C1"),
    ]
)
MATCHER = Matcher(TREE, day=DAY, around=AROUND)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("西安市长安区王寺街道3号", "S2"),  # the three styles of case 66
        ("咸阳市秦都区沣东街办8号院", "S1"),
        ("西咸新区沣东新城上林街道办事处", "S1"),
        ("西咸新区沣东新城", "FD"),
        ("上林街道青杨社区3号楼", "C1"),
        ("青杨居委会3号楼", "C1"),
        ("王寺街道北青杨社区", "C4"),
        ("轴承厂家属院2-501", "C1"),
        ("上林街道幸福社区", "C2"),
        ("王寺街办幸福社区", "C3"),
        ("幸福社区", None),  # two of that name
        ("青杨一网格", "G1"),
        ("老社区5号", "C1"),  # joined to 青杨
        ("西 安 市 王寺街道", "S2"),
        ("北京市朝阳区", None),
    ],
)
def test_which_unit_an_address_means(text: str, code: str | None) -> None:
    unit, _ = MATCHER.unit_of(text)
    assert (unit.code if unit else None) == code


@given(
    st.sampled_from([("C1", "S1"), ("C2", "S1"), ("C3", "S2"), ("C4", "S2")]),
    st.sampled_from(["", "西咸新区沣东新城", "西安市长安区", "陕西省咸阳市秦都区"]),
    st.text("0123456789-号楼单元室", max_size=8),
)
def test_street_and_community_in_one_address_give_the_community(pair: tuple[str, str], before: str, after: str) -> None:
    community, street = TREE.units[pair[0]], TREE.units[pair[1]]
    unit, _ = MATCHER.unit_of(f"{before}{street.name}{community.name}{after}")
    assert unit is community


@pytest.mark.parametrize(
    ("places", "verdict", "org", "basis"),
    [
        (Places("上林街道青杨社区", "王寺街道", "秦川厂"), Verdict.FOUND, "C1", "1"),
        (Places("", "王寺街道北青杨社区"), Verdict.FOUND, "C4", "2"),
        (Places("3号楼2单元", "", "上林街道轴承厂家属院服务公司"), Verdict.FOUND, "C1", "3"),
        (Places("青杨一网格"), Verdict.FOUND, "C1", "1"),
        (Places("上林街道"), Verdict.FOUND, "S1", "1"),
        (Places("上海市浦东新区", "上林街道青杨社区"), Verdict.OUTSIDE, "", "1"),
        (Places("西安市雁塔区小寨路", "上林街道"), Verdict.OUTSIDE, "", "1"),
        (Places("青杨社区", live_class="3"), Verdict.OUTSIDE, "", ""),
        (Places("西安长安区韦曲"), Verdict.UNKNOWN, "", ""),
        (Places("城市花园3号楼"), Verdict.UNKNOWN, "", ""),
        (Places("西咸新区沣东新城", "王寺街道"), Verdict.FOUND, "S2", "2"),
        (Places(), Verdict.UNKNOWN, "", ""),
        (Places("幸福社区"), Verdict.UNKNOWN, "", ""),
    ],
)
def test_the_order_of_places(places: Places, verdict: Verdict, org: str, basis: str) -> None:
    found = receive(places, MATCHER)
    assert (found.verdict, found.org, found.basis) == (verdict, org, basis)
    assert found.why


def test_living_apart_from_the_hukou() -> None:
    assert lives_apart(Places("上林街道青杨社区", "王寺街道"), MATCHER) is True
    assert lives_apart(Places("上林街道青杨社区", "上林街办幸福社区"), MATCHER) is False
    assert lives_apart(Places("上海市浦东新区", "王寺街道"), MATCHER) is True
    assert lives_apart(Places("3号楼", "王寺街道"), MATCHER) is None


def test_place_names_end_where_the_street_begins() -> None:
    assert list(place_names("陕西省西安市雁塔区小寨路市政小区")) == ["陕西省", "西安市", "雁塔区"]
    assert list(place_names("青杨小区3号楼")) == []


def test_rings_gaps_and_levels_are_refused_and_survived() -> None:
    assert "自己" in TREE.refusal(code="S1", parent="C1", level=3)
    assert "自己" in TREE.refusal(code="S1", parent="S1", level=3)
    assert "层级" in TREE.refusal(code="C7", parent="C1", level=4)
    assert "下级" in TREE.refusal(code="S1", parent="FD", level=4)
    assert "没有" in TREE.refusal(code="C7", parent="NO", level=4)
    assert TREE.refusal(code="C7", parent="S1", level=4) == ""
    ring = OrgTree([OrgUnit("A", "甲", 3, "B"), OrgUnit("B", "乙", 3, "A"), OrgUnit("C", "丙", 4, "缺")])
    assert sorted(unit.code for _, unit in ring.walk()) == ["A", "B", "C"]
    assert [one.code for one in ring.ancestors("A")] == ["B"]
    assert ring.below("A") == {"A", "B"}


PARENTS = st.lists(st.integers(0, 9), min_size=10, max_size=10)


@given(PARENTS)
def test_any_tree_walks_each_unit_once(parents: list[int]) -> None:
    tree = OrgTree([OrgUnit(str(n), f"单位{n}", 3, str(parents[n])) for n in range(10)])
    walked = [unit.code for _, unit in tree.walk()]
    assert sorted(walked) == [str(n) for n in range(10)]


def test_names_by_date_and_after_a_union() -> None:
    words = TREE.words()
    assert words["沣东街道"] == "S1"
    assert words["老社区"] == "C1"
    assert words["C9"] == "C1"
    assert words["上林街道幸福社区"] == "C2"
    assert "幸福社区" not in words
    before, after = TREE.words(date(2019, 1, 1)), TREE.words(date(2021, 1, 1))
    assert before["沣东街道"] == "S1"
    assert "沣东街道" not in after
    assert TREE.words(date(2023, 1, 1))["老社区"] == "C9"


def test_every_old_area_code_is_accepted_and_told() -> None:
    for prefix in former_prefixes():
        first17 = f"{prefix:0<5}1"[:6] + "19400101001" if len(prefix) == 4 else prefix + "19400101001"
        assert check_id(first17 + check_digit(first17)).problem is None
        assert story_of(first17)
    for prefix in ("6121", "6123", "6124", "6125", "6126", "6127"):
        assert prefix in former_prefixes()
    assert story_of("612401194001010011").startswith("612401 = 原安康市")
    assert story_of("612499194001010011").startswith("6124 = 原安康地区")
    assert story_of("610104194001010011") == ""
    assert story_of("") == ""
