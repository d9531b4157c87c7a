"""A printing of cards that is not out of the printer yet: kept in the register, taken up again after any end."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.domain.progress import Report, silent
from desktop.printing.card_sheets import Drift
from desktop.services import cards, drafts
from desktop.services.cards import CardPaper, IssuedCards
from desktop.services.station import Station

KEY = "print/cards"  # of the draft it is kept as
_MOST_TITLE = 80


@dataclass(frozen=True, slots=True)
class UnfinishedPrint:
    """Whose cards are printed on what, and the numbers (from 0) of the pages that are out."""

    people: tuple[str, ...]
    paper: CardPaper
    out: frozenset[int] = frozenset()

    def payload(self) -> dict[str, Value]:
        """Return it as a draft's content; no names are in it."""
        return {
            "people": " ".join(self.people), "paper": json.dumps(asdict(self.paper)),
            "out": " ".join(str(one) for one in sorted(self.out)),
        }  # fmt: skip


def keep_print(station: Station, *, job: UnfinishedPrint, title: str) -> None:
    """Keep how far a printing is; `title` says it to the clerk."""
    drafts.keep_draft(station, key=KEY, title=title[:_MOST_TITLE], payload=job.payload())


def drop_print(station: Station) -> None:
    """Forget the printing: every page is out."""
    drafts.drop_draft(station, key=KEY)


def print_of(payload: Mapping[str, Value]) -> UnfinishedPrint:
    """Return the printing a draft holds; raises NotFoundError for what this program did not write."""
    try:
        told = json.loads(str(payload["paper"]))
        paper = CardPaper(**{**told, "drift": Drift(**told["drift"])})
        out = frozenset(int(one) for one in str(payload["out"]).split())
        return UnfinishedPrint(tuple(str(payload["people"]).split()), paper, out)
    except (KeyError, TypeError, ValueError) as error:
        raise NotFoundError("上次的打印读不出来", "请重新选人打印") from error


def take_up(
    station: Station, *, payload: Mapping[str, Value], report: Report = silent
) -> tuple[UnfinishedPrint, IssuedCards]:
    """Draw the same cards on the same pages again; raises NotFoundError when one has ended since, PrintError."""
    job = print_of(payload)
    prepared = cards.prepare(station, job.people, job.paper, report)
    if prepared.fresh or len(prepared.cards) != len(job.people):
        raise NotFoundError("上次没打完的卡里有的已经失效", "请在“联系卡”页重新选人打印")
    with station.vault.unit("card.issue", why="接着打印联系卡") as unit:
        cards.record_print(station, unit, prepared)
        issued = prepared.issued(unit.commit())
    return replace(job, out=frozenset(one for one in job.out if one < len(issued.pages))), issued
