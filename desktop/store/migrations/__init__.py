"""Frozen, numbered, forward-only schema steps; each runs in one transaction with its record."""

from collections.abc import Callable
from typing import Any

from desktop.store.migrations import (
    m0001_initial,
    m0002_whole_register,
    m0005_match,
    m0006_wire,
    m0007_desk,
    m0008_paper,
    m0009_cards,
    m0010_vault,
    m0011_audit_chain,
    m0012_find,
    m0013_witnesses,
    m0015_proposals,
    m0016_signatures,
    m0017_levels,
)

# A step takes the raw driver connection inside a transaction. Released steps never change.
Step = Callable[[Any], None]
STEPS: tuple[tuple[int, Step], ...] = (
    (1, m0001_initial.apply),
    (2, m0002_whole_register.apply),
    (5, m0005_match.apply),
    (6, m0006_wire.apply),
    (7, m0007_desk.apply),
    (8, m0008_paper.apply),
    (9, m0009_cards.apply),
    (10, m0010_vault.apply),
    (11, m0011_audit_chain.apply),
    (12, m0012_find.apply),
    (13, m0013_witnesses.apply),
    (15, m0015_proposals.apply),
    (16, m0016_signatures.apply),
    (17, m0017_levels.apply),
)
LATEST = STEPS[-1][0]


def version_of(cursor: Any) -> int:
    """Return the schema version of an open store; 0 for an empty file."""
    return int(cursor.execute("PRAGMA user_version").fetchone()[0])


def pending(version: int) -> tuple[tuple[int, Step], ...]:
    """Return the steps a store of `version` still needs; reads nothing, changes nothing."""
    return tuple(step for step in STEPS if step[0] > version)


def migrate(connection: Any) -> int:
    """Bring a store to the latest schema, one transaction a step; return the number of steps run."""
    cursor = connection.cursor()
    steps = pending(version_of(cursor))
    for number, step in steps:
        cursor.execute("BEGIN IMMEDIATE")
        try:
            step(cursor)
            cursor.execute(f"PRAGMA user_version={number}")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
    cursor.close()
    return len(steps)
