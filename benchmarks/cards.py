"""Signed contact cards to PDF beside glabels-batch on the same people in the same run.

    python benchmarks/cards.py [PEOPLE ...]        1000 and 10000 if none are named

Both make ten cards on A4 with the same texts and the same signed codes (glabels: barcode style IEC18004). Ours signs
the codes itself in the time given, and that time is told without and with reading every code back from the rendered
sheets, which glabels does not do. Needs Debian's glabels, xvfb and xauth. Time is the wall's; the processor's
seconds stand beside it, for machines that do other things too. Reach: half of glabels' time. glabels is given a quarter
of an hour: its memory grows with every card (3.3 GB on the way to 10,000), ours is told beside it.
"""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from datetime import date  # noqa: E402

from desktop.printing.card import cards_pdf  # noqa: E402
from desktop.printing.card_design import CardDesign  # noqa: E402
from desktop.printing.card_face import CardFace  # noqa: E402
from desktop.printing.card_sheets import CardJob, sheets  # noqa: E402
from desktop.printing.readback import check_codes  # noqa: E402
from desktop.security import signing  # noqa: E402
from desktop.sync.card_token import CardClaim, encode_token  # noqa: E402
from desktop.sync.key_card import kid_of  # noqa: E402

_MOST_SECONDS = 900
_TIMED_OUT = 124  # what `timeout` ends with
_GIVEN = "国华建军秀英桂兰玉珍淑芬志强文明春梅永福长安德胜庆丰爱民卫东红霞惠兰宝林新民"
_STAFF = (("李敏", "029-33110001"), ("王建国", "029-33110002"))
_TEXTS = (
    ("name", 10, 16),
    ("no", 18, 9),
    ("community", 23, 11),
    ("address", 29, 8),
    ("staff", 34, 11),
    ("street", 46, 10),
)


def people(count: int) -> list[CardFace]:
    """Return the cards of people who do not exist, each with its signed code."""
    chance = random.Random(7)
    signer = signing.SigningKey(bytes(range(32)))
    kid = kid_of(signer.public)
    faces = []
    for number in range(count):
        name = chance.choice("王李张刘陈杨赵黄周吴") + "".join(
            chance.choice(_GIVEN) for _ in range(chance.choice((1, 2)))
        )
        claim = CardClaim("610100001001", chance.randbytes(16).hex(), date(2026, 11, 24), date(2031, 12, 31))
        token = encode_token(claim, kid=kid, sign=signer.sign)
        faces.append(
            CardFace(
                name, f"{number:08d}-0", "青杨社区", f"西咸新区沣东新城青杨路{number % 90 + 1}号便民服务中心", _STAFF,
                "上林街道", "029-33110000", "2026-11-24", token,
            )
        )  # fmt: skip
    return faces


def ours(count: int, out: Path) -> None:
    """Sign and print, in a process of its own; say how long each step took."""
    began = time.perf_counter()
    faces = people(count)
    made = cards_pdf(faces, job=CardJob(sheets()["a4-10"]), design=CardDesign())
    printed = time.perf_counter() - began
    cpu = time.process_time()
    out.write_bytes(made.pdf)
    check_codes(made)
    checked = time.perf_counter() - began
    print(json.dumps({"printed": printed, "cpu": cpu, "checked": checked, "cpu_checked": time.process_time()}))


def template(path: Path, merge: Path) -> None:
    """Write glabels' document: the same card, its texts and code merged from a CSV."""
    matrix = 'a0="1" a1="0" a2="0" a3="1" a4="0" a5="0"'
    texts = "".join(
        f'<Object-text x="4mm" y="{y}mm" w="50mm" h="10mm" justify="left" valign="top" auto_shrink="False" {matrix}>'
        f'<Span color="0x000000ff" font_family="Noto Sans SC" font_size="{size}" font_weight="Regular" '
        f'font_italic="False" font_underline="False"><Field name="{key}"/></Span></Object-text>'
        for key, y, size in _TEXTS
    )
    path.write_text(
        '<?xml version="1.0"?><Glabels-document xmlns="http://glabels.org/xmlns/3.0/">'
        '<Template brand="Yince" part="A4-10" size="A4" description="cards">'
        '<Label-rectangle id="0" width="90mm" height="54mm" round="0" x_waste="0" y_waste="0">'
        '<Layout nx="2" ny="5" x0="15mm" y0="13.5mm" dx="90mm" dy="54mm"/></Label-rectangle></Template>'
        f'<Objects id="0" rotate="False">{texts}<Object-barcode x="56mm" y="10mm" w="33mm" h="33mm" style="IEC18004" '
        f'text="False" checksum="True" color="0x000000ff" field="token" {matrix}/></Objects>'
        f'<Merge type="Text/Comma/Line1Keys" src="{merge}"/><Data/></Glabels-document>',
        encoding="utf-8",
    )


