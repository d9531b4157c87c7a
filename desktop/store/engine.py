"""The connection recipe: how the SQLCipher file is opened, and nothing else (`security.md` section 2)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlcipher3
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from desktop.domain.errors import BugError, Cancelled, DamagedStoreError, DiskFullError

KEY_LENGTH = 32
_KEPT_STATEMENTS = 128  # the driver's own number: reading asks the same few questions again and again
_KEPT_WHILE_WRITING = 5  # the driver's least, see `open_writing_engine`
Reading = Connection  # what `Vault.reading` and a unit give: services pass it on and never look inside
_STEPS_BETWEEN_STOPS = 4000  # of SQLite's machine: a few tenths of a millisecond
_WIPES_MEMORY = "PRAGMA cipher_memory_security=ON"
_PRAGMAS = (
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-32000",
)
_READABLE_PRAGMAS = (("temp_store", 2), ("synchronous", 2), ("trusted_schema", 0))


class _Process:
    """What this whole process is, as SQLCipher's switch is for the whole process too."""

    is_brief = False


def end_with_the_job() -> None:
    """Say that this process ends with its one job, so that its memory need not be wiped piece by piece.

    Locking and wiping every allocation makes writing four times slower; a process that ends gives
    its pages back to the system, which clears them (`docs/decisions/0002-memory-of-brief-processes.md`).
    """
    _Process.is_brief = True


def raw_connection(path: Path, *, key: bytes, create: bool = False, kept: int = _KEPT_STATEMENTS) -> Any:
    """Return a keyed driver connection to the store file that keeps `kept` compiled statements.

    A zero-length file opens with any key and a short raw key is silently taken as a passphrase
    (`security.md` finding 8), so both are refused here. Raises DamagedStoreError, BugError.
    """
    if len(key) != KEY_LENGTH:
        raise BugError("the data key is not 32 bytes")
    if not create and (not path.is_file() or path.stat().st_size == 0):
        raise DamagedStoreError("登记库的数据文件不见了或是空的", "请从备份恢复")
    mode = "rwc" if create else "rw"
    connection = sqlcipher3.connect(
        f"file:{_uri_path(path)}?mode={mode}", uri=True, check_same_thread=False, isolation_level=None, timeout=5,
        cached_statements=kept,
    )  # fmt: skip
    cursor = connection.cursor()
    cursor.execute("PRAGMA cipher_log_level=NONE")
    cursor.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    try:
        for statement in _PRAGMAS if _Process.is_brief else (_WIPES_MEMORY, *_PRAGMAS):
            cursor.execute(statement)
        for name, wanted in _READABLE_PRAGMAS:
            if cursor.execute(f"PRAGMA {name}").fetchone()[0] != wanted:
                raise BugError(f"pragma {name} was not taken")
        cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlcipher3.DatabaseError as error:
        connection.close()
        raise DamagedStoreError("登记库的数据文件打不开，可能已损坏", "请从备份恢复") from error
    return connection


def look_at(path: Path, *, key: bytes) -> Any:
    """Return a keyed driver connection that changes not one byte of a file at rest, such as a copy to be checked.

    Raises DamagedStoreError, BugError.
    """
    if len(key) != KEY_LENGTH:
        raise BugError("the data key is not 32 bytes")
    connection = sqlcipher3.connect(
        f"file:{_uri_path(path)}?mode=ro&immutable=1", uri=True, check_same_thread=False, isolation_level=None
    )
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA cipher_log_level=NONE")
        cursor.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        for statement in (*([] if _Process.is_brief else [_WIPES_MEMORY]), "PRAGMA temp_store=MEMORY"):
            cursor.execute(statement)
        cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlcipher3.DatabaseError as error:
        connection.close()
        raise DamagedStoreError("登记库的数据文件打不开，可能已损坏", "请从备份恢复") from error
    return connection


def opens(path: Path, *, key: bytes) -> bool:
    """Return True if `key` is the key of the store file.

    Raises DamagedStoreError when that cannot be told: the file is missing, locked or unreadable.
    """
    try:
        raw_connection(path, key=key).close()
    except DamagedStoreError as error:
        if not isinstance(error.__cause__, sqlcipher3.DatabaseError) or _is_trouble(error.__cause__):
            raise
        return False
    return True


