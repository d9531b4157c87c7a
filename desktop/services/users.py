"""Who may open the register: adding, removing, recovery codes, the street's key, and changing the data key."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from desktop.domain.clock import LOCAL, Clock
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.permissions import CLERK, READ_HOUSE, ROLES, SUPERVISOR
from desktop.printing.recovery_sheet import RecoverySheet, recovery_pdf
from desktop.security import key_file, key_rotation, passphrases, user_keys
from desktop.security.key_rotation import NOTHING_ELSE, Change, Renewal
from desktop.security.key_slots import AGE, RECOVERY
from desktop.services.access import hold, note_wrong_tries, station_of
from desktop.services.backups import back_up_before
from desktop.services.keyring import TRUSTED
from desktop.services.levels import is_superior
from desktop.services.notes import Note, put_note
from desktop.services.peers import own_card, peers_of
from desktop.services.register import org_names
from desktop.services.second_person import need_second
from desktop.services.station import Station
from desktop.store import privacy, scopes, slots
from desktop.store.places import StoreLock
from desktop.store.signatures import naming
from desktop.store.unit_of_work import UnitOfWork

DRILL_DAYS = 180
CODE_NAME = "恢复码"
_MOST_NAME = 50


@dataclass(frozen=True, slots=True)
class User:
    """One who may open the register."""

    name: str
    role: str
    scope: tuple[str, ...] = ()  # codes of the communities a clerk is limited to, all if there are none

    @property
    def role_text(self) -> str:
        """The role in Chinese."""
        return ROLES.get(self.role, self.role)


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Everything that opens the register: people, recovery codes, the street's key; and when the code was tried."""

    users: tuple[User, ...]
    has_code: bool
    streets: tuple[str, ...]
    drilled_on: date | None
    drill_due: bool


def users_of(folder: Path) -> list[User]:
    """Return who may open the register in `folder`, for the unlock dialog; raises DamagedStoreError."""
    return [User(name, role) for name, role in key_file.users_of(folder)]


def ways_in(station: Station) -> WaysIn:
    """Return everything that opens this register: all staff may see it, the street's key above all."""
    other = key_file.other_ways(station.vault.folder)
    drilled = _drilled_on(station)
    has_code = bool(other[RECOVERY])
    due = has_code and (drilled is None or station.today() - drilled > timedelta(days=DRILL_DAYS))
    with station.vault.reading(READ_HOUSE) as connection:
        limited = scopes.scopes_of(connection)
    people = tuple(
        User(one.name, one.role, tuple(sorted(limited.get(one.name, ())))) for one in users_of(station.vault.folder)
    )
    return WaysIn(people, has_code, tuple(other[AGE]), drilled, due)


def _drilled_on(station: Station) -> date | None:
    with station.vault.reading(READ_HOUSE) as connection:  # a day, of no person: all staff see when it is due
        at = privacy.last_note(connection, actions=("recovery.make", "recovery.drill"))
    return datetime.fromisoformat(at).astimezone(LOCAL).date() if at else None


def add_user(
    station: Station, *, name: str, role: str, password: str, cost: key_file.KdfCost = key_file.STANDARD
) -> None:
    """Let somebody open the register; a further supervisor only if a second one consents.

    Raises NotAllowedError, InvalidValueError, SecondPersonError.
    """
    station.allow("users")
    _refuse_unknown_role(role)
    _refuse_wrong_name(name)
    passphrases.check_passphrase(password)
    if name.strip() in {one.name for one in users_of(station.vault.folder)}:
        raise InvalidValueError("user", f"已经有名叫“{name.strip()}”的使用人", "请换一个名字")
    second = need_second(station, "user.add") if role == SUPERVISOR else ""
    seed, source = _new_key(name.strip(), role)
    with station.vault.unit("user.add", why=f"添加{ROLES[role]}", source=source) as unit:
        put_note(station, unit, Note("user.add", second=second, detail=f"{name.strip()}（{ROLES[role]}）"))
        key_file.add_slot(
            station.vault.folder, opened=_opened(station), password=password, user=name.strip(), role=role, cost=cost,
            seed=seed,
        )  # fmt: skip
        _keep_slots(station, unit)
        limited = scopes.scopes_of(unit.connection)
        if limited.pop(name.strip(), None):  # of one who left and was called the same
            scopes.keep_scopes(unit, limited)
        unit.commit()


