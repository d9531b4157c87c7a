"""The rules of ids, dates, phones and names, with the vectors of the domain report."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import dates, id_numbers, names, phones
from desktop.domain.id_numbers import IdProblem
from desktop.domain.ids import SeededIds, new_short_code, read_short_code

SAMPLE = "610100195307063017"


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (SAMPLE, None),
        ("610100195307063025", None),
        ("６１０１００１９５３０７０６３０１７", None),
        (" 610100 19530706\u00a03017\u200b", None),
        ("'610100195307063017", None),
        ("=“610100195307063017”", None),
        ('="610100195307063017"', None),
        ("6.10100195307063E+17", IdProblem.SCIENTIFIC),
        ("6.101E+17", IdProblem.SCIENTIFIC),
        ("610100195307063000", IdProblem.ENDS_000),
        ("610100530706301", IdProblem.OLD_15),
        ("610100195307063", IdProblem.TRUNCATED),
        ("610100194102291003", IdProblem.DATE),
        ("61010019530706301", IdProblem.LENGTH),
        ("护照 E12345678", IdProblem.OTHER_DOCUMENT),
        ("", IdProblem.EMPTY),
    ],
)
def test_id_cells(cell: str, problem: IdProblem | None) -> None:
    assert id_numbers.check_id(cell).problem is problem


def test_historical_areas_are_accepted() -> None:
    for prefix in ("612401", "612101", "612701", "610121", "610123", "610125", "610126", "610421", "610427", "830000"):
        body = f"{prefix}19400115001"
        assert id_numbers.is_sound(body + id_numbers.check_digit(body))


@given(st.dates(date(1900, 1, 1), date(1985, 1, 1)), st.integers(1, 998), st.integers(0, 15))
def test_every_swap_of_neighbours_is_caught(day: date, serial: int, place: int) -> None:
    body = f"610100{day:%Y%m%d}{serial:03d}"
    sound = body + id_numbers.check_digit(body)
    assert id_numbers.is_sound(sound)
    assert id_numbers.birth_of(sound) == day.isoformat()
    swapped = sound[:place] + sound[place + 1] + sound[place] + sound[place + 2 :]
    assert swapped == sound or not id_numbers.is_sound(swapped)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1953.7", "1953-07"), ("1953.07", "1953-07"), ("195307", "1953-07"), ("19530706", "1953-07-06"),
        ("53.7", "1953-07"), ("53-07", "1953-07"), ("530706", "1953-07-06"), ("19546", "1953-07-06"),
        ("1953年7月6日", "1953-07-06"), ("一九五三年七月", "1953-07"), ("1953/7/6 0:00:00", "1953-07-06"),
        ("1953-07-06T00:00", "1953-07-06"), ("1953.13", ""), ("1953.2.30", ""), ("1953.7-", "1953-07"),
        ("1953.7.", "1953-07"), ("约1953", "1953"), ("民国24年5月", "1935-05"), ("1953。7", "1953-07"),
        ("1953，7", "1953-07"), ("1953、7", "1953-07"), ("农历六月初三", ""), ("随便", ""),
    ],
)  # fmt: skip
def test_date_cells(cell: str, value: str) -> None:
    assert dates.read_date(cell).value == value


def test_recent_short_years_and_ambiguous_october() -> None:
    assert dates.read_date("03.5", recent=True).value == "2003-05"
    assert dates.read_date("1953.1", numeric=True).ambiguous
    assert not dates.read_date("1953.1").ambiguous


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text: str) -> None:
    value = dates.read_date(text).value
    assert value == "" or dates.is_partial_date(value)
    id_numbers.check_id(text)
    names.read_name(text)
    for reading in phones.read_phones(text):
        assert reading.problem or phones.is_phone(reading.number)


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("13991234567.0", ["13991234567"]),
        ("+86 139-9123-4567", ["13991234567"]),
        ("139 9123 4567", ["13991234567"]),
        ("33576726", ["029-33576726"]),
        ("029-33576726/13991234567(儿子)", ["029-33576726", "13991234567"]),
        ("同爱人", []),
        ("无手机", []),
    ],
)
def test_phone_cells(cell: str, numbers: list[str]) -> None:
    assert [reading.number for reading in phones.read_phones(cell)] == numbers


@pytest.mark.parametrize(
    ("cell", "name"),
    [("张  三", "张三"), ("张　三", "张三"), ("张三（已故）", "张三"), ("1.张三", "张三"), ("张三 女", "张三"),
     ("阿不都・热合曼", "阿不都·热合曼"), ("⼦明", "子明"), ("欧阳 建国", "欧阳建国")],
)  # fmt: skip
def test_name_cells(cell: str, name: str) -> None:
    assert names.read_name(cell).name == name


@given(st.integers(0, 10_000), st.integers(0, 8))
def test_a_short_code_survives_being_typed_and_a_wrong_character_does_not(seed: int, place: int) -> None:
    code = new_short_code(SeededIds(seed))
    plain = code.replace("-", "")
    assert read_short_code(plain.lower().replace("0", "o").replace("1", "l")) == code
    wrong = plain[:place] + ("2" if plain[place] != "2" else "3") + plain[place + 1 :]
    assert read_short_code(wrong) is None
