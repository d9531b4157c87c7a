"""`python -m desktop`: the window without arguments or with packages, the unattended front end else."""

import runpy
import sys
from pathlib import Path

from desktop.config.own_process import leave_no_core
from desktop.domain.resources import CHILD, CHILDREN


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    leave_no_core()
    if sys.argv[1:2] == [CHILD]:
        return run_child(sys.argv[2:])
    files = [Path(name) for name in sys.argv[1:]]
    if files and all(one.suffix.lower() == ".ycp" for one in files):  # double-clicked in the file manager
        from desktop.app import main as window

        return window(files)
    if len(sys.argv) > 1:
        from desktop.cli import main as unattended

        return unattended(sys.argv[1:])
    from desktop.app import main as window

    return window()


def run_child(arguments: list[str]) -> int:
    """Do the work of a child process: a frozen program is its own interpreter."""
    if not arguments or arguments[0] not in CHILDREN:
        return 2
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
