"""The page `open-without-yince.md` keeps its word: its text opens a real package with the `age` command."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.services import exchange, peers, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.sync.lines import read_lines
from tests.conftest import COMMUNITY, STREET, Maker

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "formats" / "open-without-yince.md"
VECTORS = ROOT / "tests" / "vectors"
WORLD = json.loads((VECTORS / "index.json").read_text(encoding="utf-8"))
MOST_LINES = 60

REFUSED = [
    "wrong-recipient", "payload-flipped-bit", "payload-truncated", "file-plain", "container-trailing-byte",
    "container-flipped-bit-in-part", "signature-flipped-bit", "signature-flipped-bit-in-manifest",
    "signature-by-another", "unknown-sender", "sender-poses-as-another", "hash-of-part", "hash-of-records",
    "size-lines-too-many", "frame-truncated", "frame-of-1-tib",
]  # fmt: skip


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Save the page's program as its reader would."""
    need_age()
    (text,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(text.splitlines()) <= MOST_LINES
    path = tmp_path / "open_package.py"
    path.write_text(text, encoding="utf-8")
    return path


def need_age() -> None:
    """Fail with what to install unless the `age` command is there."""
    if shutil.which("age") is None:
        pytest.fail("the `age` command is missing: run `apt install age`, or ./check, which installs it")


def run(script: Path, identity: bytes, card: Path, package: Path) -> "subprocess.CompletedProcess[bytes]":
    """Run the program alone: isolated, where it cannot find ours."""
    key = script.with_name("receiver.key")
    key.write_bytes(identity + b"\n")
    command = [sys.executable, "-I", script.name, key.name, str(card), str(package)]
    return subprocess.run(command, cwd=script.parent, capture_output=True, check=False)


@pytest.fixture
def pair(make_station: Maker, tmp_path: Path) -> tuple[Station, Station]:
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    for one, other in ((community, street), (street, community)):
        path = tmp_path / f"{one.org}.yck"
        card = peers.export_key_card(one, path=path)
        peers.enroll_peer(other, path=path, fingerprint=card.fingerprint)
    return community, street


def test_the_page_opens_a_package(pair: tuple[Station, Station], script: Path, tmp_path: Path) -> None:
    community, street = pair
    for name in ("张三", "买买提·吐尔逊"):
        register.register_person(community, draft=PersonDraft({"name": name, "live_addr": "三桥街道1号\n二单元"}))
    path = tmp_path / "in.ycp"
    exchange.pack_for(community, to_org=street.org, path=path)
    card = tmp_path / f"{community.org}.yck"
    done = run(script, street.vault.secret("age_identity"), card, path)
    assert done.returncode == 0, done.stderr.decode()
    assert tuple(read_lines(done.stdout)) == exchange.preview_merge(street, path=path).operations
    names = {json.loads(line)["f"].get("name") for line in done.stdout.splitlines()}
    assert {"张三", "买买提·吐尔逊"} <= names
    shown = done.stderr.decode()
    assert peers.read_card(card).fingerprint in shown
    assert f"to {street.org} - number 1" in shown


@pytest.mark.parametrize("name", ["good", "good-by-the-program", "good-grease", "good-no-lines", "good-second"])
def test_the_page_opens_the_good_vectors(script: Path, name: str) -> None:
    done = on_vector(script, name)
    assert done.returncode == 0, done.stderr.decode()
    assert (done.stdout == b"") == (name == "good-no-lines")


@pytest.mark.parametrize("name", REFUSED)
def test_the_page_refuses_what_was_changed(script: Path, name: str) -> None:
    done = on_vector(script, name)
    assert done.returncode != 0
    assert done.stdout == b""


def on_vector(script: Path, name: str) -> "subprocess.CompletedProcess[bytes]":
    """Run the program on a vector, with the vectors' receiver and sender."""
    identity = WORLD["receiver"]["age_identity"].encode()
    return run(script, identity, VECTORS / "key-cards" / "good-community.yck", VECTORS / "packages" / f"{name}.ycp")


def test_the_page_refuses_a_changed_key_card(script: Path) -> None:
    identity = WORLD["receiver"]["age_identity"].encode()
    card = VECTORS / "key-cards" / "flipped-bit-in-name.yck"
    assert run(script, identity, card, VECTORS / "packages" / "good.ycp").returncode != 0


def test_a_missing_age_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.fail.Exception, match="apt install age"):
        need_age()


def test_check_installs_the_age_command() -> None:
    assert "age" in (ROOT / "installer" / "apt-check.txt").read_text(encoding="utf-8").split("\n")
