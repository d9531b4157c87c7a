"""信息核对: item by item, disputes kept until decided, everything in one unit."""

from pathlib import Path

import pytest

from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.services import batches, exchange, register, rosters, verification
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.services.verification import Answer, Asked, ToAsk

ASKED = Asked(method="1", round="2026秋")
ROSTER = "姓名,身份证号,电话,现住址,原单位\n张三,610100195307063017,13991234567,2号楼1单元101室,秦川轴承厂\n"


@pytest.fixture
def person(station: Station, tmp_path: Path) -> str:
    path = tmp_path / "移交名册.csv"
    path.write_text(ROSTER, encoding="utf-8")
    rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[path]))
    return register.find(station, text="张三").people[0].id


def state(station: Station, person: str) -> str:
    return next(state for one, state in verification.people_to_ask(station, wanted=ToAsk()) if one.id == person)


def test_the_sheet_shows_what_the_enterprise_said_beside_what_is_kept(station: Station, person: str) -> None:
    register.amend_person(station, person=person, values={"live_addr": "3号楼2单元501室"})
    items = {one.key: one for one in verification.check_sheet(station, person=person).items}
    assert (items["live_addr"].given, items["live_addr"].now) == ("2号楼1单元101室", "3号楼2单元501室")
    assert "移交名册.csv" in items["live_addr"].source
    assert "第 2 行" in items["live_addr"].source
    assert (items["phone"].given, items["phone"].now) == ("13991234567", "13991234567")
    assert items["sex"].now == "男"


def test_all_agreeing_is_one_step_and_comes_back(station: Station, person: str) -> None:
    done = verification.verify_person(station, person=person, asked=ASKED)
    page = register.person_details(station, person=person)
    assert (done.result, page.values["verified_on"]) == ("1", "2026-11-24")
    (record,) = page.children["verify"]
    assert (record.values["round"], record.values["done_by"]) == ("2026秋", "王敏")
    assert state(station, person) == "done"
    batches.undo_batch(station, batch=done.changes.batch)
    assert state(station, person) == "left"


def test_an_answer_taken_is_written_in_the_same_step(station: Station, person: str) -> None:
    answers = [
        Answer("live_addr", "2", "3号楼2单元501室", "看过房产证", "1"),
        Answer("phone", "2", "13900001111", decision="1"),
        Answer("retire_date", "2", "2013年7月", decision="1"),
        Answer("political", "2", "党员", decision="1"),
        Answer("ent_name", "2", "秦川机床厂", decision="2"),
    ]
    done = verification.verify_person(station, person=person, asked=ASKED, answers=answers)
    page = register.person_details(station, person=person)
    assert page.values["live_addr"] == "3号楼2单元501室"
    assert page.values["retire_date"] == "2013-07"
    assert page.values["political"] == "01"
    assert page.values["ent_name"] == "秦川轴承厂"
    assert [row.values["number"] for row in page.children["phone"]] == ["13991234567", "13900001111"]
    assert page.values["verified_on"] == "2026-11-24"
    batches.undo_batch(station, batch=done.changes.batch)
    page = register.person_details(station, person=person)
    assert (page.values["live_addr"], len(page.children["phone"])) == ("2号楼1单元101室", 1)


def test_a_dispute_waits_until_it_is_decided(station: Station, person: str) -> None:
    answers = [Answer("ent_name", "2", "秦川机床厂"), Answer("name", "2", "张山", decision="3")]
    verification.verify_person(station, person=person, asked=ASKED, answers=answers)
    assert state(station, person) == "disputed"
    assert "verified_on" not in register.person_details(station, person=person).values
    first, second = verification.disputes(station)
    verification.decide_item(station, item=first.id, decision="1")
    assert state(station, person) == "disputed"
    verification.decide_item(station, item=second.id, decision="2")
    assert state(station, person) == "done"
    values = register.person_details(station, person=person).values
    assert {values["name"], values["ent_name"]} & {"张山", "秦川机床厂"}
    with pytest.raises(NotFoundError, match="已经处理过"):
        verification.decide_item(station, item=first.id, decision="1")


def test_asking_again_settles_what_was_open(station: Station, person: str) -> None:
    verification.verify_person(station, person=person, asked=ASKED, answers=[Answer("ent_name", "2", "秦川机床厂")])
    verification.verify_person(station, person=person, asked=ASKED)
    assert state(station, person) == "disputed"
    verification.verify_person(station, person=person, asked=ASKED, answers=[Answer("ent_name", "1")])
    assert state(station, person) == "done"


