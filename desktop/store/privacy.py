"""Reading the notes of use: who looked, what was given away, what is due."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection


def last_note(connection: Connection, *, actions: Sequence[str]) -> str:
    """Return when one of `actions` was last noted (UTC stamp), '' if never."""
    marks = ",".join("?" * len(actions))
    sql = f"SELECT max(at) FROM access_note WHERE deleted=0 AND action IN ({marks})"  # noqa: S608 - marks only
    return str(connection.exec_driver_sql(sql, tuple(actions)).scalar() or "")


def last_login(connection: Connection, *, user: str) -> str:
    """Return when a user was last noted to open the register (UTC stamp), '' if never."""
    sql = "SELECT max(at) FROM access_note WHERE deleted=0 AND action='login' AND user=?"
    return str(connection.exec_driver_sql(sql, (user,)).scalar() or "")


def first_at(connection: Connection) -> str:
    """Return when the first unit of work was done (UTC stamp), '' in an empty register."""
    return str(connection.exec_driver_sql("SELECT at FROM batch ORDER BY n LIMIT 1").scalar() or "")


@dataclass(frozen=True, slots=True)
class GivenLine:
    """One line of the export register."""

    at: str
    user: str
    what: str
    people: int
    recipient: str
    purpose: str
    basis: str
    second: str
    digest: str


def given(connection: Connection, *, since: str, limit: int) -> list[GivenLine]:
    """Return what was given away since a UTC stamp, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT at, user, what, people, recipient, purpose, basis, coalesce(second, ''), coalesce(digest, '') "
        'FROM export_note WHERE deleted=0 AND at >= ? ORDER BY at DESC, "row" DESC LIMIT ?',
        (since, limit),
    )
    return [GivenLine(*row) for row in rows]


def people_given(connection: Connection, *, user: str, since: str) -> int:
    """Return how many people's data a user gave away since a UTC stamp without a second person."""
    sql = "SELECT coalesce(sum(people), 0) FROM export_note WHERE deleted=0 AND user=? AND at>=? AND second IS NULL"
    return int(connection.exec_driver_sql(sql, (user, since)).scalar_one())


@dataclass(frozen=True, slots=True)
class Deed:
    """One unit of work, or one note of use, as the auditor sees it: no values, people by their number."""

    n: int
    at: str
    user: str
    role: str
    action: str
    about: str  # person numbers, at most three, or what a note is about
    count: int
    second: str
    detail: str


@dataclass(frozen=True, slots=True)
class Noted:
    """One note of use, for the report of unusual access."""

    at: str
    user: str
    action: str
    about: str
    count: int


_PEOPLE = (
    "(SELECT group_concat(no, '、') FROM (SELECT DISTINCT p.person_no AS no FROM change c JOIN person p "
    "ON p.id=c.person WHERE c.batch=b.n LIMIT 3))"
)


# A unit of work as the auditor sees it; the first note in it, if there is one, says what it was.
DEEDS = (
    f"SELECT b.n, b.at, b.user, coalesce(a.role, ''), coalesce(a.action, b.action), "  # noqa: S608 - our names
    f"coalesce({_PEOPLE}, (SELECT person_no FROM person WHERE id=a.about), ''), "
    "coalesce(a.count, (SELECT count(*) FROM change c WHERE c.batch=b.n)), coalesce(a.second, ''), "
    "coalesce(a.detail, b.why) FROM batch b LEFT JOIN access_note a ON a.id="
    "(SELECT c.record FROM change c WHERE c.batch=b.n AND c.kind='access_note' ORDER BY c.n LIMIT 1)"
)


def deeds(connection: Connection, *, since: str, until: str, user: str, limit: int) -> list[Deed]:
    """Return what was done from one UTC stamp to before another, newest first, by one user if named."""
    rows = connection.exec_driver_sql(
        f"{DEEDS} WHERE b.at >= ? AND b.at < ? AND (?='' OR b.user=?) ORDER BY b.n DESC LIMIT ?",
        (since, until, user, user, limit),
    )
    return [Deed(*row) for row in rows]


def doers(connection: Connection) -> list[str]:
    """Return everyone who ever did something here."""
    return [str(row[0]) for row in connection.exec_driver_sql("SELECT DISTINCT user FROM batch ORDER BY user")]


