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
from desktop.services.station import Station

Answer = dict[str, Any]
Job = Callable[[argparse.Namespace], Answer]
PASSWORD = "YINCE_PASSWORD"  # noqa: S105 - the name of a variable


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


@contextmanager
def station_at(folder: Path, *, to_check: bool = False) -> Iterator[Station]:
    """Open the store for one job; `to_check` when the job is the whole check itself."""
    opened = access.open_to_check if to_check else access.open_store
    station = opened(folder, password=password_of(), clock=SystemClock())
    try:
        yield station
    finally:
        station.close()
