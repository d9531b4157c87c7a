"""Making, opening and closing a register, and its passwords."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from desktop.config import lockout
from desktop.domain.clock import Clock, ticks
from desktop.domain.errors import (
    DamagedStoreError,
    InvalidValueError,
    OlderStoreError,
    StorePlaceError,
    WaitError,
    WrongPasswordError,
)
from desktop.domain.ids import IdMaker, RandomIds, new_id, org_id
from desktop.domain.levels import LEVEL_CODES
from desktop.domain.permissions import CLERK, READ_HOUSE, SUPERVISOR
from desktop.security import key_file, key_rotation, sealing, user_keys
from desktop.security.key_file import OpenSlot
from desktop.services.notes import Note, put_note, write_note
from desktop.services.second_person import approve_removals
from desktop.services.station import Station
from desktop.store import engine, slots, swapping
from desktop.store.opening import create_vault, open_vault, telling_damage
from desktop.store.places import DATABASE, StoreLock, refuse_network_place
from desktop.store.scopes import scopes_of
from desktop.store.signatures import naming
from desktop.store.startup import start_problems
from desktop.store.vault import StoreIdentity, Vault

_MOST_CODE = 40
Opening = Callable[[], Station]


def end_with_the_job() -> None:
    """Say that this process does one job and ends: see `store.engine.end_with_the_job`."""
    engine.end_with_the_job()


@dataclass(frozen=True, slots=True)
class NewStore:
    """What a new register is made from."""

    kind: str  # community, street or district
    code: str
    name: str
    user: str
    practice: bool = False


def create_store(
    folder: Path,
    *,
    draft: NewStore,
    password: str,
    clock: Clock,
    ids: IdMaker | None = None,
    cost: key_file.KdfCost = key_file.STANDARD,
) -> Station:
    """Make a register in `folder` (made if missing, else empty of a store) and open it.

    Raises InvalidValueError (draft or password), StorePlaceError, StoreInUseError.
    """
    ids = ids or RandomIds()
    _check_draft(draft)
    key_file.check_passphrase(password)
    _make_place(folder)
    identity = StoreIdentity(
        store_id=new_id(ids), install=new_id(ids), epoch=1, kind=draft.kind, org=draft.code.strip(),
        name=draft.name.strip(), practice=draft.practice,
    )  # fmt: skip
    user, seed = draft.user.strip(), user_keys.new_seed()
    swapping.note_unfinished(folder, identity.store_id)
    key = key_file.create_key_file(
        folder, password=password, user=user, role=SUPERVISOR, store_id=identity.store_id, cost=cost, seed=seed
    )
    vault = create_vault(folder, key=key, identity=identity, clock=clock, ids=ids, user=user, seed=seed)
    _furnish(vault, draft)
    swapping.note_made(folder)
    return _station(vault, clock, ids, user, SUPERVISOR)


def open_store(
    folder: Path, *, password: str, clock: Clock, ids: IdMaker | None = None, read_only: bool = False,
    checked: bool = True, user: str = "", since_start: Callable[[], float] = ticks,
) -> Station:  # fmt: skip
    """Open the register in `folder` as `user`, or as whoever the password belongs to.

    What `store.startup` checks is checked first, unless `read_only` (for a damaged one) or not `checked`
    (for the job that checks everything itself). After five wrong passwords in a row the next try must wait;
    `since_start` tells the seconds since the computer was started. Raises StorePlaceError,
    WrongPasswordError, WaitError, StoreInUseError, NewerStoreError, DamagedStoreError (its `places` say
    what was found).
    """
    lock = hold(folder)
    try:
        door = lockout.Door(key_file.store_id_of(folder), folder)
        slot = _try(door, since_start, lambda: key_file.open_key_file(folder, password=password, user=user))
        station = station_of(lock, slot, clock=clock, ids=ids, read_only=read_only, checked=checked)
    except BaseException:
        lock.release()
        raise
    if not read_only:
        note_wrong_tries(station)
    return station


def _try(door: lockout.Door, since_start: Callable[[], float], opening: Callable[[], OpenSlot]) -> OpenSlot:
    """Open a slot as tries are counted; raises WaitError, WrongPasswordError."""
    left = lockout.begin(door, ticks=since_start())
    if left:
        raise WaitError(left)
    try:
        slot = opening()
    except WrongPasswordError as error:
        wait = lockout.wrong(door, ticks=since_start())
        if wait:
            raise WaitError(wait) from error
        raise
    lockout.right(door, ticks=since_start())
    return slot


def note_wrong_tries(station: Station) -> None:
    """Write into the audit how often a wrong password was tried since the register was last open, and forget it."""
    door = lockout.Door(station.vault.identity.store_id, station.vault.folder)
    station.wrong_before = lockout.clear(door)
    if station.wrong_before:
        said = f"此前输错密码 {station.wrong_before} 次"
        write_note(station, Note("login.wrong", count=station.wrong_before, detail=said))


def hold(folder: Path) -> StoreLock:
    """Return the taken lock of a register's folder, after what a killed restore left was carried to its end.

    Everything that opens a register or its key file holds it: two programs that write the key file at once, or one
    that takes the other's change of keys for one that was cut short, would lock everybody out.
    Raises StorePlaceError, StoreInUseError.
    """
    refuse_other_places(folder)
    lock = StoreLock(folder)
    lock.take()
    try:
        swapping.settle_exchange(folder)
    except BaseException:
        lock.release()
        raise
    return lock


def station_of(
    lock: StoreLock, slot: key_file.OpenSlot, *, clock: Clock, ids: IdMaker | None = None, read_only: bool = False,
    checked: bool = True,
) -> Station:  # fmt: skip
    """Open the register whose lock is held with the key of a slot, finishing a change of keys that was cut short."""
    ids, folder = ids or RandomIds(), lock.folder
    slot, ended = key_rotation.settle_key(folder, slot, store=slots.KeyedFile(folder / DATABASE))
    vault = open_vault(lock, slot=slot, clock=clock, ids=ids, read_only=read_only)
    if not read_only:
        swapping.sweep(folder)
    if not read_only:
        with telling_damage(vault):
            _refuse_void(vault, settle_slots(vault, opened=slot.slot))
    if checked and not read_only:
        _refuse_damaged(vault)
        _introduce(vault)
    station = _station(vault, clock, ids, slot.user, slot.role)
    if not read_only:
        station.keys_mended = bool(slot.mended)
        _note_settled(station, slot, ended)
    return station


def _station(vault: Vault, clock: Clock, ids: IdMaker, user: str, role: str) -> Station:
    station = Station(vault, clock, ids, user, role)
    vault.approve = partial(approve_removals, station)
    if role == CLERK:
        with vault.reading(READ_HOUSE) as connection:
            vault.scope = scopes_of(connection).get(user, frozenset())
    return station


def _note_settled(station: Station, slot: key_file.OpenSlot, ended: key_rotation.Ended | None) -> None:
    """Write down what had to be mended or finished at this start, and what the key file has that nobody noted."""
    notes = []
    if slot.mended:
        notes.append(Note("keys.mended", detail="密钥文件的一份已损坏或过时，已用另一份修好"))
    if ended is not None:
        how = "已换成新密钥" if ended.is_new else "仍用原密钥"
        gone = f"，不再能打开：{'、'.join(ended.gone)}" if ended.gone else ""
        notes.append(Note("keys.settled", detail=f"上次更换数据密钥中断，启动时收尾：{how}{gone}"))
    marks, kept = key_file.slot_marks(station.vault.folder), slots.kept(station.vault)
    if kept is not None and kept != marks and ended is None:
        notes.append(Note("keys.found", detail=f"与登记库记下的不同：{slots.difference(kept, marks)}"))
    if not notes and kept == marks:
        return
    with station.vault.unit("access.note") as unit:
        for note in notes:
            put_note(station, unit, note)
        slots.keep(unit, marks)
        unit.commit()


def settle_slots(vault: Vault, *, opened: str = "") -> list[str]:
    """Let go of slots that a password changed or set anew by halves has left; return whose there were."""
    with suppress(OSError, DamagedStoreError):  # what is wrong with the key file is said elsewhere
        named = vault.named_keys()
        return key_file.drop_void_slots(vault.folder, data_key=vault.slot_key(), named=named, opened=opened)
    return []


def _refuse_void(vault: Vault, settled: Sequence[str]) -> None:
    """Close the vault and raise WrongPasswordError if it was opened with a slot that counts no more."""
    if vault.user in settled and vault.named_keys().get(vault.user, b"") != vault.opener.public:
        vault.close()
        raise WrongPasswordError("这个密码已经作废", "请用另一个密码，或请主管重设")


def _introduce(vault: Vault) -> None:
    """Name the user's signing key in the chain if it is not: a slot of an older program got it just now."""
    if vault.lacks_its_name():
        source = naming(vault.user, vault.role, vault.opener.public)
        with vault.unit("user.key", why="登记使用人的签名公钥", source=source) as unit:
            unit.commit()


