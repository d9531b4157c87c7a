"""Cards through a real CUPS queue with the PDF printer behind it: what comes out has the codes where they belong."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from desktop.domain.resources import child_environment
from tests.printing.test_card_layouts import printed

ROOT = Path(__file__).resolve().parents[2]
CUPSD = "/usr/sbin/cupsd"
_OPEN = "<Location {0}>\nOrder allow,deny\nAllow all\n</Location>\n"
_PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
from desktop.views.paper_printer import PaperPrinter, PrintJob
app = QApplication([])
paper = PaperPrinter(QWidget())
document = paper.load(open(sys.argv[1], "rb").read())
printer = paper.prepared(name="Yince", dpi=300)
assert printer.printerName() == "Yince", printer.printerName()
assert PrintJob(document, printer, pages=range(document.pageCount()), parent=paper).run()
"""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not Path(CUPSD).exists() or not Path("/usr/lib/cups/backend/cups-pdf").exists() or os.geteuid() != 0,
        reason="needs cups and printer-driver-cups-pdf (installer/apt-long.txt), and root to start a print server",
    ),
]


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A print server of its own with one queue; the environment that finds it."""
    folder = Path(tempfile.mkdtemp(prefix="yince-cups-"))
    folder.chmod(0o755)  # the filters run as another user
    for name in ("root", "spool", "cache", "state"):
        (folder / name).mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    policy = "<Policy default>\n<Limit All>\nOrder allow,deny\nAllow all\n</Limit>\n</Policy>\n"
    (folder / "cupsd.conf").write_text(
        f"Listen localhost:{port}\nDefaultAuthType None\n" + _OPEN.format("/") + _OPEN.format("/admin") + policy
    )
    (folder / "cups-files.conf").write_text(
        f"ServerRoot {folder}/root\nRequestRoot {folder}/spool\nCacheDir {folder}/cache\nStateDir {folder}/state\n"
        f"AccessLog {folder}/access\nErrorLog {folder}/error\nPageLog {folder}/page\nSystemGroup root\n"
    )
    server = subprocess.Popen([CUPSD, "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")])
    environment = {**os.environ, **child_environment(), "CUPS_SERVER": f"localhost:{port}"}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "YINCE_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    try:
        wait_for(lambda: subprocess.run(["lpstat", "-r"], env=environment, capture_output=True).returncode == 0)
        add = ["lpadmin", "-p", "Yince", "-E", "-v", "cups-pdf:/", "-P", "/usr/share/ppd/cups-pdf/CUPS-PDF_opt.ppd"]
        wait_for(lambda: subprocess.run(add, env=environment, capture_output=True).returncode == 0)
        yield environment
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(ready: object, seconds: int = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.5)
    raise AssertionError("nothing came of it in time")


def test_cards_come_out_of_a_real_queue_unscaled(queue: dict[str, str], tmp_path: Path) -> None:
    made = printed(10, "a4-10", dpi=300, backs=True)
    (tmp_path / "卡.pdf").write_bytes(made.pdf)
    printed_to = Path.home() / "PDF"
    before = set(printed_to.glob("*.pdf")) if printed_to.is_dir() else set()
    subprocess.run([sys.executable, "-c", _PROGRAM, str(tmp_path / "卡.pdf")], env=queue, cwd=ROOT, check=True)
    wait_for(lambda: not subprocess.run(["lpstat", "-o"], env=queue, capture_output=True).stdout.strip())
    wait_for(lambda: printed_to.is_dir() and set(printed_to.glob("*.pdf")) - before)
    (out,) = set(printed_to.glob("*.pdf")) - before
    try:
        document = pypdfium2.PdfDocument(out.read_bytes())
        assert len(document) == 2
        for number, page in enumerate(document):
            found = {one.text: one for one in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_numpy())}
            codes = [code for code in made.codes if code.page == number]
            assert {code.text for code in codes} == set(found)
            for code in codes:
                if number == 0:  # the ten codes of a back are the same: their places say nothing
                    left = found[code.text].position.top_left.x * 72 / 300
                    quiet = code.box.width * 4 / 65
                    assert left == pytest.approx(code.box.x + quiet, abs=3.0)  # points: not scaled, not moved
    finally:
        shutil.move(out, tmp_path / out.name)


def test_a_queue_that_is_not_there_is_not_chosen(queue: dict[str, str]) -> None:
    program = _PROGRAM.split("document =", maxsplit=1)[0] + (
        "from tests.printing.test_card_layouts import printed\n"
        "paper.load(printed(1, 'cr80').pdf)\n"
        "assert paper.prepared(name='没有这台').printerName() != '没有这台'\n"
    )
    subprocess.run([sys.executable, "-c", program], env=queue, cwd=ROOT, check=True)
