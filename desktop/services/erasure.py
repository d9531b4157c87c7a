"""彻底清除: a person's right to be forgotten, by two supervisors, here and wherever the packages go (PIPL 47)."""

from dataclasses import dataclass, field

from desktop.domain.changes import Changes
from desktop.domain.errors import InvalidValueError, NotFoundError
from desktop.domain.ids import new_id
from desktop.services.notes import Note, put_note
from desktop.services.second_person import need_second
from desktop.services.station import Station
from desktop.store import erasing
from desktop.store.places import BACKUPS
from desktop.store.records import load_records
from desktop.store.rotation import kept_backups


@dataclass(frozen=True, slots=True)
class Erased:
    """What was wiped, and which backups beside the store still hold the person."""

    entries: int
    backups: tuple[str, ...]
    changes: Changes = field(default_factory=Changes)


def erase_person(station: Station, *, person: str, why: str) -> Erased:
    """Wipe everything about a person; cannot be undone. Packages carry the order to whoever holds a copy.

    Raises NotAllowedError, SecondPersonError, NotFoundError, InvalidValueError.
    """
    station.allow("person.erase")
    if not why.strip():
        raise InvalidValueError("why", "彻底清除必须写明依据", "例如 本人书面请求、保存期限已满")
    with station.vault.reading() as connection:
        known = "person" if load_records(connection, "person", [person]) else ""
        done = person in erasing.erased_people(connection)
    if not known or done:
        raise NotFoundError("没有找到这个人，或已经清除过", "请刷新列表")
    second = need_second(station, "person.erase", count=1, about=person)
    with station.vault.unit("person.erase", why="彻底清除") as unit:
        unit.add(
            "erasure", new_id(station.ids),
            {"person": person, "done_on": station.today().isoformat(), "done_by": station.user, "why": why.strip()},
        )  # fmt: skip
        entries = erasing.erase(unit, person, proof=new_id(station.ids))
        put_note(station, unit, Note("person.erase", person, second=second, count=entries))
        changes = unit.commit()
    station.vault.scrub()
    kept = kept_backups(station.vault.folder / BACKUPS, store_id=station.vault.identity.store_id)
    return Erased(entries, tuple(one.path.name for one in kept), changes)
