"""Every kind of record the dictionary has travels whole, up or down, or says that it is local."""

from pathlib import Path

from desktop.domain.dictionary import KINDS, PERSON_RECORDS
from desktop.domain.fields import Field, Kind, Value
from desktop.domain.ids import new_id
from desktop.domain.sharing import OFFERED_KINDS, OWN_KINDS, ROUTED_KINDS, SHARED_KINDS
from desktop.services.station import Station
from desktop.store.records import load_records
from tests.conftest import COMMUNITY, STREET, Maker
from tests.exchange_steps import person, send, trust

_SAMPLES: dict[Kind, Value] = {
    Kind.DATE: "2026-01-01", Kind.CODE: "1", Kind.CODES: "1 2", Kind.BOOL: 1, Kind.INT: 5, Kind.MONEY: 12345,
    Kind.ID_NUMBER: "610100195307063017", Kind.PHONE: "19900000001", Kind.ORG: COMMUNITY.code, Kind.IMAGE: "0" * 64,
}  # fmt: skip


def sample(field: Field, owner: str) -> Value:
    """Return a value a field may hold."""
    if field.key == "person" or field.kind is Kind.RECORD:
        return owner
    return _SAMPLES.get(field.kind, field.label[: field.max_length])


def fill(station: Station, kinds: frozenset[str], owner: str) -> dict[str, str]:
    """Write one full record of each kind; return their ids by kind."""
    made = {kind: new_id(station.ids) for kind in sorted(kinds)}
    with station.vault.unit("practice.fill") as unit:
        for kind, record in made.items():
            unit.put(kind, record, {field.key: sample(field, owner) for field in KINDS[kind].fields})
        unit.commit()
    return made


def missing(sender: Station, receiver: Station, made: dict[str, str]) -> list[str]:
    """Return the kinds of which the receiver does not have what the sender wrote."""
    found = []
    with sender.vault.reading() as one, receiver.vault.reading() as other:
        for kind, record in made.items():
            here, there = (load_records(connection, kind, [record]).get(record) for connection in (one, other))
            assert here is not None
            if there is None or here.values != there.values:
                found.append(kind)
    return found


def test_all_of_it_travels(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    owner = person(community, "张三")  # an erasure travels too, but takes all the rest with it: test_erasure.py
    up = frozenset(kind.key for kind in PERSON_RECORDS if not kind.local) - {"erasure"} | {"staff"}
    made = fill(community, up, owner)
    send(community, street, tmp_path)
    assert missing(community, street, made) == []
    down = SHARED_KINDS - OWN_KINDS - OFFERED_KINDS - ROUTED_KINDS
    shared = fill(street, down, owner)
    kept = fill(street, up - {"staff"}, owner)
    send(street, community, tmp_path)
    assert missing(street, community, shared) == []
    assert missing(street, community, kept) == []
