"""A person moves between real stations: one owner at any time, whole history with the authors' names."""

from pathlib import Path

import pytest

from desktop.domain.errors import AccessError, InvalidValueError
from desktop.domain.transfers import State
from desktop.services import as_on, cards, numbers, register, transfers, visits
from desktop.services.access import NewStore
from desktop.services.backups import check_store
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.services.test_exchange import send, trust

Three = tuple[Station, Station, Station]


@pytest.fixture
def three(make_station: Maker, tmp_path: Path) -> Three:
    source, street, target = (make_station(one, seed=n) for n, one in enumerate((COMMUNITY, STREET, OTHER), start=1))
    trust(source, street, tmp_path)
    trust(target, street, tmp_path)
    return source, street, target


def resident(station: Station) -> str:
    draft = PersonDraft(
        {"name": "张三", "id_no": "610100195307063017", "live_addr": "3号楼2单元501室"},
        phones=[{"number": "19900012345", "owner": "本人"}],
    )
    person = register.register_person(station, draft=draft).person
    visits.record_visit(
        station,
        person=person,
        values={"visited_on": "2026-11-01", "visitors": "王敏", "method": "1", "condition": "精神好"},
    )
    return person


def only(station: Station) -> transfers.Transfer:
    (one,) = transfers.list_transfers(station)
    return one


def home(station: Station, person: str) -> object:
    return register.person_details(station, person=person).values.get("home_org")


def counted(station: Station, key: str, label: str) -> tuple[str, ...]:
    """Return the people of one number."""
    figure = next(one for one in numbers.numbers_at(station).figures if one.key == key)
    return next((one.people for one in figure.parts if one.label == label), ())


def listed(station: Station) -> list[str]:
    return register.people_ids(station, wanted=PeopleFilter())


def deliver(sender: Station, receiver: Station, folder: Path) -> None:
    result = send(sender, receiver, folder)
    assert result.counts.get("rejected", 0) == 0
    assert result.counts.get("conflicts", 0) == 0


def offered(three: Three, folder: Path) -> str:
    """Offer a person, route the offer, and bring it to the target; return the person."""
    source, street, target = three
    person = resident(source)
    deliver(source, street, folder)
    transfers.offer_transfer(source, person=person, wanted=target.org, reason="搬到女儿家常住")
    deliver(source, street, folder)
    transfers.route_transfer(street, transfer=only(street).id, target=target.org)
    deliver(street, target, folder)
    return person


def test_a_person_moves_with_everything_and_the_visits_keep_their_author(three: Three, tmp_path: Path) -> None:
    source, street, target = three
    person = offered(three, tmp_path)
    assert only(target).state is State.ROUTED
    assert "张三" in only(target).text("summary")
    assert listed(target) == []
    transfers.accept_transfer(target, transfer=only(target).id)
    deliver(target, street, tmp_path)
    assert home(street, person) == source.org
    transfers.confirm_transfer(street, transfer=only(street).id)
    deliver(street, source, tmp_path)
    deliver(street, target, tmp_path)
    for station in three:
        assert home(station, person) == target.org
        assert only(station).state is State.MOVED
        assert check_store(station).problems == []
    assert listed(source) == []
    assert listed(target) == [person]
    assert counted(source, "overview", "在管人数") == counted(source, "state", "在管") == ()
    assert counted(source, "left", "2026-11") == counted(target, "overview", "在管人数") == (person,)
    assert [len(as_on.register_on(one, day=one.today()).people) for one in three] == [0, 1, 1]
    assert numbers.freeze(source, name="年末").frozen.people == 0
    page = register.person_details(target, person=person)
    assert page.values["owner_epoch"] == 1
    assert [row.values["visitors"] for row in page.children["visit"]] == ["王敏"]
    assert [row.values["number"] for row in page.children["phone"]] == ["19900012345"]
    assert {line.org for line in register.history_of(target, person=person) if line.kind == "visit"} == {source.org}


