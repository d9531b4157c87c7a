"""The real station that reads the vectors, made from the world in `index.json`."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from desktop.domain.clock import FixedClock
from desktop.domain.ids import SeededIds, org_id
from desktop.security.key_file import KdfCost, create_key_file
from desktop.services import peers
from desktop.services.station import Station
from desktop.store.opening import create_vault
from desktop.store.vault import StoreIdentity

_COST = KdfCost(memory_kib=64, passes=1, lanes=1)
_USER = "李强"


def make_station(folder: Path, party: Mapping[str, Any], *, clock: str) -> Station:
    """Return a station with known identity and keys, its own cards among its records."""
    folder.mkdir(parents=True)
    moment = FixedClock(datetime.fromisoformat(clock))
    ids = SeededIds(1)
    identity = StoreIdentity("0" * 32, party["install"], 1, party["kind"], party["org"], party["name"])
    key = create_key_file(
        folder, password="practice-2026", user=_USER, role="supervisor", store_id=identity.store_id, cost=_COST
    )
    vault = create_vault(folder, key=key, identity=identity, clock=moment, ids=ids, user=_USER)
    with vault.unit("store.create") as unit:
        unit.keep_secret("sign_seed", bytes.fromhex(party["sign_seed"]))
        unit.keep_secret("age_identity", party["age_identity"].encode())
        unit.add("org", org_id(identity.org), {"code": identity.org, "name": identity.name, "level": party["level"]})
        for person in party["people"]:
            unit.add("person", person["id"], person["values"])
        for card in party["cards"]:
            unit.add("card", card["id"], card["values"])
        unit.commit()
    return Station(vault, moment, ids, _USER, "supervisor")


def enrol(station: Station, path: Path) -> None:
    """Trust the key card in a file, its digits compared."""
    peers.enroll_peer(station, path=path, fingerprint=peers.read_card(path).fingerprint)
