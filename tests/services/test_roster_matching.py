"""New, same, changed, possible duplicate: by id, by the 15-digit core with the name, by name and birth."""

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from desktop.domain.errors import RosterError
from desktop.domain.id_numbers import check_digit
from desktop.services import duplicates, register, reviews, rosters
from desktop.services.batches import undo_batch
from desktop.services.duplicates import SAME, Verdict
from desktop.services.register import PersonDraft
from desktop.services.reviews import ACCEPT, EDIT, LEAVE, Decision
from desktop.services.rosters import Choice
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from tests.conftest import ROSTERS

ZHANG, LI = "610100195307063017", "610100195307063025"
OLD_ZHANG = "610100530706301"
HEADERS = ("姓名", "身份证号", "住址", "联系电话")
Row = Sequence[str]


@pytest.fixture
def roster(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of csv rosters."""

    def make(*rows: Row, name: str = "名册.csv", headers: Row = HEADERS) -> Path:
        path = tmp_path / name
        path.write_text("\n".join(",".join(row) for row in (headers, *rows)) + "\n", encoding="utf-8")
        return path

    return make


Roster = Callable[..., Path]


def bring_in(station: Station, path: Path, **more: object) -> rosters.RosterResult:
    preview = rosters.preview_roster(station, paths=[path])
    return rosters.apply_roster(station, preview=preview, **more)  # type: ignore[arg-type]


def outcomes(result: rosters.RosterResult) -> dict[str, int]:
    return {key: count for key, count in result.counts.items() if count and key != "rows"}


def everyone(station: Station) -> list[str]:
    return register.people_ids(station, wanted=PeopleFilter())


def page_of(station: Station, text: str) -> tuple[dict[str, object], list[str]]:
    page = register.person_details(station, person=register.person_by_any(station, text=text))
    return dict(page.values), [str(one.values["number"]) for one in page.children["phone"]]


def test_the_same_person_twice_in_a_file_is_one_person_with_both_phones(station: Station, roster: Roster) -> None:
    path = roster(
        ("张三", ZHANG, "一号楼", "13991234567"), ("张三", ZHANG, "", "13991234568"), ("张三", ZHANG, "", "13991234568")
    )
    assert outcomes(bring_in(station, path)) == {"added": 1, "updated": 1, "unchanged": 1}
    values, phones = page_of(station, ZHANG)
    assert (values["live_addr"], phones) == ("一号楼", ["13991234567", "13991234568"])
    assert outcomes(bring_in(station, path)) == {"unchanged": 3}


def test_two_rows_of_one_person_that_contradict_each_other_are_asked_about(station: Station, roster: Roster) -> None:
    path = roster(("张三", ZHANG, "一号楼", ""), ("张三", ZHANG, "二号楼", ""))
    assert outcomes(bring_in(station, path)) == {"added": 1, "needs_review": 1}
    (item,) = reviews.review_items(station)
    assert (item.field, item.written, item.proposed) == ("live_addr", "二号楼", "一号楼")
    reviews.decide(station, decisions=[Decision(item.review, item.number, EDIT, "二号楼")])
    assert page_of(station, ZHANG)[0]["live_addr"] == "二号楼"
    newest = register.history_of(station, person=everyone(station)[0])[0]
    assert (newest.field, (newest.source or {})["row"], (newest.source or {})["column"]) == ("live_addr", 3, "住址")
    head = station.vault.head()
    assert outcomes(bring_in(station, path)) == {"unchanged": 2}
    assert (station.vault.head(), reviews.review_items(station)) == (head, [])


def test_files_in_any_order_again_change_nothing(station: Station, roster: Roster) -> None:
    first = roster(("张三", ZHANG, "一号楼", "13991234567"), name="甲.csv")
    second = roster(("张三", ZHANG, "二号楼", "13991234568"), name="乙.csv")
    bring_in(station, first)
    assert outcomes(bring_in(station, second)) == {"updated": 1}
    head = station.vault.head()
    for path in (first, second, second, first):
        assert outcomes(bring_in(station, path)) == {"unchanged": 1}
    assert station.vault.head() == head


def test_what_a_clerk_changed_since_is_not_changed_back_by_the_same_file(station: Station, roster: Roster) -> None:
    path = roster(("张三", ZHANG, "一号楼", "13991234567"))
    bring_in(station, path)
    person = everyone(station)[0]
    register.amend_person(station, person=person, values={"live_addr": "三号楼"})
    phone = register.person_details(station, person=person).children["phone"][0]
    register.remove_child(station, kind="phone", record=phone.id)
    assert outcomes(bring_in(station, path)) == {"unchanged": 1}
    assert page_of(station, ZHANG) == ({**page_of(station, ZHANG)[0], "live_addr": "三号楼"}, [])


def test_an_old_id_in_the_register_is_raised_by_the_new_one_with_the_same_name(
    station: Station, roster: Roster
) -> None:
    register.register_person(station, draft=PersonDraft({"name": "张三", "id_type": "99", "id_no": OLD_ZHANG}))
    assert outcomes(bring_in(station, roster(("张三", ZHANG, "", ""), ("李四", LI, "", "")))) == {
        "updated": 1,
        "added": 1,
    }
    page = register.person_details(station, person=register.person_by_any(station, text=ZHANG))
    assert [one.values["number"] for one in page.children["old_id"]] == [OLD_ZHANG]


def test_an_old_id_in_the_file_offers_the_person_who_is_there(station: Station, roster: Roster) -> None:
    bring_in(station, roster(("张三", ZHANG, "", "")))
    bring_in(station, roster(("张三", OLD_ZHANG, "五号楼", ""), name="旧.csv"))
    (item,) = reviews.review_items(station)
    assert (item.person, item.proposed) == (everyone(station)[0], ZHANG)
    reviews.decide(station, decisions=[Decision(item.review, item.number, ACCEPT)])
    assert len(everyone(station)) == 1
    assert page_of(station, ZHANG)[0]["live_addr"] == "五号楼"


def test_a_row_without_an_id_is_matched_by_name_and_birth_and_asked(station: Station, roster: Roster) -> None:
    bring_in(station, roster(("张三", ZHANG, "", "")))
    path = roster(("张三", "1953-07", "六号楼"), headers=("姓名", "出生年月", "住址"), name="无证号.csv")
    bring_in(station, path)
    items = reviews.review_items(station)
    assert {item.person for item in items} == {everyone(station)[0]}
    reviews.decide(station, decisions=[Decision(one.review, one.number, ACCEPT) for one in items])
    assert len(everyone(station)) == 1
    assert page_of(station, ZHANG)[0]["live_addr"] == "六号楼"


@pytest.mark.parametrize("first_there", [True, False])
def test_one_character_apart_is_asked_in_file_and_register(station: Station, roster: Roster, first_there: bool) -> None:
    other = "610100195307063033"
    rows = [("张三", ZHANG, "", ""), ("张三", other, "", "")]
    if first_there:
        bring_in(station, roster(rows.pop(0), name="先.csv"))
    counts = outcomes(bring_in(station, roster(*rows, name="后.csv")))
    assert counts["needs_review"] == 1
    (item,) = reviews.review_items(station)
    reviews.decide(station, decisions=[Decision(item.review, item.number, EDIT, other)])
    assert len(everyone(station)) == 2


def test_a_record_joined_to_another_is_that_other(station: Station, roster: Roster) -> None:
    main = register.register_person(station, draft=PersonDraft({"name": "张三", "id_no": ZHANG})).person
    other = register.register_person(station, draft=PersonDraft({"name": "张叁", "id_no": "610100195307063033"})).person
    duplicates.decide_pair(station, first=main, second=other, verdict=Verdict(SAME, main=main, why="同一人"))
    assert outcomes(bring_in(station, roster(("张叁", "610100195307063033", "七号楼", "")))) == {"updated": 1}
    values, _ = page_of(station, ZHANG)
    assert (values["name"], values["id_no"], values["live_addr"]) == ("张三", ZHANG, "七号楼")


def test_another_spelling_of_a_name_changes_nothing(station: Station, roster: Roster) -> None:
    bring_in(station, roster(("闫三", ZHANG, "", "")))
    assert outcomes(bring_in(station, roster(("阎三", ZHANG, "", ""), name="二.csv"))) == {"unchanged": 1}


def test_whose_value_stays_is_chosen_by_column_and_by_cell(station: Station, roster: Roster) -> None:
    bring_in(station, roster(("张三", ZHANG, "一号楼", "13991234567"), ("李四", LI, "", "")))
    path = roster(("张三", ZHANG, "二号楼", "13991234568"), ("李四", LI, "三号楼", ""), name="二.csv")
    preview = rosters.preview_roster(station, paths=[path])
    assert [(one.field, one.old, one.new) for one in preview.tables[0].changes] == [
        ("live_addr", "一号楼", "二号楼"), ("phone", None, "13991234568"), ("live_addr", None, "三号楼"),
    ]  # fmt: skip
    rosters.apply_roster(station, preview=preview, choice=Choice(frozenset({"live_addr"})))
    assert page_of(station, ZHANG) == (
        {**page_of(station, ZHANG)[0], "live_addr": "一号楼"},
        ["13991234567", "13991234568"],
    )
    assert page_of(station, LI)[0]["live_addr"] == "三号楼"  # a blank is filled all the same
    third = roster(("张三", ZHANG, "四号楼", ""), ("李四", LI, "五号楼", ""), name="三.csv")
    preview = rosters.preview_roster(station, paths=[third])
    table = preview.tables[0]
    choice = Choice(cells=frozenset({(table.sha256, table.table.sheet, 2, "live_addr")}))
    assert outcomes(rosters.apply_roster(station, preview=preview, choice=choice)) == {"updated": 1, "unchanged": 1}
    assert [page_of(station, one)[0]["live_addr"] for one in (ZHANG, LI)] == ["一号楼", "五号楼"]


def test_several_files_at_once_are_one_import(station: Station, roster: Roster) -> None:
    paths = [
        roster(("张三", ZHANG, "一号楼", ""), name="甲.csv"),
        roster(("张三", ZHANG, "", "13991234567"), name="乙.csv"),
    ]
    result = rosters.import_rosters(station, paths=paths)
    assert outcomes(result) == {"added": 1, "updated": 1}
    assert page_of(station, ZHANG)[1] == ["13991234567"]
    assert len(everyone(station)) == 1


def test_where_each_field_came_from_is_in_the_history(station: Station, roster: Roster) -> None:
    bring_in(station, roster(("张三", ZHANG, "一号楼", "13991234567")))
    lines = {line.field: line for line in register.history_of(station, person=everyone(station)[0])}
    found = dict(lines["live_addr"].source or {})
    assert (found["file"], found["row"], found["column"]) == ("名册.csv", 2, "住址")
    assert (lines["number"].source or {})["column"] == "联系电话"


def test_the_corrected_workbook_touches_only_the_rows_that_were_sent_back(station: Station, tmp_path: Path) -> None:
    first = rosters.import_rosters(station, paths=[ROSTERS / "难读的花名册.xlsx"])
    path = tmp_path / "退回.xlsx"
    rosters.write_errors(first.preview, path=path)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.cell(5, 3).value = "61010019610717002" + check_digit("61010019610717002")  # was cut
    page.cell(2, 8).value = "别处"  # a row that was not sent back
    page.cell(13, 2).value = {"男": "女", "女": "男"}[str(page.cell(13, 2).value)]
    book.save(path)
    before = len(reviews.reviews_waiting(station))
    again = rosters.import_rosters(station, paths=[path])
    assert outcomes(again)["added"] == 2
    assert again.counts["updated"] == 0
    assert len(reviews.reviews_waiting(station)) == before - 1
    assert register.find(station, text="别处").total == 0
    head = station.vault.head()
    assert outcomes(rosters.import_rosters(station, paths=[path])).keys() <= {"unchanged", "needs_review", "rejected"}
    assert station.vault.head() == head


def test_a_file_changed_since_it_was_read_is_not_marked(station: Station, roster: Roster, tmp_path: Path) -> None:
    path = roster(("张三", "6101", "", ""))
    preview = rosters.preview_roster(station, paths=[path])
    path.write_text("别的", encoding="utf-8")
    with pytest.raises(RosterError, match="被改过"):
        rosters.write_errors(preview, path=tmp_path / "退回.xlsx")


def test_the_archive_list_fills_in_files_and_makes_nobody(station: Station, roster: Roster, tmp_path: Path) -> None:
    path = ROSTERS / "档案移交案卷目录.xls"
    first = rosters.import_rosters(station, paths=[path])
    assert first.counts["added"] == 0
    assert everyone(station) == []
    assert first.counts["rows"] == 80
    book = rosters.preview_roster(station, paths=[path]).tables[0]
    name, id_no = book.table.rows[0][1][1:3]
    register.register_person(station, draft=PersonDraft({"name": name, "id_no": id_no}))
    waiting = len(reviews.reviews_waiting(station))
    again = rosters.import_rosters(station, paths=[path])
    assert again.counts["updated"] == 1
    values, _ = page_of(station, id_no)
    assert (values["file_no"], values["file_pages"], values["keep_period"]) == ("D514115", 21, "永久")
    assert len(reviews.reviews_waiting(station)) == waiting - 1
    assert any("共 80 卷" in note for note in again.preview.tables[0].notes)


def test_alike_items_are_decided_at_once_and_a_row_waits_for_its_last(station: Station, roster: Roster) -> None:
    rows = [("张三", "男", "610100195307063025"), ("李四", "女", ZHANG)]
    bring_in(station, roster(*rows, headers=("姓名", "性别", "身份证号")))
    items = reviews.review_items(station)
    assert len({item.topic for item in items}) == 1
    done = reviews.decide(station, decisions=[Decision(one.review, one.number, ACCEPT) for one in items])
    assert (done.settled, done.waiting, done.failed) == (2, 0, ())
    assert sorted(str(page_of(station, one)[0]["sex"]) for one in (ZHANG, LI)) == ["1", "2"]


def test_a_death_noted_in_a_roster_becomes_an_event_with_its_day(station: Station, roster: Roster) -> None:
    rows = [("张三", ZHANG, "2021年3月已故"), ("李四", LI, "已故")]
    bring_in(station, roster(*rows, headers=("姓名", "身份证号", "备注")))
    items = reviews.review_items(station)
    done = reviews.decide(station, decisions=[Decision(one.review, one.number, ACCEPT) for one in items])
    assert (done.settled, len(done.failed)) == (1, 1)
    values, _ = page_of(station, ZHANG)
    assert (values["alive_state"], values["manage_state"], values["death_date"]) == ("3", "5", "2021-03")
    (item,) = reviews.review_items(station)
    reviews.decide(station, decisions=[Decision(item.review, item.number, LEAVE)])
    assert page_of(station, LI)[0]["alive_state"] == "1"


def test_undoing_a_decision_lets_the_row_wait_again(station: Station, roster: Roster) -> None:
    bring_in(station, roster(("张三", "男", LI), headers=("姓名", "性别", "身份证号")))
    (item,) = reviews.review_items(station)
    done = reviews.decide(station, decisions=[Decision(item.review, item.number, ACCEPT)])
    undo_batch(station, batch=done.changes.batch)
    assert everyone(station) == []
    assert len(reviews.reviews_waiting(station)) == 1


def test_a_corrected_mapping_is_remembered_for_the_same_headers(station: Station, roster: Roster) -> None:
    headers = ("姓名", "身份证号", "电话", "电话", "车号")
    path = roster(("张三", ZHANG, "13991234567", "13991234568", "陕A1"), headers=headers)
    preview = rosters.preview_roster(station, paths=[path])
    assert any("车号" in note for note in preview.tables[0].notes)
    preview = rosters.preview_roster(station, paths=[path], mapping={"电话#2": "person.spouse_phone", "车号": "note"})
    rosters.apply_roster(station, preview=preview)
    values, phones = page_of(station, ZHANG)
    assert (values["spouse_phone"], phones, values["remark"]) == ("13991234568", ["13991234567"], "车号：陕A1")
    other = roster(("李四", LI, "13991234567", "13991234569", "陕A2"), headers=headers, name="另一份.csv")
    again = rosters.preview_roster(station, paths=[other]).tables[0]
    assert [one.target for one in again.mapping] == [
        "person.name", "person.id_no", "phone.number", "person.spouse_phone", "note",
    ]  # fmt: skip


def test_a_new_phone_of_a_contact_is_taken_and_he_stays_one(station: Station, roster: Roster) -> None:
    headers = ("姓名", "身份证号", "家庭联系人", "与本人关系", "联系人电话")
    first = roster(("张三", ZHANG, "张小", "儿子", "13991234567"), headers=headers, name="一.csv")
    bring_in(station, first)
    second = roster(("张三", ZHANG, "张小", "儿子", "13991234568"), headers=headers, name="二.csv")
    assert outcomes(bring_in(station, second)) == {"updated": 1}
    page = register.person_details(station, person=register.person_by_any(station, text=ZHANG))
    assert [(one.values["name"], one.values["phone"]) for one in page.children["contact"]] == [("张小", "13991234568")]
    assert outcomes(bring_in(station, first)) == {"unchanged": 1}


def test_two_people_on_one_row_are_each_sent_back_and_answered(station: Station, tmp_path: Path) -> None:
    path = tmp_path / "并排.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.title = "并排"
    page.append(["姓名", "身份证号", "住址"] * 2)
    good = ["610100195307063017", "610100195307063025", "610100195307063033", "61010019530706305X"]
    for number in range(4):
        page.append(
            [
                f"张{'一二三四'[number]}",
                good[number],
                "甲",
                f"李{'一二三四'[number]}",
                f"61010019600101{number}017"[:17],
                "乙",
            ]
        )
    page.cell(3, 2).value = "610100"
    book.save(path)
    first = rosters.import_rosters(station, paths=[path])
    assert first.counts["rows"] == 8
    returned = tmp_path / "退回.xlsx"
    assert rosters.write_errors(first.preview, path=returned) == 4
    book = openpyxl.load_workbook(returned)
    page = book.worksheets[0]
    page.cell(3, 2).value = good[1]
    page.cell(2, 3).value = "丙"  # was not sent back
    book.save(returned)
    again = rosters.import_rosters(station, paths=[returned])
    assert again.counts["rows"] == 8
    assert (again.counts["added"], again.counts["updated"]) == (1, 0)
    assert again.counts["rejected"] == first.counts["rejected"] - 1


def test_what_red_rows_mean_is_answered_once_for_all_of_a_file(station: Station, tmp_path: Path) -> None:
    path = tmp_path / "红字.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.append(["姓名", "身份证号", "备注"])
    people = [
        ("张三", ZHANG, "2021年3月走的，已去世"),
        ("李四", LI, ""),
        ("王五", "610100195307063033", ""),
        ("赵六", "61010019530706305X", ""),
    ]
    for name, id_no, remark in people:
        page.append([name, id_no, remark])
    for line in (3, 5):
        for column in (1, 2):
            page.cell(line, column).font = Font(color="FFFF0000")
    book.save(path)
    assert outcomes(rosters.import_rosters(station, paths=[path])) == {"added": 1, "needs_review": 3}
    marks = [one for one in reviews.review_items(station) if one.choices]
    assert len(marks) == 2
    assert len({one.topic for one in marks}) == 1
    chosen = next(words for words in marks[0].choices if "去世" in words)
    reviews.decide(station, decisions=[Decision(one.review, one.number, EDIT, chosen) for one in marks])
    asked = [one for one in reviews.review_items(station) if one.proposed == "登记死亡" and one.name != "张三"]
    assert [one.name for one in asked] == ["李四", "赵六"]
    reviews.decide(station, decisions=[Decision(one.review, one.number, EDIT, "2020-05") for one in asked])
    assert page_of(station, LI)[0]["death_date"] == "2020-05"


def test_what_a_remark_proposes_is_done_or_left_and_the_remark_stays(station: Station, roster: Roster) -> None:
    third, fourth = "610100195307063033", "61010019530706305X"
    rows = [
        ("张三", ZHANG, "失联"),
        ("李四", LI, "随子女住上海"),
        ("王五", third, "劳模、重病"),
        ("赵六", fourth, "去世"),
    ]
    bring_in(station, roster(*rows, headers=("姓名", "身份证号", "备注")))
    items = reviews.review_items(station)
    leaves = {one.number for one in items if one.name == "王五" and "重病" in one.proposed}
    decisions = [
        Decision(one.review, one.number, LEAVE if one.name == "王五" and one.number in leaves else EDIT if one.name == "赵六" else ACCEPT,
                 "2022-08" if one.name == "赵六" else "")
        for one in items
    ]  # fmt: skip
    done = reviews.decide(station, decisions=decisions)
    assert (done.settled, done.failed) == (4, ())
    found = [
        register.person_details(station, person=register.person_by_any(station, text=one))
        for one in (ZHANG, LI, third, fourth)
    ]
    assert [page.values["remark"] for page in found] == ["失联", "随子女住上海", "劳模、重病", "去世"]
    assert found[0].values["manage_state"] == "3"
    assert found[1].values["remote_addr"] == "随子女住上海"
    assert [one.values["code"] for one in found[2].children["tag"]] == ["T07"]
    assert (found[3].values["manage_state"], found[3].values["death_date"]) == ("5", "2022-08")


def test_an_old_area_code_is_corrected_or_left_out(station: Station, roster: Roster) -> None:
    bring_in(station, roster(("张三", ZHANG, "", "0910-3212345"), ("李四", LI, "", "0910-3212346/13991234567")))
    first, second = reviews.review_items(station)
    reviews.decide(
        station,
        decisions=[
            Decision(first.review, first.number, EDIT, "029-33212345"),
            Decision(second.review, second.number, LEAVE),
        ],
    )
    assert (page_of(station, ZHANG)[1], page_of(station, LI)[1]) == (["029-33212345"], ["13991234567"])


@pytest.mark.parametrize(("verdict", "states"), [(ACCEPT, ("3", "5", "2021-03-05")), (LEAVE, ("1", "1", None))])
def test_a_state_written_in_a_cell_is_an_event_or_nothing(
    station: Station, roster: Roster, verdict: str, states: tuple[str, str, str | None]
) -> None:
    headers = ("姓名", "身份证号", "生存状态", "死亡日期")
    path = roster(("张三", ZHANG, "死亡", "20210305"), ("李四", LI, "健在", ""), headers=headers)
    assert outcomes(bring_in(station, path)) == {"added": 1, "needs_review": 1}
    items = reviews.review_items(station)
    done = reviews.decide(station, decisions=[Decision(one.review, one.number, verdict) for one in items])
    assert (done.settled, done.failed) == (1, ())
    values, _ = page_of(station, ZHANG)
    assert tuple(values.get(key) for key in ("alive_state", "manage_state", "death_date")) == states
    assert outcomes(bring_in(station, path)) == {"unchanged": 2}
