"""Contact cards: issued, printed, checked, revoked (`domain.md` F7, `sync.md` section 3.12)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from desktop.domain.changes import Changes
from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id, new_short_code
from desktop.domain.progress import Report, silent
from desktop.printing.card import cards_pdf
from desktop.printing.card_face import CardFace
from desktop.printing.readback import check_codes
from desktop.security import signing
from desktop.services.keyring import verifying_keys
from desktop.services.station import Station
from desktop.store import joining, people
from desktop.store.people import ChildRow, PersonRow
from desktop.store.records import load_records
from desktop.sync.card_token import CardClaim, CardToken, decode_token, encode_token, looks_like_token
from desktop.sync.key_card import kid_of

VALID, REPLACED, REVOKED = "1", "2", "5"
_YEARS = 5
_ADVICE = {
    "valid": "卡有效", "replaced": "已换发新卡，请收回旧卡", "revoked": "卡已挂失、收回或作废",
    "expired": "卡已过期，请换发",
    "unknown-issuer": "不是已登记单位发的卡，请联系街道", "not-ours": "是其他社区的真卡，请联系发卡社区",
    "unreadable": "不是联系卡的码，请重新扫描", "forged": "签名不对，可能是伪造的卡",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class IssuedCards:
    """Cards that were issued and their PDF."""

    pdf: bytes
    cards: tuple[tuple[str, str], ...]  # (person id, card number)
    changes: Changes = field(default_factory=Changes)


@dataclass(frozen=True, slots=True)
class CardVerdict:
    """What checking a card says; `person` is set for a card of this register."""

    state: str
    advice: str
    person: str = ""
    card_no: str = ""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Cards drawn and read back, not yet recorded."""

    pdf: bytes
    cards: dict[str, ChildRow]  # by person
    fresh: frozenset[str]  # people whose card is new


@dataclass(frozen=True, slots=True)
class CardPaper:
    """How cards are put on paper: a layout of `printing.card.LAYOUTS`, with or without their backs."""

    layout: str = "a4-10"
    backs: bool = False


ONE_SIDED = CardPaper()


def _prepare(station: Station, ids: Sequence[str], paper: CardPaper, report: Report) -> _Prepared:
    """Draw the cards of people, and read every code back from the rendered pages."""
    with station.vault.reading() as connection:
        rows = people.rows_of(connection, ids)
        valid = {row.id: _valid_card(people.children_of(connection, "card", person=row.id)) for row in rows}
        orgs = {str(one.values.get("code")): one for one in people.records_of(connection, "org")}
        staff = people.records_of(connection, "staff")
    if not rows:
        raise NotFoundError("没有选择要发卡的人", "请先选择人员")
    cards = {row.id: valid[row.id] or _new_card(station, row.id) for row in rows}
    faces = [_face(station, row, cards[row.id], orgs, staff) for row in rows]
    pdf = cards_pdf(faces, layout=paper.layout, backs=paper.backs, report=report)
    report(0, 0, "读回二维码")
    check_codes(pdf, [(face.name, face.token) for face in faces])
    return _Prepared(pdf, cards, frozenset(person for person, card in valid.items() if card is None))


def preview_cards(
    station: Station, *, ids: Sequence[str], paper: CardPaper = ONE_SIDED, report: Report = silent
) -> bytes:
    """Return the PDF that issuing would give, without issuing: a new card's number is only a sample."""
    return _prepare(station, ids, paper, report).pdf


def issue_cards(
    station: Station, *, ids: Sequence[str], paper: CardPaper = ONE_SIDED, report: Report = silent
) -> IssuedCards:
    """Issue a card to each person who has no valid one, and return all as a PDF on the chosen paper.

    Every code is read back from the rendered pages before the cards are recorded. Raises
    PrintError, NotFoundError, Cancelled; nothing is issued then.
    """
    made = _prepare(station, ids, paper, report)
    with station.vault.unit("card.issue", why="发放联系卡") as unit:
        for person in made.fresh:
            unit.add("card", made.cards[person].id, made.cards[person].values)
        changes = unit.commit()
    return IssuedCards(
        made.pdf, tuple((person, str(card.values["card_no"])) for person, card in made.cards.items()), changes
    )


def _valid_card(cards: Sequence[ChildRow]) -> ChildRow | None:
    return next((card for card in cards if card.values.get("state") == VALID), None)


def _new_card(station: Station, person: str) -> ChildRow:
    day = station.today()
    values: dict[str, Value] = {
        "person": person, "card_no": new_short_code(station.ids), "org": station.org, "state": VALID,
        "issued_on": day.isoformat(), "expires_on": f"{day.year + _YEARS}-12-31",
    }  # fmt: skip
    return ChildRow("card", new_id(station.ids), values)


