"""The past: the register on any day, a field's values over time, undo of one change, the ledger, bulk edit."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.clock import FixedClock
from desktop.domain.codes import code_list
from desktop.domain.dictionary import KINDS
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.states import StateChange
from desktop.services import as_on, batches, bulk_edit, drafts, ledger, photos, register, states, timeline
from desktop.services.bulk_edit import BulkChange
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store import as_on as replay
from desktop.store.history import HistoryLine
from tests.conftest import Maker

DAY = 86_400
State = dict[str, dict[str, tuple[Mapping[str, Any], bool]]]


def add(station: Station, name: str, **values: str) -> str:
    return register.register_person(station, draft=PersonDraft({"name": name, **values})).person


def change_state(station: Station, person: str, to: str, *, why: str = "本人来电") -> None:
    day = station.today().isoformat()
    change = StateChange(to=to, done_on=day, why=why, done_by="王敏", where_to="成都", death_source="1")
    states.change_state(station, person=person, change=change)


def wait(station: Station, days: int = 1) -> None:
    assert isinstance(station.clock, FixedClock)
    station.clock.advance(seconds=DAY * days)


def line_of(station: Station, person: str, key: str, new: object) -> HistoryLine:
    return next(one for one in register.history_of(station, person=person) if (one.field, one.new) == (key, new))


def tables_now(station: Station) -> State:
    found: State = {}
    with station.vault.reading() as connection:
        for kind in ("person", "phone", "tag"):
            keys = KINDS[kind].keys
            rows = connection.exec_driver_sql(f"SELECT id, deleted, {', '.join(keys)} FROM {kind}")
            found[kind] = {
                row[0]: ({k: v for k, v in zip(keys, row[2:], strict=True) if v is not None}, bool(row[1]))
                for row in rows
            }
    return found


def played(station: Station, batch: int) -> State:
    with station.vault.reading() as connection:
        return {
            kind: {one: (values, gone) for one, values, gone in replay.records_at(connection, kind, batch=batch)}
            for kind in ("person", "phone", "tag")
        }


STEPS = st.lists(
    st.tuples(st.sampled_from(["new", "edit", "phone", "drop", "remove", "undo", "clear"]), st.integers(0, 9)),
    min_size=1, max_size=14,
)  # fmt: skip


def do(station: Station, what: str, number: int, people: list[str]) -> None:
    """Do one thing a clerk may do; what cannot be done now is left."""
    if what == "new" or not people:
        people.append(add(station, f"王{number}", live_addr=f"{number}号楼"))
        return
    person = people[number % len(people)]
    try:
        if what in {"edit", "clear"}:
            values = {"live_addr": f"改{number}", "ethnic": "01"} if what == "edit" else {"live_addr": None}
            register.amend_person(station, person=person, values=values)
        elif what == "phone":
            register.put_child(station, kind="phone", person=person, values={"number": f"1380000000{number}"})
        elif what == "drop":
            for row in register.person_details(station, person=person).children["phone"]:
                register.remove_child(station, kind="phone", record=row.id)
        elif what == "remove":
            register.remove_person(station, person=person, why="重复")
        else:
            lines = batches.recent_batches(station, limit=10)
            batches.undo_batch(station, batch=lines[number % len(lines)].id)
    except NotFoundError:
        return


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_every_past_moment_is_played_back_as_it_was(station: Station, steps: list[tuple[str, int]]) -> None:
    people: list[str] = []
    kept: list[tuple[int, State]] = []
    for what, number in steps:
        do(station, what, number, people)
        with station.vault.reading() as connection:
            kept.append((replay.last_batch(connection), tables_now(station)))
    for batch, state in kept:
        assert played(station, batch) == state


def test_the_register_on_a_day_counts_whom_it_had(station: Station) -> None:
    first = station.today()
    one = add(station, "张三", live_addr="旧址")
    wait(station)
    add(station, "李四")
    register.amend_person(station, person=one, values={"live_addr": "新址"})
    change_state(station, one, "2")
    wait(station)
    register.remove_person(station, person=one, why="重复登记")
    then = as_on.register_on(station, day=first)
    assert [(row.text("name"), row.text("live_addr")) for row in then.people] == [("张三", "旧址")]
    assert then.by_state == {"在管": 1}
    assert then.by_community == {"青杨社区": 1}
    next_day = as_on.register_on(station, day=date.fromordinal(first.toordinal() + 1))
    assert next_day.by_state == {"在管": 1, "转出": 1}
    assert [row.text("name") for row in as_on.register_on(station, day=station.today()).people] == ["李四"]
    assert as_on.person_on(station, person=one, day=first).values["live_addr"] == "旧址"
    with pytest.raises(NotFoundError, match="还没有这个人"):
        as_on.person_on(station, person=one, day=station.today())
    with pytest.raises(InvalidValueError, match="今天之后"):
        as_on.register_on(station, day=date(2099, 1, 1))
    assert as_on.register_on_file(station, found=then, ending="xlsx").startswith(b"PK")
    assert "张三" in text_of_pdf(as_on.register_on_file(station, found=then, ending="pdf"))


def test_the_register_on_a_day_lists_nobody_twice(station: Station) -> None:
    kept, twice = add(station, "张三"), add(station, "张三")
    first = station.today()
    wait(station)
    register.amend_person(station, person=twice, values={"joined_to": kept})
    register.amend_person(station, person=kept, values={"joined_to": twice})  # crosswise, from two stations
    stands = min(kept, twice)
    assert [row.id for row in as_on.register_on(station, day=station.today()).people] == [stands]
    assert register.people_ids(station, wanted=register.parse_filter("", station=station)) == [stands]
    assert len(as_on.register_on(station, day=first).people) == 2


def text_of_pdf(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def test_a_field_tells_its_values_and_one_change_goes_back_alone(station: Station) -> None:
    person = add(station, "张三", live_addr="甲", ent_name="老厂")
    register.amend_person(station, person=person, values={"live_addr": "乙", "ent_name": "新厂"}, why="搬家")
    values = timeline.values_over_time(station, person=person, key="live_addr")
    assert [(one.text, one.why, one.is_current) for one in values] == [("乙", "搬家", True), ("甲", "", False)]
    timeline.undo_one(station, line=line_of(station, person, "live_addr", "乙"), why="写错了")
    now = register.person_details(station, person=person).values
    assert (now["live_addr"], now["ent_name"]) == ("甲", "新厂")
    with pytest.raises(NotFoundError, match="没有"):
        timeline.values_over_time(station, person=person, key="nothing")


def test_a_change_overtaken_is_refused_unless_meant(station: Station) -> None:
    person = add(station, "张三", live_addr="甲")
    register.amend_person(station, person=person, values={"live_addr": "乙"})
    register.amend_person(station, person=person, values={"live_addr": "丙"})
    line = line_of(station, person, "live_addr", "乙")
    with pytest.raises(InvalidValueError, match="之后又改过，现在是“丙”"):
        timeline.undo_one(station, line=line)
    with pytest.raises(InvalidValueError, match="写明原因"):
        timeline.undo_one(station, line=line, anyway=True, why=" ")
    timeline.undo_one(station, line=line, anyway=True, why="本人确认")
    assert register.person_details(station, person=person).values["live_addr"] == "甲"
    with pytest.raises(InvalidValueError, match="姓名不能为空"):
        timeline.undo_one(station, line=line_of(station, person, "name", "张三"))
    change_state(station, person, "2")
    with pytest.raises(InvalidValueError, match="状态变动"):
        timeline.undo_one(station, line=line_of(station, person, "manage_state", "2"))


def test_a_deletion_goes_back_alone(station: Station) -> None:
    person = add(station, "张三")
    register.put_child(station, kind="phone", person=person, values={"number": "13800001111"})
    (row,) = register.person_details(station, person=person).children["phone"]
    register.remove_child(station, kind="phone", record=row.id)
    timeline.undo_one(station, line=register.history_of(station, person=person)[0])
    assert len(register.person_details(station, person=person).children["phone"]) == 1


def test_the_ledger_says_what_changed_and_leaves_out_what_was_taken_back(station: Station) -> None:
    day = station.today()
    person = add(station, "张三", live_addr="甲")
    register.amend_person(station, person=person, values={"live_addr": "乙"}, why="搬家")
    register.put_child(station, kind="phone", person=person, values={"number": "13800001111"})
    wrong = register.amend_person(station, person=person, values={"ent_name": "错厂"})
    batches.undo_batch(station, batch=wrong.batch)
    change_state(station, person, "5", why="家属报告")
    found = ledger.ledger_of(station, since=day, until=day)
    said = [(one.item, one.before, one.after, one.sort, one.why) for one in found.lines]
    assert ("新增人员", "", "青杨社区", "新增", "") in said
    assert ("长期居住地", "甲", "乙", "地址", "搬家") in said
    assert ("电话·电话号码", "", "138****1111", "电话", "") in said
    assert ("管理状态", "在管", "死亡", "死亡", "家属报告") in said
    assert not any("错厂" in one.after + one.before for one in found.lines)
    assert [one.number for one in found.lines] == list(range(1, len(found.lines) + 1))
    assert found.counts["死亡"] == found.counts["地址"] == found.counts["新增"] == 1
    assert len(ledger.ledger_of(station, since=day, until=day, sorts=["地址"]).lines) == 1
    assert ledger.ledger_of(station, since=day, until=day, community="610100001002").lines == ()
    text = text_of_pdf(ledger.ledger_file(station, found=found, ending="pdf"))
    assert "异动台账" in text
    assert "搬家" in text
    assert "审核" in text
    assert "死亡 1" in text
    assert ledger.ledger_file(station, found=found, ending="xlsx").startswith(b"PK")
    wait(station)
    assert ledger.ledger_of(station, since=station.today(), until=station.today()).lines == ()
    with pytest.raises(InvalidValueError, match="对调"):
        ledger.ledger_of(station, since=station.today(), until=day)


def test_bulk_edit_is_seen_first_written_once_and_undone(station: Station) -> None:
    ids = [add(station, "张三"), add(station, "李四", live_estate="青杨小区"), add(station, "王五")]
    preview = bulk_edit.preview_bulk(station, ids=ids, change=BulkChange("set", "live_estate", "青杨小区"))
    assert (preview.count("will"), preview.count("same"), preview.count("refused")) == (2, 1, 0)
    with pytest.raises(InvalidValueError, match="写明原因"):
        bulk_edit.apply_bulk(station, preview=preview, why="")
    register.amend_person(station, person=ids[2], values={"live_estate": "别处"})
    done = bulk_edit.apply_bulk(station, preview=preview, why="楼栋普查")
    assert (done.changed, done.left) == (1, 1)
    estates = [register.person_details(station, person=one).values.get("live_estate") for one in ids]
    assert estates == ["青杨小区", "青杨小区", "别处"]
    batches.undo_batch(station, batch=done.changes.batch)
    assert "live_estate" not in register.person_details(station, person=ids[0]).values


def test_bulk_edit_refuses_what_the_rules_refuse(station: Station) -> None:
    ids = [add(station, "张三", remark="旧")]
    for key in ("name", "id_no", "manage_state"):
        with pytest.raises(InvalidValueError, match="不能批量修改"):
            bulk_edit.preview_bulk(station, ids=ids, change=BulkChange("set", key, "x"))
    wrong = bulk_edit.preview_bulk(station, ids=ids, change=BulkChange("set", "work_start", "不是日期"))
    assert [row.outcome for row in wrong.rows] == ["refused"]
    assert "不是日期" in wrong.rows[0].reason
    more = bulk_edit.read_change(station, text="remark+=新")
    bulk_edit.apply_bulk(station, preview=bulk_edit.preview_bulk(station, ids=ids, change=more), why="补记")
    assert register.person_details(station, person=ids[0]).values["remark"] == "旧\n新"
    clear = bulk_edit.read_change(station, text="备注=")
    bulk_edit.apply_bulk(station, preview=bulk_edit.preview_bulk(station, ids=ids, change=clear), why="清理")
    assert "remark" not in register.person_details(station, person=ids[0]).values
    tag = bulk_edit.read_change(station, text="关爱类别=高龄")
    bulk_edit.apply_bulk(station, preview=bulk_edit.preview_bulk(station, ids=ids, change=tag), why="评定")
    assert len(register.person_details(station, person=ids[0]).children["tag"]) == 1
    assert bulk_edit.preview_bulk(station, ids=ids, change=tag).count("same") == 1


def test_bulk_edit_reads_what_people_write(station: Station) -> None:
    ids = [add(station, "张三")]
    for text, key, stored in (
        ("兴趣爱好=书法、钓鱼", "hobbies", {code_list("hobby").code_of(one) for one in ("书法", "钓鱼")}),
        ("参加工作时间=1975年3月", "work_start", {"1975-03"}),
        ("享受低保=是", "dibao", {"1"}),
    ):
        preview = bulk_edit.preview_bulk(station, ids=ids, change=bulk_edit.read_change(station, text=text))
        bulk_edit.apply_bulk(station, preview=preview, why="普查")
        assert set(str(register.person_details(station, person=ids[0]).values[key]).split()) == stored, text
    with pytest.raises(InvalidValueError, match="没有“飞行”"):
        bulk_edit.read_change(station, text="兴趣爱好=书法、飞行")


def test_drafts_are_kept_outside_the_log(station: Station) -> None:
    before = station.vault.head()
    drafts.keep_draft(station, key="person.new", title="新增人员", payload={"name": "张"})
    drafts.keep_draft(station, key="person.new", title="新增人员", payload={"name": "张三"})
    assert [dict(one.payload) for one in drafts.kept_drafts(station)] == [{"name": "张三"}]
    assert station.vault.head() == before
    drafts.drop_draft(station, key="person.new")
    assert drafts.kept_drafts(station) == []


def test_a_photo_is_kept_once_and_can_go(make_station: Maker) -> None:
    station = make_station()
    one, two = add(station, "张三"), add(station, "李四")
    picture = b"\xff\xd8\xff" + b"0" * 900
    photos.set_photo(station, person=one, jpeg=picture)
    photos.set_photo(station, person=two, jpeg=picture)
    with station.vault.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attachment").scalar_one() == 1
    assert photos.photo_of(station, person=one) == picture
    photos.remove_photo(station, person=one)
    assert photos.photo_of(station, person=one) is None
    for wrong in (b"%PDF", b"\xff\xd8\xff" + b"0" * photos.MAX_BYTES):
        with pytest.raises(InvalidValueError, match="照片"):
            photos.set_photo(station, person=one, jpeg=wrong)
