"""Who may open the register: slots, the rule of two, recovery, and a data key that changes when somebody leaves."""

import os
import resource
from pathlib import Path

import pytest

from desktop.config import lockout
from desktop.domain.clock import FixedClock
from desktop.domain.errors import (
    DamagedStoreError,
    DiskFullError,
    InvalidValueError,
    KeyCardError,
    NotAllowedError,
    SecondPersonError,
    StoreInUseError,
    WaitError,
    WrongPasswordError,
)
from desktop.security import key_file, key_rotation, passphrases
from desktop.services import access, audit, backups, keyring, peers, register, users
from desktop.services.notes import Note
from desktop.services.register import PersonDraft
from desktop.services.station import Second, Station
from desktop.store.places import DATABASE
from desktop.store.signatures import naming
from tests.conftest import CHEAP, COMMUNITY, PASSWORD, STREET, Maker, the_clock

OTHER = "second-secret-1"
CLERK = "clerks-secret-1"


def opened(station: Station, user: str, password: str) -> Station:
    """Close a station and open its folder as somebody else."""
    station.close()
    return access.open_store(station.vault.folder, password=password, user=user, clock=station.clock)


def add(station: Station, name: str, role: str, password: str) -> None:
    users.add_user(station, name=name, role=role, password=password, cost=CHEAP)


def test_each_user_has_a_slot_and_a_role(station: Station) -> None:
    add(station, "李静", "clerk", CLERK)
    again = opened(station, "", CLERK)
    assert (again.user, again.role, again.vault.role) == ("李静", "clerk", "clerk")
    with pytest.raises(NotAllowedError, match="录入员不能管理使用人"):
        add(again, "张三", "clerk", "whatever-12345")
    again.close()
    with pytest.raises(WrongPasswordError):
        access.open_store(station.vault.folder, password=CLERK, user="王敏", clock=station.clock)


def test_names_roles_and_passwords_are_checked(station: Station) -> None:
    for name, role, password in (
        ("", "clerk", CLERK),
        ("甲", "boss", CLERK),
        ("甲", "clerk", "1234"),
        ("王敏", "clerk", CLERK),
    ):
        with pytest.raises(InvalidValueError):
            add(station, name, role, password)
    assert [one.name for one in users.users_of(station.vault.folder)] == ["王敏"]


def test_who_leaves_opens_nothing_any_more_and_everyone_else_does(station: Station) -> None:
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    add(station, "李静", "clerk", CLERK)
    add(station, "赵新", "auditor", "auditor-secret")
    old_keys = (station.vault.folder / key_file.NAME).read_bytes()
    before = station.vault.slot_key()
    assert users.remove_user(station, name="李静") == []
    assert station.vault.slot_key() != before
    assert register.find(station, text="张三").total == 1  # the open register goes on
    station.close()
    folder = station.vault.folder
    with pytest.raises(WrongPasswordError):
        access.open_store(folder, password=CLERK, user="李静", clock=station.clock)
    for user, password in (("赵新", "auditor-secret"), ("王敏", PASSWORD), ("赵新", "auditor-secret")):
        again = access.open_store(folder, password=password, user=user, clock=station.clock)
        assert backups.check_store(again).is_sound
        again.close()
    for name in (key_file.NAME, key_file.COPY):  # the leaver put an old copy of the key file back
        (folder / name).write_bytes(old_keys)
    with pytest.raises(Exception, match="打不开"):
        access.open_store(folder, password=CLERK, user="李静", clock=station.clock)


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_change_of_keys_cut_short_opens_all_the_same(station: Station, is_changed: bool) -> None:
    add(station, "李静", "clerk", CLERK)
    vault = station.vault
    new, _ = key_rotation.begin_rotation(vault.folder, opened=users._opened(station))
    if is_changed:
        vault.change_key(new)
    keys = vault.slot_key()
    for user, password in (("李静", CLERK), ("王敏", PASSWORD)):
        again = opened(station, user, password)
        assert again.vault.slot_key() == keys
        station = again
    assert "next" not in (vault.folder / key_file.NAME).read_text()
    station.close()


