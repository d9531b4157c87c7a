"""Who holds the data key and the device's seed, but not another user's password, forges that user's deeds (G16).

Every witness outside the store is taken away first; the check, run by the user who was forged, still finds it.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.domain.clock import SystemClock
from desktop.domain.errors import KnownError
from desktop.services import access, backups, users
from desktop.services.station import Station
from tests.conftest import CHEAP, COMMUNITY, PASSWORD
from tests.faults import counting
from tests.faults.conftest import new_store
from tests.faults.forging import FORGERIES, Forger, nothing
from tests.faults.test_tampering import write_some

CLERK = "clerks-secret-1"
AUDITOR = "auditors-secret-1"
PASSWORDS = {COMMUNITY.user: PASSWORD, "李静": CLERK, "赵新": AUDITOR}
_WHAT = "forgeries with the data key and the device's seed, all found"
Forgery = Callable[[Forger, random.Random], None]


def as_user(folder: Path, name: str) -> Station:
    return access.open_store(folder, password=PASSWORDS[name], user=name, clock=SystemClock())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which a supervisor and a clerk worked in turn; an auditor has looked in once."""
    folder = new_store(tmp_path_factory.mktemp("shared") / "store")
    station = as_user(folder, COMMUNITY.user)
    users.add_user(station, name="李静", role="clerk", password=CLERK, cost=CHEAP)
    users.add_user(station, name="赵新", role="auditor", password=AUDITOR, cost=CHEAP)
    write_some(station, 3)
    backups.back_up_before(station, what="试")
    station.close()
    for turn, name in enumerate(("李静", COMMUNITY.user, "李静"), start=1):
        station = as_user(folder, name)
        write_some(station, 3, first=turn * 10)
        station.close()
    return folder


def said_after(folder: Path, forgery: Forgery, chance: random.Random, *, checker: str = COMMUNITY.user) -> list[str]:
    """Return what the whole check says, as `yince check` does, after the clerk forged."""
    forger = Forger(folder, user="李静", password=CLERK, victim=COMMUNITY.user)
    forgery(forger, chance)
    forger.finish()
    try:
        station = access.open_to_check(folder, password=PASSWORDS[checker], user=checker, clock=SystemClock())
    except KnownError as error:
        return [str(error)]
    try:
        return backups.check_store(station).problems
    finally:
        station.close()


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda one: one.__name__)
def test_a_forgery_in_anothers_name_is_found_without_any_witness(
    shared: Path, tmp_path: Path, forgery: Forgery
) -> None:
    shutil.copytree(shared, tmp_path / "s")
    said = said_after(tmp_path / "s", forgery, random.Random(forgery.__name__))
    assert said
    assert any("签名" in one or "上次退出时" in one or "那一份被改动过" in one for one in said), said
    assert is_seen_at_the_start(tmp_path / "s")
    counting.add(_WHAT, forgery.__name__)


def is_seen_at_the_start(folder: Path) -> bool:
    """Return True if an ordinary start stops, or says that the register is older than what was noted of it."""
    try:
        station = as_user(folder, COMMUNITY.user)
    except KnownError:
        return True
    try:
        return station.vault.behind > 0 or station.vault.is_replaced
    finally:
        station.close()


def test_sealing_everything_again_as_it_was_is_no_forgery(shared: Path, tmp_path: Path) -> None:
    """The control: what the tests above find is the forgery, not the forger's way of writing."""
    shutil.copytree(shared, tmp_path / "s")
    assert said_after(tmp_path / "s", nothing, random.Random(1)) == []
    as_user(tmp_path / "s", COMMUNITY.user).close()


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_five_hundred_forgeries_are_found(shared: Path, tmp_path: Path) -> None:
    chance, missed, begun = random.Random(16), [], 0
    for number in range(500):
        forgery, folder = chance.choice(FORGERIES), tmp_path / "s"
        shutil.copytree(shared, folder)
        if said_after(folder, forgery, chance):
            counting.add(_WHAT, forgery.__name__)
        else:
            missed.append((number, forgery.__name__))
        begun += not is_seen_at_the_start(folder)
        shutil.rmtree(folder)
    counting.add(_WHAT, "", times=0, note=f"{begun} not seen at an ordinary start")
    assert not missed
    assert begun == 0
