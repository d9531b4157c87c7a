"""Undoing a merge takes back also what met a record both had made: found by the state machine."""

from pathlib import Path

from desktop.services import batches
from desktop.services.backups import check_store
from tests.conftest import COMMUNITY, STREET, Maker
from tests.services.test_exchange import send, trust


def test_a_record_made_at_both_ends_is_not_called_touched_since(make_station: Maker, tmp_path: Path) -> None:
    """Both stations know the community's own organisation: enrolling made it at the street, `init` at the other."""
    community, street = make_station(COMMUNITY, seed=1), make_station(STREET, seed=2)
    trust(community, street, tmp_path)
    result = send(community, street, tmp_path)
    done = batches.undo_batch(street, batch=result.changes.batch, why="包发错了")
    assert done.kept == ()
    assert check_store(street).problems == []