def notes_since(connection: Connection, since: str) -> list[Noted]:
    """Return the notes of use since a UTC stamp, oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT at, user, action, coalesce(about, ''), coalesce(count, 0) FROM access_note WHERE deleted=0 AND at >= ? "
        'ORDER BY at, "row"',
        (since,),
    )
    return [Noted(*row) for row in rows]


def log_sizes(connection: Connection) -> dict[str, int]:
    """Return how many entries, units, notes and exports there are."""
    tables = {
        "变更记录": "change",
        "操作": "batch",
        "访问记录": "access_note",
        "对外提供": "export_note",
        "人员": "person",
    }
    return {
        label: int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608 - our names
        for label, table in tables.items()
    }


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """One request of somebody in the register that waits for an answer."""

    id: str
    person: str
    person_no: str
    name: str
    kind: str
    asked_on: str
    due_on: str
    what: str


@dataclass(frozen=True, slots=True)
class DuePerson:
    """Somebody whose data have been kept as long as needed."""

    id: str
    person_no: str
    name: str
    since: str
    state: str


@dataclass(frozen=True, slots=True)
class Consented:
    """One notice or consent that was signed, perhaps withdrawn since."""

    id: str
    person: str
    person_no: str
    name: str
    purpose: str
    done_on: str
    signer: str
    paper: str
    withdrawn_on: str


def consents(connection: Connection, *, limit: int = 5000) -> list[Consented]:
    """Return what was signed, those in force first, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT c.id, c.person, coalesce(p.person_no, ''), coalesce(p.name, ''), coalesce(c.purpose, ''), "
        "coalesce(c.done_on, ''), coalesce(c.signer, ''), coalesce(c.paper, ''), coalesce(c.withdrawn_on, '') "
        "FROM consent c JOIN person p ON p.id=c.person WHERE c.deleted=0 AND p.deleted=0 "
        'ORDER BY c.withdrawn_on IS NOT NULL, c.done_on DESC, c."row" DESC LIMIT ?',
        (limit,),
    )
    return [Consented(*row) for row in rows]


def open_requests(connection: Connection) -> list[OpenRequest]:
    """Return the requests that wait, the most urgent first."""
    rows = connection.exec_driver_sql(
        "SELECT r.id, r.person, coalesce(p.person_no, ''), coalesce(p.name, ''), r.kind, "
        "r.asked_on, r.due_on, coalesce(r.what, '') "
        "FROM rights_request r LEFT JOIN person p ON p.id=r.person "
        "WHERE r.deleted=0 AND r.done_on IS NULL ORDER BY r.due_on, r.asked_on"
    )
    return [OpenRequest(*row) for row in rows]


def retention_due(connection: Connection, *, before: str) -> list[DuePerson]:
    """Return who died or left before an ISO day and is neither locked nor erased."""
    rows = connection.exec_driver_sql(
        "SELECT p.id, coalesce(p.person_no, ''), coalesce(p.name, ''), max(s.done_on), p.manage_state FROM person p "
        "JOIN state s ON s.person=p.id AND s.deleted=0 AND s.new_state=p.manage_state "
        "WHERE p.deleted=0 AND p.manage_state IN ('2', '5', '6') "
        "AND p.id NOT IN (SELECT person FROM archive_lock WHERE deleted=0 AND until IS NULL) "
        "GROUP BY p.id HAVING max(s.done_on) <= ? ORDER BY 4",
        (before,),
    )
    return [DuePerson(*row) for row in rows]


def locked_people(connection: Connection) -> frozenset[str]:
    """Return the ids of everyone whose data lie in the locked archive."""
    rows = connection.exec_driver_sql("SELECT person FROM archive_lock WHERE deleted=0 AND until IS NULL")
    return frozenset(str(row[0]) for row in rows)


def lock_of(connection: Connection, person: str) -> str:
    """Return the id of the record that locks a person's data, '' if they are not locked."""
    found = connection.exec_driver_sql(
        "SELECT id FROM archive_lock WHERE deleted=0 AND until IS NULL AND person=?", (person,)
    ).scalar()
    return str(found or "")
