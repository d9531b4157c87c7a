"""Whether the program's own files are those that were delivered (`security.md`, threat 28).

A delivered program carries `MANIFEST.sha256`, one line a file: SHA-256, two spaces, path. A checkout
has none and is not checked. It finds bit rot and clumsy changes; who can write the program's files
can write the manifest too, so the installer's signature is what proves origin.
"""

import hashlib
import os
import sys
from pathlib import Path

NAME = "MANIFEST.sha256"
_FOLDERS = ("desktop", "resources")
_FROZEN = "_internal"  # where PyInstaller puts all but the executables
_LEFT_OUT = (".pyc", ".pyo", NAME)


def program_folder() -> Path:
    """Return the folder the program was delivered in: of the executable, or of the sources."""
    return Path(sys.executable).parent if getattr(sys, "frozen", False) else Path(__file__).resolve().parents[2]


def own_files(root: Path) -> list[Path]:
    """Return the files the program is made of, relative to `root`: a frozen folder whole, else what ships."""
    found: list[Path] = []
    for folder in (".",) if (root / _FROZEN).is_dir() else _FOLDERS:
        for place, folders, names in os.walk(root / folder):
            folders[:] = [one for one in folders if one != "__pycache__"]
            found += [Path(place, name).relative_to(root) for name in names if not name.endswith(_LEFT_OUT)]
    return sorted(found)


def manifest_text(root: Path) -> str:
    """Return the manifest of the files as they are now."""
    return "".join(f"{_digest(root / path)}  {path.as_posix()}\n" for path in own_files(root))


def changed_files(root: Path | None = None) -> list[str]:
    """Return the files that are not as delivered: changed, missing or added; [] without a manifest.

    Reads every file: a frozen program is some 300 MB, so the window asks in the background.
    """
    root = root or program_folder()
    try:
        text = (root / NAME).read_text(encoding="utf-8")
    except OSError:
        return []
    wanted = {path: digest for digest, _, path in (line.partition("  ") for line in text.splitlines())}
    there = {path.as_posix() for path in own_files(root)}
    changed = [path for path, digest in wanted.items() if path not in there or _digest(root / path) != digest]
    return sorted({*changed, *(there - set(wanted))})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else program_folder()
    (place / NAME).write_text(manifest_text(place), encoding="utf-8")
