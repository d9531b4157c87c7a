"""A printing that was not finished outlives the program, and never prints a card that has ended since."""

import pytest

from desktop.domain.errors import NotFoundError
from desktop.printing.card_sheets import Drift
from desktop.services import card_life, cards, drafts, register, unfinished_prints
from desktop.services.cards import CardPaper
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.services.unfinished_prints import UnfinishedPrint
from tests.conftest import reopen

PAPER = CardPaper("cr80", backs=True, flip="short", dpi=203, drift=Drift(1.5, -0.5, 1.01, 0.99))


def begun(station: Station) -> tuple[UnfinishedPrint, cards.IssuedCards]:
    """Issue three cards and keep that the first sheet is out."""
    ids = [
        register.register_person(station, draft=PersonDraft({"name": one})).person for one in ("张三", "李四", "王五")
    ]
    issued = cards.issue_cards(station, ids=ids, paper=PAPER)
    job = UnfinishedPrint(tuple(one for one, _ in issued.cards), PAPER, frozenset({0, 1}))
    unfinished_prints.keep_print(station, job=job, title="还有 4 页")
    return job, issued


def test_it_is_taken_up_on_the_same_pages_after_the_register_was_closed(station: Station) -> None:
    job, issued = begun(station)
    again = reopen(station)
    (draft,) = drafts.kept_drafts(again)
    taken, drawn = unfinished_prints.take_up(again, payload=draft.payload)
    assert taken == job and (drawn.pages, drawn.cards, drawn.pdf) == (issued.pages, issued.cards, issued.pdf)
    unfinished_prints.drop_print(again)
    assert drafts.kept_drafts(again) == []
    again.close()


def test_a_card_lost_meanwhile_is_not_silently_made_anew(station: Station) -> None:
    job, issued = begun(station)
    card_life.lose_card(station, card_no=issued.cards[1][1])
    with pytest.raises(NotFoundError, match="已经失效"):
        unfinished_prints.take_up(station, payload=job.payload())
    assert len(card_life.all_cards(station)) == 3


@pytest.mark.parametrize(
    "change", [{"paper": "{"}, {"paper": "[]"}, {"out": "x"}, {"people": ""}, {"paper": '{"drift": 1}'}]
)
def test_what_is_not_a_printing_is_one_sentence(station: Station, change: dict[str, str]) -> None:
    job, _ = begun(station)
    with pytest.raises(NotFoundError):
        unfinished_prints.take_up(station, payload={**job.payload(), **change})
