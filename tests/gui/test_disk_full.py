"""On a full disk the window says so in one sentence, what was typed stays where it is, and saving works once there is room."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.domain.clock import SystemClock
from desktop.services import access, register, rosters
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.views.main_window import MainWindow
from desktop.views.people.child_dialog import ChildDialog
from desktop.views.people.person_form import NewPersonDialog
from desktop.views.rosters.roster_page import RosterPage
from tests.conftest import CHEAP, COMMUNITY, PASSWORD, ROSTERS
from tests.faults.small_disk import SmallDisk

Settle = Callable[[], None]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    made = SmallDisk(tmp_path / "disk", 48 << 20)
    yield made
    made.close()


@pytest.fixture
def station(disk: SmallDisk) -> Iterator[Station]:
    """The window's station, on the small disk."""
    folder = disk.folder / "store"
    made = access.create_store(folder, draft=COMMUNITY, password=PASSWORD, clock=SystemClock(), cost=CHEAP)
    register.register_person(made, draft=PersonDraft({"name": "张三"}))
    preview = rosters.preview_roster(made, paths=[ROSTERS / "难读的花名册.xlsx"])
    rosters.apply_roster(made, preview=preview)
    yield made
    disk.clear()
    made.close()


def full(window: MainWindow, disk: SmallDisk) -> None:
    """Fill the disk and fold the log into the store, so that no reserved space is left in it."""
    window.context.station.vault.checkpoint()
    disk.leave(0)


def test_forms_keep_what_was_typed(window: MainWindow, settle: Settle, disk: SmallDisk) -> None:
    form = NewPersonDialog(window.context, parent=window)
    form.open()
    form.form.show_values({"name": "新来的", "live_addr": "幸福路1号" * 40})
    person = register.find(window.context.station, text="张三").people[0].id
    child = ChildDialog(window.context, kind="contact", person=person, parent=window)
    child.open()
    child.form.show_values({"name": "女儿", "phone": "13991234567"})
    full(window, disk)
    for dialog in (form, child):
        dialog.save.click()
        settle()
        assert "磁盘已满" in window.message.text() and "保存" in window.message.text()
        assert dialog.isVisible()
    assert form.form.values()["name"] == "新来的" and child.form.values()["name"] == "女儿"
    disk.clear()
    for dialog in (form, child):
        dialog.save.click()
        settle()
        assert not dialog.isVisible()
    assert register.find(window.context.station, text="新来的").total == 1


def test_the_review_stays_where_it_is(window: MainWindow, settle: Settle, disk: SmallDisk) -> None:
    window.show_page("rosters")
    settle()
    page = window.pages["rosters"]
    assert isinstance(page, RosterPage)
    page.show_reviews()
    settle()
    before = list(page.reviews.rows)
    assert before
    full(window, disk)
    page.review.view.selectRow(0)
    page.review.decide("new")
    settle()
    assert page.reviews.rows == before
    disk.clear()
    page.review.view.selectRow(0)
    page.review.decide("new")
    settle()
    assert len(page.reviews.rows) == len(before) - 1


def test_the_bar_warns_below_a_gigabyte(window: MainWindow, settle: Settle, disk: SmallDisk) -> None:
    window.safety.refresh()
    settle()
    assert "磁盘只剩" in window.safety.said.text()
