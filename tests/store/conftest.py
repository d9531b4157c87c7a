"""A real vault in a temporary folder, opened with a fixed key."""

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from desktop.domain.clock import FixedClock
from desktop.domain.ids import SeededIds, new_id
from desktop.store.opening import create_vault
from desktop.store.vault import StoreIdentity, Vault

KEY = bytes(range(32))


def make_vault(folder: Path, *, seed: int = 1, org: str = "610100001001") -> Vault:
    """Return a new community vault."""
    ids = SeededIds(seed)
    folder.mkdir(parents=True, exist_ok=True)
    clock = FixedClock(datetime(2026, 11, 24, 1, 2, 3, tzinfo=timezone.utc))
    identity = StoreIdentity(new_id(ids), new_id(ids), 1, "community", org, "青杨社区")
    vault = create_vault(folder, key=KEY, identity=identity, clock=clock, ids=ids, user="王敏")
    with vault.unit("store.create") as unit:
        unit.keep_secret("sign_seed", bytes(32))
        unit.commit()
    return vault


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """An open, empty vault."""
    made = make_vault(tmp_path / "store")
    yield made
    made.close()


def add_person(vault: Vault, name: str = "张三", **values: str | int | None) -> str:
    """Write one person and return the id."""
    person = new_id(vault.ids)
    with vault.unit("person.edit") as unit:
        unit.add("person", person, {"name": name, "home_org": vault.identity.org, **values})
        unit.commit()
    return person