def test_the_new_community_works_on_and_the_old_one_may_not(three: Three, tmp_path: Path) -> None:
    source, street, target = three
    person = offered(three, tmp_path)
    transfers.accept_transfer(target, transfer=only(target).id)
    deliver(target, street, tmp_path)
    transfers.confirm_transfer(street, transfer=only(street).id)
    register.amend_person(source, person=person, values={"ent_name": "旧社区还在改"})
    assert send(source, street, tmp_path).counts["proposals"] == 1
    deliver(street, target, tmp_path)
    register.amend_person(target, person=person, values={"live_addr": "新址1号"})
    deliver(target, street, tmp_path)
    page = register.person_details(street, person=person)
    assert (page.values["live_addr"], page.values.get("ent_name")) == ("新址1号", None)
    deliver(street, source, tmp_path)
    with pytest.raises(AccessError):
        transfers.offer_transfer(source, person=person, reason="再转")


def test_the_cards_of_the_old_community_end_with_the_move_and_the_new_one_gives_its_own(
    three: Three, tmp_path: Path
) -> None:
    source, street, target = three
    person = offered(three, tmp_path)
    ((_, old),) = cards.issue_cards(source, ids=[person]).cards
    visits.record_visit(source, person=person, values={
        "visited_on": "2026-11-20", "visitors": "王敏", "method": "1", "condition": "正在收拾东西",
    })  # fmt: skip
    deliver(source, street, tmp_path)
    transfers.accept_transfer(target, transfer=only(target).id)
    deliver(target, street, tmp_path)
    assert cards.verify_card(street, token=old).state == "valid"  # until the move it is good
    transfers.confirm_transfer(street, transfer=only(street).id)
    deliver(street, source, tmp_path)
    deliver(street, target, tmp_path)
    for station in three:
        (card,) = register.person_details(station, person=person).children["card"]
        assert (card.values["state"], card.values["org"]) == (cards.VOID, source.org)
        assert card.values["ended_on"] and OTHER.name in str(card.values["ended_why"])
        verdict = cards.verify_card(station, token=old)
        assert verdict.state == "revoked" and "作废" in verdict.advice
    ((_, new),) = cards.issue_cards(target, ids=[person]).cards
    assert new != old
    deliver(target, street, tmp_path)
    there = register.person_details(street, person=person).children["card"]
    assert [one.values["state"] for one in there if one.values["card_no"] == new] == [cards.VALID]
    written = register.history_of(target, person=person)
    assert {line.org for line in written if line.kind == "visit"} == {source.org}
    visits.record_visit(
        target, person=person, values={"visited_on": "2026-11-24", "visitors": "赵静", "method": "1", "condition": "好"}
    )
    deliver(target, street, tmp_path)
    assert len(register.person_details(street, person=person).children["visit"]) == 3
    authors = {line.org for line in register.history_of(street, person=person) if line.kind == "visit"}
    assert authors == {source.org, target.org}


@pytest.mark.parametrize("order", [("cancel", "accept"), ("accept", "cancel")])
def test_a_withdrawal_and_an_answer_may_cross(three: Three, tmp_path: Path, order: tuple[str, str]) -> None:
    source, street, target = three
    person = offered(three, tmp_path)
    transfers.accept_transfer(target, transfer=only(target).id)
    transfers.cancel_transfer(source, transfer=only(source).id, why="不搬了")
    for one in order:
        deliver(source if one == "cancel" else target, street, tmp_path)
    assert only(street).state is State.CANCELLED
    with pytest.raises(AccessError):
        transfers.confirm_transfer(street, transfer=only(street).id)
    transfers.close_transfer(street, transfer=only(street).id)
    deliver(street, source, tmp_path)
    deliver(street, target, tmp_path)
    assert {only(station).state for station in three} == {State.WITHDRAWN}
    assert home(source, person) == home(street, person) == source.org
    assert listed(target) == []


@pytest.mark.long
def test_a_withdrawal_after_the_move_comes_too_late(three: Three, tmp_path: Path) -> None:
    source, street, target = three
    person = offered(three, tmp_path)
    transfers.accept_transfer(target, transfer=only(target).id)
    deliver(target, street, tmp_path)
    transfers.confirm_transfer(street, transfer=only(street).id)
    transfers.cancel_transfer(source, transfer=only(source).id, why="不搬了")
    deliver(source, street, tmp_path)
    for receiver in (source, target):
        deliver(street, receiver, tmp_path)
    assert {only(station).state for station in three} == {State.MOVED}
    assert {home(station, person) for station in three} == {target.org}


