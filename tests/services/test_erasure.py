"""Who is erased is nowhere any more: records, log, index, drafts, lists, packages, and at whoever merges them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from desktop.domain.clock import FixedClock
from desktop.domain.errors import InvalidValueError, NotFoundError, SecondPersonError
from desktop.services import (
    access,
    backups,
    drafts,
    erasure,
    exchange,
    numbers,
    peers,
    quarantine,
    register,
    streams,
    users,
    visits,
)
from desktop.services.register import PersonDraft
from desktop.services.station import Second, Station
from desktop.store.engine import raw_connection
from desktop.store.letters import letter_tokens
from desktop.store.people import PeopleFilter
from desktop.store.places import DATABASE
from desktop.store.readings import places_of
from desktop.store.search import number_tokens, text_tokens
from tests.conftest import CHEAP, COMMUNITY, OTHER, PASSWORD, STREET, Maker
from tests.exchange_steps import pack, send, trust

MARKS = ("欧阳待删", "610100194001011236", "13900004321", "待删路88号", "待删家属")


def somebody(station: Station) -> str:
    person = register.register_person(
        station,
        draft=PersonDraft(
            {"name": MARKS[0], "id_no": MARKS[1], "live_addr": MARKS[3]}, phones=[{"number": MARKS[2]}],
            contacts=[{"name": MARKS[4], "relation": "20"}],
        ),
    ).person  # fmt: skip
    register.amend_person(station, person=person, values={"live_addr": MARKS[3] + "乙"})
    visits.record_visit(station, person=person, values={
        "visited_on": "2026-11-01", "visitors": "王敏", "method": "1", "condition": MARKS[0] + "身体好"})  # fmt: skip
    drafts.keep_draft(station, key=f"edit/{person}", title=MARKS[0], payload={"name": MARKS[0]})
    return person


def remnants(station: Station) -> list[str]:
    """Return where a mark is found: in any table of the decrypted file, or in its decrypted pages."""
    connection = raw_connection(station.vault.folder / DATABASE, key=station.vault.slot_key())
    found = []
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    for table in tables:
        for row in connection.execute(f"SELECT * FROM {table}"):
            text = " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in row)
            found += [f"{table}: {mark}" for mark in MARKS if mark in text]
    plain = station.vault.folder / "plain.db"
    connection.execute(f"ATTACH DATABASE '{plain}' AS plain KEY ''")
    connection.execute("SELECT sqlcipher_export('plain')")
    connection.execute("DETACH DATABASE plain")
    connection.close()
    found += [f"pages: {mark}" for mark in MARKS if mark.encode() in plain.read_bytes()]
    plain.unlink()
    return found


_PAGE, _KEPT, _IV, _SALT = 4096, 80, 16, 16  # SQLCipher's page: what it keeps at the end, IV first; the file's salt


def decrypted_pages(station: Station) -> Iterator[bytes]:
    """Yield every page of the file in the clear, free ones too."""
    station.vault.checkpoint()
    raw = (station.vault.folder / DATABASE).read_bytes()
    for start in range(0, len(raw), _PAGE):
        page, head = raw[start : start + _PAGE], 0 if start else _SALT
        cipher = Cipher(algorithms.AES(station.vault.slot_key()), modes.CBC(page[-_KEPT : -_KEPT + _IV]))
        yield cipher.decryptor().update(page[head:-_KEPT])


def varint(raw: bytes, at: int) -> tuple[int, int]:
    """Return SQLite's variable-length number at a place, and where it ends."""
    number = 0
    while True:
        number = number << 7 | raw[at] & 0x7F
        at += 1
        if raw[at - 1] < 0x80:
            return number, at


def terms_of_leaf(raw: bytes) -> Iterator[bytes]:
    """Yield the terms that begin on a leaf of an FTS5 index, each made whole from the one before it."""
    at, term, place = int.from_bytes(raw[2:4], "big"), b"", 0
    while at < len(raw):
        step, at = varint(raw, at)
        first, place = place == 0, place + step
        kept, start = (0, place) if first else varint(raw, place)
        length, start = varint(raw, start)
        term = term[:kept] + raw[start : start + length]
        yield term[1:]  # before it stands which index it is of


