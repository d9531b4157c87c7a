"""What becomes of a contact card after it was printed: handed over, lost, returned, exchanged, printed again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.codes import code_list
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.progress import Report, silent
from desktop.printing.card_papers import Receipt, receipts_pdf
from desktop.printing.table import TableSheet, table_pdf
from desktop.services import cards
from desktop.services.card_faces import ContactBlocks
from desktop.services.cards import LOST, ONE_SIDED, REPLACED, RETURNED, VALID, VOID, CardPaper, IssuedCards
from desktop.services.looking import allow_print
from desktop.services.register import org_names, refuse_wrong
from desktop.services.station import Station
from desktop.store import people
from desktop.store.cards import CardLine, card_lines, contact_changes, issue_places, people_with_card
from desktop.store.people import ChildRow

_IN_CARE = ("1",)
_BOOK = (
    ("序号", 5), ("发卡日期", 9), ("卡号", 12), ("姓名", 9), ("人员编号", 13), ("社区", 11), ("状态", 7),
    ("失效日期和原因", 15), ("领取人", 8), ("领取日期", 9), ("领取人签字", 12),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a community's people hold a valid card."""

    org: str
    name: str
    people: int
    with_card: int

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 means everybody."""
        return self.with_card * 100 // self.people if self.people else 100


def receive_card(station: Station, *, card_no: str, received_by: str, received_on: str = "") -> Changes:
    """Note who took a card and when; raises NotFoundError, InvalidValueError."""
    found = _card(station, card_no, states=(VALID,))
    day = received_on or station.today().isoformat()
    if not received_by.strip():
        raise InvalidValueError("received_by", "没有写领取人", "请填写领取人姓名")
    values: dict[str, Value] = {"received_by": received_by.strip(), "received_on": day}
    refuse_wrong("card", {**found.values, **values}, station, only=values)
    if day < str(found.values.get("issued_on")):
        raise InvalidValueError("received_on", "领取日期早于发卡日期", "请核对日期")
    with station.vault.unit("card.receive", why="领取联系卡") as unit:
        unit.put("card", found.id, values)
        return unit.commit()


def lose_card(station: Station, *, card_no: str, why: str = "持卡人报失") -> Changes:
    """Report a card lost: whoever shows it is told so. Raises NotFoundError."""
    found = _card(station, card_no, states=(VALID,))
    with station.vault.unit("card.lose", why=why) as unit:
        unit.put("card", found.id, _ended(station, LOST, why))
        return unit.commit()


def return_card(station: Station, *, card_no: str, why: str = "交回社区") -> Changes:
    """Note that a card was handed back; raises NotFoundError."""
    found = _card(station, card_no, states=(VALID, REPLACED, LOST))
    with station.vault.unit("card.return", why=why) as unit:
        unit.put("card", found.id, _ended(station, RETURNED, why))
        return unit.commit()


def revoke_card(station: Station, *, card_no: str, why: str) -> Changes:
    """Make a card void; raises NotFoundError."""
    found = _card(station, card_no, states=(VALID,))
    with station.vault.unit("card.revoke", why=why) as unit:
        unit.put("card", found.id, _ended(station, VOID, why))
        return unit.commit()


def reissue_card(
    station: Station, *, card_no: str, why: str, paper: CardPaper = ONE_SIDED, report: Report = silent
) -> IssuedCards:
    """Exchange a card for a new one in one unit: a valid one becomes replaced, a lost one stays lost.

    Both name the new card. Raises NotFoundError, PrintError, Cancelled; nothing is changed then.
    """
    found = _card(station, card_no, states=(VALID, LOST))
    person = str(found.values.get("person"))
    prepared = cards.prepare(station, [person], paper, report, renew=True)
    new = prepared.cards[person].id
    ended = _ended(station, REPLACED, why) if found.values.get("state") == VALID else {}
    with station.vault.unit("card.reissue", why=why) as unit:
        cards.record_print(station, unit, prepared)
        unit.put("card", found.id, {**ended, "replaced_by": new})
        return prepared.issued(unit.commit())


def _ended(station: Station, state: str, why: str) -> dict[str, Value]:
    return {"state": state, "ended_on": station.today().isoformat(), "ended_why": why[:100]}


def _card(station: Station, card_no: str, *, states: Sequence[str]) -> ChildRow:
    """Return the card with a number that is in one of `states`; raises NotFoundError."""
    with station.vault.reading() as connection:
        found = people.card_by_number(connection, card_no)
    if found is None:
        raise NotFoundError("没有这张联系卡", "请核对卡号")
    state = str(found.values.get("state"))
    if state not in states:
        label = code_list("card_state").label_of(state)
        raise NotFoundError(f"这张联系卡已经是“{label}”，不能这样办", "请核对卡号，或给他发一张新卡")
    return found


def all_cards(station: Station) -> list[CardLine]:
    """Return every card ever issued, oldest first, numbered."""
    with station.vault.reading() as connection:
        return card_lines(connection)


def cards_to_reprint(station: Station) -> list[CardLine]:
    """Return the valid cards of this station that no longer say what is so: staff, phones or address changed.

    What a card printed before schema 9 says was not kept: it is listed when the change log has, after its issue, a
    change of something its community or street prints.
    """
    blocks = ContactBlocks(station)
    ours = [one for one in all_cards(station) if one.state == VALID and one.org == station.org and one.name]
    unknown = _changed_since([one for one in ours if not one.printed_for], station, blocks)
    stale = [
        one for one in ours
        if (one.printed_for != blocks.of(one.home).digest if one.printed_for else one.id in unknown)
    ]  # fmt: skip
    with station.vault.reading() as connection:
        standing = set(people.ids_matching(connection, people.PeopleFilter(people=[one.person for one in stale])))
    return [one for one in stale if one.person in standing]


def _changed_since(lines: Sequence[CardLine], station: Station, blocks: ContactBlocks) -> set[str]:
    """Return the ids of the cards after whose issue something they print was changed."""
    if not lines:
        return set()
    with station.vault.reading() as connection:
        changes, issued = contact_changes(connection), issue_places(connection)
    last: dict[tuple[str, bool], int] = {}
    for one in changes:
        last[one.org, one.of_staff] = one.place
    found = set()
    for line in lines:
        community, street = blocks.sources(line.home)
        asked = ((community, False), (community, True), (street, False))
        if max(last.get(one, 0) for one in asked) > issued.get(line.id, 0):
            found.add(line.id)
    return found


def coverage(station: Station) -> list[Coverage]:
    """Return for each community how many of the people in care hold a valid card."""
    names = org_names(station)
    with station.vault.reading() as connection:
        found = people_with_card(connection, states=_IN_CARE, valid=VALID)
    return [Coverage(code, names.get(code, code or "未定社区"), total, held) for code, total, held in found]


def without_card(station: Station) -> list[str]:
    """Return the ids of the people in care without a valid card, by community and name."""
    held = {one.person for one in all_cards(station) if one.state == VALID}
    with station.vault.reading() as connection:
        wanted = people.PeopleFilter(equals={"manage_state": list(_IN_CARE)})
        ids = [one for one in people.ids_matching(connection, wanted) if one not in held]
        rows = people.rows_of(connection, ids)
    return [row.id for row in sorted(rows, key=lambda row: row.text("home_org"))]


def serial_book(station: Station, *, since: str = "", until: str = "") -> bytes:
    """Return 发放登记 as a PDF: every card issued in a period, with its number in the book and room to sign.

    `since` and `until` are ISO days, '' for no limit. Raises PrintError, NotAllowedError.
    """
    names = org_names(station)
    lines = [
        one for one in all_cards(station)
        if (not since or one.issued_on >= since) and (not until or one.issued_on <= until)
    ]  # fmt: skip
    allow_print(station, len(lines))
    period = f"（{since or '开始'} 至 {until or station.today().isoformat()}）" if since or until else ""
    footer = f"{station.org_name}　{station.today().isoformat()}　共 {len(lines)} 张"
    rows = [_book_row(one, names) for one in lines]
    return table_pdf(TableSheet(f"联系卡发放登记{period}", _BOOK, rows, footer))


def _book_row(one: CardLine, names: Mapping[str, str]) -> list[str]:
    state = code_list("card_state").label_of(one.state)
    ended = f"{one.ended_on} {one.ended_why}".strip()
    return [
        str(one.serial), one.issued_on, one.card_no, one.name or "（已删除）", one.person_no,
        names.get(one.org, one.org), state, ended, one.received_by, one.received_on, "",
    ]  # fmt: skip


def receipts(station: Station, *, card_nos: Sequence[str], report: Report = silent) -> bytes:
    """Return a slip to sign for each card, in order, as a PDF; raises NotFoundError, PrintError, Cancelled."""
    by_number = {one.card_no: one for one in all_cards(station)}
    chosen = [by_number[one] for one in card_nos if one in by_number]
    if not chosen:
        raise NotFoundError("没有选择联系卡", "请先选择已发的卡")
    allow_print(station, len(chosen))
    slips = [
        Receipt(one.name, one.person_no, one.card_no, one.issued_on, one.serial, station.org_name, one.issued_by)
        for one in chosen
    ]
    return receipts_pdf(slips, report=report)
