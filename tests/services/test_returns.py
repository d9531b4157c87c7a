"""Return packages and papers: all in one step, a full stick loses nothing."""

import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from desktop.domain.errors import DiskFullError, PlaceError
from desktop.services import board, exchange, peers, photos, returns, sending, slips, transfers
from desktop.services.station import Station
from tests.conftest import COMMUNITY, OTHER, STREET, Maker
from tests.exchange_steps import pack
from tests.services.test_exchange import person, send, trust

Three = tuple[Station, Station, Station]


@pytest.fixture
def three(make_station: Maker, tmp_path: Path) -> Three:
    one, street, other = (make_station(draft, seed=n) for n, draft in enumerate((COMMUNITY, STREET, OTHER), start=1))
    trust(one, street, tmp_path)
    trust(other, street, tmp_path)
    return one, street, other


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_all_return_packages_and_receipts_are_written_in_one_step(three: Three, tmp_path: Path) -> None:
    one, street, other = three
    person(one, "张三")
    preview = exchange.preview_merge(street, path=pack(one, street, tmp_path))
    shown = preview.plan_hash
    exchange.apply_merge(street, preview=preview)
    stick = tmp_path / "stick"
    stick.mkdir()
    made = returns.write_returns(street, folder=stick)
    assert made.written == 2
    assert sorted(path.suffix for path in stick.iterdir()) == [".pdf", ".ycp", ".ycp"]
    receipts = text_of((stick / returns.RECEIPTS).read_bytes())
    assert "第 1 个" in receipts
    assert f"预览核对码 {shown[:8].upper()}" in "".join(receipts.split("\n")).replace("\r", "")
    for station in (one, other):
        path = next(stick.glob(f"*_{station.org}_*.ycp"))
        result = exchange.apply_merge(station, preview=exchange.preview_merge(station, path=path))
        assert result.state == "imported"
    assert board.outgoing(one)[0].line.acked_seq == 1


def test_a_full_stick_says_so_and_loses_nothing(three: Three, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills while the second package is written: the first stays, the second is sent with the next."""
    _, street, _ = three
    stick = tmp_path / "stick"
    stick.mkdir()
    real = os.fsync
    seen: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: _fail_second(descriptor, stick, seen, real))
    made = returns.write_returns(street, folder=stick)
    assert [bool(line.path) for line in made.lines] == [True, False]
    assert "已满" in made.lines[1].problem
    assert made.receipts is None
    assert sorted(path.suffix for path in stick.iterdir()) == [".ycp"]
    assert board.next_number(street, org=made.lines[1].org) == 1
    monkeypatch.setattr(os, "fsync", real)
    assert returns.write_returns(street, folder=stick).written == 2


def _fail_second(descriptor: int, stick: Path, seen: list[int], real: Callable[[int], None]) -> None:
    if str(Path(f"/proc/self/fd/{descriptor}").readlink()).startswith(f"{stick}/"):  # files, not the folder
        seen.append(descriptor)
        if len(seen) > 1:
            raise OSError(28, "No space left on device")
    real(descriptor)


def test_a_really_full_disk_keeps_the_older_file(tmp_path: Path) -> None:
    """On a tmpfs of 64 KiB, where this container may mount one."""
    place = tmp_path / "tiny"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True).returncode:
        pytest.skip("no right to mount here")
    try:
        target = place / "a.ycp"
        peers.write_safely(target, b"old" * 1000)
        with pytest.raises(DiskFullError):
            peers.write_safely(target, os.urandom(200_000))
        assert target.read_bytes() == b"old" * 1000
        assert [path.name for path in place.iterdir()] == ["a.ycp"]
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_pulled_stick_is_one_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="拔出"):
        peers.write_safely(tmp_path / "gone" / "a.ycp", b"x")


def test_the_transfer_paper_has_two_copies_and_a_receipt(three: Three) -> None:
    one, _, other = three
    who = person(one, "张三", live_addr="3号楼2单元501室")
    made, _ = transfers.offer_transfer(one, person=who, wanted=other.org, reason="搬到女儿家常住")
    text = text_of(slips.transfer_paper(one, transfer=made.id))
    for part in ("第一联", "第二联", "回执", "张三", "搬到女儿家常住", made.text("number")):
        assert part in text


def test_pictures_are_written_beside_the_data_until_they_came(three: Three, tmp_path: Path) -> None:
    one, street, _ = three
    person_id = person(one, "张三")
    send(one, street, tmp_path)
    buffer = io.BytesIO()
    Image.new("RGB", (300, 400), "navy").save(buffer, "JPEG")
    photos.set_photo(street, person=person_id, jpeg=buffer.getvalue())
    stick = tmp_path / "stick"
    stick.mkdir()
    made = returns.write_returns(street, folder=stick)
    assert (made.written, made.pictures) == (2, 1)
    for path in sorted(stick.glob("*.ycp"), key=lambda path: "图片" in path.name):
        if one.org in path.name:
            assert exchange.apply_merge(one, preview=exchange.preview_merge(one, path=path)).state == "imported"
    assert photos.photo_of(one, person=person_id)
    back = sending.write_due(one, to_org=street.org, path=tmp_path / "back.ycp")
    assert (back.pictures.pictures, back.pictures_text, back.problem) == (0, "", "")
    exchange.apply_merge(street, preview=exchange.preview_merge(street, path=tmp_path / "back.ycp"))
    assert returns.write_returns(street, folder=stick).pictures == 0
