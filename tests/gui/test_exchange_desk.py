"""The desk in the real window of a street: a stick dropped, merged, a package looked through, a person moved."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.domain.errors import PackageError
from desktop.domain.transfers import State
from desktop.services import conflicts, exchange, leaving, peers, proposals, register, streams, transfers
from desktop.services.desk import DeskState
from desktop.services.station import Station
from desktop.sync import manifest
from desktop.views.exchange.exchange_page import ExchangePage
from desktop.views.main_window import MainWindow
from desktop.views.people.person_page import PersonPage
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.exchange_steps import value_of
from tests.services.test_content import newer_package
from tests.services.test_exchange import person, send, trust
from tests.vectors.manifests import operation

Settle = Callable[[], None]


@pytest.fixture
def community(make_station: Maker) -> Station:
    return make_station(COMMUNITY, seed=1)


@pytest.fixture
def other(make_station: Maker) -> Station:
    return make_station(OTHER, seed=3)


@pytest.fixture
def station(make_station: Maker, community: Station, other: Station, tmp_path: Path) -> Station:
    """The window's own station: the street."""
    street = make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    trust(other, street, tmp_path)
    return street


def page_of(window: MainWindow) -> ExchangePage:
    page = window.pages["exchange"]
    assert isinstance(page, ExchangePage)
    return page


