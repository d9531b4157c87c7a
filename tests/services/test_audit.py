"""The auditor sees who did what without values, a proof to sign, and what looks unusual; looking is noted."""

from datetime import datetime, timezone
from pathlib import Path

import pypdfium2
import pytest

from desktop.domain.clock import FixedClock
from desktop.domain.errors import NotAllowedError
from desktop.services import audit, register, reveal, users
from desktop.services.audit import AuditFilter
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from tests.conftest import CHEAP

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
