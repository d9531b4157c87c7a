"""Two real stations exchange packages: all arrives, nothing twice, nothing forged, both values kept."""

import random
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.domain.errors import KeyCardError, NotFoundError, PackageError
from desktop.services import exchange, peers, register, streams
from desktop.services.backups import check_store
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.exchange_steps import pack

Pair = tuple[Station, Station]


def trust(first: Station, second: Station, folder: Path) -> None:
    for one, other in ((first, second), (second, first)):
        path = folder / f"{one.org}.yck"
        card = peers.export_key_card(one, path=path)
        peers.enroll_peer(other, path=path, fingerprint=card.fingerprint)


@pytest.fixture
def pair(make_station: Maker, tmp_path: Path) -> Pair:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    return community, street


def person(station: Station, name: str, **values: str) -> str:
    return register.register_person(station, draft=PersonDraft({"name": name, **values})).person


def send(sender: Station, receiver: Station, folder: Path) -> exchange.MergeResult:
    path = folder / f"{sender.org}-{receiver.org}.ycp"
    exchange.pack_for(sender, to_org=receiver.org, path=path)
    return exchange.apply_merge(receiver, preview=exchange.preview_merge(receiver, path=path))


def field_of(station: Station, record: str, key: str) -> object:
    return register.person_details(station, person=record).values.get(key)


def test_a_community_reports_and_the_street_has_it(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "张三", id_no="610100195307063017")
    result = send(community, street, tmp_path)
    assert result.counts["person.new"] == 1
    assert field_of(street, one, "id_no") == "610100195307063017"
    assert check_store(street).problems == []


