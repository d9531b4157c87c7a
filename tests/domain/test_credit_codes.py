"""Credit codes by the rule of GB 32100-2015: doubted, never refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import credit_codes
from desktop.domain.dictionary import PERSON
from desktop.domain.validation import check_record

CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SOUND = ("91310110666007217T", "91350100M000100Y43", "91310115591693856A")


@pytest.mark.parametrize("code", SOUND)
def test_codes_that_are_in_use_pass(code: str) -> None:
    assert credit_codes.doubt_about(code) == ("", "")
    assert credit_codes.doubt_about(f" {code.lower()} ") == ("", "")


@given(st.text(alphabet=CHARACTERS, min_size=17, max_size=17), st.integers(0, 17), st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_always_noticed(body: str, place: int, other: str) -> None:
    code = body + credit_codes.check_character(body)
    assert credit_codes.doubt_about(code) == ("", "")
    wrong = code[:place] + other + code[place + 1 :]
    assert bool(credit_codes.doubt_about(wrong)[0]) == (wrong != code)


def test_the_weights_are_those_of_the_standard() -> None:
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    for place, weight in enumerate(weights):
        body = "0" * place + "1" + "0" * (16 - place)
        assert credit_codes.check_character(body) == CHARACTERS[(31 - weight) % 31]


@pytest.mark.parametrize(
    ("code", "said", "meant"),
    [
        ("91310110666007217X", "校验位不对", ""), ("9131011066600721", "现在是 16 位", ""),
        ("913IOII0666007217T", "不用的字母", "91310110666007217T"), ("12345678-9", "", ""),
    ],
)  # fmt: skip
def test_a_doubtful_code_is_a_warning_with_what_it_may_be(code: str, said: str, meant: str) -> None:
    found = check_record(PERSON, {"name": "张三", "ent_uscc": code}, today=date(2026, 11, 24))
    found = [one for one in found if one.field == "ent_uscc"]
    if not said:
        assert found == []
        return
    (one,) = found
    assert said in one.message
    assert one.suggestion == meant
    assert not one.is_error
