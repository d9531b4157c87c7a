"""Where the files that ship with the program lie."""

import os
import sys
from pathlib import Path


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
