"""Keys that change hands: directories, new keys, stolen keys, new computers (`sync.md` section 3.11)."""

from pathlib import Path

import pypdfium2
import pytest

from desktop.domain.clock import FixedClock
from desktop.domain.errors import KeyCardError, PackageError
from desktop.printing.readback import codes_on
from desktop.services import batches, directories, exchange, key_letters, keyring, peers, register
from desktop.services.access import NewStore
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from desktop.sync.key_card import same_fingerprint
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.exchange_steps import merge, pack, person, send, trust, value_of

Pair = tuple[Station, Station]


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@pytest.fixture
def pair(make_station: Maker, tmp_path: Path) -> Pair:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    return community, street


def reason_of(error: pytest.ExceptionInfo[PackageError] | pytest.ExceptionInfo[KeyCardError]) -> str:
    return error.value.reason


def test_a_new_key_is_announced_under_the_old_and_used_after_the_receipt(pair: Pair, mail: Path) -> None:
    community, street = pair
    first = person(community, "甲")
    old = peers.own_card(community).sign_key
    new = keyring.renew_own_key(community)
    assert new != old
    announced = exchange.preview_merge(street, path=pack(community, street, mail))
    assert announced.manifest.sender.kid == peers.key_card.kid_of(old).hex()
    exchange.apply_merge(street, preview=announced)
    again = pack(community, street, mail)  # no receipt yet: still the old key
    assert merge(street, again).state == "imported"
    send(street, community, mail)
    with pytest.raises(KeyError):
        community.vault.secret("sign_seed_old")
    second = person(community, "乙")
    assert send(community, street, mail).state == "imported"
    assert [value_of(street, one, "name") for one in (first, second)] == ["甲", "乙"]
    assert peers.peers_of(street)[0].sign_key == new
    assert keyring.renew_own_key(community) != new


def test_a_package_under_a_key_that_was_replaced_is_refused(pair: Pair, mail: Path) -> None:
    community, street = pair
    seed = community.vault.secret("sign_seed")
    keyring.renew_own_key(community)
    send(community, street, mail)
    send(street, community, mail)
    send(community, street, mail)
    with community.vault.unit("key.renew") as unit:  # a thief has the old key
        keyring.keyring.put_secret(unit, "sign_seed", seed)
        unit.commit()
    with pytest.raises(PackageError) as refused:
        send(community, street, mail)
    assert reason_of(refused) == "key-replaced"


def test_after_a_theft_earlier_packages_count_and_later_ones_can_be_taken_back(pair: Pair, mail: Path) -> None:
    community, street = pair
    kept = person(community, "甲")
    send(community, street, mail)
    late = pack(community, street, mail)
    person(community, "盗来的")
    send_late = pack(community, street, mail)
    merge(street, late)
    merge(street, send_late)
    done = keyring.revoke(street, org=community.org, after=(1, 2), why="电脑被盗")
    assert [line.seq for line in done.since] == [3]
    batches.undo_batch(street, batch=str(done.since[0].batch))
    assert value_of(street, kept, "name") == "甲"
    assert len(register.people_ids(street, wanted=PeopleFilter())) == 1
    assert merge(street, late).state == "already"
    with pytest.raises(PackageError) as refused:
        send(community, street, mail)
    assert reason_of(refused) == "revoked"
    with pytest.raises(KeyCardError) as closed:
        pack(street, community, mail)
    assert reason_of(closed) == "revoked"
    path = mail / "again.yck"
    card = peers.export_key_card(community, path=path)
    with pytest.raises(KeyCardError) as same:
        peers.enroll_peer(street, path=path, fingerprint=card.fingerprint)
    assert reason_of(same) == "revoked-key"


