"""Contact cards, as a script sees them: print, check by number and picture, mark, book, coverage, papers of visits."""

from pathlib import Path

import pypdfium2
import pytest

from desktop.services import register
from desktop.services.register import PersonDraft
from tests.cli.test_cli import answer, yince
from tests.conftest import Maker


def test_a_card_is_printed_and_its_picture_checked(make_station: Maker, tmp_path: Path) -> None:
    station = make_station()
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    station.close()
    assert answer("cards", station.vault.folder, tmp_path / "卡.pdf", "--all", "--json")["total"] == 1
    pypdfium2.PdfDocument(tmp_path / "卡.pdf")[0].render(scale=3).to_pil().save(tmp_path / "照片.png")
    assert answer("verify-card", station.vault.folder, tmp_path / "照片.png", "--json")["state"] == "valid"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_card_from_the_printer_to_the_serial_book(make_station: Maker, tmp_path: Path) -> None:
    station = make_station()
    for name in ("张三", "李四"):
        register.register_person(station, draft=PersonDraft({"name": name, "live_addr": "青杨路2号楼"}))
    store = station.vault.folder
    station.close()
    out = tmp_path / "卡.pdf"
    paper = ("--layout", "cr80", "--backs", "--dpi", "203", "--copies", "2")
    made = answer("cards", store, out, "--all", *paper, "--json")
    assert made["total"] == 2 and len(pypdfium2.PdfDocument(out)) == 8
    number, other = (one["card_no"] for one in made["cards"])
    picture = tmp_path / "照片.png"
    pypdfium2.PdfDocument(out)[0].render(scale=3).to_pil().save(picture)
    assert answer("verify-card", store, picture, "--json")["state"] == "valid"
    assert answer("card-mark", store, number, "--lost", "--json")["card_no"] == number
    assert answer("verify-card", store, number, "--json")["state"] == "revoked"
    answer("card-mark", store, other, "--received", "李四", "--json")
    refused = yince("card-mark", store, number, "--received", "张三")
    assert refused.returncode == 1 and "挂失" in refused.stderr and "Traceback" not in refused.stderr
    (line,) = answer("card-coverage", store, "--json")["communities"]
    assert (line["people"], line["with_card"]) == (2, 1)
    answer("card-book", store, tmp_path / "登记.pdf", "--json")
    text = pypdfium2.PdfDocument(tmp_path / "登记.pdf")[0].get_textpage().get_text_range()
    assert number in text and other in text
    wrong = yince("cards", store, out, "--all", "--start", "11")
    assert wrong.returncode == 1 and "10 张" in wrong.stderr
    for what in ("visit", "route"):
        assert answer("export", store, what, tmp_path / f"{what}.pdf", "--json")["people"] == 2
