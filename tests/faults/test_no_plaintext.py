"""No name, number or pinyin of a marked person lies in the clear anywhere but in files the user owns (G4, G20).

Scanned after a whole scripted day, also one that ends by an abort: stores, home, temporary folder, stick and
all that was said. The control, the roster itself, must hit.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import ROOT
from tests.faults.day import NAME, PHONE, PINYIN, marked, roster_file


def markers() -> dict[str, bytes]:
    """Return what must not be found: names, ids and phone, in every encoding a program writes."""
    texts = {"name": NAME[:2], "another name": marked(7)[0], "id": marked(3)[1], "phone": PHONE, "pinyin": PINYIN[:6]}
    found: dict[str, bytes] = {}
    for what, text in texts.items():
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            found[f"{what} in {encoding}"] = text.encode(encoding)
    found["name in JSON"] = NAME[:2].encode("unicode_escape")
    return found


def hits(*folders: Path) -> list[str]:
    """Return every marker found below the folders, with the file it lies in."""
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                found += [f"{path.name}: {what}" for what, marker in markers().items() if marker in content]
    return found


@pytest.mark.parametrize("ends", ["well", "badly"])
def test_a_day_of_work_leaves_nothing_in_the_clear(tmp_path: Path, ends: str) -> None:
    places = {name: tmp_path / name for name in ("inbox", "stores", "stick", "home", "temp")}
    for place in places.values():
        place.mkdir()
    environment = {
        **os.environ, "HOME": str(places["home"]), "YINCE_HOME": str(places["home"] / "yince"),
        "TMPDIR": str(places["temp"]), "XDG_CONFIG_HOME": str(places["home"] / "config"), "PYTHONPATH": str(ROOT),
        "DAY_ENDS": ends,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.day", *(str(places[name]) for name in ("inbox", "stores", "stick"))],
        cwd=ROOT, env=environment, capture_output=True, timeout=170, check=False,
    )  # fmt: skip
    assert (done.returncode == 0) == (ends == "well"), done.stderr.decode()[-2000:]
    assert (places["stores"] / "street" / "store.db").stat().st_size > 100_000
    assert (places["stick"] / "one.ycp").stat().st_size > 1000
    (places["temp"] / "said").write_bytes(done.stdout + done.stderr)
    assert hits(places["stores"], places["stick"], places["home"], places["temp"]) == []
    assert not list(ROOT.glob("core*"))


def test_the_scanner_finds_what_lies_in_the_clear(tmp_path: Path) -> None:
    roster_file(tmp_path)
    found = " ".join(hits(tmp_path))
    assert all(what in found for what in ("name in utf-8", "another name in utf-8", "id in utf-8", "phone in utf-8"))
    (tmp_path / "page").write_text(f"{NAME}{PINYIN}", encoding="utf-16-le")
    assert "pinyin in utf-16-le" in " ".join(hits(tmp_path))
