"""Conflicts on real stations: who and when, many at once, final everywhere; items left out and taken in later."""

from pathlib import Path

import pytest

from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.services import batches, conflicts, exchange, merges, quarantine, register
from desktop.services.backups import check_store
from desktop.services.station import Station
from tests.conftest import COMMUNITY, STREET, Maker
from tests.services.test_exchange import Pair, field_of, person, send, trust


@pytest.fixture
def pair(make_station: Maker, tmp_path: Path) -> Pair:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    return community, street


def cross(pair: Pair, record: str, key: str, ours: str, theirs: str) -> None:
    """Write one field at both ends without either knowing."""
    register.amend_person(pair[0], person=record, values={key: theirs})
    register.amend_person(pair[1], person=record, values={key: ours})


def both_ways(pair: Pair, folder: Path) -> None:
    send(pair[0], pair[1], folder)
    send(pair[1], pair[0], folder)


def test_a_conflict_says_what_both_started_from_and_who_wrote_when(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "张三", live_addr="旧地址")
    both_ways(pair, tmp_path)
    cross(pair, one, "live_addr", "街道写的", "社区写的")
    both_ways(pair, tmp_path)
    for station in pair:
        (shown,) = conflicts.conflict_details(station)
        assert (shown.name, shown.base) == ("张三", "旧地址")
        sides = {shown.ours.value: shown.ours, shown.theirs.value: shown.theirs}
        assert sides["社区写的"].user == "王敏"
        assert sides["街道写的"].user == "李强"
        assert all(side.at for side in sides.values())
    assert field_of(community, one, "live_addr") == field_of(street, one, "live_addr")


@pytest.mark.long
def test_a_later_edit_of_one_side_does_not_decide_for_the_other(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "张三", live_addr="旧地址")
    both_ways(pair, tmp_path)
    cross(pair, one, "live_addr", "街道写的", "社区写的")
    send(community, street, tmp_path)
    register.amend_person(community, person=one, values={"live_addr": "社区又写的"})
    send(community, street, tmp_path)
    (shown,) = conflicts.conflict_details(street)
    assert {shown.ours.value, shown.theirs.value} == {"街道写的", "社区又写的"}


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_delete_against_edit_is_decided_once_and_everywhere(pair: Pair, tmp_path: Path, keep: str) -> None:
    community, street = pair
    one = person(community, "张三")
    both_ways(pair, tmp_path)
    register.amend_person(street, person=one, values={"remark": "街道补充"})
    register.remove_person(community, person=one, why="重复录入")
    both_ways(pair, tmp_path)
    assert [len(conflicts.list_conflicts(station)) for station in pair] == [1, 1]
    (conflict,) = conflicts.list_conflicts(street)
    conflicts.resolve_conflict(street, conflict=conflict.id, keep=keep)
    both_ways(pair, tmp_path)
    assert [conflicts.list_conflicts(station) for station in pair] == [[], []]
    for station in pair:
        if keep == "mine":
            assert field_of(station, one, "remark") == "街道补充"
        else:
            with pytest.raises(NotFoundError):
                field_of(station, one, "remark")
        assert check_store(station).problems == []


