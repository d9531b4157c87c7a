"""What is checked each time a register is opened: pages, structure, the ends of both logs (`security.md` section 5.4).

Meant to take well under a second at 100,000 people; `check_vault` is the whole check.
"""

from collections.abc import Iterator

import sqlcipher3
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from desktop.domain.permissions import READ_SEALED
from desktop.store.audit_chain import Witness, chain_problems
from desktop.store.change_log import COLUMNS, GENESIS
from desktop.store.erasing import excused, is_sound
from desktop.store.places import DATABASE
from desktop.store.vault import Vault

TAIL = 1000
_PAGES_UP_TO = 256 << 20  # bytes; about a second. A larger store is checked whole by `check` only
_STRUCTURE_UP_TO = 16 << 20  # bytes; quick_check takes five times as long as proving the pages


def start_problems(vault: Vault) -> list[str]:
    """Return what is wrong with a store that was just opened, each finding with its place."""
    try:
        vault.checkpoint()
        with vault.reading(READ_SEALED) as connection:
            found = list(_page_problems(connection, vault))
            if found:
                return found
            return _tail_problems(connection, vault.noted_head())
    except (DatabaseError, sqlcipher3.DatabaseError):
        return ["数据文件：读到一半出错，文件已损坏"]


def _page_problems(connection: Connection, vault: Vault) -> Iterator[str]:
    size = (vault.folder / DATABASE).stat().st_size
    if size > _PAGES_UP_TO:
        return
    for (finding,) in connection.exec_driver_sql("PRAGMA cipher_integrity_check").all():
        digits = "".join(c for c in str(finding).rpartition(" ")[2] if c.isdigit())
        yield f"数据页：第 {digits} 页损坏" if digits else "数据页：有页损坏"
    if size <= _STRUCTURE_UP_TO and connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
        yield "数据结构：结构不一致"


def _tail_problems(connection: Connection, noted: Witness | None) -> list[str]:
    """Follow the last thousand entries of the change log and of the audit chain."""
    end = int(connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM change").scalar_one())
    start = max(0, end - TAIL)
    before = connection.exec_driver_sql("SELECT hash FROM change WHERE n=?", (start,)).scalar()
    previous, expected = bytes(before) if before else GENESIS, start
    found: list[str] = []
    excuses = excused(connection)
    names = ", ".join(COLUMNS)
    for row in connection.exec_driver_sql(f"SELECT {names} FROM change WHERE n>? ORDER BY n", (start,)):
        expected += 1
        if row[0] != expected:
            found.append(f"变更记录：第 {expected} 条不见了")
            expected = row[0]
        if not is_sound(previous, row, excuses, []):
            found.append(f"变更记录：第 {row[0]} 条被改动过")
        previous = bytes(row[-1])
        if noted is not None and noted.entry == row[0] and noted.entry_hash != previous:
            found.append(f"变更记录：到第 {row[0]} 条为止的记录与{noted.where}的不一致，被替换过")
    newest = int(connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM batch").scalar_one())
    heads = [noted] if noted is not None and newest - TAIL < noted.batch <= newest else []
    return found + chain_problems(connection, witnesses=heads, after=max(0, newest - TAIL))
