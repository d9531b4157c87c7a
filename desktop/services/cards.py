"""Contact cards: issued and printed (`domain.md` F7, `sync.md` section 3.12). What follows is in `card_life`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from desktop.domain.changes import Changes
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id, new_short_code
from desktop.domain.progress import Report, silent
from desktop.printing.card import CardPrint, cards_pdf
from desktop.printing.card_design import CardDesign
from desktop.printing.card_face import CardFace
from desktop.printing.card_sheets import STRAIGHT, CardJob, Drift, sheets
from desktop.printing.readback import check_codes
from desktop.services import printers
from desktop.services.card_checks import CardVerdict, is_card_code, verify_card, verify_picture
from desktop.services.card_designs import design_of
from desktop.services.card_faces import ContactBlocks, faces_of, token_of
from desktop.services.looking import allow_print
from desktop.services.station import Station
from desktop.store import people
from desktop.store.people import ChildRow, PersonRow
from desktop.store.unit_of_work import UnitOfWork

__all__ = ["CardVerdict", "is_card_code", "token_of", "verify_card", "verify_picture"]

VALID, REPLACED, LOST, RETURNED, VOID = "1", "2", "3", "4", "5"
_YEARS = 5


@dataclass(frozen=True, slots=True)
class CardPaper:
    """How cards are put on paper: a sheet of `printing.card_sheets.sheets()` and what the printer is like."""

    layout: str = "a4-10"
    backs: bool = False
    flip: str = ""  # "long" or "short", '' for what suits the sheet
    start: int = 1
    copies: int = 1
    dpi: int = 300
    drift: Drift = STRAIGHT

    def job(self) -> CardJob:
        """Return the print job; raises InvalidValueError for a sheet there is not."""
        found = sheets().get(self.layout)
        if found is None:
            raise InvalidValueError("layout", f"没有“{self.layout}”这种版式", "请从列出的版式中选")
        return CardJob(found, self.backs, self.flip, self.start, self.copies, self.dpi, self.drift)


ONE_SIDED = CardPaper()


def paper_on_the_spot() -> CardPaper:
    """Return the paper for one card printed at once: the sheet and the printer used last on this workstation."""
    setup = printers.setup_of(printers.last_printer())
    layout = printers.last_layout()
    return CardPaper(layout if layout in sheets() else "a4-10", dpi=setup.dpi, drift=setup.drift)


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """A sheet to choose: its key, its Chinese name, how many cards it holds, whether it has a back."""

    key: str
    label: str
    per_page: int
    has_back: bool
    kind: str


@dataclass(frozen=True, slots=True)
class IssuedCards:
    """Cards that were issued and their PDF; for each page the names of the people on it."""

    pdf: bytes
    cards: tuple[tuple[str, str], ...]  # (person id, card number)
    changes: Changes = field(default_factory=Changes)
    pages: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Cards drawn and read back, not yet recorded."""

    made: CardPrint
    cards: dict[str, ChildRow]  # by person
    fresh: frozenset[str]  # people whose card is new
    digests: dict[str, str]  # by person: what the card says of its community
    names: tuple[str, ...]

    def issued(self, changes: Changes) -> IssuedCards:
        """Return them as issued."""
        numbers = tuple((person, str(card.values["card_no"])) for person, card in self.cards.items())
        pages = tuple(tuple(self.names[one] for one in page) for page in self.made.pages)
        return IssuedCards(self.made.pdf, numbers, changes, pages)


def paper_choices() -> list[PaperChoice]:
    """Return every sheet cards can be printed on."""
    return [PaperChoice(one.key, one.label, one.per_page, not one.is_large, one.kind) for one in sheets().values()]


def prepare(
    station: Station, ids: Sequence[str], paper: CardPaper, report: Report = silent, *, renew: bool = False
) -> Prepared:
    """Draw the cards of people, and read every code back from the rendered pages; nothing is recorded.

    A person's valid card is printed again; with `renew` everybody gets a new one. Raises PrintError,
    NotFoundError, InvalidValueError, NotAllowedError, Cancelled.
    """
    allow_print(station, len(ids))
    job = paper.job()
    with station.vault.reading() as connection:
        rows = people.rows_of(connection, list(dict.fromkeys(ids)))
        held = {row.id: _valid_card(people.children_of(connection, "card", person=row.id), station) for row in rows}
    if not rows:
        raise NotFoundError("没有选择要发卡的人", "请先选择人员")
    fresh = frozenset(row.id for row in rows if renew or held[row.id] is None)
    cards: dict[str, ChildRow] = {}
    for row in rows:
        own = held[row.id]
        cards[row.id] = _new_card(station, row.id) if own is None or row.id in fresh else own
    blocks = ContactBlocks(station)
    faces = faces_of(station, rows, cards, blocks)
    made = draw_checked(faces, job, design_of(station, kind=job.sheet.kind), report)
    digests = {row.id: blocks.of(row.text("home_org")).digest for row in rows}
    return Prepared(made, cards, fresh, digests, tuple(row.text("name") for row in rows))


