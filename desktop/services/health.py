"""Data health: a score per community and the three next best fixes."""

from dataclasses import dataclass

from desktop.domain.health import IN_CARE, REVIEWS, RULES, Rule, score_of
from desktop.domain.permissions import READ_WHOLE
from desktop.domain.progress import Report, silent
from desktop.services.register import org_names
from desktop.services.station import Station
from desktop.store import health

_EVERY = 2000
_NEXT = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """What one rule found in a community; `people` is empty where it is not about people."""

    rule: Rule
    count: int
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommunityHealth:
    """One community's score and problems, in the order of the rules."""

    org: str
    name: str
    people: int
    score: int
    problems: tuple[Problem, ...]

    @property
    def next_best(self) -> tuple[Problem, ...]:
        """The three fixes that would raise the score the most."""
        return tuple(sorted(self.problems, key=lambda one: -one.rule.weight * one.count)[:_NEXT])


def health_report(station: Station, *, report: Report = silent) -> list[CommunityHealth]:
    """Return the health of each community, the poorest first; only people in care are judged."""
    found: dict[str, dict[str, list[str]]] = {}
    people: dict[str, int] = {}
    with station.vault.reading(READ_WHOLE) as connection:
        reviews = health.open_reviews(connection)
        for count, (person, facts) in enumerate(health.facts_of_everyone(connection, station.today())):
            if count % _EVERY == 0:
                report(count, 0, "数据体检")
            if facts.text("manage_state") not in IN_CARE:
                continue
            org = facts.text("home_org")
            people[org] = people.get(org, 0) + 1
            ours = found.setdefault(org, {})
            for rule in RULES:
                if rule.found(facts):
                    ours.setdefault(rule.key, []).append(person)
    names = org_names(station)
    if reviews:
        people.setdefault(station.org, 0)
    made = [
        _community(org, names.get(org, org or "未分社区"), total, found.get(org, {}), reviews * (org == station.org))
        for org, total in people.items()
    ]
    return sorted(made, key=lambda one: (one.score, one.org))


def _community(org: str, name: str, people: int, found: dict[str, list[str]], reviews: int) -> CommunityHealth:
    problems = [Problem(rule, len(found[rule.key]), tuple(found[rule.key])) for rule in RULES if rule.key in found]
    if reviews:
        problems.append(Problem(REVIEWS, reviews))
    counts = {one.rule.key: one.count for one in problems}
    return CommunityHealth(org, name, people, score_of(people, counts), tuple(problems))
