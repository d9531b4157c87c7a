"""Who may write what, mass changes, and stores that drifted apart (`sync.md` sections 3.1 and 3.5)."""

from pathlib import Path

import pytest

from desktop.domain.errors import PackageError
from desktop.services import exchange, proposals, quarantine, register, streams, visits
from desktop.services.merges import brakes_of
from desktop.services.station import Station
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.exchange_steps import merge, pack, person, send, trust, value_of

Three = tuple[Station, Station, Station]


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@pytest.fixture
def three(make_station: Maker, tmp_path: Path) -> Three:
    community, other, street = (
        make_station(COMMUNITY, seed=1),
        make_station(OTHER, seed=3),
        make_station(STREET, seed=2),
    )
    trust(community, street, tmp_path)
    trust(other, street, tmp_path)
    return community, other, street


def write(station: Station, kind: str, record: str, **values: str) -> None:
    with station.vault.unit("person.edit") as unit:
        unit.put(kind, record, values)
        unit.commit()


def test_a_write_about_somebody_elses_person_is_a_proposal(three: Three, mail: Path) -> None:
    community, other, street = three
    one = person(community, "张三", live_addr="一号楼")
    send(community, street, mail)
    write(other, "person", one, live_addr="沣东社区知道的新地址")
    write(other, "phone", "1" * 32, person=one, number="19900000001")
    mine = person(other, "自己的人")
    result = send(other, street, mail)
    assert (result.counts["proposals"], result.counts["person.new"]) == (2, 1)
    assert value_of(street, one, "live_addr") == "一号楼"
    assert value_of(street, mine, "name") == "自己的人"
    assert quarantine.put_aside_lines(street) == []
    send(street, community, mail)
    address, phone = sorted(proposals.list_proposals(community), key=lambda found: found.kind == "电话")
    proposals.accept_proposal(community, proposal=address.id)
    proposals.reject_proposal(community, proposal=phone.id, why="号码不对")
    send(community, street, mail)
    assert value_of(street, one, "live_addr") == "沣东社区知道的新地址"
    assert not register.person_details(street, person=one).children.get("phone", ())


def test_nobody_claims_or_deletes_another_units_person(three: Three, mail: Path) -> None:
    community, other, street = three
    one = person(community, "张三")
    send(community, street, mail)
    write(other, "person", one, home_org=other.org)
    with other.vault.unit("person.remove") as unit:
        unit.delete("person", one)
        unit.commit()
    assert send(other, street, mail).counts["rejected"] == 2
    assert value_of(street, one, "home_org") == community.org
    assert not any(line.may_take for line in quarantine.put_aside_lines(street))


def test_mass_deletions_need_the_number_typed(three: Three, mail: Path) -> None:
    community, _, street = three
    people = [person(community, f"甲{number}") for number in range(8)]
    send(community, street, mail)
    with community.vault.unit("person.remove") as unit:
        for one in people[:6]:
            unit.delete("person", one)
        unit.commit()
    preview = exchange.preview_merge(street, path=pack(community, street, mail))
    brakes = brakes_of(street, preview)
    assert brakes is not None
    assert brakes.number == 6
    for wrong in (None, 5):
        with pytest.raises(PackageError) as refused:
            exchange.apply_merge(street, preview=preview, confirmed=wrong)
        assert refused.value.reason == "mass-change"
        assert value_of(street, people[0], "name") == "甲0"
    assert exchange.apply_merge(street, preview=preview, confirmed=6).state == "imported"


