"""Heads of the logs that stations remember of each other: what no colleague with the right key can rewrite.

A package says where its sender's change log and audit chain ended; the receiver keeps that and says
it back in its acknowledgement. So the street holds heads of every community, and each community
learns what the street holds of it. Rows are kept for ever: one a package.
"""

from sqlalchemy import Connection

from desktop.store.audit_chain import Witness
from desktop.store.unit_of_work import UnitOfWork


def keep(unit: UnitOfWork, *, org: str, writer: str, is_ours: bool, head: Witness, at: str) -> None:
    """Keep a head: of a peer's logs (`writer` is the peer's), or of ours as `org` says it holds it."""
    unit.connection.exec_driver_sql(
        "INSERT OR IGNORE INTO witness (org, writer, is_ours, entry, entry_hash, batch, seal, at) "
        "VALUES (?,?,?,?,?,?,?,?)",
        (org, writer, int(is_ours), head.entry, head.entry_hash, head.batch, head.seal, at),
    )
    unit.touch("witness")


def of_peer(connection: Connection, org: str, writer: str) -> list[Witness]:
    """Return the heads of a peer's logs in one epoch, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT entry, entry_hash, batch, seal FROM witness WHERE org=? AND writer=? AND is_ours=0 ORDER BY entry DESC",
        (org, writer),
    )
    return [Witness("", int(row[0]), bytes(row[1]), int(row[2]), bytes(row[3])) for row in rows]


def of_ours(connection: Connection, writer: str) -> list[tuple[str, Witness]]:
    """Return the heads of our logs in this epoch that others hold, with the unit that holds each."""
    rows = connection.exec_driver_sql(
        "SELECT org, entry, entry_hash, batch, seal FROM witness WHERE writer=? AND is_ours=1 ORDER BY entry DESC",
        (writer,),
    )
    return [(str(row[0]), Witness("", int(row[1]), bytes(row[2]), int(row[3]), bytes(row[4]))) for row in rows]
