"""A history of exchange: three communities, a street, packages; how it ends and what must be true then.

The rules of what may happen are `tests/services/test_exchange_machine.py`.
"""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
)

from desktop.domain.dictionary import KINDS
from desktop.domain.errors import KnownError, NotFoundError, PackageError
from desktop.domain.fields import Policy
from desktop.domain.ids import SeededIds
from desktop.domain.operations import DELETE, Operation
from desktop.domain.transfers import Step
from desktop.services import conflicts, exchange, merges, register, transfers
from desktop.services.access import NewStore, create_store
from desktop.services.backups import check_store
from desktop.services.exchange import MergeResult
from desktop.services.station import Station
from desktop.store import exchange as store_exchange
from desktop.store import keyring as store_keyring
from desktop.store import merging
from desktop.store.exchange import PackageLine
from desktop.sync import package, parse_child
from desktop.sync.lines import check_lines
from tests.conftest import CHEAP, COMMUNITY, OTHER, PASSWORD, STREET, the_clock
from tests.exchange_steps import trust

THIRD = NewStore("community", "610100001003", "天台社区", "吴敏")
DRAFTS = {"street": STREET, "a": COMMUNITY, "b": OTHER, "c": THIRD}
COMMUNITIES = ("a", "b", "c")
FIELDS = ("live_addr", "ent_name")
ROUNDS = 8

Values = dict[tuple[str, str], dict[str, object]]
Merged = tuple[str, Values, tuple[int, bytes]]  # batch, the people before, the end of the log after

which = st.sampled_from(COMMUNITIES)
index = st.integers(0, 7)


def in_this_process(packed: bytes, part: package.Part) -> bytes:
    """Unpack and check as the child does."""
    raw = parse_child.unpack(packed, raw_size=part.raw)
    check_lines(raw, count=part.lines)
    return raw


