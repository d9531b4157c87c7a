"""Stations remember where each other's logs ended: a log put back or written anew is known from outside."""

from pathlib import Path

import msgspec
import pytest

from desktop.domain.errors import PackageError
from desktop.services import backups, log_heads, merges, packing, peers, register
from desktop.services.log_heads import head_in
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store import witnesses
from desktop.store.engine import raw_connection
from desktop.sync.manifest import LogHead
from tests.conftest import STREET, Maker
from tests.faults.test_tampering import _forge


@pytest.fixture
def pair(make_station: Maker, tmp_path: Path) -> tuple[Station, Station]:
    """A community and its street that trust each other."""
    community, street = make_station(), make_station(STREET, seed=5)
    for mine, yours in ((community, street), (street, community)):
        path = tmp_path / f"{mine.org}.yck"
        card = peers.export_key_card(mine, path=path)
        peers.enroll_peer(yours, path=path, fingerprint=card.fingerprint)
    return community, street


def write(station: Station, name: str) -> None:
    made = register.register_person(station, draft=PersonDraft({"name": name, "live_addr": "1号楼"}))
    register.amend_person(station, person=made.person, values={"live_addr": "2号楼"}, why="核对")


def send(one: Station, other: Station, path: Path) -> merges.MergeResult:
    packing.pack_for(one, to_org=other.org, path=path)
    return merges.apply_merge(other, preview=merges.preview_merge(other, path=path))


def test_the_street_holds_the_head_and_says_it_back(pair: tuple[Station, Station], tmp_path: Path) -> None:
    community, street = pair
    write(community, "张三")
    send(community, street, tmp_path / "1.ycp")
    assert not [one for one in backups.witnesses_of(community) if "留存" in one.where]
    send(street, community, tmp_path / "2.ycp")
    (held,) = [one for one in backups.witnesses_of(community) if "留存" in one.where]
    assert held.where == f"{street.org} 留存的记录" and held.entry <= community.vault.head()[0]
    write(community, "李四")
    send(community, street, tmp_path / "3.ycp")
    assert backups.check_store(community).is_sound and backups.check_store(street).is_sound


def forge(station: Station) -> None:
    """Write the whole log anew with the right key, hashes and seals and all."""
    connection = raw_connection(station.vault.folder / "store.db", key=bytes(station.vault._key))
    _forge(connection)
    connection.close()
    (station.vault.folder / "store.head").unlink()
    station.vault.renew()


def test_a_log_written_anew_is_known_by_what_the_street_holds(pair: tuple[Station, Station], tmp_path: Path) -> None:
    community, street = pair
    for name in ("张三", "李四", "王五"):
        write(community, name)
    send(community, street, tmp_path / "1.ycp")
    send(street, community, tmp_path / "2.ycp")
    forge(community)
    problems = backups.check_store(community).problems
    assert any("留存的记录" in said and "替换过" in said for said in problems), problems


def test_the_street_refuses_a_package_over_a_log_that_is_not_the_one_it_knows(
    pair: tuple[Station, Station], tmp_path: Path
) -> None:
    community, street = pair
    write(community, "张三")
    send(community, street, tmp_path / "1.ycp")
    with street.vault.reading() as connection:
        (known,) = witnesses.of_peer(connection, community.org, community.vault.identity.writer)
    write(community, "李四")
    packing.pack_for(community, to_org=street.org, path=tmp_path / "2.ycp")
    manifest = merges.preview_merge(street, path=tmp_path / "2.ycp").manifest
    assert manifest.log is not None and manifest.log.entry > known.entry
    other = "ab" * 32
    false = [
        LogHead(known.entry - 1, other, known.batch + 5, other),  # cut short
        LogHead(known.entry + 5, other, known.batch - 1, other),
        LogHead(known.entry, other, known.batch + 5, other),  # the same length, other content
        LogHead(known.entry + 5, other, known.batch, other),
    ]
    with street.vault.reading() as connection:
        log_heads.refuse_rewritten(connection, manifest)
        for log in false:
            with pytest.raises(PackageError) as caught:
                log_heads.refuse_rewritten(connection, msgspec.structs.replace(manifest, log=log))
            assert caught.value.reason == "log-rewritten"


@pytest.mark.parametrize(
    "log", [LogHead(1, "zz", 1, "00" * 32), LogHead(-1, "00" * 32, 1, "00" * 32), LogHead(1, "00", 1, "00" * 32)]
)
def test_a_head_out_of_form_is_no_head(log: LogHead) -> None:
    assert head_in(log) is None
    assert head_in(LogHead(1, "00" * 32, 1, "11" * 32)) is not None
