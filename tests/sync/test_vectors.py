"""Every committed vector gives exactly what its index says, through the code a user's click runs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.errors import KnownError
from desktop.services import cards, directories, exchange, peers, streams
from desktop.services.station import Station
from desktop.store import keyring
from tests.vectors.make_vectors import INDEX, ONCE, index_text, vectors
from tests.vectors.station import enrol, make_station

FOLDER = Path(__file__).resolve().parents[1] / "vectors"
WORLD: dict[str, Any] = json.loads((FOLDER / INDEX).read_text(encoding="utf-8"))
ENTRIES: list[dict[str, Any]] = WORLD["vectors"]
MOST_BYTES = 4097  # one byte more than a key card may have; all else is smaller


class Receivers:
    """Real stations by what they merged before; one that was written to is not used again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[tuple[str, ...], tuple[Station, tuple[Any, ...]]] = {}
        self._made = 0

    def station(self, after: tuple[str, ...]) -> Station:
        """Return a station that merged the packages `after`, and nothing else."""
        if after in self._open:
            station, state = self._open.pop(after)
            if state_of(station) == state:
                self._open[after] = station, state
                return station
            station.close()
        self._made += 1
        station = make_station(self._folder / str(self._made), WORLD["receiver"], clock=WORLD["clock"])
        for name in WORLD["trusted"]:
            enrol(station, FOLDER / name)
        for name in after:
            merge(station, FOLDER / name, accept_epoch=True)
        self._open[after] = station, state_of(station)
        return station

    def close(self) -> None:
        """Close all."""
        for station, _ in self._open.values():
            station.close()


@pytest.fixture(scope="module")
def receivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receivers]:
    made = Receivers(tmp_path_factory.mktemp("receivers"))
    yield made
    made.close()


class Readers:
    """Communities that read directories; one that took one over is not used again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fresh: Station | None = None
        self._made: list[Station] = []

    def read(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Return what reading a directory gives, after those it names."""
        station = self._fresh or self._make()
        self._fresh = None
        try:
            for name in entry.get("after", ()):
                directories.read_in(station, path=FOLDER / name)
            found = directories.read_in(station, path=FOLDER / entry["file"])
        except KnownError as error:
            if not entry.get("after"):
                with station.vault.reading() as connection:
                    assert keyring.directories(connection) == []
                self._fresh = station
            return {"error": type(error).__name__, "reason": getattr(error, "reason", "")}
        return {"version": found.version, "keys": len(found.entries)}

    def _make(self) -> Station:
        station = make_station(self._folder / str(len(self._made)), WORLD["reader"], clock=WORLD["clock"])
        self._made.append(station)
        for name in WORLD["trusted_by_reader"]:
            enrol(station, FOLDER / name)
        return station

    def close(self) -> None:
        """Close all."""
        for station in self._made:
            station.close()


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    made = Readers(tmp_path_factory.mktemp("readers"))
    yield made
    made.close()


def state_of(station: Station) -> tuple[Any, ...]:
    """Return what a refused file must leave as it was: the log, the packages, whom we trust; and what waits."""
    waiting = streams.held_packages(station)
    return station.vault.head(), exchange.packages_listed(station), peers.peers_of(station), waiting


def merge(station: Station, path: Path, *, accept_epoch: bool = False) -> dict[str, Any]:
    """Merge a package as the window does: preview, then apply."""
    preview = exchange.preview_merge(station, path=path)
    result = exchange.apply_merge(station, preview=preview, accept_epoch=accept_epoch)
    return {"state": result.state, "counts": dict(result.counts)}


def enrolled(station: Station, path: Path, typed: str) -> dict[str, Any]:
    """Enrol a key card as the window does, comparing its own digits unless others are typed."""
    peer = peers.enroll_peer(station, path=path, fingerprint=typed or peers.read_card(path).fingerprint)
    return {"org": peer.org, "fingerprint": peer.fingerprint}


def outcome(station: Station, entry: dict[str, Any]) -> dict[str, Any]:
    """Return what reading a vector gives, in the words of the index."""
    path = FOLDER / entry["file"]
    try:
        if path.suffix == ".ycp":
            return merge(station, path)
        if path.suffix == ".yck":
            return enrolled(station, path, entry.get("typed", ""))
        return {"state": cards.verify_card(station, token=path.read_bytes().decode("utf-8")).state}
    except KnownError as error:
        return {"error": type(error).__name__, "reason": getattr(error, "reason", "")}


def parameter(entry: dict[str, Any]) -> Any:
    """Return an entry as a test parameter."""
    name = " after ".join([entry["file"], *entry.get("after", ())])
    return pytest.param(entry, id=f"{name}: {entry['what']}")


@pytest.mark.parametrize("entry", [parameter(one) for one in ENTRIES if one["file"].endswith(".ycd")])
def test_a_directory_gives_what_the_index_says(readers: Readers, entry: dict[str, Any]) -> None:
    assert readers.read(entry) == entry["expect"]


@pytest.mark.parametrize("entry", [parameter(one) for one in ENTRIES if not one["file"].endswith(".ycd")])
def test_a_vector_gives_what_the_index_says(receivers: Receivers, entry: dict[str, Any]) -> None:
    station = receivers.station(tuple(entry.get("after", ())))
    before = state_of(station)
    assert outcome(station, entry) == entry["expect"]
    if "error" in entry["expect"] or entry["expect"].get("state") in {"already", "held"}:
        assert state_of(station)[:3] == before[:3]
    files = [one.file for one in streams.held_packages(station)]
    if entry["expect"].get("state") == "held" or _must_wait(entry):
        assert files.count(path_of(entry).name) == 1
    else:
        assert set(state_of(station)[3]) <= set(before[3])


def path_of(entry: dict[str, Any]) -> Path:
    """Return where a vector's file is."""
    return FOLDER / str(entry["file"])


def _must_wait(entry: dict[str, Any]) -> bool:
    """Return True for a package of a newer program: refused now, kept until this one is updated."""
    return bool(entry["expect"].get("reason") == "too-new")


def test_every_file_is_listed_and_small() -> None:
    listed = {entry["file"] for entry in ENTRIES}
    found = {
        path.relative_to(FOLDER).as_posix(): path.stat().st_size
        for path in FOLDER.rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"} and path.name != INDEX
    }
    assert listed == set(found)
    assert max(found.values()) <= MOST_BYTES


def test_the_generator_still_makes_what_is_committed() -> None:
    assert (FOLDER / INDEX).read_text(encoding="utf-8") == index_text()
    made = {one.file: one.content for one in vectors() if one.content is not None}
    assert [file for file, content in made.items() if (FOLDER / file).read_bytes() != content] == []
    assert {entry["file"] for entry in ENTRIES} - set(made) == {ONCE}
