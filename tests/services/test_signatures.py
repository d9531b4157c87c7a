"""Units are signed by who did them: one signature a block, carried through passwords, keys, kills, restores and people."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.errors import DamagedStoreError, WrongPasswordError
from desktop.domain.ids import SeededIds
from desktop.security import key_file
from desktop.security.signing import SigningKey
from desktop.security.slot_pins import key_holders
from desktop.services import access, audit, backups, register, users
from desktop.services.access import create_store
from desktop.services.notes import Note, write_note
from desktop.services.register import PersonDraft
from desktop.services.station import Second, Station
from desktop.store import consents
from desktop.store.engine import raw_connection
from desktop.store.places import DATABASE
from desktop.store.signatures import Seal, Signers, naming
from tests.conftest import CHEAP, COMMUNITY, PASSWORD, Maker, the_clock

STORES = Path(__file__).resolve().parents[1] / "data" / "stores"
LEAD = COMMUNITY.user
CLERK, CLERK_PASSWORD = "李静", "clerks-secret-1"


def enter(folder: Path, user: str = LEAD, password: str = PASSWORD) -> Station:
    return access.open_store(folder, password=password, user=user, clock=the_clock())


def write(station: Station, name: str = "张三") -> None:
    register.register_person(station, draft=PersonDraft({"name": name}))


def add_clerk(station: Station) -> None:
    users.add_user(station, name=CLERK, role="clerk", password=CLERK_PASSWORD, cost=CHEAP)


def rows(station: Station, statement: str) -> list[tuple[object, ...]]:
    with station.vault.reading("read.sealed") as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def blocks(station: Station) -> list[tuple[object, ...]]:
    """Return the user of each signed unit, in order."""
    return rows(station, "SELECT user, n FROM signature JOIN batch ON n=signature.batch ORDER BY n")


def kill(station: Station) -> None:
    """Leave a station as a killed process leaves it: nothing noted, nothing folded in, the lock let go by the system."""
    vault = station.vault
    vault._engine.dispose()
    assert vault._lock is not None
    vault._lock.release()
    vault._lock = None


def test_a_run_of_one_users_units_has_one_signature(station: Station) -> None:
    folder = station.vault.folder
    write(station)
    add_clerk(station)
    station.close()
    for user, password in ((LEAD, PASSWORD), (CLERK, CLERK_PASSWORD), (CLERK, CLERK_PASSWORD), (LEAD, PASSWORD)):
        again = enter(folder, user, password)
        write(again)
        write(again)
        assert backups.check_store(again).is_sound
        again.close()
    again = enter(folder)
    found = backups.check_store(again)
    last = rows(again, "SELECT max(n) FROM batch")[0][0]
    assert [user for user, _ in blocks(again)] == [LEAD, CLERK, LEAD]
    assert (found.signed.until, found.signed.units, found.signed.blocks) == (last, last, 3)
    assert set(found.signed.users) == {LEAD, CLERK} and found.is_sound
    text = audit.signed_text(again, audit.signed(again))
    assert f"已签名到第 {last} 次（{LEAD}、{CLERK}）" in text
    again.close()


def test_the_key_stays_when_password_and_data_key_change(station: Station) -> None:
    folder = station.vault.folder
    public = station.vault.opener.public
    access.change_own_password(station, old=PASSWORD, new="another-secret-9")
    write(station)
    users.rotate_key(station, why="每年一次")
    write(station)
    station.close()
    with pytest.raises(WrongPasswordError):
        enter(folder)
    again = enter(folder, password="another-secret-9")
    assert again.vault.opener.public == public and public
    write(again)
    assert backups.check_store(again).is_sound and len(blocks(again)) == 1
    again.close()


def test_the_seed_is_gone_once_the_register_is_locked(station: Station) -> None:
    seed = key_file.open_key_file(station.vault.folder, password=PASSWORD)
    assert len(seed.seed) == 32 and seed.seed.hex() not in repr(seed) and repr(seed.seed) not in repr(seed)
    assert station.vault.session.key is not None
    station.close()
    assert station.vault.session.key is None
    for path in station.vault.folder.iterdir():
        assert seed.seed not in path.read_bytes()


def test_who_comes_back_under_the_same_name_signs_with_another_key(station: Station) -> None:
    folder = station.vault.folder
    add_clerk(station)
    first = key_holders(folder)[1].public
    station.close()
    again = enter(folder, CLERK, CLERK_PASSWORD)
    write(again)
    again.close()
    lead = enter(folder)
    users.remove_user(lead, name=CLERK)
    write(lead)
    add_clerk(lead)
    assert key_holders(folder)[1].public != first
    lead.close()
    again = enter(folder, CLERK, CLERK_PASSWORD)
    write(again)
    assert backups.check_store(again).is_sound
    with again.vault.reading("read.sealed") as connection:
        named = [one for one in Signers(connection).named if one.user == CLERK]
    assert [bool(one.key) for one in named] == [True, False, True] and named[0].key == first
    again.close()


def test_whose_password_a_supervisor_set_anew_signs_with_another_key(station: Station) -> None:
    folder = station.vault.folder
    add_clerk(station)
    first = key_holders(folder)[1].public
    users.renew_user(station, name=CLERK, password="renewed-secret-1", role="auditor", cost=CHEAP)
    station.close()
    again = enter(folder, CLERK, "renewed-secret-1")
    assert again.vault.opener.public not in (b"", first)
    assert backups.check_store(again).is_sound
    again.close()


def test_what_is_done_with_a_recovery_code_is_signed_by_the_device(station: Station) -> None:
    code = users.make_recovery_code(station)
    users.confirm_recovery_code(station, code=code, typed=code)
    station.close()
    folder = station.vault.folder
    users.recover_with_code(folder, code=code, name="新主管", password="new-supervisor-1", clock=the_clock())
    again = enter(folder, "新主管", "new-supervisor-1")
    write(again)
    assert backups.check_store(again).is_sound
    assert [user for user, _ in blocks(again)] == [LEAD, users.CODE_NAME, "新主管"]
    again.close()


def test_a_restored_backup_goes_on(station: Station, tmp_path: Path) -> None:
    add_clerk(station)
    write(station)
    info = backups.back_up(station, target=tmp_path / "stick")
    write(station)
    station.close()
    folder = station.vault.folder
    clerk = enter(folder, CLERK, CLERK_PASSWORD)
    write(clerk)
    clerk.close()
    backups.restore_backup(info.path, folder=folder, password=PASSWORD, clock=the_clock(), user=LEAD)
    for user, password in ((CLERK, CLERK_PASSWORD), (LEAD, PASSWORD)):
        again = enter(folder, user, password)
        write(again)
        assert backups.check_store(again).problems == []
        again.close()


@pytest.mark.parametrize("name", ["schema-1", "schema-2", "schema-15"])
def test_a_key_file_from_before_signatures_opens_and_gains_them(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    shutil.copytree(STORES / name, folder)
    assert not any(one.public for one in key_holders(folder))
    station = access.open_store(folder, password=PASSWORD, clock=the_clock(), ids=SeededIds(3))
    user = station.user
    named = rows(station, "SELECT user, n FROM batch WHERE action='user.key'")
    assert named == [(user, rows(station, "SELECT max(n) FROM batch")[0][0])] or len(named) == 1
    assert [one.public for one in key_holders(folder) if one.user == user] == [station.vault.opener.public]
    write(station)
    assert backups.check_store(station).is_sound and audit.signed(station).until == audit.signed(station).units
    station.close()
    again = access.open_store(folder, password=PASSWORD, clock=the_clock(), ids=SeededIds(4))
    assert len(rows(again, "SELECT n FROM batch WHERE action='user.key'")) == 1
    again.close()
    # What was before is covered by the first signature after it.
    by_sql(folder, "UPDATE batch SET why='别的' WHERE n=1")
    assert any("第 1 次操作被改动过" in said for said in said_of(folder))


def test_a_key_that_got_into_the_slot_but_not_into_the_chain_is_named_at_the_next_start(tmp_path: Path) -> None:
    """Killed between the two."""
    folder = tmp_path / "s"
    shutil.copytree(STORES / "schema-15", folder)
    slot = key_file.open_key_file(folder, password=PASSWORD)
    station = access.open_store(folder, password=PASSWORD, clock=the_clock(), ids=SeededIds(3))
    assert key_file.open_key_file(folder, password=PASSWORD).seed == slot.seed
    assert backups.check_store(station).is_sound
    with station.vault.reading("read.sealed") as connection:
        assert Signers(connection).key_of(station.user, 1 << 50) == station.vault.opener.public
    station.close()


def by_sql(folder: Path, statement: str) -> None:
    connection = raw_connection(folder / DATABASE, key=key_file.open_key_file(folder, password=PASSWORD).data_key)
    connection.execute(statement)
    connection.close()


def said_of(folder: Path, user: str = "") -> list[str]:
    station = access.open_to_check(folder, password=PASSWORD, user=user, clock=the_clock())
    try:
        return backups.check_store(station).problems
    finally:
        station.close()


def test_nothing_is_signed_on_top_of_what_somebody_put_there_meanwhile(station: Station) -> None:
    write(station)
    by_sql(station.vault.folder, "UPDATE seal SET hash=zeroblob(32) WHERE batch=(SELECT max(batch) FROM seal)")
    with pytest.raises(DamagedStoreError, match="没有应有的签名"):
        write(station)
    station.vault.is_read_only = True


def test_nothing_is_signed_on_top_of_an_unsigned_end(station: Station) -> None:
    """Not even when the register begins an epoch before it is checked: its end would be vouched for."""
    write(station)
    station.close()
    folder = station.vault.folder
    by_sql(folder, "DELETE FROM signature")
    by_sql(folder, "UPDATE setting SET value='elsewhere|1|/else/where' WHERE key='place'")
    with pytest.raises(DamagedStoreError, match="没有应有的签名"):
        enter(folder)
    assert any("没有“王敏”的签名" in said for said in said_of(folder))


def test_a_key_of_low_order_is_no_key(station: Station) -> None:
    source = naming("某人", "clerk", b"\x01" + bytes(31))
    with station.vault.unit("user.add", source=source) as unit:
        unit.commit()
    assert any("“某人”的公钥不合规矩" in said for said in backups.check_store(station).problems)


def test_nobody_but_a_supervisor_names_anothers_key(station: Station) -> None:
    add_clerk(station)
    folder = station.vault.folder
    station.close()
    clerk = enter(folder, CLERK, CLERK_PASSWORD)
    clerk.vault.role = "supervisor"  # the program's own rule is switched off
    with clerk.vault.unit("user.add", source=naming("某人", "supervisor", clerk.vault.opener.public)) as unit:
        unit.commit()
    assert any("“某人”的公钥不合规矩" in said for said in backups.check_store(clerk).problems)
    clerk.close()


def test_a_slot_that_lost_its_signing_key_does_not_open(station: Station) -> None:
    """Otherwise it would look like one of an older program, and be given another key."""
    folder = station.vault.folder
    station.close()
    body = key_file._read(folder)
    data_key = key_file.open_key_file(folder, password=PASSWORD).data_key
    bare = {name: value for name, value in body["slots"][0].items() if name not in {"sign", "sign_nonce", "verify"}}
    key_file._replace(folder, body, [bare], data_key)
    with pytest.raises(DamagedStoreError, match="“王敏”的那一份被改动过"):
        enter(folder)


def test_no_user_is_called_as_the_recovery_code_is(station: Station) -> None:
    with pytest.raises(Exception, match="不能叫"):
        users.add_user(station, name=users.CODE_NAME, role="clerk", password=CLERK_PASSWORD, cost=CHEAP)


def test_the_source_of_a_unit_names_the_key_and_no_more(station: Station) -> None:
    (source,) = rows(station, "SELECT source FROM batch WHERE n=1")[0]
    assert json.loads(str(source)) == {
        "signer": {"user": LEAD, "role": "supervisor", "key": station.vault.opener.public.hex()}
    }


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "write", "write", "renew password", "rotate", "clerk leaves and comes back", "back up"]),
        st.sampled_from([LEAD, CLERK]), st.sampled_from(["close", "kill"]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@pytest.mark.parametrize(
    "size",
    [pytest.param(4, id="small"), pytest.param(150, id="many", marks=[pytest.mark.long, pytest.mark.timeout(3600)])],
)
def test_any_sequence_of_sessions_and_kills_stays_sound(
    size: int, make_station: Maker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(max_examples=size, deadline=None)
    @given(STEPS)
    def run(steps: list[tuple[str, str, str]]) -> None:
        folder = tmp_path_factory.mktemp("any") / "s"
        made = create_store(folder, draft=COMMUNITY, password=PASSWORD, clock=the_clock(), cost=CHEAP)
        add_clerk(made)
        made.close()
        passwords = {LEAD: PASSWORD, CLERK: CLERK_PASSWORD}
        for number, (what, user, end) in enumerate(steps):
            station = enter(folder, user, passwords[user])
            do_step(station, what, passwords, number)
            kill(station) if end == "kill" else station.close()
        for user in (LEAD, CLERK):
            station = enter(folder, user, passwords[user])
            assert backups.check_store(station).problems == []
            found = blocks(station)
            assert all(one[0] != other[0] for one, other in pairwise(found)), found
            station.close()

    run()


def do_step(station: Station, what: str, passwords: dict[str, str], number: int) -> None:
    if what == "renew password":
        access.change_own_password(station, old=passwords[station.user], new=f"another-secret-{number}")
        passwords[station.user] = f"another-secret-{number}"
    elif what == "rotate" and station.role == "supervisor":
        users.rotate_key(station, why="试")
    elif what == "clerk leaves and comes back" and station.role == "supervisor":
        users.remove_user(station, name=CLERK)
        users.add_user(station, name=CLERK, role="clerk", password=CLERK_PASSWORD, cost=CHEAP)
        passwords[CLERK] = CLERK_PASSWORD
    elif what == "back up":
        backups.back_up_before(station, what="试")
    write(station)


SECOND, SECOND_PASSWORD = "陈立", "second-secret-1"


def with_consent(station: Station) -> int:
    """Change the data key with the consent of a second supervisor; return the unit that notes the consent."""
    users.add_user(station, name=SECOND, role="supervisor", password=SECOND_PASSWORD, cost=CHEAP)
    station.second = Second(SECOND, SECOND_PASSWORD)
    users.rotate_key(station, why="每年一次")
    (found,) = rows(station, "SELECT batch FROM countersignature")
    assert isinstance(found[0], int)
    return found[0]


def test_a_consent_is_signed_by_who_gave_it(station: Station) -> None:
    number = with_consent(station)
    assert backups.check_store(station).is_sound
    (noted,) = rows(station, "SELECT batch FROM change JOIN access_note a ON a.id=record WHERE a.action='second.given'")
    assert noted == (number,)


@pytest.mark.parametrize("how", ["dropped", "signed oneself", "written without"])
def test_a_consent_nobody_gave_is_found(station: Station, how: str) -> None:
    number = with_consent(station)
    if how == "written without":  # the program's own rule is switched off
        write_note(station, Note("second.given", second=SECOND, detail="更换数据密钥"))
        number = station.vault.audit_head().batch
    elif how == "dropped":
        by_sql(station.vault.folder, "DELETE FROM countersignature")
    else:
        seed = key_file.open_key_file(station.vault.folder, password=PASSWORD, user=LEAD).seed
        (sealed,) = rows(station, f"SELECT user, hash FROM seal JOIN batch ON n=batch WHERE n={number}")
        unit = Seal(number, str(sealed[0]), bytes(sealed[1]))  # type: ignore[call-overload]
        by_sql(station.vault.folder, "DELETE FROM countersignature")
        with station.vault._writing_engine.begin() as connection:
            consents.sign_consent(connection, unit, name=SECOND, key=SigningKey(seed))
    said = f"第 {number} 次操作写着“{SECOND}”同意，却没有“{SECOND}”的签名"
    assert any(said in one for one in backups.check_store(station).problems)


class PowerCut(BaseException):
    """Ends a deed where it stands, as a kill does."""


@pytest.mark.parametrize("where", ["before the commit", "after the commit"])
def test_a_password_set_anew_by_halves_is_settled_by_the_chain(
    station: Station, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key file and the chain are two files: the one that was committed says which slot counts."""
    add_clerk(station)
    folder = station.vault.folder

    def cut(*_args: object, **_named: object) -> None:
        raise PowerCut

    target = (
        ("desktop.store.unit_of_work.UnitOfWork.commit", cut) if where == "before the commit"
        else ("desktop.store.vault.change_key", cut)
    )  # fmt: skip
    with monkeypatch.context() as patched:
        patched.setattr(*target)
        if where == "before the commit":
            patched.setattr("desktop.services.users.back_up_before", lambda *_args, **_named: None)
            patched.setattr("desktop.services.users.need_second", lambda *_args, **_named: "")
        with pytest.raises(PowerCut):
            users.renew_user(station, name=CLERK, password="renewed-secret-1", cost=CHEAP)
    kill(station)
    assert said_of(folder, LEAD) == []  # nothing is settled yet where nothing may be written
    good, bad = (CLERK_PASSWORD, "renewed-secret-1")[:: 1 if where == "before the commit" else -1]
    with pytest.raises(WrongPasswordError):
        enter(folder, CLERK, bad)
    for user, password in ((CLERK, good), (LEAD, PASSWORD), (CLERK, good)):
        again = enter(folder, user, password)
        write(again)
        assert backups.check_store(again).problems == []
        again.close()
    with pytest.raises(WrongPasswordError):
        enter(folder, CLERK, bad)
    assert [name for name, _ in key_file.users_of(folder)] == [LEAD, CLERK]


