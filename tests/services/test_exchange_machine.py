"""Three communities and a street under a Hypothesis state machine: whatever happens to packages, nothing is lost.

Real SQLCipher stations, real signed and sealed packages. Two things are cheaper than in life: the key
derivation, and packages are unpacked by the same checks in this process instead of a child of it.
"""

import contextlib
import shutil

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desktop.domain.errors import KeyCardError, KnownError, PackageError
from desktop.services import backups, batches, conflicts, directories, exchange, keyring, register, transfers
from desktop.services.access import open_store
from desktop.services.register import PersonDraft
from desktop.services.station import Station
from desktop.sync import package
from desktop.sync.merge import DELETION
from tests.conftest import PASSWORD, copy_store
from tests.exchange_history import COMMUNITIES, FIELDS, History, attempt, digest, in_this_process, states, take
from tests.exchange_steps import trust

which = st.sampled_from(COMMUNITIES)
index = st.integers(0, 7)


class Exchange(History):
    """What clerks do and what befalls them, in any order."""

    @rule(name=which)
    def registers(self, name: str) -> None:
        if len(self.people) < 6:
            draft = PersonDraft({"name": f"人{len(self.people)}", "live_addr": self.fresh(name)})
            self.people.append(register.register_person(self.stations[name], draft=draft).person)

    @precondition(lambda self: self.people)
    @rule(name=st.sampled_from((*COMMUNITIES, "street")), at=index, field=st.sampled_from(FIELDS))
    def edits(self, name: str, at: int, field: str) -> None:
        person = self.people[at % len(self.people)]
        if self.may_write(name, person):
            register.amend_person(self.stations[name], person=person, values={field: self.fresh(name)})

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
        self.said.pop(name, None)  # what was written since the backup may be gone

    @rule(name=which)
    def clones(self, name: str) -> None:
        """Somebody copies the folder of a store to another place, and both are used from now on."""
        if name in self.twins or not self.stations:
            return
        old = self.stations[name]
        old.close()
        folder = self.folder / f"{name}-copy"
        copy_store(old, folder)
        clock = old.clock
        self.stations[name] = open_store(old.vault.folder, password=PASSWORD, clock=clock, ids=self.ids())
        self.twins[name] = open_store(folder, password=PASSWORD, clock=clock, ids=self.ids())
        assert self.twins[name].vault.identity.epoch > self.stations[name].vault.identity.epoch

    @precondition(lambda self: self.twins)
    @rule(at=index, which_one=index, field=st.sampled_from(FIELDS))
    def edits_in_the_copy(self, at: int, which_one: int, field: str) -> None:
        name = sorted(self.twins)[which_one % len(self.twins)]
        twin = self.twins[name]
        if len(self.people) < 6:
            draft = PersonDraft({"name": f"人{len(self.people)}", "live_addr": self.fresh(f"{name}-copy")})
            self.people.append(register.register_person(twin, draft=draft).person)
        person = self.people[at % len(self.people)]
        if self.owned(twin, person):
            register.amend_person(twin, person=person, values={field: self.fresh(f"{name}-copy")})

    @precondition(lambda self: self.twins)
    @rule(which_one=index)
    def the_copy_packs(self, which_one: int) -> None:
        self.pack_of_copy(sorted(self.twins)[which_one % len(self.twins)])

    @precondition(lambda self: self.stations)
    @rule(name=which, kept=st.integers(0, 3))
    def is_stolen(self, name: str, kept: int) -> None:
        """The key is revoked from a package on, what came later is taken back, a new computer begins."""
        old = self.stations[name]
        incoming = [one for one in self.street_packages(name) if one.state == "imported"]
        places = sorted((int(one.writer.partition(":")[2]), one.seq) for one in incoming)
        done = keyring.revoke(self.street, org=old.org, after=places[-1 - kept % len(places)] if places else None)
        for line in done.since:
            with contextlib.suppress(KnownError):
                batches.undo_batch(self.street, batch=str(line.batch), why="电脑被盗")
        self.merges = [one for one in self.merges if one[0] not in {line.batch for line in done.since}]
        self.refuses_the_thief(name, old)
        for station in (old, self.twins.pop(name, None)):
            if station is not None:
                station.close()
        shutil.rmtree(self.folder / f"{name}-copy", ignore_errors=True)
        for gone in (name, f"{name}-copy"):
            self.said.pop(gone, None)
        self.backups.pop(name, None)
        self.stations[name] = self.new_store(name, self.ids())
        trust(self.stations[name], self.street, self.folder)

    def refuses_the_thief(self, name: str, old: Station) -> None:
        """Whatever the stolen key signs from now on changes nothing."""
        path = self.folder / f"{len(self.packages)}.ycp"
        exchange.pack_for(old, to_org=self.street.org, path=path)
        before = digest(self.street)
        with pytest.raises(PackageError):
            exchange.preview_merge(self.street, path=path)
        assert digest(self.street) == before
        del name

    @precondition(lambda self: self.stations)
    @rule()
    def publishes_keys(self) -> None:
        path = self.folder / f"{len(self.directories)}.ycd"
        found = directories.publish(self.street, path=path)
        assert found.version >= max((version for version, _ in self.directories), default=0)
        self.directories.append((found.version, path))

    @precondition(lambda self: self.directories)
    @rule(name=which, at=index)
    def reads_keys(self, name: str, at: int) -> None:
        """A directory in any order: a community never goes back to an older one."""
        version, path = self.directories[at % len(self.directories)]
        station = self.stations[name]
        before = self.version_at(name)
        if version < before:
            with pytest.raises(KeyCardError, match="不用旧的"):
                directories.read_in(station, path=path)
        else:
            directories.read_in(station, path=path)
        assert self.version_at(name) == max(before, version)

    @rule(name=which, up=st.booleans())
    def packs(self, name: str, up: bool) -> None:
        self.pack(name, up=up)

    @precondition(lambda self: self.packages)
    @rule(at=st.integers(0, 30))
    def a_package_comes(self, at: int) -> None:
        """Any package, in any order, again or never."""
        self.deliver(*self.packages[-1 - at % len(self.packages)])

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

    @invariant()
    def nobody_has_two_owners(self) -> None:
        """Each store names one owner; a community that says it owns a person is who the street says, or will be told."""
        for person in self.people if self.stations else []:
            owners = [name for name in COMMUNITIES if self.owned_at(name, person)]
            epochs = {self.epoch_at(name, person) for name in owners}
            assert len(owners) == len(epochs)  # two that both say so have different epochs: the later one is right


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