def refuse_other_places(folder: Path) -> None:
    """Raise StorePlaceError unless `folder` holds a register on a disk of this computer."""
    if not is_store(folder):
        raise StorePlaceError(f"“{folder}”里没有登记库", "请检查选择的文件夹，或新建一个")
    refuse_network_place(folder)


def open_to_check(folder: Path, *, password: str, clock: Clock, ids: IdMaker | None = None, user: str = "") -> Station:
    """Open the register for the whole check: nothing is mended and no epoch begins before it has spoken.

    An older register is brought up to date first. Raises as `open_store` does.
    """
    try:
        return open_store(folder, password=password, clock=clock, ids=ids, read_only=True, user=user)
    except OlderStoreError:
        return open_store(folder, password=password, clock=clock, ids=ids, checked=False, user=user)


def _refuse_damaged(vault: Vault) -> None:
    """Close the vault and raise DamagedStoreError if what is checked at the start finds anything."""
    found = start_problems(vault)
    if not found:
        return
    vault.is_read_only = True  # closing must not touch what is broken
    vault.close()
    first = found[0] if len(found) == 1 else f"{found[0]}等 {len(found)} 处"
    raise DamagedStoreError(f"登记库没有通过检查（{first}）", "请从备份恢复，或先以只读方式打开查看", tuple(found))