def renew_user(
    station: Station, *, name: str, password: str, role: str = "", cost: key_file.KdfCost = key_file.STANDARD
) -> list[str]:
    """Give a user a new password, and another role if one is named; what they had opens nothing from then on.

    The role is sealed into a slot together with the password, so another role always comes with a new
    password. The data key is changed, as an old copy of the key file would bring the old slot back. Returns who
    else must be given a new password. Raises NotAllowedError, NotFoundError, InvalidValueError, SecondPersonError.
    """
    station.allow("users")
    known = {one.name: one for one in users_of(station.vault.folder)}
    if name not in known:
        raise NotFoundError(f"没有名叫“{name}”的使用人", "请刷新后再看")
    if name == station.user:
        raise InvalidValueError("user", "自己的密码在设置里更换，自己的角色由另一位主管改", "请选择别的使用人")
    role = role or known[name].role
    _refuse_unknown_role(role)
    passphrases.check_passphrase(password)
    second = need_second(station, "user.renew", leaving=name)
    back_up_before(station, what="更换数据密钥")
    said = f"{name}（{ROLES[role]}）" if role != known[name].role else name
    seed, source = _new_key(name, role)
    change = Change(renewed=Renewal(name, password, role, cost, seed))
    return _rotate(station, "重设使用人的密码", change, Note("user.renew", second=second, detail=said), source=source)


def limit_user(station: Station, *, name: str, orgs: Sequence[str]) -> None:
    """Limit a clerk to the people of some communities, by code; to nobody's in particular with none.

    It holds from the next time the clerk opens the register. Raises NotAllowedError, NotFoundError,
    InvalidValueError for another role or an unknown community.
    """
    station.allow("users")
    known = {one.name: one for one in users_of(station.vault.folder)}
    if name not in known:
        raise NotFoundError(f"没有名叫“{name}”的使用人", "请刷新后再看")
    if known[name].role != CLERK:
        raise InvalidValueError("scope", f"只有录入员可以限定社区，{name}是{known[name].role_text}", "不用限定")
    names = org_names(station)
    unknown = [code for code in orgs if code not in names]
    if unknown:
        raise InvalidValueError("scope", f"没有“{unknown[0]}”这个社区", "请用机构编码")
    with station.vault.unit("user.scope", why="限定社区") as unit:
        limited = {**scopes.scopes_of(unit.connection), name: frozenset(orgs)}
        said = "、".join(names[code] for code in sorted(set(orgs))) or "全部社区"
        put_note(station, unit, Note("user.scope", count=len(set(orgs)), detail=f"{name}：{said}"))
        scopes.keep_scopes(unit, limited)
        unit.commit()


def _new_key(name: str, role: str) -> tuple[bytes, str]:
    """Return the seed of a new signing key, and the source of the unit that names the key as the user's."""
    seed = user_keys.new_seed()
    return seed, naming(name, role, user_keys.public_of(seed))


def _refuse_wrong_name(name: str) -> None:
    if name.strip() == CODE_NAME:  # what is done with a recovery code is noted under this name
        raise InvalidValueError("user", f"不能叫“{CODE_NAME}”", "请填写本人姓名")
    if not name.strip() or len(name.strip()) > _MOST_NAME or not name.strip().isprintable():
        raise InvalidValueError("user", "使用人姓名不能为空", f"请填写，不超过 {_MOST_NAME} 个字")


def _refuse_unknown_role(role: str) -> None:
    if role not in ROLES:
        raise InvalidValueError("role", f"没有“{role}”这个角色", "只能是 " + "、".join(ROLES))