class History(RuleBasedStateMachine):
    """The stations, the packages on their way, and what was written; everything is delivered at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="yince-machine-"))
        self.stations: dict[str, Station] = {}
        self.people: list[str] = []
        self.packages: list[tuple[str, Path]] = []  # receiver, file
        self.merges: list[Merged] = []  # at the street
        self.backups: dict[str, Path] = {}
        self.twins: dict[str, Station] = {}  # copies of a store, in use beside the original
        self.said: dict[str, list[str]] = {}  # what was written where and must reach the street: one list a store
        self.directories: list[tuple[int, Path]] = []
        self.written = self.seeds = 0

    @initialize()
    def begin(self) -> None:
        """Make the stations and let each community and the street trust each other."""
        for seed, name in enumerate(DRAFTS, start=1):
            self.stations[name] = self.new_store(name, SeededIds(seed))
        for name in COMMUNITIES:
            trust(self.stations[name], self.street, self.folder)

    def new_store(self, name: str, ids: SeededIds) -> Station:
        """Make the store of a unit on a new computer."""
        self.seeds += 1
        folder = self.folder / f"{name}-{self.seeds}"
        return create_store(
            folder, draft=DRAFTS[name], password=PASSWORD, clock=the_clock(), ids=ids, cost=CHEAP
        )  # fmt: skip

    @property
    def street(self) -> Station:
        return self.stations["street"]

    def teardown(self) -> None:
        """Deliver everything, then compare."""
        try:
            if self.stations:
                self.settle()
                self.compare()
        finally:
            for station in (*self.stations.values(), *self.twins.values()):
                station.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self, place: str = "street") -> str:
        self.written += 1
        self.said.setdefault(place, []).append(f"值{self.written}")
        return f"值{self.written}"

    def ids(self) -> SeededIds:
        """Return an id maker nobody had before."""
        self.seeds += 1
        return SeededIds(100 + self.seeds)

    def pack(self, name: str, *, up: bool) -> None:
        sender, receiver = (name, "street") if up else ("street", name)
        path = self.folder / f"{len(self.packages)}.ycp"
        exchange.pack_for(self.stations[sender], to_org=self.stations[receiver].org, path=path)
        self.packages.append((receiver, path))

    def pack_of_copy(self, name: str) -> None:
        path = self.folder / f"{len(self.packages)}.ycp"
        exchange.pack_for(self.twins[name], to_org=self.street.org, path=path)
        self.packages.append(("street", path))

    def deliver(self, receiver: str, path: Path, *, to: Station | None = None) -> MergeResult | None:
        """Merge a package as a clerk would, or at the copy `to`; return None if it is refused."""
        station = to or self.stations[receiver]
        before, old = digest(station), states(station)
        try:
            preview = exchange.preview_merge(station, path=path)
            brakes = merges.brakes_of(station, preview)
            result = exchange.apply_merge(
                station, preview=preview, accept_epoch=True, is_backed_up=True,
                confirmed=brakes.number if brakes else None,
            )  # fmt: skip
        except PackageError:
            assert digest(station) == before  # a refused package changes nothing
            return None
        if result.state == "already":
            assert digest(station) == before  # twice is once
        elif result.state == "imported" and receiver == "street":
            self.merges.append((result.changes.batch, old, station.vault.head()))
        return result

    def owned(self, station: Station, person: str) -> bool:
        """Return True if a store has the person as its own."""
        try:
            return register.person_details(station, person=person).values.get("home_org") == station.org
        except NotFoundError:
            return False

    def may_write(self, name: str, person: str) -> bool:
        """Return True if the person is there and, at a community, its own."""
        station = self.stations[name]
        try:
            home = register.person_details(station, person=person).values.get("home_org")
        except NotFoundError:
            return False
        return name == "street" or home == station.org

    def owned_at(self, name: str, person: str) -> bool:
        station = self.stations[name]
        with station.vault.reading() as connection:
            found = merging.states_of(connection, "person", [person]).get(person)
        return found is not None and found.values.get("home_org") == station.org

    def epoch_at(self, name: str, person: str) -> int:
        with self.stations[name].vault.reading() as connection:
            found = merging.states_of(connection, "person", [person])[person]
        return int(found.values.get("owner_epoch") or 0)

    def version_at(self, name: str) -> int:
        with self.stations[name].vault.reading() as connection:
            kept = store_keyring.directory_of(connection, self.street.org)
        return kept.version if kept else 0

    def street_packages(self, name: str) -> list[PackageLine]:
        with self.street.vault.reading() as connection:
            return store_exchange.packages(
                connection, stream_name=f"{self.stations[name].org}>{self.street.org}", limit=1000
            )

    def settle(self) -> None:
        """Deliver all there is both ways until nothing new is said."""
        for receiver, path in self.packages:
            self.deliver(receiver, path)
        for name in sorted(self.twins):
            self.bring_together(name)
        for _ in range(ROUNDS):
            before = {name: digest(one) for name, one in self.stations.items()}
            for up in (True, False):
                for name in COMMUNITIES:
                    self.pack(name, up=up)
                    self.deliver(*self.packages[-1])
            if before == {name: digest(one) for name, one in self.stations.items()}:
                return
        raise AssertionError("the stations go on talking")

    def bring_together(self, name: str) -> None:
        """The copy says all it has to say and is put away; then the original says what it has."""
        for receiver, path in self.packages:
            if receiver == name:
                self.deliver(name, path, to=self.twins[name])
        self.speak(name, self.twins[name])
        self.speak(name, self.stations[name])

    def speak(self, name: str, station: Station) -> None:
        """Send to the street until it takes a package in; in between the sender hears what the street has."""
        for _ in range(ROUNDS):
            path = self.folder / f"{len(self.packages)}.ycp"
            exchange.pack_for(station, to_org=self.street.org, path=path)
            self.packages.append(("street", path))
            done = self.deliver("street", path)
            if done is not None and done.state == "imported":
                return
            path = self.folder / f"{len(self.packages)}.ycp"
            exchange.pack_for(self.street, to_org=station.org, path=path)
            self.packages.append((name, path))
            for one in {id(self.stations[name]): self.stations[name], id(station): station}.values():
                self.deliver(name, path, to=one)
        raise AssertionError("a copy is never heard")

    def compare(self) -> None:
        """The owner and the street agree; what faces each other is what nobody has decided."""
        at_street = states(self.street)
        for name in COMMUNITIES:
            station = self.stations[name]
            own = states(station)
            for key, values in at_street.items():
                if key[0] == "person" and values.get("home_org") == station.org:
                    assert own.get(key) == values, key
            assert not [key for key in own if key[0] == "person" and own[key].get("home_org") == station.org
                        and key not in at_street]  # fmt: skip
        for station in self.stations.values():
            assert_nothing_lost(station)
            assert check_store(station).problems == []
        self.assert_everything_arrived()

    def assert_everything_arrived(self) -> None:
        """Whatever a clerk wrote is in the street's log or lies in its quarantine with a reason."""
        with self.street.vault.reading() as connection:
            log = [one.operation for one in merging.logged_after(connection, 0, org=self.street.org)]
            rows = connection.exec_driver_sql("SELECT operation FROM quarantine").all()
        written = [one.fields for one in log] + [json.loads(row[0])["fields"] for row in rows]
        there = {value for fields in written for value in fields.values() if isinstance(value, str)}
        for place, values in self.said.items():
            assert set(values) <= there, (place, set(values) - there)


