"""Every kind of writing operation as a job that can be killed: how it is prepared, done, and judged afterwards.

A job works in one folder: its store in `store`, whatever it writes elsewhere in `stick`, what it reads in `in`.
It says `ack(n)` once its n-th deed returned; afterwards `done` counts the deeds the reopened store holds and raises
AssertionError for one that is there by halves. What may be seen: all acknowledged, and at most one more.
"""

import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from desktop.domain.clock import SystemClock
from desktop.domain.id_numbers import check_digit
from desktop.domain.ids import RandomIds
from desktop.domain.permissions import READ_AUDIT
from desktop.services import (
    access,
    backup_watch,
    batches,
    bulk_edit,
    cards,
    drafts,
    duplicates,
    erasure,
    photos,
    register,
    rosters,
    unfinished_prints,
)
from desktop.services.cards import CardPaper
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.services.unfinished_prints import UnfinishedPrint
from desktop.store.people import PeopleFilter
from tests.conftest import CHEAP, COMMUNITY, PASSWORD

Ack = Callable[[int], None]
MANY = 400  # deeds of one worker, unless it is killed before
FEW = 8  # backups of one worker: of more than ten on a stick the oldest go, and the judge counts files


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work; `actions` are the actions of `domain/permissions.py` it walks the road of."""

    actions: frozenset[str]
    work: Callable[[Path, int, Ack], None]
    done: Callable[[Station, Path], int]
    prepare: Callable[[Path], None]
    window: float = 0.25  # seconds after its first deed within which it is killed
    is_fresh: bool = False  # does its one deed on a folder made anew each time


def new_store(root: Path) -> None:
    """Make the folders of a job and a new closed store."""
    for name in ("stick", "in"):
        (root / name).mkdir(parents=True, exist_ok=True)
    access.create_store(root / "store", draft=COMMUNITY, password=PASSWORD, clock=SystemClock(), cost=CHEAP).close()


def open_at(root: Path, password: str = PASSWORD) -> Station:
    """Open the store of a job as the next start of the program does."""
    return access.open_store(root / "store", password=password, clock=SystemClock(), ids=RandomIds())


def units(station: Station, *actions: str) -> int:
    """Return how many units of some actions the store holds."""
    marks = ",".join("?" * len(actions))
    with station.vault.reading(READ_AUDIT) as connection:
        sql = f"SELECT count(*) FROM batch WHERE action IN ({marks})"
        return int(connection.exec_driver_sql(sql, tuple(actions)).scalar_one())


def people_of(station: Station) -> list[str]:
    """Return the ids of everyone in the register, in the order they were registered."""
    return sorted(register.people_ids(station, wanted=PeopleFilter()))


def with_people(root: Path, count: int) -> None:
    """Make a store with people in it."""
    new_store(root)
    station = open_at(root)
    for number in range(count):
        register.register_person(station, draft=PersonDraft({"name": f"人{number:05d}", "live_addr": "甲"}))
    station.close()


# --- single people ---


def add(root: Path, start: int, ack: Ack) -> None:
    """Register one person after the other."""
    station = open_at(root)
    for number in range(start, start + MANY):
        register.register_person(station, draft=PersonDraft({"name": f"人{number:05d}"}))
        ack(number + 1)


def edit(root: Path, start: int, ack: Ack) -> None:
    """Register people and change each at once: two units a deed, the first of which may stand alone."""
    station = open_at(root)
    for number in range(start, start + MANY):
        made = register.register_person(station, draft=PersonDraft({"name": f"人{number:05d}"}))
        register.amend_person(station, person=made.person, values={"remark": str(number)}, why="试")
        ack(number + 1)


def registered(station: Station, root: Path) -> int:
    """Count the people."""
    return len(people_of(station))


def photo(root: Path, start: int, ack: Ack) -> None:
    """Give one person one photo after the other."""
    station = open_at(root)
    (person,) = people_of(station)
    for number in range(start, start + MANY):
        photos.set_photo(station, person=person, jpeg=picture(number + 1))
        ack(number + 1)


def picture(number: int) -> bytes:
    """Return what passes for the n-th photo."""
    return b"\xff\xd8\xff" + number.to_bytes(4, "big") * 9000


def photographed(station: Station, root: Path) -> int:
    """Count the photos; the one that shows is the last, whole."""
    found = units(station, "photo.set")
    body = photos.photo_of(station, person=people_of(station)[0])
    assert body == (picture(found) if found else None), "the photo is not the last one, or not whole"
    return found


def join(root: Path, start: int, ack: Ack) -> None:
    """Join two people and take it back, again and again."""
    station = open_at(root)
    first, second = people_of(station)
    for number in range(start, start + MANY):
        if number % 2:
            duplicates.unjoin_person(station, person=second)
        else:
            verdict = duplicates.Verdict(duplicates.SAME, main=first, why="同一人", copied=["remark"])
            duplicates.decide_pair(station, first=first, second=second, verdict=verdict)
        ack(number + 1)


def joined(station: Station, root: Path) -> int:
    """Count joins and partings; link, verdict and what was copied agree."""
    found = units(station, "person.join", "undo")
    with station.vault.reading() as connection:
        links = [row[0] for row in connection.exec_driver_sql("SELECT joined_to FROM person ORDER BY id")]
        verdicts = connection.exec_driver_sql("SELECT count(*) FROM pair WHERE deleted=0 AND verdict='1'").scalar()
    assert (sum(link is not None for link in links), verdicts) == (found % 2, found % 2)
    return found


def erase(root: Path, start: int, ack: Ack) -> None:
    """Register people with a mark and wipe them: each erasure is followed by scrubbing the file."""
    station = open_at(root)
    for number in range(start, start + MANY):
        made = register.register_person(station, draft=PersonDraft({"name": "龘靐齉", "remark": "龘靐齉"}))
        register.amend_person(station, person=made.person, values={"live_addr": "龘靐齉路"}, why="试")
        erasure.erase_person(station, person=made.person, why="本人书面请求")
        ack(number + 1)


def erased(station: Station, root: Path) -> int:
    """Count erasures; unless somebody is just being registered, no page remembers the mark."""
    from tests.services.test_erasure import decrypted_pages

    if not people_of(station):
        assert not any("龘靐".encode() in page for page in decrypted_pages(station)), "a page remembers"
    return units(station, "person.erase")


# --- many people ---


def roster(root: Path, start: int, ack: Ack) -> None:
    """Import rosters of thirty people: one unit a deed, with its automatic backup."""
    station = open_at(root)
    for number in range(start, start + MANY):
        rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[sheet(root, number)]))
        ack(number + 1)


def sheet(root: Path, number: int) -> Path:
    """Write a roster of thirty people."""
    path = root / "in" / f"{number}.csv"
    lines = ["姓名,身份证号", *(f"{_name(number, row)},{_id_no(number * 30 + row)}" for row in range(30))]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _name(number: int, row: int) -> str:
    return "赵钱孙李周"[row % 5] + "金木水火土甲"[row // 5] + chr(0x5000 + number)


def _id_no(number: int) -> str:
    day = date(1930, 1, 1) + timedelta(days=number % 25_000)  # a day each: same name and birth would ask
    front = f"610100{day:%Y%m%d}{1 + number // 25_000:03d}"
    return front + check_digit(front)


def imported(station: Station, root: Path) -> int:
    """Count rosters by their people."""
    people = len(people_of(station))
    assert people % 30 == 0, "a roster came in by halves"
    return people // 30


def undo(root: Path, start: int, ack: Ack) -> None:
    """Import a roster and take it back, in turn."""
    station = open_at(root)
    for number in range(start, start + MANY):
        if number % 2:
            batch = next(one.id for one in batches.recent_batches(station) if one.action == "roster.import")
            batches.undo_batch(station, batch=batch, why="导错了")
        else:
            rosters.apply_roster(station, preview=rosters.preview_roster(station, paths=[sheet(root, number)]))
        ack(number + 1)


def undone(station: Station, root: Path) -> int:
    """Count imports and undos; all thirty are there after an odd number, nobody after an even one."""
    found = units(station, "roster.import", "undo")
    assert len(people_of(station)) == 30 * (found % 2), "an import or its undoing is there by halves"
    return found


def bulk(root: Path, start: int, ack: Ack) -> None:
    """Change thirty people at once."""
    station = open_at(root)
    everybody = people_of(station)
    for number in range(start, start + MANY):
        change = bulk_edit.read_change(station, text=f"长期居住地={number + 1}号楼")
        done = bulk_edit.preview_bulk(station, ids=everybody, change=change)
        bulk_edit.apply_bulk(station, preview=done, why="换门牌")
        ack(number + 1)


def changed(station: Station, root: Path) -> int:
    """Count bulk changes; all thirty say the last."""
    found = units(station, "bulk.edit")
    rows = register.people_rows(station, ids=people_of(station))
    assert {row.text("live_addr") for row in rows} == {f"{found}号楼" if found else "甲"}
    return found


def card(root: Path, start: int, ack: Ack) -> None:
    """Issue cards to four people, keep what is printed page by page, and let it go when all are out."""
    station = open_at(root)
    paper = CardPaper("cr80", dpi=203)
    for number in range(start, start + MANY):
        ids = [
            register.register_person(station, draft=PersonDraft({"name": f"卡{number}-{one}"})).person
            for one in range(4)
        ]
        issued = cards.issue_cards(station, ids=ids, paper=paper)
        ack(number + 1)
        for page in range(len(issued.pages) + 1):
            out = UnfinishedPrint(tuple(ids), paper, frozenset(range(page)))
            unfinished_prints.keep_print(station, job=out, title=f"还有 {len(issued.pages) - page} 页")
        unfinished_prints.drop_print(station)


def issued_cards(station: Station, root: Path) -> int:
    """Count printings by their cards; one that was not finished is taken up with the very same cards."""
    with station.vault.reading() as connection:
        found = int(connection.exec_driver_sql("SELECT count(*) FROM card WHERE deleted=0").scalar_one())
    assert found % 4 == 0, "a printing was recorded by halves"
    for draft in drafts.kept_drafts(station):
        job, drawn = unfinished_prints.take_up(station, payload=draft.payload)
        assert {person for person, _ in drawn.cards} == set(job.people) and len(job.out) <= len(drawn.pages)
        unfinished_prints.drop_print(station)
    with station.vault.reading() as connection:
        again = int(connection.exec_driver_sql("SELECT count(*) FROM card WHERE deleted=0").scalar_one())
    assert again == found, "taking it up made new cards"
    return found // 4


# --- backups ---


def backup(root: Path, start: int, ack: Ack) -> None:
    """Register somebody and back up beside the store, again and again."""
    station = open_at(root)
    for number in range(start, start + MANY):
        register.register_person(station, draft=PersonDraft({"name": f"人{number:05d}"}))
        ack(number + 1)
        backup_watch.automatic_backup(station, before="试")


def stick(root: Path, start: int, ack: Ack) -> None:
    """Back up to a stick by hand, and by itself as on exit, in turn."""
    station = open_at(root)
    for number in range(start, start + min(MANY, FEW)):
        if number % 2:
            register.register_person(station, draft=PersonDraft({"name": f"人{number:05d}"}))
            backup_watch.back_up_if_changed(station, before="退出")
        else:
            backup_watch.back_up_to(station, target=root / "stick")
        ack(number + 1)
    if MANY > FEW:
        signal.pause()  # until it is killed


def on_the_stick(station: Station, root: Path) -> int:
    """Count the backups; each that has its name is whole, and nothing else has one."""
    from desktop.store import backup as form

    found = sorted((root / "stick").glob("*.ybk"))
    for path in found:
        if path.stat().st_size != 1:
            form.verify_container(path)
            path.write_bytes(b"x")  # what was looked at need not lie about
    return len(found)


def copied(template: Path, root: Path) -> None:
    """Make a job's folder from one that was prepared before."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(template, root)


JOBS: dict[str, Job] = {
    "add": Job(frozenset({"person.register"}), add, registered, new_store),
    "edit": Job(frozenset({"person.edit"}), edit, registered, new_store),
    "photo": Job(frozenset({"photo.set"}), photo, photographed, lambda root: with_people(root, 1)),
    "join": Job(frozenset({"person.join", "person.unjoin"}), join, joined, lambda root: with_people(root, 2)),
    "erase": Job(frozenset({"person.erase"}), erase, erased, new_store, window=0.6),
    "roster": Job(frozenset({"roster.import"}), roster, imported, new_store, window=1.2),
    "undo": Job(frozenset({"undo"}), undo, undone, new_store, window=1.2),
    "bulk": Job(frozenset({"bulk.edit"}), bulk, changed, lambda root: with_people(root, 30)),
    "card": Job(frozenset({"card.issue", "draft"}), card, issued_cards, new_store, window=0.8),
    "backup": Job(frozenset({"backup.auto"}), backup, registered, new_store),
    "stick": Job(frozenset({"backup"}), stick, on_the_stick, lambda root: with_people(root, 3), window=0.6),
}