def indexed_terms(station: Station) -> set[str]:
    """Return every term in the pages of the search index, those of people taken out as well."""
    connection = raw_connection(station.vault.folder / DATABASE, key=station.vault.slot_key())
    leaves = [row[0] for row in connection.execute("SELECT block FROM find_data WHERE id > 10")]
    connection.close()
    return {
        term.decode()
        for leaf in leaves
        if int.from_bytes(leaf[2:4], "big") <= len(leaf)
        for term in terms_of_leaf(leaf)
    }  # fmt: skip


def own_terms() -> set[str]:
    """Return what only the one who is erased is found by: characters, letters, digits of id and phone, address."""
    return {
        *text_tokens(MARKS[0], "n", singles=True), *letter_tokens(places_of(MARKS[0])),
        *number_tokens(MARKS[1]), *number_tokens(MARKS[2]), *text_tokens(MARKS[3], "a", singles=False),
    }  # fmt: skip


def test_neither_pages_nor_index_remember_who_was_erased(station: Station) -> None:
    other = register.register_person(station, draft=PersonDraft({"name": "张三"})).person
    mine = own_terms() - indexed_terms(station)
    person = somebody(station)
    assert mine <= indexed_terms(station)
    assert all(any(mark.encode() in page for page in decrypted_pages(station)) for mark in (*MARKS, person))
    register.remove_person(station, person=person, why="误登")  # only marked: the pages of the index keep everything
    assert mine <= indexed_terms(station)
    erasure.erase_person(station, person=person, why="本人书面请求")
    assert indexed_terms(station) & mine == set()
    assert set(text_tokens("张三", "n", singles=True)) <= indexed_terms(station)
    pages = list(decrypted_pages(station))
    assert any("张三".encode() in page for page in pages) and any(other.encode() in page for page in pages)
    assert [mark for mark in MARKS if any(mark.encode() in page for page in pages)] == []


def test_nothing_is_left_and_the_check_still_holds(station: Station) -> None:
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    person = somebody(station)
    numbers.freeze(station, name="年初")
    assert {one.partition(": ")[0] for one in remnants(station)} >= {"person", "phone", "contact", "change", "pages"}
    done = erasure.erase_person(station, person=person, why="本人书面请求")
    assert done.entries >= 5
    assert remnants(station) == []
    assert backups.check_store(station).problems == []
    assert register.find(station, text="欧阳").total == 0
    assert register.people_ids(station, wanted=PeopleFilter()) == register.people_ids(
        station, wanted=PeopleFilter(text="张三")
    )
    with pytest.raises(NotFoundError):
        register.person_details(station, person=person)
    with pytest.raises(NotFoundError):
        erasure.erase_person(station, person=person, why="再来")
    station.close()
    again = access.open_store(station.vault.folder, password=PASSWORD, clock=station.clock)  # start-up checks
    assert register.find(again, text="张三").total == 1
    again.close()


def test_rows_emptied_by_hand_are_still_found(station: Station) -> None:
    person = somebody(station)
    other = register.register_person(station, draft=PersonDraft({"name": "张三"})).person
    erasure.erase_person(station, person=person, why="本人书面请求")
    connection = raw_connection(station.vault.folder / DATABASE, key=station.vault.slot_key())
    connection.execute("UPDATE change SET fields='{}' WHERE person=?", (other,))
    connection.close()
    assert any("被改动过" in one for one in backups.check_store(station).problems)


def test_a_forged_proof_is_found(station: Station) -> None:
    person = somebody(station)
    erasure.erase_person(station, person=person, why="本人书面请求")
    connection = raw_connection(station.vault.folder / DATABASE, key=station.vault.slot_key())
    connection.execute("UPDATE erasure_proof SET digest='00'")
    connection.close()
    problems = backups.check_store(station).problems
    assert any("清除凭证" in one for one in problems)


def test_it_needs_a_reason_and_two_supervisors(station: Station) -> None:
    person = somebody(station)
    with pytest.raises(InvalidValueError, match="依据"):
        erasure.erase_person(station, person=person, why=" ")
    users.add_user(station, name="陈立", role="supervisor", password="second-secret-1", cost=CHEAP)
    with pytest.raises(SecondPersonError):
        erasure.erase_person(station, person=person, why="本人书面请求")
    station.second = Second("陈立", "second-secret-1")
    erasure.erase_person(station, person=person, why="本人书面请求")


