"""Packages that wait in the vault, sealed as they came: for earlier ones, or for a newer program."""

from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.store.unit_of_work import UnitOfWork

GAP, NEWER = "gap", "newer"


@dataclass(frozen=True, slots=True)
class Held:
    """One package that waits."""

    id: str  # the SHA-256 of its manifest, or of the file for one this program cannot read
    stream: str
    org: str
    writer: str
    seq: int
    why: str  # GAP or NEWER
    file: str
    at: str


def hold(unit: UnitOfWork, one: Held, *, sealed: bytes) -> None:
    """Keep a package inside `unit`; the same one twice is one."""
    unit.connection.exec_driver_sql(
        "INSERT OR IGNORE INTO held (id, stream, org, writer, seq, why, file, at, sealed) VALUES (?,?,?,?,?,?,?,?,?)",
        (one.id, one.stream, one.org, one.writer, one.seq, one.why, one.file, one.at, sealed),
    )
    unit.touch("package")


def held(connection: Connection, *, stream: str = "") -> list[Held]:
    """Return the packages that wait, of one stream if named, by number."""
    rows = connection.exec_driver_sql(
        "SELECT id, stream, org, writer, seq, why, file, at FROM held WHERE ?='' OR stream=? ORDER BY stream, seq, at",
        (stream, stream),
    )
    return [Held(*row) for row in rows]


def waiting_numbers(connection: Connection, stream: str, *, writer: str, after: int) -> list[int]:
    """Return the numbers of a writer's packages that wait behind `after`; '' is any, before the first came in."""
    sql = "SELECT DISTINCT seq FROM held WHERE stream=? AND (?='' OR writer=?) AND why=? AND seq>? ORDER BY seq"
    return [int(row[0]) for row in connection.exec_driver_sql(sql, (stream, writer, writer, GAP, after))]


def sealed_of(connection: Connection, held_id: str) -> bytes | None:
    """Return the file of a package that waits, None if there is none."""
    row = connection.exec_driver_sql("SELECT sealed FROM held WHERE id=?", (held_id,)).first()
    return None if row is None else bytes(row[0])


def let_go(unit: UnitOfWork, held_id: str) -> None:
    """Forget a package that came in, or that is not wanted any more."""
    unit.connection.exec_driver_sql("DELETE FROM held WHERE id=?", (held_id,))
    unit.touch("package")


def let_go_overtaken(unit: UnitOfWork, stream: str, *, writer: str, seq: int) -> None:
    """Forget the packages of a stream that came in some other way: up to `seq`, and all of earlier epochs."""
    unit.connection.exec_driver_sql(
        "DELETE FROM held WHERE stream=? AND why=? AND (seq<=? OR writer<>?) AND "
        "CAST(substr(writer, 34) AS INTEGER) <= CAST(substr(?, 34) AS INTEGER)",
        (stream, GAP, seq, writer, writer),
    )
    unit.touch("package")
