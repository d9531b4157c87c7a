"""Every road to a deed that wants two supervisors: alone it does not happen, with consent it does, and both are noted.

A new road to removing people is found by the vault itself (`second_person.approve_removals`), whatever service opened
it; the other deeds are listed in ROADS. Whoever adds one of these adds a line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.domain.errors import KnownError, NotAllowedError, SecondPersonError, WaitError, WrongPasswordError
from desktop.domain.progress import silent
from desktop.services import (
    access,
    audit,
    batches,
    books,
    check_forms,
    directories,
    erasure,
    exchange,
    giving,
    info_forms,
    keyring,
    merges,
    peers,
    quarantine,
    register,
    rosters,
    users,
    visit_papers,
)  # fmt: skip
from desktop.services.audit import AuditFilter
from desktop.services.giving import Leaving
from desktop.services.station import Second, Station, Terms
from desktop.store.people import PeopleFilter
from tests.conftest import CHEAP, COMMUNITY, PASSWORD, ROSTERS, STREET, Maker
from tests.exchange_steps import pack, person, send, trust

OTHER = "second-secret-1"
CLERK = "clerks-secret-1"
TERMS = Terms("区人社局", "年度慰问", "上级机关书面要求")


@dataclass
class House:
    """A community with eleven people, its street, and room for files."""

    station: Station
    street: Station
    people: list[str]
    mail: Path


@pytest.fixture
def house(make_station: Maker, tmp_path: Path) -> House:
    station, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    mail = tmp_path / "mail"
    mail.mkdir()
    trust(station, street, mail)
    return House(station, street, [person(station, f"张{one}") for one in range(11)], mail)


def second_supervisor(station: Station) -> None:
    users.add_user(station, name="陈立", role="supervisor", password=OTHER, cost=CHEAP)


def alive(station: Station) -> int:
    return len(register.people_ids(station, wanted=PeopleFilter()))


def one_by_one(house: House) -> object:
    there = set(register.people_ids(house.station, wanted=PeopleFilter()))
    for one in house.people:
        if one in there:
            register.remove_person(house.station, person=one, why="误登")
    return None


def last_batches(station: Station, action: str) -> list[str]:
    return [one.id for one in batches.recent_batches(station, action=action) if one.undone_by is None]


def undo_an_import(house: House) -> object:
    station = house.station
    if not last_batches(station, "roster.import"):
        rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[ROSTERS / "社区摸底.csv"]))
    return batches.undo_batch(station, batch=last_batches(station, "roster.import")[0])


def undo_one_by_one(house: House) -> object:
    for one in last_batches(house.station, "person.register"):
        batches.undo_batch(house.station, batch=one)
    return None


def any_unit(house: House) -> object:
    with house.station.vault.unit("bulk.edit", why="绕道") as unit:
        for one in house.people:
            unit.delete("person", one)
        return unit.commit()


def give(house: House, people: int) -> object:
    house.station.terms = TERMS
    return giving.give_out(house.station, leaving=Leaving("名单", people, b"x"), path=house.mail / "out.csv")


def give_in_parts(house: House) -> object:
    if not (house.mail / "out.csv").exists():
        give(house, 30)
    return give(house, 21)


def export(house: House, key: str) -> object:
    house.station.terms = TERMS
    content = books.EXPORTS[key].make(house.station, PeopleFilter(), silent)
    return books.give(house.station, books.Made(key, content, 51), path=house.mail / "paper.pdf")


def read_directory(house: House) -> object:
    path = house.mail / "1.ycd"
    if not path.exists():
        directories.publish(house.street, path=path)
    return directories.read_in(house.station, path=path)


def enroll(house: House) -> object:
    card = peers.export_key_card(house.street, path=house.mail / "again.yck")
    return peers.enroll_peer(house.station, path=house.mail / "again.yck", fingerprint=card.fingerprint)


def code(house: House) -> object:
    made = users.make_recovery_code(house.station)
    return users.confirm_recovery_code(house.station, code=made, typed=made)


Road = Callable[[House], object]
REMOVALS: dict[str, Road] = {
    "deleted one by one in a day": one_by_one,
    "an import taken back": undo_an_import,
    "registrations taken back one by one": undo_one_by_one,
    "a unit of work no service has yet": any_unit,
}
ROADS: dict[str, Road] = {
    "export of 51": lambda h: give(h, 51),
    "export of 51 in two parts": give_in_parts,
    "others' forms for 51": lambda h: (
        setattr(h.station, "terms", TERMS),
        giving.give_filled(h.station, what="表", people=51, files=[(h.mail / "a.xlsx", b"x")]),
    ),
    "check forms for 51": lambda h: check_forms.check_forms(h.station, ids=h.people[:1] * 51),
    "information forms for 51": lambda h: info_forms.info_forms(h.station, ids=h.people[:1] * 51),
    "visit sheets for 51": lambda h: visit_papers.visit_sheets(h.station, ids=h.people[:1] * 51),
    "route for 51": lambda h: export(h, "route"),
    "visit sheets for 51, exported": lambda h: export(h, "visit"),
    "data key": lambda h: users.rotate_key(h.station, why="每年一次"),
    "a further supervisor": lambda h: users.add_user(
        h.station, name="赵新", role="supervisor", password="whatever-123", cost=CHEAP),
    "a recovery code": code,
    "the street's key": lambda h: users.give_street_key(h.station, org=h.street.org),
    "key directory": read_directory,
    "key card": enroll,
    "key stopped": lambda h: keyring.revoke(h.station, org=h.street.org),
    "erased": lambda h: erasure.erase_person(h.station, person=h.people[0], why="本人请求"),
}  # fmt: skip


@pytest.mark.parametrize("road", [*REMOVALS, *ROADS])
def test_alone_it_does_not_happen_and_with_the_second_supervisor_it_does(house: House, road: str) -> None:
    deed, station = {**REMOVALS, **ROADS}[road], house.station
    second_supervisor(station)
    with pytest.raises(SecondPersonError):
        deed(house)
    assert alive(station) >= 1 and not (house.mail / "a.xlsx").exists()
    station.second = Second(station.user, PASSWORD)
    with pytest.raises(NotAllowedError, match="自己"):
        deed(house)
    station.second = Second("陈立", OTHER)
    deed(house)
    assert station.second is None  # one consent, one deed
    given = [one for one in audit.deeds(station, wanted=AuditFilter()) if one.second == "陈立"]
    assert given


def test_where_there_is_one_supervisor_each_note_says_that_it_was_done_alone(house: House) -> None:
    for name, deed in [*REMOVALS.items(), *ROADS.items()]:
        if name == "a further supervisor":  # would be the second one
            continue
        before = alone(house.station)
        deed(house)
        assert alone(house.station) > before, name
        house.people = [person(house.station, f"{name}{one}") for one in range(11)]


def alone(station: Station) -> int:
    return sum(one.action == "second.alone" for one in audit.deeds(station, wanted=AuditFilter()))


def test_up_to_ten_people_a_day_are_removed_alone_by_whatever_road(house: House) -> None:
    second_supervisor(house.station)
    for one in house.people[:4]:
        register.remove_person(house.station, person=one, why="误登")
    for batch in last_batches(house.station, "person.register")[:6]:
        batches.undo_batch(house.station, batch=batch)
    assert alive(house.station) == 1
    with pytest.raises(SecondPersonError):
        batches.undo_batch(house.station, batch=last_batches(house.station, "person.register")[0])
    assert alive(house.station) == 1


def test_a_removal_taken_back_does_not_count(house: House) -> None:
    second_supervisor(house.station)
    for one in house.people:
        register.remove_person(house.station, person=one, why="误登")
        batches.undo_batch(house.station, batch=last_batches(house.station, "person.remove")[0])
    assert alive(house.station) == 11


def test_a_package_that_removes_many_waits_for_the_second_supervisor(house: House) -> None:
    station, street, mail = house.station, house.street, house.mail
    send(station, street, mail)
    second_supervisor(street)
    one_by_one(house)
    preview = exchange.preview_merge(street, path=pack(station, street, mail))
    brakes = merges.brakes_of(street, preview)
    confirmed = brakes.number if brakes else None
    with pytest.raises(SecondPersonError, match="合并数据包需要第二位主管"):
        exchange.apply_merge(street, preview=preview, confirmed=confirmed)
    assert alive(street) == 11
    street.second = Second("陈立", OTHER)
    exchange.apply_merge(street, preview=preview, confirmed=confirmed)
    assert alive(street) == 0


def test_a_clerk_removes_nobody_by_a_side_door(house: House) -> None:
    station = house.station
    station.role = station.vault.role = "clerk"
    for action in ("person.edit", "proposal.accept", "conflict.resolve", "undo.one", "roster.import"):
        with (
            pytest.raises(NotAllowedError, match="录入员不能删除人员"),
            station.vault.unit(action) as unit,
        ):
            unit.delete("person", house.people[0])
            unit.commit()
    assert alive(station) == 11


def test_a_wrong_second_password_is_noted_and_guessing_it_waits(house: House) -> None:
    station = house.station
    second_supervisor(station)
    one_by_one_but_last(house)
    for _ in range(5):
        station.second = Second("陈立", "not-the-password")
        with pytest.raises(WrongPasswordError):
            register.remove_person(station, person=house.people[-1], why="误登")
    station.second = Second("陈立", OTHER)
    with pytest.raises(WaitError):  # the right one waits as well
        register.remove_person(station, person=house.people[-1], why="误登")
    refused = [one for one in audit.deeds(station, wanted=AuditFilter()) if one.action == "second.refused"]
    assert len(refused) == 5 and alive(station) == 1
    station.close()  # the door of the register itself is not shut by it
    access.open_store(station.vault.folder, password=PASSWORD, clock=station.clock).close()


def one_by_one_but_last(house: House) -> None:
    for one in house.people[:-1]:
        register.remove_person(house.station, person=one, why="误登")


def test_what_lay_aside_is_taken_in_by_two_if_it_removes_many(house: House) -> None:
    station, street, mail = house.station, house.street, house.mail
    send(station, street, mail)
    second_supervisor(street)
    one_by_one(house)
    preview = exchange.preview_merge(street, path=pack(station, street, mail))
    keys = {("person", one) for one in house.people}
    exchange.apply_merge(street, preview=merges.without(street, preview, left_out=keys))
    ids = [one.id for one in quarantine.put_aside_lines(street)]
    with pytest.raises(SecondPersonError):
        quarantine.take_in(street, ids=ids)
    assert alive(street) == 11
    street.second = Second("陈立", OTHER)
    quarantine.take_in(street, ids=ids)
    assert alive(street) == 0


def test_nobody_is_made_supervisor_or_given_a_password_by_one_of_two(house: House) -> None:
    station = house.station
    second_supervisor(station)
    users.add_user(station, name="李静", role="clerk", password=CLERK, cost=CHEAP)
    with pytest.raises(KnownError, match="第二位主管"):
        users.renew_user(station, name="李静", password="another-secret", role="supervisor", cost=CHEAP)
    station.second = Second("陈立", OTHER)
    users.renew_user(station, name="李静", password="another-secret", role="supervisor", cost=CHEAP)
    assert {one.name: one.role for one in users.users_of(station.vault.folder)}["李静"] == "supervisor"
    station.second = Second("陈立", OTHER)
    with pytest.raises(NotAllowedError, match="本人"):  # it is about himself
        users.renew_user(station, name="陈立", password="another-secret", cost=CHEAP)
