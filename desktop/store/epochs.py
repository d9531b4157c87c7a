"""Noticing that a store was restored by hand or copied: either begins a new epoch by itself (`sync.md` 3.4)."""

import json
from pathlib import Path
from typing import Any, Protocol

import sqlcipher3

from desktop.domain.errors import KnownError
from desktop.store.audit_chain import AuditHead, Witness
from desktop.store.places import is_copy, is_other_machine, place_mark
from desktop.store.unit_of_work import OWED_EPOCH, UnitOfWork

_PLACE = "place"


class _Counting(Protocol):
    """What this needs of a vault."""

    folder: Path
    is_replaced: bool  # what the user left when they last closed it is not in it any more
    behind: int  # how many entries or units older the store is than the note beside it, or than its users remember

    def head(self) -> tuple[int, bytes]:
        """Return the newest entry of the log."""
        ...

    def audit_head(self) -> AuditHead:
        """Return the newest unit that is sealed."""
        ...

    def noted_head(self) -> Witness | None:
        """Return the log position noted outside the store."""
        ...

    def pinned(self) -> list[Witness]:
        """Return the log positions the users of the key file remember."""
        ...

    def holds_own_pin(self) -> bool:
        """Return False if what the user left when they last closed the store is not in it."""
        ...

    def begin_epoch(self, why: str, *, reason: str = ..., above: int = ...) -> None:
        """Start a new epoch."""
        ...

    def jotted(self, key: str) -> str:
        """Return a note about where the store is used."""
        ...

    def jot(self, key: str, value: str) -> None:
        """Note something that only concerns this computer."""
        ...


class _Keyed(Protocol):
    """What opens another file of the same register."""

    def open_copy(self, path: Path) -> Any:
        """Return a driver connection to a file under this store's key."""
        ...


def epoch_of_copy(vault: _Keyed, path: Path, *, store_id: str) -> int:
    """Return the epoch another file of the same register counts in; 0 for one that does not open under its key."""
    try:
        copy = vault.open_copy(path)
    except (sqlcipher3.DatabaseError, KnownError, OSError):
        return 0
    try:
        rows = dict(copy.execute("SELECT key, value FROM meta WHERE key IN ('store_id', 'epoch')").fetchall())
        return int(rows["epoch"]) if rows.get("store_id") == store_id else 0
    except (sqlcipher3.DatabaseError, KeyError, ValueError):
        return 0
    finally:
        copy.close()


def owe(unit: UnitOfWork, why: str, *, above: int) -> None:
    """Note inside `unit` that a new epoch must begin after it, at the next start if the program dies before that."""
    owed = json.dumps({"why": why, "above": above}, ensure_ascii=False)
    unit.connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?,?)", (OWED_EPOCH, owed))


def settle(vault: _Counting) -> None:
    """Begin a new epoch for a store that is older than the note beside it, or lies where it did not lie before.

    A folder that was moved keeps its numbers; only a copy could use them twice.
    """
    noted, found = vault.jotted(_PLACE), place_mark(vault.folder)
    noted_head = vault.noted_head()
    heads = [*([noted_head] if noted_head is not None else []), *vault.pinned()]
    entry, batch = vault.head()[0], vault.audit_head().batch
    vault.behind = max([0, *(one.entry - entry for one in heads), *(one.batch - batch for one in heads)])
    vault.is_replaced = not vault.holds_own_pin()
    if is_copy(noted, found):
        reason = "new-pc" if is_other_machine(noted, found) else "copied"
        vault.begin_epoch("登记库是从别处复制来的", reason=reason)
    elif vault.behind:
        vault.begin_epoch(f"登记库比记录下来的进度旧 {vault.behind} 步，视为从备份恢复")
    owed = vault.jotted(OWED_EPOCH)
    if owed:
        vault.begin_epoch(**json.loads(owed))
    if noted != found:
        vault.jot(_PLACE, found)