@pytest.mark.long
def test_a_refusal_leaves_the_person_where_he_is(three: Three, tmp_path: Path) -> None:
    source, street, target = three
    person = offered(three, tmp_path)
    with pytest.raises(InvalidValueError):
        transfers.reject_transfer(target, transfer=only(target).id, why=" ")
    transfers.reject_transfer(target, transfer=only(target).id, why="户在人不在")
    deliver(target, street, tmp_path)
    transfers.close_transfer(street, transfer=only(street).id)
    deliver(street, source, tmp_path)
    assert only(source).state is State.REFUSED
    assert listed(source) == [person]
    transfers.offer_transfer(source, person=person, reason="再试一次")


@pytest.mark.long
def test_there_and_back_again(three: Three, tmp_path: Path) -> None:
    source, street, target = three
    person = offered(three, tmp_path)
    transfers.accept_transfer(target, transfer=only(target).id)
    deliver(target, street, tmp_path)
    transfers.confirm_transfer(street, transfer=only(street).id)
    deliver(street, source, tmp_path)
    deliver(street, target, tmp_path)
    register.amend_person(target, person=person, values={"live_addr": "沣东1号"})
    back, _ = transfers.offer_transfer(target, person=person, wanted=source.org, reason="搬回")
    deliver(target, street, tmp_path)
    transfers.route_transfer(street, transfer=back.id, target=source.org)
    deliver(street, source, tmp_path)
    transfers.accept_transfer(source, transfer=back.id)
    deliver(source, street, tmp_path)
    transfers.confirm_transfer(street, transfer=back.id)
    deliver(street, source, tmp_path)
    deliver(street, target, tmp_path)
    page = register.person_details(source, person=person)
    assert (page.values["home_org"], page.values["owner_epoch"], page.values["live_addr"]) == (source.org, 2, "沣东1号")
    assert listed(source) == [person]
    assert listed(target) == []


def test_a_stale_offer_cannot_be_confirmed(three: Three, tmp_path: Path) -> None:
    _, street, target = three
    person = offered(three, tmp_path)
    transfers.accept_transfer(target, transfer=only(target).id)
    deliver(target, street, tmp_path)
    with street.vault.unit("org.merge") as unit:
        unit.put("person", person, {"home_org": target.org})
        unit.commit()
    with pytest.raises(InvalidValueError, match="归属"):
        transfers.confirm_transfer(street, transfer=only(street).id)


@pytest.mark.long
def test_a_move_between_two_streets_is_ruled_by_the_new_town(make_station: Maker, tmp_path: Path) -> None:
    drafts = (
        COMMUNITY, STREET, NewStore("district", "610100", "沣东新城", "孙丽"),
        NewStore("street", "610100002", "三桥街道", "周强"), NewStore("community", "610100002001", "天台社区", "吴敏"),
    )  # fmt: skip
    source, street, town, other, target = (make_station(one, seed=n) for n, one in enumerate(drafts, start=1))
    for one, above in ((source, street), (street, town), (other, town), (target, other)):
        trust(one, above, tmp_path)
    person = resident(source)
    up = ((source, street), (target, other), (street, town), (other, town))

    def go_up() -> None:
        for one, above in up:
            deliver(one, above, tmp_path)

    def go_down() -> None:
        for one, above in reversed(up):
            deliver(above, one, tmp_path)

    go_up()
    assert home(town, person) == source.org
    transfers.offer_transfer(source, person=person, wanted=target.org, reason="搬到三桥")
    go_up()
    transfers.route_transfer(town, transfer=only(town).id, target=target.org)
    go_down()
    transfers.accept_transfer(target, transfer=only(target).id)
    go_up()
    transfers.confirm_transfer(town, transfer=only(town).id)
    go_down()
    for station in (source, street, town, other, target):
        assert home(station, person) == target.org
        assert check_store(station).problems == []
    assert listed(target) == [person]
    register.amend_person(target, person=person, values={"live_addr": "天台路1号"})
    go_up()
    assert register.person_details(town, person=person).values["live_addr"] == "天台路1号"
