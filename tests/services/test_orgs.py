"""The organisation tree of a real register: edited, split and joined with its people, taken back whole."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.errors import AccessError, InvalidValueError, NotFoundError
from desktop.domain.receiving import Verdict
from desktop.services import batches, exchange, org_moves, orgs, receiving, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import COMMUNITY, STREET, Maker
from tests.services.test_exchange import trust


@pytest.fixture
def street(make_station: Maker) -> Station:
    made = make_station(STREET)
    orgs.load_towns(made)
    for code, name in (("C1", "青杨社区"), ("C2", "沣东社区")):
        orgs.put_org(made, values={"code": code, "name": name, "level": "4", "parent": made.org}, why="测试")
    return made


def person(station: Station, name: str, **values: str) -> str:
    return register.register_person(station, draft=PersonDraft({"name": name, **values})).person


def home(station: Station, one: str) -> object:
    return register.person_details(station, person=one).values.get("home_org")


def line(station: Station, code: str) -> orgs.OrgLine:
    return next(one for one in orgs.org_picture(station).lines if one.unit.code == code)


def test_the_towns_are_loaded_once_and_hang_the_own_street_into_the_tree(street: Station) -> None:
    tree = orgs.org_tree(street)
    assert tree.path(street.org) == "西咸新区 / 沣东新城 / 上林街道"
    assert "610402007" not in tree.units  # 上林街道 is this very station
    assert [one.name for one in tree.units[street.org].aliases] == ["沣东街道"]
    assert sum(unit.level == 2 for unit in tree.units.values()) == 5
    assert sum(unit.level == 3 for unit in tree.units.values()) == 23
    before = len(tree.units)
    added, _ = orgs.load_towns(street)
    assert added == 0
    assert len(orgs.org_tree(street).units) == before
    assert register.org_code(street, name="沣东街道") == street.org


def test_counts_of_people_go_up_the_tree(street: Station) -> None:
    person(street, "甲", home_org="C1")
    person(street, "乙", home_org="C1")
    person(street, "丙", home_org="C2")
    person(street, "丁", home_org="查无此处")
    assert (line(street, "C1").people, line(street, street.org).people_below, line(street, "XX").people_below) == (
        2,
        3,
        3,
    )
    assert orgs.org_picture(street).unplaced == 1


def test_what_a_tree_may_not_be_is_refused(street: Station) -> None:
    for values, message in (
        ({"code": "XX", "parent": "C1"}, "自己或它的下级"),
        ({"code": "C1", "parent": "C2"}, "层级"),
        ({"code": "C1", "parent": "没有"}, "没有这个上级"),
        ({"code": "中文", "name": "x", "level": "4"}, "字母和数字"),
        ({"code": "C7", "name": "", "level": "4", "parent": street.org}, "不能为空"),
    ):
        with pytest.raises(InvalidValueError, match=message):
            orgs.put_org(street, values=values, why="测试")
    with pytest.raises(InvalidValueError, match="依据"):
        orgs.put_org(street, values={"code": "C7", "name": "新", "level": "4"}, why=" ")


def test_a_renamed_unit_is_known_by_both_names(street: Station) -> None:
    orgs.rename_org(street, code="C1", name="上林社区", on="2026-05-01", why="文件 1 号")
    orgs.rename_org(street, code="C1", name="昆明池社区", on="2026-09-01", why="文件 2 号")
    words = register.org_words(street)
    assert {words["青杨社区"], words["上林社区"], words["昆明池社区"]} == {"C1"}
    rows = [
        (one.values["name"], one.values.get("since"), one.values["until"]) for one in orgs.aliases_of(street, code="C1")
    ]
    assert rows == [("青杨社区", None, "2026-05-01"), ("上林社区", "2026-05-01", "2026-09-01")]
    with pytest.raises(InvalidValueError, match="新名称"):
        orgs.rename_org(street, code="C1", name="昆明池社区", on="2026-09-01", why="x")
    with pytest.raises(InvalidValueError, match="不完整"):
        orgs.rename_org(street, code="C1", name="别的", on="2026-09", why="x")
    with pytest.raises(NotFoundError):
        orgs.rename_org(street, code="没有", name="别的", on="2026-09-01", why="x")


def test_aliases_are_kept_changed_and_taken_away(street: Station) -> None:
    orgs.put_alias(street, code="C1", values={"name": "轴承厂家属院"})
    (row,) = orgs.aliases_of(street, code="C1")
    orgs.put_alias(street, code="C1", values={"name": "轴承厂老院"}, record=row.id)
    assert register.org_code(street, name="轴承厂老院") == "C1"
    with pytest.raises(InvalidValueError, match="早于"):
        orgs.put_alias(street, code="C1", values={"name": "x", "since": "2026-02-01", "until": "2026-01-01"})
    orgs.remove_alias(street, record=row.id)
    assert register.org_code(street, name="轴承厂老院") is None
    with pytest.raises(NotFoundError):
        orgs.remove_alias(street, record=row.id)


def test_a_split_moves_those_chosen_and_is_taken_back_whole(street: Station) -> None:
    third = [person(street, f"三号楼{n}", home_org="C1", live_building="3") for n in range(3)]
    fifth = person(street, "五号楼", home_org="C1", live_building="5")
    other = person(street, "别的社区三号楼", home_org="C2", live_building="3")
    assert org_moves.preview_split(street, source="C1", chosen="楼栋=3").total == 3
    moved, changes = org_moves.split_org(
        street, source="C1", new={"code": "C3", "name": "新青杨社区"}, chosen="楼栋=3", on="2026-11-01", why="区划调整"
    )
    assert moved == 3
    assert [home(street, one) for one in (*third, fifth, other)] == ["C3", "C3", "C3", "C1", "C2"]
    assert orgs.org_tree(street).units["C3"].parent == street.org
    (newest, *_) = register.history_of(street, person=third[0])
    assert (newest.field, newest.old, newest.new, newest.why) == ("home_org", "C1", "C3", "区划调整")
    batches.undo_batch(street, batch=changes.batch)
    assert [home(street, one) for one in third] == ["C1", "C1", "C1"]
    assert "C3" not in orgs.org_tree(street).units
    with pytest.raises(InvalidValueError, match="哪些人"):
        org_moves.preview_split(street, source="C1", chosen=" ")
    with pytest.raises(InvalidValueError, match="已经是"):
        org_moves.split_org(
            street, source="C1", new={"code": "C2", "name": "x"}, chosen="楼栋=3", on="2026-11-01", why="x"
        )


def test_a_new_grid_leaves_people_in_their_community(street: Station) -> None:
    one = person(street, "三号楼", home_org="C1", live_building="3")
    org_moves.split_org(
        street,
        source="C1",
        new={"code": "G1", "name": "一网格", "level": "5"},
        chosen="楼栋=3",
        on="2026-11-01",
        why="网格",
    )
    values = register.person_details(street, person=one).values
    assert (values["home_org"], values["grid"]) == ("C1", "一网格")
    assert (line(street, "G1").people, line(street, "C1").people_below) == (1, 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(["C1", "C2"]), max_size=6), st.booleans())
def test_an_undone_union_restores_everyone(street: Station, homes: list[str], forward: bool) -> None:
    people = {person(street, f"人{n}", home_org=code): code for n, code in enumerate(homes)}
    before = {one: home(street, one) for one in people}
    source, into = ("C1", "C2") if forward else ("C2", "C1")
    expected = org_moves.preview_union(street, sources=[source], into=into).total
    moved, changes = org_moves.merge_orgs(street, sources=[source], into=into, on="2026-11-01", why="合并")
    assert moved == expected
    assert {home(street, one) for one in people} <= {into}
    unit = orgs.org_tree(street).units[source]
    assert (unit.until, unit.became) == ("2026-11-01", into)
    assert register.org_words(street)[unit.name] == into
    batches.undo_batch(street, batch=changes.batch)
    assert {one: home(street, one) for one in people} == before
    assert orgs.org_tree(street).units[source].until == ""


def test_unions_and_closings_that_make_no_sense_are_refused(street: Station) -> None:
    one = person(street, "甲", home_org="C1")
    for sources, into, message in (
        (["C1"], "C1", "自己"), (["C1"], street.org, "层级不同"), ([], "C1", "没有选择"),
        ([street.org], "C1", "自己或它的下级"),
    ):  # fmt: skip
        with pytest.raises(InvalidValueError, match=message):
            org_moves.preview_union(street, sources=sources, into=into)
    with pytest.raises(InvalidValueError, match="还有 1 人"):
        orgs.close_org(street, code="C1", until="2026-11-01", why="撤")
    with pytest.raises(InvalidValueError, match="下面还有"):
        orgs.close_org(street, code="XXFD", until="2026-11-01", why="撤")
    orgs.close_org(street, code="C2", until="2026-11-01", why="撤")
    assert not line(street, "C2").is_open
    with pytest.raises(InvalidValueError, match="已经撤并"):
        org_moves.merge_orgs(street, sources=["C1"], into="C2", on="2026-11-01", why="x")
    assert home(street, one) == "C1"


def test_a_community_says_only_its_own_grids(station: Station) -> None:
    grid = {"code": "G1", "name": "一网格", "level": "5", "parent": station.org}
    orgs.put_org(station, values=grid, why="划分网格")
    one = person(station, "甲", live_building="3")
    assert line(station, "G1").people == 0
    org_moves.split_org(
        station, source=station.org, new={"code": "G2", "name": "二网格", "level": "5"}, chosen="楼栋=3", on="2026-11-01", why="网格"
    )  # fmt: skip
    assert register.person_details(station, person=one).values["grid"] == "二网格"
    for act in (
        lambda: orgs.put_org(station, values={"code": "C8", "name": "别的社区", "level": "4"}, why="x"),
        lambda: org_moves.merge_orgs(station, sources=["G1"], into="G2", on="2026-11-01", why="x"),
        lambda: receiving.assign_by_hand(station, people=[one], org="G1", why="x"),
    ):
        with pytest.raises(AccessError, match="街道"):
            act()
    assert register.person_details(station, person=one).values["home_org"] == station.org


def test_the_rule_proposes_previews_and_is_applied_in_one_undoable_unit(street: Station) -> None:
    found = person(street, "住青杨", live_addr="咸阳市秦都区沣东街办青杨社区3号楼")
    by_hukou = person(street, "户籍沣东", hukou_addr="上林街道沣东社区")
    far = person(street, "在外地", live_addr="上海市浦东新区")
    settled = person(street, "已有社区", live_addr="青杨社区", home_org="C2")
    proposals = receiving.propose(street)
    assert {one.person for one in proposals.lines} == {found, by_hukou, far}
    assert [one.person for one in proposals.of(Verdict.OUTSIDE)] == [far]
    changes = receiving.apply_proposals(street, proposals=proposals.changes)
    assert [home(street, one) for one in (found, by_hukou, far, settled)] == ["C1", "C2", street.org, "C2"]
    assert register.person_details(street, person=by_hukou).values["assign_basis"] == "2"
    everyone = receiving.propose(street, everyone=True)
    assert [one.person for one in everyone.changes] == [settled]
    batches.undo_batch(street, batch=changes.batch)
    assert home(street, found) == street.org
    receiving.assign_by_hand(street, people=[far], org="C2", why="子女在本社区")
    assert register.person_details(street, person=far).values["assign_basis"] == "9"
    assert receiving.propose_for(street, person=far).found.verdict is Verdict.OUTSIDE
    with pytest.raises(InvalidValueError, match="理由"):
        receiving.assign_by_hand(street, people=[far], org="C2", why="")
    with pytest.raises(InvalidValueError, match="没有可以判定"):
        receiving.apply_proposals(street, proposals=[])


def test_those_living_apart_from_their_hukou(street: Station) -> None:
    apart = person(street, "分离", live_addr="上林街道青杨社区", hukou_addr="王寺街道")
    person(street, "不分离", live_addr="上林街道青杨社区", hukou_addr="上林街道")
    rows = register.people_rows(street, ids=register.people_ids(street, wanted=register.PeopleFilter()))
    assert receiving.living_apart(street, rows=rows) == [apart]


def test_doubtful_people_of_a_package_come_in_and_are_counted(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    odd = person(community, "可疑", sex="1", birth_id="1990-01-01", retire_date="2025-03")
    person(community, "正常", sex="1", birth_id="1950-01-01")
    path = tmp_path / "a.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    preview = exchange.preview_merge(street, path=path)
    assert preview.plan.counts["doubtful"] == 1
    result = exchange.apply_merge(street, preview=preview)
    assert result.counts["person.new"] == 2
    assert register.person_details(street, person=odd).values["retire_date"] == "2025-03"


def test_a_value_too_long_is_put_aside(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    one = person(community, "张三")
    with community.vault.unit("person.edit") as unit:
        unit.put("person", one, {"name": "长" * 60})
        unit.commit()
    path = tmp_path / "a.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    preview = exchange.preview_merge(street, path=path)
    assert [one.reason for one in preview.plan.refused] == ["姓名超过 50 个字"]
