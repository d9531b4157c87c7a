"""Three communities and a street under a Hypothesis state machine: whatever happens to packages, nothing is lost.

Real SQLCipher stations, real signed and sealed packages. Two things are cheaper than in life: the key
derivation, and packages are unpacked by the same checks in this process instead of a child of it.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desktop.domain.dictionary import KINDS
from desktop.domain.errors import KnownError, NotFoundError, PackageError
from desktop.domain.fields import Policy
from desktop.domain.ids import SeededIds
from desktop.domain.operations import DELETE, Operation
from desktop.domain.transfers import Step
from desktop.services import backups, batches, conflicts, exchange, merges, register, transfers
from desktop.services.access import NewStore, create_store, open_store
from desktop.services.backups import check_store
from desktop.services.exchange import MergeResult
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.store import merging
from desktop.sync import package, parse_child
from desktop.sync.lines import check_lines
from desktop.sync.merge import DELETION
from tests.conftest import CHEAP, COMMUNITY, OTHER, PASSWORD, STREET, the_clock
from tests.exchange_steps import trust

THIRD = NewStore("community", "610100001003", "天台社区", "吴敏")
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


class Exchange(RuleBasedStateMachine):
    """What clerks do, in any order; everything is delivered at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="yince-machine-"))
        self.stations: dict[str, Station] = {}
        self.people: list[str] = []
        self.packages: list[tuple[str, Path]] = []  # receiver, file
        self.merges: list[Merged] = []  # at the street
        self.backups: dict[str, Path] = {}
        self.written = self.seeds = 0

    @initialize()
    def begin(self) -> None:
        """Make the stations and let each community and the street trust each other."""
        drafts = {"street": STREET, "a": COMMUNITY, "b": OTHER, "c": THIRD}
        for seed, (name, draft) in enumerate(drafts.items(), start=1):
            self.stations[name] = create_store(
                self.folder / name, draft=draft, password=PASSWORD, clock=the_clock(), ids=SeededIds(seed), cost=CHEAP
            )
        for name in COMMUNITIES:
            trust(self.stations[name], self.street, self.folder)

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
            for station in self.stations.values():
                station.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self) -> str:
        self.written += 1
        return f"值{self.written}"

    # -- what clerks do ---------------------------------------------------------------------

    @rule(name=which)
    def registers(self, name: str) -> None:
        if len(self.people) < 6:
            draft = PersonDraft({"name": f"人{len(self.people)}", "live_addr": self.fresh()})
            self.people.append(register.register_person(self.stations[name], draft=draft).person)

    @precondition(lambda self: self.people)
    @rule(name=st.sampled_from((*COMMUNITIES, "street")), at=index, field=st.sampled_from(FIELDS))
    def edits(self, name: str, at: int, field: str) -> None:
        person = self.people[at % len(self.people)]
        if self.may_write(name, person):
            register.amend_person(self.stations[name], person=person, values={field: self.fresh()})

    @precondition(lambda self: self.people)
    @rule(name=which, at=index)
    def deletes(self, name: str, at: int) -> None:
        person = self.people[at % len(self.people)]
        if self.may_write(name, person):
            register.remove_person(self.stations[name], person=person, why="重复录入")

    @precondition(lambda self: self.people)
    @rule(name=which, to=which, at=index)
    def offers(self, name: str, to: str, at: int) -> None:
        person, station = self.people[at % len(self.people)], self.stations[name]
        if self.may_write(name, person) and name != to:
            attempt(lambda: transfers.offer_transfer(
                station, person=person, wanted=self.stations[to].org, reason="搬家"
            ))  # fmt: skip

    @rule(name=st.sampled_from((*COMMUNITIES, "street")), at=index, choice=st.integers(0, 3))
    def takes_a_step(self, name: str, at: int, choice: int) -> None:
        station = self.stations[name]
        ready = [one for one in transfers.list_transfers(station) if one.steps]
        if ready:
            one = ready[at % len(ready)]
            step = sorted(one.steps, key=lambda step: step.value)[choice % len(one.steps)]
            attempt(lambda: take(station, one, step))

    @rule(name=which)
    def backs_up(self, name: str) -> None:
        if self.stations:
            self.backups[name] = backups.back_up(self.stations[name], target=self.folder / f"backup-{name}").path

    @precondition(lambda self: self.backups)
    @rule(at=index)
    def restores(self, at: int) -> None:
        """A community's computer breaks: the last backup comes back, and what was sent since returns from the street."""
        name = sorted(self.backups)[at % len(self.backups)]
        path, old = self.backups.pop(name), self.stations[name]
        old.close()
        backups.restore_backup(path, folder=old.vault.folder, password=PASSWORD, clock=old.clock, ids=self.ids())
        self.stations[name] = open_store(old.vault.folder, password=PASSWORD, clock=old.clock, ids=self.ids())

    def ids(self) -> SeededIds:
        """Return an id maker nobody had before."""
        self.seeds += 1
        return SeededIds(100 + self.seeds)

    @rule(name=which, up=st.booleans())
    def packs(self, name: str, up: bool) -> None:
        self.pack(name, up=up)

    def pack(self, name: str, *, up: bool) -> None:
        sender, receiver = (name, "street") if up else ("street", name)
        path = self.folder / f"{len(self.packages)}.ycp"
        exchange.pack_for(self.stations[sender], to_org=self.stations[receiver].org, path=path)
        self.packages.append((receiver, path))

    @precondition(lambda self: self.packages)
    @rule(at=st.integers(0, 30))
    def a_package_comes(self, at: int) -> None:
        """Any package, in any order, again or never."""
        self.deliver(*self.packages[-1 - at % len(self.packages)])

    def deliver(self, receiver: str, path: Path) -> MergeResult | None:
        station = self.stations[receiver]
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

    @rule(name=st.sampled_from((*COMMUNITIES, "street")), at=index, keep=st.sampled_from(("mine", "theirs", "第三值")))
    def decides(self, name: str, at: int, keep: str) -> None:
        station = self.stations[name]
        waiting = conflicts.list_conflicts(station)
        if waiting:
            one = waiting[at % len(waiting)]
            if one.field != DELETION or keep != "第三值":
                attempt(lambda: conflicts.resolve_conflict(station, conflict=one.id, keep=keep))

    @precondition(lambda self: self.merges)
    @rule()
    def takes_a_merge_back(self) -> None:
        """Undo the newest merge at the street; if nothing happened since, all is as it was before."""
        batch, before, head = self.merges.pop()
        is_fresh = self.street.vault.head() == head
        done = batches.undo_batch(self.street, batch=batch, why="包发错了")
        if is_fresh:
            assert done.kept == ()
            assert states(self.street) == before

    def may_write(self, name: str, person: str) -> bool:
        """Return True if the person is there and, at a community, its own."""
        station = self.stations[name]
        try:
            home = register.person_details(station, person=person).values.get("home_org")
        except NotFoundError:
            return False
        return name == "street" or home == station.org

    @invariant()
    def nobody_has_two_owners(self) -> None:
        """Each store names one owner; a community that says it owns a person is who the street says, or will be told."""
        for person in self.people if self.stations else []:
            owners = [name for name in COMMUNITIES if self.owned_at(name, person)]
            epochs = {self.epoch_at(name, person) for name in owners}
            assert len(owners) == len(epochs)  # two that both say so have different epochs: the later one is right

    def owned_at(self, name: str, person: str) -> bool:
        station = self.stations[name]
        with station.vault.reading() as connection:
            found = merging.states_of(connection, "person", [person]).get(person)
        return found is not None and found.values.get("home_org") == station.org

    def epoch_at(self, name: str, person: str) -> int:
        with self.stations[name].vault.reading() as connection:
            found = merging.states_of(connection, "person", [person])[person]
        return int(found.values.get("owner_epoch") or 0)

    # -- at the end ------------------------------------------------------------------------

    def settle(self) -> None:
        """Deliver all there is both ways until nothing new is said."""
        for receiver, path in self.packages:
            self.deliver(receiver, path)
        for _ in range(ROUNDS):
            before = {name: digest(one) for name, one in self.stations.items()}
            for up in (True, False):
                for name in COMMUNITIES:
                    self.pack(name, up=up)
                    self.deliver(*self.packages[-1])
            if before == {name: digest(one) for name, one in self.stations.items()}:
                return
        raise AssertionError("the stations go on talking")

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


def run(*, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Exchange,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck), print_blob=False,
        ),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_in_child", in_this_process)


def test_a_few_histories() -> None:
    run(examples=3, steps=20)


@pytest.mark.long
def test_many_histories() -> None:
    run(examples=2000, steps=40)
