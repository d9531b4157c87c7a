"""新城 in the window: made from the first dialog, its desk and board show streets, a street sees what goes up."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.domain.clock import SystemClock
from desktop.services import exchange
from desktop.services.access import NewStore
from desktop.services.desk import DeskState
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.exchange.desk_tab import DeskTab
from desktop.views.exchange.exchange_page import ExchangePage
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.runner import Runner
from desktop.views.unlock_dialog import UnlockDialog
from tests.conftest import COMMUNITY, PASSWORD, STREET, Maker
from tests.exchange_steps import person, send, trust

Settle = Callable[[], None]
DISTRICT = NewStore("district", "610100", "沣东新城", "陈洁")
SECOND = NewStore("street", "610100002", "王寺街道", "周敏")


def test_a_district_is_made_from_the_first_dialog(qtbot: QtBot, tmp_path: Path) -> None:
    messages = Messages()
    runner = Runner(on_bug=messages.show_error)
    dialog = UnlockDialog(runner=runner, messages=messages, clock=SystemClock(), folder="")
    qtbot.addWidget(dialog)
    opened: list[Station] = []
    dialog.opened.connect(opened.append)
    dialog.new_folder.setText(str(tmp_path / "库"))
    dialog.district.setChecked(True)
    for field, text in (
        (dialog.code, DISTRICT.code), (dialog.name, DISTRICT.name), (dialog.user, DISTRICT.user),
        (dialog.new_password, PASSWORD), (dialog.again, PASSWORD),
    ):  # fmt: skip
        field.setText(text)
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(opened) or "请稍候" not in dialog.error.text(), timeout=60_000)
    assert opened, dialog.error.text()
    me = opened[0].vault.identity
    assert (me.kind, me.org, me.name, opened[0].is_street) == ("district", "610100", "沣东新城", True)
    opened[0].close()
    runner.close()


@pytest.fixture
def streets(make_station: Maker, tmp_path: Path) -> tuple[Station, Station]:
    """Two streets; the first has a community whose person it has merged."""
    first, second, community = make_station(STREET, seed=2), make_station(SECOND, seed=3), make_station(COMMUNITY)
    trust(community, first, tmp_path)
    person(community, "张三")
    send(community, first, tmp_path)
    person(second, "李四")
    return first, second


@pytest.fixture
def station(make_station: Maker, streets: tuple[Station, Station], tmp_path: Path) -> Station:
    """The window's own station: the district."""
    district = make_station(DISTRICT, seed=9)
    for one in streets:
        trust(one, district, tmp_path)
    return district


def test_the_desk_and_the_board_of_a_district_show_streets(
    window: MainWindow, settle: Settle, streets: tuple[Station, Station], tmp_path: Path, qtbot: QtBot
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    for one in streets:
        exchange.pack_for(one, to_org=DISTRICT.code, path=stick / f"{one.org}.ycp")
    window.open_packages([stick])
    settle()
    page = window.pages["exchange"]
    assert isinstance(page, ExchangePage)
    assert [line.state for line in page.desk.lines.rows] == [DeskState.READY, DeskState.READY]
    page.desk.merge_clean()
    settle()
    settle()
    assert {(one.name, one.people, one.is_overdue) for one in page.desk.units.rows} == {
        ("上林街道", 1, False), ("王寺街道", 1, False),
    }  # fmt: skip
    assert "2 个单位" in page.desk.going.text()
    assert page.desk.write_back.isVisibleTo(page.desk)
    window.grab().save(str(tmp_path / "district.png"))
    below = DeskTab(AppContext(streets[0], runner=window.context.runner, messages=window.context.messages))
    qtbot.addWidget(below)
    below.refresh()
    settle()
    assert [one.name for one in below.units.rows] == ["青杨社区"]
    assert "沣东新城：没有新的改动要发" in below.going.text()
