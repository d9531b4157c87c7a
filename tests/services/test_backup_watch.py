"""Backups make themselves, are copied off the machine, warn, and are rehearsed; all on real stores."""

from datetime import timedelta
from pathlib import Path

import pytest

from desktop.config.station_notes import keep_notes, notes_of, with_place
from desktop.domain.clock import FixedClock
from desktop.domain.errors import DamagedStoreError, DiskFullError, NotFoundError
from desktop.security.signing import SigningKey
from desktop.services import backup_watch, backups, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store import backup
from desktop.store.rotation import NEWEST, kept_backups


def store_of(station: Station) -> str:
    return station.vault.identity.store_id


def write_somebody(station: Station, name: str = "张三") -> None:
    register.register_person(station, draft=PersonDraft({"name": name}))


def remember(station: Station, place: Path) -> None:
    keep_notes(store_of(station), with_place(notes_of(store_of(station)), place))


def elsewhere(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every folder count as another medium: the test has only one."""
    monkeypatch.setattr(backup_watch, "is_off_machine", lambda _station, _place: True)


def test_only_changes_make_a_backup(station: Station) -> None:
    write_somebody(station)
    first = backup_watch.back_up_if_changed(station, before="退出")
    assert first is not None and first.people == 1
    assert backup_watch.back_up_if_changed(station, before="退出") is None
    write_somebody(station, "李四")
    second = backup_watch.back_up_if_changed(station, before="退出")
    assert second is not None and second.people == 2


def test_automatic_backups_keep_the_newest(station: Station) -> None:
    made = [backup_watch.automatic_backup(station, before=f"试{number}").path for number in range(NEWEST + 3)]
    left = sorted((station.vault.folder / "backups").iterdir())
    assert len(left) == NEWEST
    assert made[-1] in left and made[0] not in left


def test_a_change_goes_to_the_stick_that_is_in(station: Station, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    remember(station, stick)
    write_somebody(station)
    assert backup_watch.back_up_if_changed(station, before="退出")  # the stick is not in: no error
    assert notes_of(store_of(station)).off_machine_on == ""
    stick.mkdir()
    (stick / "备份-断电.ybk.part").write_bytes(b"half")
    write_somebody(station, "李四")
    assert backup_watch.back_up_if_changed(station, before="退出")
    assert notes_of(store_of(station)).off_machine_on == station.today().isoformat()
    assert [one.people for one in kept_backups(stick, store_id=store_of(station))] == [2]
    assert not list(stick.glob("*.part"))


@pytest.mark.parametrize(("days", "level"), [(0, "fine"), (6, "fine"), (7, "yellow"), (13, "yellow"), (14, "red")])
def test_the_register_warns_when_no_copy_left_the_machine(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, level: str
) -> None:
    assert backup_watch.safety_of(station).level == "fine"
    write_somebody(station)
    assert backup_watch.safety_of(station).level == "yellow"
    elsewhere(station, monkeypatch)
    backups.back_up(station, target=tmp_path / "stick")
    assert isinstance(station.clock, FixedClock)
    station.clock.advance(seconds=timedelta(days=days).total_seconds())
    safety = backup_watch.safety_of(station)
    assert safety.level == level, safety.said
    assert safety.places == (str(tmp_path / "stick"),)


def test_a_full_disk_is_red_and_refuses_large_work(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    free = (100, 50, 1000)
    monkeypatch.setattr(backup_watch.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": free[2]})())
    assert backup_watch.safety_of(station).level == "red"
    with pytest.raises(DiskFullError, match="没有开始导入"):
        backups.back_up_before(station, what="导入")


def test_a_drill_restores_and_leaves_nothing_behind(station: Station, tmp_path: Path) -> None:
    write_somebody(station)
    with pytest.raises(NotFoundError, match="还没有可以演练的备份"):
        backup_watch.drill_restore(station)
    info = backups.back_up(station, target=tmp_path / "stick")
    before = sorted(path.name for path in station.vault.folder.iterdir())
    drill = backup_watch.drill_restore(station, path=info.path)
    assert (drill.people, drill.log_entries) == (1, station.vault.head()[0])
    assert sorted(path.name for path in station.vault.folder.iterdir()) == before
    assert notes_of(store_of(station)).drill_said.startswith("演练成功：1 人")
    assert not backup_watch.safety_of(station).is_drill_due


def test_a_drill_of_a_damaged_or_foreign_backup_says_so(station: Station, make_station, tmp_path: Path) -> None:
    from tests.conftest import OTHER

    info = backups.back_up(station, target=tmp_path / "stick")
    other = make_station(OTHER, seed=9)
    with pytest.raises(DamagedStoreError, match="另一个登记库"):
        backup_watch.drill_restore(other, path=info.path)
    raw = bytearray(info.path.read_bytes())
    raw[-2000] ^= 1
    info.path.write_bytes(raw)
    with pytest.raises(DamagedStoreError):
        backup_watch.drill_restore(station, path=info.path)


def test_a_header_somebody_rewrote_is_not_the_device_s(station: Station, tmp_path: Path) -> None:
    info = backups.back_up(station, target=tmp_path / "stick")
    public = SigningKey(station.vault.secret("sign_seed")).public
    header = backup.read_header(info.path)
    assert backup.is_from(header, public=public)
    for key, value in (("people", 7), ("created", "2027-01-01T00:00:00Z"), ("head", "00")):
        assert not backup.is_from({**header, key: value}, public=public)