def test_a_silent_loss_is_noticed_and_mended(three: Three, mail: Path) -> None:
    community, _, street = three
    one = person(community, "张三", live_addr="一号楼")
    send(community, street, mail)
    register.amend_person(community, person=one, values={"live_addr": "二号楼"})
    with community.vault.unit("package.write") as unit:  # as if a program had skipped a stretch of its log
        unit.connection.exec_driver_sql(
            "UPDATE stream SET cursor=(SELECT max(n) FROM change) WHERE name=?", (f"out:{street.org}",)
        )
        unit.commit()
    result = send(community, street, mail)
    assert any("不一致" in one for one in result.notices)
    assert streams.standings(street)[0].alarm == "diverged"
    send(street, community, mail)
    assert streams.standings(community)[0].next_kind == "snapshot"
    assert send(community, street, mail).notices == ()
    assert value_of(street, one, "live_addr") == "二号楼"
    assert streams.standings(street)[0].alarm == ""


def test_a_package_that_waits_does_not_slip_past_the_brakes(three: Three, mail: Path) -> None:
    community, _, street = three
    people = [person(community, f"甲{number}") for number in range(8)]
    first = pack(community, street, mail)
    with community.vault.unit("person.remove") as unit:
        for one in people[:6]:
            unit.delete("person", one)
        unit.commit()
    second = pack(community, street, mail)
    assert merge(street, second).state == "held"
    done = merge(street, first)
    assert done.taken_up == ()
    assert value_of(street, people[0], "name") == "甲0"
    preview = exchange.preview_merge(street, path=second)
    assert exchange.apply_merge(street, preview=preview, confirmed=6).state == "imported"
    assert streams.held_packages(street) == []


def test_a_visit_made_before_the_move_arrives_after_it(three: Three, mail: Path) -> None:
    community, other, street = three
    one = person(community, "张三")
    send(community, street, mail)
    write(street, "person", one, home_org=other.org)
    visit = {"visited_on": "2026-11-20", "visitors": "王敏", "method": "1", "condition": "好"}
    visits.record_visit(community, person=one, values=visit)
    write(community, "phone", "2" * 32, person=one, number="19900000002")
    result = send(community, street, mail)
    assert (result.counts["visit.new"], result.counts["proposals"]) == (1, 1)
    send(street, other, mail)
    assert [row.values["visitors"] for row in register.person_details(other, person=one).children["visit"]] == ["王敏"]


def test_a_record_made_and_deleted_in_one_package(three: Three, mail: Path) -> None:
    community, _, street = three
    one = person(community, "张三")
    write(community, "phone", "3" * 32, person=one, number="19900000003")
    with community.vault.unit("person.edit") as unit:
        unit.delete("phone", "3" * 32)
        unit.commit()
    assert "rejected" not in send(community, street, mail).counts
    assert not register.person_details(street, person=one).children.get("phone", ())


@pytest.mark.parametrize("late", [False, True])
def test_a_write_from_before_a_person_left_and_came_back(three: Three, mail: Path, late: bool) -> None:
    community, other, street = three
    one = person(community, "张三")
    send(community, street, mail)
    write(community, "person", one, live_addr="还没有转走时写的")
    write(community, "phone", "4" * 32, person=one, number="19900000004")
    if not late:
        send(community, street, mail)
    for epoch, home in enumerate((other.org, community.org), start=1):
        with street.vault.unit("transfer.confirm") as unit:
            unit.put("person", one, {"home_org": home, "owner_epoch": epoch})
            unit.commit()
    counts = send(community, street, mail).counts
    assert counts.get("proposals", 0) == (2 if late else 0)
    assert (value_of(street, one, "live_addr") is None) is late
    send(street, community, mail)
    write(community, "person", one, live_addr="转回来以后写的")
    assert "proposals" not in send(community, street, mail).counts
    assert value_of(street, one, "live_addr") == "转回来以后写的"
    assert "proposals" not in merge(street, pack(community, street, mail, snapshot=True)).counts


def test_the_street_alone_says_how_often_a_person_moved(three: Three, mail: Path) -> None:
    community, _, street = three
    one = person(community, "张三")
    send(community, street, mail)
    with community.vault.unit("person.edit") as unit:
        unit.put("person", one, {"owner_epoch": 7})
        unit.commit()
    assert send(community, street, mail).counts["rejected"] == 1
    assert value_of(street, one, "owner_epoch") is None
