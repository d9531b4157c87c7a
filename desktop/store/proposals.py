"""Proposals in the store: which there are, what they started from, and writes that know them."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from desktop.domain.fields import Value
from desktop.domain.operations import Operation
from desktop.domain.proposals import dot_of
from desktop.store import merging
from desktop.store.unit_of_work import UnitOfWork
from desktop.store.writers import writer_number


def known_proposals(connection: Connection) -> frozenset[str]:
    """Return the ids of all proposals there ever were here."""
    return frozenset(str(row[0]) for row in connection.exec_driver_sql("SELECT id FROM proposal"))


def base_of(connection: Connection, operation: Operation, *, org: str) -> dict[str, Value]:
    """Return what the writer of an operation started from, field by field; empty where it is not known here."""
    base: dict[str, Value] = {}
    for one in merging.logged_of_records(connection, [operation.record], org=org):
        known = one.operation
        if known.kind == operation.kind and operation.base.get(known.dot.writer, 0) >= known.dot.counter:
            base.update({key: value for key, value in known.fields.items() if key in operation.fields})
    return base


def witness(unit: UnitOfWork, kind: str, record: str, *, dot: str, org: str) -> None:
    """Let the next write to a record inside `unit` know the write `dot` (`writer#counter`), which is not in it."""
    seen = dot_of(dot)
    if seen is not None:
        unit.witness(kind, record, writer_number(unit.connection, seen.writer, org=org), seen.counter)


def proposed_writes(connection: Connection, *, install: str) -> dict[str, dict[str, dict[int, int]]]:
    """Return the writes of an installation that became proposals: by kind and record, epoch -> highest counter.

    They arrived, though no record has them: the digest counts them.
    """
    rows = connection.exec_driver_sql(
        "SELECT about_kind, about, dot FROM proposal WHERE subject IS NOT NULL AND dot LIKE ?", (f"{install}:%",)
    )
    found: dict[str, dict[str, dict[int, int]]] = {}
    for kind, record, text in rows:
        dot = dot_of(str(text))
        if dot is not None:
            epochs = found.setdefault(str(kind), {}).setdefault(str(record), {})
            epoch = int(dot.writer.partition(":")[2])
            epochs[epoch] = max(dot.counter, epochs.get(epoch, 0))
    return found


def settling_writes(connection: Connection, proposals: Collection[str], units: Collection[str]) -> Mapping[str, str]:
    """Return, of answered proposals that one of `units` made, the write that settled each, and its record."""
    found: dict[str, str] = {}
    for state in merging.states_of(connection, "proposal", list(proposals)).values():
        settled = str(state.values.get("settled") or "")
        if settled and state.values.get("by_org") in units:
            found[settled] = str(state.values.get("about") or "")
    return found
