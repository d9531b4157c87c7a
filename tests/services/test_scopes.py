"""A clerk limited to some communities sees and changes nobody else, by whatever service; without limits nothing changes."""

from datetime import date
from pathlib import Path

import pytest

from desktop.domain.errors import InvalidValueError, KnownError, NotAllowedError, NotFoundError
from desktop.domain.levels import LEVEL_CODES
from desktop.services import (
    access,
    as_on,
    audit,
    backups,
    batches,
    books,
    card_life,
    cards,
    check_forms,
    duplicates,
    health,
    info_forms,
    ledger,
    listing,
    numbers,
    orgs,
    register,
    reveal,
    states,
    timeline,
    users,
    verification,
    visits,
)  # fmt: skip
from desktop.services.audit import AuditFilter
from desktop.services.listing import ListQuery
from desktop.services.register import PersonDraft
from desktop.services.states import StateChange
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from desktop.store.visits import VisitFilter
from tests.conftest import CHEAP, PASSWORD, STREET, Maker

CLERK = "clerks-secret-1"
MINE, THEIRS = "610100001001", "610100001002"
TODAY = date(2026, 11, 24)


@pytest.fixture
def street(make_station: Maker) -> Station:
    station = make_station(STREET)
    for code, name in ((MINE, "青杨社区"), (THEIRS, "沣东社区")):
        orgs.put_org(
            station,
            values={"code": code, "name": name, "level": LEVEL_CODES["community"], "parent": station.org},
            why="x",
        )
    for org, name in ((MINE, "张近甲"), (MINE, "张近乙"), (THEIRS, "王远甲"), (THEIRS, "王远乙")):
        made = register.register_person(
            station,
            draft=PersonDraft(
                {"name": name, "home_org": org, "live_addr": f"{name}路"}, phones=[{"number": "029-88886666"}]
            ),
        )
        visits.record_visit(
            station, person=made.person, values={"visited_on": "2026-11-01", "visitors": name, "method": "1"}
        )
        cards.issue_cards(station, ids=[made.person])
    users.add_user(station, name="李静", role="clerk", password=CLERK, cost=CHEAP)
    return station


def id_of(station: Station, name: str) -> str:
    with station.vault._looking() as connection:
        return str(connection.exec_driver_sql("SELECT id FROM person WHERE name=?", (name,)).scalar_one())


def as_clerk(street: Station, *orgs_: str) -> Station:
    users.limit_user(street, name="李静", orgs=orgs_)
    street.close()
    return access.open_store(street.vault.folder, password=CLERK, user="李静", clock=street.clock)


def test_every_read_shows_own_people_and_no_trace_of_others(street: Station) -> None:
    theirs = id_of(street, "王远甲")
    clerk = as_clerk(street, MINE)
    reads = {
        "find": lambda: register.find(clerk, text="张近"),
        "find others": lambda: register.find(clerk, text="王远"),
        "find phone": lambda: register.find(clerk, text="88886666"),
        "ids": lambda: register.people_rows(clerk, ids=register.people_ids(clerk, wanted=PeopleFilter())),
        "rows": lambda: register.people_rows(clerk, ids=[theirs]),
        "list": lambda: listing.open_list(clerk, query=ListQuery(PeopleFilter(), fields=("name", "live_addr"))),
        "by address": lambda: listing.open_list(
            clerk, query=ListQuery(PeopleFilter(), sort="live_addr", fields=("name",))
        ),
        "overview": lambda: register.overview(clerk),
        "visits": lambda: visits.visits_listed(clerk, wanted=VisitFilter()),
        "cards": lambda: card_life.all_cards(clerk),
        "duplicates": lambda: duplicates.find_duplicates(clerk),
        "health": lambda: health.health_report(clerk),
        "as on": lambda: as_on.register_on(clerk, day=TODAY),
        "ledger": lambda: ledger.ledger_of(clerk, since=TODAY, until=TODAY),
        "history": lambda: register.history_of(clerk, person=theirs),
        "values": lambda: timeline.values_over_time(clerk, person=theirs, key="live_addr"),
        "alike": lambda: register.lookalikes_of(clerk, values={"name": "王远甲"}),
        "disputes": lambda: verification.disputes(clerk),
        "batches": lambda: batches.recent_batches(clerk),
    }
    for name, read in reads.items():
        assert "王远" not in str(read()), name
    with clerk.vault.reading() as connection:  # whatever table a new service reads
        views = connection.exec_driver_sql("SELECT name FROM temp.sqlite_master WHERE type='view'").all()
        covered = [str(row[0]) for row in views if row[0] not in {"change", "quarantine", "draft"}]
        for table in ("person", *covered):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert theirs not in str(rows) and "王远" not in str(rows), table
    assert {"phone", "visit", "card", "transfer", "proposal", "state", "conflict"} <= set(covered)
    assert register.overview(clerk)["home_org"] == {MINE: 2}
    assert register.people_count(clerk, wanted=PeopleFilter()) == 2
    assert register.find(clerk, text="张近").total == register.find(clerk, text="88886666").total == 2
    assert register.find(clerk, text="王远").total == 0  # not even how many
    assert len(register.find(clerk, text="张近", limit=1).people) == 1
    assert len(listing.open_list(clerk, query=ListQuery(PeopleFilter())).first) == 2
    assert len(visits.visits_listed(clerk, wanted=VisitFilter())) == 2 and len(card_life.all_cards(clerk)) == 2
    assert "王远" not in str(numbers.numbers_at(clerk))
    own = id_of(clerk, "张近甲")
    assert register.person_details(clerk, person=own).values["name"] == "张近甲"
    assert register.history_of(clerk, person=own) and as_on.person_on(clerk, person=own, day=TODAY)
    for refused in (
        lambda: register.person_details(clerk, person=theirs),
        lambda: as_on.person_on(clerk, person=theirs, day=TODAY),
        lambda: reveal.reveal_person(clerk, person=theirs),
        lambda: check_forms.check_forms(clerk, ids=[theirs]),
        lambda: info_forms.info_forms(clerk, ids=[theirs]),
        lambda: verification.check_sheet(clerk, person=theirs),
        lambda: register.person_by_any(clerk, text="J0001-00003"),
        lambda: cards.issue_cards(clerk, ids=[theirs]),
    ):
        with pytest.raises(KnownError):
            refused()
    assert "王远" not in str(books.EXPORTS["form"].make(clerk, PeopleFilter(), lambda *_: None))
    clerk.close()


