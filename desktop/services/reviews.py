"""待核实: what a roster left doubtful, item by item, until somebody accepts, corrects or leaves it.

A row waits in the vault from the moment its file is imported. Its items are decided one by one or all alike at once;
when the last one is decided, the row goes in (or is left out) in the same unit.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from desktop.domain.changes import Changes
from desktop.domain.errors import InvalidValueError, KnownError, NotFoundError
from desktop.domain.fields import Value
from desktop.domain.progress import Report, silent
from desktop.roster.beside import PROPOSED
from desktop.roster.table import MEANINGS
from desktop.services import column_questions
from desktop.services.review_settling import LEFT, Settler, asks_meaning, meant, written_in
from desktop.services.roster_labels import field_label
from desktop.services.station import Station
from desktop.services.unit_memory import is_about_a_name, remember
from desktop.store import rosters
from desktop.store.rosters import Review
from desktop.store.unit_of_work import UnitOfWork

ACCEPT, EDIT, LEAVE = "accept", "edit", "leave"
_REPORT_EVERY = 50
_PLAIN = re.compile(r"“[^”]*”|\d+")


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One thing that is asked about one row."""

    review: str
    number: int  # among the row's problems
    name: str
    id_no: str
    file: str
    sheet: str
    row: int
    field: str
    label: str
    written: str  # the cell as it was sent
    proposed: str  # what accepting takes, '' if the cell is taken as it was read
    reason: str
    topic: str  # the same for items that may be decided alike
    person: str = ""  # the person of the register who may be meant
    choices: tuple[str, ...] = ()  # the answers there are, if it is a choice
    is_together: bool = False  # one answer counts for all of the topic: it is about a name or a column, not a row


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about one item: accept, edit with a value, or leave."""

    review: str
    number: int
    verdict: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What decisions came to: rows that went in or were left out, rows that still wait, and why some could not."""

    settled: int
    waiting: int
    failed: tuple[str, ...] = ()
    changes: Changes = field(default_factory=Changes)


def reviews_waiting(station: Station) -> list[Review]:
    """Return the rows that wait for a decision, oldest first."""
    with station.vault.reading() as connection:
        return rosters.open_reviews(connection)


def count_waiting(station: Station) -> int:
    """Return how many rows wait."""
    with station.vault.reading() as connection:
        return rosters.count_open(connection)


def review_items(station: Station) -> list[ReviewItem]:
    """Return everything that waits for a decision, row by row, oldest first."""
    return [item for one in reviews_waiting(station) for item in _items(one)]


def _items(review: Review) -> list[ReviewItem]:
    payload = review.payload
    named = payload.get("named") or payload["values"]
    found = []
    for number, problem in asked(payload):
        key, reason, suggestion = problem[:3]
        topic, choices, is_together = _topic(payload, problem)
        found.append(
            ReviewItem(
                review.id, number, str(named.get("name") or ""), str(named.get("id_no") or ""), payload["file"],
                payload["sheet"], payload["row"], key, field_label(key), written_in(payload, problem), suggestion,
                reason, topic, payload["person"], choices, is_together,
            )
        )  # fmt: skip
    return found


def _topic(payload: Mapping[str, Any], problem: Sequence[Any]) -> tuple[str, tuple[str, ...], bool]:
    """Return what is alike, the answers there are, and if one answer counts for all that is alike."""
    key, reason = problem[:2]
    if payload.get("kind") == column_questions.KIND:
        return f"{column_questions.topic_of(payload)}|{problem[3]}", column_questions.CHOICES, True
    if asks_meaning(reason):
        return f"{payload['file']}|{reason}", tuple(MEANINGS.values()), False
    if is_about_a_name(problem):
        return f"{key}|{reason}", (), True
    candidates = tuple(problem[5]) if len(problem) > 5 else ()  # noqa: PLR2004 - rows kept before them have none
    return f"{key}|{_PLAIN.sub('…', reason)}", candidates, False


def asked(payload: Mapping[str, Any]) -> list[tuple[int, list[Any]]]:
    """Return the undecided questions of a waiting row with their numbers; rows of schema 2 ask with every problem."""
    decided = payload.get("decided") or {}
    return [
        (number, problem)
        for number, problem in enumerate(payload["problems"])
        if (len(problem) < 5 or problem[4] == "ask") and str(number) not in decided
    ]


