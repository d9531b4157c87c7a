"""The signing keys and pins in the key file, read and kept by a store that is open (`user_keys.py`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desktop.security.key_copies import COPY, NAME, read, replace_slots
from desktop.security.key_slots import PASSWORD, is_sealed
from desktop.security.user_keys import KeyHolder, holder_of


def key_holders(folder: Path) -> list[KeyHolder]:
    """Return what the key file says of its users' signing keys, [] where there is no key file.

    Raises DamagedStoreError.
    """
    if not (folder / NAME).exists() and not (folder / COPY).exists():
        return []
    return [holder_of(slot) for slot in read(folder)["slots"] if slot["kdf"] == PASSWORD]


def keep_pin(folder: Path, *, data_key: bytes, user: str, pin: Mapping[str, Any]) -> None:
    """Put where the logs ended into the slot of `user`, unless the slots are not as the program left them.

    Raises DamagedStoreError, OSError.
    """
    body = read(folder)
    mine = next((one for one in body["slots"] if one["user"] == user and "sign" in one), None)
    if mine is None or mine.get("pin") == pin or not is_sealed(body, data_key):
        return
    slots = [{**one, "pin": dict(pin)} if one is mine else one for one in body["slots"]]
    replace_slots(folder, body, slots, data_key)
