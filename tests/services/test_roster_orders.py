"""The sample rosters and their parts in any order, again and again: the register ends the same and stays so."""

import itertools
from pathlib import Path

import pytest

from desktop.services import batches, register, reviews, rosters
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from tests.conftest import COMMUNITY, OTHER, ROSTERS, Maker, NewStore, reopen

FILES = ("移交花名册.xlsx", "社区摸底.csv", "难读的花名册.xlsx")


def everything(station: Station) -> list[tuple[str, ...]]:
    """Return what is known of everybody, without what depends on the order of arrival."""
    ids = register.people_ids(station, wanted=PeopleFilter())
    rows = []
    for row in register.people_rows(station, ids=ids):
        values = {key: value for key, value in row.values.items() if key != "person_no"}
        rows.append((str(sorted(values.items())), row.phone, *row.tags))
    return sorted(rows)


@pytest.mark.long
def test_any_order_of_files_gives_the_same_people(make_station: Maker, tmp_path: Path) -> None:

    found = []
    for number, order in enumerate(itertools.permutations(FILES)):
        station = make_station(NewStore("community", f"61010000100{number}", f"社区{number}", "王敏"), seed=number)
        for name in order:
            rosters.import_rosters(station, paths=[ROSTERS / name])
        found.append(list(everything(station)))
        head = station.vault.head()
        for name in (*reversed(order), *order):
            rosters.import_rosters(station, paths=[ROSTERS / name])
        assert station.vault.head() == head
    first = [line.replace("'610100001000'", "own") for row in found[0] for line in row]
    for number, other in enumerate(found):
        assert [line.replace(f"'61010000100{number}'", "own") for row in other for line in row] == first


def test_several_files_in_one_import_are_the_files_one_by_one(make_station: Maker) -> None:

    one, other = make_station(COMMUNITY, seed=1), make_station(OTHER, seed=2)
    paths = [ROSTERS / name for name in FILES[1:]]
    whole = rosters.import_rosters(one, paths=paths)
    parts = [rosters.import_rosters(other, paths=[path]) for path in paths]
    for outcome in rosters.OUTCOMES:
        assert whole.counts[outcome] == sum(part.counts[outcome] for part in parts)
    assert whole.counts["rows"] == sum(whole.counts[outcome] for outcome in rosters.OUTCOMES)


def test_a_preview_says_what_the_import_then_does(station: Station) -> None:
    preview = rosters.preview_roster(station, paths=[ROSTERS / name for name in FILES[1:]])
    assert rosters.apply_roster(station, preview=preview).counts == preview.counts


def test_what_is_asked_is_there_after_the_program_was_closed(station: Station) -> None:

    rosters.import_rosters(station, paths=[ROSTERS / "难读的花名册.xlsx"])
    asked = reviews.review_items(station)
    again = reopen(station)
    assert reviews.review_items(again) == asked
    assert len(asked) == 4
    again.close()


def test_an_import_undone_and_done_again_is_the_same(station: Station) -> None:
    first = rosters.import_rosters(station, paths=[ROSTERS / "难读的花名册.xlsx"])
    batches.undo_batch(station, batch=first.changes.batch)
    assert rosters.import_rosters(station, paths=[ROSTERS / "难读的花名册.xlsx"]).counts == first.counts
