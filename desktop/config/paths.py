"""Where this program keeps what belongs to the workstation, not to a register."""

import json
import os
from pathlib import Path

import platformdirs

_STATE = "workstation.json"


def home() -> Path:
    """Return the program's own folder, `YINCE_HOME` if set."""
    given = os.environ.get("YINCE_HOME")
    return Path(given) if given else Path(platformdirs.user_data_dir("yince", appauthor=False))


def practice_folder() -> Path:
    """Return where the practice register lies: files may be written there, all in it is invented."""
    return home() / "练习库"


def read_state() -> dict[str, str]:
    """Return what the workstation remembers (the last store, theme, text size); {} at first."""
    try:
        found = json.loads((home() / _STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def write_state(state: dict[str, str]) -> None:
    """Remember `state`; a full or read-only disk is no reason to stop."""
    try:
        home().mkdir(mode=0o700, parents=True, exist_ok=True)
        (home() / _STATE).write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
    except OSError:
        return
