"""The auditor narrows the log every way, opens an entry without seeing a value, and prints what was narrowed."""

import time
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from desktop.domain.clock import FixedClock
from desktop.domain.dictionary import KINDS
from desktop.domain.errors import InvalidValueError, NotAllowedError, NotFoundError
from desktop.domain.permissions import PERMITS
from desktop.services import audit_log, giving, register, reveal, users
from desktop.services.audit_log import LogQuery
from desktop.services.giving import Leaving
from desktop.services.register import PersonDraft
from desktop.services.station import Second, Station, Terms
from tests.conftest import CHEAP

NUMBER = "610100195307064917"
OTHER = "second-secret-1"


@pytest.fixture
def person(station: Station) -> str:
    return register.register_person(
        station, draft=PersonDraft({"name": "张三", "id_no": NUMBER, "live_addr": "旧路1号"})
    ).person


def as_role(station: Station, role: str) -> None:
    station.role = station.vault.role = role


def found(station: Station, **query: object) -> list[str]:
    opened = audit_log.open_log(station, query=LogQuery(**query))  # type: ignore[arg-type]
    return [one.action for one in audit_log.window_of(station, numbers=opened.numbers)]


def test_every_filter_narrows_by_itself_and_together(station: Station, person: str, tmp_path: Path) -> None:
    clock = station.clock
    assert isinstance(clock, FixedClock)
    first_day = station.today()
    clock.advance(seconds=86_400)
    reveal.reveal_person(station, person=person)
    register.put_child(station, kind="phone", person=person, values={"number": "029-88886666"})
    users.add_user(station, name="陈立", role="supervisor", password=OTHER, cost=CHEAP)
    users.add_user(station, name="李静", role="clerk", password="clerks-secret-1", cost=CHEAP)
    station.terms, station.second = Terms("区人社局", "慰问", "职责"), Second("陈立", OTHER)
    giving.give_out(station, leaving=Leaving("名单", 51, b"x"), path=tmp_path / "x.csv")
    station.user = station.vault.user = "李静"
    as_role(station, "clerk")
    register.amend_person(station, person=person, values={"live_addr": "新路1号"}, why="搬家")
    as_role(station, "auditor")
    assert found(station, user="李静") == ["person.edit"]
    assert found(station, role="clerk") == ["person.edit"]  # by the role there is now: edits bear none
    assert found(station, role="clerk", user="王敏") == []
    assert found(station, since=first_day, until=first_day) == ["person.register", "store.create"]
    assert found(station, until=first_day - timedelta(days=1)) == []
    assert found(station, action="reveal") == ["reveal"]
    assert found(station, group="查看敏感内容") == ["reveal"]
    assert set(found(station, group="使用人与密钥")) == {"user.add", "second.alone", "second.given", "store.create"}
    assert found(station, group="没有这一类") == []
    assert found(station, kind="phone") == ["phone.add"]
    about = ["person.edit", "phone.add", "reveal", "person.register"]
    shown = str(register_number(station, person))
    assert found(station, person=shown) == found(station, person=NUMBER) == about
    assert set(found(station, second="陈立")) == {"export.note", "second.given"}
    assert found(station, person=shown, kind="phone", user="王敏") == ["phone.add"]
    number = audit_log.open_log(station, query=LogQuery(action="reveal")).numbers[0]
    assert found(station, batch=number) == ["reveal"]
    with pytest.raises(NotFoundError, match="没有找到"):
        found(station, person="不认识")


def register_number(station: Station, person: str) -> object:
    with station.vault.reading("read.audit") as connection:
        return connection.exec_driver_sql("SELECT person_no FROM person WHERE id=?", (person,)).scalar()


def test_an_entry_says_which_fields_and_never_what_stands_in_them(station: Station, person: str) -> None:
    register.amend_person(station, person=person, values={"live_addr": "新路1号", "name": "张叁"}, why="改正")
    number = audit_log.open_log(station, query=LogQuery(action="person.edit")).numbers[0]
    entry = audit_log.entry_of(station, number=number)
    assert [(one.what, one.person) for one in entry.lines] == [("修改人员", person)]
    assert "姓名" in entry.lines[0].fields and not entry.more
    for value in ("新路", "旧路", "张叁", "张三"):
        assert value not in str(entry)
    as_role(station, "auditor")
    assert audit_log.entry_of(station, number=number).lines[0].person == ""  # no way to the person
    with pytest.raises(NotFoundError):
        audit_log.entry_of(station, number=10_000)
    for role in ("clerk", "technician"):
        as_role(station, role)
        for call in (
            lambda: audit_log.entry_of(station, number=number),
            lambda: audit_log.open_log(station, query=LogQuery()),
            lambda: audit_log.choices(station),
            lambda: audit_log.window_of(station, numbers=[number]),
            lambda: audit_log.log_pdf(station, query=LogQuery()),
            lambda: audit_log.proof(station),
        ):
            with pytest.raises(NotAllowedError):
                call()


