"""Cases 38, 64 and 65 of the catalogue (`domain.md` section 5): what is asked once about a name or a column."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop.domain.id_numbers import check_digit
from desktop.roster.draft import RowDraft
from desktop.roster.unit_names import EnterpriseNames
from desktop.services import batches, orgs, register, reviews, rosters
from desktop.services.reviews import ACCEPT, EDIT, LEAVE, Decided, Decision, ReviewItem
from desktop.services.station import Station
from desktop.services.unit_memory import UnitNames
from desktop.store.people import PeopleFilter

HEAD = ("姓名", "身份证号", "联系电话", "原单位", "接收社区")
KNOWN = "陕西秦川机床集团有限公司"


def id_of(number: int) -> str:
    first = f"6101001953070{number // 1000 + 1}{number % 1000:03d}"
    return first + check_digit(first)


def bring_in(
    station: Station, folder: Path, *rows: Sequence[str], head: Sequence[str] = HEAD, name: str = "名册.csv"
) -> rosters.RosterResult:
    path = folder / name
    path.write_text("\n".join(",".join(line) for line in [head, *rows]), encoding="utf-8")
    return rosters.import_rosters(station, paths=[path])


def answer(station: Station, item: ReviewItem, verdict: str, value: str = "") -> Decided:
    return reviews.decide(station, decisions=[Decision(item.review, item.number, verdict, value)])


def field_of(station: Station, number: int, key: str) -> object:
    page = register.person_details(station, person=register.person_by_any(station, text=id_of(number)))
    return page.values.get(key)


def one(number: int, enterprise: str = "", community: str = "") -> tuple[str, ...]:
    return (f"黎{'明亮光辉海山'[number % 6]}", id_of(number), "", enterprise, community)


@pytest.fixture
def known(station: Station, tmp_path: Path) -> Station:
    bring_in(station, tmp_path, one(0, KNOWN), one(1, "西安第一机械厂"))
    return station


@pytest.mark.parametrize(
    "written",
    [
        "陕西秦川机床集团有限责任公司",
        "秦川机床集团有限公司",
        "秦川机床",
        "秦川机床集团有限公司（原秦川机床厂）",
        "秦川机床集团三产",
        "西安机床附件厂（原陕西秦川机床集团有限公司）",
    ],
)
def test_case_64_a_name_near_a_known_enterprise_is_asked(written: str, known: Station, tmp_path: Path) -> None:
    result = bring_in(known, tmp_path, one(2, written))
    assert (result.counts["added"], result.counts["needs_review"]) == (0, 1)
    (item,) = reviews.review_items(known)
    assert (item.field, item.written, item.proposed) == ("ent_name", written, KNOWN)
    assert answer(known, item, ACCEPT).settled == 1
    assert field_of(known, 2, "ent_name") == KNOWN


@pytest.mark.parametrize(
    "written", ["西安第二机械厂", "咸阳第一机械厂", "秦川机床集团有限公司A", "红旗水泥制品厂", KNOWN]
)
def test_case_64_another_enterprise_is_not_asked(written: str, known: Station, tmp_path: Path) -> None:
    assert bring_in(known, tmp_path, one(2, written)).counts["added"] == 1


@pytest.mark.parametrize(
    ("verdict", "value", "means"),
    [(ACCEPT, "", KNOWN), (EDIT, "宝鸡机床厂", "宝鸡机床厂"), (LEAVE, "", "秦川机床厂有限公司")],
)
def test_case_64_a_name_is_decided_once_for_all_and_never_asked_again(
    verdict: str, value: str, means: str, known: Station, tmp_path: Path
) -> None:
    written = "秦川机床厂有限公司"
    bring_in(known, tmp_path, one(2, written), one(3, written), one(4, "秦川机床"))
    items = reviews.review_items(known)
    assert len(items) == 3
    assert len({item.topic for item in items}) == 2
    assert answer(known, items[0], verdict, value).settled == 2
    assert [field_of(known, number, "ent_name") for number in (2, 3)] == [means, means]
    again = bring_in(known, tmp_path, one(5, written), name="下一份.csv")
    assert again.counts["added"] == 1
    assert field_of(known, 5, "ent_name") == means
    assert [item.written for item in reviews.review_items(known)] == ["秦川机床"]


def test_case_64_undoing_a_decision_asks_again(known: Station, tmp_path: Path) -> None:
    bring_in(known, tmp_path, one(2, "秦川机床"))
    done = answer(known, reviews.review_items(known)[0], ACCEPT)
    batches.undo_batch(known, batch=done.changes.batch)
    assert len(reviews.review_items(known)) == 1
    assert bring_in(known, tmp_path, one(5, "秦川机床"), name="下一份.csv").counts["needs_review"] == 1


def test_case_64_the_first_roster_asks_nothing_of_its_own_names(station: Station, tmp_path: Path) -> None:
    rows = [one(0, KNOWN), one(1, "秦川机床"), one(2, "秦川机床集团有限责任公司")]
    assert bring_in(station, tmp_path, *rows).counts["added"] == 3
    head = station.vault.head()
    assert bring_in(station, tmp_path, *rows).counts["unchanged"] == 3
    assert station.vault.head() == head


def test_case_64_numbers_tell_factories_apart_and_short_names_that_fit_two_are_not_guessed() -> None:
    names = EnterpriseNames(["西安一棉纺织厂", "西安二棉纺织厂", "西安电力机械公司", "长岭机器厂"])
    assert names.nearest("西安三棉纺织厂") == ""
    assert names.nearest("西安纺织厂") == ""
    assert names.nearest("西电") == "西安电力机械公司"
    assert names.nearest("长岭机器厰") == "长岭机器厂"


@pytest.mark.parametrize("written", ["青杨村", "沣东新城上林街办青杨社区", "青扬社区", "青杨村委会"])
def test_case_65_a_community_that_is_near_is_asked_once(written: str, station: Station, tmp_path: Path) -> None:
    result = bring_in(station, tmp_path, one(0, "", written), one(1, "", written))
    assert result.counts["needs_review"] == 2
    item = reviews.review_items(station)[0]
    assert item.field == "home_org"
    assert station.org in item.proposed
    assert answer(station, item, ACCEPT).settled == 2
    assert (field_of(station, 0, "home_org"), field_of(station, 0, "roster_org")) == (station.org, written)
    assert bring_in(station, tmp_path, one(2, "", written), name="下一份.csv").counts["added"] == 1
    assert field_of(station, 2, "home_org") == station.org


def test_case_65_an_answer_must_name_a_community_and_leaving_keeps_what_was_written(
    station: Station, tmp_path: Path
) -> None:
    bring_in(station, tmp_path, one(0, "", "青杨村"))
    item = reviews.review_items(station)[0]
    assert answer(station, item, EDIT, "没有这个社区").failed
    assert answer(station, item, LEAVE).settled == 1
    assert field_of(station, 0, "roster_org") == "青杨村"
    assert bring_in(station, tmp_path, one(1, "", "青杨村"), name="下一份.csv").counts["added"] == 1


def test_case_65_an_old_name_counts_by_its_dates(station: Station, tmp_path: Path) -> None:
    orgs.put_alias(station, code=station.org, values={"name": "向阳村", "until": "2019-01"})
    assert bring_in(station, tmp_path, one(0, "", "向阳村")).counts["added"] == 1
    assert field_of(station, 0, "home_org") == station.org


def test_case_65_a_name_two_units_bore_means_the_one_that_bears_it_now(station: Station) -> None:
    street = "610100009"
    with station.vault.unit("org.edit", why="") as unit:
        unit.add("org", "5" * 32, {"code": street, "name": "下林街道", "level": "3"})
        unit.add("org_alias", "6" * 32, {"org": street, "name": "向阳村", "until": "2019-01"})
        unit.commit()
    orgs.put_alias(station, code=station.org, values={"name": "向阳村", "since": "2019-01"})
    draft = RowDraft(2, [], {"home_org": "向阳村"})
    with station.vault.reading() as connection:
        UnitNames(station, connection).place(draft, ["person.home_org"], asks=True)
    assert draft.values["home_org"] == station.org
    assert not draft.problems


PHONES = ("姓名", "身份证号", "电话", "电话")


def phones(station: Station, number: int) -> tuple[list[object], list[object]]:
    page = register.person_details(station, person=register.person_by_any(station, text=id_of(number)))
    own = [row.values["number"] for row in page.children.get("phone", ())]
    return sorted(map(str, own)), [row.values.get("phone") for row in page.children.get("contact", ())]


def with_phones(number: int, second: str | None = None) -> tuple[str, ...]:
    return (f"黎{'明亮光辉海山'[number % 6]}", id_of(number), f"1399123450{number}", second or f"1399123460{number}")


@pytest.mark.parametrize(
    ("verdict", "value", "own", "others"),
    [(ACCEPT, "", 2, 0), (EDIT, "家庭联系人的电话", 1, 1), (LEAVE, "", 1, 0), (EDIT, "不导入这一列", 1, 0)],
)
def test_case_38_two_bare_phones_are_asked_once_a_file_and_remembered(
    verdict: str, value: str, own: int, others: int, station: Station, tmp_path: Path
) -> None:
    result = bring_in(station, tmp_path, with_phones(0), with_phones(1), head=PHONES)
    assert result.counts["added"] == 2  # nobody waits for the column
    (item,) = reviews.review_items(station)
    assert item.choices
    assert "电话" in item.reason
    assert len(phones(station, 0)[0]) == 2
    assert answer(station, item, verdict, value).settled == 1
    assert [len(found) for found in phones(station, 0)] == [own, others]
    assert "13991234500" in phones(station, 0)[0]
    bring_in(station, tmp_path, with_phones(2), head=PHONES, name="下一份.csv")
    assert reviews.review_items(station) == []
    assert [len(found) for found in phones(station, 2)] == [own, others]


def test_case_38_the_preview_says_it_and_one_answer_is_for_every_file_with_these_headers(
    station: Station, tmp_path: Path
) -> None:
    first = bring_in(station, tmp_path, with_phones(0), head=PHONES)
    assert any("分不清" in note for table in first.preview.tables for note in table.notes)
    bring_in(station, tmp_path, with_phones(1), head=PHONES, name="下一份.csv")
    items = reviews.review_items(station)
    assert len(items) == 2
    assert answer(station, items[0], EDIT, "家庭联系人的电话").settled == 2
    assert phones(station, 1) == (["13991234501"], ["13991234601"])
    assert reviews.review_items(station) == []


def test_case_38_undoing_the_import_takes_the_question_back(station: Station, tmp_path: Path) -> None:
    done = bring_in(station, tmp_path, with_phones(0), head=PHONES)
    batches.undo_batch(station, batch=done.changes.batch)
    assert reviews.review_items(station) == []
    assert register.people_ids(station, wanted=PeopleFilter()) == []


def test_case_38_an_empty_second_column_asks_nothing(station: Station, tmp_path: Path) -> None:
    bring_in(station, tmp_path, (*with_phones(0)[:3], ""), head=PHONES)
    assert reviews.review_items(station) == []
