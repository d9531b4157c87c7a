"""The printed letter of this station's key card (`sync.md` section 3.11: digits compared on paper or by phone)."""

from desktop.printing.key_letter import KeyLetter, key_letter_pdf
from desktop.services.peers import own_card
from desktop.services.station import Station
from desktop.sync.key_card import scanned_text


def own_letter(station: Station) -> bytes:
    """Return the letter of this station's key card as a PDF; raises PrintError."""
    card = own_card(station)
    made = f"{station.org_name}　{station.user}　{station.today().isoformat()} 打印"
    return key_letter_pdf(KeyLetter(card.name, card.org, card.fingerprint.split(" "), scanned_text(card), made))
