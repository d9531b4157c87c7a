"""Hostile workbooks: refused before a reader sees them, or one sentence; nothing outside the child notices."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.domain.errors import Cancelled, RosterError
from desktop.roster import reader
from desktop.roster.precheck import RefusedFile, kind_of_bytes
from desktop.roster.read_child import _sheets
from desktop.roster.reader import read_roster
from desktop.roster.survey_xls import survey_ole
from desktop.roster.survey_xlsx import survey_zip
from desktop.services import rosters
from desktop.services.station import Station
from tests.roster.hostile import HOSTILE, TOLERATED
from tests.roster.make_books import HEADER, PERSON, inline, ods, sheet, xls, xlsx

IN_A_CHILD = [
    "zip bomb", "billion laughs in the sheet", "a value in the last column", "OLE chain in a circle",
    "ods columns repeated", "nothing", "encrypted xlsx", "html tables in tables",
]  # fmt: skip


def surveyed(raw: bytes) -> None:
    """Do what the child does before, and instead of, giving a file to a reader; raises RefusedFile."""
    kind = kind_of_bytes(raw)
    if kind in {"zip", "ole"}:
        book = survey_zip(raw) if kind == "zip" else survey_ole(raw)
        for facts in book.sheets.values():
            if facts.refused:
                raise RefusedFile(facts.refused)
    else:
        for one in _sheets(raw, slow=False):
            list(one.rows)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_reader_sees(name: str) -> None:
    began = time.process_time()
    with pytest.raises(RefusedFile) as refused:
        surveyed(HOSTILE[name]())
    assert any("\u4e00" <= c <= "\u9fff" for c in str(refused.value))
    assert time.process_time() - began < 10


@pytest.mark.parametrize("make", [xlsx, xls, ods], ids=["xlsx", "xls", "ods"])
def test_the_same_without_its_malice_is_read(make, tmp_path: Path) -> None:
    path = tmp_path / "好表.bin"
    path.write_bytes(make())
    assert [list(row) for row in read_roster(path).sheets[0].rows] == [list(HEADER), list(PERSON)]


@pytest.mark.parametrize("name", [*IN_A_CHILD, *TOLERATED])
def test_a_reader_that_fails_is_one_sentence_naming_the_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "可疑.xlsx"
    path.write_bytes((HOSTILE | TOLERATED)[name]())
    failed = failure(path)
    assert failed or name in TOLERATED
    assert not failed or ("可疑.xlsx" in failed and "Traceback" not in failed and "\n" not in failed)


def failure(path: Path) -> str:
    """Return the sentence reading a file fails with, '' if it does not."""
    try:
        read_roster(path)
    except RosterError as error:
        return str(error)
    return ""


def test_an_endless_quote_swallows_no_row(tmp_path: Path) -> None:
    path = tmp_path / "引号.csv"
    path.write_bytes(TOLERATED["text with one endless quote"]())
    assert len(read_roster(path).sheets[0].rows) == 202


def store_digest(folder: Path) -> dict[str, str]:
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.iterdir() if one.is_file()}


def refuse_all(station: Station, folder: Path, names: list[str]) -> None:
    """Offer hostile files to the import; the store must not change by a byte, and nothing may lie about."""
    before, around = store_digest(station.vault.folder), set(folder.iterdir())
    path = folder / "可疑.xlsx"
    for name in names:
        path.write_bytes((HOSTILE | TOLERATED)[name]())
        with pytest.raises(RosterError, match=r"可疑|没有找到花名册的表头"):
            rosters.preview_roster(station, paths=[path])
    path.unlink()
    assert store_digest(station.vault.folder) == before
    assert set(folder.iterdir()) == around


def test_the_store_stays_byte_for_byte(station: Station, tmp_path: Path) -> None:
    refuse_all(station, tmp_path, ["zip bomb", "xls with far corners", "nothing", "traversal"])


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_the_store_stays_byte_for_byte_under_every_hostile_file(station: Station, tmp_path: Path) -> None:
    refuse_all(station, tmp_path, list(HOSTILE))


LIMITED = """
import os, socket, subprocess, sys
from desktop.roster.limits import limit_self
limit_self()
def refused(what):
    try:
        what()
    except (OSError, MemoryError):
        return True
    return False
tries = [
    lambda: socket.socket(),
    lambda: open(sys.argv[1], "w"),
    lambda: os.mkdir(sys.argv[1]),
    lambda: os.unlink(sys.executable),
    lambda: subprocess.run(["true"]),
    lambda: bytearray(2 << 30),
]
print([refused(one) for one in tries])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's; Windows has its job object")
def test_the_child_reaches_no_network_no_file_no_program_and_no_memory_without_end(tmp_path: Path) -> None:
    target = tmp_path / "written"
    done = subprocess.run([sys.executable, "-c", LIMITED, str(target)], capture_output=True, text=True)
    assert done.stdout.strip() == str([True] * 6), done.stderr
    assert not target.exists()


def big(rows: int) -> bytes:
    return xlsx(
        sheet=sheet(
            inline(1, HEADER) + "".join(inline(n, (f"张{n}", PERSON[1], PERSON[2])) for n in range(2, rows + 2))
        )
    )


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_reading_is_cancelled_at_once_and_the_child_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "大表.xlsx"
    path.write_bytes(big(30_000))
    before = children()
    asked: list[int] = []

    def cancel(done: int, total: int, what: str) -> None:
        asked.append(done)
        if len(asked) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_roster(path, report=cancel)
    assert children() <= before
    assert asked[-1] < 30_000


def test_reading_says_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "大表.xlsx"
    path.write_bytes(big(4000))
    told: list[int] = []
    read_roster(path, report=lambda done, total, what: told.append(done))
    assert told == sorted(told) and any(0 < one < 4001 for one in told)


def test_a_reader_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "慢表.xlsx"
    path.write_bytes(big(20_000))
    monkeypatch.setattr(reader, "_WALL", 0.05)
    with pytest.raises(RosterError, match=r"慢表.*读得太久"):
        read_roster(path)