def remove_user(station: Station, *, name: str) -> list[str]:
    """Take a user's way in away and change the data key, so that an old copy of the key file opens nothing new.

    Returns who else must be given a new password (slots older than this program knows how to carry over).
    Raises NotAllowedError, NotFoundError, InvalidValueError for the last supervisor and oneself.
    """
    station.allow("users")
    if name == station.user:
        raise InvalidValueError("user", "不能删除自己", "请由另一位主管删除")
    if name not in {one.name for one in users_of(station.vault.folder)}:
        raise NotFoundError(f"没有名叫“{name}”的使用人", "请刷新后再看")
    second = need_second(station, "rotate", leaving=name)
    back_up_before(station, what="更换数据密钥")
    note = Note("user.remove", second=second, detail=name)
    return _rotate(station, "使用人离开", Change(leaving=name), note, source=naming(name, "", b""))


def rotate_key(station: Station, *, why: str) -> list[str]:
    """Change the data key; returns who must be given a new password. Raises NotAllowedError, SecondPersonError."""
    station.allow("rotate")
    if not why.strip():
        raise InvalidValueError("why", "更换数据密钥必须写明原因", "请填写")
    second = need_second(station, "rotate")
    back_up_before(station, what="更换数据密钥")
    return _rotate(station, why, NOTHING_ELSE, Note("key.rotate", second=second))


def _rotate(station: Station, why: str, change: Change, note: Note, *, source: str = "") -> list[str]:
    """Write both keys, commit what happens, encrypt anew, leave the new key only.

    What was committed is what counts: a program that dies before it leaves all as it was, one that dies after it is
    carried on at the next start (`key_rotation.settle_key`). Whatever else changes comes into force with the new key.
    """
    folder = station.vault.folder
    new, lost = key_rotation.begin_rotation(folder, opened=_opened(station), change=change)
    try:
        _note_rotation(station, new, replace(note, count=len(lost), detail=note.detail or why), why, source)
    except BaseException:
        key_rotation.end_rotation(folder, current=station.vault.slot_key(), is_new=False)
        raise
    station.vault.change_key(new)
    key_rotation.end_rotation(folder, current=new, is_new=True)
    back_up_before(station, what="更换数据密钥后")
    return lost


def _note_rotation(station: Station, new: bytes, note: Note, why: str, source: str) -> None:
    """Commit that the key is changed, by whom and with what else; a unit of its own says whose slot changes."""
    with station.vault.unit(note.action, why=why, source=source) as unit:
        put_note(station, unit, note)
        slots.keep(unit, key_file.slot_marks(station.vault.folder, following=True))
        slots.owe_key(unit, key_rotation.mark_of(new))
        unit.commit()
    if note.action != "key.rotate":
        with station.vault.unit("key.rotate", why=why) as unit:
            put_note(station, unit, Note("key.rotate", second=note.second, count=note.count, detail=why))
            unit.commit()


def make_recovery_code(station: Station) -> str:
    """Return a new recovery code that is not in force until it is typed back (`confirm_recovery_code`)."""
    station.allow("recovery")
    return passphrases.made_code()


def recovery_sheet(station: Station, *, code: str) -> bytes:
    """Return the page to keep with a code that was just made, as a PDF in memory. Raises InvalidValueError."""
    station.allow("recovery")
    passphrases.clean_code(code)
    return recovery_pdf(RecoverySheet(
        station.org_name, station.org, station.today().isoformat(), station.user, own_card(station).fingerprint, code
    ))  # fmt: skip


def confirm_recovery_code(station: Station, *, code: str, typed: str) -> None:
    """Put a code in force after it was typed back from paper; older codes end. Raises InvalidValueError."""
    station.allow("recovery")
    if passphrases.clean_code(typed) != passphrases.clean_code(code):
        raise InvalidValueError("code", "输入的和打印的不一样", "请照打印的那一页再输入一次")
    second = need_second(station, "recovery.make")  # who has the code can make supervisors
    with station.vault.unit("recovery.make") as unit:
        put_note(station, unit, Note("recovery.make", second=second))
        key_file.add_recovery_slot(station.vault.folder, opened=_opened(station), code=code, name=CODE_NAME)
        _keep_slots(station, unit)
        unit.commit()


def drill_recovery_code(station: Station, *, typed: str) -> None:
    """Try the printed code without changing anything, and note that it was tried. Raises WrongPasswordError."""
    station.allow("recovery")
    key_file.open_with_code(station.vault.folder, code=typed)
    with station.vault.unit("recovery.drill") as unit:
        put_note(station, unit, Note("recovery.drill"))
        unit.commit()


