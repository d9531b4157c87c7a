"""The five rosters come in as their answers say; nothing is lost, doubled or left half done."""

import json
from pathlib import Path

import openpyxl
import pytest

from desktop.domain.errors import Cancelled, RosterError
from desktop.services import register, rosters
from desktop.services.batches import undo_batch
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from tests.conftest import ROSTERS

FILES = ["移交花名册.xlsx", "秦川轴承厂-基本情况表.xlsx", "档案移交案卷目录.xls", "社区摸底.csv", "难读的花名册.xlsx"]


def bring_in(station: Station, name: str) -> rosters.RosterResult:
    preview = rosters.preview_roster(station, paths=[ROSTERS / name])
    return rosters.apply_roster(station, preview=preview)


def everyone(station: Station) -> list[str]:
    return register.people_ids(station, wanted=PeopleFilter())


@pytest.mark.parametrize(("name", "rows"), list(zip(FILES, [600, 130, 80, 60, 18], strict=True)))
def test_each_roster_comes_in_and_its_control_total_closes(station: Station, name: str, rows: int) -> None:
    result = bring_in(station, name)
    assert result.counts["rows"] == rows
    assert rows == sum(result.counts[outcome] for outcome in rosters.OUTCOMES)
    assert len(everyone(station)) == result.counts["added"]
    assert len(rosters.reviews_waiting(station)) == result.counts["needs_review"]


@pytest.mark.parametrize("name", FILES)
def test_importing_twice_is_importing_once(station: Station, name: str) -> None:
    first = bring_in(station, name)
    head = station.vault.head()
    again = bring_in(station, name)
    assert again.counts["added"] == again.counts["updated"] == 0
    assert again.counts["unchanged"] == first.counts["added"]
    assert len(rosters.reviews_waiting(station)) == first.counts["needs_review"]
    assert station.vault.head() == head


def answers() -> list[dict[str, object]]:
    return json.loads((ROSTERS / "难读的花名册.answers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("answer", answers(), ids=lambda answer: str(answer["case"]))
def test_the_hard_roster_is_read_as_its_answers_say(station: Station, answer: dict[str, object]) -> None:
    preview = rosters.preview_roster(station, paths=[ROSTERS / "难读的花名册.xlsx"])
    planned = next(one for one in preview.tables[0].planned if one.draft.row == answer["row"])
    expect = answer["expect"]
    assert isinstance(expect, dict)
    assert planned.outcome == expect["outcome"], planned.draft.problems
    for key in ("id_no", "name"):
        if key in expect:
            assert planned.draft.values[key] == expect[key]
    if "field" in expect:
        assert expect["field"] in {problem.field for problem in planned.draft.problems}
    if "kept_both" in expect:
        assert all(planned.draft.values.get(key) for key in expect["kept_both"])
    if "mobile" in expect:
        assert [one["number"] for one in planned.phones] == [expect["mobile"]]
    if "phones" in expect:
        assert len(planned.phones) == expect["phones"]
    assert planned.draft.proposal == expect.get("proposal", "")


def test_undo_takes_the_whole_import_back(station: Station) -> None:
    before = len(everyone(station))
    result = bring_in(station, "难读的花名册.xlsx")
    undone = undo_batch(station, batch=result.changes.batch)
    assert undone.kept == ()
    assert len(everyone(station)) == before
    assert rosters.reviews_waiting(station) == []
    assert bring_in(station, "难读的花名册.xlsx").counts["added"] == result.counts["added"]


def test_undo_keeps_a_person_edited_since(station: Station) -> None:
    result = bring_in(station, "社区摸底.csv")
    person = everyone(station)[0]
    register.amend_person(station, person=person, values={"remark": "已上门核对"})
    undone = undo_batch(station, batch=result.changes.batch)
    assert undone.kept == (person,)
    assert everyone(station) == [person]


def test_a_cancelled_import_leaves_the_store_as_it_was(station: Station) -> None:
    preview = rosters.preview_roster(station, paths=[ROSTERS / "移交花名册.xlsx"])
    head = station.vault.head()

    def cancel(done: int, total: int, what: str) -> None:
        if what == "写入登记库" and done:
            raise Cancelled

    with pytest.raises(Cancelled):
        rosters.apply_roster(station, preview=preview, report=cancel)
    assert station.vault.head() == head
    assert everyone(station) == []


def test_the_error_workbook_is_the_senders_rows_with_reasons(station: Station, tmp_path: Path) -> None:
    preview = rosters.preview_roster(station, paths=[ROSTERS / "难读的花名册.xlsx"])
    path = tmp_path / "退回.xlsx"
    count = rosters.write_errors(preview, path=path)
    page = openpyxl.load_workbook(path).worksheets[0]
    rows = list(page.iter_rows(values_only=True))
    sent = list(openpyxl.load_workbook(ROSTERS / "难读的花名册.xlsx").worksheets[0].iter_rows(values_only=True))
    assert [row[: len(sent[0])] for row in rows] == sent
    assert rows[0][-3:] == ("原因", "建议", "原表行号")
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert (
        sum(bool(row[-3]) for row in rows[1:]) == count == preview.counts["needs_review"] + preview.counts["rejected"]
    )
    assert path.stat().st_mode & 0o077 == 0


def test_a_reviewed_row_comes_in_with_its_correction(station: Station) -> None:
    bring_in(station, "难读的花名册.xlsx")
    waiting = next(one for one in rosters.reviews_waiting(station) if one.payload["row"] == 13)
    rosters.accept_review(station, review=waiting.id, values={"sex": "2"})
    assert waiting.id not in {one.id for one in rosters.reviews_waiting(station)}
    found = register.find(station, text=str(waiting.payload["values"]["id_no"]))
    assert [one.row.text("sex") for one in found.people] == ["2"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空的"),
        (b"PK\x03\x04broken", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "不是能读的表格"),
        ("甲,乙\n1,2\n".encode(), "没有找到花名册的表头"),
    ],
)
def test_a_bad_file_is_one_sentence_naming_what_to_do(
    station: Station, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "坏表.xlsx"
    path.write_bytes(content)
    with pytest.raises(RosterError, match=said):
        rosters.preview_roster(station, paths=[path])
