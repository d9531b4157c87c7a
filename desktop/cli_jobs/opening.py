"""How a command opens a register, and what it answers with."""

import argparse
import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from desktop.domain.clock import SystemClock
from desktop.services import access
from desktop.services.station import Second, Station, Terms

Answer = dict[str, Any]
Job = Callable[[argparse.Namespace], Answer]
PASSWORD = "YINCE_PASSWORD"  # noqa: S105 - the name of a variable
USER = "YINCE_USER"
TERMS = ("YINCE_TO", "YINCE_PURPOSE", "YINCE_BASIS")
UNSAID = "命令行"
SECOND_USER = "YINCE_SECOND_USER"
SECOND_PASSWORD = "YINCE_SECOND_PASSWORD"  # noqa: S105 - the name of a variable


class JobAdder(Protocol):
    """Adds a command to the parser and returns its own parser, to add arguments to."""

    def __call__(
        self, name: str, run: Job, text: str, *, store: bool = True, as_json: bool = True
    ) -> argparse.ArgumentParser:
        """Add the command `name` that does `run`, explained by `text` (Chinese)."""
        ...


def password_of(prompt: str = "密码：") -> str:
    """Return the password from the environment, or ask for it."""
    given = os.environ.get(PASSWORD)
    return given if given is not None else getpass.getpass(prompt)


def second_of() -> Second | None:
    """Return the second supervisor who consents, if the environment names one."""
    user = os.environ.get(SECOND_USER, "")
    return Second(user, os.environ.get(SECOND_PASSWORD, "")) if user else None


def terms_of() -> Terms:
    """Return the terms of an export; what a script does not say is recorded as not said."""
    return Terms(*(os.environ.get(name) or UNSAID for name in TERMS))


def take_terms(options: argparse.Namespace) -> None:
    """Note `--to`, `--purpose` and `--basis` for the exports of this process."""
    for name, option in zip(TERMS, ("give_to", "purpose", "basis"), strict=True):
        if getattr(options, option, ""):
            os.environ[name] = getattr(options, option)


def add_terms(parser: argparse.ArgumentParser) -> None:
    """Let a command that exports say on what terms; unsaid ones are recorded as 命令行."""
    parser.add_argument("--to", dest="give_to", default="", metavar="谁", help="提供给谁")
    parser.add_argument("--purpose", default="", metavar="用途", help="用途")
    parser.add_argument("--basis", default="", metavar="依据", help="依据")


@contextmanager
def station_at(folder: Path, *, to_check: bool = False) -> Iterator[Station]:
    """Open the store for one job; `to_check` when the job is the whole check itself."""
    opened = access.open_to_check if to_check else access.open_store
    station = opened(folder, password=password_of(), clock=SystemClock(), user=os.environ.get(USER, ""))
    station.second, station.terms = second_of(), terms_of()
    try:
        yield station
    finally:
        station.close()