def _is_trouble(error: BaseException) -> bool:
    """Return True for a disk or a lock that stands in the way, which says nothing about the key."""
    return isinstance(error, sqlcipher3.OperationalError)


def damaged_pages(path: Path, *, key: bytes) -> tuple[str, ...]:
    """Return in Chinese which pages of a store file are damaged, () if that cannot be told."""
    try:
        connection = raw_connection(path, key=key)
    except DamagedStoreError:
        return ()
    try:
        return tuple(page_words(str(found)) for (found,) in connection.execute("PRAGMA cipher_integrity_check"))
    except sqlcipher3.DatabaseError:
        return ()
    finally:
        connection.close()


def page_words(finding: str) -> str:
    """Return what SQLCipher found of a page in Chinese."""
    digits = "".join(c for c in finding.rpartition(" ")[2] if c.isdigit())
    return f"数据页：第 {digits} 页损坏" if digits else "数据页：有页损坏"


def change_key(path: Path, *, old: bytes, new: bytes) -> None:
    """Encrypt the store file anew, in place and all or nothing (`security.md` finding 10); raises DiskFullError."""
    if len(new) != KEY_LENGTH:
        raise BugError("the data key is not 32 bytes")
    connection = raw_connection(path, key=old)
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.execute(f"PRAGMA rekey=\"x'{new.hex()}'\"")
        with suppress(sqlcipher3.OperationalError):  # it is changed; what could not be folded in yet will be
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlcipher3.OperationalError as error:
        raise DiskFullError(
            "数据密钥没有换完，可能是磁盘已满", "请腾出空间，退出程序再打开，打开时会自动做完"
        ) from error
    finally:
        connection.close()


def scrub(path: Path, *, key: bytes) -> None:
    """Leave nothing of what was deleted in the file: index segments merged, pages rewritten, log folded in."""
    connection = raw_connection(path, key=key)
    try:
        cursor = connection.cursor()
        indexes = cursor.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"
        ).fetchall()
        for (name,) in indexes:
            cursor.execute(f"INSERT INTO {name}({name}) VALUES ('optimize')")  # noqa: S608 - our names
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def open_engine(path: Path, *, key: bytes | bytearray, read_only: bool = False) -> Engine:
    """Return an engine over the store; connections are made by `raw_connection` and pooled.

    Whoever overwrites `key` leaves no key in the engine, which others may hold long after it is used.
    """

    def connect() -> Any:
        connection = raw_connection(path, key=bytes(key))
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        return connection

    return engine_over(connect)


def open_writing_engine(path: Path, *, key: bytes | bytearray) -> Engine:
    """Return an engine for units of work, whose connections keep hardly any compiled statements.

    A connection has a small store of memory of its own for short-lived pieces. Compiled statements that are kept
    fill it, and then every bound text and every cursor of every row is asked of the system, locked and wiped: a
    window's import took three times as long (`docs/decisions/0088-speed-of-bulk-work.md`).
    """
    return engine_over(lambda: raw_connection(path, key=bytes(key), kept=_KEPT_WHILE_WRITING))


def engine_over(creator: Callable[[], Any]) -> Engine:
    """Return an engine whose writes begin with BEGIN IMMEDIATE, whose errors hide values, and DiskFullError is one.

    QueuePool is the pool that survived threads in the probes; the default lost jobs.
    """
    engine = create_engine(
        "sqlite://",
        module=sqlcipher3,
        creator=creator,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=0,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("yince_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    @event.listens_for(engine, "handle_error")
    def _say_if_full(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlite_errorcode", None) == sqlcipher3.SQLITE_FULL:
            raise DiskFullError("磁盘已满，这一次的改动没有保存", "请腾出空间后再试") from context.original_exception

    return engine


@contextmanager
def stoppable(connection: Connection, stop: Callable[[], bool]) -> Iterator[None]:
    """Ask `stop` before and while queries run; raises Cancelled."""
    if stop():
        raise Cancelled
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(stop, _STEPS_BETWEEN_STOPS)
    try:
        yield
    except OperationalError as error:
        if "interrupted" in str(error.orig):
            raise Cancelled from None
        raise
    finally:
        driver.set_progress_handler(None, _STEPS_BETWEEN_STOPS)


def _uri_path(path: Path) -> str:
    """Return `path` as it must stand in an SQLite URI."""
    text = path.resolve().as_posix().replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return text if text.startswith("/") else "/" + text
