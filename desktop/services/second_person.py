"""The rule of two: what one supervisor may not do alone (`security.md` section 4, decision 0080).

A second supervisor types their own password. Nobody consents to their own request. Where the store has
no other supervisor the deed is done alone and the note says so: a community with one lead must be able to
restore its backup at night, and the report of unusual access shows every such note.
"""

from pathlib import Path

from desktop.domain.errors import NotAllowedError, SecondPersonError, WrongPasswordError
from desktop.domain.permissions import SUPERVISOR, permit_of
from desktop.security import key_file
from desktop.services.notes import Note, write_note
from desktop.services.station import Second, Station

ALONE = "本库没有第二位主管"


def eligible(folder: Path, *, user: str, leaving: str = "") -> list[str]:
    """Return who could consent to what `user` asks: the other supervisors, without one who is being removed."""
    others = [name for name, role in key_file.users_of(folder) if role == SUPERVISOR]
    return [name for name in others if name not in {user, leaving}]


def check_second(folder: Path, second: Second, *, user: str) -> str:
    """Return the name of a second supervisor whose password is right; raises NotAllowedError, WrongPasswordError."""
    if second.user == user:
        raise NotAllowedError("不能自己批准自己的申请", "请另一位主管输入密码")
    opened = key_file.open_key_file(folder, password=second.password, user=second.user)
    if opened.role != SUPERVISOR:
        raise NotAllowedError(f"“{second.user}”不是主管，不能批准", "请另一位主管输入密码")
    return opened.user


def need_second(station: Station, action: str, *, count: int = 0, leaving: str = "", about: str = "") -> str:
    """Return who else consents to `action`, '' where nobody else could; the consent is used up and noted.

    Raises SecondPersonError if a second person is needed and has not consented yet.
    """
    label = permit_of(action).label
    if not eligible(station.vault.folder, user=station.user, leaving=leaving):
        write_note(station, Note("second.alone", about, count=count, detail=f"{label}：{ALONE}"))
        return ""
    given, station.second = station.second, None
    if given is None:
        raise SecondPersonError(action, f"{label}需要第二位主管同意", "请另一位主管输入自己的密码")
    try:
        name = check_second(station.vault.folder, given, user=station.user)
    except WrongPasswordError:
        write_note(station, Note("second.refused", about, count=count, detail=label))
        raise
    write_note(station, Note("second.given", about, count=count, second=name, detail=label))
    return name