def test_what_is_offered_was_done_and_every_action_has_a_group(station: Station, person: str) -> None:
    reveal.reveal_person(station, person=person)
    offered = audit_log.choices(station)
    assert offered.users == ("王敏",) and offered.actions["查看敏感内容"] == ("reveal",)
    assert "access.note" not in str(offered)
    lost = [
        one for one in PERMITS
        if audit_log.group_of(one) == "其他" and one.partition(".")[0] not in {"read", "practice", "access", "print"}
        and "." in one and one.partition(".")[0] not in KINDS
    ]  # fmt: skip
    assert lost in ([], ["backup.auto"])


def test_the_list_is_printed_with_the_page_to_sign_and_noted(station: Station, person: str) -> None:
    as_role(station, "auditor")
    pdf = audit_log.log_pdf(station, query=LogQuery(user="王敏"))
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    assert "新增人员" in pages[0] and "王敏" in pages[0] and "审计人签字" in pages[-1] and len(pages) >= 2
    assert NUMBER not in "".join(pages) and "张三" not in "".join(pages)
    assert found(station, action="audit.proof") == ["audit.proof"]
    with pytest.raises(NotFoundError, match="没有符合条件"):
        audit_log.log_pdf(station, query=LogQuery(user="没有"))


def grow(station: Station, count: int) -> None:
    """Put `count` units of one change each into the log, as raw rows: this is about reading."""
    with station.vault.jotting() as connection:
        connection.exec_driver_sql(
            "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM k WHERE i<?) "
            "INSERT INTO batch (id, action, why, user, at, source) SELECT 'x'||i, "
            "CASE i%3 WHEN 0 THEN 'person.edit' WHEN 1 THEN 'phone.add' ELSE 'visit.add' END, '', "
            "CASE i%5 WHEN 0 THEN '李静' ELSE '王敏' END, '2026-11-24T01:02:03Z', '' FROM k",
            (count,),
        )
        connection.exec_driver_sql(
            "INSERT INTO change (batch, kind, record, person, action, writer, counter, base, fields, hash) "
            "SELECT n, 'phone', id, (SELECT id FROM person LIMIT 1), 'put', 1, n, '', '{}', x'00' FROM batch "
            "WHERE id LIKE 'x%'"
        )


def read_all_ways(station: Station) -> dict[str, float]:
    taken = {}
    for name, query in (
        ("everything", LogQuery()), ("a user", LogQuery(user="李静")), ("a role", LogQuery(role="supervisor")),
        ("a group", LogQuery(group="登记与修改")), ("a kind", LogQuery(kind="phone")),
        ("a person", LogQuery(person=NUMBER)), ("a second", LogQuery(second="陈立")),
    ):  # fmt: skip
        began = time.perf_counter()
        audit_log.open_log(station, query=query)
        taken[name] = time.perf_counter() - began
    return taken


def test_a_log_is_read_by_windows(station: Station, person: str) -> None:
    grow(station, 1000)
    opened = audit_log.open_log(station, query=LogQuery())
    assert len(opened.numbers) > 1000 and len(opened.first) == audit_log.WINDOW
    last = audit_log.window_of(station, numbers=opened.numbers[-3:])
    assert [one.n for one in last] == list(opened.numbers[-3:]) and last[-1].action == "store.create"
    with pytest.raises(InvalidValueError, match="太多"):
        audit_log.MOST_PRINTED, before = 900, audit_log.MOST_PRINTED
        try:
            audit_log.log_pdf(station, query=LogQuery())
        finally:
            audit_log.MOST_PRINTED = before


@pytest.mark.long
def test_a_hundred_thousand_entries_are_narrowed_while_one_waits(station: Station, person: str) -> None:
    grow(station, 100_000)
    taken = read_all_ways(station)
    print({name: round(seconds, 2) for name, seconds in taken.items()})
    assert max(taken.values()) < 10
