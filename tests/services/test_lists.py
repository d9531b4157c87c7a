"""Lists one click away: every shipped rule can be read and finds whom it says; saved ones are kept and logged."""

import pytest

from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.services import batches, lists, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station


def add(station: Station, name: str, *, tag: str = "", **values: str) -> None:
    tags = ({"code": tag},) if tag else ()
    register.register_person(station, draft=PersonDraft({"name": name, **values}, tags=tags))


def on(station: Station, name: str) -> list[str]:
    rule = lists.list_named(station, name=name).expression
    ids = register.people_ids(station, wanted=register.parse_filter(rule, station=station))
    return [row.text("name") for row in register.people_rows(station, ids=ids)]


def test_each_of_the_six_rosters_finds_its_people(station: Station) -> None:
    for code, name in (("T07", "甲"), ("T08", "乙"), ("T04", "丙"), ("T03", "丁"), ("T02", "戊")):
        add(station, name, tag=code)
    add(station, "己", birth_id="1946-11-24")
    add(station, "庚", birth_id="1946-11-25", tag="T01")
    found = {name: on(station, name) for name in ("劳模", "工伤", "特困", "孤寡", "重病", "高龄（80 岁以上）")}
    assert list(found.values()) == [["甲"], ["乙"], ["丙"], ["丁"], ["戊"], ["己"]]


def test_every_shipped_rule_is_read_and_counts(station: Station) -> None:
    add(station, "张三", political="01", birth_id="1920-01-01")
    counted = {one.name: n for one, n in lists.counted_lists(station)}
    assert len(counted) == len(lists.shipped_lists()) >= 20
    assert (counted["中共党员"], counted["百岁老人"], counted["残疾"]) == (1, 1, 0)
    rules = [register.parse_filter(one.expression, station=station) for one in lists.shipped_lists()]
    assert all(rule.any_of and not rule.text for rule in rules)


def test_a_saved_list_is_kept_dropped_and_brought_back(station: Station) -> None:
    lists.save_list(station, name="轴承厂党员", expression="原单位~轴承;政治面貌=中共党员")
    add(station, "张三", political="01", ent_name="秦川轴承厂")
    assert on(station, "轴承厂党员") == ["张三"]
    (saved,) = [one for one in lists.named_lists(station) if one.record]
    dropped = lists.drop_list(station, record=saved.record)
    with pytest.raises(NotFoundError, match="没有叫"):
        lists.list_named(station, name="轴承厂党员")
    batches.undo_batch(station, batch=dropped.batch)
    assert on(station, "轴承厂党员") == ["张三"]


@pytest.mark.parametrize(
    ("name", "expression"), [("劳模", "性别=男"), (" ", "性别=男"), ("新", ""), ("新", "不存在=1")]
)
def test_what_cannot_be_saved_is_said(station: Station, name: str, expression: str) -> None:
    with pytest.raises(InvalidValueError):
        lists.save_list(station, name=name, expression=expression)
    assert not [one for one in lists.named_lists(station) if one.record]
