"""What a killed program owed is done at the next start, and what it left lying about is swept away."""

import shutil
from pathlib import Path

import pytest

from desktop.domain.clock import SystemClock
from desktop.domain.errors import StorePlaceError
from desktop.security import key_file
from desktop.services import access, audit, backups, batches, duplicates, register, users
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store import epochs, erasing, swapping
from desktop.store.unit_of_work import OWED_EPOCH
from desktop.store.vault import SCRUB
from tests.conftest import CHEAP, COMMUNITY, PASSWORD, reopen


def notes(station: Station) -> list[str]:
    return [one.action for one in audit.deeds(station, wanted=audit.AuditFilter())]


def test_an_epoch_that_was_owed_begins_at_the_next_start(station: Station) -> None:
    """A peer knows packages this store does not: the merge that said so may be all that was written."""
    before = station.vault.identity.epoch
    with station.vault.unit("package.hold") as unit:
        epochs.owe(unit, "对方收到过没有记录的包", above=before + 7)
        unit.commit()
    again = reopen(station)
    assert again.vault.identity.epoch > before + 7
    assert not again.vault.jotted(OWED_EPOCH)
    again.close()


def test_a_file_that_was_to_be_scrubbed_is_scrubbed_at_the_next_start(station: Station) -> None:
    with station.vault.unit("package.hold") as unit:
        erasing.ask_for_scrub(unit)
        unit.commit()
    again = reopen(station)
    assert not again.vault.jotted(SCRUB)
    again.close()


def test_what_a_killed_program_left_is_swept_away(station: Station) -> None:
    folder = station.vault.folder
    (folder / "backups").mkdir(exist_ok=True)
    left = [folder / "store.keys.part", folder / "store.head.part", folder / "backups" / "x.ybk.db.part",
            folder / "backups" / "x.ybk.db.part-wal", folder / "演练-abc", folder / swapping.STAGE]  # fmt: skip
    for path in left:
        path.mkdir() if path.suffix == "" else path.write_bytes(b"half")
    reopen(station).close()
    assert not [path for path in left if path.exists()]


@pytest.mark.parametrize("left", ["nothing", "keys", "half a data file"])
def test_a_store_whose_making_was_cut_short_is_none_and_is_made_again(tmp_path: Path, left: str) -> None:
    """It used to be refused with "there is a store already", and did not open either."""
    folder = tmp_path / "store"
    folder.mkdir()
    swapping.note_unfinished(folder, "s")
    if left != "nothing":
        key_file.create_key_file(folder, password=PASSWORD, user="甲", role="supervisor", store_id="s", cost=CHEAP)
    if left == "half a data file":
        (folder / "store.db").write_bytes(b"x" * 5000)
    assert not access.is_store(folder)
    with pytest.raises(StorePlaceError, match="没有登记库"):
        access.open_store(folder, password=PASSWORD, clock=SystemClock())
    access.create_store(folder, draft=COMMUNITY, password=PASSWORD, clock=SystemClock(), cost=CHEAP).close()
    assert access.is_store(folder)
    access.open_store(folder, password=PASSWORD, clock=SystemClock()).close()


def test_a_store_put_by_hand_where_a_making_was_cut_short_is_a_store(station: Station, tmp_path: Path) -> None:
    """Nothing of it may be swept away for a marker of another store."""
    station.close()
    folder = tmp_path / "store"
    folder.mkdir()
    swapping.note_unfinished(folder, "another")
    shutil.copytree(station.vault.folder, folder, dirs_exist_ok=True)
    assert access.is_store(folder)
    with pytest.raises(StorePlaceError, match="已经有一个登记库"):
        access.create_store(folder, draft=COMMUNITY, password=PASSWORD, clock=SystemClock(), cost=CHEAP)
    access.open_store(folder, password=PASSWORD, clock=SystemClock()).close()
    assert not (folder / "store.new").exists()


@pytest.mark.parametrize("moved", range(9))
def test_a_restore_that_was_ready_is_carried_to_its_end(station: Station, tmp_path: Path, moved: int) -> None:
    """Whatever part of the files was moved when the program died."""
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    info = backups.back_up(station, target=tmp_path / "stick")
    register.register_person(station, draft=PersonDraft({"name": "李四"}))
    station.close()
    whole, folder = tmp_path / "whole", station.vault.folder
    shutil.copytree(folder, whole)
    backups.restore_backup(info.path, folder=whole, password=PASSWORD, clock=station.clock)
    names = ["store.keys", "store.keys.copy", "store.head", "store.db"]
    stage, aside = folder / swapping.STAGE, folder / "恢复前-x"
    stage.mkdir()
    for name in names:
        shutil.copy(whole / name, stage / name)
    (stage / "ready").write_text("\n".join(["恢复前-x", *names]), encoding="utf-8")
    steps = [(folder / name, aside / name) for name in names] + [(stage / name, folder / name) for name in names]
    for source, target in steps[:moved]:
        target.parent.mkdir(exist_ok=True)
        source.replace(target)
    assert access.is_store(folder)
    again = access.open_store(folder, password=PASSWORD, clock=station.clock)
    assert [one.row.text("name") for one in register.find(again, text="张三").people] == ["张三"]
    assert register.find(again, text="李四").total == 0
    assert backups.check_store(again).is_sound
    again.close()
    assert {one.name for one in aside.iterdir()} >= set(names) and not stage.exists()


def test_a_slot_nobody_noted_is_noted_at_the_next_start(station: Station) -> None:
    """The program may die between the key file and the note of it, or somebody may put another key file there."""
    opened = users._opened(station)
    key_file.add_slot(
        station.vault.folder, opened=opened, password="whatever-12", user="外人", role="clerk", cost=CHEAP
    )
    again = reopen(station)
    (note,) = [one for one in audit.deeds(again, wanted=audit.AuditFilter()) if one.action == "keys.found"]
    assert "多了外人" in note.detail
    third = reopen(again)
    assert notes(third).count("keys.found") == 1, "once is enough"
    third.close()


@pytest.mark.parametrize("name", [key_file.NAME, key_file.COPY])
def test_a_mended_copy_of_the_key_file_is_noted(station: Station, name: str) -> None:
    station.close()
    good = (station.vault.folder / name).read_bytes()
    (station.vault.folder / name).write_bytes(good[:40])
    again = reopen(station)
    assert (again.vault.folder / name).read_bytes() == good
    assert notes(again).count("keys.mended") == 1
    again.close()


def test_an_old_register_notes_its_slots_once(station: Station) -> None:
    with station.vault.unit("access.note") as unit:
        unit.connection.exec_driver_sql("DELETE FROM meta WHERE key='slots'")
        unit.commit()
    again = reopen(station)
    assert "keys.found" not in notes(again) and again.vault.meta("slots")
    again.close()


def test_a_join_taken_back_a_second_time_is_one_unit(station: Station) -> None:
    """It used to be two: killed between them, two people were said to be the same and stood apart."""
    first, second = (register.register_person(station, draft=PersonDraft({"name": name})).person for name in "甲乙")
    verdict = duplicates.Verdict(duplicates.SAME, main=first, why="同一人")
    for _ in range(2):
        duplicates.decide_pair(station, first=first, second=second, verdict=verdict)
        before = len(batches.recent_batches(station))
        duplicates.unjoin_person(station, person=second)
        assert len(batches.recent_batches(station)) == before + 1
        assert duplicates.decided_pairs(station) == []