def give_street_key(station: Station, *, org: str) -> str:
    """Let the street open this register with its own key, and return the street's name; staff can see it.

    Raises NotFoundError unless the street's key card was enrolled, SecondPersonError.
    """
    station.allow("recovery")
    peer = next(
        (one for one in peers_of(station) if one.org == org and (org, one.name) in streets_known(station)), None
    )
    if peer is None:
        raise NotFoundError(f"没有登记过街道“{org}”的密钥卡", "请先在数据交换里登记街道的密钥卡")
    second = need_second(station, "recovery.street", about=org)
    with station.vault.unit("recovery.street") as unit:
        put_note(station, unit, Note("recovery.street", second=second, detail=peer.name))
        key_file.add_street_slot(
            station.vault.folder, opened=_opened(station), recipient=peer.recipient, name=peer.name
        )
        _keep_slots(station, unit)
        unit.commit()
    return peer.name


def take_street_key(station: Station) -> list[str]:
    """Take the street's way in away again and change the data key; returns who must be given a new password.

    Raises NotAllowedError, NotFoundError, SecondPersonError.
    """
    station.allow("recovery")
    streets = key_file.other_ways(station.vault.folder)[AGE]
    if not streets:
        raise NotFoundError("没有给街道留过恢复钥匙", "不用收回")
    second = need_second(station, "recovery.untrust")
    back_up_before(station, what="更换数据密钥")
    note = Note("recovery.untrust", second=second, detail="、".join(streets))
    return _rotate(station, "收回街道的恢复钥匙", Change(without_streets=True), note)


def streets_known(station: Station) -> list[tuple[str, str]]:
    """Return the code and name of every unit above this one that could be given a recovery key."""
    return [(one.org, one.name) for one in peers_of(station) if is_superior(station, one) and one.state == TRUSTED]


def recover_with_code(folder: Path, *, code: str, name: str, password: str, clock: Clock) -> None:
    """Open a register with its recovery code and give a new supervisor a password.

    Raises WrongPasswordError, InvalidValueError, StoreInUseError.
    """
    lock = hold(folder)
    try:
        _let_in(lock, key_file.open_with_code(folder, code=code), name=name, password=password, clock=clock)
    finally:
        lock.release()


def recover_as_street(street: Station, *, folder: Path, name: str, password: str) -> None:
    """Open a community's register with the street's key and give a new supervisor a password."""
    street.allow("recovery")
    identity = street.vault.secret("age_identity").decode("ascii")
    lock = hold(folder)
    try:
        opened = key_file.open_with_identity(folder, identity=identity)
        _let_in(lock, opened, name=name, password=password, clock=street.clock)
    finally:
        lock.release()


def _let_in(lock: StoreLock, opened: key_file.OpenSlot, *, name: str, password: str, clock: Clock) -> None:
    """Write a supervisor's slot into a register opened by other means, and note by which.

    Nobody else is asked: this is for the day when nobody is there who could be.
    """
    _refuse_wrong_name(name)
    passphrases.check_passphrase(password)
    station = station_of(lock, opened, clock=clock)
    try:
        seed, source = _new_key(name.strip(), SUPERVISOR)
        with station.vault.unit("user.add", why="用恢复码或街道的钥匙打开", source=source) as unit:
            put_note(station, unit, Note("recovery.used", detail=f"{name.strip()}（{ROLES[SUPERVISOR]}）"))
            key_file.add_slot(
                lock.folder, opened=_opened(station), password=password, user=name.strip(), role=SUPERVISOR, seed=seed
            )
            _keep_slots(station, unit)
            unit.commit()
        note_wrong_tries(station)  # whoever proved themselves by the code need not wait
    finally:
        station.close()


def _keep_slots(station: Station, unit: UnitOfWork) -> None:
    """Note inside `unit` the slots the key file has now."""
    slots.keep(unit, key_file.slot_marks(station.vault.folder))


def _opened(station: Station) -> key_file.OpenSlot:
    vault = station.vault
    return key_file.OpenSlot(vault.slot_key(), station.user, station.role, vault.identity.store_id)