def test_a_second_program_does_not_end_a_change_of_keys_that_is_under_way(station: Station) -> None:
    """It used to take the key file's two keys for a change that was cut short, and threw the new one away."""
    vault = station.vault
    new, _ = key_rotation.begin_rotation(vault.folder, opened=users._opened(station))
    with pytest.raises(StoreInUseError):
        access.open_store(vault.folder, password=PASSWORD, clock=station.clock)
    vault.change_key(new)
    with pytest.raises(StoreInUseError):
        access.open_store(vault.folder, password=PASSWORD, clock=station.clock)
    key_rotation.end_rotation(vault.folder, current=new, is_new=True)
    again = opened(station, "", PASSWORD)
    assert again.vault.slot_key() == new
    again.close()


def test_a_store_that_neither_key_opens_keeps_both(station: Station) -> None:
    """A damaged first page says nothing about the key: the old one must not be thrown away for it."""
    vault = station.vault
    key_rotation.begin_rotation(vault.folder, opened=users._opened(station))
    station.close()
    good = (vault.folder / DATABASE).read_bytes()
    (vault.folder / DATABASE).write_bytes(good[:100] + bytes([good[100] ^ 1]) + good[101:])
    with pytest.raises(DamagedStoreError):
        access.open_store(vault.folder, password=PASSWORD, clock=station.clock)
    assert "next" in (vault.folder / key_file.NAME).read_text()
    (vault.folder / DATABASE).write_bytes(good)
    access.open_store(vault.folder, password=PASSWORD, clock=station.clock).close()


def cut_short(station: Station, cut: str, change: key_rotation.Change, note: Note, source: str) -> None:
    """Do a change of keys as `users._rotate` does, up to where the program dies."""
    new, lost = key_rotation.begin_rotation(station.vault.folder, opened=users._opened(station), change=change)
    assert lost == []
    if cut != "before it is committed":
        users._note_rotation(station, new, note, "试", source)
    if cut == "after the store was changed":
        station.vault.change_key(new)
    station.close()


CUTS = ["before it is committed", "after it was committed", "after the store was changed"]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("first", ["王敏", "赵新"])
def test_a_removal_cut_short_is_all_or_nothing(station: Station, cut: str, first: str) -> None:
    """It used to leave somebody without a slot while the key they knew stayed in force, unnoticed.

    Whoever opens the store next carries it to its end, be it a clerk.
    """
    add(station, "李静", "clerk", CLERK)
    add(station, "赵新", "clerk", "newcomers-secret")
    folder = station.vault.folder
    old_keys = (folder / key_file.NAME).read_bytes()
    note = Note("user.remove", detail="李静")
    cut_short(station, cut, key_rotation.Change(leaving="李静"), note, naming("李静", "", b""))
    is_done = cut != CUTS[0]
    if is_done:
        with pytest.raises(WrongPasswordError, match="已经不能打开"):
            access.open_store(folder, password=CLERK, user="李静", clock=station.clock)
    access.open_store(folder, password=PASSWORD if first == "王敏" else "newcomers-secret", clock=station.clock).close()
    again = access.open_store(folder, password=PASSWORD, clock=station.clock)
    assert ("李静" in {one.name for one in users.users_of(folder)}) is not is_done
    assert any("启动时收尾" in one.detail for one in audit.deeds(again, wanted=audit.AuditFilter()))
    assert backups.check_store(again).is_sound
    again.close()
    if not is_done:
        access.open_store(folder, password=CLERK, user="李静", clock=station.clock).close()
        return
    for name in (key_file.NAME, key_file.COPY):
        (folder / name).write_bytes(old_keys)
    with pytest.raises(DamagedStoreError):
        access.open_store(folder, password=CLERK, user="李静", clock=station.clock)


@pytest.mark.parametrize("cut", CUTS)
def test_a_new_password_for_somebody_cut_short_is_all_or_nothing(station: Station, cut: str) -> None:
    add(station, "李静", "clerk", CLERK)
    folder, other = station.vault.folder, "another-secret-1"
    seed, source = users._new_key("李静", "auditor")
    change = key_rotation.Change(
        renewed=key_rotation.Renewal("李静", other, "auditor", CHEAP, seed), without_streets=True
    )
    cut_short(station, cut, change, Note("user.renew", detail="李静"), source)
    is_done = cut != CUTS[0]
    access.open_store(folder, password=PASSWORD, clock=station.clock).close()
    good, bad = (other, CLERK) if is_done else (CLERK, other)
    with pytest.raises(WrongPasswordError):
        access.open_store(folder, password=bad, user="李静", clock=station.clock)
    again = access.open_store(folder, password=good, user="李静", clock=station.clock)
    assert again.role == ("auditor" if is_done else "clerk")
    assert backups.check_store(again).is_sound
    again.close()


