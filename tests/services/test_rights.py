"""Notice, consent, requests, retention and the locked archive do what PIPL asks of them."""

import pypdfium2
import pytest

from desktop.domain.clock import FixedClock
from desktop.domain.errors import InvalidValueError, NotAllowedError, NotFoundError
from desktop.services import register, rights, states
from desktop.services.register import PersonDraft
from desktop.services.station import Station


@pytest.fixture
def person(station: Station) -> str:
    return register.register_person(station, draft=PersonDraft({"name": "张三", "live_addr": "甲路1号"})).person


def test_the_notice_names_who_what_why_how_long_and_the_rights(station: Station, person: str) -> None:
    rights.set_basis(station, group=rights.group_bases(station)[0].group, basis="本人单独同意", keep_years=3)
    document = pypdfium2.PdfDocument(rights.notice_for(station, person=person))
    text = "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")
    document.close()
    for wanted in ("青杨社区", "张三", "本人单独同意", "敏感个人信息", "查阅、复制", "签名", "3 年"):
        assert wanted in text, wanted
    assert rights.notice_for(station).startswith(b"%PDF")


def test_a_consent_is_kept_and_withdrawn(station: Station, person: str) -> None:
    rights.record_consent(station, person=person, values={"purpose": "走访", "done_on": "2026-11-24"})
    (row,) = register.person_details(station, person=person).children["consent"]
    rights.withdraw_consent(station, consent=row.id, on=station.today())
    (row,) = register.person_details(station, person=person).children["consent"]
    assert row.values["withdrawn_on"] == station.today().isoformat()
    with pytest.raises(NotFoundError):
        rights.withdraw_consent(station, consent="0" * 32, on=station.today())


def test_requests_are_due_and_answered_by_a_supervisor(station: Station, person: str) -> None:
    record, _ = rights.open_request(station, person=person, kind="2", what="地址写错了")
    (waiting,) = rights.open_requests(station)
    assert (waiting.id, waiting.due_on) == (record, "2026-12-09")
    station.role = station.vault.role = "clerk"
    with pytest.raises(NotAllowedError):
        rights.close_request(station, request=record, outcome="已更正")
    station.role = station.vault.role = "supervisor"
    rights.close_request(station, request=record, outcome="已更正")
    assert rights.open_requests(station) == []
    with pytest.raises(InvalidValueError):
        rights.open_request(station, person=person, kind="99", what="x")


@pytest.mark.parametrize(("basis", "years"), [("", 5), ("同意", 0), ("同意", 101)])
def test_a_basis_without_words_or_with_impossible_years_is_refused(station: Station, basis: str, years: int) -> None:
    with pytest.raises(InvalidValueError):
        rights.set_basis(station, group="身份", basis=basis, keep_years=years)
    with pytest.raises(InvalidValueError):
        rights.set_basis(station, group="没有这组", basis="同意")
    assert all(one.is_shipped for one in rights.group_bases(station))


def test_what_is_kept_long_enough_is_listed_and_locked(station: Station, person: str) -> None:
    clock = station.clock
    assert isinstance(clock, FixedClock)
    change = states.StateChange("2", "2026-11-20", "迁居", station.user, where_to="外省")
    states.change_state(station, person=person, change=change)
    assert rights.retention_due(station) == []
    clock.advance(seconds=6 * 366 * 86_400)
    (due,) = rights.retention_due(station)
    assert due.id == person
    rights.set_basis(station, group="身份", basis="本人单独同意", keep_years=8)
    assert rights.retention_due(station) == [], "the longest of the groups decides"
    assert [one.id for one in rights.retention_due(station, years=5)] == [person]
    rights.reset_basis(station, group="身份")
    assert rights.longest_kept(station) == 5
    rights.lock_person(station, person=person, why="保存期限已满")
    assert rights.retention_due(station) == []
    with pytest.raises(NotAllowedError, match="封存"):
        register.amend_person(station, person=person, values={"live_addr": "乙路2号"})
    with pytest.raises(NotAllowedError, match="封存"):
        register.put_child(station, kind="phone", person=person, values={"number": "029-88886666"})
    with pytest.raises(InvalidValueError, match="已经封存"):
        rights.lock_person(station, person=person, why="再来")
    rights.unlock_person(station, person=person, why="本人回迁")
    register.amend_person(station, person=person, values={"live_addr": "乙路2号"})