def attempt(job: Callable[[], object]) -> None:
    """Do what the rules may refuse."""
    with contextlib.suppress(KnownError):
        job()


def take(station: Station, one: transfers.Transfer, step: Step) -> None:
    """Take one step of a transfer."""
    if step is Step.ROUTE:
        transfers.route_transfer(station, transfer=one.id, target=one.text("wanted"))
    elif step is Step.ACCEPT:
        transfers.accept_transfer(station, transfer=one.id)
    elif step is Step.REJECT:
        transfers.reject_transfer(station, transfer=one.id, why="不住这里")
    elif step is Step.CANCEL:
        transfers.cancel_transfer(station, transfer=one.id, why="不搬了")
    elif step is Step.CONFIRM:
        transfers.confirm_transfer(station, transfer=one.id)
    else:
        transfers.close_transfer(station, transfer=one.id)


def states(station: Station) -> Values:
    """Return the values of every living person."""
    with station.vault.reading() as connection:
        return {
            ("person", one.record): dict(one.values)
            for one in merging.all_states(connection, "person")
            if not one.deleted
        }


def digest(station: Station) -> str:
    """Return everything the exchanged records hold, deletions and versions too, as one text."""
    with station.vault.reading() as connection:
        parts = [
            repr((one.record, sorted(one.values.items()), sorted(one.vector.items()), one.deleted))
            for kind in ("person", "transfer")
            for one in merging.all_states(connection, kind)
        ]
    return "\n".join(parts)


def assert_nothing_lost(station: Station) -> None:
    """Work out from the log alone which values nobody has decided between, and find them all.

    Independent of the merge: a value is alive if no other write of its field had seen it.
    """
    with station.vault.reading() as connection:
        log: dict[str, list[Operation]] = {}
        for one in merging.logged_after(connection, 0, org=station.org):
            if one.operation.kind == "person":
                log.setdefault(one.operation.record, []).append(one.operation)
        current = {one.record: one for one in merging.all_states(connection, "person")}
    facing: dict[tuple[str, str], set[object]] = {}
    for conflict in conflicts.list_conflicts(station):
        facing.setdefault((conflict.record, conflict.field), set()).update({conflict.ours, conflict.theirs})
    for record, operations in log.items():
        if any(one.action == DELETE for one in operations) or record not in current:
            continue
        for field in FIELDS:
            if KINDS["person"].field(field).policy is Policy.QUEUE:
                alive = alive_of([one for one in operations if field in one.fields], field)
                shown = facing.get((record, field), set()) | {current[record].values.get(field)}
                assert alive <= shown, (record, field, alive, shown)


def alive_of(writes: list[Operation], field: str) -> set[object]:
    """Return the values of the writes that no other write had seen."""
    return {
        one.fields[field] for one in writes if not any(other is not one and has_seen(other, one) for other in writes)
    }


def has_seen(later: Operation, one: Operation) -> bool:
    if later.dot.writer == one.dot.writer:
        return later.dot.counter > one.dot.counter
    return later.base.get(one.dot.writer, 0) >= one.dot.counter
