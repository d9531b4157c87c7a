"""`python -m desktop`: the window without arguments or with packages, the unattended front end else."""

import sys
from pathlib import Path


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    files = [Path(name) for name in sys.argv[1:]]
    if files and all(one.suffix.lower() == ".ycp" for one in files):  # double-clicked in the file manager
        from desktop.app import main as window

        return window(files)
    if len(sys.argv) > 1:
        from desktop.cli import main as unattended

        return unattended(sys.argv[1:])
    from desktop.app import main as window

    return window()


if __name__ == "__main__":
    sys.exit(main())
