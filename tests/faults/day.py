"""A working day in one process: everything that handles people, on marked people, in the folders of its environment."""

import os
import sys
from pathlib import Path

from desktop.domain.clock import SystemClock
from desktop.domain.id_numbers import check_digit
from desktop.services import access, backups, cards, merges, packing, peers, register, rosters, visits
from desktop.services.access import NewStore
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from tests.conftest import CHEAP, PASSWORD

NAME, PHONE = "龘靐齉", "19912345678"
PINYIN = "dabingnang"


def marked(number: int) -> tuple[str, str]:
    """Return the name and the id of one marked person."""
    front = f"610100193{number % 10}0706{number:03d}"
    return f"{NAME[:2]}{chr(0x9F00 + number)}", front + check_digit(front)


def roster_file(folder: Path, *, people: int = 30, broken: bool = False) -> Path:
    """Write the roster the enterprise sent, some rows of it `broken`; the one plaintext the user owns."""
    path = folder / "花名册.csv"
    rows = [f"{name},{number},{PHONE}" for name, number in map(marked, range(people))]
    rows += [f"{name},{number[:-2]},{PHONE}" for name, number in map(marked, range(50, 56))] if broken else []
    path.write_text("\n".join(["姓名,身份证号,联系电话", *rows]), encoding="utf-8")
    return path


def live_at_home() -> None:
    """Keep the workstation's notes where the test looks, not where the other tests keep theirs."""
    os.environ["YINCE_HOME"] = os.environ["DAY_HOME"]


def make(folder: Path, kind: str, code: str, name: str) -> Station:
    """Make a station."""
    draft = NewStore(kind, code, name, "王敏")
    return access.create_store(folder, draft=draft, password=PASSWORD, clock=SystemClock(), cost=CHEAP)


def befriend(one: Station, other: Station, stick: Path) -> None:
    """Let two stations trust each other's key cards."""
    for mine, yours in ((one, other), (other, one)):
        path = stick / f"{mine.org}.yck"
        card = peers.export_key_card(mine, path=path)
        peers.enroll_peer(yours, path=path, fingerprint=card.fingerprint)


def main(inbox: Path, stores: Path, stick: Path) -> None:
    """Do the day; everything goes into `stores` and `stick`."""
    live_at_home()
    community = make(stores / "community", "community", "610100001001", "青杨社区")
    street = make(stores / "street", "street", "610100001", "上林街道")
    befriend(community, street, stick)
    rosters.apply_roster(community, preview=rosters.preview_roster(community, paths=[roster_file(inbox)]))
    register.register_person(community, draft=PersonDraft({"name": marked(40)[0], "id_no": marked(40)[1]}))
    people = register.people_ids(community, wanted=PeopleFilter())
    seen = {"visited_on": "2026-11-20", "visitors": "王敏、李强", "method": "1", "condition": f"{NAME}精神好"}
    visits.record_visit(community, person=people[0], values=seen)
    assert register.find(community, text=NAME[:2]).total >= 30
    assert register.find(community, text=PHONE[-4:]).total >= 30
    cards.issue_cards(community, ids=people[:3])
    packing.pack_for(community, to_org="610100001", path=stick / "one.ycp")
    merges.apply_merge(street, preview=merges.preview_merge(street, path=stick / "one.ycp"))
    backups.back_up(community, target=stick)
    if os.environ.get("DAY_ENDS") == "badly":
        os.abort()
    community.close()
    street.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
