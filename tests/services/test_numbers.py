"""Numbers of a real register: counted, frozen, signed, compared name by name."""

from datetime import timedelta

import pypdfium2
import pytest

from desktop.domain.clock import FixedClock
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.numbers import Figure
from desktop.domain.states import StateChange
from desktop.services import age_bands, batches, numbers, register, states
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import STREET, Maker


def add(station: Station, name: str, **values: str) -> str:
    draft = PersonDraft({"name": name, **values}, tags=({"code": "T03"},) if name.endswith("孤") else ())
    return register.register_person(station, draft=draft).person


def die(station: Station, person: str, day: str) -> None:
    change = StateChange(to="5", done_on=day, why="家属告知", done_by="王敏", death_source="1")
    states.change_state(station, person=person, change=change)


def figure(station: Station, key: str) -> Figure:
    return next(one for one in numbers.numbers_at(station).figures if one.key == key)


def part(station: Station, key: str, label: str) -> tuple[str, ...]:
    """Return the people of one number."""
    return next((one.people for one in figure(station, key).parts if one.label == label), ())


def test_numbers_name_their_people(station: Station) -> None:
    lonely = add(station, "张孤", sex="2", birth_id="1940-05")
    add(station, "李四", sex="1", birth_id="1960-01-01", political="01")
    gone = add(station, "王五")
    die(station, gone, "2026-11-02")
    assert part(station, "tag", "孤寡") == (lonely,)
    assert part(station, "tag", "高龄") == (lonely,)
    assert len(part(station, "overview", "在管人数")) == 2
    assert part(station, "state", "死亡") == (gone,)
    assert part(station, "died", "2026-11") == (gone,)
    assert len(part(station, "new", "2026-11")) == 3
    register.amend_person(station, person=lonely, values={"joined_to": gone})
    assert part(station, "tag", "孤寡") == ()


def test_old_age_follows_the_table_of_the_street(make_station: Maker) -> None:
    street = make_station(STREET)
    old = add(street, "张三", birth_id="1941-01-01")
    assert any(one.people == (old,) for one in figure(street, "band").parts)
    for row in age_bands.band_rows(street)[1:]:
        age_bands.remove_band(street, record=row.id)
    (left,) = age_bands.band_rows(street)
    age_bands.put_band(street, record=left.id, values={"name": "八十五以上", "from_age": 85, "to_age": None})
    assert [(one.label, one.people) for one in figure(street, "band").parts] == [("八十五以上", (old,))]
    age_bands.put_band(street, record=left.id, values={"since": "2026-11-25"})
    assert part(street, "band", "八十五以上") == ()
    assert "2026-11-24" in figure(street, "band").rule


def test_who_changed_in_a_month_is_named_once(station: Station) -> None:
    person, other = add(station, "张三"), add(station, "李孤")
    assert part(station, "changed", "2026-11") == ()
    register.amend_person(station, person=person, values={"live_addr": "青杨路1号"})
    register.put_child(station, kind="phone", person=person, values={"number": "13991234567"})
    done = register.amend_person(station, person=other, values={"live_addr": "误"})
    batches.undo_batch(station, batch=done.batch)
    assert part(station, "changed", "2026-11") == (person,)
    assert isinstance(station.clock, FixedClock)
    station.clock.at += timedelta(days=31)
    register.remove_child(
        station, kind="tag", record=register.person_details(station, person=other).children["tag"][0].id
    )
    assert part(station, "changed", "2026-12") == (other,)
    assert part(station, "changed", "2026-11") == (person,)


def test_frozen_numbers_are_compared_name_by_name(station: Station) -> None:
    first, second, third = (add(station, name) for name in ("甲", "乙", "丙"))
    made = numbers.freeze(station, name="2026年末人数").frozen
    assert (made.people, made.sound, made.as_on) == (3, True, "2026-11-24")
    assert isinstance(station.clock, FixedClock)
    station.clock.at += timedelta(days=40)
    die(station, first, "2026-12-30")
    register.amend_person(station, person=second, values={"name": "乙改"})
    register.remove_person(station, person=third, why="重复登记")
    fourth = add(station, "丁")
    later = numbers.freeze(station, name="一月").frozen
    for newer in ("", later.id):
        found = numbers.compare(station, older=made.id, newer=newer)
        assert (found.before, found.after) == (3, 2)
        told = {one.person: (one.what, one.detail) for one in found.differences}
        assert told.keys() == {first, second, third, fourth}
        assert told[first][0] == "减少"
        assert "死亡" in told[first][1]
        assert "2026-12-30" in told[first][1]
        assert "删除" in told[third][1]
        assert told[second] == ("变化", "姓名：乙 → 乙改")
        assert told[fourth][0] == "新增"
    assert numbers.frozen_set(station, frozen=made.id).figures == made.figures


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE frozen SET people=4",
        "UPDATE frozen SET numbers=replace(numbers, '甲', '乙') || ' '",
        "UPDATE frozen SET as_on='2026-12-31'",
        "DELETE FROM frozen_list",
        "UPDATE frozen_list SET body=(SELECT body FROM frozen_list WHERE frozen<>'' ORDER BY length(body) DESC LIMIT 1)",
    ],
)
def test_what_was_changed_since_is_not_sound(station: Station, spoil: str) -> None:
    add(station, "甲")
    small = numbers.freeze(station, name="先").frozen
    add(station, "乙")
    numbers.freeze(station, name="后")
    with station.vault.unit("person.edit") as unit:
        unit.connection.exec_driver_sql(spoil)
        unit.commit()
    assert not numbers.frozen_set(station, frozen=small.id).sound


def test_a_name_is_used_once_and_an_unknown_set_is_said(station: Station) -> None:
    numbers.freeze(station, name="年末")
    with pytest.raises(InvalidValueError, match="已经有一份"):
        numbers.freeze(station, name=" 年末 ")
    with pytest.raises(InvalidValueError, match="不能为空"):
        numbers.freeze(station, name="  ")
    with pytest.raises(NotFoundError, match="没有找到"):
        numbers.compare(station, older="0" * 32)


def test_undoing_a_freeze_takes_it_off_the_list(station: Station) -> None:
    made = numbers.freeze(station, name="误")
    batches.undo_batch(station, batch=made.changes.batch)
    assert numbers.frozen_sets(station) == []


def test_the_sheet_and_the_certificate_say_what_the_figures_say(station: Station) -> None:
    for n in range(60):
        add(station, f"人{n}", ent_name=f"第{n}机械厂", birth_id=f"19{40 + n % 30}-03-01")
    shown = numbers.numbers_at(station)
    said = text_of(numbers.numbers_pdf(station, shown=shown))
    for one in shown.figures:
        assert one.title in said
        assert all(part.label.replace(" ", "") in said for part in one.parts)
    assert "单位（盖章）" in said
    assert f"第1页共{len(pypdfium2.PdfDocument(numbers.numbers_pdf(station, shown=shown)))}页" in said
    made = numbers.freeze(station, name="2026年末人数").frozen
    paper = text_of(numbers.frozen_pdf(station, frozen=made.id))
    assert "2026年末人数（定格数据）" in paper
    assert made.digest in paper
    assert "在管60人" in paper


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