def test_a_password_changed_by_halves_is_the_one_that_is_used_next(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = station.vault.folder
    station.close()
    for taken, other in ((PASSWORD, "another-secret-9"), ("another-secret-9", PASSWORD)):
        station = enter(folder, password=PASSWORD)
        half, written = key_file._replace, []

        def once(*args: object, half: object = half, written: list[object] = written) -> None:
            if written:
                raise PowerCut
            written.append(half(*args))  # type: ignore[operator]

        with monkeypatch.context() as patched, pytest.raises(PowerCut):
            patched.setattr(key_file, "_replace", once)
            access.change_own_password(station, old=PASSWORD, new="another-secret-9")
        kill(station)
        assert len(key_file.users_of(folder)) == 2
        again = enter(folder, password=taken)
        assert len(key_file.users_of(folder)) == 1 and backups.check_store(again).problems == []
        again.close()
        with pytest.raises(WrongPasswordError):
            enter(folder, password=other)


def test_a_store_file_put_back_to_before_a_unit_without_entries_begins_an_epoch(station: Station) -> None:
    """A package written or a key named leaves no entry in the change log, but numbers were used."""
    folder = station.vault.folder
    station.close()
    old = (folder / DATABASE).read_bytes()
    station = enter(folder)
    with station.vault.unit("access.note") as unit:
        unit.commit()
    station.close()
    (folder / DATABASE).write_bytes(old)
    (folder / "store.head").unlink()  # what the user remembers is enough
    again = enter(folder)
    assert again.vault.behind == 1 and again.vault.identity.epoch > 1
    assert backups.check_store(again).problems == []
    again.close()
