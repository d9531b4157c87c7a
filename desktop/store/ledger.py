"""The change log of a period with the person each change is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.domain.dictionary import KINDS
from desktop.domain.fields import Value
from desktop.store.change_log import SET_ASIDE
from desktop.store.encoding import from_json


@dataclass(frozen=True, slots=True)
class Logged:
    """One log row of a person: what changed, by whom, and how it was taken back, if it was."""

    batch: str
    undone_by: str | None
    undoes: str | None
    at: str  # when this store wrote it
    kind: str
    record: str
    action: str
    is_new: bool
    person: str
    fields: Mapping[str, tuple[Value, Value]]
    user: str
    org: str  # '' for this station
    why: str
    name: str
    person_no: str
    home_org: str


_SQL = (
    "SELECT b.id, b.undone_by, b.undoes, b.at, c.kind, c.record, c.action, c.base, c.person, c.fields, c.author, "
    "b.user, b.why, p.name, p.person_no, p.home_org FROM change c JOIN batch b ON b.n = c.batch "
    "JOIN person p ON p.id = c.person WHERE b.at >= ? AND b.at < ? AND c.action IN ('put', 'delete') ORDER BY c.n"
)


def logged_between(connection: Connection, *, since: str, until: str) -> Iterator[Logged]:
    """Yield what was written about people between two UTC stamps, oldest first."""
    for row in connection.exec_driver_sql(_SQL, (since, until)):
        if row[4] in KINDS:  # else of a newer program: carried, not understood
            yield _logged(row)


def _logged(row: Any) -> Logged:
    batch, undone_by, undoes, at, kind, record, action, base, person, fields, author, user, why, name, no, org = row
    who = from_json(author) or {"user": user, "org": "", "why": why}
    pairs = {key: (pair[0], pair[1]) for key, pair in from_json(fields).items() if not key.startswith(SET_ASIDE)}
    return Logged(
        batch, undone_by, undoes, at, kind, record, action, base == "", person, pairs,
        who["user"], who["org"], who["why"], name or "", no or "", org or "",
    )  # fmt: skip
