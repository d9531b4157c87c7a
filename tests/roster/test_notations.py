"""A random person, written in a random notation in any kind of file, is read back as the same person."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.roster.grid import Rows, Sheet
from desktop.roster.headers import find_tables
from desktop.roster.mapping import propose
from desktop.roster.read_child import _sheets
from desktop.roster.render import Trimmer
from desktop.roster.rowread import RowDraft, read_row
from tests.roster.make_rosters import FORMATS, Person, a_person, a_roster


def people_read(raw: bytes) -> tuple[list[RowDraft], list[str]]:
    """Return every row of a file as the import reads it, and the notes; the child's own work, in this process."""
    found: list[RowDraft] = []
    notes: list[str] = []
    for one in _sheets(raw, slow=False):
        trimmer = Trimmer(one.facts)
        sheet = Sheet(
            one.name, Rows(trimmer.rows(one.rows)), (*one.notes, *trimmer.notes()), merged=tuple(one.facts.merged)
        )
        for table in find_tables(sheet):
            notes += table.notes
            targets = [column.target for column in propose(table.headers)]
            for number, cells in table.rows:
                found.append(read_row(number, cells, targets=targets, headers=table.headers, said=table.said(number)))
    return found, notes


def as_person(draft: RowDraft) -> Person:
    values = draft.values
    keys = ("name", "sex", "birth_id", "id_no", "ethnic", "retire_date")
    phone = draft.phones[0]["number"] if draft.phones else ""
    return Person(*[str(values.get(key)) for key in keys], str(phone), str(values.get("live_addr")))


def check(seed: int, kind: str, count: int) -> None:
    chance = random.Random(seed)
    people = [a_person(chance) for _ in range(count)]
    drafts, notes = people_read(FORMATS[kind](a_roster(people, chance)))
    assert [as_person(one) for one in drafts] == people
    assert notes == []
    assert [one.problems for one in drafts if one.outcome] == []


@pytest.mark.parametrize("kind", FORMATS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=12)
def test_the_same_person_comes_back(kind: str, seed: int) -> None:
    check(seed, kind, 4)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", FORMATS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=400, derandomize=False)
def test_the_same_people_come_back_from_long_rosters(kind: str, seed: int) -> None:
    check(seed, kind, 30)
