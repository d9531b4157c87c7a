"""Is the store whole, and is it what the log says? Every finding names its place.

SQLCipher proves pages, not freshness: a page or a whole file put back from yesterday passes it.
So the log's chain of hashes is followed, every record is compared with the last values the log
gave it, and the log's end with the note kept outside the store (`security.md` finding 3).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlcipher3
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from desktop.domain.dictionary import KINDS
from desktop.domain.operations import DELETE, PUT
from desktop.domain.permissions import READ_SEALED
from desktop.domain.progress import Report, silent
from desktop.store.audit_chain import Witness, by_number, chain_problems
from desktop.store.change_log import COLUMNS, GENESIS, SET_ASIDE
from desktop.store.encoding import from_json
from desktop.store.erasing import KEPT, excused, is_sound, proof_problems
from desktop.store.pins import own_pin_holds, slot_words
from desktop.store.signatures import Signed, Signers, signed_of
from desktop.store.vault import Vault

_MOST_FINDINGS = 50
_REPORT_EVERY = 2000


@dataclass(slots=True)
class CheckReport:
    """What a check found: problems in Chinese, each with its place, and what was counted."""

    problems: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    log_entries: int = 0
    head: str = ""
    signed: Signed = field(default_factory=lambda: Signed(0, 0, 0, ()))

    @property
    def is_sound(self) -> bool:
        """True if nothing was found."""
        return not self.problems

    def add(self, problem: str) -> None:
        """Note a problem, up to a limit that keeps the report readable."""
        if len(self.problems) < _MOST_FINDINGS:
            self.problems.append(problem)


def check_vault(
    vault: Vault, *, witnesses: Callable[[], Sequence[Witness]] = tuple, report: Report = silent
) -> CheckReport:
    """Check pages, structure, both chains, records against the log, search index, and what others remember.

    `witnesses` gives heads of the logs kept elsewhere: in backups, by the street. It reads the store, so it is asked
    once the pages are known to be whole.
    """
    result = CheckReport()
    noted = vault.noted_head()
    remembered = [noted] if noted else []
    try:
        vault.checkpoint()
        vault.renew()
        with vault.reading(READ_SEALED) as connection:
            _check_pages(connection, result)
            if result.problems:
                return result
            remembered += witnesses()
            remembered += _check_slots(connection, vault, result)
            _check_log(connection, result, report, remembered)
            for problem in chain_problems(connection, witnesses=remembered):
                result.add(problem)
            result.signed = signed_of(connection)
            _check_counter(connection, vault, result)
            _check_index(connection, result)
            for kind in KINDS:
                sql = f"SELECT count(*) FROM {kind} WHERE deleted=0"  # noqa: S608 - our names
                result.counts[kind] = int(connection.exec_driver_sql(sql).scalar_one())
    except (DatabaseError, sqlcipher3.DatabaseError):
        result.add("数据文件：读到一半出错，文件已损坏")
        return result
    for one in remembered:
        if one.entry > result.log_entries:
            result.add(
                f"进度：登记库只到第 {result.log_entries} 步，{one.where}里是第 {one.entry} 步，数据文件比记录的旧"
            )
    return result


def _check_slots(connection: Connection, vault: Vault, result: CheckReport) -> list[Witness]:
    """Compare the key file with the chain, and return what its users remember."""
    said = slot_words(vault.folder, Signers(connection), epoch=vault.identity.epoch, opener=vault.opener)
    is_told = vault.user in said.users or vault.behind  # compared with the other witnesses; said when it was opened
    if not is_told and not own_pin_holds(connection, vault.folder, vault.opener):
        said.problems.append(f"签名：“{vault.user}”上次退出时留下的记录不在现在的登记库里，它后来被换过")
    for problem in said.problems:
        result.add(problem)
    return said.witnesses


def _check_pages(connection: Connection, result: CheckReport) -> None:
    """Let SQLCipher and SQLite check what they can."""
    for (finding,) in connection.exec_driver_sql("PRAGMA cipher_integrity_check").all():
        result.add(f"数据页：{_page_words(str(finding))}")
    if not result.problems:
        for (finding,) in connection.exec_driver_sql("PRAGMA integrity_check(20)").all():
            if finding != "ok":
                result.add(f"数据结构：{_page_words(str(finding))}")


def _page_words(finding: str) -> str:
    """Return SQLCipher's finding in Chinese where it names a page."""
    digits = "".join(c for c in finding.rpartition(" ")[2] if c.isdigit())
    return f"第 {digits} 页损坏" if digits else "结构不一致"


