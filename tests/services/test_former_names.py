"""Former names and old ids are records with a source and a date, found like any other, imported once."""

from pathlib import Path

import pytest

from desktop.services import register, rosters
from desktop.services.register import PersonDraft
from desktop.services.station import Station


def found(station: Station, text: str) -> list[str]:
    return [one.row.text("name") for one in register.find(station, text=text).people]


def test_what_is_typed_as_a_former_name_becomes_a_record(station: Station) -> None:
    draft = PersonDraft({"name": "张三", "name_former": "张山、张珊", "id_no_old": "610100530706301"})
    person = register.register_person(station, draft=draft).person
    page = register.person_details(station, person=person)
    assert "name_former" not in page.values
    assert [one.values["name"] for one in page.children["former_name"]] == ["张山", "张珊"]
    (old,) = page.children["old_id"]
    assert (old.values["source"], old.values["noted_on"]) == ("手工登记", "2026-11-24")


@pytest.mark.parametrize("text", ["张山", "zhangshan", "zs", "530706", "张珊"])
def test_they_are_found_and_no_longer_once_removed(station: Station, text: str) -> None:
    draft = PersonDraft({"name": "李四", "name_former": "张山/张珊", "id_no_old": "610100530706301"})
    person = register.register_person(station, draft=draft).person
    assert found(station, text) == ["李四"]
    page = register.person_details(station, person=person)
    for kind in ("former_name", "old_id"):
        for row in page.children[kind]:
            register.remove_child(station, kind=kind, record=row.id)
    assert found(station, text) == []


def test_importing_them_twice_is_importing_them_once(station: Station, tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_text("姓名,曾用名,身份证号\n张三,张山,610100195307063017/旧号610100530706301\n", encoding="utf-8")
    for outcome in ("added", "unchanged"):
        preview = rosters.preview_roster(station, paths=[path])
        assert preview.counts[outcome] == 1
        rosters.apply_roster(station, preview=preview)
    (person,) = [one.id for one in register.find(station, text="张三").people]
    page = register.person_details(station, person=person)
    assert [one.values["source"] for one in (*page.children["former_name"], *page.children["old_id"])] == ["名册"] * 2
