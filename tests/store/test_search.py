"""Whatever a person's name, each of its readings finds it; whatever the number, any four of its digits do."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.errors import Cancelled
from desktop.domain.ids import new_id
from desktop.services import batches, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store import search
from desktop.store.letters import cuts_of, spellings_of
from desktop.store.people import PeopleFilter
from desktop.store.readings import name_readings
from tests.conftest import reopen

SURNAMES = "王李张单仇曾查解朴区盖缪覃翟种折员贠任华纪宁吕阎尉万"
TWO = ("欧阳", "尉迟", "万俟", "单于", "澹台", "司马")
GIVEN = "国华建军秀英行重长乐朝会曾参藏传弹调都恶还降觉解强便差绿女略虐䶮𠮷㐱安西"
names = st.builds(
    "".join, st.tuples(st.sampled_from([*SURNAMES, *TWO]), st.text(alphabet=GIVEN, min_size=1, max_size=5))
)


def register_all(station: Station, found: Sequence[dict[str, str]]) -> list[str]:
    """Put people into the register in one unit, in an order that is not that of their ids."""
    ids = [new_id(station.ids) for _ in found]
    with station.vault.unit("person.register") as unit:
        for person, values in zip(ids, found, strict=True):
            unit.add("person", person, {"home_org": station.org, **values})
        unit.commit()
    return ids


def ids_of(station: Station, text: str) -> list[str]:
    return [one.id for one in register.find(station, text=text, limit=400).people]


@given(st.lists(names, min_size=1, max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_reading_of_a_name_finds_it(station: Station, drawn: list[str]) -> None:
    for person, name in zip(register_all(station, [{"name": name} for name in drawn]), drawn, strict=True):
        for reading in name_readings(name):
            if not all(spellings_of(one) for one in reading):
                continue
            whole, initials = "".join(reading), "".join(one[0] for one in reading)
            for typed in (whole, whole[:-1], whole[: len(whole) // 2], initials, reading[0] + initials[1:4]):
                assert person in ids_of(station, typed), (name, typed)
        for typed in (name, name[:2], name[-2:], name[0]):
            assert person in ids_of(station, typed), (name, typed)
    with station.vault.unit("person.remove", why="清空") as unit:
        for row in register.people_ids(station, wanted=register.parse_filter("", station=station)):
            unit.delete("person", row)
        unit.commit()
    assert register.find(station, text=drawn[0]).total == 0


READINGS = {
    "单田芳": "shantianfang dantianfang stf",
    "仇英": "qiuying chouying",
    "曾国藩": "zengguofan cengguofan",
    "查良镛": "zhaliangyong cly",
    "解珍": "xiezhen jiezhen",
    "朴树": "piaoshu pushu",
    "区元": "ouyuan quyuan",
    "盖叫天": "gejiaotian gaijiaotian",
    "缪昌期": "miaochangqi mcq",
    "覃子豪": "qinzihao tanzihao",
    "翟让": "zhairang dirang",
    "种师道": "chongshidao zsd",
    "折可适": "shekeshi zkshi",
    "员半千": "yunbanqian ybq",
    "贠强": "yunqiang",
    "万俟卨": "moqi moqixie mqx",
    "尉迟恭": "yuchigong weichigong",
    "吕布": "lvbu lubu lyubu",
    "欧阳修": "ouyangxiu oyx ouyangx yangxiu",
    "张为民": "zhangweimin zhwm zhangwm zwmin weimin min",
    "万国军": "wangj wgj",
}


def test_surnames_are_found_by_their_own_reading_and_by_the_everyday_one(station: Station) -> None:
    people = dict(zip(register_all(station, [{"name": name} for name in READINGS]), READINGS, strict=True))
    for person, name in people.items():
        for typed in READINGS[name].split():
            assert person in ids_of(station, typed), (name, typed)


FULL = {
    "name": "单国庆", "id_no": "610100195307063017", "birth_id": "1953-07-06", "person_no": "S1001-00077",
    "live_addr": "青杨路12号3号楼2单元501室", "hukou_addr": "陕西省渭南市临渭区", "ent_name": "秦川轴承厂",
    "ent_sub": "二分厂", "si_person_no": "0061234567",
}  # fmt: skip


@pytest.fixture
def one(station: Station) -> str:
    """A person with everything one can be found by."""
    draft = PersonDraft(
        FULL, phones=[{"number": "13991234567"}], contacts=[{"name": "单小红", "relation": "2", "phone": "02933570001"}]
    )
    person = register.register_person(station, draft=draft).person
    for kind, values in (("former_name", {"name": "单山", "kind": "1"}), ("old_id", {"number": "610100530706301"})):
        register.put_child(station, kind=kind, person=person, values=values)
    register_all(station, [{"name": "王建军", "id_no": "610100194911094426", "birth_id": "1949-11-09"}])
    return person


MATCHED = {
    "单": "姓名",
    "国庆": "姓名",
    "单国庆": "姓名",
    "shanguoq": "拼音",
    "sgq": "拼音首字母",
    "shangq": "拼音首字母",
    "单山": "曾用名",
    "shanshan": "曾用名拼音",
    "3017": "证号尾号",
    "0706": "证号",
    "610100195307063017": "证号",
    "19530706": "出生",
    "1953-07": "出生",
    "4567": "电话尾号",
    "9123": "电话",
    "13991234567": "电话",
    "029-33570001": "联系人电话",
    "0001": "联系人电话尾号",
    "0530706301": "曾用证号尾号",
    "3-2-501": "楼栋房号",
    "3-2-5": "楼栋房号",
    "3-2": "楼栋房号",
    "3-501": "楼栋房号",
    "3号楼2单元501室": "楼栋房号",
    "青杨路": "住址",
    "青杨路1": "住址",
    "渭南": "户籍地址",
    "秦川轴承": "单位",
    "二分厂": "单位",
    "S1001-00077": "人员编号",
    "sgq 1953": "拼音首字母、出生",
    "单 3-2-501": "姓名、楼栋房号",
    "zhoucheng 1953": "",
    "９１２３": "电话",
}


def test_the_kind_of_match_is_said(station: Station, one: str) -> None:
    for typed, matched in MATCHED.items():
        found = register.find(station, text=typed)
        hits = {hit.id: hit.matched for hit in found.people}
        assert hits.get(one, "") == matched, (typed, hits)
        assert found.total == len(hits)


def test_any_four_or_more_digits_of_any_number_find_their_person(station: Station, one: str) -> None:
    for number in ("610100195307063017", "13991234567", "02933570001", "610100530706301", "0061234567"):
        for length in range(4, len(number) + 1):
            for start in range(len(number) - length + 1):
                assert one in ids_of(station, number[start : start + length])


def test_digits_that_only_stand_apart_find_nobody(station: Station) -> None:
    register_all(station, [{"name": "甲", "file_no": "12345", "si_person_no": "23456"}])
    assert register.find(station, text="123456").total == 0


def test_more_people_than_can_be_counted_while_typing_are_said_to_be_more(station: Station) -> None:
    register_all(station, [{"name": f"王{'国建永'[n % 3]}{chr(0x4E00 + n)}"} for n in range(1200)])
    register_all(station, [{"name": "王国"}, {"name": "国王"}])
    typing, asked = (register.find(station, text="王", limit=5, all_counted=full) for full in (False, True))
    assert (typing.total, typing.capped) == (1000, True)
    assert (asked.total, asked.capped) == (1202, False)
    whole = register.find(station, text="王国", limit=5)
    assert whole.people[0].row.text("name") == "王国", "the whole name comes before four hundred that begin so"
    assert whole.total == 401


def test_a_superseded_query_is_broken_off(station: Station) -> None:
    register_all(station, [{"name": f"王{chr(0x4E00 + n)}"} for n in range(1500)])
    with pytest.raises(Cancelled):
        register.find(station, text="王", stop=lambda: True)
    asked: list[bool] = []

    def later() -> bool:
        asked.append(True)
        return len(asked) > 1  # not before the query runs

    with pytest.raises(Cancelled):
        register.find(station, text="w", limit=1500, all_counted=True, stop=later)
    assert register.find(station, text="王").total == 1000, "the connection is as good as before"


def test_the_index_follows_every_change(station: Station, one: str) -> None:
    register.amend_person(station, person=one, values={"name": "单跃进"})
    assert ids_of(station, "syj") == [one]
    assert ids_of(station, "国庆") == []
    done = register.remove_person(station, person=one, why="录错")
    assert ids_of(station, "syj") == []
    batches.undo_batch(station, batch=done.batch)
    assert ids_of(station, "syj") == [one]
    assert ids_of(station, "4567") == [one]


def test_a_store_with_other_tokens_is_indexed_again_when_opened(station: Station, one: str) -> None:
    with station.vault.jotting() as connection:
        connection.exec_driver_sql("UPDATE setting SET value='0' WHERE key='find_version'")
        connection.exec_driver_sql("INSERT INTO find(find) VALUES ('delete-all')")
    again = reopen(station)
    assert ids_of(again, "sgq") == [one]
    with again.vault.reading() as connection:
        assert search.is_current(connection)
    again.close()


RARE = ("王𠮷", "王\ue863", "王㐄", "王鿏", "李\uf9de", "阿不都·热合曼", "JOHN SMITH", "张 芳")


def test_rare_characters_and_foreign_names_are_found(station: Station) -> None:
    people = dict(zip(register_all(station, [{"name": name} for name in RARE]), RARE, strict=True))
    for person, name in people.items():
        for typed in (name, name[:2], name[-1:]):
            if len(typed.strip()) > 1 or not typed.isascii():
                assert person in ids_of(station, typed), typed


@given(st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_no_query_syntax(station: Station, typed: str) -> None:
    register.find(station, text=typed)
    register.find(station, text=f'"{typed}" OR n* NEAR(')
    register.people_ids(station, wanted=register.PeopleFilter(text=typed))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=60))
def test_any_letters_are_cut_into_few_ways_that_are_beginnings_of_them(letters: str) -> None:
    cuts = cuts_of(letters)
    assert 1 <= len(cuts) <= 17
    for cut in cuts:
        assert letters.startswith("".join(cut))


@pytest.mark.parametrize("number", ["7", "A-12", "12", "12-0034", "GZ-007", "00030", "S1001-00012"])
def test_a_person_number_as_coded_on_a_visit_sheet_finds_its_person_first(station: Station, number: str) -> None:
    door = {"live_building": "12", "live_unit": "7", "live_room": "12"}
    others = [{"name": f"王{n}", "person_no": f"S1001-{n + 100:05d}", **door} for n in range(80)]
    *_, person = register_all(station, [*others, {"name": "李四", "person_no": number}])
    for typed in (number, number.lower(), f" {number} "):
        first = register.find(station, text=typed).people[0]
        assert (first.id, first.matched) == (person, "人员编号"), typed
    assert person in register.people_ids(station, wanted=PeopleFilter(text=number))
