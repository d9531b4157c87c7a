"""Contact cards, as a script sees them: print, check by number and picture, mark, book, coverage, papers of visits."""

import json
from pathlib import Path

import pypdfium2
import pytest

from desktop.printing.readback import codes_on
from desktop.services import register, staff
from desktop.services.register import PersonDraft
from tests.cli.test_cli import answer, yince
from tests.conftest import Maker, reopen
from tests.injection.hostile import hostile_texts


def test_a_card_is_printed_and_its_picture_checked(make_station: Maker, tmp_path: Path) -> None:
    station = make_station()
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    station.close()
    assert answer("cards", station.vault.folder, tmp_path / "卡.pdf", "--all", "--json")["total"] == 1
    pypdfium2.PdfDocument(tmp_path / "卡.pdf")[0].render(scale=3).to_pil().save(tmp_path / "照片.png")
    assert answer("verify-card", station.vault.folder, tmp_path / "照片.png", "--json")["state"] == "valid"
    (token,) = codes_on((tmp_path / "卡.pdf").read_bytes())[0]
    assert refused(station.vault.folder, token[:-9] + "AAAAAAAAA") in REFUSALS


REFUSALS = {"unreadable", "forged", "unknown-issuer"}


def refused(store: Path, text: str) -> str:
    """Return the state a text is told to be in; a check that was made is exit 0, whatever it found."""
    done = yince("verify-card", store, "--json", "--", text)
    assert (done.returncode, done.stderr) == (0, ""), (text, done.stderr)
    said = json.loads(done.stdout)
    assert said["advice"] and "\n" not in said["advice"] and said["person"] == said["card_no"] == "", text
    return said["state"]


def changed(token: str) -> dict[str, str]:
    """Return twenty ways a good token is spoiled, by name."""
    body = token.removeprefix("EC1:")
    middle = len(body) // 2
    other = "A" if body[middle] != "A" else "B"
    full = "".join(chr(ord(one) + 0xFEE0) for one in token)
    return {
        "one letter": f"EC1:{body[:middle]}{other}{body[middle + 1 :]}", "first letter": f"EC1:B{body[1:]}",
        "signature": f"EC1:{body[:-9]}AAAAAAAAA", "signature zero": f"EC1:{body[:-100]}{'A' * 100}",
        "short by one": token[:-1], "half": token[: len(token) // 2], "long by one": f"{token}A",
        "twice": token * 2, "backwards": f"EC1:{body[::-1]}", "no prefix": body, "other prefix": f"EC2:{body}",
        "prefix twice": f"EC1:{token}", "space inside": f"{token[:40]} {token[40:]}",
        "line inside": f"{token[:40]}\n{token[40:]}", "padded": f"{token}======", "full width": full,
        "swapped": f"EC1:{body[:middle]}{body[middle + 1]}{body[middle]}{body[middle + 2 :]}",
        "digit one": f"EC1:{body[:middle]}1{body[middle + 1 :]}", "chinese": f"{token[:30]}码{token[31:]}",
        "very long": token + "A" * 60_000,
    }  # fmt: skip


@pytest.mark.long
@pytest.mark.timeout(900)
def test_no_spoiled_token_and_no_odd_text_passes_or_breaks_the_command(make_station: Maker, tmp_path: Path) -> None:
    station = make_station()
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    store = station.vault.folder
    station.close()
    answer("cards", store, tmp_path / "卡.pdf", "--all", "--json")
    (token,) = codes_on((tmp_path / "卡.pdf").read_bytes())[0]
    spoiled = changed(token)
    assert len(set(spoiled.values()) - {token}) == 20
    for text in spoiled.values():
        assert refused(store, text) in REFUSALS, text
    odd = [text for text in hostile_texts() if "\0" not in text]
    for text in ["", " ", str(tmp_path), "/dev/zero", *odd[:: len(odd) // 37][:37]]:
        assert refused(store, text) == "unreadable", text
    assert answer("verify-card", store, token, "--json")["state"] == "valid"
    missing = yince("verify-card", store, tmp_path / "没有.png")
    assert missing.returncode == 1 and len(missing.stderr.strip().splitlines()) == 1
    assert yince("verify-card", store).returncode == 2


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
    assert answer("cards-due", store, "--json") == {"cards": [], "total": 0}
    again = reopen(station)
    staff.put_staff(again, values={"name": "李敏", "phone": "029-33110001", "on_card": 1})
    again.close()
    (due,) = answer("cards-due", store, "--json")["cards"]
    assert due["card_no"] == other and due["name"] == "张三"
    answer("cards", store, tmp_path / "重印.pdf", "--reprint", "--json")
    assert answer("cards-due", store, "--json")["total"] == 0
    (line,) = answer("card-coverage", store, "--json")["communities"]
    assert (line["people"], line["with_card"]) == (2, 1)
    answer("card-book", store, tmp_path / "登记.pdf", "--json")
    text = pypdfium2.PdfDocument(tmp_path / "登记.pdf")[0].get_textpage().get_text_range()
    assert number in text and other in text
    wrong = yince("cards", store, out, "--all", "--start", "11")
    assert wrong.returncode == 1 and "10 张" in wrong.stderr
    for what in ("visit", "route"):
        assert answer("export", store, what, tmp_path / f"{what}.pdf", "--json")["people"] == 2
