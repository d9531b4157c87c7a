"""Jobs on the store as a whole: its keys and users, restoring, upgrading, making it, and what goes to others."""

import json
import shutil
from contextlib import suppress
from pathlib import Path

from desktop.domain.clock import SystemClock
from desktop.domain.durable import write_durably
from desktop.domain.errors import KnownError, WrongPasswordError
from desktop.security import key_file
from desktop.services import access, backups, exchange, keyring, merges, packing, peers, register, users
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import CHEAP, COMMUNITY, PASSWORD, STREET
from tests.faults.jobs import MANY, Ack, Job, new_store, open_at, people_of, units, with_people

CLERK = "clerks-secret-1"
STORES = Path(__file__).resolve().parents[1] / "data" / "stores"


# --- keys and users ---


def with_clerk(root: Path) -> None:
    """Make a store that two people open."""
    new_store(root)
    station = open_at(root)
    users.add_user(station, name="李静", role="clerk", password=CLERK, cost=CHEAP)
    station.close()


def rotate(root: Path, start: int, ack: Ack) -> None:
    """Change the data key again and again."""
    station = open_at(root)
    for number in range(start, start + MANY):
        users.rotate_key(station, why="试")
        ack(number + 1)


def rotated(station: Station, root: Path) -> int:
    """Count changes of the key: everybody's password opens, nothing is left of the change."""
    folder = station.vault.folder
    assert b'"next"' not in (folder / key_file.NAME).read_bytes()
    assert (folder / key_file.NAME).read_bytes() == (folder / key_file.COPY).read_bytes()
    for user, password in (("王敏", PASSWORD), ("李静", CLERK)):
        assert key_file.open_key_file(folder, password=password, user=user).data_key == station.vault.slot_key()
    return units(station, "key.rotate")


def people_in_and_out(root: Path, start: int, ack: Ack) -> None:
    """Add a user, change the own password, put a recovery code in force, remove the user, in turn."""
    password = next(one for one in (password_after(start), password_after(start + 1)) if _opens(root, one))
    station = open_at(root, password)
    for number in range(start, start + MANY):
        step = number % 4
        if step == 0:
            users.add_user(station, name=f"甲{number}", role="clerk", password=CLERK, cost=CHEAP)
        elif step == 1:
            old, new = password_after(number), password_after(number + 1)
            access.change_own_password(station, old=old, new=new)
        elif step == 2:
            code = users.make_recovery_code(station)
            write_durably(root / "in" / f"code-{number + 1}", code.encode("ascii"))
            users.confirm_recovery_code(station, code=code, typed=code)
        else:
            users.remove_user(station, name=f"甲{number - 3}")
        ack(number + 1)


def password_after(deeds: int) -> str:
    """Return the supervisor's password after so many deeds of `people_in_and_out`."""
    changes = (deeds + 2) // 4
    return f"practice-{2026 + changes}"


def _opens(root: Path, password: str) -> bool:
    with suppress(WrongPasswordError):
        return bool(key_file.open_key_file(root / "store", password=password, user="王敏"))
    return False


def in_and_out(station: Station, root: Path) -> int:
    """Count deeds by what the key file says: exactly the users, the password and the code after one of them."""
    folder, names = station.vault.folder, {one.name for one in users.users_of(station.vault.folder)}
    drift = _extra(
        root
    )  # deeds whose own note is missing: the program died before it, and the next start wrote another
    noted = units(station, "user.add", "user.password", "recovery.make", "user.remove") + drift
    for number in (noted, noted + 1):
        added = {f"甲{number - number % 4}"} if number % 4 else set()
        if names == {"王敏"} | added and _opens(root, password_after(number)) and _has_code(folder, root, number):
            _extra(root, drift + number - noted)
            return number
    raise AssertionError(f"the key file is of no moment: {sorted(names)} after {noted}")


def _has_code(folder: Path, root: Path, deeds: int) -> bool:
    """Return True if the code that was in force after so many deeds opens, and no other."""
    last = (deeds + 1) // 4 * 4 - 1
    good = list(range(3, last + 1, 4))[-1:]
    for path in (root / "in").glob("code-*"):
        if path.suffix:
            continue
        number = int(path.name.partition("-")[2])
        try:
            key_file.open_with_code(folder, code=path.read_text(encoding="ascii"))
        except KnownError:
            if number in good:
                return False
        else:
            if number not in good:
                return False
    return True