def test_own_people_are_found_however_many_others_there_are(street: Station) -> None:
    for number in range(60):  # more than are put in order
        register.register_person(street, draft=PersonDraft({"name": f"张近{number}", "home_org": THEIRS}))
    clerk = as_clerk(street, MINE)
    for text in ("张近", "zhangjin", "zj", "张"):
        found = register.find(clerk, text=text, limit=5)
        assert {one.row.text("name") for one in found.people} == {"张近甲", "张近乙"}, text
        assert found.total == 2, text
    clerk.close()


def test_every_write_outside_is_refused_and_inside_goes_on(street: Station) -> None:
    theirs = id_of(street, "王远甲")
    with street.vault.reading() as connection:
        phone = str(connection.exec_driver_sql("SELECT id FROM phone WHERE person=?", (theirs,)).scalar_one())
    clerk = as_clerk(street, MINE)
    own = id_of(clerk, "张近甲")
    head = clerk.vault.head()
    change = StateChange("2", "2026-11-01", "x", "王敏")
    visit = {"visited_on": "2026-11-02", "visitors": "x", "method": "1"}
    for write in (
        lambda: register.amend_person(clerk, person=theirs, values={"live_addr": "x"}),
        lambda: register.amend_person(clerk, person=own, values={"home_org": THEIRS}),  # away from one's own
        lambda: register.register_person(clerk, draft=PersonDraft({"name": "新", "home_org": THEIRS})),
        lambda: register.register_person(clerk, draft=PersonDraft({"name": "新"})),  # the street's own
        lambda: register.put_child(clerk, kind="phone", person=theirs, values={"number": "029-88887777"}),
        lambda: register.put_child(clerk, kind="phone", person=theirs, values={"number": "0"}, record=phone),
        lambda: register.remove_child(clerk, kind="phone", record=phone),
        lambda: visits.record_visit(clerk, person=theirs, values=visit),
        lambda: states.change_state(clerk, person=theirs, change=change),
    ):
        with pytest.raises(KnownError):
            write()
    with pytest.raises(NotAllowedError, match="不在您负责的社区"), clerk.vault.unit("person.edit") as unit:
        unit.put("person", theirs, {"live_addr": "x"})
    with pytest.raises(NotAllowedError, match="不在您负责的社区"), clerk.vault.unit("phone.edit") as unit:
        unit.put("phone", phone, {"number": "029-88887777"})
    assert clerk.vault.head() == head
    register.amend_person(clerk, person=own, values={"live_addr": "新路"})
    register.put_child(clerk, kind="phone", person=own, values={"number": "029-88887777"})
    visits.record_visit(clerk, person=own, values=visit)
    made = register.register_person(clerk, draft=PersonDraft({"name": "新来", "home_org": MINE}))
    assert register.person_details(clerk, person=made.person).values["name"] == "新来"
    assert register.find(clerk, text="新来").total == 1
    clerk.close()


def test_without_communities_nothing_is_limited_and_it_can_be_taken_away(street: Station) -> None:
    users.limit_user(street, name="李静", orgs=[MINE])
    assert [one.scope for one in users.ways_in(street).users] == [(), (MINE,)]
    clerk = as_clerk(street)
    assert register.people_count(clerk, wanted=PeopleFilter()) == 4
    assert clerk.vault.scope == frozenset()
    clerk.close()


def test_limits_are_a_supervisors_audited_and_checked(street: Station) -> None:
    with pytest.raises(NotFoundError, match="没有名叫"):
        users.limit_user(street, name="没有", orgs=[MINE])
    with pytest.raises(InvalidValueError, match="只有录入员"):
        users.limit_user(street, name=street.user, orgs=[MINE])
    with pytest.raises(InvalidValueError, match="没有“999”"):
        users.limit_user(street, name="李静", orgs=["999"])
    users.limit_user(street, name="李静", orgs=[THEIRS, MINE])
    newest = audit.deeds(street, wanted=AuditFilter(action="user.scope"))[0]
    assert newest.count == 2 and newest.detail == "李静：青杨社区、沣东社区"
    clerk = as_clerk(street, MINE)
    with pytest.raises(NotAllowedError, match="录入员不能管理使用人"):
        users.limit_user(clerk, name="李静", orgs=[])
    clerk.close()
    again = access.open_store(street.vault.folder, password=PASSWORD, clock=street.clock)
    assert register.people_count(again, wanted=PeopleFilter()) == 4  # a supervisor sees everybody
    users.remove_user(again, name="李静")
    users.add_user(again, name="李静", role="clerk", password=CLERK, cost=CHEAP)
    assert users.ways_in(again).users[-1].scope == ()  # another of the same name
    again.close()


def test_a_limit_put_aside_with_raw_sql_is_found(street: Station, tmp_path: Path) -> None:
    users.limit_user(street, name="李静", orgs=[MINE])
    with street.vault.jotting() as connection:
        connection.exec_driver_sql("UPDATE meta SET value='{}' WHERE key='scopes'")
    assert not backups.check_store(street).is_sound
