"""Code lists, field switches and old-age bands as data of a real register."""

import csv
from pathlib import Path

import pytest

from desktop.domain.ages import CertState
from desktop.domain.codes import code_list, shipped_list
from desktop.domain.errors import AccessError, InvalidValueError, NotFoundError
from desktop.services import age_bands, batches, catalogue, codelists, exchange, register, rosters
from desktop.services.computed import computed_of
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import COMMUNITY, OTHER, STREET, Maker, reopen
from tests.services.test_exchange import trust

KEY = "care_tag"


@pytest.fixture
def street(make_station: Maker) -> Station:
    return make_station(STREET)


def test_a_code_added_renamed_stopped_and_moved_is_seen_by_every_reader(street: Station) -> None:
    codelists.put_code(street, key=KEY, code="T18", label="银龄志愿者", also="志愿者、义工")
    assert code_list(KEY).code_of("义工") == "T18"
    codelists.put_code(street, key=KEY, code="T05", label="最低生活保障")
    assert code_list(KEY).label_of("T05") == "最低生活保障"
    assert code_list(KEY).code_of("低保") == "T05"
    codelists.stop_code(street, key=KEY, code="T17", stopped=True)
    assert code_list(KEY).label_of("T17") == "优抚"
    assert "T17" not in code_list(KEY).offered
    codelists.move_code(street, key=KEY, code="T18", by=-20)
    assert next(iter(code_list(KEY).labels)) == "T18"
    items = {one.code: one for one in codelists.items_of(KEY)}
    assert (items["T18"].also, items["T18"].added, items["T17"].stopped) == (("志愿者", "义工"), True, True)
    again = reopen(street)
    assert code_list(KEY).code_of("义工") == "T18"
    changes = codelists.stop_code(again, key=KEY, code="T18", stopped=True)
    batches.undo_batch(again, batch=changes.batch)
    assert "T18" in code_list(KEY).offered
    again.close()
    assert code_list(KEY) is shipped_list(KEY)


def test_a_list_is_confirmed_with_source_and_day(street: Station) -> None:
    unsure = next(one for one in codelists.all_lists() if not one.confirmed)
    codelists.confirm_list(street, key=unsure.key, source="市社保局 2026 年代码", as_of="2026-11-24")
    found = codelists.list_named(unsure.label)
    assert (found.confirmed, found.source, found.as_of) == (True, "市社保局 2026 年代码", "2026-11-24")
    with pytest.raises(InvalidValueError, match="哪份文件"):
        codelists.confirm_list(street, key=unsure.key, source="", as_of="2026-11-24")
    with pytest.raises(InvalidValueError, match="看不懂"):
        codelists.confirm_list(street, key=unsure.key, source="x", as_of="昨天")
    with pytest.raises(NotFoundError):
        codelists.list_named("没有")


def test_codes_that_would_confuse_are_refused(street: Station) -> None:
    for values, message in (
        ({"key": KEY, "code": "T18", "label": "低保"}, "已经是代码 T05"),
        ({"key": KEY, "code": "T18", "label": "新", "also": "重病"}, "代码 T02"),
        ({"key": KEY, "code": "", "label": "新"}, "不能为空"),
        ({"key": "manage_state", "code": "8", "label": "新"}, "由程序使用"),
    ):
        with pytest.raises(InvalidValueError, match=message):
            codelists.put_code(street, **values)
    with pytest.raises(InvalidValueError, match="由程序使用"):
        codelists.stop_code(street, key="sex", code="1", stopped=True)
    with pytest.raises(NotFoundError):
        codelists.move_code(street, key=KEY, code="没有", by=1)
    codelists.put_code(street, key="manage_state", code="1", label="在册管理")
    assert code_list("manage_state").code_of("在管") == "1"


def test_codes_travel_from_street_to_community_only(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    with pytest.raises(AccessError, match="街道"):
        codelists.put_code(community, key=KEY, code="T18", label="新")
    codelists.put_code(street, key=KEY, code="T18", label="银龄志愿者")
    path = tmp_path / "a.ycp"
    exchange.pack_for(street, to_org=community.org, path=path)
    exchange.apply_merge(community, preview=exchange.preview_merge(community, path=path))
    street.close()
    assert code_list(KEY).label_of("T18") == "银龄志愿者"


def roster(path: Path) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["姓名", "身份证号", "养老金", "开户行", "统筹外项目"])
        rows.writerow(["张三", "610100195307063017", "3000", "工商银行", "降温费"])
    return path


