"""The keys in the window: own digits to read out, a stolen key stopped, the directory read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from desktop.printing.readback import codes_in_picture
from desktop.services import directories, peers, photos, withholding
from desktop.sync.key_card import same_fingerprint
from desktop.views.exchange.exchange_page import ExchangePage
from desktop.views.exchange.keys_dialog import KeysDialog
from desktop.views.main_window import MainWindow
from tests.conftest import STREET, Maker
from tests.exchange_steps import merge, pack, person, trust

Settle = Callable[[], None]


@pytest.fixture
def dialog(window: MainWindow, settle: Settle, make_station: Maker, tmp_path: Path) -> KeysDialog:
    street = make_station(STREET, seed=2)
    trust(window.context.station, street, tmp_path)
    directories.publish(street, path=tmp_path / "street.ycd")
    page = next(one for one in window.findChildren(ExchangePage))
    made = page.open_keys()
    settle()
    return made


def test_the_code_beside_the_digits_is_read_back_and_enrols(
    dialog: KeysDialog, window: MainWindow, tmp_path: Path
) -> None:
    shown = dialog.show_own()
    assert shown is not None
    card = peers.own_card(window.context.station)
    assert card.fingerprint.split()[0] in shown.digits.text()
    image: QImage = shown.code.grab().toImage()
    path = tmp_path / "code.png"
    assert image.save(str(path))
    (text,) = codes_in_picture(path.read_bytes())
    assert same_fingerprint(text, card)
    shown.accept()


def test_a_stolen_key_is_stopped_and_the_directory_read(dialog: KeysDialog, settle: Settle, tmp_path: Path) -> None:
    assert [(one.name, one.state, one.may_revoke) for one in dialog.model.rows] == [("上林街道", "使用中", True)]
    assert not dialog.publish_button.isVisibleTo(dialog)
    dialog.read_from(tmp_path / "street.ycd")
    settle()
    assert "第 1 版" in dialog.told.text()
    dialog.view.selectRow(0)
    asked = dialog.revoke()
    assert asked is not None
    asked.act()
    settle()
    assert dialog.model.rows[0].state == "已停用"
    dialog.view.selectRow(0)
    assert dialog.revoke() is None
    assert "不在使用" in dialog.error.text()


def test_what_waits_and_what_is_missing_is_shown(
    window: MainWindow, settle: Settle, make_station: Maker, tmp_path: Path
) -> None:
    street = make_station(STREET, seed=2)
    trust(window.context.station, street, tmp_path)
    pack(street, window.context.station, tmp_path)
    second = pack(street, window.context.station, tmp_path)
    assert merge(window.context.station, second).state == "held"
    page = next(one for one in window.findChildren(ExchangePage))
    dialog = page.open_streams()
    settle()
    (line,) = dialog.model.rows
    assert (line.waiting, line.missing, line.alarm) == ((2,), (1,), "")
    asked = dialog.begin_anew()
    asked.editors["why"].setText("查清了")  # type: ignore[union-attr]
    asked.act()
    settle()
    assert window.context.station.vault.identity.epoch > 1


def test_what_a_unit_is_not_given_and_its_pictures(
    window: MainWindow, settle: Settle, make_station: Maker, tmp_path: Path
) -> None:
    street = make_station(STREET, seed=2)
    community = window.context.station
    trust(community, street, tmp_path)
    photos.set_photo(community, person=person(community, "甲"), jpeg=b"\xff\xd8\xff" + bytes(500))
    dialog = next(one for one in window.findChildren(ExchangePage)).open_streams()
    settle()
    folder = tmp_path / "stick"
    folder.mkdir()
    dialog.write_pictures(street.org, folder)
    settle()
    (made,) = folder.iterdir()
    assert merge(street, made).counts == {"media": 1}
    dialog.scope()
    settle()
    assert dialog.action is not None
    dialog.action.editors["fields"].setText("person.id_no")  # type: ignore[union-attr]
    dialog.action.act()
    settle()
    assert withholding.profile_at(community, street.org).fields == ("person.id_no",)
