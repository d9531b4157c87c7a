"""From issue to the serial book: every way a card ends, what is printed again, who has none, designs by package."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from desktop.domain.errors import AccessError, InvalidValueError, NotFoundError
from desktop.domain.states import StateChange
from desktop.printing.card_design import CardDesign
from desktop.printing.readback import codes_on
from desktop.services import card_checks, card_designs, card_life, cards, exchange, peers, printers, register, staff
from desktop.services import states as states_service
from desktop.services.printers import Measured, PrinterSetup
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.exchange_steps import send, trust


def add(station: Station, *names: str) -> list[str]:
    return [register.register_person(station, draft=PersonDraft({"name": name})).person for name in names]


def issue(station: Station, *ids: str) -> list[str]:
    return [number for _, number in cards.issue_cards(station, ids=ids).cards]


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    document.close()
    return text


def state(station: Station, given: str) -> str:
    return cards.verify_card(station, token=given).state


def test_a_lost_card_stays_lost_when_a_new_one_is_given(station: Station) -> None:
    (number,) = issue(station, *add(station, "张三"))
    card_life.lose_card(station, card_no=number)
    verdict = cards.verify_card(station, token=number)
    assert verdict.state == "revoked" and "已挂失" in verdict.advice
    ((_, new),) = card_life.reissue_card(station, card_no=number, why="挂失后换发").cards
    lines = {one.card_no: one for one in card_life.all_cards(station)}
    assert lines[number].state == cards.LOST and lines[new].state == cards.VALID
    assert new != number and state(station, new) == "valid"


def test_an_exchanged_card_is_replaced_and_names_the_new_one(station: Station) -> None:
    (number,) = issue(station, *add(station, "张三"))
    ((person, new),) = card_life.reissue_card(station, card_no=number, why="卡损坏").cards
    page = register.person_details(station, person=person)
    old = next(one for one in page.children["card"] if one.values["card_no"] == number)
    fresh = next(one for one in page.children["card"] if one.values["card_no"] == new)
    assert old.values["replaced_by"] == fresh.id and state(station, number) == "replaced"
    assert cards.issue_cards(station, ids=[person]).cards == ((person, new),)


def test_a_person_may_hold_two_cards_and_ids_of_cards_are_not_ids_of_people(station: Station) -> None:
    (person,) = add(station, "张三")
    (first,) = issue(station, person)
    ((_, second),) = cards.issue_another(station, person=person).cards
    assert first != second and state(station, first) == state(station, second) == "valid"
    assert person not in {one.id for one in card_life.all_cards(station)}


@pytest.mark.parametrize("act", [card_life.return_card, card_life.revoke_card, card_life.lose_card])
def test_a_card_that_ended_cannot_be_handed_over(station: Station, act: object) -> None:
    (number,) = issue(station, *add(station, "张三"))
    act(station, card_no=number, why="交回")
    with pytest.raises(NotFoundError):
        card_life.receive_card(station, card_no=number, received_by="张三")
    with pytest.raises(NotFoundError, match="没有这张联系卡"):
        act(station, card_no="ZZZZ-ZZZZ-Z", why="交回")


def test_who_took_the_card_is_in_the_serial_book_and_on_the_slip(station: Station) -> None:
    first, second = issue(station, *add(station, "张三", "李四"))
    card_life.receive_card(station, card_no=second, received_by="李四之女")
    with pytest.raises(InvalidValueError, match="早于"):
        card_life.receive_card(station, card_no=first, received_by="张三", received_on="2026-11-01")
    with pytest.raises(InvalidValueError, match="没有写领取人"):
        card_life.receive_card(station, card_no=first, received_by=" ")
    book = words(card_life.serial_book(station))
    assert book.index(first) < book.index(second)
    for said in ("联系卡发放登记", "李四之女", "2026-11-24", "领取人签字", "共2张"):
        assert said in book
    assert first not in words(card_life.serial_book(station, since="2026-12-01"))
    slip = words(card_life.receipts(station, card_nos=[second]))
    for said in ("李四", second, "签字", "登记序号：2"):
        assert said in slip


def test_a_death_or_a_move_ends_every_card(station: Station) -> None:
    (person,) = add(station, "张三")
    (first,) = issue(station, person)
    ((_, second),) = cards.issue_another(station, person=person).cards
    states_service.change_state(
        station, person=person,
        change=StateChange("5", "2026-11-20", "病故", "王敏", evidence="死亡证明", death_source="1"),
    )  # fmt: skip
    assert {state(station, first), state(station, second)} == {"revoked"}


@pytest.mark.parametrize("change", ["staff", "phone", "address"])
def test_cards_are_printed_again_when_what_they_say_changes(station: Station, change: str) -> None:
    (person,) = add(station, "张三")
    staff.put_staff(station, values={"name": "李敏", "phone": "029-33110001", "on_card": 1})
    (number,) = issue(station, person)
    assert card_life.cards_to_reprint(station) == []
    if change == "staff":
        staff.put_staff(station, values={"name": "王强", "phone": "029-33110009", "on_card": 1})
    else:
        register.amend_own_org(
            station, phone="029-1" if change == "phone" else "", address="新址" if change == "address" else ""
        )
        if change == "phone":  # the duty phone is printed only where no worker's is
            staff.remove_staff(station, record=staff.own_staff(station)[0].id)
    assert [one.card_no for one in card_life.cards_to_reprint(station)] == [number]
    assert cards.issue_cards(station, ids=[person]).cards == ((person, number),)
    assert card_life.cards_to_reprint(station) == []


@pytest.mark.parametrize("change", ["nothing", "phone", "staff", "hidden staff"])
def test_a_card_printed_before_its_words_were_kept_is_listed_after_a_change(station: Station, change: str) -> None:
    """A card of a schema before 9 has no digest: the change log says whether something it prints has changed."""
    person, other = add(station, "张三", "李四")
    staff.put_staff(station, values={"name": "李敏", "phone": "029-33110001", "on_card": 1})
    (number,) = issue(station, person)
    with station.vault.unit("card.issue", why="旧版发的卡") as unit:
        unit.put("card", card_life.all_cards(station)[0].id, {"printed_for": None, "printed_on": None})
        unit.commit()
    assert card_life.cards_to_reprint(station) == []
    if change == "phone":
        register.amend_own_org(station, phone="029-33000009", address="")
    elif change != "nothing":
        staff.put_staff(station, values={"name": "王强", "phone": "029-33110009", "on_card": int(change == "staff")})
    is_due = change in {"phone", "staff"}
    assert [one.card_no for one in card_life.cards_to_reprint(station)] == ([number] if is_due else [])
    issue(station, person, other)
    assert card_life.cards_to_reprint(station) == []


def test_coverage_counts_people_and_not_cards(station: Station) -> None:
    ids = add(station, "张三", "李四", "王五")
    issue(station, ids[0])
    cards.issue_another(station, person=ids[0])
    (line,) = card_life.coverage(station)
    assert (line.people, line.with_card, line.percent) == (3, 1, 33)
    assert set(card_life.without_card(station)) == set(ids[1:])


def test_another_communitys_card_is_true_and_says_nothing_of_its_holder(make_station: Maker) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    pdf = cards.issue_cards(community, ids=add(community, "张三")).pdf
    ((token,),) = codes_on(pdf)
    path = street.vault.folder.parent / "c.yck"
    card = peers.export_key_card(community, path=path)
    peers.enroll_peer(street, path=path, fingerprint=card.fingerprint)
    verdict = cards.verify_card(street, token=token)
    assert verdict.state == "not-ours" and verdict.issuer == "青杨社区"
    assert verdict.person == verdict.card_no == "" and "张三" not in verdict.advice


def test_a_card_is_checked_by_number_file_and_nonsense(station: Station, tmp_path: Path) -> None:
    pdf = cards.issue_cards(station, ids=add(station, "张三")).pdf
    number = card_life.all_cards(station)[0].card_no
    picture = tmp_path / "card.png"
    pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil().save(picture)
    assert card_checks.verify_any(station, given=str(picture)).state == "valid"
    assert card_checks.verify_any(station, given=number.lower()).state == "valid"
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert "有一个字符输错" in card_checks.verify_any(station, given=wrong).advice
    (tmp_path / "not.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    assert card_checks.verify_any(station, given=str(tmp_path / "not.png")).state == "unreadable"
    with pytest.raises(NotFoundError, match="没有找到"):
        card_checks.verify_any(station, given=str(tmp_path / "gone.png"))


def test_an_expired_card_is_not_printed_again_but_replaced(station: Station) -> None:
    (person,) = add(station, "张三")
    (number,) = issue(station, person)
    card = register.person_details(station, person=person).children["card"][0]
    with station.vault.unit("card.issue", why="测试") as unit:
        unit.put("card", card.id, {"expires_on": "2026-11-23"})
        unit.commit()
    assert state(station, number) == "expired"
    assert issue(station, person) != [number]


def test_the_streets_design_reaches_its_community(make_station: Maker, tmp_path: Path) -> None:
    community, street, other = (
        make_station(COMMUNITY, seed=1),
        make_station(STREET, seed=2),
        make_station(OTHER, seed=3),
    )
    del other
    for one, another in ((street, community), (community, street)):
        path = tmp_path / f"{one.org}.yck"
        card = peers.export_key_card(one, path=path)
        peers.enroll_peer(another, path=path, fingerprint=card.fingerprint)
    logo = (Path(__file__).parents[1] / "data" / "logo.png").read_bytes()
    design = replace(
        CardDesign(), title="上林街道联系卡", accent="#7A1F1F", services=("上门走访", "代办认证"), logo=logo,
        blocks=CardDesign().blocks - {"street"},
    )  # fmt: skip
    with pytest.raises(AccessError):
        card_designs.put_design(community, kind="small", design=design)
    card_designs.put_design(street, kind="small", design=design)
    package = tmp_path / "1.ycp"
    exchange.pack_for(street, to_org=community.org, path=package)
    exchange.apply_merge(community, preview=exchange.preview_merge(community, path=package))
    assert card_designs.design_of(community, kind="small") == design
    assert card_designs.design_of(community, kind="cr80") == CardDesign()
    assert "上林街道联系卡" in words(cards.preview_cards(community, ids=add(community, "张三")))


@pytest.mark.parametrize(
    ("change", "match"),
    [({"title": " "}, "标题"), ({"logo": b"GIF89a"}, "标志"), ({"logo": b"\x89PNG\r\n\x1a\n" * 3000}, "标志")],
)
def test_a_design_that_cannot_be_is_refused(make_station: Maker, change: dict[str, object], match: str) -> None:
    street = make_station(STREET, seed=2)
    with pytest.raises(InvalidValueError, match=match):
        card_designs.put_design(street, kind="small", design=replace(CardDesign(), **change))


def test_measuring_twice_adds_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A printer that stretches and shifts: after one calibration its ruler page measures right."""
    monkeypatch.setenv("YINCE_HOME", str(tmp_path))
    true_left, true_top, across, down = 1.7, -0.8, 1.012, 0.991

    def measure() -> Measured:
        drift = printers.setup_of("甲").drift
        points = 72 / 25.4
        drawn_left = (20 - drift.left / points) / drift.across
        drawn_top = (20 - drift.top / points) / drift.down
        return Measured(
            true_left + across * drawn_left, true_top + down * drawn_top, 150 * across / drift.across,
            200 * down / drift.down,
        )  # fmt: skip

    for _ in range(2):
        printers.keep_setup("甲", PrinterSetup(600, printers.calibrated("甲", measure())))
    found = measure()
    assert (found.left, found.top, found.across, found.down) == pytest.approx((20, 20, 150, 200))
    assert printers.setup_of("甲").dpi == 600 and printers.setup_of("乙") == PrinterSetup()
    with pytest.raises(InvalidValueError):
        printers.calibrated("甲", Measured(20, 20, 15, 200))


def test_a_community_tells_its_neighbours_card_by_the_streets_directory(make_station: Maker, tmp_path: Path) -> None:
    """Nobody enrolled anybody but the street: its directory, carried by its package, is enough."""
    community, street, other = (
        make_station(COMMUNITY, seed=1),
        make_station(STREET, seed=2),
        make_station(OTHER, seed=3),
    )
    pdf = cards.issue_cards(community, ids=add(community, "张三")).pdf
    ((token,),) = codes_on(pdf)
    mail = tmp_path / "mail"
    mail.mkdir()
    trust(community, street, tmp_path)
    trust(other, street, tmp_path)
    assert state(other, token) == "unknown-issuer"
    send(street, other, mail)
    verdict = cards.verify_card(other, token=token)
    assert verdict.state == "not-ours" and "青杨社区" in verdict.advice
    assert verdict.person == verdict.card_no == "" and "张三" not in verdict.advice
