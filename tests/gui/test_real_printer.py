"""Cards through a real CUPS queue with the PDF printer behind it: what comes out has the codes where they belong."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from desktop.domain.resources import child_environment
from tests.conftest import Maker
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
    with print_server(tmp_path, "cups-pdf:/") as environment:
        yield environment


@contextmanager
def print_server(tmp_path: Path, device: str, backend: str = "") -> Iterator[dict[str, str]]:
    """Run a print server with the queue "Yince" on a device; `backend` is a program `yince` to print with."""
    folder = Path(tempfile.mkdtemp(prefix="yince-cups-"))
    folder.chmod(0o755)  # the filters run as another user
    for name in ("root", "spool", "cache", "state", "bin/backend"):
        (folder / name).mkdir(parents=True)
    for one in [*Path("/usr/lib/cups").iterdir(), *Path("/usr/lib/cups/backend").iterdir()]:
        if one.name != "backend":
            link = folder / "bin" / one.relative_to("/usr/lib/cups")
            link.symlink_to(one)
    if backend:
        (folder / "bin" / "backend" / "yince").write_text(backend)
        (folder / "bin" / "backend" / "yince").chmod(0o700)  # run as root, as this server's owner
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
        + (f"ServerBin {folder}/bin\n" if backend else "")
    )
    server = subprocess.Popen([CUPSD, "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")])
    environment = {**os.environ, **child_environment(), "CUPS_SERVER": f"localhost:{port}"}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "YINCE_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    try:
        wait_for(lambda: subprocess.run(["lpstat", "-r"], env=environment, capture_output=True).returncode == 0)
        add = ["lpadmin", "-p", "Yince", "-E", "-v", device, "-P", "/usr/share/ppd/cups-pdf/CUPS-PDF_opt.ppd"]
        add += ["-o", "printer-error-policy=stop-printer"]
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


_JAMMING = """#!/bin/sh
# A printer that takes {sheets} sheets and then stops with an error.
[ $# = 0 ] && {{ echo 'direct yince "Yince" "Yince jams"'; exit 0; }}
out={out}
count=$(ls "$out" | wc -l)
if [ "$count" -ge {sheets} ] && [ ! -e "$out.mended" ]; then cat "${{6:--}}" > /dev/null; exit 4; fi
cat "${{6:--}}" > "$out/$(printf %03d "$count").pdf"
"""
_DESK = """
import json, sys, time
from pathlib import Path
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QApplication, QWidget
from desktop.domain.clock import SystemClock
from desktop.services import access, cards, drafts, printers, register
from desktop.services.cards import CardPaper
from desktop.services.register import PersonDraft
from desktop.services.unfinished_prints import UnfinishedPrint
from desktop.views.cards.print_dialog import PrintDialog
from desktop.views.context import AppContext
from desktop.views.drafts_bar import resume_print
from desktop.views.messages import Messages
from desktop.views.runner import Runner

app = QApplication([])
station = access.open_store(Path(sys.argv[1]), password="practice-2026", clock=SystemClock())
messages = Messages()
context = AppContext(station, runner=Runner(on_bug=messages.show_error), messages=messages)
parent = QWidget()
def until(ready, seconds=120):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        app.processEvents()
        time.sleep(0.02)
printers.keep_last_printer("Yince")
kept = drafts.kept_drafts(station)
if kept:
    resume_print(context, kept[0], parent=parent)
    until(lambda: parent.findChildren(PrintDialog))
    dialog, = parent.findChildren(PrintDialog)
    before = dialog.told.text()
    dialog.rest.click()
else:
    ids = [register.register_person(station, draft=PersonDraft({"name": n})).person for n in ("张一", "王二", "李三", "赵四", "钱五")]
    paper = CardPaper("cr80", dpi=203)
    issued = cards.issue_cards(station, ids=ids, paper=paper)
    dialog = PrintDialog(context, pdf=issued.pdf, pages=issued.pages, parent=parent, printer="Yince", dpi=203,
                         kept=UnfinishedPrint(tuple(ids), paper))
    before = dialog.told.text()
    dialog.go.click()
until(lambda: dialog.go.isEnabled() and context.runner.is_idle)
names = [names[0] for names in issued.pages] if not kept else []
print(json.dumps({"title": kept[0].title if kept else "", "before": before, "told": dialog.told.text(),
                  "out": sorted(dialog.out), "row": dialog.list.currentRow(), "names": names,
                  "left": len(drafts.kept_drafts(station))}))
context.runner.close()
station.close()
"""  # fmt: skip


def at_the_desk(store: Path, environment: dict[str, str]) -> dict[str, object]:
    """Open the register in a program of its own and print what there is to print."""
    command = [sys.executable, "-c", _DESK, str(store)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def code_on_paper(sheet: Path, folder: Path) -> str:
    """Return the card's code on the PostScript a printer was sent."""
    picture = folder / "sheet.png"
    command = ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pnggray", "-r203", f"-sOutputFile={picture}"]
    subprocess.run([*command, str(sheet)], check=True, capture_output=True)
    with Image.open(picture) as opened:
        return zxingcpp.read_barcodes(opened)[0].text


@pytest.mark.timeout(600)
def test_a_printer_that_fails_half_way_says_who_is_out_and_goes_on_after_the_program_was_closed(
    make_station: Maker, tmp_path: Path
) -> None:
    station = make_station()
    store = station.vault.folder
    station.close()
    out = Path(tempfile.mkdtemp(prefix="yince-sheets-"))
    try:
        with print_server(tmp_path, "yince:/jams", _JAMMING.format(out=out, sheets=2)) as environment:
            first = at_the_desk(store, environment)
            names = first["names"]
            assert first["out"] == [0, 1] and first["row"] == 2
            assert f"已出来 2 页，到“{names[1]}”为止" in first["told"]
            assert f"停在第 3 页（{names[2]}）" in first["told"] and first["left"] == 1
            Path(f"{out}.mended").touch()
            subprocess.run(["cancel", "-a", "Yince"], env=environment, check=True, capture_output=True)
            subprocess.run(["cupsenable", "Yince"], env=environment, check=True, capture_output=True)
            second = at_the_desk(store, environment)
            assert names[1] in second["title"] and names[1] in second["before"]
            assert second["out"] == [0, 1, 2, 3, 4] and second["left"] == 0
            # The last sheet is still on its way through the backend; the server must not end under it.
            wait_for(lambda: not subprocess.run(["lpstat", "-o"], env=environment, capture_output=True).stdout.strip())
        sheets = sorted(out.glob("*.pdf"))
        assert len(sheets) == 5  # each card once
        assert len({code_on_paper(one, tmp_path) for one in sheets}) == 5
    finally:
        shutil.rmtree(out)
        Path(f"{out}.mended").unlink(missing_ok=True)