def renew(root: Path, start: int, ack: Ack) -> None:
    """Change the own signing key."""
    station = open_at(root)
    for number in range(start, start + MANY):
        keyring.renew_own_key(station)
        ack(number + 1)


def renewed(station: Station, root: Path) -> int:
    """Count new keys: the card shows the one that signs, and all there were are remembered."""
    found = units(station, "key.renew")
    assert len(keyring.own_publics(station)) == (found + 1 if found else 1)
    assert peers.own_card(station).sign_key == keyring.signer_for(station, "x").key.public
    return found


def epoch(root: Path, start: int, ack: Ack) -> None:
    """Begin one epoch after the other."""
    station = open_at(root)
    for number in range(start, start + MANY):
        station.vault.begin_epoch("试")
        ack(number + 1)


def begun(station: Station, root: Path) -> int:
    """Count epochs; what is written now counts in the newest."""
    register.register_person(station, draft=PersonDraft({"name": "后来"}))
    with station.vault.reading() as connection:
        last = connection.exec_driver_sql("SELECT writer.name FROM change JOIN writer ON writer.id=change.writer "
                                          "ORDER BY change.n DESC LIMIT 1").scalar()  # fmt: skip
    assert last == station.vault.identity.writer
    return units(station, "epoch.start")


# --- the whole store ---


def with_backup(root: Path) -> None:
    """Make a store with five people and a backup of it when there were three."""
    with_people(root, 3)
    station = open_at(root)
    backups.back_up(station, target=root / "in")
    for name in ("后来一", "后来二"):
        register.register_person(station, draft=PersonDraft({"name": name}))
    station.close()


def restore(root: Path, start: int, ack: Ack) -> None:
    """Restore the same backup again and again."""
    (path,) = (root / "in").glob("*.ybk")
    for number in range(start, start + MANY):
        backups.restore_backup(path, folder=root / "store", password=PASSWORD, clock=SystemClock())
        ack(number + 1)


def restored(station: Station, root: Path) -> int:
    """Count restores by the stores they replaced: each lies whole in its folder, and the newest is as it must be."""
    replaced = sorted((root / "store").glob("恢复前-*"), key=lambda path: path.stat().st_mtime_ns)
    for path in replaced:
        assert {"store.db", "store.keys", "store.head"} <= {one.name for one in path.iterdir()} | {"store.head"}
    assert len(people_of(station)) == (3 if replaced else 5)
    assert bool(units(station, "epoch.start")) == bool(replaced)
    if len(replaced) > 4:  # what was looked at need not lie about
        for path in replaced[:-4]:
            shutil.rmtree(path)
            path.mkdir()
            for name in ("store.db", "store.keys"):
                (path / name).touch()
    return len(replaced)