def test_a_full_disk_in_the_middle_of_a_change_of_keys_is_finished_at_the_next_start(station: Station) -> None:
    add(station, "李静", "clerk", CLERK)
    for number in range(60):
        register.register_person(station, draft=PersonDraft({"name": f"人{number}"}))
    backups.back_up_before(station, what="试")
    folder, before = station.vault.folder, station.vault.slot_key()
    size = (folder / DATABASE).stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    new, lost = key_rotation.begin_rotation(
        folder, opened=users._opened(station), change=key_rotation.Change(leaving="李静")
    )
    users._note_rotation(station, new, Note("user.remove", detail="李静"), "试", naming("李静", "", b""))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, limits[1]))
    try:
        with pytest.raises(DiskFullError, match="自动做完"):
            station.vault.change_key(new)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert register.find(station, text="人1").total > 0, "the open register goes on under the old key"
    again = opened(station, "", PASSWORD)
    assert again.vault.slot_key() == new != before and lost == []
    assert [one.name for one in users.users_of(folder)] == ["王敏"]
    assert backups.check_store(again).is_sound
    again.close()


def test_a_change_of_keys_that_failed_keeps_others_from_the_key_file(station: Station) -> None:
    key_rotation.begin_rotation(station.vault.folder, opened=users._opened(station))
    with pytest.raises(DamagedStoreError, match="还没有做完"):
        add(station, "李静", "clerk", CLERK)
    with pytest.raises(DamagedStoreError, match="还没有做完"):
        users.rotate_key(station, why="再来")


def test_the_last_supervisor_stays(station: Station) -> None:
    add(station, "李静", "clerk", CLERK)
    with pytest.raises(InvalidValueError, match="自己"):
        users.remove_user(station, name="王敏")
    with pytest.raises(InvalidValueError, match="最后一位主管"):
        key_rotation.begin_rotation(
            station.vault.folder, opened=users._opened(station), change=key_rotation.Change(leaving="王敏")
        )


def test_two_supervisors_rotate_together_and_nobody_consents_to_their_own(station: Station) -> None:
    add(station, "陈立", "supervisor", OTHER)
    with pytest.raises(SecondPersonError, match="第二位主管"):
        users.rotate_key(station, why="每年一次")
    station.second = Second("王敏", PASSWORD)
    with pytest.raises(NotAllowedError, match="自己"):
        users.rotate_key(station, why="每年一次")
    station.second = Second("陈立", "wrong-password-1")
    with pytest.raises(WrongPasswordError):
        users.rotate_key(station, why="每年一次")
    add(station, "李静", "clerk", CLERK)
    station.second = Second("李静", CLERK)
    with pytest.raises(NotAllowedError, match="不是主管"):
        users.rotate_key(station, why="每年一次")
    before = station.vault.slot_key()
    station.second = Second("陈立", OTHER)
    assert users.rotate_key(station, why="每年一次") == []
    assert station.vault.slot_key() != before
    assert station.second is None  # consent is for one deed
    with pytest.raises(SecondPersonError):
        users.rotate_key(station, why="再来一次")


def test_restoring_needs_the_second_supervisor_and_puts_everything_back_without(
    station: Station, tmp_path: Path
) -> None:
    add(station, "陈立", "supervisor", OTHER)
    info = backups.back_up(station, target=tmp_path / "stick")
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    station.close()
    folder = station.vault.folder
    with pytest.raises(SecondPersonError):
        backups.restore_backup(info.path, folder=folder, password=PASSWORD, clock=station.clock)
    again = access.open_store(folder, password=PASSWORD, clock=station.clock)
    assert register.find(again, text="张三").total == 1
    again.close()
    done = backups.restore_backup(
        info.path, folder=folder, password=PASSWORD, clock=station.clock, second=Second("陈立", OTHER)
    )
    assert done.people == 0


