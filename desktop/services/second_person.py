"""The rule of two: what one supervisor may not do alone (`security.md` section 4, decision 0080).

A second supervisor types their own password. Nobody consents to their own request. Where the store has
no other supervisor the deed is done alone and the note says so: a community with one lead must be able to
restore its backup at night, and the report of unusual access shows every such note.

People leave the register by many roads (deleted, an import taken back, a package, a proposal): the vault asks
`approve_removals` before any unit that takes people out is committed, so a new road cannot forget (decision 0085).
"""

from dataclasses import dataclass
from pathlib import Path

from desktop.config import lockout
from desktop.domain.clock import start_of, ticks
from desktop.domain.errors import NotAllowedError, SecondPersonError, WaitError, WrongPasswordError
from desktop.domain.permissions import FEW_DELETED, SMALL, SUPERVISOR, permit_of
from desktop.domain.privacy_records import CONSENT_GIVEN
from desktop.security import key_file
from desktop.security.signing import SigningKey
from desktop.services.looking import allow_print
from desktop.services.notes import Note, put_note, write_note
from desktop.services.station import Second, Station
from desktop.store import history
from desktop.store.unit_of_work import UnitOfWork

ALONE = "本库没有第二位主管"
# What counts for itself: a package counts whom it removes itself, an erasure asks for each person.
_BY_THEMSELVES = ("package.merge", "person.erase")


def eligible(folder: Path, *, user: str, leaving: str = "") -> list[str]:
    """Return who could consent to what `user` asks: the other supervisors, without one who is being removed."""
    others = [name for name, role in key_file.users_of(folder) if role == SUPERVISOR]
    return [name for name in others if name not in {user, leaving}]


@dataclass(frozen=True, slots=True)
class Consenting:
    """Who consents, '' where nobody else could, and the key they sign that with."""

    name: str = ""
    key: SigningKey | None = None


def check_second(folder: Path, second: Second, *, user: str) -> Consenting:
    """Return a second supervisor whose password is right; guesses wait as they do at the door.

    Raises NotAllowedError, WrongPasswordError, WaitError.
    """
    if second.user == user:
        raise NotAllowedError("不能自己批准自己的申请", "请另一位主管输入密码")
    door = lockout.Door(f"{key_file.store_id_of(folder)} second", folder)
    left = lockout.begin(door, ticks=ticks())
    if left:
        raise WaitError(left)
    try:
        opened = key_file.open_key_file(folder, password=second.password, user=second.user)
    except WrongPasswordError:
        lockout.wrong(door, ticks=ticks())
        raise
    lockout.clear(door)
    if opened.role != SUPERVISOR:
        raise NotAllowedError(f"“{second.user}”不是主管，不能批准", "请另一位主管输入密码")
    return Consenting(opened.user, SigningKey(opened.seed) if opened.seed else None)


def need_second(station: Station, action: str, *, count: int = 0, leaving: str = "", about: str = "") -> str:
    """Return who else consents to `action`, '' where nobody else could; the consent is used up and noted.

    Raises SecondPersonError if a second person is needed and has not consented yet.
    """
    label = permit_of(action).label
    try:
        given = _consenting(station, action, leaving=leaving)
    except WrongPasswordError:
        write_note(station, Note("second.refused", about, count=count, detail=label))
        raise
    if not station.vault.is_read_only:
        with station.vault.unit("access.note") as unit:
            _put_consent(station, unit, _consented(action, given.name, count=count, about=about), given)
            unit.commit()
    return given.name


def approve_removals(station: Station, unit: UnitOfWork) -> None:
    """Ask whoever must be asked before `unit` takes people out of the register, and note it in the unit itself.

    More than ten at once, or by and by in a day, need two supervisors. Raises NotAllowedError for a role that may
    not delete people by any road, SecondPersonError, WrongPasswordError.
    """
    station.allow("person.remove")
    count, action = unit.removed, unit.header.action
    if action not in _BY_THEMSELVES:
        count += history.people_removed(
            unit.connection, since=start_of(station.today()), but=unit.header.batch, without=_BY_THEMSELVES
        )
    if action == "person.erase" or count <= FEW_DELETED:
        return
    try:
        given = _consenting(station, action)
    except WrongPasswordError:
        refused = Note("second.refused", count=count, detail=permit_of(action).label)
        unit.afterwards = lambda: write_note(station, refused)
        raise
    _put_consent(station, unit, _consented(action, given.name, count=count), given)


def _put_consent(station: Station, unit: UnitOfWork, note: Note, given: Consenting) -> None:
    """Note inside `unit` who consented, and have them sign it."""
    put_note(station, unit, note)
    if given.key is not None:
        unit.countersign(given.name, given.key)


def allow_papers(station: Station, people: int) -> None:
    """Allow papers that say everything about so many people: above fifty they are as good as an export.

    Raises NotAllowedError, SecondPersonError.
    """
    if people > SMALL:
        station.allow_print(people)
        need_second(station, "print.many", count=people)
    allow_print(station, people)


def _consenting(station: Station, action: str, *, leaving: str = "") -> Consenting:
    """Return who consents; uses the consent up."""
    if not eligible(station.vault.folder, user=station.user, leaving=leaving):
        return Consenting()
    given, station.second = station.second, None
    if given is None:
        raise SecondPersonError(action, f"{permit_of(action).label}需要第二位主管同意", "请另一位主管输入自己的密码")
    if given.user == leaving:
        raise NotAllowedError(f"这件事关系到“{leaving}”自己，不能由本人同意", "请另一位主管输入密码")
    return check_second(station.vault.folder, given, user=station.user)


def _consented(action: str, name: str, *, count: int = 0, about: str = "") -> Note:
    label = permit_of(action).label
    if not name:
        return Note("second.alone", about, count=count, detail=f"{label}：{ALONE}")
    return Note(CONSENT_GIVEN, about, count=count, second=name, detail=label)