def old_store(root: Path) -> None:
    """Put a store of the first schema there."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copytree(STORES / "schema-1", root / "store")
    shutil.rmtree(root / "store" / "backups", ignore_errors=True)


def migrate(root: Path, start: int, ack: Ack) -> None:
    """Open it with this program, which brings it up to date."""
    open_at(root)
    ack(1)


def migrated(station: Station, root: Path) -> int:
    """See that the three people are there and the copy of the old file is whole or not there."""
    rows = register.people_rows(station, ids=people_of(station))
    assert sorted(row.text("name") for row in rows) == ["单田芳", "张三", "李四"]
    for path in (root / "store" / "backups").glob("升级前-*.db"):
        copy = station.vault.open_copy(path)
        assert copy.execute("SELECT count(*) FROM person").fetchone() == (3,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        copy.close()
    return 1


def create(root: Path, start: int, ack: Ack) -> None:
    """Make a store."""
    new_store(root)
    ack(1)


def created(station: Station, root: Path) -> int:
    """See that it can be used."""
    made = register.register_person(station, draft=PersonDraft({"name": "张三"}))
    assert register.find(station, text="张三").people[0].id == made.person
    assert peers.own_card(station).org == COMMUNITY.code
    return 1


# --- packages ---

PACKAGES = 60


def with_street(root: Path) -> None:
    """Make a community and its street that trust each other, both closed."""
    new_store(root)
    community = open_at(root)
    street = access.create_store(root / "street", draft=STREET, password=PASSWORD, clock=SystemClock(), cost=CHEAP)
    for mine, yours in ((community, street), (street, community)):
        path = root / "in" / f"{mine.org}.yck"
        card = peers.export_key_card(mine, path=path)
        peers.enroll_peer(yours, path=path, fingerprint=card.fingerprint)
    community.close()
    street.close()


def pack(root: Path, start: int, ack: Ack) -> None:
    """Register somebody and pack for the street, again and again."""
    station = open_at(root)
    for number in range(start, start + MANY):
        register.register_person(station, draft=PersonDraft({"name": f"包{number:05d}"}))
        packing.pack_for(station, to_org=STREET.code, path=root / "stick" / f"{number + 1:04d}.ycp")
        ack(number + 1)


def packed(station: Station, root: Path) -> int:
    """Count packages; the street takes every file there is, in order, and after one more has everybody."""
    found = units(station, "package.write") - _extra(root)
    street = access.open_store(root / "street", password=PASSWORD, clock=SystemClock())
    try:
        for path in sorted((root / "stick").glob("*.ycp")):
            merges.apply_merge(street, preview=merges.preview_merge(street, path=path))
            path.unlink()
        last = root / "stick" / "last.ycp"
        packing.pack_for(station, to_org=STREET.code, path=last)
        _extra(root, _extra(root) + 1)
        merges.apply_merge(street, preview=merges.preview_merge(street, path=last))
        last.unlink()
        assert people_of(street) == people_of(station), "the street did not get everybody"
        assert backups.check_store(street).is_sound
    finally:
        street.close()
    assert not list((root / "stick").iterdir()), "something half written lies on the stick"
    return found


def _extra(root: Path, number: int | None = None) -> int:
    """Return what the judge of a job must remember; keep another number if one is given."""
    path = root / "extra"
    if number is not None:
        path.write_text(json.dumps(number), encoding="ascii")
    return int(json.loads(path.read_text(encoding="ascii"))) if path.exists() else 0


def with_packages(root: Path) -> None:
    """Make a street's store and packages for it, of three people each."""
    with_street(root)
    community = open_at(root)
    for number in range(PACKAGES):
        for one in range(3):
            register.register_person(community, draft=PersonDraft({"name": f"包{number:05d}-{one}"}))
        packing.pack_for(community, to_org=STREET.code, path=root / "in" / f"{number:04d}.ycp")
    community.close()
    shutil.move(root / "store", root / "community")
    shutil.move(root / "street", root / "store")


def merge(root: Path, start: int, ack: Ack) -> None:
    """Merge the next packages."""
    station = open_at(root)
    for number in range(start, min(start + MANY, len(list((root / "in").glob("*.ycp"))))):
        preview = exchange.preview_merge(station, path=root / "in" / f"{number:04d}.ycp")
        exchange.apply_merge(station, preview=preview)
        ack(number + 1)


def merged(station: Station, root: Path) -> int:
    """Count merges; each brought its three people."""
    found = units(station, "package.merge")
    assert len(people_of(station)) == 3 * found, "a package came in by halves"
    return found


VAULT_JOBS: dict[str, Job] = {
    "rotate": Job(frozenset({"rotate", "key.rotate"}), rotate, rotated, with_clerk, window=0.8),
    "users": Job(
        frozenset({"users", "user.add", "user.password", "user.remove", "recovery", "recovery.make"}),
        people_in_and_out, in_and_out, new_store, window=0.8,
    ),
    "renew": Job(frozenset({"key.renew"}), renew, renewed, new_store),
    "epoch": Job(frozenset({"epoch.start"}), epoch, begun, new_store),
    "restore": Job(frozenset({"restore"}), restore, restored, with_backup, window=0.6),
    "migrate": Job(frozenset({"migration"}), migrate, migrated, old_store, window=0.8, is_fresh=True),
    "create": Job(frozenset({"store.create"}), create, created, lambda root: root.mkdir(parents=True, exist_ok=True),
                  window=0.3, is_fresh=True),
    "pack": Job(frozenset({"package.write"}), pack, packed, with_street, window=0.4),
    "merge": Job(frozenset({"package.merge"}), merge, merged, with_packages, window=0.6),
}  # fmt: skip