def change_own_password(station: Station, *, old: str, new: str) -> None:
    """Replace the user's password; raises WrongPasswordError, InvalidValueError."""
    key_file.check_passphrase(new)
    with station.vault.unit("user.password") as unit:
        put_note(station, unit, Note("user.password"))
        key_file.change_password(station.vault.folder, user=station.user, old=old, new=new)
        slots.keep(unit, key_file.slot_marks(station.vault.folder))
        unit.commit()


def is_store(folder: Path) -> bool:
    """Return True if `folder` holds a register."""
    return swapping.is_store(folder)


def _check_draft(draft: NewStore) -> None:
    if draft.kind not in LEVEL_CODES:
        raise InvalidValueError("kind", "登记库的类型只能是社区、街道或新城", "请重新选择")
    if not draft.code.strip() or len(draft.code) > _MOST_CODE or not draft.code.strip().isalnum():
        raise InvalidValueError("code", "机构编码只能是字母和数字，不能为空", "例如 610100001001")
    if not draft.name.strip():
        raise InvalidValueError("name", "机构名称不能为空", "请填写，例如 青杨社区")
    if not draft.user.strip():
        raise InvalidValueError("user", "使用人姓名不能为空", "请填写")


def _make_place(folder: Path) -> None:
    """Make the folder; refuse a network share, a file, and a folder that holds a store."""
    if folder.exists() and not folder.is_dir():
        raise StorePlaceError(f"“{folder}”不是文件夹", "请换一个位置")
    if is_store(folder):
        raise StorePlaceError("这个文件夹里已经有一个登记库", "请选择空文件夹，或直接打开它")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorePlaceError(f"不能在“{folder}”建立文件夹", "请检查权限或换一个位置") from error
    refuse_network_place(folder)


def _furnish(vault: Vault, draft: NewStore) -> None:
    """Give a new store its device keys and its own organisation, and name the key of who makes it."""
    source = naming(vault.user, vault.role, vault.opener.public)
    with vault.unit("store.create", why="建立登记库", source=source) as unit:
        slots.keep(unit, key_file.slot_marks(vault.folder))
        unit.keep_secret("sign_seed", RandomIds().random_bytes(32))
        unit.keep_secret("age_identity", sealing.new_identity().encode("ascii"))
        unit.add(
            "org",
            org_id(draft.code.strip()),
            {"code": draft.code.strip(), "name": draft.name.strip(), "level": LEVEL_CODES[draft.kind]},
        )
        unit.commit()
