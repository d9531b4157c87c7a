"""The street's desk on real stations: many packages in any order, what each is, and merging the clean ones."""

import shutil
from pathlib import Path

import pytest

from desktop.domain.errors import Cancelled, InvalidValueError
from desktop.services import board, desk, exchange, register
from desktop.services.desk import DeskState
from desktop.services.station import Station
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.services.test_exchange import person, send, trust

Three = tuple[Station, Station, Station]


@pytest.fixture
def three(make_station: Maker, tmp_path: Path) -> Three:
    one, street, other = (make_station(draft, seed=n) for n, draft in enumerate((COMMUNITY, STREET, OTHER), start=1))
    trust(one, street, tmp_path)
    trust(other, street, tmp_path)
    return one, street, other


def stick(three: Three, folder: Path) -> Path:
    """Fill a folder as sticks are: packages out of order and in folders, a copy, a torn file, other things."""
    one, street, other = three
    deep = folder / "stick" / "二季度"
    deep.mkdir(parents=True)
    for number, name in enumerate(("甲", "乙", "丙")):
        person(one, name)
        exchange.pack_for(one, to_org=street.org, path=deep / f"{9 - number}.ycp")
    person(other, "丁")
    exchange.pack_for(other, to_org=street.org, path=folder / "stick" / "other.YCP")
    shutil.copy(deep / "9.ycp", folder / "stick" / "copy.ycp")
    (folder / "stick" / "torn.ycp").write_bytes((deep / "8.ycp").read_bytes()[:-20])
    (folder / "stick" / "名单.xlsx").write_bytes(b"not ours")
    return folder / "stick"


def test_a_whole_stick_is_laid_out_and_merged_in_one_go(three: Three, tmp_path: Path) -> None:
    one, street, _ = three
    folder = stick(three, tmp_path)
    paths = desk.packages_in([folder, folder / "torn.ycp"])
    assert len(paths) == 6
    lines = desk.lay_out(street, paths=paths)
    mine = [(line.seq, line.state) for line in lines if line.org == one.org]
    assert mine == [
        (1, DeskState.READY), (1, DeskState.ALREADY), (2, DeskState.NEXT), (3, DeskState.NEXT),
    ]  # fmt: skip
    torn = next(line for line in lines if line.path.name == "torn.ycp")
    assert (torn.state, torn.size > 0) == (DeskState.REFUSED, True)
    assert torn.advice.endswith("。")
    before = len(list(street.vault.folder.glob("backups/*")))
    result = desk.merge_clean(street, lines=lines)
    assert (result.merged, result.stopped) == (4, False)
    assert len(list(street.vault.folder.glob("backups/*"))) == before + 1
    assert len(register.people_ids(street, wanted=register.PeopleFilter())) == 4
    assert {line.state for line in result.lines} == {DeskState.MERGED, DeskState.ALREADY, DeskState.REFUSED}
    again = desk.lay_out(street, paths=paths)
    assert desk.merge_clean(street, lines=again).merged == 0
    assert {line.state for line in again if line.org} == {DeskState.ALREADY}


def test_cancelling_keeps_what_is_in_and_a_missing_number_is_named(three: Three, tmp_path: Path) -> None:
    one, street, _ = three
    folder = stick(three, tmp_path)
    lines = desk.lay_out(street, paths=desk.packages_in([folder]))

    def stop_after_one(done: int, _total: int, _what: str) -> None:
        if done == 1:
            raise Cancelled

    result = desk.merge_clean(street, lines=lines, report=stop_after_one)
    assert (result.merged, result.stopped) == (1, True)
    assert len(result.lines) == len(lines)
    third = folder / "二季度" / "7.ycp"
    (line,) = desk.lay_out(street, paths=[third])
    assert (line.org, line.state) == (one.org, DeskState.GAP)
    assert "第 2 个" in line.advice


@pytest.mark.long
def test_what_needs_a_look_waits_and_holds_up_only_its_own(three: Three, tmp_path: Path) -> None:
    one, street, other = three
    who = person(one, "张三", live_addr="旧地址")
    send(one, street, tmp_path)
    register.amend_person(one, person=who, values={"live_addr": "社区写的"})
    register.amend_person(street, person=who, values={"live_addr": "街道写的"})
    person(other, "李四")
    paths = [tmp_path / "a.ycp", tmp_path / "b.ycp"]
    exchange.pack_for(one, to_org=street.org, path=paths[0])
    exchange.pack_for(other, to_org=street.org, path=paths[1])
    result = desk.merge_clean(street, lines=desk.lay_out(street, paths=paths))
    assert result.merged == 1
    assert {line.org: line.state for line in result.lines} == {
        one.org: DeskState.CONFLICTS,
        other.org: DeskState.MERGED,
    }


def test_the_board_says_who_is_silent_and_the_rhythm_can_be_set(three: Three, tmp_path: Path) -> None:
    one, street, other = three
    person(one, "张三")
    send(one, street, tmp_path)
    street.clock.advance(seconds=36 * 86400)
    lines = {line.org: line for line in board.board_lines(street)}
    assert (lines[one.org].people, lines[one.org].days, lines[one.org].is_overdue) == (1, 36, True)
    assert (lines[other.org].last_seq, lines[other.org].days, lines[other.org].is_overdue) == (0, None, True)
    board.set_rhythm(street, org=one.org, days=40)
    assert not next(line for line in board.board_lines(street) if line.org == one.org).is_overdue
    with pytest.raises(InvalidValueError):
        board.set_rhythm(street, org=one.org, days=0)


def test_a_community_sees_what_will_go_and_what_came_back(three: Three, tmp_path: Path) -> None:
    one, street, _ = three
    person(one, "张三")
    (waiting,) = board.outgoing(one)
    assert waiting.counts["person.put"] == 1
    send(one, street, tmp_path)
    assert (board.outgoing(one)[0].total, board.outgoing(one)[0].line.sent_seq) == (0, 1)
    assert board.outgoing(one)[0].line.acked_seq == 0
    send(street, one, tmp_path)
    (after,) = board.outgoing(one)
    assert (after.line.acked_seq, after.line.last_seq) == (1, 1)
