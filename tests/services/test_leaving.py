"""A person leaves the area with a file: sealed, signed, receipted; nothing changes until the receipt."""

import re
from pathlib import Path

import pypdfium2
import pytest

from desktop.domain.errors import InvalidValueError, KeyCardError, KnownError, NotFoundError, PackageError
from desktop.services import exchange, leaving, peers, register, slips, visits
from desktop.services.access import NewStore
from desktop.services.backups import check_store
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from tests.conftest import COMMUNITY, Maker

AWAY = NewStore("community", "510107001001", "浆洗街社区", "陈洁")


@pytest.fixture
def ends(make_station: Maker) -> tuple[Station, Station]:
    return make_station(COMMUNITY, seed=1), make_station(AWAY, seed=2)


def sent(ends: tuple[Station, Station], folder: Path) -> tuple[str, Path, str]:
    """Write somebody's file; return the person, the file and the digits for the paper."""
    source, target = ends
    draft = PersonDraft(
        {"name": "张三", "id_no": "610100195307063017"}, phones=[{"number": "19900012345", "owner": "本人"}]
    )
    person = register.register_person(source, draft=draft).person
    values = {"visited_on": "2026-11-01", "visitors": "王敏", "method": "1", "condition": "精神好"}
    visits.record_visit(source, person=person, values=values)
    card = folder / "away.yck"
    digits = peers.export_key_card(target, path=card).fingerprint
    path = folder / "张三.ycm"
    return person, path, leaving.write_person_file(source, person=person, card=card, fingerprint=digits, path=path)


def test_the_person_arrives_whole_and_the_receipt_closes_it(ends: tuple[Station, Station], tmp_path: Path) -> None:
    source, target = ends
    person, path, digits = sent(ends, tmp_path)
    assert register.person_details(source, person=person).values["manage_state"] == "1"
    code, _ = leaving.take_in(target, file=leaving.open_person_file(target, path=path, fingerprint=digits))
    page = register.person_details(target, person=person)
    assert (page.values["name"], page.values["home_org"]) == ("张三", target.org)
    assert [row.values["visitors"] for row in page.children["visit"]] == ["王敏"]
    assert len(code) == 6
    again, changes = leaving.take_in(target, file=leaving.open_person_file(target, path=path, fingerprint=digits))
    assert (again, changes.batch) == (code, "")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    with pytest.raises(InvalidValueError):
        leaving.note_receipt(source, person=person, code=wrong, why="随子女迁居成都")
    leaving.note_receipt(source, person=person, code=f"{code[:3]} {code[3:]}", why="随子女迁居成都")
    assert register.person_details(source, person=person).values["manage_state"] == "2"
    for station in ends:
        assert check_store(station).problems == []


def test_nobody_else_opens_it_and_no_bit_may_change(
    ends: tuple[Station, Station], make_station: Maker, tmp_path: Path
) -> None:
    _, target = ends
    _, path, digits = sent(ends, tmp_path)
    other = make_station(NewStore("community", "510107001002", "别处社区", "李丽"), seed=3)
    with pytest.raises(KnownError):
        leaving.open_person_file(other, path=path, fingerprint=digits)
    with pytest.raises(KeyCardError):
        leaving.open_person_file(target, path=path, fingerprint=digits[:-1] + str((int(digits[-1]) + 1) % 10))
    good = path.read_bytes()
    for place in (0, 7, 60, len(good) // 2, len(good) - 1):
        bad = bytearray(good)
        bad[place] ^= 4
        path.write_bytes(bad)
        with pytest.raises(KnownError):
            leaving.open_person_file(target, path=path, fingerprint=digits)
    path.write_bytes(good)
    with pytest.raises(PackageError):
        exchange.preview_merge(target, path=path)


def test_the_paper_has_two_copies_a_receipt_and_the_digits_that_open_the_file(
    ends: tuple[Station, Station], tmp_path: Path
) -> None:
    source, target = ends
    with pytest.raises(NotFoundError):
        slips.leaving_paper(source, person="0" * 32)
    person, path, _ = sent(ends, tmp_path)
    document = pypdfium2.PdfDocument(slips.leaving_paper(source, person=person))
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    for part in ("第一联", "第二联", "回 执 码", "张三", "青杨社区", "浆洗街社区"):
        assert part in text
    groups = re.findall(r"(?<!\d)\d{5}(?!\d)", text)
    assert len(groups) == 24  # twelve on each copy
    assert groups[:12] == groups[12:]
    file = leaving.open_person_file(target, path=path, fingerprint="".join(groups[:12]))
    assert (file.name, file.digest[:16].upper() in text) == ("张三", True)