def test_a_recovery_code_counts_once_it_was_typed_back(station: Station) -> None:
    code = users.make_recovery_code(station)
    assert len(code.replace("-", "")) == 34
    with pytest.raises(InvalidValueError, match="不一样"):
        users.confirm_recovery_code(station, code=code, typed=users.make_recovery_code(station))
    assert not users.ways_in(station).has_code
    users.confirm_recovery_code(station, code=code, typed=code.lower().replace("-", " "))
    users.drill_recovery_code(station, typed=code)
    assert not users.ways_in(station).drill_due
    clock = station.clock
    assert isinstance(clock, FixedClock)
    clock.advance(seconds=181 * 86400)
    assert users.ways_in(station).drill_due
    users.rotate_key(station, why="换钥匙")  # the code follows the key
    station.close()
    users.recover_with_code(station.vault.folder, code=code, name="新主管", password="new-supervisor-1", clock=clock)
    again = access.open_store(station.vault.folder, password="new-supervisor-1", clock=clock)
    assert (again.user, again.role) == ("新主管", "supervisor")
    again.close()


def test_a_slip_in_a_recovery_code_is_told_from_a_wrong_code() -> None:
    code = passphrases.made_code()
    plain = passphrases.clean_code(code)
    other = ("0" if plain[5] != "0" else "1") + plain[6:]
    with pytest.raises(InvalidValueError, match="输错"):
        passphrases.clean_code(plain[:5] + other + code[-2:])
    swapped = next(k for k in range(31) if plain[k] != plain[k + 1])
    with pytest.raises(InvalidValueError, match="输错"):
        passphrases.clean_code(plain[:swapped] + plain[swapped + 1] + plain[swapped] + plain[swapped + 2 :] + code[-2:])
    assert passphrases.clean_code(code.replace("0", "O").replace("1", "l")) == plain


