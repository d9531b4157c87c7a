"""What is checked each time a register is opened: pages, structure, the ends of both logs (`security.md` section 5.4).

Meant to take well under a second at 100,000 people; `check_vault` is the whole check.
"""

from collections.abc import Iterator, Sequence

import sqlcipher3
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from desktop.domain.permissions import READ_SEALED
from desktop.store.audit_chain import Witness, chain_problems
from desktop.store.change_log import COLUMNS, GENESIS
from desktop.store.engine import page_words
from desktop.store.erasing import excused, is_sound
from desktop.store.pins import slot_words
from desktop.store.places import DATABASE
from desktop.store.signatures import Signers
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
            said = slot_words(vault.folder, Signers(connection), epoch=vault.identity.epoch, opener=vault.opener)
            noted = vault.noted_head()
            heads = [*([noted] if noted is not None else []), *said.witnesses]
            return said.problems + _counter_problems(connection, vault) + _tail_problems(connection, heads)
    except (DatabaseError, sqlcipher3.DatabaseError):
        return ["数据文件：读到一半出错，文件已损坏"]


def _counter_problems(connection: Connection, vault: Vault) -> list[str]:
    """See that the next write takes no number the newest own entry took: an old page may have come back."""
    known = int(connection.exec_driver_sql("SELECT value FROM meta WHERE key='counter'").scalar_one())
    used = connection.exec_driver_sql(
        "SELECT counter FROM change WHERE writer=(SELECT id FROM writer WHERE name=?) ORDER BY n DESC LIMIT 1",
        (vault.identity.writer,),
    ).scalar()
    return [f"编号：计数器是 {known}，变更记录里已用到 {used}"] if int(used or 0) > known else []


def _page_problems(connection: Connection, vault: Vault) -> Iterator[str]:
    size = (vault.folder / DATABASE).stat().st_size
    if size > _PAGES_UP_TO:
        return
    for (finding,) in connection.exec_driver_sql("PRAGMA cipher_integrity_check").all():
        yield page_words(str(finding))
    if size <= _STRUCTURE_UP_TO and connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
        yield "数据结构：结构不一致"


def _tail_problems(connection: Connection, heads: Sequence[Witness]) -> list[str]:
    """Follow the last thousand entries of the change log and of the audit chain, and ask the heads others remember."""
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
    newest = int(connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM batch").scalar_one())
    after = max(0, newest - TAIL)
    found += [problem for one in heads for problem in _head_problems(connection, one, after=after)]
    near = [one for one in heads if one.batch > after]
    return found + chain_problems(connection, witnesses=near, after=after)


def _head_problems(connection: Connection, one: Witness, *, after: int) -> Iterator[str]:
    """Look up what somebody remembers of the logs; the audit chain behind `after` is followed and asks itself."""
    entry = connection.exec_driver_sql("SELECT hash FROM change WHERE n=?", (one.entry,)).scalar()
    if entry is not None and one.entry_hash and bytes(entry) != one.entry_hash:
        yield f"变更记录：到第 {one.entry} 条为止的记录与{one.where}的不一致，被替换过"
    seal = connection.exec_driver_sql("SELECT hash FROM seal WHERE batch=?", (one.batch,)).scalar()
    if 0 < one.batch <= after and (seal is None or bytes(seal) != one.seal):
        yield f"操作记录：到第 {one.batch} 次为止的记录与{one.where}的不一致，被替换过"