def test_a_new_computer_gets_its_people_back_from_the_street(
    pair: Pair, make_station: Maker, mail: Path, tmp_path: Path
) -> None:
    community, street = pair
    one = person(community, "甲", live_addr="一号楼")
    send(community, street, mail)
    register.amend_person(street, person=one, values={"ent_name": "秦川轴承厂"})
    community.vault.folder.rename(tmp_path / "lost")
    community.close()
    fresh = make_station(COMMUNITY, seed=44)
    assert fresh.vault.identity.install != community.vault.identity.install
    trust(fresh, street, tmp_path)
    preview = exchange.preview_merge(fresh, path=pack(street, fresh, mail))
    assert (preview.manifest.kind, preview.manifest.seq) == ("snapshot", 1)
    exchange.apply_merge(fresh, preview=preview)
    assert [value_of(fresh, one, key) for key in ("name", "live_addr", "ent_name")] == ["甲", "一号楼", "秦川轴承厂"]
    register.amend_person(fresh, person=one, values={"live_addr": "二号楼"})
    result = send(fresh, street, mail)
    assert (result.state, result.seq) == ("imported", 1)
    assert "conflicts" not in result.counts
    assert value_of(street, one, "live_addr") == "二号楼"


def test_a_directory_travels_never_goes_back_and_expires_with_a_warning_only(
    pair: Pair, make_station: Maker, mail: Path, tmp_path: Path
) -> None:
    community, street = pair
    first = directories.publish(street, path=mail / "1.ycd")
    assert (first.version, {one.org for one in first.entries}) == (1, {street.org, community.org})
    assert directories.publish(street, path=mail / "1b.ycd").version == 1
    other = make_station(OTHER, seed=3)
    trust(other, street, tmp_path)
    assert send(street, community, mail).notices == ()
    known = dict(keyring.verifying_keys(community))
    assert known[other.org] == peers.own_card(other).sign_key
    with pytest.raises(KeyCardError) as older:
        directories.read_in(community, path=mail / "1.ycd")
    assert reason_of(older) == "older-directory"
    second = directories.publish(street, path=mail / "2.ycd")
    assert directories.read_in(community, path=mail / "2.ycd").version == second.version == 2
    assert isinstance(community.clock, FixedClock)
    community.clock.advance(seconds=500 * 86400)
    assert "到期" in directories.read_in(community, path=mail / "2.ycd").notices[0]
    changed = bytearray((mail / "2.ycd").read_bytes())
    changed[-70] ^= 1
    (mail / "3.ycd").write_bytes(changed)
    with pytest.raises(KeyCardError):
        directories.read_in(community, path=mail / "3.ycd")
    del known


def test_a_directory_of_a_stranger_is_refused(pair: Pair, make_station: Maker, mail: Path) -> None:
    community, _ = pair
    stranger = make_station(NewStore("street", "610100009", "陌生街道", "甲"), seed=9)
    directories.publish(stranger, path=mail / "x.ycd")
    with pytest.raises(KeyCardError) as refused:
        directories.read_in(community, path=mail / "x.ycd")
    assert reason_of(refused) == "unknown-root"


def test_the_streets_new_key_is_believed_from_a_directory_both_keys_signed(pair: Pair, mail: Path) -> None:
    community, street = pair
    old = peers.own_card(street).sign_key
    new = keyring.renew_own_key(street)
    directories.publish(street, path=mail / "both.ycd")
    directories.read_in(community, path=mail / "both.ycd")
    with community.vault.reading() as connection:
        known = [one.sign_key for one in keyring.keys_of(connection, peers.peers_of(community)[0])]
    assert {old, new} <= set(known)
    assert send(street, community, mail).state == "imported"
    send(community, street, mail)
    assert send(street, community, mail).state == "imported"
    assert peers.peers_of(community)[0].sign_key == new


def test_the_letter_of_a_key_card_is_read_back_and_enrols(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    pdf = key_letters.own_letter(community)
    card = peers.export_key_card(community, path=tmp_path / "card.yck")
    ((text,),) = codes_on(pdf)
    assert same_fingerprint(text, card)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    said = document[0].get_textpage().get_text_bounded()
    assert all(group in said for group in card.fingerprint.split(" "))
    assert all(word in said for word in (card.org, "姓名", "签字", "日期"))
    assert peers.enroll_peer(street, path=tmp_path / "card.yck", fingerprint=text).org == community.org