def test_an_item_nobody_could_be_asked_about_leaves_the_person_to_be_asked(station: Station, person: str) -> None:
    verification.verify_person(station, person=person, asked=ASKED, answers=[Answer("spouse_name", "3")])
    assert "verified_on" not in register.person_details(station, person=person).values
    assert state(station, person) != "done"
    verification.verify_person(station, person=person, asked=ASKED, answers=[Answer("spouse_name", "1")])
    assert state(station, person) == "done"


@pytest.mark.parametrize(
    "answer",
    [Answer("id_no", "2", "61010019530706301", decision="1"), Answer("sex", "2", "不男不女", decision="1"),
     Answer("phone", "2", "12345", decision="1"), Answer("name", "2", "  ", decision="1"),
     Answer("nothing", "2", "x")],
)  # fmt: skip
def test_a_wrong_answer_keeps_everything_as_it_was(station: Station, person: str, answer: Answer) -> None:
    before = register.person_details(station, person=person)
    with pytest.raises(InvalidValueError):
        verification.verify_person(station, person=person, asked=ASKED, answers=[Answer("ent_name", "2", "乙"), answer])
    assert register.person_details(station, person=person) == before


def test_attempts_in_vain_are_counted_for_the_state_of_lost(station: Station, person: str) -> None:
    for method in ("2", "2", "1"):
        verification.note_unreached(station, person=person, asked=Asked(method=method, told_by=""))
    assert state(station, person) == "unreached"
    from desktop.services import states

    assert states.lost_after(station, person=person).startswith("3 次联系不上")
    assert "一般要" not in states.lost_after(station, person=person)
    verification.verify_person(station, person=person, asked=ASKED)
    assert states.lost_after(station, person=person) == ""


def test_people_come_in_walking_order_and_progress_adds_up(station: Station) -> None:
    for name, address in (("丙", "10号楼1单元101室"), ("乙", "2号楼1单元1001室"), ("甲", "2号楼1单元201室")):
        register.register_person(station, draft=PersonDraft({"name": name, "live_addr": address}))
    found = verification.people_to_ask(station, wanted=ToAsk())
    assert [one.name for one, _ in found] == ["甲", "乙", "丙"]
    only = verification.people_to_ask(station, wanted=ToAsk(building="2号楼", state="left"))
    assert [one.name for one, _ in only] == ["甲", "乙"]
    verification.verify_person(station, person=found[0][0].id, asked=ASKED)
    rows = verification.progress(station, by="building")
    assert rows["2号楼"] == {"left": 1, "disputed": 0, "unreached": 0, "done": 1, "stale": 0}
    assert len(verification.sample(station, count=2)) == 2
    assert len(verification.sample(station, count=20)) == 3


def test_progress_is_counted_by_the_roster_that_brought_people(station: Station, tmp_path: Path) -> None:
    register.register_person(station, draft=PersonDraft({"name": "丁"}))
    path = tmp_path / "秦川移交.csv"
    path.write_text("姓名,身份证号\n张三,610100195307063017\n李四,610100195307063025\n", encoding="utf-8")
    rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[path]))
    verification.verify_person(station, person=register.find(station, text="张三").people[0].id, asked=ASKED)
    rows = verification.progress(station, by="batch")
    assert {name: (row["done"], row["left"]) for name, row in rows.items()} == {
        "2026-11-24 秦川移交.csv": (1, 1), "逐个登记或合并来的": (0, 1),
    }  # fmt: skip


def test_a_verification_travels_to_the_street(make_station: object, tmp_path: Path) -> None:
    from desktop.services import peers
    from tests.conftest import COMMUNITY, STREET

    assert callable(make_station)
    community, street = make_station(COMMUNITY), make_station(STREET, seed=2)
    for one, other in ((street, community), (community, street)):
        card = peers.export_key_card(one, path=tmp_path / f"{one.org}.yck")
        peers.enroll_peer(other, path=tmp_path / f"{one.org}.yck", fingerprint=card.fingerprint)
    person = register.register_person(community, draft=PersonDraft({"name": "张三"})).person
    verification.verify_person(community, person=person, asked=ASKED, answers=[Answer("ent_name", "2", "乙厂")])
    exchange.pack_for(community, to_org=street.org, path=tmp_path / "1.ycp")
    exchange.apply_merge(street, preview=exchange.preview_merge(street, path=tmp_path / "1.ycp"))
    assert [(one.name, one.field, one.answer) for one in verification.disputes(street)] == [
        ("张三", "ent_name", "乙厂")
    ]