def _check_log(connection: Connection, result: CheckReport, report: Report, remembered: Sequence[Witness]) -> None:
    """Follow the chain, and compare every record with what the log last gave it."""
    known = by_number(remembered, lambda one: one.entry)
    final: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
    gone: set[tuple[str, str]] = set()
    previous, expected = GENESIS, 0
    excuses, wiped = excused(connection), list[tuple[int, bytes]]()
    total = int(connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one())
    rows = connection.exec_driver_sql(f"SELECT {', '.join(COLUMNS)} FROM change ORDER BY n")  # noqa: S608
    for row in rows:
        expected += 1
        if expected % _REPORT_EVERY == 0:
            report(expected, total, "核对变更记录")
        if row[0] != expected:
            result.add(f"变更记录：第 {expected} 条不见了")
            expected = row[0]
        if not is_sound(previous, row, excuses, wiped):
            result.add(f"变更记录：第 {row[0]} 条被改动过")
        previous = bytes(row[-1])
        _ask(known.get(row[0], ()), previous, result)
        _replay(row, final, gone)
    result.log_entries = expected
    result.head = previous.hex()
    for problem in proof_problems(connection, wiped):
        result.add(problem)
    for kind, records in final.items():
        _compare(connection, kind, records, gone, result)


def _ask(remembered: Sequence[Witness], digest: bytes, result: CheckReport) -> None:
    """Compare the log up to one entry with what others remember of it."""
    for one in remembered:
        if one.entry_hash not in (b"", digest):
            result.add(f"变更记录：到第 {one.entry} 条为止的记录与{one.where}的不一致，被替换过")


def _replay(row: Any, final: dict[str, dict[str, dict[str, Any]]], gone: set[tuple[str, str]]) -> None:
    """Carry one log row into what the records should hold."""
    kind, record, action = row[2], row[3], row[5]
    if kind not in final or action not in {PUT, DELETE}:
        return  # of a newer program: carried, but no record here
    values = final[kind].setdefault(record, {})
    if action == DELETE:
        gone.add((kind, record))
        return
    gone.discard((kind, record))
    for key, pair in from_json(row[9]).items():
        if not key.startswith(SET_ASIDE):
            values[key] = pair[1]


def _compare(
    connection: Connection,
    kind: str,
    records: dict[str, dict[str, Any]],
    gone: set[tuple[str, str]],
    result: CheckReport,
) -> None:
    """Compare the rows of one kind with what the log says they hold."""
    label, keys = KINDS[kind].label, KINDS[kind].keys
    for number, record, deleted, *values in _rows(connection, kind):
        wanted = records.pop(record, None)
        if wanted is None:
            result.add(f"{label}：第 {number} 行没有变更记录，不是通过程序写入的")
        elif list(map(wanted.get, keys)) != values:  # a record has over a hundred fields: compared as one
            different = [key for key, value in zip(keys, values, strict=True) if wanted.get(key) != value]
            if not wanted and deleted and set(different) <= KEPT:
                continue  # of somebody erased: whose it was and where it belonged is all that is left
            names = "、".join(KINDS[kind].field(key).label for key in different[:5])
            result.add(f"{label}：第 {number} 行的{names}与变更记录不一致")
        elif bool(deleted) != ((kind, record) in gone):
            result.add(f"{label}：第 {number} 行的删除状态与变更记录不一致")
    for _ in records:
        result.add(f"{label}：变更记录里有一行，登记库里不见了")


def _rows(connection: Connection, kind: str) -> Iterator[Any]:
    """Yield row number, id, deletion and every field of each record of a kind."""
    keys = KINDS[kind].keys
    sql = f'SELECT "row", id, deleted, {", ".join(keys)} FROM {kind} ORDER BY "row"'  # noqa: S608 - our names
    yield from connection.exec_driver_sql(sql)


def _check_counter(connection: Connection, vault: Vault, result: CheckReport) -> None:
    """See that the next write does not take a number that was given: the counter is sealed by nothing else."""
    known = int(connection.exec_driver_sql("SELECT value FROM meta WHERE key='counter'").scalar_one())
    used = connection.exec_driver_sql(
        "SELECT coalesce(max(counter), 0) FROM change JOIN writer ON writer.id=change.writer WHERE writer.name=?",
        (vault.identity.writer,),
    ).scalar_one()
    if int(used) > known:
        result.add(f"编号：计数器是 {known}，变更记录里已用到 {used}，有一页数据被换成了旧的")


def _check_index(connection: Connection, result: CheckReport) -> None:
    """Compare the number of people with the number of index rows."""
    people = int(connection.exec_driver_sql("SELECT count(*) FROM person WHERE deleted=0").scalar_one())
    for table in ("find", "find_row"):
        rows = int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608
        if rows != people:
            result.add(f"查找索引：有 {rows} 条，应为 {people} 条")
            return
