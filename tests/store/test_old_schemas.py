"""Every released schema opens, is brought up to date, and holds what it held."""

import shutil
from pathlib import Path

import pytest

from desktop.domain.ids import SeededIds
from desktop.services import backups, batches, register
from desktop.services.access import open_store
from desktop.store import migrations
from desktop.store.people import PeopleFilter
from tests.conftest import PASSWORD, the_clock

# Schemas that were on main at the end of a submission; numbers between them were never released.
RELEASED = (1, 2, 15, 17)
STORES = Path(__file__).resolve().parents[1] / "data" / "stores"


@pytest.mark.parametrize("name", [f"schema-{number}" for number in RELEASED])
def test_an_older_store_is_brought_up_to_date(name: str, tmp_path: Path) -> None:
    """Made by the program of its day (`tests/data/stores/ORIGIN.md`): three people, one changed, one former name."""
    folder = tmp_path / name
    shutil.copytree(STORES / name, folder)
    station = open_store(folder, password=PASSWORD, clock=the_clock(), ids=SeededIds(3))
    people = register.people_rows(station, ids=register.people_ids(station, wanted=PeopleFilter()))
    assert sorted(row.text("name") for row in people) == ["单田芳", "张三", "李四"]
    assert register.find(station, text="stf").people[0].row.text("name") == "单田芳"
    assert register.find(station, text="张山").people[0].row.text("name") == "张三"
    changed = next(row for row in people if row.text("name") == "李四")
    assert changed.text("live_addr") == "3号楼2单元501室"
    line = next(one for one in batches.recent_batches(station) if one.action == "person.edit")
    batches.undo_batch(station, batch=line.id)
    assert not register.person_details(station, person=changed.id).values.get("live_addr")
    assert backups.check_store(station).is_sound
    is_old = int(name.removeprefix("schema-")) < migrations.LATEST
    assert bool(list((folder / "backups").glob("升级前-*"))) == is_old
    station.close()


def test_every_released_store_is_kept() -> None:
    kept = {path.name for path in STORES.iterdir() if path.is_dir()}
    assert kept == {f"schema-{number}" for number in RELEASED}