def _face(
    station: Station, row: PersonRow, card: ChildRow, orgs: dict[str, ChildRow], staff: Sequence[ChildRow]
) -> CardFace:
    """Return what a person's card shows."""
    home = orgs.get(row.text("home_org")) or orgs.get(station.org)
    own = home.values if home else {}
    shown = [one.values for one in staff if one.values.get("on_card") and one.values.get("org") == own.get("code")]
    street = next((one.values for one in orgs.values() if one.values.get("level") == "3"), {})
    return CardFace(
        name=row.text("name"),
        card_no=str(card.values["card_no"]),
        community=str(own.get("name") or station.org_name),
        address=str(own.get("address") or ""),
        staff=tuple((str(one.get("name")), str(one.get("phone") or "")) for one in shown)
        or ((("社区值班", str(own["phone"])),) if own.get("phone") else ()),
        street=str(street.get("name") or ""),
        street_phone=str(street.get("phone") or ""),
        issued_on=str(card.values["issued_on"]),
        token=token_of(station, card),
    )


def token_of(station: Station, card: ChildRow) -> str:
    """Return the signed text of a card's code."""
    signer = signing.SigningKey(station.vault.secret("sign_seed"))
    issued, expires = (date.fromisoformat(str(card.values[key])) for key in ("issued_on", "expires_on"))
    claim = CardClaim(str(card.values["org"]), card.id, issued, expires)
    return encode_token(claim, kid=kid_of(signer.public), sign=signer.sign)


def is_card_code(text: str) -> bool:
    """Return True if a scanned text begins as the code of a contact card."""
    return looks_like_token(text)


def verify_card(station: Station, *, token: str) -> CardVerdict:
    """Return what a scanned or typed card is; never raises for what was scanned."""
    read = decode_token(token)
    if read is None:
        return _by_number(station, token)
    keys = verifying_keys(station)
    named = [public for _, public in keys if kid_of(public) == read.signed.kid]
    if not named:
        return _verdict("unknown-issuer")
    if not any(read.signed.is_by(public, is_signed=signing.is_signed) for public in named):
        return _verdict("forged")
    if not any(org == read.claim.org and kid_of(public) == read.signed.kid for org, public in keys):
        return _verdict("forged")
    return _known_state(station, read)


def _by_number(station: Station, text: str) -> CardVerdict:
    """Return what a typed card number is."""
    with station.vault.reading() as connection:
        found = people.card_by_number(connection, text)
    if found is None:
        return _verdict("unreadable")
    return _state_of(station, found)


def _known_state(station: Station, read: CardToken) -> CardVerdict:
    with station.vault.reading() as connection:
        stored = load_records(connection, "card", [read.claim.card]).get(read.claim.card)
    if stored is not None:
        if stored.values.get("org") != read.claim.org:  # a trusted station signed with another's card id
            return _verdict("forged")
        if stored.deleted:
            return _verdict("revoked")
        return _state_of(station, ChildRow("card", stored.id, stored.values))
    if read.claim.expires_on < station.today():
        return _verdict("expired")
    return _verdict("not-ours")


def _state_of(station: Station, card: ChildRow) -> CardVerdict:
    state = str(card.values.get("state"))
    if not _holder_is_kept(station, str(card.values.get("person") or "")):
        name = "revoked"
    elif state != VALID:
        name = "replaced" if state == REPLACED else "revoked"
    else:
        name = "expired" if str(card.values.get("expires_on")) < station.today().isoformat() else "valid"
    holder = str(card.values.get("person") or "")
    with station.vault.reading() as connection:
        main = joining.main_of(connection, holder)
    advice = _ADVICE[name] + ("；此人有两份登记，已并为一份，现打开保留的一份" if main != holder else "")
    return CardVerdict(name, advice, main, str(card.values.get("card_no") or ""))


def _holder_is_kept(station: Station, person: str) -> bool:
    """Return False for a person who was taken out of the register: nobody may use the card then."""
    with station.vault.reading() as connection:
        stored = load_records(connection, "person", [person]).get(person)
    return stored is not None and not stored.deleted


def _verdict(state: str) -> CardVerdict:
    return CardVerdict(state, _ADVICE[state])


def revoke_card(station: Station, *, card_no: str, why: str) -> Changes:
    """Make a card void; raises NotFoundError."""
    with station.vault.reading() as connection:
        found = people.card_by_number(connection, card_no)
    if found is None or found.values.get("state") != VALID:
        raise NotFoundError("没有这张有效的联系卡", "请核对卡号")
    with station.vault.unit("card.revoke", why=why) as unit:
        day = station.today().isoformat()
        unit.put("card", found.id, {"state": REVOKED, "ended_on": day, "ended_why": why})
        return unit.commit()