def test_it_travels_and_late_packages_bring_nobody_back(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    for one, other in ((community, street), (street, community)):
        card = peers.export_key_card(one, path=tmp_path / "card.yck")
        peers.enroll_peer(other, path=tmp_path / "card.yck", fingerprint=card.fingerprint)
    person = somebody(community)

    def carry(name: str) -> None:
        exchange.pack_for(community, to_org=street.org, path=tmp_path / name)
        exchange.apply_merge(street, preview=exchange.preview_merge(street, path=tmp_path / name))

    carry("1.ycp")
    assert register.find(street, text="欧阳").total == 1
    clock = community.clock
    assert isinstance(clock, FixedClock)
    register.amend_person(community, person=person, values={"live_addr": MARKS[3] + "丙"})
    erasure.erase_person(community, person=person, why="本人书面请求")
    carry("2.ycp")
    assert remnants(street) == []
    assert backups.check_store(street).problems == []
    assert register.find(street, text="欧阳").total == 0
    fresh = make_station(type(STREET)("street", "610100009", "另一街道", "赵静"), seed=9)
    assert json.dumps(sorted(register.people_ids(fresh, wanted=PeopleFilter()))) == "[]"


def three(make_station: Maker, folder: Path) -> tuple[Station, Station, Station]:
    """Return the owner, the street, and another community."""
    owner, street, other = (make_station(one, seed=n) for n, one in enumerate((COMMUNITY, STREET, OTHER), start=1))
    trust(owner, street, folder)
    trust(other, street, folder)
    return owner, street, other


def test_the_digests_stay_equal_and_no_later_package_holds_a_value(make_station: Maker, tmp_path: Path) -> None:
    owner, street, _ = three(make_station, tmp_path)
    person = somebody(owner)
    send(owner, street, tmp_path)
    send(street, owner, tmp_path)
    register.amend_person(owner, person=person, values={"live_addr": MARKS[3] + "丙"})
    unsent = somebody(owner)  # written and erased before anything was sent
    for one in (person, unsent):
        erasure.erase_person(owner, person=one, why="本人书面请求")
    register.register_person(owner, draft=PersonDraft({"name": "李四"}))
    for snapshot in (False, False, True):
        path = pack(owner, street, tmp_path, snapshot=snapshot)
        preview = exchange.preview_merge(street, path=path)
        said = repr(preview.operations)
        assert not [mark for mark in MARKS if mark in said]
        result = exchange.apply_merge(street, preview=preview)
        assert (result.notices, result.counts.get("rejected", 0)) == ((), 0)
        send(street, owner, tmp_path)
        register.register_person(owner, draft=PersonDraft({"name": "王五"}))
    assert all(line.alarm == "" for line in streams.standings(street))
    assert remnants(street) == []
    for station in (owner, street):
        assert backups.check_store(station).problems == []


def test_a_former_owner_cannot_have_somebody_erased(make_station: Maker, tmp_path: Path) -> None:
    owner, street, former = three(make_station, tmp_path)
    person = somebody(former)
    send(former, street, tmp_path)
    with street.vault.unit("transfer.confirm") as unit:
        unit.put("person", person, {"home_org": owner.org, "owner_epoch": 1})
        unit.commit()
    erasure.erase_person(former, person=person, why="本人书面请求")
    assert send(former, street, tmp_path).counts["rejected"] == 1
    assert register.person_details(street, person=person).values["name"] == MARKS[0]
    assert not any(line.may_take for line in quarantine.put_aside_lines(street))
    send(street, owner, tmp_path)
    assert register.person_details(owner, person=person).values["name"] == MARKS[0]


def test_the_street_orders_it_downwards_with_what_was_proposed(make_station: Maker, tmp_path: Path) -> None:
    owner, street, former = three(make_station, tmp_path)
    person = somebody(former)
    send(former, street, tmp_path)
    with street.vault.unit("transfer.confirm") as unit:
        unit.put("person", person, {"home_org": owner.org, "owner_epoch": 1})
        unit.commit()
    send(street, owner, tmp_path)
    register.amend_person(former, person=person, values={"live_addr": MARKS[3] + "丁"})
    assert send(former, street, tmp_path).counts["proposals"] == 1
    send(street, owner, tmp_path)
    erasure.erase_person(street, person=person, why="保存期限已满")
    send(street, owner, tmp_path)
    assert remnants(owner) == remnants(street) == []
    assert send(owner, street, tmp_path).notices == ()
