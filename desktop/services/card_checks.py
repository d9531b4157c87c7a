"""Checking a contact card without a network: by its code, its number, or a picture of it (`sync.md` section 3.12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.errors import NotFoundError
from desktop.domain.fields import Value
from desktop.domain.file_names import is_plain_file, shown_name
from desktop.domain.ids import SHORT_CODE_LENGTH, read_short_code
from desktop.printing.readback import codes_in_picture
from desktop.security import signing
from desktop.services.directories import named_in_directory
from desktop.services.keyring import verifying_keys
from desktop.services.peers import peers_of, read_file
from desktop.services.station import Station
from desktop.store import joining, people
from desktop.store.people import ChildRow
from desktop.store.records import load_records
from desktop.sync.card_token import CardToken, decode_token, looks_like_token
from desktop.sync.key_card import kid_of

_VALID, _REPLACED = "1", "2"
_ENDED = {"3": "已挂失：请留下这张卡，联系持卡人本人", "4": "已收回：请留下这张卡", "5": "已作废：请收回这张卡"}
_ADVICE = {
    "valid": "卡有效", "replaced": "已换发新卡，请收回旧卡", "revoked": "卡已挂失、收回或作废",
    "expired": "卡已过期，请换发",
    "unknown-issuer": "不是已登记单位发的卡，请联系街道", "not-ours": "是其他社区的真卡，请联系发卡社区",
    "unreadable": "不是联系卡的码，请重新扫描", "forged": "签名不对，可能是伪造的卡",
}  # fmt: skip
# The order in which the window lists them; a forged card is one nobody's key has signed.
OUTCOMES = tuple(_ADVICE)
_MOST_PICTURE = 40 << 20


@dataclass(frozen=True, slots=True)
class CardVerdict:
    """What checking a card says; `person` is set for a card of this register only.

    Of another community's card nothing is told but who issued it: `issuer`.
    """

    state: str
    advice: str
    person: str = ""
    card_no: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An organisation whose cards can be told to be true."""

    org: str
    name: str
    public: bytes


def known_issuers(station: Station) -> list[Issuer]:
    """Return every organisation whose signing key is known here: this one, its peers, the street's key directory."""
    names = {station.org: station.org_name, **named_in_directory(station)}
    names.update({peer.org: peer.name for peer in peers_of(station)})
    return [Issuer(org, names.get(org, org), public) for org, public in verifying_keys(station)]


def is_card_code(text: str) -> bool:
    """Return True if a scanned text begins as the code of a contact card."""
    return looks_like_token(text)


def looks_like_card(text: str) -> bool:
    """Return True for the text of a code, or a card's number with its check character right."""
    return looks_like_token(text) or read_short_code(text) is not None


def verify_card(station: Station, *, token: str) -> CardVerdict:
    """Return what a scanned or typed card is; never raises for what was scanned."""
    read = decode_token(token)
    if read is None:
        return _by_number(station, token)
    issuers = known_issuers(station)
    named = [one for one in issuers if kid_of(one.public) == read.signed.kid]
    if not named:
        return _verdict("unknown-issuer")
    signers = [one for one in named if read.signed.is_by(one.public, is_signed=signing.is_signed)]
    if not any(one.org == read.claim.org for one in signers):
        return _verdict("forged")
    issuer = next(one for one in signers if one.org == read.claim.org)
    return _known_state(station, read, issuer)


def verify_picture(station: Station, *, picture: bytes) -> CardVerdict:
    """Return what the card in a photo or scan is: of several codes the first that is a card's."""
    texts = codes_in_picture(picture)
    found = next((text for text in texts if looks_like_token(text)), None)
    if found is None:
        return _verdict("unreadable", "图上没有找到联系卡的码，请把码拍清楚、占画面大一些")
    return verify_card(station, token=found)


def verify_any(station: Station, *, given: str) -> CardVerdict:
    """Return what a card is, given its code, its number, or the path of a picture of it; raises NotFoundError."""
    if looks_like_card(given):
        return verify_card(station, token=given)
    path = Path(given)
    if is_plain_file(path):
        return verify_picture(station, picture=read_file(path, most=_MOST_PICTURE))
    if path.suffix.lower() in {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"}:
        raise NotFoundError(f"没有找到“{shown_name(path)}”", "请核对图片文件的位置")
    return verify_card(station, token=given)


def _by_number(station: Station, text: str) -> CardVerdict:
    """Return what a typed card number is."""
    number = read_short_code(text)
    if number is None:
        plain = "".join(one for one in text if one.isalnum())
        if len(plain) == SHORT_CODE_LENGTH + 1 and plain.isascii():
            return _verdict("unreadable", "卡号不对，有一个字符输错了，请照卡再输一遍")
        return _verdict("unreadable")
    with station.vault.reading() as connection:
        found = people.card_by_number(connection, number)
    if found is None:
        return _verdict("unreadable", "本库没有这个卡号；其他社区的卡请扫二维码核验")
    return _state_of(station, found)


def _known_state(station: Station, read: CardToken, issuer: Issuer) -> CardVerdict:
    with station.vault.reading() as connection:
        stored = load_records(connection, "card", [read.claim.card]).get(read.claim.card)
    if stored is not None:
        if stored.values.get("org") != read.claim.org:  # a trusted station signed with another's card id
            return _verdict("forged")
        if stored.deleted:
            return _verdict("revoked", issuer=issuer.name)
        return _state_of(station, ChildRow("card", stored.id, stored.values), issuer=issuer.name)
    if read.claim.expires_on < station.today():
        return _verdict("expired", issuer=issuer.name)
    if read.claim.org == station.org:  # our own key, but no such card: a register restored from an old backup
        return _verdict("not-ours", "是本单位签发的卡，但登记库里没有这张卡，请联系技术员核对备份", issuer=issuer.name)
    return _verdict("not-ours", f"是{issuer.name}发的真卡，请联系{issuer.name}办理", issuer=issuer.name)


def _state_of(station: Station, card: ChildRow, *, issuer: str = "") -> CardVerdict:
    values = card.values
    holder = str(values.get("person") or "")
    name, advice = _standing(station, values, holder)
    with station.vault.reading() as connection:
        main = joining.main_of(connection, holder)
    advice += "；此人有两份登记，已并为一份，现打开保留的一份" if main != holder else ""
    return CardVerdict(name, advice, main, str(values.get("card_no") or ""), issuer)


def _standing(station: Station, values: Mapping[str, Value], holder: str) -> tuple[str, str]:
    """Return the state of a card of this register, and the advice."""
    state = str(values.get("state"))
    if not _holder_is_kept(station, holder):
        return "revoked", _ADVICE["revoked"]
    if state == _REPLACED:
        return "replaced", _ADVICE["replaced"]
    if state != _VALID:
        return "revoked", _ADVICE["revoked"] if state not in _ENDED else f"卡{_ENDED[state]}"
    name = "expired" if str(values.get("expires_on")) < station.today().isoformat() else "valid"
    return name, _ADVICE[name]


def _holder_is_kept(station: Station, person: str) -> bool:
    """Return False for a person who was taken out of the register: nobody may use the card then."""
    with station.vault.reading() as connection:
        stored = load_records(connection, "person", [person]).get(person)
    return stored is not None and not stored.deleted


def _verdict(state: str, advice: str = "", *, issuer: str = "") -> CardVerdict:
    return CardVerdict(state, advice or _ADVICE[state], issuer=issuer)
