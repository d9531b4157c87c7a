"""Giving people's data away in the clear: on stated terms, counted, marked, and above a limit by two (PIPL 23, 55).

Whatever leaves the register readable goes through `give_out`: it asks for the terms, writes the export
register before the file, marks every page, and writes the file where the user said.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.config.out_path import checked_target
from desktop.domain.clock import local_text, stamp, start_of
from desktop.domain.errors import InvalidValueError, TermsNeededError
from desktop.domain.fields import Value
from desktop.domain.ids import new_id
from desktop.domain.permissions import READ_AUDIT, READ_HOUSE, SMALL
from desktop.printing.watermark import marked_pdf
from desktop.roster.watermark import marked_workbook
from desktop.services.peers import write_safely
from desktop.services.second_person import need_second
from desktop.services.station import Station, Terms
from desktop.store import privacy
from desktop.store.privacy import GivenLine

_MOST_TEXT = 100
_THEIRS = "不需要（给本人）"  # in place of the second person, for papers that go to the people themselves
# Grounds that need no consent of the person, and the one that is consent (PIPL 13, 23, 29).
BASES = (
    "履行法定职责（个人信息保护法第十三条第三项）",
    "本人单独同意（第二十三条、第二十九条）",
    "上级机关书面要求",
    "紧急情况下保护生命健康（第十三条第四项）",
)
THEIR_TERMS = Terms("本人", "打印后由本人签字或留存", BASES[0])


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves: its name, how many people are in it, its bytes."""

    what: str
    people: int
    content: bytes


def give_out(station: Station, *, leaving: Leaving, path: Path) -> None:
    """Write an export.

    Raises NotAllowedError, TermsNeededError, SecondPersonError, DiskFullError, PlaceError.

    `station.terms` says on what terms, `station.second` who consents above fifty people, at once or by
    and by in a day; both are used up.
    """
    station.allow("export.plain")
    path = checked_target(path)
    content = _register(station, leaving)
    write_safely(path, content)


def give_filled(station: Station, *, what: str, people: int, files: Sequence[tuple[Path, bytes]]) -> None:
    """Write others' forms filled with our people, as those forms are: on terms and registered, without a mark.

    One person's form, filled by a clerk, is theirs and asks for no terms. Raises as `give_out`.
    """
    station.allow_print(people)
    files = [(checked_target(path), content) for path, content in files]
    digest = hashlib.sha256(b"".join(content for _, content in files)).hexdigest()
    if people == 1 and station.terms is None and not station.may("export.plain"):
        station.terms = THEIR_TERMS  # a clerk fills a form for the person in front of him
        _register(station, Leaving(what, people, b""), digest=digest, alone=True)
    else:
        _register(station, Leaving(what, people, b""), digest=digest)
    for path, content in files:
        write_safely(path, content)


def keep_paper(station: Station, *, what: str, people: int, content: bytes, path: Path) -> None:
    """Write a paper that goes to the person it is about (to sign, to keep) to a file, and register it as given to them.

    It bears no mark: it is a form of its own. Raises NotAllowedError above the limit of prints, DiskFullError.
    """
    station.allow_print(people)
    path = checked_target(path)
    station.terms = THEIR_TERMS
    _register(station, Leaving(what, people, b""), digest=hashlib.sha256(content).hexdigest(), alone=True)
    write_safely(path, content)


def _register(station: Station, leaving: Leaving, *, digest: str = "", alone: bool = False) -> bytes:
    """Write a line of the export register and return the content as it may leave; uses up terms and consent.

    `alone`: papers for the people themselves need no second person.
    """
    terms = checked(station.terms, leaving)
    count = leaving.people + (0 if alone else _given_alone(station))
    many = leaving.people > 0 and count > SMALL and not alone
    second = need_second(station, "export.plain", count=count) if many else ""
    content = marked(leaving.content, mark_of(station, terms, second))
    values: dict[str, Value] = {
        "at": stamp(station.clock), "user": station.user, "what": leaving.what, "people": leaving.people,
        "recipient": terms.recipient.strip(), "purpose": terms.purpose.strip(), "basis": terms.basis.strip(),
        "second": second or (_THEIRS if alone else None), "digest": digest or hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    with station.vault.unit("export.note", why=terms.purpose.strip()) as unit:
        unit.add("export_note", new_id(station.ids), values)
        unit.commit()
    station.terms = None
    return content


def _given_alone(station: Station) -> int:
    """Return how many people's data this user gave away today without a second person: parts make a whole."""
    with station.vault.reading(READ_HOUSE) as connection:
        return privacy.people_given(connection, user=station.user, since=start_of(station.today()))


def checked(terms: Terms | None, leaving: Leaving) -> Terms:
    """Return the terms if they are whole; raises TermsNeededError, InvalidValueError."""
    if terms is None:
        raise TermsNeededError(f"导出“{leaving.what}”要写明提供给谁、做什么用、依据什么", "请填写后再导出")
    for text, name in ((terms.recipient, "提供给谁"), (terms.purpose, "用途"), (terms.basis, "依据")):
        if not text.strip() or len(text.strip()) > _MOST_TEXT:
            raise InvalidValueError("terms", f"“{name}”没有写明", f"请填写，不超过 {_MOST_TEXT} 个字")
    return terms


def mark_of(station: Station, terms: Terms, second: str = "") -> str:
    """Return the line at the foot of what leaves."""
    consented = f"、{second}同意" if second else ""
    at = local_text(stamp(station.clock))
    return f"{station.org_name} {station.user}{consented} {at} 导出　提供给：{terms.recipient}　用途：{terms.purpose}"


def marked(content: bytes, text: str) -> bytes:
    """Return an export with its line at the foot of every page or sheet; other kinds of file as they are."""
    if content.startswith(b"%PDF"):
        return marked_pdf(content, text)
    return marked_workbook(content, text) if content.startswith(b"PK") else content


def given_out(station: Station, *, since: str = "", limit: int = 2000) -> list[GivenLine]:
    """Return the export register, newest first."""
    with station.vault.reading(READ_AUDIT) as connection:
        return privacy.given(connection, since=since, limit=limit)