def test_the_street_opens_with_its_own_key_where_it_was_let(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    card = peers.export_key_card(street, path=tmp_path / "street.yck")
    peers.enroll_peer(community, path=tmp_path / "street.yck", fingerprint=card.fingerprint)
    folder = community.vault.folder
    with pytest.raises(StoreInUseError):
        users.recover_as_street(street, folder=folder, name="新主管", password="new-supervisor-1")
    community.close()
    with pytest.raises(WrongPasswordError, match="没有给"):
        users.recover_as_street(street, folder=folder, name="新主管", password="new-supervisor-1")
    community = access.open_store(folder, password=PASSWORD, clock=the_clock())
    assert users.give_street_key(community, org=street.org) == street.org_name
    assert users.ways_in(community).streets == (street.org_name,)
    users.rotate_key(community, why="换钥匙")
    community.close()
    users.recover_as_street(street, folder=folder, name="新主管", password="new-supervisor-1")
    access.open_store(folder, password="new-supervisor-1", clock=the_clock()).close()


def test_slots_added_from_outside_are_found_before_a_key_is_given_to_them(station: Station) -> None:
    add(station, "李静", "clerk", CLERK)
    folder = station.vault.folder
    body = key_file._read(folder)
    body["slots"][1]["recipient"] = body["slots"][0]["recipient"]
    key_file._write_both(folder, body)
    with pytest.raises(Exception, match="程序以外的人改动过"):
        users.rotate_key(station, why="换钥匙")


def test_made_passphrases_are_good_and_differ() -> None:
    made = {passphrases.made_passphrase() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        passphrases.check_passphrase(one, least=passphrases.LONG_ENOUGH)
        assert len(one.split("-")) == 6
    assert len(set(passphrases._SYLLABLES)) == 36


def test_wrong_passwords_wait_longer_and_longer_whatever_the_date_says(station: Station) -> None:
    station.close()
    folder, now = station.vault.folder, [1000.0]

    def attempt(password: str = "not-the-password") -> Station:
        return access.open_store(folder, password=password, clock=the_clock(), since_start=lambda: now[0])

    for _ in range(4):
        with pytest.raises(WrongPasswordError):
            attempt()
    for wait in (30, 60, 120, 240, 480, 900, 900):
        with pytest.raises(WaitError, match=f"还要等 {wait} 秒"):
            attempt()
        now[0] += wait - 1
        with pytest.raises(WaitError, match="还要等 1 秒"):  # the right password waits as well
            attempt(PASSWORD)
        now[0] += 1
    now[0] = 5.0  # the computer was restarted: the wait is over no sooner
    again = lockout.waiting(lockout.Door(key_file.store_id_of(folder), folder), ticks=now[0])
    assert again == 900
    now[0] += 900
    opened_at_last = attempt(PASSWORD)
    assert register.people_ids(opened_at_last, wanted=register.PeopleFilter()) == []
    opened_at_last.close()
    with pytest.raises(WrongPasswordError):  # counted anew
        attempt()
    assert os.access(folder / DATABASE, os.R_OK)


@pytest.mark.parametrize("years", [-10, 10])
def test_a_changed_date_shortens_no_wait_and_the_code_from_the_safe_waits_for_nothing(
    station: Station, years: int
) -> None:
    code = users.make_recovery_code(station)
    users.confirm_recovery_code(station, code=code, typed=code)
    station.close()
    folder, clock = station.vault.folder, the_clock()
    for _ in range(5):
        with pytest.raises((WrongPasswordError, WaitError)):
            access.open_store(folder, password="not-the-password", clock=clock)
    clock.advance(seconds=years * 365 * 86_400)
    with pytest.raises(WaitError):
        access.open_store(folder, password=PASSWORD, clock=clock)
    users.recover_with_code(folder, code=code, name="新主管", password="new-supervisor-1", clock=clock)
    again = access.open_store(folder, password="new-supervisor-1", clock=clock)  # proved by the code: no wait left
    noted = [one for one in audit.deeds(again, wanted=audit.AuditFilter()) if one.action == "login.wrong"]
    assert [one.count for one in noted] == [5]
    again.close()


def test_wrong_tries_are_told_to_who_opens_next_and_noted(station: Station) -> None:
    station.close()
    for _ in range(3):
        with pytest.raises(WrongPasswordError):
            access.open_store(station.vault.folder, password="not-the-password", clock=station.clock)
    again = access.open_store(station.vault.folder, password=PASSWORD, clock=station.clock)
    assert again.wrong_before == 3
    assert [one.count for one in audit.deeds(again, wanted=audit.AuditFilter()) if one.action == "login.wrong"] == [3]
    again = opened(again, "", PASSWORD)
    assert again.wrong_before == 0
    again.close()


def test_a_user_is_given_another_password_or_role_and_the_old_slot_ends(station: Station) -> None:
    add(station, "李静", "clerk", CLERK)
    folder = station.vault.folder
    old_keys = (folder / key_file.NAME).read_bytes()
    assert users.renew_user(station, name="李静", password="another-secret-1", role="auditor", cost=CHEAP) == []
    with pytest.raises(InvalidValueError, match="自己"):
        users.renew_user(station, name="王敏", password="another-secret-1", cost=CHEAP)
    station.close()
    with pytest.raises(WrongPasswordError):
        access.open_store(folder, password=CLERK, user="李静", clock=station.clock)
    again = access.open_store(folder, password="another-secret-1", user="李静", clock=station.clock)
    assert again.role == "auditor"
    again.close()
    for name in (key_file.NAME, key_file.COPY):
        (folder / name).write_bytes(old_keys)
    with pytest.raises(Exception, match="打不开"):
        access.open_store(folder, password=CLERK, user="李静", clock=station.clock)


def test_the_last_supervisor_keeps_the_role(station: Station) -> None:
    add(station, "李静", "clerk", CLERK)
    opened_ = users._opened(station)
    with pytest.raises(InvalidValueError, match="最后一位主管"):
        renewal = key_rotation.Renewal("王敏", "another-secret-1", "clerk", CHEAP)
        key_rotation.begin_rotation(station.vault.folder, opened=opened_, change=key_rotation.Change(renewed=renewal))


def test_the_street_has_a_way_in_until_it_is_taken_back(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    card = peers.export_key_card(street, path=tmp_path / "street.yck")
    peers.enroll_peer(community, path=tmp_path / "street.yck", fingerprint=card.fingerprint)
    assert users.streets_known(community) == [(street.org, street.org_name)]
    users.give_street_key(community, org=street.org)
    folder = community.vault.folder
    old_keys = (folder / key_file.NAME).read_bytes()
    assert users.take_street_key(community) == []
    assert users.ways_in(community).streets == ()
    with pytest.raises(Exception, match="不用收回"):
        users.take_street_key(community)
    community.close()
    with pytest.raises(WrongPasswordError, match="没有给"):
        users.recover_as_street(street, folder=folder, name="新主管", password="new-supervisor-1")
    for name in (key_file.NAME, key_file.COPY):  # the street kept an old copy of the key file
        (folder / name).write_bytes(old_keys)
    with pytest.raises(Exception, match="打不开"):
        users.recover_as_street(street, folder=folder, name="新主管", password="new-supervisor-1")


def test_the_recovery_code_opens_twenty_times_out_of_twenty_however_it_is_typed(station: Station) -> None:
    folder = station.vault.folder
    for number in range(20):
        code = users.make_recovery_code(station)
        users.confirm_recovery_code(station, code=code, typed=code)
        forms = (
            code, code.lower(), code.replace("-", " "), code.replace("-", ""), f"  {code.replace('-', ' - ')} ",
            code.replace("0", "O").replace("1", "I"), code.replace("0", "o").replace("1", "l"),
            code.translate({ord(c): ord(c) + 0xFEE0 for c in code if c.isalnum()}), code.replace("-", "－"),
            "\n".join(code.split("-")),
        )  # fmt: skip
        assert key_file.open_with_code(folder, code=forms[number % len(forms)]).role == "supervisor"
        users.drill_recovery_code(station, typed=forms[(number + 1) % len(forms)])


def test_the_trust_list_wants_two_supervisors_where_there_are_two(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    path = tmp_path / "street.yck"
    digits = peers.export_key_card(street, path=path).fingerprint
    add(community, "陈立", "supervisor", OTHER)
    with pytest.raises(SecondPersonError, match="登记密钥卡需要第二位主管"):
        peers.enroll_peer(community, path=path, fingerprint=digits)
    assert peers.peers_of(community) == []
    with pytest.raises(KeyCardError, match="核对码"):  # wrong digits use no consent up
        community.second = Second("陈立", OTHER)
        peers.enroll_peer(community, path=path, fingerprint="0" * 60)
    peers.enroll_peer(community, path=path, fingerprint=digits)
    assert [one.state for one in peers.peers_of(community)] == [keyring.TRUSTED]
    with pytest.raises(SecondPersonError, match="停用密钥需要第二位主管"):
        keyring.revoke(community, org=street.org, why="电脑被盗")
    assert [one.state for one in peers.peers_of(community)] == [keyring.TRUSTED]
    community.second = Second("陈立", OTHER)
    keyring.revoke(community, org=street.org, why="电脑被盗")
    assert [one.state for one in peers.peers_of(community)] == ["revoked"]


def test_a_lone_supervisor_trusts_alone_and_the_note_says_so(make_station: Maker, tmp_path: Path) -> None:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    digits = peers.export_key_card(street, path=tmp_path / "street.yck").fingerprint
    peers.enroll_peer(community, path=tmp_path / "street.yck", fingerprint=digits)
    keyring.revoke(community, org=street.org)
    alone = [one for one in audit.deeds(community, wanted=audit.AuditFilter()) if one.action == "second.alone"]
    assert ["登记密钥卡" in one.detail or "停用密钥" in one.detail for one in alone] == [True, True]


def test_ten_people_a_day_are_deleted_alone_and_no_more(station: Station) -> None:
    people = [register.register_person(station, draft=PersonDraft({"name": f"张{one}"})).person for one in range(12)]
    add(station, "陈立", "supervisor", OTHER)
    for person in people[:10]:
        register.remove_person(station, person=person, why="误登")
    with pytest.raises(SecondPersonError, match="删除人员需要第二位主管"):
        register.remove_person(station, person=people[10], why="误登")
    station.second = Second("陈立", OTHER)
    register.remove_person(station, person=people[10], why="误登")
    with pytest.raises(SecondPersonError):  # a consent is for one
        register.remove_person(station, person=people[11], why="误登")
    clock = station.clock
    assert isinstance(clock, FixedClock)
    clock.advance(seconds=86_400)
    register.remove_person(station, person=people[11], why="误登")
