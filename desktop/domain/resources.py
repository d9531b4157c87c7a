"""Where the files that ship with the program lie."""

import os
import sys
from pathlib import Path

CHILD = "--child"
CHILDREN = (
    "desktop.roster.forms.child",
    "desktop.roster.read_child",
    "desktop.roster.return_child",
    "desktop.sync.parse_child",
)


def resource_path(*parts: str) -> Path:
    """Return the path of a shipped file below `resources/`, from a checkout or a frozen build."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parents[2]
    return root.joinpath("resources", *parts)


def child_environment() -> dict[str, str]:
    """Return the environment in which a child of ours finds this program, without the password."""
    kept = {key: value for key, value in os.environ.items() if key != "YINCE_PASSWORD"}
    root = str(Path(__file__).resolve().parents[2])
    return {**kept, "PYTHONPATH": root, "PYTHONUTF8": "1"}


def child_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours as a child process, also from a frozen build.

    A frozen program is its own interpreter: `__main__` runs the module named after `--child`, if it
    is one of `CHILDREN`.
    """
    if module not in CHILDREN:
        raise ValueError(module)
    start = [sys.executable, CHILD] if getattr(sys, "frozen", False) else [sys.executable, "-m"]
    return [*start, module, *arguments]
