"""A write about somebody else's person reaches who owns him, is decided there, and the answer is final everywhere."""

from pathlib import Path

import pytest

from desktop.domain.errors import AccessError, InvalidValueError
from desktop.services import proposals, quarantine, register, streams
from desktop.services.proposals import Proposal
from desktop.services.station import Station
from desktop.store.records import load_records
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.exchange_steps import merge, pack, person, send, trust, value_of

Three = tuple[Station, Station, Station]
PHONE = "1" * 32


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@pytest.fixture
def three(make_station: Maker, tmp_path: Path) -> Three:
    """The owner, the street, and a community that once had the person and still writes about him."""
    owner, former, street = (make_station(one, seed=n) for n, one in enumerate((COMMUNITY, OTHER, STREET), start=1))
    trust(owner, street, tmp_path)
    trust(former, street, tmp_path)
    return owner, street, former


def write(station: Station, kind: str, record: str, **values: str) -> None:
    with station.vault.unit("person.edit") as unit:
        unit.put(kind, record, values)
        unit.commit()


def moved(three: Three, mail: Path) -> str:
    """Return somebody who moved from the former owner to the owner, known to all three."""
    owner, street, former = three
    one = person(former, "张三", live_addr="旧址一号")
    send(former, street, mail)
    with street.vault.unit("transfer.confirm") as unit:
        unit.put("person", one, {"home_org": owner.org, "owner_epoch": 1})
        unit.commit()
    for station in (owner, former):
        send(street, station, mail)
    register.amend_person(owner, person=one, values={"live_addr": "新址二号"})
    send(owner, street, mail)
    return one


def only(station: Station) -> Proposal:
    (one,) = proposals.list_proposals(station)
    return one


def proposed(three: Three, mail: Path) -> str:
    owner, street, former = three
    one = moved(three, mail)
    write(former, "person", one, live_addr="旧社区听说的三号")
    assert send(former, street, mail).counts["proposals"] == 1
    assert quarantine.put_aside_lines(street) == []
    assert value_of(street, one, "live_addr") == "新址二号"
    send(street, owner, mail)
    return one


def test_it_reaches_the_owner_side_by_side(three: Three, mail: Path) -> None:
    owner, street, former = three
    proposed(three, mail)
    found = only(owner)
    (field,) = found.fields
    assert (field.base, field.ours, field.proposed) == ("旧址一号", "新址二号", "旧社区听说的三号")
    assert (found.org, found.user, found.may_answer, found.name) == (OTHER.code, OTHER.user, True, "张三")
    assert not only(street).may_answer
    with pytest.raises(AccessError):
        proposals.accept_proposal(street, proposal=found.id)
    assert send(street, former, mail).state == "imported"
    assert "等" in only(former).state


@pytest.mark.parametrize(("accepted", "stands"), [(True, "旧社区听说的三号"), (False, "新址二号")])
def test_the_answer_travels_back_and_is_final(three: Three, mail: Path, accepted: bool, stands: str) -> None:
    owner, street, former = three
    one = proposed(three, mail)
    if accepted:
        proposals.accept_proposal(owner, proposal=only(owner).id)
    else:
        with pytest.raises(InvalidValueError):
            proposals.reject_proposal(owner, proposal=only(owner).id, why=" ")
        proposals.reject_proposal(owner, proposal=only(owner).id, why="已经上门核实")
    assert send(owner, street, mail).counts.get("conflicts", 0) == 0
    assert send(street, former, mail).counts.get("conflicts", 0) == 0
    for station in three:
        assert value_of(station, one, "live_addr") == stands
        assert only(station).state == ("采纳" if accepted else "不采纳")
        assert only(station).why == ("" if accepted else "已经上门核实")
        assert not only(station).may_answer
    result = merge(street, pack(former, street, mail, snapshot=True))  # said again: nothing is asked again
    assert (result.counts.get("proposals", 0), result.notices) == (0, ())
    assert value_of(street, one, "live_addr") == stands
    assert all(line.alarm == "" for line in streams.standings(street))


@pytest.mark.parametrize("accepted", [True, False])
def test_a_new_record_may_be_proposed(three: Three, mail: Path, accepted: bool) -> None:
    owner, street, former = three
    one = moved(three, mail)
    write(former, "phone", PHONE, person=one, number="19900000001")
    assert send(former, street, mail).counts["proposals"] == 1
    send(street, owner, mail)
    found = only(owner)
    assert found.kind == "电话"
    if accepted:
        proposals.accept_proposal(owner, proposal=found.id)
    else:
        proposals.reject_proposal(owner, proposal=found.id, why="空号")
    send(owner, street, mail)
    send(street, former, mail)
    for station in three:
        with station.vault.reading() as connection:
            stored = load_records(connection, "phone", [PHONE])[PHONE]
        assert stored.deleted is not accepted


def test_a_deletion_may_be_proposed(three: Three, mail: Path) -> None:
    owner, street, former = three
    one = person(former, "张三")
    write(former, "phone", PHONE, person=one, number="19900000001")
    send(former, street, mail)
    with street.vault.unit("transfer.confirm") as unit:
        unit.put("person", one, {"home_org": owner.org, "owner_epoch": 1})
        unit.commit()
    send(street, owner, mail)
    with former.vault.unit("person.edit") as unit:
        unit.delete("phone", PHONE)
        unit.commit()
    send(former, street, mail)
    send(street, owner, mail)
    assert only(owner).fields[0].proposed == "删除"
    proposals.reject_proposal(owner, proposal=only(owner).id, why="号码还在用")
    send(owner, street, mail)
    send(street, former, mail)
    assert [row.values["number"] for row in register.person_details(former, person=one).children["phone"]]


def test_the_digest_counts_what_is_proposed(three: Three, mail: Path) -> None:
    _, street, former = three
    one = proposed(three, mail)
    write(former, "phone", PHONE, person=one, number="19900000001")
    assert send(former, street, mail).notices == ()
    person(former, "李四")
    assert send(former, street, mail).notices == ()
    assert all(line.alarm == "" for line in streams.standings(street))


def test_if_he_moved_on_meanwhile_the_street_answers(three: Three, mail: Path) -> None:
    owner, street, _ = three
    one = proposed(three, mail)
    with street.vault.unit("transfer.confirm") as unit:
        unit.put("person", one, {"home_org": street.org, "owner_epoch": 2})
        unit.commit()
    send(street, owner, mail)
    assert not only(owner).may_answer
    proposals.accept_proposal(street, proposal=only(street).id)
    assert value_of(street, one, "live_addr") == "旧社区听说的三号"