def test_the_same_package_twice_changes_nothing(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    person(community, "张三")
    path = tmp_path / "a.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    exchange.apply_merge(street, preview=exchange.preview_merge(street, path=path))
    head = street.vault.head()
    again = exchange.apply_merge(street, preview=exchange.preview_merge(street, path=path))
    assert again.state == "already"
    assert "导入过" in again.message
    assert street.vault.head() == head


def test_both_values_are_kept_and_the_decision_travels(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "张三", live_addr="旧地址")
    send(community, street, tmp_path)
    register.amend_person(community, person=one, values={"live_addr": "社区写的地址"})
    register.amend_person(street, person=one, values={"live_addr": "街道写的地址"})
    result = send(community, street, tmp_path)
    assert result.counts["conflicts"] == 1
    (conflict,) = exchange.list_conflicts(street)
    assert {conflict.ours, conflict.theirs} == {"街道写的地址", "社区写的地址"}
    exchange.resolve_conflict(street, conflict=conflict.id, keep="theirs")
    assert exchange.list_conflicts(street) == []
    send(street, community, tmp_path)
    for station in pair:
        assert field_of(station, one, "live_addr") == "社区写的地址"
        assert exchange.list_conflicts(station) == []
        assert check_store(station).problems == []


def test_different_fields_merge_by_themselves(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "张三")
    send(community, street, tmp_path)
    register.amend_person(community, person=one, values={"live_addr": "三桥街道1号"})
    register.amend_person(street, person=one, values={"ent_name": "秦川轴承厂"})
    assert "conflicts" not in send(community, street, tmp_path).counts
    send(street, community, tmp_path)
    for station in pair:
        assert (field_of(station, one, "live_addr"), field_of(station, one, "ent_name")) == (
            "三桥街道1号",
            "秦川轴承厂",
        )


def test_a_deletion_against_an_edit_keeps_the_person(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    one = person(community, "张三")
    send(community, street, tmp_path)
    register.amend_person(street, person=one, values={"remark": "街道补充"})
    register.remove_person(community, person=one, why="重复录入")
    assert send(community, street, tmp_path).counts["conflicts"] == 1
    assert field_of(street, one, "remark") == "街道补充"


def test_a_gap_waits_and_closes(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    paths = []
    for number, name in enumerate(("甲", "乙")):
        person(community, name)
        paths.append(tmp_path / f"{number}.ycp")
        exchange.pack_for(community, to_org=street.org, path=paths[-1])
    early = exchange.preview_merge(street, path=paths[1])
    assert "第 1 个" in early.held
    assert exchange.apply_merge(street, preview=early).state == "held"
    done = exchange.apply_merge(street, preview=exchange.preview_merge(street, path=paths[0]))
    assert [done.state, *(one.state for one in done.taken_up)] == ["imported", "imported"]
    assert streams.held_packages(street) == []
    late = exchange.apply_merge(street, preview=exchange.preview_merge(street, path=paths[1]))
    assert late.state == "already"


def test_a_package_for_somebody_else_is_refused(pair: Pair, make_station: Maker, tmp_path: Path) -> None:
    community, street = pair
    other = make_station(OTHER, seed=3)
    trust(other, street, tmp_path)
    trust(other, community, tmp_path)
    person(community, "张三")
    path = tmp_path / "a.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    with pytest.raises(PackageError) as refused:
        exchange.preview_merge(other, path=path)
    assert refused.value.reason == "wrong-recipient"


def test_an_unknown_sender_is_refused(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    card = tmp_path / "s.yck"
    shown = peers.export_key_card(street, path=card)
    peers.enroll_peer(community, path=card, fingerprint=shown.fingerprint)
    path = tmp_path / "a.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    with pytest.raises(PackageError) as refused:
        exchange.preview_merge(street, path=path)
    assert refused.value.reason == "unknown-sender"


def test_a_community_may_not_touch_another_communitys_people(pair: Pair, make_station: Maker, tmp_path: Path) -> None:
    community, street = pair
    other = make_station(OTHER, seed=3)
    trust(other, street, tmp_path)
    one = person(community, "张三")
    send(community, street, tmp_path)
    with other.vault.unit("person.edit") as unit:
        unit.put("person", one, {"name": "李四", "home_org": other.org})
        unit.commit()
    result = send(other, street, tmp_path)
    assert result.counts["rejected"] >= 1
    assert field_of(street, one, "name") == "张三"


def test_every_flipped_bit_is_refused_and_the_store_untouched(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    person(community, "张三")
    path = tmp_path / "a.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    good = path.read_bytes()
    head = street.vault.head()
    chance = random.Random(5)
    places = {*range(0, 300, 7), *(chance.randrange(len(good)) for _ in range(60)), len(good) - 1}
    for place in places:
        bad = bytearray(good)
        bad[place] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        with pytest.raises(PackageError):
            exchange.preview_merge(street, path=path)
    for cut in (0, 10, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:cut])
        with pytest.raises(PackageError):
            exchange.preview_merge(street, path=path)
    assert street.vault.head() == head


def test_the_age_command_opens_a_package(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    person(community, "张三")
    path = tmp_path / "a.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    key = tmp_path / "street.key"
    key.write_bytes(street.vault.secret("age_identity") + b"\n")
    done = subprocess.run(["age", "-d", "-i", str(key), str(path)], capture_output=True, check=True)
    assert done.stdout.startswith(b"YCP1\n")


def test_wrong_digits_do_not_enrol(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    path = tmp_path / "s.yck"
    card = peers.export_key_card(street, path=path)
    wrong = card.fingerprint[:-1] + str((int(card.fingerprint[-1]) + 1) % 10)
    with pytest.raises(KeyCardError, match="核对码不一致"):
        peers.enroll_peer(community, path=path, fingerprint=wrong)
    with pytest.raises(NotFoundError):
        exchange.pack_for(community, to_org=street.org, path=tmp_path / "x.ycp")


def test_a_senders_new_epoch_needs_a_persons_word(pair: Pair, tmp_path: Path) -> None:
    community, street = pair
    person(community, "甲")
    send(community, street, tmp_path)
    community.vault.begin_epoch("从备份恢复")
    one = person(community, "乙")
    path = tmp_path / "epoch.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    preview = exchange.preview_merge(street, path=path)
    assert preview.is_new_epoch
    with pytest.raises(PackageError) as refused:
        exchange.apply_merge(street, preview=preview)
    assert refused.value.reason == "new-epoch"
    with pytest.raises(NotFoundError):
        field_of(street, one, "name")
    assert exchange.apply_merge(street, preview=preview, accept_epoch=True).state == "imported"
    assert field_of(street, one, "name") == "乙"


def test_only_the_plan_that_was_shown_is_applied(pair: Pair, tmp_path: Path) -> None:
    """The preview keeps the hash of its plan: another plan is refused, whether the store moved on or the plan did."""
    community, street = pair
    one = person(community, "张三")
    preview = exchange.preview_merge(street, path=pack(community, street, tmp_path))
    again = exchange.preview_merge(street, path=preview.path)
    assert preview.plan_hash == again.plan_hash
    (planned,) = [record for record in preview.plan.records if record.kind == "person"]
    other = replace(planned, take={**planned.take, "name": ("李四", planned.take["name"][1])})
    forged = replace(preview, plan=replace(preview.plan, records=(other,)))
    head = street.vault.head()
    with pytest.raises(PackageError) as refused:
        exchange.apply_merge(street, preview=forged)
    assert refused.value.reason == "changed"
    assert street.vault.head() == head
    assert exchange.apply_merge(street, preview=preview).state == "imported"
    register.amend_person(community, person=one, values={"live_addr": "一号楼"})
    late = exchange.preview_merge(street, path=pack(community, street, tmp_path))
    register.amend_person(street, person=one, values={"live_addr": "二号楼"})
    with pytest.raises(PackageError) as moved:
        exchange.apply_merge(street, preview=late)
    assert moved.value.reason == "changed"
    fresh = exchange.preview_merge(street, path=late.path)
    assert fresh.plan_hash != late.plan_hash
    assert exchange.apply_merge(street, preview=fresh).counts["conflicts"] == 1
