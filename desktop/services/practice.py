"""The practice register: a street and two communities with invented people (id prefix 610100)."""

import random
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from desktop.domain.clock import Clock
from desktop.domain.errors import StorePlaceError
from desktop.domain.fields import Value
from desktop.domain.id_numbers import check_digit
from desktop.domain.ids import new_id
from desktop.domain.progress import Report, silent
from desktop.security.key_slots import KdfCost
from desktop.services import access, cards, exchange, peers, register, visits
from desktop.services.access import NewStore
from desktop.services.station import Station
from desktop.store.people import PeopleFilter

PASSWORD = "practice-2026"  # noqa: S105 - printed on purpose: the people in it do not exist
_COST = KdfCost(memory_kib=8192, passes=1, lanes=1)  # the password is public: nothing is gained by a slow guess
_STREET = NewStore("street", "610100001", "上林街道", "李强", practice=True)
_COMMUNITIES = (
    NewStore("community", "610100001001", "青杨社区", "王敏", practice=True),
    NewStore("community", "610100001002", "沣东社区", "赵静", practice=True),
)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗单仇曾查解朴区盖缪覃翟种折员"
_GIVEN = "国华建军秀英桂兰玉珍淑芬志强文明春梅永福长安德胜庆丰爱民卫东红霞惠兰宝林新民"
_ENTERPRISES = ("秦川轴承厂", "西北第一机械制造有限责任公司", "长岭电子科技有限责任公司", "西安铁路局咸阳工务段")
_VISITED, _CARDED = 12, 20


@dataclass(frozen=True, slots=True)
class _Ends:
    """The three stations of a practice street."""

    street: Station
    communities: tuple[Station, Station]


def make_practice(folder: Path, *, people: int, seed: int, clock: Clock, report: Report = silent) -> dict[str, Any]:
    """Make the practice street in `folder` and return a summary; raises StorePlaceError.

    Names, numbers and visits follow from `seed`; keys are random, as they always are.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StorePlaceError(f"“{folder}”不是空文件夹", "请换一个空文件夹放练习库")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as closing:
            chance = random.Random(seed)  # noqa: S311 - invented people, not secrets
            return _made(folder, _open(folder, clock, closing), people, chance, report)
    except BaseException:
        _clear(folder)  # half a practice register would be taken for a whole one the next time
        raise


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _made(folder: Path, ends: _Ends, people: int, chance: random.Random, report: Report) -> dict[str, Any]:
    """Fill the stations, let them exchange, and return the summary."""
    counts = []
    for number, community in enumerate(ends.communities):
        share = people // 2 + (people % 2 if number == 0 else 0)
        report(number, 2, f"填写{community.org_name}")
        counts.append(_fill(community, chance, share))
    summary = _exchange(ends, folder)
    sheet = cards.issue_cards(ends.communities[0], ids=_some(ends.communities[0], _CARDED))
    peers.write_safely(folder / "cards.pdf", sheet.pdf)
    found = len(register.people_ids(ends.street, wanted=PeopleFilter()))
    return {
        "password": PASSWORD, "street": str(folder / "street"), "people": sum(counts), "street_people": found,
        "communities": [str(folder / f"community-{number}") for number in (1, 2)], "cards": len(sheet.cards),
        "visits": _VISITED * 2, **summary,
    }  # fmt: skip


def _open(folder: Path, clock: Clock, closing: ExitStack) -> _Ends:
    """Make the three stores, each closed with `closing`, and let them trust each other."""

    def made(name: str, draft: NewStore) -> Station:
        station = access.create_store(folder / name, draft=draft, password=PASSWORD, clock=clock, cost=_COST)
        closing.callback(station.close)
        return station

    street = made("street", _STREET)
    first, second = (made(f"community-{number}", draft) for number, draft in enumerate(_COMMUNITIES, start=1))
    for community, number in ((first, 1), (second, 2)):
        register.amend_own_org(community, phone=f"029-3357000{number}", address=f"西咸新区沣东新城上林街道{number}号")
        for one, other in ((street, community), (community, street)):
            path = folder / f"{one.org}.yck"
            card = peers.export_key_card(one, path=path)
            peers.enroll_peer(other, path=path, fingerprint=card.fingerprint)
    register.amend_own_org(street, phone="029-33570000", address="西咸新区沣东新城上林街道办事处")
    return _Ends(street, (first, second))


def _fill(station: Station, chance: random.Random, count: int) -> int:
    """Put invented people and a few visits into a community."""
    prefix = register.number_prefix(station)
    with station.vault.unit("practice.fill", why="练习用的虚构人员") as unit:
        for number in range(1, count + 1):
            person = new_id(station.ids)
            values = register.complete_person(station, invented_person(chance))
            unit.add("person", person, {**values, "person_no": f"{prefix}{number:05d}"})
            phone = {"person": person, "number": f"199000{chance.randrange(100_000):05d}", "owner": "本人"}
            unit.add("phone", new_id(station.ids), phone)
        unit.commit()
    for person in _some(station, _VISITED):
        day = station.today() - timedelta(days=chance.randrange(1, 60))
        visit: dict[str, Value] = {
            "visited_on": day.isoformat(), "visitors": f"{station.user}、志愿者", "method": "1",
            "condition": "精神好", "next_on": (day + timedelta(days=30)).isoformat(),
        }  # fmt: skip
        visits.record_visit(station, person=person, values=visit)
    return count


def invented_person(chance: random.Random) -> dict[str, Value]:
    """Return the fields of somebody who does not exist; the area code 610100 is nobody's."""
    birth = date(1930, 1, 1) + timedelta(days=chance.randrange(365 * 35))
    first17 = f"610100{birth:%Y%m%d}{chance.randrange(1, 999):03d}"
    given = "".join(chance.choice(_GIVEN) for _ in range(chance.choice((1, 2, 2))))
    building, unit, room = chance.randrange(1, 30), chance.randrange(1, 5), chance.randrange(101, 1899)
    return {
        "name": chance.choice(_SURNAMES) + given,
        "id_no": first17 + check_digit(first17),
        "ent_name": chance.choice(_ENTERPRISES),
        "retire_date": f"{birth.year + 57}-{birth.month:02d}",
        "live_addr": f"西咸新区沣东新城上林街道{building}号楼{unit}单元{room}室",
        "political": chance.choice(("01", "13", "13")),
    }


def _some(station: Station, count: int) -> Sequence[str]:
    return register.people_ids(station, wanted=PeopleFilter())[:count]


def _exchange(ends: _Ends, folder: Path) -> dict[str, Any]:
    """Send packages both ways and leave one conflict open at the street."""
    packages = 0

    def send(sender: Station, receiver: Station) -> None:
        nonlocal packages
        packages += 1
        path = folder / f"{packages:02d}-{sender.org}-{receiver.org}.ycp"
        exchange.pack_for(sender, to_org=receiver.org, path=path)
        exchange.apply_merge(receiver, preview=exchange.preview_merge(receiver, path=path))

    for community in ends.communities:
        send(community, ends.street)
        send(ends.street, community)
    shared = _some(ends.communities[0], 1)
    for person in shared:
        register.amend_person(ends.communities[0], person=person, values={"live_addr": "社区上门核对：3号楼2单元501室"})
        register.amend_person(ends.street, person=person, values={"live_addr": "企业来函更正：5号楼1单元302室"})
        send(ends.communities[0], ends.street)
    return {"packages": packages, "conflicts": len(exchange.list_conflicts(ends.street))}
