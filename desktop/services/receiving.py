"""接收地判定: what the rule proposes for people without a community, previewed and applied in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.errors import AccessError, InvalidValueError
from desktop.domain.fields import Value
from desktop.domain.org_tree import COMMUNITY
from desktop.domain.permissions import READ_WHOLE
from desktop.domain.receiving import BY_HAND, Matcher, Places, Receiving, Verdict, lives_apart, receive
from desktop.services import orgs, register
from desktop.services.station import Station
from desktop.store import org_people, people
from desktop.store.people import PeopleFilter, PersonRow


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rule proposes for one person."""

    person: str
    name: str
    now: str  # the code of the home as it is
    found: Receiving

    @property
    def is_change(self) -> bool:
        """True if applying it would move the person."""
        return self.found.verdict is Verdict.FOUND and self.found.org != self.now


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the rule proposes for many: who moves, who is not ours, who needs a person to look."""

    lines: tuple[Proposal, ...]

    def of(self, verdict: Verdict) -> list[Proposal]:
        """Return the lines with one verdict."""
        return [one for one in self.lines if one.found.verdict is verdict]

    @property
    def changes(self) -> list[Proposal]:
        """The lines that move somebody."""
        return [one for one in self.lines if one.is_change]


def matcher_of(station: Station) -> Matcher:
    """Return the matcher of this register's tree today."""
    return Matcher(orgs.org_tree(station), day=station.today(), around=orgs.shipped_towns()["around"])


def places_of(values: Mapping[str, Value]) -> Places:
    """Return what a person's fields say of where he belongs."""

    def text(*keys: str) -> str:
        return "".join([str(values.get(key) or "") for key in keys])

    return Places(
        text("live_addr", "live_estate"), text("hukou_area", "hukou_addr"), text("ent_name", "ent_sub"),
        text("live_class"),
    )  # fmt: skip


def propose_for(station: Station, *, person: str) -> Proposal:
    """Return what the rule proposes for one person; raises NotFoundError."""
    page = register.whole_person(station, person=person)
    return _proposal(page.id, page.values, matcher_of(station))


def propose(station: Station, *, wanted: PeopleFilter | None = None, everyone: bool = False) -> Proposals:
    """Return proposals for the people that pass a filter: those without a community, or everyone.

    Without a community is who has no home, one not known here, or one above a community.
    """
    ids = register.people_ids(station, wanted=wanted or PeopleFilter())
    matcher = matcher_of(station)
    if not everyone:
        settled = {code for code, unit in matcher.tree.units.items() if unit.level >= COMMUNITY and not unit.until}
        with station.vault.reading() as connection:
            homeless = set(org_people.people_homeless(connection, settled))
        ids = [one for one in ids if one in homeless]
    with station.vault.reading(READ_WHOLE) as connection:
        rows = people.rows_of(connection, ids)
    return Proposals(tuple(_proposal(row.id, row.values, matcher) for row in rows))


def apply_proposals(station: Station, *, proposals: Sequence[Proposal], why: str = "接收地判定") -> Changes:
    """Give people the communities the rule proposed, in one unit of work; raises AccessError, InvalidValueError."""
    _refuse_at_community(station)
    moves = [one for one in proposals if one.found.verdict is Verdict.FOUND]
    if not moves:
        raise InvalidValueError("proposals", "没有可以判定的人", "请先补全长期居住地，或人工指定社区")
    rows: dict[str, dict[str, Value]] = {
        one.person: {"home_org": one.found.org, "assign_basis": one.found.basis} for one in moves
    }
    with station.vault.unit("people.receive", why=why) as unit:
        unit.put_many("person", rows)
        return unit.commit()


def assign_by_hand(station: Station, *, people: Sequence[str], org: str, why: str) -> Changes:
    """Give people a community against or without the rule; the reason is kept. Raises as `apply_proposals`."""
    _refuse_at_community(station)
    if not why.strip():
        raise InvalidValueError("why", "人工指定社区必须写明理由", "请填写理由")
    orgs.unit_at(orgs.org_tree(station), org)
    with station.vault.unit("people.receive", why=why) as unit:
        unit.put_many("person", {person: {"home_org": org, "assign_basis": BY_HAND} for person in people})
        return unit.commit()


def living_apart(station: Station, *, rows: Sequence[PersonRow]) -> list[str]:
    """Return the ids of those whose hukou is in another street than their home (人户分离)."""
    matcher = matcher_of(station)
    return [row.id for row in rows if lives_apart(places_of(row.values), matcher)]


def _proposal(person: str, values: Mapping[str, Value], matcher: Matcher) -> Proposal:
    name, home = str(values.get("name") or ""), str(values.get("home_org") or "")
    return Proposal(person, name, home, receive(places_of(values), matcher))


def _refuse_at_community(station: Station) -> None:
    if not station.is_street:
        raise AccessError("人员归哪个社区由街道判定", "请联系街道，办好后会随数据包发来")
