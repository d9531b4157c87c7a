"""The auditor sees who did what without values, a proof to sign, and what looks unusual; looking is noted."""

from datetime import datetime, timezone
from pathlib import Path

import pypdfium2
import pytest

from desktop.domain.clock import FixedClock
from desktop.domain.errors import InvalidValueError, NotAllowedError
from desktop.services import audit, check_forms, giving, register, reveal, unusual, users
from desktop.services.audit import AuditFilter
from desktop.services.register import PersonDraft
from desktop.services.station import Station, Terms
from desktop.store.people import PeopleFilter
from tests.conftest import CHEAP, reopen

NUMBER = "610100195307064917"


@pytest.fixture
def person(station: Station) -> str:
    return register.register_person(station, draft=PersonDraft({"name": "张三", "id_no": NUMBER})).person


def as_auditor(station: Station) -> None:
    station.role = station.vault.role = "auditor"


def test_revealing_is_noted_without_the_value(station: Station, person: str) -> None:
    assert reveal.reveal_person(station, person=person)["id_no"] == NUMBER
    as_auditor(station)
    newest = audit.deeds(station, wanted=AuditFilter(action="reveal"))[0]
    assert (newest.user, newest.role, newest.action) == ("王敏", "supervisor", "reveal")
    assert newest.about.startswith("S1001-")
    with pytest.raises(NotAllowedError):
        reveal.reveal_person(station, person=person)
    with station.vault.reading("read.audit") as connection:
        rows = connection.exec_driver_sql("SELECT * FROM access_note").all()
    assert NUMBER not in str(rows) and "张三" not in str(rows)


def test_deeds_are_narrowed_by_who_when_what_and_whom(station: Station, person: str) -> None:
    clock = station.clock
    assert isinstance(clock, FixedClock)
    number = str(register.person_details(station, person=person).values["person_no"])
    clock.advance(seconds=86_400)
    register.amend_person(station, person=person, values={"live_addr": "新路1号"}, why="搬家")
    today = station.today()
    as_auditor(station)
    found = audit.deeds(station, wanted=AuditFilter(since=today, until=today))
    assert [(one.action, one.about, one.detail) for one in found] == [("person.edit", number, "搬家")]
    assert [one.action for one in audit.deeds(station, wanted=AuditFilter(about=number))] == [
        "person.edit", "person.register",
    ]  # fmt: skip
    assert audit.deeds(station, wanted=AuditFilter(user="没有")) == []
    assert audit.action_name("person.edit") == "修改人员"
    with pytest.raises(NotAllowedError):
        register.people_ids(station, wanted=PeopleFilter())


def test_the_proof_names_the_head_and_what_the_check_found(station: Station, person: str) -> None:
    as_auditor(station)
    document = pypdfium2.PdfDocument(audit.proof_pdf(station))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    number, digest = station.vault.head()
    assert f"第 {number} 条" in text and digest.hex()[:32] in text and "完好" in text
    audited = station.vault.audit_head()
    assert f"第 {audited.batch} 次" in text and audited.seal.hex()[:32] in text
    assert f"1 段，到第 {audited.batch} 次：{station.user}" in text
    assert audit.device_mark(station).replace(" ", "")[:32] in text
    assert "张三" not in text


def test_what_looks_unusual_is_told(station: Station, person: str) -> None:
    clock = station.clock
    assert isinstance(clock, FixedClock)
    clock.at = datetime(2026, 11, 24, 15, 0, tzinfo=timezone.utc)  # 23:00 in China
    for _ in range(31):
        reveal.reveal_person(station, person=person)
    users.rotate_key(station, why="每年一次")
    found = {one.what: one for one in audit.unusual(station)}
    assert found["大量查看"].count == found["反复查看同一人"].count == 31
    assert found["非工作时间"].day == "2026-11-24"
    assert "无第二人时独自办理" in found
    clock.advance(seconds=40 * 86_400)
    assert {one.what for one in audit.unusual(station)} <= {"非工作时间"}


def test_an_ordinary_day_is_not_unusual(station: Station, person: str) -> None:
    reveal.reveal_person(station, person=person)
    users.add_user(station, name="李静", role="clerk", password="clerks-secret-1", cost=CHEAP)
    assert audit.unusual(station) == []
    assert isinstance(station.vault.folder, Path)


def test_openings_searches_prints_exports_and_sensitive_looks_are_counted_by_user_and_day(
    station: Station, person: str, tmp_path: Path
) -> None:
    for what, limit in {
        "一天打开人员": "1",
        "一天查找": "2",
        "一天打印": "1",
        "一天看敏感信息": "1",
        "一天导出": "1",
    }.items():
        unusual.set_limit(station, what=what, text=limit)
    register.put_child(station, kind="tag", person=person, values={"code": "T01"})
    other = register.register_person(station, draft=PersonDraft({"name": "李四"})).person
    register.put_child(station, kind="tag", person=other, values={"code": "T01"})
    for one in (person, other, person):
        register.person_details(station, person=one)
    for text in ("张", "张三", "张三丰", "李四", "王"):  # typed on, letter by letter, is one search
        register.find(station, text=text)
    check_forms.check_forms(station, ids=[person, other])
    station.terms = Terms("社保经办", "核对", "上级机关书面要求")
    giving.give_out(station, leaving=giving.Leaving("全表", 2, b"x"), path=tmp_path / "x.bin")
    found = {one.what: one for one in audit.unusual(station)}
    assert {key: one.count for key, one in found.items() if key.startswith("大量")} == {
        "大量打开人员": 2, "大量查找": 3, "大量打印": 2, "大量查看敏感信息": 2, "大量导出": 2,
    }  # fmt: skip
    assert {one.user for one in found.values()} == {station.user} and "超过 1 人" in found["大量打印"].detail
    with station.vault.reading("read.audit") as connection:
        kept = connection.exec_driver_sql("SELECT * FROM tally").all()
    assert person not in str(kept) and "张三" not in str(kept)


def test_counts_outlive_closing_and_say_nothing_of_whom(station: Station, person: str) -> None:
    register.find(station, text="张三")
    again = reopen(station)
    with again.vault.reading("read.audit") as connection:
        kept = connection.exec_driver_sql("SELECT day, user, what, count FROM tally").all()
    assert [tuple(one) for one in kept] == [("2026-11-24", again.user, "find", 1)]
    again.close()


def test_the_limits_are_a_supervisors_and_make_sense(station: Station) -> None:
    assert unusual.limits(station)["opens"] == 450
    unusual.set_limit(station, what="opens", text="8:15")
    unusual.set_limit(station, what="周末算非工作时间", text="否")
    assert (unusual.limits(station)["opens"], unusual.limits(station)["weekend"]) == (495, 0)
    for what, text in (
        ("没有", "1"),
        ("again", "零"),
        ("again", "0"),
        ("opens", "25:00"),
        ("opens", "20:00"),
        ("opens", "8:99"),
    ):
        with pytest.raises(InvalidValueError):
            unusual.set_limit(station, what=what, text=text)
    as_auditor(station)
    with pytest.raises(NotAllowedError):
        unusual.set_limit(station, what="again", text="9")
