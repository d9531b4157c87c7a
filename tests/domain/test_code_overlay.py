"""A register's codes over the shipped ones: nothing shipped is lost, old words still find their code."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.codes import code_list, code_list_keys, lay_over, lift_off, overlaid, shipped_list

WORDS = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4)
ROWS = st.dictionaries(
    st.sampled_from(["T01", "T05", "T17", "T18", "T99"]),
    st.tuples(WORDS, st.lists(WORDS, max_size=2), st.integers(0, 1), st.none() | st.integers(1, 30)),
    max_size=5,
)


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    for owner in ("a", "b"):
        lift_off(owner)


def records(rows: dict[str, tuple[str, list[str], int, int | None]]) -> list[dict[str, str | int | None]]:
    return [
        {
            "list": "care_tag",
            "code": code,
            "label": label,
            "also": "、".join(also),
            "stopped": stopped,
            "position": place,
        }
        for code, (label, also, stopped, place) in rows.items()
    ]


@given(ROWS)
def test_the_overlay_says_what_the_records_say(rows: dict[str, tuple[str, list[str], int, int | None]]) -> None:
    shipped = shipped_list("care_tag")
    made = overlaid(shipped, records(rows), {})
    assert set(made.labels) == set(shipped.labels) | set(rows)
    for code, label in made.labels.items():
        assert label == (rows[code][0] if code in rows else shipped.labels[code])
        assert made.code_of(code) == code
        assert made.labels[made.code_of(label) or ""] == label
    assert made.stopped == {code for code, row in rows.items() if row[2]}
    assert set(made.offered) == set(made.labels) - made.stopped
    for word in shipped.words:
        assert made.code_of(word) is not None
    placed = [code for code in made.labels if code in rows and rows[code][3] is not None]
    assert list(made.labels)[: len(placed)] == placed
    assert [rows[code][3] for code in placed] == sorted(rows[code][3] or 0 for code in placed)


def test_without_records_every_list_is_the_shipped_one() -> None:
    for key in code_list_keys():
        shipped = shipped_list(key)
        again = overlaid(shipped, [], {})
        assert (again.labels, again.words, again.offered) == (shipped.labels, shipped.words, shipped.labels)


def test_the_register_that_spoke_last_is_in_force_and_closing_brings_back_the_one_before() -> None:
    lay_over("a", [{"list": "care_tag", "code": "T05", "label": "最低生活保障"}], [])
    assert code_list("care_tag").label_of("T05") == "最低生活保障"
    assert code_list("care_tag").code_of("低保") == "T05"
    lay_over("b", [], [{"list": "sex", "confirmed": 0, "source": "文件", "as_of": "2026"}])
    assert code_list("care_tag").label_of("T05") == "低保"
    assert (code_list("sex").confirmed, code_list("sex").source) == (False, "文件")
    lift_off("b")
    assert code_list("care_tag").label_of("T05") == "最低生活保障"
    lift_off("a")
    assert code_list("care_tag") is shipped_list("care_tag")
    with pytest.raises(KeyError):
        code_list("没有这张表")