def test_a_field_is_imported_only_once_a_lead_switched_it_on(station: Station, tmp_path: Path) -> None:
    assert {"bank", "pension_amt", "outside_item"}.isdisjoint(catalogue.collected_fields(station))
    preview = rosters.preview_roster(station, paths=[roster(tmp_path / "册.csv")])
    assert len(preview.skipped) == 3
    assert any("养老金" in text and "未启用采集" in text for text in preview.skipped)
    assert "person.bank" not in dict(rosters.target_names(station))
    changes = catalogue.switch_field(station, field="bank", collected=True, why="核对代发银行")
    assert "bank" in catalogue.collected_fields(station)
    assert "person.bank" in dict(rosters.target_names(station))
    rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[roster(tmp_path / "册.csv")]))
    person = register.person_by_any(station, text="610100195307063017")
    values = register.person_details(station, person=person).values
    assert values["bank"] == "工商银行"
    assert "pension_amt" not in values
    assert "outside_item" not in values
    again = reopen(station)
    assert "bank" in catalogue.collected_fields(again)
    batches.undo_batch(again, batch=changes.batch)
    assert catalogue.shown_values(again, values).get("bank") is None
    assert values.keys() - catalogue.shown_values(again, values).keys() == {"bank"}
    again.close()


def test_switching_needs_a_lead_a_reason_and_a_field_that_may_be_off(station: Station) -> None:
    for field, why, message in (("bank", " ", "理由"), ("name", "x", "必要字段")):
        with pytest.raises(InvalidValueError, match=message):
            catalogue.switch_field(station, field=field, collected=True, why=why)
    with pytest.raises(NotFoundError):
        catalogue.switch_field(station, field="没有", collected=True, why="x")
    station.role = "clerk"
    with pytest.raises(AccessError, match="负责人"):
        catalogue.switch_field(station, field="bank", collected=True, why="x")


def test_the_catalogue_lists_every_field_in_words(station: Station) -> None:
    catalogue.switch_field(station, field="bank", collected=True, why="第一次")
    catalogue.switch_field(station, field="bank", collected=False, why="不再需要")
    lines = {one.field.key: one for one in catalogue.field_catalogue(station)}
    assert len(lines) == len(register.PERSON.fields)
    assert (lines["bank"].collected, lines["bank"].why, lines["bank"].switchable) == (False, "不再需要", True)
    assert (lines["sex"].codes, lines["sex"].kind, lines["name"].collected) == ("性别", "代码", True)
    assert all(one.purpose and one.privacy and one.maintainer for one in lines.values())


def test_bands_become_own_with_the_first_change_and_may_not_cross(street: Station) -> None:
    assert [row.values["from_age"] for row in age_bands.band_rows(street)] == [70, 80, 90, 100]
    row = age_bands.band_rows(street)[1]
    age_bands.put_band(street, values={"amount": 10000}, record=row.id)
    found = age_bands.band_rows(street)
    assert [one.values.get("amount") for one in found] == [None, 10000, None, None]
    with pytest.raises(InvalidValueError, match="重叠"):
        age_bands.put_band(street, values={"name": "新", "from_age": 85, "to_age": 95})
    with pytest.raises(InvalidValueError, match="大于"):
        age_bands.put_band(street, values={"name": "新", "from_age": 60, "to_age": 60})
    age_bands.put_band(street, values={"until": "2027-01-01"}, record=row.id)
    changed = {"name": "八十至八十九", "from_age": 80, "to_age": 90, "amount": 20000, "since": "2027-01-01"}
    age_bands.put_band(street, values=changed)
    assert len(age_bands.band_rows(street)) == 5
    age_bands.remove_band(street, record=found[3].id)
    assert len(age_bands.band_rows(street)) == 4
    with pytest.raises(NotFoundError):
        age_bands.put_band(street, values={"amount": 1}, record="0" * 32)


def test_a_community_does_not_set_bands(make_station: Maker) -> None:
    with pytest.raises(AccessError, match="街道"):
        age_bands.put_band(make_station(OTHER), values={"name": "新", "from_age": 60, "to_age": 70})


def test_who_reaches_a_band_next_month(station: Station) -> None:
    for name, birth in (
        ("下月八十", "1946-12-05"),
        ("本月八十", "1946-11-30"),
        ("下月百岁", "1926-12-31"),
        ("下月八一", "1945-12-05"),
    ):
        register.register_person(station, draft=PersonDraft({"name": name, "birth_id": birth}))
    found = {one.person.text("name"): one.band.from_age for one in age_bands.reaching(station)}
    assert found == {"下月八十": 80, "下月百岁": 100}
    assert [one.person.text("name") for one in age_bands.reaching(station, month="2026-11")] == ["本月八十"]


def test_what_is_worked_out_about_a_person(station: Station) -> None:
    values = {
        "birth_id": "1941-05-01", "cert_last": "2025-11-20", "join_date": "1970-01-01", "political": "01",
        "id_no": "612401194105010018",
    }  # fmt: skip
    found = computed_of(station, values, station.today())
    assert (found.age, found.band, found.party, found.honour) == (85, "80 至 89 周岁", 56, True)
    assert (found.cert, str(found.due), found.separated) == (CertState.OVERDUE, "2026-11-19", None)
    assert dict(found.lines())["认证到期"] == "2026-11-19 已超期"
    assert "安康" in dict(found.lines())["证号地区"]
    nobody = computed_of(station, {"political": "13", "join_date": "1970"}, station.today())
    assert nobody.lines() == [("认证到期", "从未认证")]
