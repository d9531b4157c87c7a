"""Two records of one person: found in any order, decided once, joined and taken apart, at two stations."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import InvalidValueError
from desktop.domain.id_numbers import check_digit
from desktop.services import batches, cards, duplicates, exchange, health, register
from desktop.services.duplicates import DIFFERENT, SAME, UNSURE, Verdict
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.likeness import POSSIBLE, alike, compare
from desktop.store.people import PeopleFilter
from desktop.store.profiles import profile_of
from tests.conftest import COMMUNITY, STREET, Maker
from tests.services.test_exchange import send, trust

ID = "610100195307063017"
NEAR = "61010019530706302" + check_digit("61010019530706302")


def add(station: Station, name: str, phone: str = "", **values: str) -> str:
    phones = [{"number": phone, "owner": "本人"}] if phone else []
    return register.register_person(station, draft=PersonDraft({"name": name, **values}, phones=phones)).person


def found(station: Station) -> list[tuple[frozenset[str], str]]:
    return [
        (frozenset((one.first.id, one.second.id)), one.likeness.words) for one in duplicates.find_duplicates(station)
    ]


@pytest.mark.parametrize(
    ("one", "other", "reason", "words"),
    [
        ({"name": "张三", "id_no": ID}, {"name": "张珊", "id_no": ID}, "证号相同", "几乎肯定"),
        ({"name": "张三", "id_no": ID}, {"name": "张三", "id_no": "610100530706301"}, "老15位", "几乎肯定"),
        ({"name": "张三", "id_no": ID}, {"name": "张三", "id_no": ID[:15] + "000"}, "截断", "几乎肯定"),
        ({"name": "张三", "id_no": ID}, {"name": "张三", "id_no": NEAR}, "只差", "很可能"),
        ({"name": "萧建国", "birth_id": "1953-07-06"}, {"name": "肖建国", "birth_id": "1953-07-06"}, "异体", "很可能"),
        ({"name": "张建国", "birth_id": "1953-07"}, {"name": "张建国", "birth_id": "1953-07-06"}, "年月", "可能"),
        ({"name": "张建国", "birth_id": "1953-07-06"}, {"name": "章建国", "birth_id": "1953-07-06"}, "同音", "可能"),
        ({"name": "张建国", "birth_id": "1953-07-06"}, {"name": "张建华", "birth_id": "1953-07-06"}, "相近", "可能"),
        ({"name": "张建国", "ent_name": "轴承厂"}, {"name": "张建国", "ent_name": "轴承厂"}, "原单位", "可能"),
        ({"name": "张三", "id_no": ID}, {"name": "李四", "id_no_old": ID}, "曾用证号", "几乎肯定"),
        ({"name": "张三", "birth_id": "1953-07-06"},
         {"name": "李四", "name_former": "张三", "birth_id": "1953-07-06"}, "曾用名", "很可能"),
    ],
)  # fmt: skip
def test_pairs_are_found_with_their_reasons(one: dict, other: dict, reason: str, words: str) -> None:
    pair = [profile_of("a", one), profile_of("b", other)]
    for people in (pair, pair[::-1]):
        (likeness,) = alike(people)
        assert (likeness.first, likeness.second, likeness.words) == ("a", "b", words)
        assert any(reason in text for text in likeness.reasons)


def test_a_couple_at_one_number_is_not_one_person(station: Station) -> None:
    add(station, "张建国", "13991234567", sex="1", birth_id="1950-01-01")
    add(station, "李秀英", "13991234567", sex="2", birth_id="1953-02-02")
    assert found(station) == []


names = st.text("张章王汪肖萧建国华", min_size=2, max_size=3)
births = st.sampled_from(["", "1953", "1953-07", "1953-07-06", "1954-01-01"])
numbers = st.sampled_from(["", ID, NEAR, ID[:15], ID[:15] + "000", "610100530706301"])
some = st.lists(st.tuples(names, births, numbers, st.sampled_from(["", "轴承厂", "铁路局"])), max_size=8)


@given(some, st.randoms(use_true_random=False))
def test_blocking_finds_what_comparing_everybody_finds_in_any_order(people: list, chance: object) -> None:
    everyone = [
        profile_of(f"{place:02d}", {"name": name, "birth_id": birth, "id_no": number, "ent_name": unit})
        for place, (name, birth, number, unit) in enumerate(people)
    ]
    shuffled = list(everyone)
    chance.shuffle(shuffled)
    assert all(compare(a, b) == compare(b, a) for a, b in combinations(everyone, 2))
    wanted = {
        (one.first, one.second) for a, b in combinations(everyone, 2) if (one := compare(a, b)).points >= POSSIBLE
    }
    assert {(one.first, one.second) for one in alike(shuffled)} == wanted
    assert alike(shuffled) == alike(everyone)


@pytest.mark.parametrize("verdict", [DIFFERENT, UNSURE])
def test_a_decision_is_remembered_until_who_they_are_changes(station: Station, verdict: str) -> None:
    one, other = add(station, "张三", birth_id="1953-07-06"), add(station, "张三", birth_id="1953-07-06")
    assert found(station) == [(frozenset((one, other)), "很可能")]
    duplicates.decide_pair(station, first=other, second=one, verdict=Verdict(verdict, why="上门问过"))
    assert found(station) == []
    register.amend_person(station, person=one, values={"live_addr": "青杨路1号"})
    assert found(station) == []
    register.amend_person(station, person=one, values={"id_no": ID})
    assert len(found(station)) == 1
    (decision,) = duplicates.decided_pairs(station)
    assert (decision.verdict, decision.why) == (verdict, "上门问过")
    duplicates.unjoin(station, pair=decision.id)
    assert duplicates.decided_pairs(station) == []


def rows(station: Station) -> dict[str, list[tuple[object, ...]]]:
    with station.vault.reading() as connection:
        return {
            kind: [
                tuple(row[key] for key in row if key not in {"row", "vector", "dots"})
                for row in connection.exec_driver_sql(
                    f"SELECT * FROM {kind} WHERE deleted=0 ORDER BY id").mappings()
            ]
            for kind in ("person", "phone", "contact", "tag", "pair")
        }  # fmt: skip


@given(st.sets(st.sampled_from(["live_addr", "ent_name", "remark", "id_no"])), st.booleans())
def test_join_and_unjoin_restores_every_row(copied: set[str], phones: bool) -> None:
    station = _STATIONS[0]
    before = rows(station)
    one, other = _PEOPLE
    children = [row.id for row in register.person_details(station, person=other).children["phone"]] if phones else []
    verdict = Verdict(SAME, main=one, why="同一人", copied=sorted(copied), children=children)
    duplicates.decide_pair(station, first=one, second=other, verdict=verdict)
    page = register.person_details(station, person=one)
    assert len(page.children["phone"]) == 1 + len(children)
    assert ("live_addr" in copied) == (page.values.get("live_addr") == "青杨路2号")
    assert register.people_ids(station, wanted=PeopleFilter()) == [one]
    assert register.people_ids(station, wanted=PeopleFilter(with_joined=True)) != [one]
    duplicates.unjoin_person(station, person=other)
    assert rows(station) == before


_STATIONS: list[Station] = []
_PEOPLE: list[str] = []


@pytest.fixture
def filled(station: Station) -> Station:
    _STATIONS[:] = [station]
    _PEOPLE[:] = [
        add(station, "张三", "13900000001", live_addr="青杨路1号"),
        add(station, "张三", "13900000002", live_addr="青杨路2号", id_no=ID),
    ]
    return station


test_join_and_unjoin_restores_every_row = pytest.mark.usefixtures("filled")(test_join_and_unjoin_restores_every_row)


def test_the_joined_are_counted_found_and_verified_as_their_main(filled: Station) -> None:
    one, other = _PEOPLE
    card = cards.issue_cards(filled, ids=[other]).cards[0][1]
    duplicates.decide_pair(filled, first=one, second=other, verdict=Verdict(SAME, main=one))
    assert sum(register.overview(filled)["home_org"].values()) == 1
    (hit,) = register.find(filled, text=ID).people
    assert (hit.id, hit.matched) == (one, "证号，已并入")
    verdict = cards.verify_card(filled, token=card)
    assert (verdict.state, verdict.person) == ("valid", one)
    assert "并为一份" in verdict.advice
    assert [row.id for row in register.lookalikes_of(filled, values={"id_no": ID})] == [one]
    assert duplicates.joined_with(filled, person=one)[1][0].id == other
    register.remove_person(filled, person=one, why="录错")
    assert register.people_ids(filled, wanted=PeopleFilter()) == [other]


def test_chains_and_rings_are_refused(station: Station) -> None:
    a, b, c = (add(station, "张三", birth_id="1953-07-06") for _ in range(3))

    def join(one: str, main: str) -> None:
        duplicates.decide_pair(station, first=one, second=main, verdict=Verdict(SAME, main=main))

    join(a, b)
    for one, main in ((b, c), (c, a), (a, c)):
        with pytest.raises(InvalidValueError):
            join(one, main)
    join(c, b)
    with pytest.raises(InvalidValueError):
        duplicates.decide_pair(station, first=a, second=a, verdict=Verdict(SAME, main=a))
    assert register.people_ids(station, wanted=PeopleFilter()) == [b]


@pytest.mark.parametrize("crosswise", [False, True])
def test_two_stations_deciding_at_once_converge(make_station: Maker, tmp_path: Path, crosswise: bool) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    one, other = (add(community, "张三", birth_id="1953-07-06") for _ in range(2))
    send(community, street, tmp_path)
    mains = (one, other if crosswise else one)
    for station, main in zip((community, street), mains, strict=True):
        verdict = Verdict(SAME, main=main, why=station.org_name)
        duplicates.decide_pair(station, first=one, second=other, verdict=verdict)
    send(community, street, tmp_path)
    for conflict in exchange.list_conflicts(street):
        exchange.resolve_conflict(street, conflict=conflict.id, keep="mine")
    send(street, community, tmp_path)
    assert exchange.list_conflicts(street) == exchange.list_conflicts(community) == []
    left, right = rows(community), rows(street)
    assert left["pair"] == right["pair"]
    assert left["person"] == right["person"]
    kept = [register.people_ids(each, wanted=PeopleFilter()) for each in (community, street)]
    assert kept[0] == kept[1]
    assert len(kept[0]) == 1


def test_a_join_is_undone_as_a_batch(filled: Station) -> None:
    one, other = _PEOPLE
    before = rows(filled)
    changes = duplicates.decide_pair(filled, first=one, second=other, verdict=Verdict(SAME, main=one))
    batches.undo_batch(filled, batch=changes.batch)
    assert rows(filled) == before


def test_health_scores_and_names_the_people(filled: Station) -> None:
    one, _ = _PEOPLE
    (report,) = health.health_report(filled)
    problems = {found.rule.key: set(found.people) for found in report.problems}
    assert problems["no_id"] == {one}
    assert "no_phone" not in problems
    assert problems["no_employer"] == set(_PEOPLE)
    before = report.score
    assert 0 < before < 100
    assert len(report.next_best) == 3
    register.amend_person(filled, person=one, values={"ent_name": "轴承厂", "verified_on": "2026-11-01"})
    (after,) = health.health_report(filled)
    assert after.score > before
