"""`python -m desktop`: the window without arguments, the unattended front end with them."""

import sys


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    if len(sys.argv) > 1:
        from desktop.cli import main as unattended

        return unattended(sys.argv[1:])
    from desktop.app import main as window

    return window()


if __name__ == "__main__":
    sys.exit(main())
