"""Which slots the key file had when the register last changed them: so that one changed without it is noticed.

The key file lies outside the store and cannot be written in one transaction with it. A program that is killed
between the two, or somebody who puts another key file there, leaves slots the register does not know of.
"""

import json
from pathlib import Path

import sqlcipher3

from desktop.store import engine
from desktop.store.unit_of_work import UnitOfWork
from desktop.store.vault import Vault

_KEY = "slots"
_OWED_KEY = "owed_key"
Marks = list[list[str]]  # id, kind and name of each slot


def keep(unit: UnitOfWork, marks: Marks) -> None:
    """Note inside `unit` the slots there are now."""
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?,?)", (_KEY, json.dumps(marks, ensure_ascii=False))
    )


def owe_key(unit: UnitOfWork, mark: str) -> None:
    """Note inside `unit` that the file is encrypted anew after it, with the key of `mark`: now or at the next start."""
    unit.connection.exec_driver_sql("INSERT OR REPLACE INTO setting (key, value) VALUES (?,?)", (_OWED_KEY, mark))


class KeyedFile:
    """The data file of a closed store, as `security.key_rotation.settle_key` needs it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def opens(self, key: bytes) -> bool:
        """Return True if `key` is its key; raises DamagedStoreError when that cannot be told."""
        return engine.opens(self._path, key=key)

    def owes(self, key: bytes) -> str:
        """Return the mark of the key it must be changed to, '' for none."""
        connection = engine.raw_connection(self._path, key=key)
        try:
            row = connection.execute("SELECT value FROM setting WHERE key=?", (_OWED_KEY,)).fetchone()
        except sqlcipher3.OperationalError:  # of a schema that had no such table
            return ""
        finally:
            connection.close()
        return str(row[0]) if row else ""

    def change(self, old: bytes, new: bytes) -> None:
        """Encrypt it under another key."""
        engine.change_key(self._path, old=old, new=new)


def kept(vault: Vault) -> Marks | None:
    """Return the slots as they were noted, None in a register that never noted any."""
    text = vault.meta(_KEY)
    return [[str(part) for part in mark] for mark in json.loads(text)] if text else None


def difference(before: Marks, now: Marks) -> str:
    """Return in Chinese what is in the key file that was not noted, and the other way round."""
    old, new = ({(kind, user): record for record, kind, user in marks} for marks in (before, now))
    parts = {
        "多了": [user for kind, user in new if (kind, user) not in old],
        "少了": [user for kind, user in old if (kind, user) not in new],
        "换了密码": [user for kind, user in new if old.get((kind, user), new[kind, user]) != new[kind, user]],
    }
    return "；".join(f"{word}{'、'.join(names)}" for word, names in parts.items() if names)
