"""Whatever stands in a cell or a file, normalisers and surveys answer; they never break."""

import random
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain import dates, id_numbers, names, phones
from desktop.domain.amounts import read_amount
from desktop.roster.grid import NUMERIC, Rows, Sheet
from desktop.roster.headers import find_tables
from desktop.roster.precheck import RefusedFile, kind_of_bytes
from desktop.roster.read_child import _sheets
from desktop.roster.rowread import Settled, read_row
from desktop.roster.survey_xls import survey_ole
from desktop.roster.survey_xlsx import survey_zip
from tests.roster.make_books import ods, xls, xlsx
from tests.roster.make_rosters import FORMATS, a_person, a_roster

ALPHABET = "0123456789０１XxХ×*.．。、，,/-—－~年月日号元万仟佰拾零〇一二三十农历约?？()（）+ \u3000\u200b\n\t'\"=“”ELOl#张三女已故□\ue863⼦·•"
TEXTS = st.one_of(
    st.text(ALPHABET, max_size=24), st.text(max_size=40), st.from_regex(r"[0-9]{1,20}(\.[0-9]{1,4})?", fullmatch=True)
)
TARGETS = ["person.name", "person.id_no", "person.birth_id", "person.retire_date", "phone.number", "person.pension_amt",
           "person.ethnic", "tag.code", "contact.phone", "person.remark", "person.sex", "person.education"]  # fmt: skip


def date_holds(text: str, recent: bool, numeric: bool) -> None:
    found = dates.read_date(text, recent=recent, numeric=numeric)
    assert found.value == "" or dates.is_partial_date(found.value)
    assert found.value or found.problem or not text.strip() or not "".join(text.split())
    if found.value and not found.approximate:
        assert dates.read_date(found.value).value == found.value


def cell_holds(text: str) -> None:
    found = id_numbers.check_id(text)
    assert found.problem is not None or id_numbers.is_sound(found.text)
    assert (
        not found.suggestion
        or found.problem is id_numbers.IdProblem.OTHER_DOCUMENT
        or id_numbers.is_sound(found.suggestion)
    )
    assert not found.text.isascii() or id_numbers.clean_id(found.text) == found.text
    name = names.read_name(text)
    assert (
        names.read_name(name.name).name == name.name
        or name.problem
        or name.dead
        or name.sex
        or name.marked
        or name.former
    )
    for one in phones.read_phones(text):
        assert one.problem or phones.is_phone(one.number)
    amount = read_amount(text)
    assert amount is None or amount.fen >= 0


def row_holds(texts: list[str]) -> None:
    draft = read_row(2, texts, targets=TARGETS, headers=TARGETS)
    assert draft.outcome in {"", "ask", "reject"}
    assert all(value is None or isinstance(value, str | int) for value in draft.values.values())
    assert all(len(str(value)) <= 2000 for value in draft.values.values())


@given(TEXTS, st.booleans(), st.booleans())
def test_a_date_is_one_or_a_problem(text: str, recent: bool, numeric: bool) -> None:
    date_holds(text, recent, numeric)


@given(TEXTS)
def test_a_cell_is_read_by_every_normaliser(text: str) -> None:
    cell_holds(text)


@pytest.mark.parametrize("one", ["9", "9.", "1e", "（", "一", "万", "张", " ", "\u0301", "1 ", "/", "."])
def test_a_cell_as_long_as_cells_can_be_is_read(one: str) -> None:
    text = (one * 32_767)[:32_767]
    row_holds([text] * len(TARGETS))
    find_tables(Sheet("表", Rows([["姓名", "身份证号"], [text, text], [text]])))
    cell_holds(text[:300])
    date_holds(text[:300], recent=False, numeric=False)


CELLS = st.lists(TEXTS.map(lambda text: text.replace("\x1f", "").replace("\x1e", "")), min_size=12, max_size=12)


@given(CELLS)
def test_a_row_is_read_whatever_stands_in_it(texts: list[str]) -> None:
    row_holds(texts)


REPEATED = st.one_of(
    st.sampled_from(
        ["汉族", "汉", "女", "1953.1", "1953-07", "\x011953.1", "约1953年", "农历五三年", "无", "大专", "3000", "已故"]
    ),
    TEXTS.map(lambda text: text.replace("\x1f", "").replace("\x1e", "")),
)


@given(st.lists(st.lists(REPEATED, min_size=12, max_size=12), min_size=1, max_size=8))
def test_a_row_says_the_same_whatever_stood_above_it(rows: list[list[str]]) -> None:
    settled: Settled = {}
    for cells in [*rows, *rows]:
        alone = read_row(2, cells, targets=TARGETS, headers=TARGETS)
        assert read_row(2, cells, targets=TARGETS, headers=TARGETS, settled=settled) == alone


@given(
    st.lists(
        st.lists(
            st.one_of(TEXTS, st.sampled_from(["姓名", "身份证号", "合计", "共3人", "性别", "序号", "电话"])), max_size=6
        ),
        max_size=12,
    )
)
def test_a_sheet_is_searched_for_tables_whatever_it_holds(rows: list[list[str]]) -> None:
    clean = [[re.sub("[\x1e\x1f\ud800-\udfff]", "", cell) for cell in row] for row in rows]
    for table in find_tables(Sheet("表", Rows(clean))):
        assert all(len(table.said(number).columns) == len(table.headers) for number, _ in table.rows)
        assert all(0 < number <= len(clean) for number, _ in table.rows)


@given(st.dates(date(1900, 1, 1), date(2060, 1, 1)))
def test_a_day_number_is_its_day(day: date) -> None:
    number = (day - date(1899, 12, 30)).days
    if number >= 10_000:
        assert dates.read_date(str(number), numeric=True).value == day.isoformat()


def survives(raw: bytes) -> None:
    """Survey and, where the reader cannot abort, read a spoiled file; only a refusal may come of it."""
    try:
        kind = kind_of_bytes(raw)
        if kind == "zip":
            survey_zip(raw)
        elif kind == "ole":
            survey_ole(raw)
        else:
            for one in _sheets(raw, slow=False):
                list(one.rows)
    except RefusedFile:
        pass


def spoiled(seed: int) -> bytes:
    chance = random.Random(seed)
    people = [a_person(chance) for _ in range(3)]
    raw = bytearray(
        chance.choice(
            [xlsx, xls, ods, *(lambda make=make: make(a_roster(people, chance)) for make in FORMATS.values())]
        )()
    )
    for _ in range(chance.choice((1, 1, 2, 8, 60))):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    if chance.random() < 0.3:
        del raw[chance.randrange(len(raw)) :]
    return bytes(raw)


@given(st.integers(0, 2**32))
def test_a_spoiled_file_is_refused_or_read(seed: int) -> None:
    survives(spoiled(seed))


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    survives(raw)


@pytest.mark.long
@pytest.mark.timeout(1800)
@given(TEXTS, CELLS, st.booleans(), st.booleans(), st.integers(0, 2**32), st.binary(max_size=2000))
@settings(max_examples=20_000, derandomize=False)
def test_all_of_it_for_long(text: str, cells: list[str], recent: bool, numeric: bool, seed: int, raw: bytes) -> None:
    date_holds(text, recent, numeric)
    cell_holds(text)
    row_holds(cells)
    row_holds([NUMERIC + cell for cell in cells])
    survives(raw)
    if seed % 10 == 0:
        survives(spoiled(seed))
