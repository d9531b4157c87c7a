"""Order without a clock: gaps, snapshots, forks, restores, copies, acknowledgements (`sync.md` section 3.4)."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import cast

import pytest

from desktop.domain.clock import FixedClock
from desktop.domain.errors import PackageError
from desktop.domain.ids import SeededIds
from desktop.services import backups, conflicts, exchange, register, streams
from desktop.services.access import open_store
from desktop.services.station import Station
from tests.conftest import COMMUNITY, PASSWORD, STREET, Maker, copy_store, reopen
from tests.exchange_steps import merge, pack, person, send, trust, value_of

Pair = tuple[Station, Station]


class Backwards:
    """A clock whose battery is dead: every look is a day earlier."""

    def __init__(self) -> None:
        self._at = datetime(2026, 11, 24, tzinfo=timezone.utc)

    def now(self) -> datetime:
        """Return a moment before the last one."""
        self._at -= timedelta(days=1)
        return self._at


CLOCKS: dict[str, Callable[[], FixedClock | Backwards]] = {
    "1970": lambda: FixedClock(datetime(1970, 1, 1, tzinfo=timezone.utc)),
    "now": lambda: FixedClock(datetime(2026, 11, 24, 1, 2, 3, tzinfo=timezone.utc)),
    "2099": lambda: FixedClock(datetime(2099, 12, 31, tzinfo=timezone.utc)),
    "backwards": Backwards,
}


LONG = pytest.mark.long


@pytest.fixture(params=["backwards", *(pytest.param(name, marks=LONG) for name in ("1970", "now", "2099"))])
def pair(request: pytest.FixtureRequest, make_station: Maker, tmp_path: Path) -> Pair:
    """A community with a strange clock and a street with a good one; ./check knows only the worst clock."""
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    clock = CLOCKS[request.param]()
    community.clock = community.vault.clock = cast(FixedClock, clock)
    trust(community, street, tmp_path)
    return community, street


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@pytest.fixture
def opened() -> Iterator[list[Station]]:
    """Stations a test opened itself; closed afterwards."""
    found: list[Station] = []
    yield found
    for one in found:
        one.close()


def standing(station: Station) -> streams.Standing:
    (found,) = streams.standings(station)
    return found


def test_a_whole_history_passes_whatever_the_clock_says(pair: Pair, mail: Path) -> None:
    community, street = pair
    first = person(community, "甲")
    paths = [pack(community, street, mail)]
    for number in range(3):
        register.amend_person(community, person=first, values={"live_addr": f"{number}号楼"})
        paths.append(pack(community, street, mail))
    assert merge(street, paths[2]).state == "held"
    assert merge(street, paths[1]).state == "held"
    assert standing(street).missing == (1,)
    done = merge(street, paths[0])
    assert [one.seq for one in done.taken_up] == [2, 3]
    assert merge(street, paths[1]).state == "already"
    assert merge(street, paths[3]).state == "imported"
    assert value_of(street, first, "live_addr") == "2号楼"
    assert send(street, community, mail).state == "imported"
    assert standing(community).arrived == 4


def test_the_sender_hears_what_is_missing_and_the_next_package_fills_it(pair: Pair, mail: Path) -> None:
    community, street = pair
    names = ("甲", "乙", "丙")
    people = []
    for number, name in enumerate(names):
        people.append(person(community, name))
        path = pack(community, street, mail)
        if number != 1:  # the second stick is lost
            merge(street, path)
    back = send(street, community, mail)
    assert any("第 2 个包" in one for one in back.notices)
    assert standing(community).lost == (2,)
    assert standing(community).next_kind == "snapshot"
    done = send(community, street, mail)
    assert (done.seq, done.state) == (4, "imported")
    assert [value_of(street, one, "name") for one in people] == list(names)
    assert standing(street).missing == ()
    assert streams.held_packages(street) == []


def test_a_snapshot_jumps_and_what_it_covers_is_not_wanted(pair: Pair, mail: Path) -> None:
    community, street = pair
    one = person(community, "甲")
    lost = pack(community, street, mail)
    register.amend_person(community, person=one, values={"live_addr": "一号楼"})
    assert merge(street, pack(community, street, mail, snapshot=True)).state == "imported"
    assert value_of(street, one, "live_addr") == "一号楼"
    late = merge(street, lost)
    assert (late.state, late.seq) == ("already", 1)
    assert "全量包" in late.message


def test_a_restored_store_counts_anew_by_itself(pair: Pair, mail: Path, tmp_path: Path) -> None:
    community, street = pair
    first = person(community, "甲")
    send(community, street, mail)
    backup = backups.back_up(community, target=tmp_path / "usb").path
    lost = person(community, "备份之后登记的")
    old = pack(community, street, mail)
    folder = community.vault.folder
    community.close()
    backups.restore_backup(backup, folder=folder, password=PASSWORD, clock=community.clock, ids=SeededIds(9))
    again = open_store(folder, password=PASSWORD, clock=community.clock, ids=SeededIds(10))
    try:
        start = again.vault.epoch_start()
        assert start is not None
        assert start["reason"] == "restored"
        second = person(again, "乙")
        path = pack(again, street, mail)
        preview = exchange.preview_merge(street, path=path)
        assert (preview.manifest.seq, preview.manifest.kind, preview.is_new_epoch) == (1, "snapshot", True)
        with pytest.raises(PackageError) as refused:
            exchange.apply_merge(street, preview=preview)
        assert refused.value.reason == "new-epoch"
        exchange.apply_merge(street, preview=preview, accept_epoch=True)
        assert [value_of(street, one, "name") for one in (first, second)] == ["甲", "乙"]
        with pytest.raises(PackageError) as late:
            merge(street, old)
        assert late.value.reason == "old-epoch"
        assert send(street, again, mail).state == "imported"
        del lost
    finally:
        again.close()


def test_a_street_that_was_restored_gets_and_sends_everything(pair: Pair, mail: Path, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "甲")
    backup = backups.back_up(street, target=tmp_path / "usb").path
    send(community, street, mail)
    send(street, community, mail)
    folder = street.vault.folder
    street.close()
    backups.restore_backup(backup, folder=folder, password=PASSWORD, clock=street.clock, ids=SeededIds(9))
    again = open_store(folder, password=PASSWORD, clock=street.clock, ids=SeededIds(10))
    try:
        send(again, community, mail, accept_epoch=True)
        assert standing(community).next_kind == "snapshot"
        assert send(community, again, mail).state == "imported"
        assert value_of(again, one, "name") == "甲"
    finally:
        again.close()


def test_a_copied_store_counts_anew_and_the_original_goes_on(
    make_station: Maker, mail: Path, tmp_path: Path, opened: list[Station]
) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    person(community, "甲")
    send(community, street, mail)
    community.close()
    copy_store(community, tmp_path / "copy")
    original = open_store(community.vault.folder, password=PASSWORD, clock=community.clock, ids=SeededIds(3))
    copy = open_store(tmp_path / "copy", password=PASSWORD, clock=community.clock, ids=SeededIds(4))
    opened += [original, copy]
    assert original.vault.identity.epoch == 1 < copy.vault.identity.epoch
    assert (copy.vault.epoch_start() or {})["reason"] == "copied"
    person(original, "原件登记的")
    assert send(original, street, mail).state == "imported"
    person(copy, "副本登记的")
    assert send(copy, street, mail, accept_epoch=True).state == "imported"
    with pytest.raises(PackageError) as refused:
        send(original, street, mail)
    assert refused.value.reason == "old-epoch"


def test_a_moved_store_stays_what_it_is(make_station: Maker, tmp_path: Path) -> None:
    community = make_station(COMMUNITY, seed=1)
    community.close()
    shutil.move(community.vault.folder, tmp_path / "moved")
    moved = open_store(tmp_path / "moved", password=PASSWORD, clock=community.clock, ids=SeededIds(3))
    assert moved.vault.identity.epoch == 1
    again = reopen(moved)
    assert again.vault.identity.epoch == 1
    again.close()


def test_a_fork_is_an_alarm_on_both_sides_until_a_new_epoch(
    make_station: Maker, mail: Path, tmp_path: Path, opened: list[Station]
) -> None:
    """Two computers share one identity where the program could not notice: the numbers tell."""
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    person(community, "甲")
    send(community, street, mail)
    community.close()
    copy_store(community, tmp_path / "clone")
    original = open_store(community.vault.folder, password=PASSWORD, clock=community.clock, ids=SeededIds(3))
    clone = _without_noticing(tmp_path / "clone", original)
    opened += [original, clone]
    person(original, "甲机")
    person(clone, "乙机")
    send(original, street, mail)
    head = street.vault.head()
    with pytest.raises(PackageError) as refused:
        send(clone, street, mail)
    assert refused.value.reason == "fork"
    assert street.vault.head() == head
    assert standing(street).alarm == "fork"
    back = send(street, original, mail)
    assert any("两台电脑" in one for one in back.notices)
    assert standing(original).alarm == "fork"
    assert streams.begin_anew(original, why="查清了，留这台") > 1
    assert send(original, street, mail, accept_epoch=True).state == "imported"
    assert standing(street).alarm == ""
    assert standing(original).alarm == ""


def _without_noticing(folder: Path, like: Station) -> Station:
    """Open a copy as the same installation in the same epoch, as if nothing told it from the original."""
    station = open_store(folder, password=PASSWORD, clock=like.clock, ids=SeededIds(5))
    with station.vault.unit("epoch.start") as unit:
        unit.connection.exec_driver_sql("UPDATE meta SET value='1' WHERE key='epoch'")
        unit.connection.exec_driver_sql(
            "UPDATE meta SET value=(SELECT max(counter) FROM change WHERE writer=1) WHERE key='counter'"
        )
        unit.commit()
    return reopen(station)


def test_the_numbers_of_a_new_epoch_are_counted_too(make_station: Maker, mail: Path, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    person(community, "甲")
    send(community, street, mail)
    community.vault.begin_epoch("从备份恢复")
    one = person(community, "乙")
    first = pack(community, street, mail)
    register.amend_person(community, person=one, values={"live_addr": "一号楼"})
    second = pack(community, street, mail)
    assert merge(street, second).state == "held"
    done = merge(street, first, accept_epoch=True)
    assert [line.seq for line in done.taken_up] == [2]
    assert value_of(street, one, "live_addr") == "一号楼"


def test_the_same_backup_restored_twice_counts_in_two_epochs(make_station: Maker, mail: Path, tmp_path: Path) -> None:
    """What was written between the two restores would count as known, were the second epoch the first one's number."""
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    person(community, "甲")
    send(community, street, mail)
    backup = backups.back_up(community, target=tmp_path / "usb").path
    folder = community.vault.folder
    community.close()
    names, epoch = [], 1
    for number, name in enumerate(("第一次恢复之后", "第二次恢复之后")):
        backups.restore_backup(
            backup, folder=folder, password=PASSWORD, clock=community.clock, ids=SeededIds(9 + number)
        )
        again = open_store(folder, password=PASSWORD, clock=community.clock, ids=SeededIds(20 + number))
        assert again.vault.identity.epoch > epoch
        epoch = again.vault.identity.epoch
        names.append((person(again, name), name))
        assert send(again, street, mail, accept_epoch=True).state == "imported"
        again.close()
    assert [value_of(street, record, "name") for record, _ in names] == [name for _, name in names]