def test_a_stick_is_dropped_and_merged_and_answered(
    window: MainWindow, settle: Settle, community: Station, other: Station, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    for number, one in enumerate((community, other)):
        person(one, "张三")
        exchange.pack_for(one, to_org=window.context.station.org, path=stick / f"{number}.ycp")
    window.open_packages([stick])
    settle()
    page = page_of(window)
    assert [line.state for line in page.desk.lines.rows] == [DeskState.READY, DeskState.READY]
    assert page.desk.merge.text() == "合并可合并的（2）"
    page.desk.merge_clean()
    settle()
    assert {line.state for line in page.desk.lines.rows} == {DeskState.MERGED}
    settle()
    assert [one.people for one in page.desk.units.rows] == [1, 1]
    back = tmp_path / "back"
    back.mkdir()
    page.desk.write_returns(back)
    settle()
    assert len(list(back.glob("*.ycp"))) == 2


def test_one_package_is_looked_through_and_an_item_left_out(
    window: MainWindow, settle: Settle, community: Station, tmp_path: Path
) -> None:
    for name in ("甲某", "乙某"):
        person(community, name)
    path = tmp_path / "one.ycp"
    exchange.pack_for(community, to_org=window.context.station.org, path=path)
    window.open_packages([path])
    settle()
    page = page_of(window)
    dialog = page.dialog
    assert dialog.isVisible()
    row = next(place for place, one in enumerate(dialog.items.rows) if one.name == "甲某")
    dialog.view.selectRow(row)
    dialog.toggle_current()
    assert "放在一边" in dialog.go.text()
    dialog.merge()
    settle()
    page.refresh()
    settle()
    assert [one.name for one in page.aside.lines.rows] == ["甲某"]
    page.aside.take_current()
    settle()
    names = [row.text("name") for row in register.people_rows(
        window.context.station, ids=register.people_ids(window.context.station, wanted=register.PeopleFilter())
    )]  # fmt: skip
    assert sorted(names) == ["乙某", "甲某"]


def test_conflicts_are_seen_side_by_side_and_decided_alike(
    window: MainWindow, settle: Settle, community: Station, tmp_path: Path
) -> None:
    street = window.context.station
    ids = [person(community, name) for name in ("甲某", "乙某")]
    send(community, street, tmp_path)
    for one in ids:
        register.amend_person(community, person=one, values={"ent_name": "社区厂"})
        register.amend_person(street, person=one, values={"ent_name": "街道厂"})
    send(community, street, tmp_path)
    window.show_page("exchange")
    settle()
    tab = page_of(window).conflicts_tab
    assert [one.ours.value for one in tab.waiting.rows] == ["街道厂", "街道厂"]
    assert "李强" in str(tab.waiting.data(tab.waiting.index(0, 4)))
    tab.decide_alike("theirs")
    settle()
    assert conflicts.list_conflicts(street) == []


def test_a_person_is_offered_from_the_page_and_moved_at_the_street(
    window: MainWindow, settle: Settle, community: Station, other: Station, tmp_path: Path, qtbot: QtBot
) -> None:
    street = window.context.station
    who = person(community, "张三")
    send(community, street, tmp_path)
    window.context.person_wanted.emit(who)
    settle()
    assert isinstance(window.person_page, PersonPage)
    dialog = window.person_page.offer_transfer()
    assert dialog is not None
    settle()
    dialog.target.setCurrentIndex(dialog.target.findData(other.org))
    dialog.offer()
    settle()
    assert "没有写明转移原因" in dialog.problem.text()
    dialog.reason.setText("搬家")
    dialog.offer()
    settle()
    window.show_page("exchange")
    settle()
    tab = page_of(window).transfers
    tab.view.selectRow(0)
    tab.route(other.org)
    settle()
    send(street, other, tmp_path)
    transfers.accept_transfer(other, transfer=transfers.list_transfers(other)[0].id)
    send(other, street, tmp_path)
    tab.refresh()
    settle()
    tab.save_paper(tmp_path / "转移单.pdf")
    tab.confirm()
    settle()
    one = tab.current()
    assert one is not None
    assert one.state is State.MOVED
    assert (tmp_path / "转移单.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.long
def test_somebody_leaves_the_area_and_is_receipted(
    window: MainWindow, settle: Settle, community: Station, tmp_path: Path
) -> None:
    """The window is the sender here; the receiving office is far away and no peer."""
    street = window.context.station
    who = register.register_person(street, draft=register.PersonDraft({"name": "张三"})).person
    card = tmp_path / "away.yck"
    digits = peers.export_key_card(community, path=card).fingerprint
    window.context.person_wanted.emit(who)
    settle()
    dialog = window.person_page.offer_transfer()
    assert dialog is not None
    settle()
    path = tmp_path / "张三.ycm"
    dialog.write_file(card=card, digits=digits, path=path)
    settle()
    own = peers.own_card(street).fingerprint
    code, _ = leaving.take_in(community, file=leaving.open_person_file(community, path=path, fingerprint=own))
    page_of(window).transfers.note_receipt(who, code)
    settle()
    assert register.person_details(street, person=who).values["manage_state"] == "2"


def test_a_proposal_is_seen_side_by_side_and_answered(
    window: MainWindow, settle: Settle, community: Station, tmp_path: Path
) -> None:
    street = window.context.station
    one = person(community, "张三", live_addr="旧址一号")
    send(community, street, tmp_path)
    with street.vault.unit("transfer.confirm") as unit:
        unit.put("person", one, {"home_org": street.org, "owner_epoch": 1})
        unit.commit()
    for address in ("听说的二号", "听说的三号"):
        register.amend_person(community, person=one, values={"live_addr": address})
    send(community, street, tmp_path)
    page = page_of(window)
    page.refresh()
    settle()
    assert page.tabs.tabText(3) == "提议（2）"
    tab = page.proposals
    assert [row.field.proposed for row in tab.lines.rows] == ["听说的三号", "听说的二号"]
    tab.view.selectRow(0)
    dialog = tab.reject_current()
    assert dialog is not None
    dialog.editors["why"].setText("没有搬")
    dialog.act()
    settle()
    tab.view.selectRow(0)
    tab.accept_current()
    settle()
    states = {found.fields[0].proposed: found.state for found in proposals.list_proposals(street)}
    assert states == {"听说的三号": "不采纳", "听说的二号": "采纳"}
    assert not tab.accept.isEnabled()
    page.grab().save(str(tmp_path / "proposals.png"))


def test_a_package_of_a_newer_program_comes_in_by_itself_after_the_update(
    window: MainWindow, settle: Settle, community: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = window.context.station
    writer = community.vault.identity.writer
    path = newer_package(community, street, [operation(dot=[writer, 900])], tmp_path, critical=["ops/1", "ops/9"])
    with pytest.raises(PackageError):
        exchange.preview_merge(street, path=path)
    monkeypatch.setattr(manifest, "CRITICAL", manifest.CRITICAL | {"ops/9"})  # the program is updated
    updated = MainWindow(window.context)
    settle()
    assert streams.held_packages(street) == []
    assert value_of(street, "0123456789abcdef" * 2, "name") == "张三"
    assert "升级" in updated.message.text()
    updated.close()
