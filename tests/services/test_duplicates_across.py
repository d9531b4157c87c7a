"""One person in two communities: found at the street, decided once, told to both, nobody's list loses anyone."""

from pathlib import Path

import pytest

from desktop.services import duplicates, register
from desktop.services.duplicates import DIFFERENT, SAME, Verdict
from desktop.services.station import Station
from desktop.store import merging
from desktop.store.people import PeopleFilter
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.services.test_exchange import person, send, trust

ID_NO = "610100195307063017"


@pytest.fixture
def three(make_station: Maker, tmp_path: Path) -> tuple[Station, Station, Station]:
    one, street, other = (make_station(draft, seed=n) for n, draft in enumerate((COMMUNITY, STREET, OTHER), start=1))
    trust(one, street, tmp_path)
    trust(other, street, tmp_path)
    return one, street, other


def listed(station: Station) -> list[str]:
    return register.people_ids(station, wanted=PeopleFilter())


@pytest.mark.parametrize("verdict", [SAME, DIFFERENT])
def test_a_decision_of_the_street_goes_to_both(
    three: tuple[Station, Station, Station], tmp_path: Path, verdict: str
) -> None:
    one, street, other = three
    here, there = person(one, "张三", id_no=ID_NO), person(other, "张三", id_no=ID_NO)
    for station in (one, other):
        send(station, street, tmp_path)
    assert len(listed(street)) == 2  # the same id number twice is no error: no key of ours refuses it
    (pair,) = duplicates.find_duplicates(street)
    assert {pair.first.id, pair.second.id} == {here, there}
    duplicates.decide_pair(
        street, first=here, second=there, verdict=Verdict(verdict, main=here if verdict == SAME else "", why="电话核对")
    )
    assert duplicates.find_duplicates(street) == []
    for station in (one, other):
        send(street, station, tmp_path)
        with station.vault.reading() as connection:
            (told,) = merging.all_states(connection, "pair")
        assert told.values["verdict"] == verdict
    assert len(listed(street)) == (1 if verdict == SAME else 2)
    assert (listed(one), listed(other)) == ([here], [there])
    register.amend_person(other, person=there, values={"live_addr": "新址"})
    assert send(other, street, tmp_path).counts.get("rejected", 0) == 0
    assert duplicates.find_duplicates(street) == []
