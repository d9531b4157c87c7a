"""Cards are right on paper, readable back, free of personal data, and checkable."""

import pypdfium2
import pytest

from desktop.domain.errors import PrintError
from desktop.printing.fonts import BOLD, fitted, width_of
from desktop.printing.readback import codes_on
from desktop.services import card_life, cards, peers, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.sync.card_token import decode_token
from tests.conftest import COMMUNITY, OTHER, STREET, Maker


def person(station: Station, name: str = "张三") -> str:
    return register.register_person(station, draft=PersonDraft({"name": name, "id_no": ""})).person


def tokens(pdf: bytes) -> list[str]:
    return [text for page in codes_on(pdf) for text in page]


def test_eleven_cards_take_two_sheets_and_all_codes_read_back(station: Station) -> None:
    ids = [person(station, f"王{'一二三四五六七八九十百'[number]}") for number in range(11)]
    register.amend_own_org(station, phone="029-33576726", address="西咸新区沣东新城青杨路1号")
    issued = cards.issue_cards(station, ids=ids)
    pages = codes_on(issued.pdf)
    assert [len(page) for page in pages] == [10, 1]
    document = pypdfium2.PdfDocument(issued.pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    for _, number in issued.cards:
        assert number in text
    assert "029-33576726" in text
    assert "12333" in text


def test_a_code_holds_no_personal_data(station: Station) -> None:
    one = person(station, "独一无二")
    (token,) = tokens(cards.issue_cards(station, ids=[one]).pdf)
    read = decode_token(token)
    assert read is not None
    assert one not in token
    assert "独一无二".encode() not in read.signed.payload


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_codes_read_at_every_printer_resolution(station: Station, dpi: int) -> None:
    pdf = cards.issue_cards(station, ids=[person(station)]).pdf
    assert len(codes_on(pdf, dpi=dpi)[0]) == 1


def test_printing_again_gives_the_same_card(station: Station) -> None:
    one = person(station)
    assert cards.issue_cards(station, ids=[one]).cards == cards.issue_cards(station, ids=[one]).cards


def test_verdicts(make_station: Maker, tmp_path: object) -> None:
    community, street, other = (
        make_station(COMMUNITY, seed=1),
        make_station(STREET, seed=2),
        make_station(OTHER, seed=3),
    )
    issued = cards.issue_cards(community, ids=[person(community)])
    (token,) = tokens(issued.pdf)
    number = issued.cards[0][1]
    assert cards.verify_card(community, token=token).state == "valid"
    assert cards.verify_card(community, token=token.lower()).state == "valid"
    assert cards.verify_card(community, token=number.replace("-", " ").lower()).person == issued.cards[0][0]
    assert cards.verify_card(other, token=token).state == "unknown-issuer"
    path = street.vault.folder.parent / "c.yck"
    card = peers.export_key_card(community, path=path)
    peers.enroll_peer(street, path=path, fingerprint=card.fingerprint)
    assert cards.verify_card(street, token=token).state == "not-ours"
    assert cards.verify_card(community, token="EC1:HELLO").state == "unreadable"
    changed = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    assert cards.verify_card(community, token=changed).state in {"forged", "unreadable"}
    card_life.revoke_card(community, card_no=number, why="遗失")
    assert cards.verify_card(community, token=token).state == "revoked"


def test_a_scanned_card_opens_its_person_in_the_search_box(station: Station) -> None:
    one = person(station)
    issued = cards.issue_cards(station, ids=[one])
    found = register.find(station, text=issued.cards[0][1])
    assert [hit.id for hit in found.people] == [one]


def test_a_character_no_font_has_is_named_before_anything_is_issued(station: Station) -> None:
    one = person(station, "张\U000e0100三")
    with pytest.raises(PrintError, match="U\\+E0100"):
        cards.issue_cards(station, ids=[one])
    assert register.person_details(station, person=one).children["card"] == ()


@pytest.mark.parametrize(
    "name", ["李", "阿不都热合曼·买买提吐尔逊江", "王" * 20, "西咸新区沣东新城三桥街道天台路社区7号楼3单元1490室" * 3]
)
def test_text_never_leaves_its_box(name: str) -> None:
    lines, size = fitted(name, BOLD, width=140, largest=16, smallest=6)
    assert len(lines) <= 2
    assert all(width_of(line, BOLD, size) <= 140 for line in lines)