def run(command: list[str], environment: dict[str, str]) -> tuple[float, float, int, str]:
    """Run a program; return its seconds, its processor seconds, its peak memory in MB, and what it said."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, _TIMED_OUT):
        raise SystemExit(f"{command[0]} failed")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, said


def compare(count: int, folder: Path) -> None:
    """Print both on one line each, and the ratio."""
    faces = people(count)
    merge = folder / "people.csv"
    with merge.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([key for key, _, _ in _TEXTS] + ["token"])
        for one in faces:
            staff = " ".join(f"{name} {phone}" for name, phone in one.staff)
            rows.writerow([one.name, one.card_no, one.community, one.address, staff, one.street_line, one.token])
    template(folder / "cards.glabels", merge)
    fonts = folder / "data" / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    for font in (ROOT / "resources" / "fonts").glob("*.ttf"):
        (fonts / font.name).unlink(missing_ok=True)
        (fonts / font.name).symlink_to(font)
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    theirs = folder / "glabels.pdf"
    command = ["timeout", str(_MOST_SECONDS), "xvfb-run", "-a", "glabels-3-batch", "-C", "-o", str(theirs)]
    wall, cpu, memory, _ = (
        run([*command, str(folder / "cards.glabels")], environment) if has_glabels() else (0, 0, 0, "")
    )
    mine = folder / "yince.pdf"
    own_wall, _, own_memory, said = run([sys.executable, __file__, "--ours", str(count), str(mine)], environment)
    told = json.loads(said)
    print(f"{count} cards")
    if wall >= _MOST_SECONDS:
        print(f"  glabels      was not done after {_MOST_SECONDS} s and {memory} MB")
    elif wall:
        size = theirs.stat().st_size // count
        print(f"  glabels      {wall:8.2f} s  {cpu:7.2f} s cpu  {memory:5d} MB  {size:6d} bytes a card")
    print(
        f"  yince        {told['printed']:8.2f} s  {told['cpu']:7.2f} s cpu  {own_memory:5d} MB  "
        f"{mine.stat().st_size // count:6d} bytes a card{ratio(told['printed'], wall, told['cpu'], cpu)}"
    )
    print(
        f"  and read back{told['checked']:8.2f} s  {told['cpu_checked']:7.2f} s cpu  (whole process {own_wall:.2f} s)"
        f"{ratio(told['checked'], wall, told['cpu_checked'], cpu)}"
    )


def ratio(wall: float, of_wall: float, cpu: float, of_cpu: float) -> str:
    """Say how much of glabels' time and processor time ours is, nothing where there was no glabels."""
    return f"   {wall / of_wall:.2f} of its time ({cpu / of_cpu:.2f} of its cpu)" if of_wall else ""


def has_glabels() -> bool:
    """Return True if glabels can be run here."""
    return all(shutil.which(one) for one in ("glabels-3-batch", "xvfb-run"))


def main() -> None:
    """Compare at each size asked for."""
    if sys.argv[1:2] == ["--ours"]:
        ours(int(sys.argv[2]), Path(sys.argv[3]))
        return
    if not has_glabels():
        print("glabels-3-batch or xvfb-run is not installed (apt: glabels xvfb xauth), so only ours is measured.")
    for count in [int(one) for one in sys.argv[1:]] or [1000, 10_000]:
        with tempfile.TemporaryDirectory() as folder:
            compare(count, Path(folder))


if __name__ == "__main__":
    main()
