"""What a card shows, from the register: the holder, the community's people and phones, the signed code."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from desktop.domain.ages import cert_due
from desktop.domain.fields import Value
from desktop.printing.card_face import CardFace
from desktop.security import signing
from desktop.services.station import Station
from desktop.store import people
from desktop.store.people import ChildRow, PersonRow
from desktop.sync.card_token import CardClaim, encode_token
from desktop.sync.key_card import kid_of

_STREET_LEVEL = "3"


@dataclass(frozen=True, slots=True)
class ContactBlock:
    """What every card of one community says: whom to call and where they are."""

    community: str
    address: str
    staff: tuple[tuple[str, str], ...]
    street: str
    street_phone: str

    @property
    def digest(self) -> str:
        """Tells whether a card printed earlier still says the same."""
        said = [self.community, self.address, [list(one) for one in self.staff], self.street, self.street_phone]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:32]


class ContactBlocks:
    """The contact blocks of every community this register knows, read once."""

    def __init__(self, station: Station) -> None:
        with station.vault.reading() as connection:
            orgs = people.records_of(connection, "org")
            self._staff = people.records_of(connection, "staff")
        self._own, self._own_name = station.org, station.org_name
        self._orgs: dict[str, Mapping[str, Value]] = {str(one.values.get("code")): one.values for one in orgs}
        self._made: dict[str, ContactBlock] = {}

    def of(self, home: str) -> ContactBlock:
        """Return the block of a community, this station's own if it is not known."""
        code = home if home in self._orgs else self._own
        if code not in self._made:
            self._made[code] = self._make(code)
        return self._made[code]

    def sources(self, home: str) -> tuple[str, str]:
        """Return the codes of the community and of the street a block is taken from."""
        code = home if home in self._orgs else self._own
        return code, _text(self._street_of(code, self._orgs.get(code, {})), "code")

    def _make(self, code: str) -> ContactBlock:
        own = self._orgs.get(code, {})
        shown = [one.values for one in self._staff if one.values.get("on_card") and one.values.get("org") == code]
        staff = tuple((_text(one, "name"), _text(one, "phone")) for one in shown)
        duty = (("社区值班", _text(own, "phone")),) if own.get("phone") else ()
        street = self._street_of(code, own)
        return ContactBlock(
            _text(own, "name") or self._own_name, _text(own, "address"), staff or duty, _text(street, "name"),
            _text(street, "phone"),
        )  # fmt: skip

    def _street_of(self, code: str, own: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return the street a community belongs to: its parent, else by the beginning of its code."""
        streets = {key: one for key, one in self._orgs.items() if one.get("level") == _STREET_LEVEL}
        if code in streets:
            return streets[code]
        found = streets.get(_text(own, "parent")) or next(
            (one for key, one in streets.items() if key and code.startswith(key)), None
        )
        return found or next(iter(streets.values()), {})


def _text(values: Mapping[str, Value], key: str) -> str:
    return str(values.get(key) or "")


def face_of(station: Station, row: PersonRow, card: ChildRow, blocks: ContactBlocks) -> CardFace:
    """Return what a person's card shows."""
    block = blocks.of(row.text("home_org"))
    due = cert_due(row.text("cert_last"))
    return CardFace(
        name=row.text("name"),
        card_no=_text(card.values, "card_no"),
        community=block.community,
        address=block.address,
        staff=block.staff,
        street=block.street,
        street_phone=block.street_phone,
        issued_on=_text(card.values, "issued_on"),
        token=token_of(station, card),
        month=str(due.month) if due else "",
    )


def faces_of(
    station: Station, rows: Sequence[PersonRow], cards: Mapping[str, ChildRow], blocks: ContactBlocks
) -> list[CardFace]:
    """Return the faces of people's cards, in order."""
    return [face_of(station, row, cards[row.id], blocks) for row in rows]


def token_of(station: Station, card: ChildRow) -> str:
    """Return the signed text of a card's code."""
    signer = signing.SigningKey(station.vault.secret("sign_seed"))
    issued, expires = (date.fromisoformat(str(card.values[key])) for key in ("issued_on", "expires_on"))
    claim = CardClaim(str(card.values["org"]), card.id, issued, expires)
    return encode_token(claim, kid=kid_of(signer.public), sign=signer.sign)