def decide(station: Station, *, decisions: Sequence[Decision], report: Report = silent) -> Decided:
    """Take decisions about items in one unit; rows whose last item is decided go in or are left out.

    A row that cannot go in as decided keeps waiting with all its items, and says why in `failed`. Raises Cancelled,
    and nothing is decided then.
    """
    by_review: dict[str, list[Decision]] = {}
    for one in _with_alike(station, decisions):
        by_review.setdefault(one.review, []).append(one)
    settled = waiting = 0
    failed: list[str] = []
    with station.vault.unit("review.accept", why=f"核实 {len(by_review)} 行") as unit:
        settler = Settler(station, unit)
        for number, (record, ones) in enumerate(by_review.items()):
            if number % _REPORT_EVERY == 0:
                report(number, len(by_review), "核实")
            review = rosters.open_review(unit.connection, record)
            if review is None:
                continue
            payload = _with(review.payload, ones)
            _remember(station, unit, payload, ones)
            if asked(payload):
                rosters.change_review(unit, record=record, payload=payload)
                waiting += 1
                continue
            _note_columns(unit, review)
            try:
                state = _settled(station, unit, settler, payload)
            except KnownError as error:
                failed.append(f"第 {payload['row']} 行：{error.message}")
                continue
            rosters.close_review(unit, record=record, state=state)  # undone, it asks its last question again
            settled += 1
        changes = unit.commit()
    return Decided(settled, waiting, tuple(failed), changes)


def _with_alike(station: Station, decisions: Sequence[Decision]) -> list[Decision]:
    """Return decisions with the same for everything else that waits about the same name or column."""
    items = review_items(station) if decisions else []
    given = {(one.review, one.number): one for one in decisions}
    topics = {one.topic: given[one.review, one.number] for one in items if (one.review, one.number) in given}
    more = [
        replace(topics[one.topic], review=one.review, number=one.number)
        for one in items
        if one.is_together and one.topic in topics and (one.review, one.number) not in given
    ]
    return [*decisions, *more]


def _remember(station: Station, unit: UnitOfWork, payload: Mapping[str, Any], decisions: Sequence[Decision]) -> None:
    """Keep what was decided about names, so that the next roster does not ask again."""
    for one in decisions:
        problem = payload["problems"][one.number]
        if is_about_a_name(problem):
            remember(station, unit, problem, payload["values"], verdict=one.verdict, value=one.value)


def _settled(station: Station, unit: UnitOfWork, settler: Settler, payload: Mapping[str, Any]) -> str:
    """Do what was decided about a row, or about the columns of a file; return the state of the review."""
    if payload.get("kind") == column_questions.KIND:
        return column_questions.settle_columns(station, unit, payload)
    return settler.settle(payload)


def _note_columns(unit: UnitOfWork, review: Review) -> None:
    """Remember for what is written now which column of its sheet each field came from."""
    file, sheet = review.payload["file"], review.payload["sheet"]
    columns = rosters.columns_of(unit.connection, [review.batch]).get((review.batch, file, sheet))
    if columns:
        rosters.note_columns(unit, file=file, sheet=sheet, columns=columns)


def _with(payload: dict[str, Any], decisions: Sequence[Decision]) -> dict[str, Any]:
    """Return a waiting row with decisions noted; a mark that means a death asks on, for its day."""
    decided = dict(payload.get("decided") or {})
    problems = list(payload["problems"])
    for one in decisions:
        decided[str(one.number)] = [one.verdict, one.value]
        if asks_meaning(problems[one.number][1]):
            reason, proposal = PROPOSED.get(meant(one.verdict, one.value), ("", ""))
            if proposal:
                problems.append(["name", f"这一行{reason}", proposal, 0, "ask"])
    return {**payload, "decided": decided, "problems": problems}


def accept_review(station: Station, *, review: str, values: Mapping[str, Value] | None = None) -> Changes:
    """Take a waiting row into the register, with the values a person corrected and every proposal not contradicted.

    Raises NotFoundError, InvalidValueError (nothing is lost: the row keeps waiting).
    """
    with station.vault.unit("review.accept", why="核实一行") as unit:
        found = rosters.open_review(unit.connection, review)
        if found is None:
            raise NotFoundError("这一行已经处理过了", "请刷新待核实列表")
        given = dict(values or {})
        decided = {**(found.payload.get("decided") or {})}
        for number, problem in asked(found.payload):
            decided[str(number)] = [EDIT, given[problem[0]]] if problem[0] in given else [ACCEPT, ""]
        payload = {**found.payload, "decided": decided}
        is_row = payload.get("kind") != column_questions.KIND
        settler = Settler(station, unit)
        state = settler.settle(payload, given) if is_row else _settled(station, unit, settler, payload)
        if state == LEFT:
            raise InvalidValueError("name", "这一行没有可以登记的人", "请先更正，或划掉这一行")
        rosters.change_review(unit, record=review, payload=payload)
        rosters.close_review(unit, record=review, state=state)
        return unit.commit()


def dismiss_review(station: Station, *, review: str, why: str = "") -> Changes:
    """Leave a waiting row out, with a reason; raises NotFoundError."""
    with station.vault.unit("review.dismiss", why=why) as unit:
        if not rosters.close_review(unit, record=review, state=rosters.DISMISSED):
            raise NotFoundError("这一行已经处理过了", "请刷新待核实列表")
        return unit.commit()