def test_two_copies_of_one_store_lose_nothing_of_each_other(
    make_station: Maker, mail: Path, tmp_path: Path, opened: list[Station]
) -> None:
    """Each copy begins an epoch of its own: were it the same number, what one wrote would pass for the other's."""
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    known = person(community, "甲")
    send(community, street, mail)
    community.close()
    names = ("一号机", "二号机")
    for number, name in enumerate(names):
        copy_store(community, tmp_path / name)
        opened.append(open_store(tmp_path / name, password=PASSWORD, clock=community.clock, ids=SeededIds(40 + number)))
    written = [(person(copy, name), name) for copy, name in zip(opened, names, strict=True)]
    register.amend_person(opened[0], person=known, values={"live_addr": "一号机写的"})
    register.amend_person(opened[1], person=known, values={"live_addr": "二号机写的"})
    for copy in opened:
        for _ in range(3):
            with contextlib.suppress(PackageError):  # of the lower epoch: refused until it has heard from the street
                assert send(copy, street, mail, accept_epoch=True).state == "imported"
                break
            send(street, copy, mail)
    assert [value_of(street, record, "name") for record, _ in written] == list(names)
    (one,) = conflicts.list_conflicts(street)
    assert {one.ours, one.theirs} == {"一号机写的", "二号机写的"}
