"""Cases 1 and 10 of the catalogue against a register: a cut id is matched by what is left of it, never guessed."""

from pathlib import Path

import pytest

from desktop.services import register, rosters
from desktop.services.register import PersonDraft
from desktop.services.station import Station

WHOLE = "610100195307063017"


@pytest.mark.parametrize("cut", ["6.10100195307063E+17", "610100195307063", "610100195307063000"])
@pytest.mark.parametrize(("name", "outcome"), [("张三", "needs_review"), ("李四", "rejected")])
def test_a_cut_id_is_matched_by_its_fifteen_digits_and_name(
    station: Station, tmp_path: Path, cut: str, name: str, outcome: str
) -> None:
    person = register.register_person(station, draft=PersonDraft({"name": "张三", "id_no": WHOLE})).person
    path = tmp_path / "名册.csv"
    path.write_text(f"姓名,身份证号,性别\n{name},{cut},男\n", encoding="utf-8")
    preview = rosters.preview_roster(station, paths=[path])
    if name == "李四" and cut.endswith("000"):
        outcome = "needs_review"  # eighteen characters that may be right: asked, with nobody to offer
    assert preview.counts[outcome] == 1
    (planned,) = preview.tables[0].planned
    if name == "张三":
        assert planned.person is not None
        assert planned.person.id == person
        assert WHOLE in [one.suggestion for one in planned.draft.problems]
    else:
        assert planned.person is None


def test_signs_for_the_same_as_above_are_filled_and_said(station: Station, tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_text(f"姓名,身份证号,原单位\n张三,{WHOLE},秦川轴承厂\n李四,610100195307063025,同上\n", encoding="utf-8")
    result = rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[path]))
    found = register.find(station, text="李四").people[0].row
    assert found.text("ent_name") == "秦川轴承厂"
    assert [(one["row"], one["outcome"]) for one in result.problems] == [(3, "added")]
