"""Write the vectors and `index.json`: `.venv/bin/python -m tests.vectors.make_vectors`.

Everything follows from fixed seeds and is written without `desktop`, so running it again changes
nothing; but a package the program itself makes is random, so it is made once and then kept.
"""

import json
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from desktop.services import exchange, register
from desktop.services.register import PersonDraft
from tests.vectors import directories, key_cards, packages, tokens
from tests.vectors.station import enrol, make_station
from tests.vectors.vector import Vector
from tests.vectors.world import COMMUNITY, CREATED, STREET, STREET_IDENTITY, Party

FOLDER = Path(__file__).resolve().parent
INDEX = "index.json"
ONCE = "packages/good-by-the-program.ycp"
_ABOUT = (
    "What reading each file must give. `error` and `reason`: the error's class and its stable reason; `state`: what a "
    "merge or a card check says; directories are read by the `reader`. `after`: files read before. `typed`: the "
    "digits compared."
)


def vectors() -> Iterator[Vector]:
    """Yield every vector of every kind."""
    return chain(key_cards.vectors(), directories.vectors(), tokens.vectors(), packages.vectors())


def index() -> dict[str, Any]:
    """Return what `index.json` says."""
    return {
        "about": _ABOUT,
        "clock": CREATED,
        "receiver": party_entry(STREET, STREET_IDENTITY),
        "reader": {**party_entry(COMMUNITY, ""), "people": [], "cards": []},
        "trusted_by_reader": ["key-cards/own.yck"],
        "trusted": ["key-cards/good-community.yck", "key-cards/good-other.yck"],
        "vectors": [one.entry() for one in vectors()],
    }


def index_text() -> str:
    """Return `index.json` as it is written."""
    return json.dumps(index(), ensure_ascii=False, indent=1) + "\n"


def party_entry(party: Party, identity: str) -> dict[str, Any]:
    """Return a station as the index describes it: with its secrets and the cards it issued."""
    cards = [
        {"id": one["id"], "values": {"person": tokens.PERSON, "org": party.org, **_values(one)}}
        for one in tokens.CARDS.values()
    ]
    return {
        "org": party.org, "name": party.name, "kind": party.kind, "level": "3" if party.kind == "street" else "4",
        "install": party.install, "sign_seed": party.seed.hex(), "age_identity": identity,
        "people": [{"id": tokens.PERSON, "values": {"name": "持卡人", "home_org": party.org}}], "cards": cards,
    }  # fmt: skip


def _values(card: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in card.items() if key != "id"}


def write_vectors(folder: Path) -> None:
    """Write every vector and the index below `folder`."""
    for one in vectors():
        path = folder / one.file
        path.parent.mkdir(exist_ok=True)
        if one.content is not None:
            path.write_bytes(one.content)
    if not (folder / ONCE).exists():
        _make_once(folder)
    (folder / INDEX).write_bytes(index_text().encode("utf-8"))


def _make_once(folder: Path) -> None:
    """Let the program itself write a package."""
    entry = {**party_entry(COMMUNITY, ""), "people": [], "cards": []}
    with tempfile.TemporaryDirectory() as place:
        card = Path(place) / "street.yck"
        card.write_bytes(key_cards.card(STREET))
        station = make_station(Path(place) / "store", entry, clock=CREATED)
        enrol(station, card)
        register.register_person(station, draft=PersonDraft({"name": "张三", "id_no": "610100195307063017"}))
        exchange.pack_for(station, to_org=STREET.org, path=folder / ONCE)
        station.close()


if __name__ == "__main__":
    write_vectors(FOLDER)
