"""Rosters in, lists out, packages over: whatever the people are called, nobody and nothing is lost on the way."""

import csv
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.ids import SeededIds
from desktop.security.key_file import KdfCost
from desktop.services import books, exchange, peers, register, rosters
from desktop.services.access import NewStore, create_store
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from tests.conftest import COMMUNITY, PASSWORD, STREET, the_clock

_CHEAP = KdfCost(memory_kib=64, passes=1, lanes=1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_KEPT = ("name", "id_no", "sex", "birth_id", "ent_name", "live_addr")


def _id_no(year: int, month: int, number: int) -> str:
    body = f"610100{year}{month:02d}15{number:03d}"
    return body + "10X98765432"[sum(int(a) * b for a, b in zip(body, _WEIGHTS, strict=True)) % 11]


@st.composite
def lists_of_people(draw: st.DrawFn) -> list[tuple[str, str, str, str]]:
    """Draw rows of a roster: name, id number, enterprise, address; all ids differ."""
    numbers = draw(st.lists(st.integers(1, 899), min_size=1, max_size=25, unique=True))
    names = st.text("王李张刘陈杨赵仇解单曾盖朴尉迟欧阳䶮㛃喆", min_size=2, max_size=4)
    return [
        (
            draw(names), _id_no(draw(st.integers(1935, 1965)), draw(st.integers(1, 12)), number),
            draw(st.sampled_from(["秦川轴承厂", "渭河发电有限公司", "西安铁路局咸阳工务段"])),
            f"青杨小区{draw(st.integers(1, 12))}号楼{draw(st.integers(1, 4))}单元{draw(st.integers(1, 6))}01",
        )
        for number in numbers
    ]  # fmt: skip


def _station(folder: Path, draft: NewStore, seed: int) -> Station:
    return create_store(
        folder / draft.code, draft=draft, password=PASSWORD, clock=the_clock(), ids=SeededIds(seed), cost=_CHEAP
    )


def _people(station: Station) -> list[tuple[str, ...]]:
    ids = register.people_ids(station, wanted=PeopleFilter())
    return sorted(tuple(row.text(key) for key in _KEPT) for row in register.people_rows(station, ids=ids))


def _import(station: Station, path: Path) -> dict[str, int]:
    preview = rosters.preview_roster(station, paths=[path])
    rosters.apply_roster(station, preview=preview)
    return dict(preview.counts)


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(rows=lists_of_people())
def test_import_export_and_merge_lose_nothing(rows: list[tuple[str, str, str, str]]) -> None:
    folder = Path(tempfile.mkdtemp())
    community, street = _station(folder, COMMUNITY, 1), _station(folder, STREET, 2)
    try:
        roster = folder / "名册.csv"
        with roster.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([("姓名", "身份证号", "原单位", "长期居住地"), *rows])
        _import(community, roster)
        assert [row[:2] for row in _people(community)] == sorted(row[:2] for row in rows)
        before = _people(community)

        again = folder / "再来.xlsx"
        again.write_bytes(books.export_roster(community, wanted=PeopleFilter()))
        _import(community, roster)
        _import(community, again)
        assert _people(community) == before

        for one, other in ((community, street), (street, community)):
            card = folder / f"{other.org}.yck"
            digits = peers.export_key_card(other, path=card).fingerprint
            peers.enroll_peer(one, path=card, fingerprint=digits)
        package = folder / "包.ycp"
        exchange.pack_for(community, to_org=street.org, path=package)
        exchange.apply_merge(street, preview=exchange.preview_merge(street, path=package))
        assert _people(street) == before
        twice = exchange.apply_merge(street, preview=exchange.preview_merge(street, path=package))
        assert twice.state == "already"
        assert _people(street) == before
    finally:
        community.close()
        street.close()
        shutil.rmtree(folder)