def draw_checked(faces: Sequence[CardFace], job: CardJob, design: CardDesign, report: Report = silent) -> CardPrint:
    """Return cards on their sheets with every code read back; raises PrintError, Cancelled."""
    made = cards_pdf(faces, job=job, design=design, report=report)
    check_codes(made, report=report)
    return made


def preview_cards(
    station: Station, *, ids: Sequence[str], paper: CardPaper = ONE_SIDED, report: Report = silent
) -> bytes:
    """Return the PDF that issuing would give, without issuing: a new card's number is only a sample."""
    return prepare(station, ids, paper, report).made.pdf


def sample_cards(station: Station, *, kind: str, design: CardDesign, backs: bool = True) -> bytes:
    """Return a PDF of one card of nobody in a design, for the editor; raises PrintError."""
    person = PersonRow("0" * 32, {"name": "王小明"})
    face = faces_of(station, [person], {person.id: _new_card(station, person.id)}, ContactBlocks(station))[0]
    face = replace(
        face, address=face.address or "（社区地址）", staff=face.staff or (("工作人员", "029-00000000"),),
        street=face.street or "（街道）", street_phone=face.street_phone or "029-00000000", month="6",
    )  # fmt: skip
    layout = {"small": "single-90x54", "cr80": "cr80", "large": "large"}[kind]
    return draw_checked([face], CardPaper(layout, backs).job(), design).pdf


def issue_cards(
    station: Station, *, ids: Sequence[str], paper: CardPaper = ONE_SIDED, report: Report = silent
) -> IssuedCards:
    """Issue a card to each person who has no valid one, and return all as a PDF on the chosen paper.

    Every code is read back from the rendered pages before the cards are recorded. Raises as `prepare`;
    nothing is issued then.
    """
    prepared = prepare(station, ids, paper, report)
    with station.vault.unit("card.issue", why="发放联系卡") as unit:
        record_print(station, unit, prepared)
        return prepared.issued(unit.commit())


def issue_another(
    station: Station, *, person: str, paper: CardPaper = ONE_SIDED, report: Report = silent
) -> IssuedCards:
    """Issue one more card to somebody who keeps the one he has (for a relative). Raises as `prepare`."""
    prepared = prepare(station, [person], paper, report, renew=True)
    with station.vault.unit("card.issue", why="加发一张联系卡") as unit:
        record_print(station, unit, prepared)
        return prepared.issued(unit.commit())


def record_print(station: Station, unit: UnitOfWork, prepared: Prepared) -> None:
    """Record new cards, and what was printed on all of them when."""
    day = station.today().isoformat()
    for person, card in prepared.cards.items():
        printed: dict[str, Value] = {"printed_on": day, "printed_for": prepared.digests[person]}
        if person in prepared.fresh:
            unit.add("card", card.id, {**card.values, **printed})
        elif card.values.get("printed_for") != printed["printed_for"]:
            unit.put("card", card.id, printed)


def _valid_card(cards: Sequence[ChildRow], station: Station) -> ChildRow | None:
    """Return the card to print again: valid, not run out, and issued here, for only its issuer can sign it."""
    day = station.today().isoformat()
    for card in cards:
        is_good = card.values.get("state") == VALID and str(card.values.get("expires_on") or "9999") >= day
        if is_good and card.values.get("org") == station.org:
            return card
    return None


def _new_card(station: Station, person: str) -> ChildRow:
    day = station.today()
    values: dict[str, Value] = {
        "person": person, "card_no": new_short_code(station.ids), "org": station.org, "state": VALID,
        "issued_on": day.isoformat(), "expires_on": f"{day.year + _YEARS}-12-31", "issued_by": station.user,
    }  # fmt: skip
    return ChildRow("card", new_id(station.ids), values)
