"""Which slots the key file had when the register last changed them: so that one changed without it is noticed.

The key file lies outside the store and cannot be written in one transaction with it. A program that is killed
between the two, or somebody who puts another key file there, leaves slots the register does not know of.
"""

import json

from desktop.store.unit_of_work import UnitOfWork
from desktop.store.vault import Vault

_KEY = "slots"
Marks = list[list[str]]  # id, kind and name of each slot


def keep(unit: UnitOfWork, marks: Marks) -> None:
    """Note inside `unit` the slots there are now."""
    unit.connection.exec_driver_sql(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?,?)", (_KEY, json.dumps(marks, ensure_ascii=False))
    )


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