def test_many_alike_are_decided_at_once_and_can_be_taken_back(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    ids = [person(community, name) for name in ("甲", "乙", "丙")]
    both_ways(pair, tmp_path)
    for one in ids:
        cross(pair, one, "ent_name", "街道厂", "社区厂")
    cross(pair, ids[0], "live_addr", "街道址", "社区址")
    send(community, street, tmp_path)
    details = conflicts.conflict_details(street)
    same = conflicts.alike(details, next(one for one in details if one.field == "ent_name"))
    assert len(same) == 3
    count, changes = conflicts.resolve_alike(street, conflicts_of=[one.id for one in same], keep="theirs")
    assert count == 3
    assert [one.field for one in conflicts.list_conflicts(street)] == ["live_addr"]
    assert {field_of(street, one, "ent_name") for one in ids} == {"社区厂"}
    both_ways(pair, tmp_path)
    assert {field_of(community, one, "ent_name") for one in ids} == {"社区厂"}
    assert batches.undo_batch(street, batch=changes.batch).kept == ()


@pytest.mark.long
def test_a_third_value_must_be_one(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "张三")
    both_ways(pair, tmp_path)
    cross(pair, one, "retire_date", "2010-01", "2011-01")
    send(community, street, tmp_path)
    (conflict,) = conflicts.list_conflicts(street)
    with pytest.raises(InvalidValueError):
        conflicts.resolve_conflict(street, conflict=conflict.id, keep="某年")
    conflicts.resolve_conflict(street, conflict=conflict.id, keep="2010-06")
    assert field_of(street, one, "retire_date") == "2010-06"


def test_different_fields_are_listed_for_thirty_days(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "张三")
    both_ways(pair, tmp_path)
    register.amend_person(community, person=one, values={"live_addr": "三桥1号"})
    register.amend_person(street, person=one, values={"ent_name": "秦川厂"})
    send(community, street, tmp_path)
    (line,) = conflicts.soft_conflicts(street)
    assert (line.name, line.ours, line.theirs, line.user) == ("张三", ("ent_name",), ("live_addr",), "王敏")
    assert conflicts.list_conflicts(street) == []
    street.clock.advance(seconds=31 * 86400)
    assert conflicts.soft_conflicts(street) == []


def leave_out(pair: Pair, folder: Path, record: str) -> None:
    path = folder / "part.ycp"
    exchange.pack_for(pair[0], to_org=pair[1].org, path=path)
    preview = exchange.preview_merge(pair[1], path=path)
    without = merges.without(pair[1], preview, left_out=[("person", record)])
    exchange.apply_merge(pair[1], preview=without)


def names_at(station: Station) -> list[str]:
    ids = register.people_ids(station, wanted=register.PeopleFilter())
    return sorted(row.text("name") for row in register.people_rows(station, ids=ids))


def test_what_is_left_out_waits_with_all_behind_it_and_is_taken_in_later(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one, _ = person(community, "张三"), person(community, "李四")
    leave_out(pair, tmp_path, one)
    assert names_at(street) == ["李四"]
    register.amend_person(community, person=one, values={"live_addr": "三桥1号"})
    send(community, street, tmp_path)
    assert names_at(street) == ["李四"]
    assert any("放在一边" in one for one in send(street, community, tmp_path).notices)
    lines = quarantine.put_aside_lines(street)
    assert {line.name for line in lines} <= {"张三", ""}
    done = quarantine.take_in(street, ids=[lines[0].id])
    assert done.refused == 0
    assert (names_at(street), field_of(street, one, "live_addr")) == (["张三", "李四"], "三桥1号")
    assert quarantine.put_aside_lines(street) == []
    assert check_store(street).problems == []


@pytest.mark.long
def test_what_is_left_out_can_be_dropped(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "张三")
    both_ways(pair, tmp_path)
    register.amend_person(community, person=one, values={"live_addr": "写错了"})
    leave_out(pair, tmp_path, one)
    (line,) = quarantine.put_aside_lines(street)
    quarantine.drop(street, ids=[line.id], why="社区说写错了")
    register.amend_person(community, person=one, values={"live_addr": "三桥1号"})
    send(community, street, tmp_path)
    assert field_of(street, one, "live_addr") == "三桥1号"
    with pytest.raises(NotFoundError):
        quarantine.drop(street, ids=[line.id], why="再来一次")


def test_a_whole_merge_is_taken_back_but_what_was_touched_since(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    first, second = person(community, "张三"), person(community, "李四", live_addr="旧")
    both_ways(pair, tmp_path)
    register.amend_person(community, person=first, values={"live_addr": "新址一"})
    register.amend_person(community, person=second, values={"live_addr": "新址二"})
    third = person(community, "王五")
    result = send(community, street, tmp_path)
    register.amend_person(street, person=second, values={"live_addr": "街道改过"})
    undone = batches.undo_batch(street, batch=result.changes.batch, why="包发错了")
    assert undone.kept == (second,)
    assert field_of(street, first, "live_addr") is None
    assert field_of(street, second, "live_addr") == "街道改过"
    with pytest.raises(NotFoundError):
        field_of(street, third, "name")
    assert check_store(street).problems == []
