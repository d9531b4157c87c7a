"""More than 515 hostile texts go through search, filters, exports and paper, and stay texts."""

import io
import re
import unicodedata
import zipfile
from pathlib import Path

import openpyxl
import pytest

from desktop.domain.errors import KnownError, PrintError
from desktop.printing.table import TableSheet, table_pdf
from desktop.printing.watermark import marked_pdf
from desktop.roster.table_workbook import table_workbook
from desktop.roster.watermark import marked_workbook
from desktop.services import card_checks, giving, register
from desktop.services.register import PersonDraft
from desktop.services.station import Station, Terms
from desktop.store.people import PeopleFilter
from tests.injection.hostile import hostile_texts, storable

TEXTS = hostile_texts()
ACTIVE = (b"/JS", b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/URI")


def tables(station: Station) -> list[tuple[str, ...]]:
    with station.vault.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT name, sql FROM sqlite_master ORDER BY name")]


def test_there_are_enough_and_they_differ() -> None:
    assert len(TEXTS) >= 515 and len(set(TEXTS)) == len(TEXTS)


def test_search_and_filters_take_them_as_texts(station: Station) -> None:
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    before = tables(station)
    for text in TEXTS:
        register.find(station, text=text, limit=5)
        register.people_ids(station, wanted=PeopleFilter(contains={"name": text}))
        register.people_ids(station, wanted=PeopleFilter(equals={"name": [text]}))
        for asked in (text, f"姓名={text}", f"姓名~{text}"):
            try:
                register.parse_filter(asked, station=station)
            except KnownError:
                continue
    assert tables(station) == before
    assert register.find(station, text="张三").total == 1


def test_names_come_back_as_they_went_in_and_are_found(station: Station) -> None:
    names = [one for one in dict.fromkeys(storable(text) for text in TEXTS) if one and "\\u" not in one][::9]
    kept = {}
    for name in names:
        try:
            kept[register.register_person(station, draft=PersonDraft({"name": name})).person] = name
        except KnownError:
            continue  # a rule of the dictionary refused it, in a sentence
    assert len(kept) > 20
    for person, name in kept.items():
        held = str(register.person_details(station, person=person).values["name"])
        assert unicodedata.normalize("NFC", held) == unicodedata.normalize("NFC", name)
    assert len(register.people_ids(station, wanted=PeopleFilter())) == len(kept)


def test_workbooks_hold_no_formula_no_link_and_the_same_texts() -> None:
    rows = [[text] for text in TEXTS if "\x00" not in text]
    made = marked_workbook(table_workbook([("项目", 20)], rows, name="表"), "=cmd|' /C calc'!A0")
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        for part in book.namelist():
            content = book.read(part)
            assert b"<f>" not in content and b"<f " not in content and b"<hyperlink" not in content, part
            assert b"externalLink" not in part.encode() and b"ddeLink" not in content
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    shown = [str(row[0].value or "") for row in sheet.iter_rows(min_row=2)]
    assert len(shown) == len(rows)
    same = sum(a == b[0] for a, b in zip(shown, rows, strict=True))
    assert same > len(rows) * 0.9  # control characters are escaped by the format
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.long)])
def test_paper_holds_no_link_no_script_and_no_error_but_a_missing_character(step: int) -> None:
    printed = 0
    plain: list[list[str]] = []
    for text in TEXTS[::step]:
        line = storable(text)
        try:
            table_pdf(TableSheet(line or "空", [("项目", 20)], [[line]], line))
            plain.append([line])
        except PrintError:
            continue
    pdf = marked_pdf(table_pdf(TableSheet("表", [("项目", 40)], plain, "页脚")), "<a href='http://x'>(\\)")
    printed = len(plain)
    assert printed > 350 // step
    for mark in ACTIVE:
        assert not re.search(rb"<<[^>]*" + re.escape(mark) + rb"\b", pdf)


def test_codes_are_never_opened_and_never_trusted(station: Station) -> None:
    for text in TEXTS:
        try:
            found = card_checks.verify_card(station, token=text)
        except KnownError:
            continue
        assert found.state != "valid"


def test_terms_of_an_export_are_texts_on_paper(station: Station, tmp_path: Path) -> None:
    register.register_person(station, draft=PersonDraft({"name": "张三"}))
    content = table_workbook([("姓名", 10)], [["张三"]], name="表")
    for text in TEXTS[::40]:
        words = storable(text)
        if not words:
            continue
        station.terms = Terms(words, words, words)
        giving.give_out(station, leaving=giving.Leaving("表", 1, content), path=tmp_path / "out.xlsx")
        assert openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]["A2"].value == "张三"
